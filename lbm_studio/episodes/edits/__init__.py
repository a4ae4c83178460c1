"""What people said about recordings later: an append-only log beside them, and what holds by it.

Recordings never change. One line of the log is one action of one person, however many episodes it
touched; undoing it appends another line. Everybody who wants to know what a dataset is now asks
:func:`lbm_studio.episodes.edits.projection.project_dataset`.
"""
