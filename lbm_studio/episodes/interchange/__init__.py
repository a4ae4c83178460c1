"""Demonstrations from and for other programs.

One reader for each foreign format (LeRobot, robomimic, UMI, RLDS, diffusion spartan) yields the
same lazily read episode of named arrays and pictures; an explicit mapping says what they mean on
our station; one importer maps, resamples and writes. Nothing pickled is ever loaded.
"""
