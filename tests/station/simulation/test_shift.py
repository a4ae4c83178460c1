import colorsys
import math

import numpy as np
import pytest

from lbm_studio.core.embodiment import Mount
from lbm_studio.core.shift import Shift
from lbm_studio.station.simulation.catalogue import SKILLS, find_skill
from lbm_studio.station.simulation.embodiments import dual_fr3, single_fr3
from lbm_studio.station.simulation.objects import COLOURS, Rgb
from lbm_studio.station.simulation.shift import UNSHIFTED, SceneShift, draw_shift
from lbm_studio.station.simulation.skill import Skill, draw_layout

CUBES = find_skill("put_cube_in_tray")
STATION = dual_fr3()
FIELDS = {
    Shift.LIGHTING: ("lighting",),
    Shift.TEXTURES: ("surfaces",),
    Shift.CAMERAS: ("cameras",),
    Shift.DISTRACTORS: ("distractors", "places"),
    Shift.COLOURS: ("colours",),
}


def drawn(*shifts: Shift, skill: Skill = CUBES, seed: int = 0) -> SceneShift:
    layout = draw_layout(skill, STATION, seed)
    return draw_shift(shifts, skill=skill, seed=seed, layout=layout, description=STATION)


def test_without_a_shift_nothing_changes() -> None:
    layout = draw_layout(CUBES, STATION, 0)

    assert drawn() == UNSHIFTED
    assert UNSHIFTED.applied_to(layout) == layout


@pytest.mark.parametrize("shift", Shift)
def test_a_seed_always_gives_the_same_shift_whatever_else_is_shifted(shift: Shift) -> None:
    alone, again, together = drawn(shift), drawn(shift), drawn(*Shift)

    assert alone == again
    for name in FIELDS[shift]:
        assert getattr(alone, name) == getattr(together, name) != getattr(UNSHIFTED, name)
    for name in set(vars(alone)) - set(FIELDS[shift]):
        assert getattr(alone, name) == getattr(UNSHIFTED, name)


@pytest.mark.parametrize("shift", Shift)
def test_other_seeds_and_other_skills_give_other_shifts(shift: Shift) -> None:
    others = [drawn(shift, seed=1), drawn(shift, skill=find_skill("push_puck"))]

    assert all(other != drawn(shift) for other in others)


@pytest.mark.parametrize("seed", range(5))
def test_cameras_beside_the_table_stand_a_little_off_the_place_they_are_believed_to_have(
    seed: int,
) -> None:
    cameras = STATION.embodiment.cameras
    poses = drawn(Shift.CAMERAS, seed=seed).cameras

    assert set(poses) == {camera.name for camera in cameras if camera.mount is Mount.SCENE}
    for name, pose in poses.items():
        believed = STATION.embodiment.camera(name).pose
        assert 0.015 <= pose.distance_m(believed) <= 0.04
        assert math.radians(1.5) <= pose.angle_rad(believed) <= math.radians(4.001)


@pytest.mark.parametrize("seed", range(8))
def test_the_lamp_shines_from_above_and_the_light_is_plainly_dimmer_or_brighter(seed: int) -> None:
    light = drawn(Shift.LIGHTING, seed=seed).lighting

    assert light is not None
    assert np.linalg.norm(light.direction) == pytest.approx(1.0)
    assert light.direction[2] < -0.3
    strength = max(light.lamp) + max(light.headlight) + max(light.ambient)
    assert strength < 0.76 * 1.05 or strength > 1.14 * 1.05


@pytest.mark.parametrize("skill", SKILLS, ids=lambda skill: skill.name)
def test_what_a_goal_names_keeps_its_colour_word_and_nothing_else_could_be_meant(
    skill: Skill,
) -> None:
    for seed in range(20):
        layout = draw_layout(skill, STATION, seed)
        colours = drawn(Shift.COLOURS, skill=skill, seed=seed).colours
        named = [c for word, c in COLOURS.items() if word in layout.words.values()]

        assert set(colours) == {p.colour for p in layout.placements if p.colour}
        assert not set(colours.values()) & set(COLOURS.values())
        for before, after in colours.items():
            if before in named:
                assert abs(hue(before) - hue(after)) < 0.02
            else:
                assert min(math.dist(after, shown) for shown in named or [before]) > 0.4


def test_objects_of_one_colour_stay_of_one_colour_and_where_they_are() -> None:
    layout = draw_layout(CUBES, STATION, 0)

    shifted = drawn(Shift.COLOURS).applied_to(layout)

    assert shifted.words == layout.words
    for before, after in zip(layout.placements, shifted.placements, strict=True):
        assert (before.name, before.position) == (after.name, after.position)
    pairs = {
        (p.colour, q.colour) for p, q in zip(layout.placements, shifted.placements, strict=True)
    }
    assert len(pairs) == len({before for before, _ in pairs}) == len({after for _, after in pairs})


def test_a_smaller_station_is_shifted_too() -> None:
    station = single_fr3()
    layout = draw_layout(CUBES, station, 0)

    shift = draw_shift(Shift, skill=CUBES, seed=0, layout=layout, description=station)

    assert len(shift.cameras) == 1
    assert 2 <= len(shift.distractors) <= 3


def hue(colour: Rgb) -> float:
    return colorsys.rgb_to_hsv(*colour)[0]
