"""What can be changed about a simulated station, to see whether a policy copes with it."""

from collections.abc import Iterable
from enum import StrEnum

from lbm_studio.core.errors import UnknownNameError


class Shift(StrEnum):
    """One way in which a station differs from the one demonstrations were recorded on."""

    LIGHTING = "lighting"
    TEXTURES = "textures"
    CAMERAS = "cameras"
    DISTRACTORS = "distractors"
    COLOURS = "colours"


def find_shifts(names: Iterable[str]) -> tuple[Shift, ...]:
    """Return the named shifts, each once and always in the same order.

    Args:
        names: as a person gives them; one text may name several, separated by commas.

    Raises:
        UnknownNameError: one of them does not exist.
    """
    given = {name.strip() for text in names for name in text.split(",")}
    for name in sorted(given - set(Shift)):
        raise UnknownNameError("shift", name, Shift)
    return tuple(shift for shift in Shift if shift in given)
