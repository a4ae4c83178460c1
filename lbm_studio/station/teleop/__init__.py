"""Devices with which a person moves the arms: each gives the same readings, and they give actions.

A reading says how fast which hand should move; :mod:`~lbm_studio.station.teleop.mapping` makes the
next action of it, which then passes the same safety envelope as a policy's.
"""
