"""Open one of two boxes by lifting the tab of its hinged lid in an arc until the lid stands up.

The hand keeps pointing down while the tab turns between its fingers. The arm on the box's side does
it, alone.
"""

from lbm_studio.station.simulation.joints import MovePiece
from lbm_studio.station.simulation.layout import Draw, Region
from lbm_studio.station.simulation.objects import (
    DARK,
    JointKind,
    MovingPiece,
    Part,
    SceneObject,
    Shape,
)

_BOXES = ("first_box", "second_box")
_OPEN_RAD = 1.6
_LID_HEIGHT_M = 0.044
_BOX = (
    Part(Shape.BOX, (0.050, 0.045, 0.003), (0.0, 0.0, 0.003), colour=DARK),
    Part(Shape.BOX, (0.003, 0.045, 0.020), (0.047, 0.0, 0.020), shade=0.7),
    Part(Shape.BOX, (0.003, 0.045, 0.020), (-0.047, 0.0, 0.020), shade=0.7),
    Part(Shape.BOX, (0.044, 0.003, 0.020), (0.0, 0.042, 0.020), shade=0.7),
    Part(Shape.BOX, (0.044, 0.003, 0.020), (0.0, -0.042, 0.020), shade=0.7),
)
_LID = MovingPiece(
    (
        Part(Shape.BOX, (0.050, 0.046, 0.004), (0.0, 0.0, _LID_HEIGHT_M), shade=0.85),
        Part(Shape.BOX, (0.017, 0.011, 0.007), (-0.067, 0.0, _LID_HEIGHT_M)),
    ),
    JointKind.HINGE,
    axis=(0.0, 1.0, 0.0),
    span=(0.0, 1.9),
    anchor=(0.050, 0.0, 0.040),
    mass_kg=0.06,
    friction=0.08,
    damping=0.05,
    inertia=0.01,
)


class OpenBox(MovePiece):
    """Opening a hinged lid by colour."""

    name = "open_box"
    title = "Open a box with a hinged lid"
    family = "hinged"
    pretraining = False
    goals = (
        "open the {colour} box",
        "lift the lid of the {colour} box",
        "flip the {colour} lid open",
        "the {colour} box should stand open",
        "take the tab of the {colour} box and raise its lid",
        "raise the hinged lid of the {colour} box until it stands up",
        "show me what is in the {colour} box",
    )
    unheard = (
        "open up the {colour} box",
        "raise the lid of the {colour} box",
        "could you open the {colour} box please",
        "lift the {colour} box's cover",
        "pull the tab to open the {colour} box",
    )
    objects = tuple(SceneObject(name, _BOX, is_fixture=True, moving=_LID) for name in _BOXES)
    alike = (_BOXES,)
    piece = _LID
    handle = (-0.069, 0.0, _LID_HEIGHT_M)
    end = _OPEN_RAD
    tolerance = 0.35
    places = Region(-0.05, 0.08, -0.21, 0.21)
    lane_m = 0.17
    max_yaw_rad = 0.3

    def draw_start(self, draw: Draw) -> float:
        return 0.0
