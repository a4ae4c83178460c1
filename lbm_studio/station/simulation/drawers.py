"""Two small drawers in different colours, both half open, so that only the goal says what to do."""

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

TRAVEL_M = 0.08
"""How far a drawer opens [m]."""

_DRAWERS = ("first_drawer", "second_drawer")
_HALF_OPEN_M = (0.028, 0.052)
_CABINET = (
    Part(Shape.BOX, (0.050, 0.044, 0.003), (0.0, 0.0, 0.041), shade=0.8),
    Part(Shape.BOX, (0.050, 0.003, 0.019), (0.0, 0.041, 0.019), shade=0.7),
    Part(Shape.BOX, (0.050, 0.003, 0.019), (0.0, -0.041, 0.019), shade=0.7),
    Part(Shape.BOX, (0.003, 0.038, 0.019), (0.047, 0.0, 0.019), shade=0.7),
)
_DRAWER = MovingPiece(
    (
        Part(Shape.BOX, (0.046, 0.036, 0.003), (-0.004, 0.0, 0.006), colour=DARK),
        Part(Shape.BOX, (0.046, 0.003, 0.012), (-0.004, 0.033, 0.020)),
        Part(Shape.BOX, (0.046, 0.003, 0.012), (-0.004, -0.033, 0.020)),
        Part(Shape.BOX, (0.004, 0.044, 0.020), (-0.054, 0.0, 0.023)),
        Part(Shape.BOX, (0.027, 0.011, 0.011), (-0.085, 0.0, 0.033)),
    ),
    JointKind.SLIDE,
    axis=(-1.0, 0.0, 0.0),
    span=(0.0, TRAVEL_M),
    mass_kg=0.15,
    friction=1.5,
    damping=8.0,
    inertia=0.1,
)


class MoveDrawer(MovePiece):
    """Opening and closing share the scene."""

    family = "drawers"
    pretraining = True
    objects = tuple(
        SceneObject(name, _CABINET, is_fixture=True, moving=_DRAWER) for name in _DRAWERS
    )
    alike = (_DRAWERS,)
    piece = _DRAWER
    handle = (-0.092, 0.0, 0.033)
    tolerance = 0.012
    places = Region(-0.02, 0.12, -0.21, 0.21)
    lane_m = 0.17
    max_yaw_rad = 0.35

    def draw_start(self, draw: Draw) -> float:
        return draw.number(*_HALF_OPEN_M)
