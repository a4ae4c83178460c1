"""The application without a window: settings, jobs, process supervision, one view-model per panel.

It starts processes by subcommand and reads what they write; it never moves an arm or trains a
policy itself.
"""
