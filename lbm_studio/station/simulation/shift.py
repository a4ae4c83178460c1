"""A station that looks different from the one demonstrations were recorded on, drawn from a seed.

Everything here is plain description; :mod:`lbm_studio.station.simulation.appearance` carries it out
on the model. Each kind of shift is drawn by itself, so that a seed gives the same lighting whether
or not the cameras are shifted as well.
"""

import colorsys
import itertools
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from zlib import crc32

import numpy as np

from lbm_studio.core.embodiment import Mount, StationDescription
from lbm_studio.core.pose import Pose, rotation_from_vector
from lbm_studio.core.shift import Shift
from lbm_studio.station.simulation.distractors import draw_distractors
from lbm_studio.station.simulation.layout import Draw, Layout, Placement
from lbm_studio.station.simulation.objects import COLOURS, Rgb, SceneObject, Vector
from lbm_studio.station.simulation.skill import Skill

UNSEEN_HUES: Mapping[str, Rgb] = {
    "purple": (0.52, 0.16, 0.66),
    "orange": (0.96, 0.47, 0.06),
    "cyan": (0.10, 0.74, 0.80),
    "pink": (0.96, 0.52, 0.72),
    "white": (0.93, 0.93, 0.91),
}
"""Colours that no demonstration shows and no goal names."""

TINTS: Mapping[str, Rgb] = {"warm": (1.0, 0.84, 0.62), "cool": (0.70, 0.87, 1.0)}
SURFACES = ("table", "floor")

_LAMP_ELEVATION_RAD = (math.radians(20.0), math.radians(55.0))
_DIM, _BRIGHT = (0.55, 0.75), (1.15, 1.35)
_LIGHT = 0.35  # of the lamp and of the headlight, as a rule
_UNLIKE = 0.4
"""Distance between two colours, red, green and blue from 0 to 1, that nobody confuses."""

_TILE_M = (0.02, 0.07)
_CAMERA_OFFSET_M = (0.015, 0.04)
_CAMERA_TURN_RAD = (math.radians(1.5), math.radians(4.0))


@dataclass(frozen=True)
class Lighting:
    """Where light comes from, and its colours at full strength 1.

    Attributes:
        direction: in which the lamp shines; a unit vector of the station frame.
        lamp: light of the lamp.
        headlight: light that comes from beside the camera.
        ambient: light from everywhere.
    """

    direction: Vector
    lamp: Rgb
    headlight: Rgb
    ambient: Rgb


@dataclass(frozen=True)
class Surface:
    """A pattern of two colours.

    Attributes:
        colours: the ground, and the tiles or specks on it.
        tile_m: edge of a tile; specks are much finer [m].
        is_chequered: whether it has tiles, or else specks.
    """

    colours: tuple[Rgb, Rgb]
    tile_m: float
    is_chequered: bool


@dataclass(frozen=True)
class SceneShift:
    """All that is changed about one scene; nothing, as it stands.

    Attributes:
        lighting: the light, where it is another one.
        surfaces: how the table and the floor look, by name.
        cameras: where displaced cameras really stand, in the station frame, by name.
        distractors: things that lie about and have nothing to do with the task.
        places: where they lie, and their colours.
        colours: what becomes of the colours of the layout.
    """

    lighting: Lighting | None = None
    surfaces: Mapping[str, Surface] = field(default_factory=dict)
    cameras: Mapping[str, Pose] = field(default_factory=dict)
    distractors: tuple[SceneObject, ...] = ()
    places: tuple[Placement, ...] = ()
    colours: Mapping[Rgb, Rgb] = field(default_factory=dict)

    def applied_to(self, layout: Layout) -> Layout:
        """Return the layout in its new colours and with what lies about."""
        own = tuple(
            replace(placement, colour=self.colours.get(placement.colour, placement.colour))
            if placement.colour
            else placement
            for placement in layout.placements
        )
        return replace(layout, placements=own + self.places)


UNSHIFTED = SceneShift()
"""The station as it is described."""


def draw_shift(
    shifts: Collection[Shift],
    *,
    skill: Skill,
    seed: int,
    layout: Layout,
    description: StationDescription,
) -> SceneShift:
    """Draw what changes; equal arguments give equal shifts.

    Args:
        shifts: what is to change.
        skill: what the scene is for.
        seed: of its layout.
        layout: what lies where.
        description: the station as it is described; that never changes.
    """

    def draw(shift: Shift) -> Draw:
        return Draw(description, [crc32(skill.name.encode()), seed, crc32(shift.encode())])

    result = UNSHIFTED
    if Shift.LIGHTING in shifts:
        result = replace(result, lighting=_lighting(draw(Shift.LIGHTING)))
    if Shift.TEXTURES in shifts:
        textures = draw(Shift.TEXTURES)
        result = replace(result, surfaces={name: _surface(textures) for name in SURFACES})
    if Shift.CAMERAS in shifts:
        result = replace(result, cameras=_cameras(draw(Shift.CAMERAS), description))
    if Shift.DISTRACTORS in shifts:
        things, places = draw_distractors(
            draw(Shift.DISTRACTORS), skill.objects, layout, description.embodiment.cameras
        )
        result = replace(result, distractors=things, places=places)
    if Shift.COLOURS in shifts:
        result = replace(result, colours=_colours(draw(Shift.COLOURS), layout))
    return result


