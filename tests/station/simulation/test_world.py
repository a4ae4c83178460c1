"""What is known of the scene: pieces that move on joints."""

# MuJoCo carries no type information.
# pyright: reportAttributeAccessIssue=false

import mujoco
import numpy as np
import pytest

from lbm_studio.core.errors import UnknownNameError
from lbm_studio.station.simulation.embodiments import single_fr3
from lbm_studio.station.simulation.layout import Layout, Placement
from lbm_studio.station.simulation.objects import (
    JointKind,
    MovingPiece,
    Part,
    SceneObject,
    Shape,
    block,
)
from lbm_studio.station.simulation.scene import build_scene, moving_part
from lbm_studio.station.simulation.world import World

PARTS = (Part(Shape.BOX, (0.05, 0.04, 0.005), (0.0, 0.0, 0.05)),)
PIECES = {
    "drawer": MovingPiece(PARTS, JointKind.SLIDE, (-1.0, 0.0, 0.0), (0.0, 0.08), friction=1.0),
    "lid": MovingPiece(
        PARTS,
        JointKind.HINGE,
        (0.0, 1.0, 0.0),
        (0.0, 1.8),
        anchor=(0.05, 0.0, 0.05),
        friction=0.1,
        inertia=0.02,
    ),
}
OBJECTS = (
    *(SceneObject(name, PARTS, is_fixture=True, moving=piece) for name, piece in PIECES.items()),
    block("bar", (0.01, 0.1, 0.01), mass_kg=0.1),
)
SCENE = build_scene(single_fr3(), OBJECTS, samples=0)
STARTS = {"drawer": 0.03, "lid": 1.2}


@pytest.fixture
def data() -> mujoco.MjData:
    return mujoco.MjData(SCENE.model)


@pytest.fixture
def world(data: mujoco.MjData) -> World:
    """The world a moment after the pieces were placed at their starts."""
    world = World(single_fr3(), SCENE, data)
    pieces = tuple(
        Placement(name, (0.0, y, 0.0), 0.4, joint_position=STARTS[name])
        for name, y in (("drawer", -0.2), ("lid", 0.2))
    )
    world.lay_out(Layout((*pieces, Placement("bar", (0.0, 0.0, 0.01)))))
    for _ in range(100):
        mujoco.mj_step(SCENE.model, data)
    return world


@pytest.mark.parametrize("name", PIECES)
def test_a_moving_piece_stays_where_the_layout_put_it(world: World, name: str) -> None:
    assert world.joint_position(name) == pytest.approx(STARTS[name], abs=1e-3)


@pytest.mark.parametrize("name", PIECES)
def test_a_moving_piece_is_where_its_joint_says(
    world: World, data: mujoco.MjData, name: str
) -> None:
    mujoco.mj_kinematics(SCENE.model, data)

    pose = world.moving_pose(name)

    np.testing.assert_allclose(pose.position, data.body(moving_part(name)).xpos, atol=1e-9)
    np.testing.assert_allclose(
        pose.rotation, data.body(moving_part(name)).xmat.reshape(3, 3), atol=1e-9
    )


def test_where_a_piece_would_be_at_another_position_can_be_asked(world: World) -> None:
    edge = world.moving_pose("lid", np.pi / 2).apply(np.array([-0.05, 0.0, 0.05]))

    hinge = world.pose("lid").apply(np.array([0.05, 0.0, 0.05]))
    np.testing.assert_allclose(edge - hinge, [0.0, 0.0, 0.1], atol=1e-6)


@pytest.mark.parametrize("name", PIECES)
def test_a_piece_goes_no_further_than_its_joint_allows(
    world: World, data: mujoco.MjData, name: str
) -> None:
    data.joint(moving_part(name)).qvel[0] = 3.0
    for _ in range(200):
        mujoco.mj_step(SCENE.model, data)

    assert world.joint_position(name) <= PIECES[name].span[1] + 0.02


def test_what_has_no_moving_piece_is_answered_with_what_has(world: World) -> None:
    with pytest.raises(UnknownNameError, match=r"no moving object called “bar”.*drawer.*lid"):
        world.moving_pose("bar")


def test_what_is_not_there_is_answered_with_what_is(world: World) -> None:
    with pytest.raises(UnknownNameError, match=r"no object called “moon”.*drawer.*bar"):
        world.pose("moon")
