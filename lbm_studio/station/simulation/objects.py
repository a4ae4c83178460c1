"""The things that lie on the table, described by simple shapes, and the colours they come in."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from lbm_studio.core.pose import Pose, rotation_from_vector

Rgb = tuple[float, float, float]
Vector = tuple[float, float, float]

COLOURS: Mapping[str, Rgb] = {
    "red": (0.86, 0.13, 0.11),
    "green": (0.12, 0.62, 0.20),
    "blue": (0.12, 0.30, 0.88),
    "yellow": (0.97, 0.80, 0.08),
}
"""The four colours that goals name."""

GREY: Rgb = (0.75, 0.76, 0.78)
DARK: Rgb = (0.20, 0.21, 0.23)

CUBE_EDGE_M = 0.044
TRAY_EDGE_M = 0.12
BUTTON_HEIGHT_M = 0.036
BUTTON_TRAVEL_M = 0.012


class Shape(StrEnum):
    """What a part is made of."""

    BOX = "box"
    CYLINDER = "cylinder"


@dataclass(frozen=True)
class Part:
    """One rigid piece of an object.

    Attributes:
        shape: its form.
        half_size_m: half extents of a box; radius, half height, 0 of an upright cylinder [m].
        position: of its centre in the frame of the object [m].
        yaw_rad: turn about the vertical [rad].
        colour: a colour of its own; None paints it in the colour of the layout.
        shade: factor on the colour.
        is_solid: whether other things touch it; otherwise it is only painted there.
    """

    shape: Shape
    half_size_m: Vector
    position: Vector = (0.0, 0.0, 0.0)
    yaw_rad: float = 0.0
    colour: Rgb | None = None
    shade: float = 1.0
    is_solid: bool = True


class JointKind(StrEnum):
    """How a piece moves on the object it is fastened to."""

    SLIDE = "slide"
    HINGE = "hinge"


@dataclass(frozen=True)
class MovingPiece:
    """A piece of an object that moves on a joint: a drawer, a lever, a lid, the cap of a button.

    Attributes:
        parts: what it is made of, in the frame of the object, as they are at position 0.
        kind: whether it slides or turns.
        axis: which way it slides, or the axis it turns about; of length 1.
        span: its lowest and highest position [m or rad].
        anchor: a point the axis of a hinge runs through [m].
        mass_kg: of the piece [kg].
        friction: dry friction that keeps it where it was left [N or N m].
        damping: resistance to speed [N s/m or N m s/rad].
        spring: what drives it back to 0 [N/m or N m/rad].
        inertia: what the joint adds to its inertia [kg or kg m^2].
    """

    parts: tuple[Part, ...]
    kind: JointKind
    axis: Vector
    span: tuple[float, float]
    anchor: Vector = (0.0, 0.0, 0.0)
    mass_kg: float = 0.05
    friction: float = 0.0
    damping: float = 0.0
    spring: float = 0.0
    inertia: float = 0.0

    def pose(self, position: float) -> Pose:
        """Return where its frame is in that of the object at a position [m or rad]."""
        along = position * np.array(self.axis)
        if self.kind is JointKind.SLIDE:
            return Pose(along, np.eye(3))
        turn, anchor = rotation_from_vector(along), np.array(self.anchor)
        return Pose(anchor - turn @ anchor, turn)


@dataclass(frozen=True)
class SceneObject:
    """Something on the table. Its frame lies at its centre; that of a fixture at its foot.

    Attributes:
        name: e.g. ``"first_cube"``.
        parts: what it is made of; the first ``len(parts)`` belong to its body.
        mass_kg: of the whole; fixtures do not move, whatever they weigh [kg].
        is_fixture: whether it is fastened to the table.
        friction: sliding friction between it and whatever it touches.
        moving: a piece of it that moves on a joint.
    """

    name: str
    parts: tuple[Part, ...]
    mass_kg: float = 0.0
    is_fixture: bool = False
    friction: float = 1.2
    moving: MovingPiece | None = None


def cube(name: str) -> SceneObject:
    """Return a cube that fits into the hand, in a colour of the layout."""
    half = CUBE_EDGE_M / 2
    return SceneObject(name, (Part(Shape.BOX, (half, half, half)),), mass_kg=0.05)


def tray(name: str) -> SceneObject:
    """Return a square tray with a low rim, in a colour of the layout, fastened to the table."""
    return basin(name, TRAY_EDGE_M / 2, TRAY_EDGE_M / 2)


def block(name: str, half_size_m: Vector, *, mass_kg: float) -> SceneObject:
    """Return a box in a colour of the layout."""
    return SceneObject(name, (Part(Shape.BOX, half_size_m),), mass_kg=mass_kg)


def cylinder(name: str, radius_m: float, height_m: float) -> SceneObject:
    """Return an upright cylinder that fits into the hand, in a colour of the layout."""
    body = Part(Shape.CYLINDER, (radius_m, height_m / 2, 0.0))
    return SceneObject(name, (body,), mass_kg=0.05)


def basin(name: str, half_x_m: float, half_y_m: float, *, height_m: float = 0.028) -> SceneObject:
    """Return a rectangular tray with a rim all round, in a colour of the layout, fastened down."""
    wall, rim = 0.004, height_m / 2
    floor = Part(Shape.BOX, (half_x_m, half_y_m, 0.004), (0.0, 0.0, 0.004), shade=0.85)
    across, along = (wall, half_y_m + wall, rim), (half_x_m + wall, wall, rim)
    walls = (
        Part(Shape.BOX, across, (half_x_m, 0.0, rim), shade=0.7),
        Part(Shape.BOX, across, (-half_x_m, 0.0, rim), shade=0.7),
        Part(Shape.BOX, along, (0.0, half_y_m, rim), shade=0.7),
        Part(Shape.BOX, along, (0.0, -half_y_m, rim), shade=0.7),
    )
    return SceneObject(name, (floor, *walls), is_fixture=True)


def puck(name: str, radius_m: float, height_m: float) -> SceneObject:
    """Return a flat cylinder that slides easily, in a colour of the layout."""
    body = Part(Shape.CYLINDER, (radius_m, height_m / 2, 0.0))
    return SceneObject(name, (body,), mass_kg=0.12, friction=0.4)


def mark(name: str, radius_m: float) -> SceneObject:
    """Return a round spot painted on the table, in a colour of the layout."""
    spot = Part(Shape.CYLINDER, (radius_m, 0.0005, 0.0), (0.0, 0.0, 0.0005), is_solid=False)
    heart = Part(
        Shape.CYLINDER, (0.012, 0.0005, 0.0), (0.0, 0.0, 0.001), colour=DARK, is_solid=False
    )
    return SceneObject(name, (spot, heart), is_fixture=True)


def mat(name: str, half_x_m: float, half_y_m: float) -> SceneObject:
    """Return a rectangle painted on the table, in a colour of the layout."""
    patch = Part(
        Shape.BOX, (half_x_m, half_y_m, 0.0005), (0.0, 0.0, 0.0005), shade=0.85, is_solid=False
    )
    return SceneObject(name, (patch,), is_fixture=True)


def button(name: str) -> SceneObject:
    """Return a push button with a cap in a colour of the layout, fastened to the table."""
    housing = Part(Shape.BOX, (0.042, 0.042, 0.010), (0.0, 0.0, 0.010), colour=DARK)
    cap = Part(Shape.CYLINDER, (0.030, 0.008, 0.0), (0.0, 0.0, BUTTON_HEIGHT_M - 0.008))
    moving = MovingPiece(
        (cap,),
        JointKind.SLIDE,
        axis=(0.0, 0.0, -1.0),
        span=(0.0, BUTTON_TRAVEL_M),
        damping=8.0,
        spring=400.0,
        inertia=0.05,
    )
    return SceneObject(name, (housing,), is_fixture=True, moving=moving)
