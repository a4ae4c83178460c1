"""Where programs of this application listen unless told otherwise."""

LOOPBACK = "127.0.0.1"
"""Reached from this machine alone."""

STATION_PORT = 7447
"""Of a station that is served to workstations: TCP for messages, UDP for stops."""
