"""Snapshot of the calibration card."""

from dataclasses import dataclass

from lbm_studio.app.notices import Level

Choice = tuple[str, str]
"""Key and title."""


@dataclass(frozen=True)
class CalibrationView:
    """What the calibration card shows.

    Attributes:
        steps: what can be found out; ``step`` is the key of one of them.
        step: see ``steps``.
        subjects: the cameras or arms of the step with how old their records are; ``subject`` is the
            key of one of them. None without a station on file.
        subject: see ``subjects``.
        square_mm: edge of a printed square, as typed.
        board_at: where the board is, as typed.
        needs_place: whether the step asks where the board is.
        sentence: what is known, what to do, or what came of it.
        level: how the sentence is shown.
        is_running: whether pictures are being taken.
        can_start: whether it can begin.
    """

    steps: tuple[Choice, ...]
    step: str
    subjects: tuple[Choice, ...] = ()
    subject: str = ""
    square_mm: str = ""
    board_at: str = ""
    needs_place: bool = False
    sentence: str = ""
    level: Level = Level.QUIET
    is_running: bool = False
    can_start: bool = False
