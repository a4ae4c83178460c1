"""Snapshots of the calibration card."""

from lbm_studio.app.calibration import NO_FILE, STEPS
from lbm_studio.app.notices import Level
from lbm_studio.app.views.calibration import CalibrationView
from lbm_studio.core.calibration import CalibrationStep
from lbm_studio.ui.sample_views import Situation

_STEPS = tuple((step.value, title) for step, title in STEPS)
_SCENE = (
    ("scene_right_0", "scene right 0, never"),
    ("scene_left_0", "scene left 0, 12 days old"),
)
_ARMS = (("right", "right, of today"), ("left", "left, 12 days old"))


def calibration(situation: Situation) -> CalibrationView:
    """Return the calibration card."""
    if situation is Situation.EMPTY:
        return CalibrationView(_STEPS, _STEPS[0][0], square_mm="50", sentence=NO_FILE)
    if situation is Situation.BUSY:
        return CalibrationView(
            _STEPS,
            CalibrationStep.WRIST,
            _ARMS,
            "left",
            "49.8",
            sentence="Move the left arm over the board, tilted to all sides, and let it rest: "
            "7 of 14. Hold still.",
            is_running=True,
        )
    scene = ("49.8", "100, 0, 5, 90", True)
    if situation is Situation.ERROR:
        sentence = (
            "The board is in none of the 6 pictures of scene_right_0. See that it is the printed "
            "board, evenly lit, flat, and large enough in the picture."
        )
        return CalibrationView(
            _STEPS,
            CalibrationStep.SCENE,
            _SCENE,
            "scene_right_0",
            *scene,
            sentence,
            Level.BAD,
            can_start=True,
        )
    sentence = (
        "12 days old, 0.31 mm, 6 pictures. Lay the board at its place, then elsewhere on the table."
    )
    return CalibrationView(
        _STEPS,
        CalibrationStep.SCENE,
        _SCENE,
        "scene_left_0",
        *scene,
        sentence,
        Level.GOOD,
        can_start=True,
    )
