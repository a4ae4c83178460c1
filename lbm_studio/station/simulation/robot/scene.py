"""The scene of the robot simulator: its own arms, on the table and among the objects of a skill."""

# MuJoCo carries no type information.
# pyright: reportAttributeAccessIssue=false

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from franky_sim.mujoco_simulator import MujocoSimulator

from lbm_studio.core.embodiment import ArmDescription, StationDescription
from lbm_studio.core.errors import StationError
from lbm_studio.station.simulation.objects import SceneObject
from lbm_studio.station.simulation.scene import build_things, quaternion

_FINGER_JOINT = {"armature": "0.1", "damping": "1", "frictionloss": "0.2"}
"""As supplied, the dry friction of an arm's joints holds the fingers back too."""

_CONTACTS = {"cone": "elliptic", "impratio": "10"}
"""As in the simulated station; grasps slip otherwise."""


def robot_scene(
    description: StationDescription, objects: Sequence[SceneObject] = ()
) -> MujocoSimulator:
    """Return a simulator of all arms of a station, each on its base, and of what lies on the table.

    The arms are called ``robot0_``, ``robot1_`` ... in it, in the order of the embodiment, see
    :func:`simulated_joint`; tables and objects are called as in the simulated station.
    """
    simulator = MujocoSimulator()
    _mend(simulator.scene)
    for ground in simulator.worldbody.findall("geom[@name='ground']"):
        simulator.worldbody.remove(ground)  # the table top lies where it was
    things = _root_element(build_things(objects), "worldbody")
    simulator.worldbody.extend(list(things))
    for arm in description.embodiment.arms:
        _add_arm(simulator, arm)
    return simulator


def simulated_joint(arm_index: int, joint: str) -> str:
    """Return what a joint of our own model is called in the scene of the robot simulator.

    Args:
        arm_index: which arm, in the order of the embodiment.
        joint: ``"joint1"`` ... ``"joint7"``, ``"finger1"`` or ``"finger2"``.
    """
    kind, number = joint[:-1], joint[-1]
    return f"robot{arm_index}_{'fr3_joint' if kind == 'joint' else 'finger_joint'}{number}"


def _mend(scene: ET.Element) -> None:
    finger = _child(scene, "default/default/default[@class='finger']/joint")
    finger.attrib.update(_FINGER_JOINT)
    _child(scene, "option").attrib.update(_CONTACTS)


def _add_arm(simulator: MujocoSimulator, arm: ArmDescription) -> None:
    x, y, z = arm.base.position
    simulator.add_robot(
        initial_q=arm.home_joints_rad,
        initial_hand_width=arm.gripper_max_width_m,
        position=(float(x), float(y), float(z)),
    )
    turn = quaternion(arm.base.rotation)
    simulator.worldbody[-1].set("quat", " ".join(str(float(part)) for part in turn))


def _root_element(xml: str, tag: str) -> ET.Element:
    return _child(ET.fromstring(xml), tag)


def _child(element: ET.Element, path: str) -> ET.Element:
    found = element.find(path)
    if found is None:
        raise StationError(
            f"The robot simulator's model has no “{path}”: install franky-sim 1.0.4."
        )
    return found
