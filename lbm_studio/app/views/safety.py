"""Snapshots of the safety card."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LimitRow:
    """One limit of a station.

    Attributes:
        name: e.g. ``"Linear speed"``.
        allowed: how far it goes, e.g. ``"0.40 m/s"``.
        acted: how often it acted since the station was connected, e.g. ``"12 steps"``.
        has_acted: whether it did at all.
        stops: whether it stops the arms, and does not only slow them.
    """

    name: str
    allowed: str
    acted: str
    has_acted: bool = False
    stops: bool = False
