"""What happens among the simulated arms, told in terms of the simulated station.

Both have the same joints and objects in different models. What is laid out in one is carried into
the other, by the names of joints and fixtures.
"""

# MuJoCo carries no type information.
# pyright: reportAttributeAccessIssue=false, reportOptionalMemberAccess=false

from collections.abc import Collection
from dataclasses import dataclass

import mujoco
import numpy as np
from franky_sim.mujoco_simulator import MujocoSimulator
from numpy.typing import NDArray

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StationError
from lbm_studio.core.pose import FloatArray
from lbm_studio.core.shift import Shift
from lbm_studio.station.simulation.robot.scene import simulated_joint
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.station import SimulatedStation

Addresses = NDArray[np.intp]


@dataclass(frozen=True)
class Counterpart:
    """One joint, in our model and in that of the simulator.

    Attributes:
        arm: which arm it belongs to, in the order of the embodiment; None: it is an object's.
        ours: where its position stands among our generalised positions.
        theirs: likewise, in the simulator.
        speeds: where its velocity stands in the simulator.
    """

    arm: int | None
    ours: Addresses
    theirs: Addresses
    speeds: Addresses


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
        self._arm_names = description.embodiment.arm_names
        self._skill = skill
        self._station = SimulatedStation(description)
        self._model, self._data = simulator.model, simulator.data
        self.seed = -1
        """Of what lies there; -1 before the first layout."""
        if skill is not None:
            self._station.load(skill, 0)
        ours = self._station.model
        self._joints = [self._counterpart(ours.joint(i).name) for i in range(ours.njnt)]
        fixtures = [ours.body(i) for i in range(ours.nbody) if ours.body(i).mocapid[0] >= 0]
        self._ours = [int(fixture.mocapid[0]) for fixture in fixtures]
        self._theirs = [int(self._model.body(fixture.name).mocapid[0]) for fixture in fixtures]

    @property
    def skill(self) -> str:
        """Name of the skill; empty without one."""
        return self._skill.name if self._skill else ""

    def lay_out(
        self, skill: str, seed: int, shifts: tuple[Shift, ...], free_arms: Collection[int]
    ) -> None:
        """Put the objects where a seed wants them, and arms that are free where it begins; at rest.

        Args:
            skill: whose objects.
            seed: of the layout.
            shifts: none can be simulated here.
            free_arms: arms that nobody holds, in the order of the embodiment; the others stay.

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
        for joint in self._joints:
            if joint.arm is None or joint.arm in free_arms:
                self._data.qpos[joint.theirs] = positions[joint.ours]
                self._data.qvel[joint.speeds] = 0.0
        places, turns = _split(mocap)
        self._data.mocap_pos[self._theirs] = places[self._ours]
        self._data.mocap_quat[self._theirs] = turns[self._ours]
        mujoco.mj_forward(self._model, self._data)
        self.seed = seed

    def snapshot(self) -> tuple[bytes, bytes]:
        """Return positions and fixtures, as :meth:`SimulatedStation.restore` takes them."""
        positions, mocap = self._station.snapshot()
        mapped = np.frombuffer(positions).copy()
        for joint in self._joints:
            mapped[joint.ours] = self._data.qpos[joint.theirs]
        return mapped.tobytes(), mocap

    def _counterpart(self, name: str) -> Counterpart:
        owner, _, part = name.partition("/")
        arm = self._arm_names.index(owner) if owner in self._arm_names else None
        ours = self._station.model.joint(name)
        theirs = self._model.joint(name if arm is None else simulated_joint(arm, part))
        return Counterpart(
            arm,
            ours.qposadr[0] + np.arange(ours.qpos0.size),
            theirs.qposadr[0] + np.arange(theirs.qpos0.size),
            theirs.dofadr[0] + np.arange(theirs.damping.size),
        )


def _split(mocap: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return positions (n, 3) and quaternions (n, 4) of fixtures."""
    count = mocap.size // 7
    return mocap[: 3 * count].reshape(-1, 3), mocap[3 * count :].reshape(-1, 4)
