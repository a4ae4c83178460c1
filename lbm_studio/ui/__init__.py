"""The window: Qt widgets that show what the application knows and hand people's gestures to it.

Only this room imports PySide6, pyqtgraph and qasync. It imports ``core`` and ``app`` alone: a
widget renders snapshots of a view-model and calls its methods; it holds no truth, touches no file
and never waits.
"""
