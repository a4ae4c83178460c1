# MuJoCo carries no type information.
# pyright: reportAttributeAccessIssue=false

import mujoco
import pytest

from lbm_studio.station.simulation.catalogue import SKILLS
from lbm_studio.station.simulation.embodiments import STATIONS, dual_fr3
from lbm_studio.station.simulation.scene import build_scene
from lbm_studio.station.simulation.skill import Skill


@pytest.mark.parametrize("skill", SKILLS, ids=lambda skill: skill.name)
def test_nothing_but_friction_can_hold_what_a_hand_grasps(skill: Skill) -> None:
    model = build_scene(dual_fr3(), skill.objects, samples=0).model

    joint = mujoco.mjtEq.mjEQ_JOINT.value  # couples the two fingers of a hand
    assert set(model.eq_type.tolist()) == {joint}
    assert model.neq == len(dual_fr3().embodiment.arms)
    movable = [thing.name for thing in skill.objects if not thing.is_fixture]
    assert all(model.body(name).mocapid[0] == -1 for name in movable)
    assert all(model.body_dofnum[model.body(name).id] == 6 for name in movable)


@pytest.mark.parametrize("name", STATIONS)
def test_whole_physics_steps_fill_a_period_of_the_policy(name: str) -> None:
    description = STATIONS[name]()

    model = build_scene(description, (), samples=0).model

    steps = description.embodiment.chunk.period_s / model.opt.timestep
    assert steps == pytest.approx(round(steps))
    assert model.opt.timestep <= 0.004


def test_samples_set_the_smoothness_of_the_pictures() -> None:
    assert build_scene(dual_fr3(), (), samples=4).model.vis.quality.offsamples == 4