def _lighting(draw: Draw) -> Lighting:
    """Draw light that is dimmer or brighter, warmer or cooler, and comes from the side."""
    brightness = _one_of(draw, _DIM, _BRIGHT)
    strength = draw.number(0.4, 1.0)
    tint = TINTS[draw.choice(list(TINTS))]
    light = _mixed((1.0, 1.0, 1.0), tint, strength)
    from_the_lamp = draw.number(1.1, 1.7)
    return Lighting(
        direction=_direction(draw.number(0.0, math.tau), -draw.number(*_LAMP_ELEVATION_RAD)),
        lamp=_scaled(light, _LIGHT * brightness * from_the_lamp),
        headlight=_scaled(light, _LIGHT * brightness * (2.0 - from_the_lamp)),
        ambient=_scaled(light, _LIGHT * brightness),
    )


def _surface(draw: Draw) -> Surface:
    hue, saturation = draw.number(0.0, 1.0), draw.number(0.12, 0.40)
    value = draw.number(0.45, 0.85)
    contrast = draw.number(0.12, 0.25)
    other = value - contrast if value > 0.6 else value + contrast
    return Surface(
        colours=(
            colorsys.hsv_to_rgb(hue, saturation, value),
            colorsys.hsv_to_rgb(hue, saturation, other),
        ),
        tile_m=draw.number(*_TILE_M),
        is_chequered=draw.number(0.0, 1.0) < 0.5,
    )


def _cameras(draw: Draw, description: StationDescription) -> dict[str, Pose]:
    """Draw where the cameras beside the table really stand."""
    poses: dict[str, Pose] = {}
    for camera in description.embodiment.cameras:
        if camera.mount is Mount.SCENE:
            offset = np.array(_any_direction(draw)) * draw.number(*_CAMERA_OFFSET_M)
            turn = np.array(_any_direction(draw)) * draw.number(*_CAMERA_TURN_RAD)
            told = camera.pose
            rotation = told.rotation @ rotation_from_vector(turn)
            poses[camera.name] = Pose(told.position + offset, rotation)
    return poses


def _colours(draw: Draw, layout: Layout) -> dict[Rgb, Rgb]:
    """Draw a shade for each colour that goals name, for others a hue that was never shown.

    A shade is still called by the same word, and nothing else could be: goals stay true.
    """
    named = [colour for word, colour in COLOURS.items() if word in layout.words.values()]
    unlike = [
        hue
        for hue in UNSEEN_HUES.values()
        if all(math.dist(hue, colour) > _UNLIKE for colour in named)
    ]
    hues = itertools.cycle(draw.several(unlike, len(unlike)))
    present = dict.fromkeys(place.colour for place in layout.placements if place.colour)
    return {colour: _shade(draw, colour) if colour in named else next(hues) for colour in present}


def _shade(draw: Draw, colour: Rgb) -> Rgb:
    """Return the colour darker, lighter or paler."""
    kind, amount = draw.choice(["darker", "lighter", "paler"]), draw.number(0.20, 0.32)
    if kind == "darker":
        return _scaled(colour, 1.0 - amount)
    if kind == "lighter":
        return _mixed(colour, (1.0, 1.0, 1.0), amount)
    grey = sum(colour) / len(colour)
    return _mixed(colour, (grey, grey, grey), amount)


def _one_of(draw: Draw, low: tuple[float, float], high: tuple[float, float]) -> float:
    """Return a number of one of two ranges: never what lies between them."""
    return draw.number(*(low if draw.number(0.0, 1.0) < 0.5 else high))


def _any_direction(draw: Draw) -> Vector:
    """Return a unit vector; all directions are equally likely."""
    return _direction(draw.number(0.0, math.tau), math.asin(draw.number(-1.0, 1.0)))


def _direction(azimuth_rad: float, elevation_rad: float) -> Vector:
    level = math.cos(elevation_rad)
    return level * math.cos(azimuth_rad), level * math.sin(azimuth_rad), math.sin(elevation_rad)


def _scaled(vector: Vector, factor: float) -> Vector:
    x, y, z = vector
    return factor * x, factor * y, factor * z


def _mixed(first: Rgb, second: Rgb, share: float) -> Rgb:
    """Return ``first`` with a share of ``second``."""
    x, y, z = (a + share * (b - a) for a, b in zip(first, second, strict=True))
    return x, y, z
