"""Things that lie about on the table and have nothing to do with the task."""

import itertools
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from lbm_studio.core.embodiment import CameraDescription, Mount
from lbm_studio.core.pose import FloatArray, rotation_from_vector
from lbm_studio.core.projection import project
from lbm_studio.station.simulation.layout import Draw, Layout, Placement, Region
from lbm_studio.station.simulation.objects import Part, Rgb, SceneObject, Shape

SURROUNDINGS = Region(-0.30, 0.34, -0.44, 0.44)
"""Where they lie, as far as the cameras see it: in and around the work area."""

PAINTS: Mapping[str, Rgb] = {
    "white": (0.93, 0.93, 0.91),
    "black": (0.11, 0.11, 0.12),
    "slate": (0.36, 0.42, 0.50),
    "sand": (0.66, 0.50, 0.32),
    "plum": (0.40, 0.20, 0.36),
}
"""Their colours: none that a goal names."""

_FEWEST, _MOST = 2, 3
_FROM_THINGS_M = 0.06
_FROM_WAYS_M = 0.11
_SPACING_M = 0.14
_POSITIONS = 9  # of a piece that moves, at which it must have room


def _thing(kind: str, *parts: Part) -> SceneObject:
    return SceneObject(f"distractor_{kind}", parts, mass_kg=0.2)


KINDS: tuple[SceneObject, ...] = (
    _thing("tin", Part(Shape.CYLINDER, (0.030, 0.035, 0.0))),
    _thing("carton", Part(Shape.BOX, (0.026, 0.032, 0.036))),
    _thing("sponge", Part(Shape.BOX, (0.045, 0.030, 0.014))),
    _thing(
        "book",
        Part(Shape.BOX, (0.055, 0.040, 0.011)),
        Part(Shape.BOX, (0.054, 0.038, 0.009), (0.003, 0.0, 0.0), colour=(0.88, 0.86, 0.80)),
    ),
    _thing(
        "mug",
        Part(Shape.CYLINDER, (0.034, 0.036, 0.0)),
        Part(Shape.BOX, (0.012, 0.006, 0.020), (0.044, 0.0, 0.0), shade=0.85),
    ),
)
"""All are lower than a hand carries things, so that it passes over them."""


def draw_distractors(
    draw: Draw,
    objects: Sequence[SceneObject],
    layout: Layout,
    cameras: Sequence[CameraDescription],
) -> tuple[tuple[SceneObject, ...], tuple[Placement, ...]]:
    """Draw two or three things, and places for them beside the task's objects and their ways.

    Args:
        draw: random choices.
        objects: the task's.
        layout: where these are.
        cameras: those beside the table see what lies about, all of them.

    Raises:
        StationError: the table is too full.
    """
    things = draw.several(KINDS, int(draw.number(_FEWEST, _MOST + 1)))
    paints = draw.several(list(PAINTS.values()), len(things))
    points: list[FloatArray] = []
    for thing in things:
        is_free = _out_of_the_way(_radius_m(thing), objects, layout, others=tuple(points))
        points += draw.points(
            1,
            spacing_m=0.0,
            region=SURROUNDINGS,
            accept=lambda drawn, is_free=is_free: is_free(drawn[0]) and _is_seen(drawn[0], cameras),
        )
    places = tuple(
        Placement(thing.name, (*point, _height_m(thing)), draw.number(-np.pi, np.pi), paint)
        for thing, point, paint in zip(things, points, paints, strict=True)
    )
    return tuple(things), places


def _out_of_the_way(
    radius_m: float,
    objects: Sequence[SceneObject],
    layout: Layout,
    *,
    others: Sequence[FloatArray],
) -> Callable[[FloatArray], bool]:
    """Return the rule that a round thing keeps clear of the task's, of its ways and of others."""
    outlines = {thing.name: _outline(thing) for thing in objects}
    things = [(place, outlines[place.name]) for place in layout.placements]
    centres = [np.array(place.position[:2]) for place in layout.placements]
    ways = list(itertools.combinations(centres, 2))

    def is_free(point: FloatArray) -> bool:
        return (
            all(_from_outline_m(point, *thing) > _FROM_THINGS_M + radius_m for thing in things)
            and all(_from_way_m(point, *way) > _FROM_WAYS_M + radius_m for way in ways)
            and all(np.linalg.norm(point - other) > _SPACING_M for other in others)
        )

    return is_free


def _is_seen(point: FloatArray, cameras: Sequence[CameraDescription]) -> bool:
    """Whether all cameras beside the table see a point of it."""
    place = np.array([*point, 0.0])
    beside = [camera for camera in cameras if camera.mount is Mount.SCENE]
    return all(project(camera, camera.pose, place)[1] for camera in beside)


def _from_outline_m(point: FloatArray, place: Placement, outline: FloatArray) -> float:
    """Return the distance of a point of the table from the outline of an object [m]."""
    seen = place.rotation[:2, :2].T @ (point - place.position[:2])
    return float(np.linalg.norm(seen - np.clip(seen, *outline)))


def _from_way_m(point: FloatArray, first: FloatArray, second: FloatArray) -> float:
    """Return the distance of a point of the table from the straight way between two others [m]."""
    way = second - first
    share = np.clip((point - first) @ way / max(way @ way, 1e-12), 0.0, 1.0)
    return float(np.linalg.norm(point - first - share * way))


def _outline(thing: SceneObject) -> FloatArray:
    """Return the (2, 2) lowest and highest x and y that an object ever reaches in its frame [m]."""
    corners = [_corners(part) for part in thing.parts]
    if thing.moving is not None:
        for position in np.linspace(*thing.moving.span, _POSITIONS):
            pose = thing.moving.pose(position)
            corners += [pose.apply(_corners(part)) for part in thing.moving.parts]
    points = np.concatenate(corners)[:, :2]
    return np.stack([points.min(axis=0), points.max(axis=0)])


def _corners(part: Part) -> FloatArray:
    """Return the (8, 3) corners of the box around a part in the frame of its object [m]."""
    x, y, z = part.half_size_m
    half = np.array((x, y, z) if part.shape is Shape.BOX else (x, x, y))
    corners = half * list(itertools.product((-1.0, 1.0), repeat=3))
    turn = rotation_from_vector(np.array([0.0, 0.0, part.yaw_rad]))
    return corners @ turn.T + part.position


def _radius_m(thing: SceneObject) -> float:
    return float(np.linalg.norm(np.abs(_outline(thing)).max(axis=0)))


def _height_m(thing: SceneObject) -> float:
    """Return how high the frame of a thing lies when it stands on the table [m]."""
    return float(-min(_corners(part)[:, 2].min() for part in thing.parts))
