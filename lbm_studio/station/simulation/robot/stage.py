"""What happens among the simulated arms, told in terms of the simulated station.

Both have the same joints and objects in different models. What is laid out in one is carried into
the other, by the names of joints and fixtures.
"""

# MuJoCo carries no type information.
# pyright: reportAttributeAccessIssue=false, reportOptionalMemberAccess=false

import mujoco
import numpy as np
from franky_sim.mujoco_simulator import MujocoSimulator
from numpy.typing import NDArray

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StationError
from lbm_studio.core.shift import Shift
from lbm_studio.station.simulation.robot.scene import simulated_joint
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.station import SimulatedStation

Addresses = NDArray[np.intp]


class Stage:
    """The objects of one skill among the arms of a running simulator.

    Args:
        description: the station whose arms they are.
        skill: what can be laid out; None leaves the table empty.
        simulator: the running simulator, with the objects of the skill in its scene.
    """

    def __init__(
        self, description: StationDescription, skill: Skill | None, simulator: MujocoSimulator
    ) -> None:
        self._skill = skill
        self._station = SimulatedStation(description)
        self._model, self._data = simulator.model, simulator.data
        self.seed = -1
        """Of what lies there; -1 before the first layout."""
        if skill is not None:
            self._station.load(skill, 0)
        ours = self._station.model
        arms = description.embodiment.arm_names
        names = {self._name(ours.joint(i).name, arms): i for i in range(ours.njnt)}
        self._positions = _pairs(
            [(_joint(ours, ours.joint(i).name), _joint(self._model, n)) for n, i in names.items()]
        )
        objects = [name for name in names if not name.startswith("robot")]
        self._objects = _pairs(
            [(_joint(ours, name), _joint(self._model, name)) for name in objects]
        )
        self._speeds = np.concatenate(
            [_speeds(self._model, name) for name in objects] or [np.zeros(0, np.intp)]
        )
        fixtures = [b for b in map(ours.body, range(ours.nbody)) if b.mocapid[0] >= 0]
        self._fixtures = _pairs([(b.mocapid, self._model.body(b.name).mocapid) for b in fixtures])

    @property
    def skill(self) -> str:
        """Name of the skill; empty without one."""
        return self._skill.name if self._skill else ""

    def lay_out(self, skill: str, seed: int, shifts: tuple[Shift, ...] = ()) -> None:
        """Put the objects where a seed wants them, at rest. The arms stay where they are.

        Raises:
            StationError: the simulator was started for another skill, or for none.
        """
        if self._skill is None or skill != self.skill:
            sentence = f"This simulator was started for “{self.skill or 'an empty table'}”."
            raise StationError(f"{sentence} Start another one for “{skill}”.")
        if shifts:
            raise StationError("The robot simulator cannot be shifted.")
        self._station.load(self._skill, seed)
        positions, mocap = map(np.frombuffer, self._station.snapshot())
        ours, theirs = self._objects
        self._data.qpos[theirs] = positions[ours]
        self._data.qvel[self._speeds] = 0.0
        ours, theirs = self._fixtures
        places, turns = _split(mocap)
        self._data.mocap_pos[theirs], self._data.mocap_quat[theirs] = places[ours], turns[ours]
        mujoco.mj_forward(self._model, self._data)
        self.seed = seed

    def snapshot(self) -> tuple[bytes, bytes]:
        """Return positions and fixtures, as :meth:`SimulatedStation.restore` takes them."""
        positions, mocap = (np.frombuffer(part).copy() for part in self._station.snapshot())
        ours, theirs = self._positions
        positions[ours] = self._data.qpos[theirs]
        return positions.tobytes(), mocap.tobytes()

    @staticmethod
    def _name(joint: str, arms: tuple[str, ...]) -> str:
        """Return what a joint of our model is called in that of the simulator."""
        arm, _, part = joint.partition("/")
        return simulated_joint(arms.index(arm), part) if arm in arms else joint


def _joint(model: mujoco.MjModel, name: str) -> Addresses:
    joint = model.joint(name)
    return joint.qposadr[0] + np.arange(len(joint.qpos0))


def _speeds(model: mujoco.MjModel, name: str) -> Addresses:
    joint = model.joint(name)
    return joint.dofadr[0] + np.arange(len(joint.damping))


def _pairs(pairs: list[tuple[Addresses, Addresses]]) -> tuple[Addresses, Addresses]:
    if not pairs:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    ours, theirs = zip(*pairs, strict=True)
    return np.concatenate(ours), np.concatenate(theirs)


def _split(mocap: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return positions (n, 3) and quaternions (n, 4) of fixtures."""
    count = mocap.size // 7
    return mocap[: 3 * count].reshape(-1, 3), mocap[3 * count :].reshape(-1, 4)
