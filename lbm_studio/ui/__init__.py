"""The window: Qt widgets that show view-models and pass on what the operator does.

No other room knows Qt.
"""
