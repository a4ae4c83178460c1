"""Turn one of two levers over to its other side, along the arc its knob runs on.

Each plate shows a spot where the knob belongs, so that whoever sees it half way knows which way it
goes. The arm on the knob's side does it, alone.
"""

from math import cos, sin

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

_LEVERS = ("first_lever", "second_lever")
_LENGTH_M = 0.09
_END_RAD = -0.8
_START_RAD = (0.72, 0.88)
_PLATE = (
    Part(Shape.CYLINDER, (0.028, 0.006, 0.0), (0.0, 0.0, 0.006), colour=DARK),
    Part(
        Shape.CYLINDER,
        (0.022, 0.0005, 0.0),
        (-_LENGTH_M * cos(_END_RAD), -_LENGTH_M * sin(_END_RAD), 0.0005),
        colour=DARK,
        is_solid=False,
    ),
)
_LEVER = MovingPiece(
    (
        Part(Shape.CYLINDER, (0.018, 0.006, 0.0), (0.0, 0.0, 0.018)),
        Part(Shape.BOX, (_LENGTH_M / 2, 0.008, 0.005), (-_LENGTH_M / 2, 0.0, 0.018), shade=0.8),
        Part(Shape.BOX, (0.011, 0.011, 0.015), (-_LENGTH_M, 0.0, 0.036)),
    ),
    JointKind.HINGE,
    axis=(0.0, 0.0, 1.0),
    span=(-0.95, 0.95),
    mass_kg=0.1,
    friction=0.06,
    damping=0.05,
    inertia=0.002,
)


class TurnLever(MovePiece):
    """Turning by colour."""

    name = "turn_lever"
    title = "Turn a lever over"
    family = "turning"
    pretraining = False
    goals = (
        "turn the {colour} lever to its other side",
        "turn the {colour} lever over",
        "switch the {colour} lever to the other side",
        "swing the {colour} lever round to the free spot",
        "the {colour} lever should point to its other spot",
        "grip the knob of the {colour} lever and turn it all the way",
        "throw the {colour} switch",
    )
    unheard = (
        "flip the {colour} lever",
        "rotate the {colour} lever to the opposite side",
        "move the {colour} lever over",
        "push the {colour} switch to the other position",
        "turn the handle of the {colour} lever around",
    )
    objects = tuple(SceneObject(name, _PLATE, is_fixture=True, moving=_LEVER) for name in _LEVERS)
    alike = (_LEVERS,)
    piece = _LEVER
    handle = (-_LENGTH_M, 0.0, 0.037)
    end = _END_RAD
    tolerance = 0.2
    places = Region(-0.02, 0.12, -0.20, 0.20)
    lane_m = 0.21
    max_yaw_rad = 0.3

    def draw_start(self, draw: Draw) -> float:
        return draw.number(*_START_RAD)
