"""All arms of a station as solid bodies: joint angles for poses, and how near the bodies come.

Where :mod:`lbm_studio.station.kinematics` decides how an arm is to reach a pose, this predicts how
an arm that stands as measured will: its joint angles change by no more than they must. That holds
for whatever moves the redundant elbow, as it is measured anew every time.
"""

# MuJoCo carries no type information.
# pyright: reportAttributeAccessIssue=false

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import combinations

import mujoco
import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.embodiment import ArmDescription, Embodiment
from lbm_studio.core.paths import resources
from lbm_studio.core.pose import FloatArray, Pose, rotation_vector

Joints = Mapping[str, FloatArray]
"""The joint angles of each arm, by its name [rad]."""

_MAX_ITERATIONS = 12
_POSITION_TOLERANCE_M = 1e-5
_ANGLE_TOLERANCE_RAD = 2e-5
_DAMPING = 1e-5
_MAX_STEP_M = 0.1
_MAX_STEP_RAD = 0.4
_MAX_JOINT_STEP_RAD = 0.5
_ON_THE_TABLE = ("base", "link1")  # cannot come nearer to it than they are
_FINGERS = ("left_finger", "right_finger")


class ArmBodies:
    """The arms of an embodiment, each with a hand; the table is the plane z = 0.

    Args:
        embodiment: names and bases of the arms.
    """

    def __init__(self, embodiment: Embodiment) -> None:
        self._model = model = _build(embodiment)
        self._data = mujoco.MjData(model)
        self._arms = {arm.name: _Arm(model, arm) for arm in embodiment.arms}
        self._pairs = {
            (first, second): _pairs(self._arms[first].solids, self._arms[second].solids)
            for first, second in combinations(self._arms, 2)
        }

    @property
    def range_rad(self) -> tuple[FloatArray, FloatArray]:
        """Smallest and largest angle of every joint of an arm [rad]."""
        low, high = self._model.jnt_range[next(iter(self._arms.values())).joints].T
        return low, high

    def poses(self, joints_rad: Joints) -> dict[str, Pose]:
        """Return where the end effectors are."""
        self._place(joints_rad)
        return {name: self._arms[name].pose(self._data) for name in joints_rad}

    def solve(self, targets: Mapping[str, Pose], start: Joints) -> dict[str, FloatArray]:
        """Return joint angles near ``start`` for poses, or those that come nearest to them.

        Args:
            targets: poses of the end effectors in the station frame, by arm.
            start: joint angles of these arms [rad].
        """
        found = {name: np.array(start[name]) for name in targets}
        for _ in range(_MAX_ITERATIONS):
            self._place(found)
            mujoco.mj_comPos(self._model, self._data)
            is_there = True
            for name, target in targets.items():
                step = self._arms[name].step(self._model, self._data, target)
                if step is not None:
                    is_there = False
                    found[name] += step
            if is_there:
                break
        return found

    def above_table_m(self, joints_rad: Joints, within_m: float) -> dict[str, float]:
        """Return the height of each arm's lowest part, hand or link, exact below ``within_m``."""
        self._place(joints_rad)
        return {name: self._arms[name].lowest_m(self._data, within_m) for name in joints_rad}

    def apart_m(self, joints_rad: Joints, within_m: float) -> dict[tuple[str, str], float]:
        """Return how far any parts of two arms are apart; ``within_m`` for all that are further.

        Parts that overlap are at a negative distance.
        """
        self._place(joints_rad)
        return {
            arms: self._nearest_m(pairs, within_m)
            for arms, pairs in self._pairs.items()
            if joints_rad.keys() >= set(arms)
        }

    def _nearest_m(self, pairs: NDArray[np.int_], within_m: float) -> float:
        model, data = self._model, self._data
        first, second = pairs[:, 0], pairs[:, 1]
        between = np.linalg.norm(data.geom_xpos[first] - data.geom_xpos[second], axis=1)
        near = between - model.geom_rbound[first] - model.geom_rbound[second] < within_m
        distances = [
            mujoco.mj_geomDistance(model, data, one, other, within_m, None)
            for one, other in pairs[near]
        ]
        return min(distances, default=within_m)

    def _place(self, joints_rad: Joints) -> None:
        for name, angles in joints_rad.items():
            self._data.qpos[self._arms[name].joints] = angles
        mujoco.mj_kinematics(self._model, self._data)


class _Arm:
    """Where one arm is in the common model."""

    def __init__(self, model: mujoco.MjModel, arm: ArmDescription) -> None:
        names = [f"{arm.name}/joint{i + 1}" for i in range(len(arm.home_joints_rad))]
        self.joints = np.array([model.joint(name).qposadr[0] for name in names])
        self.solids = _geoms(model, arm.name, leave_out=("base",))
        self._low_parts = _geoms(model, arm.name, leave_out=(*_ON_THE_TABLE, *_FINGERS))
        self._corners = {geom: _corners(model, geom) for geom in self._low_parts}
        self._bounds_m = model.geom_rbound[self._low_parts]
        self._tool = model.site(f"{arm.name}/tool").id
        self._jacobian = np.zeros((6, model.nv))

    def pose(self, data: mujoco.MjData) -> Pose:
        rotation = data.site_xmat[self._tool].reshape(3, 3).copy()
        return Pose(data.site_xpos[self._tool].copy(), rotation)

    def step(self, model: mujoco.MjModel, data: mujoco.MjData, target: Pose) -> FloatArray | None:
        """Return the smallest change of the joints towards a target; None when it is reached."""
        rotation = data.site_xmat[self._tool].reshape(3, 3)
        away = target.position - data.site_xpos[self._tool]
        turn = rotation_vector(target.rotation @ rotation.T)
        distance, angle = float(np.linalg.norm(away)), float(np.linalg.norm(turn))
        if distance < _POSITION_TOLERANCE_M and angle < _ANGLE_TOLERANCE_RAD:
            return None
        away *= min(1.0, _MAX_STEP_M / max(distance, 1e-9))
        turn *= min(1.0, _MAX_STEP_RAD / max(angle, 1e-9))
        mujoco.mj_jacSite(model, data, self._jacobian[:3], self._jacobian[3:], self._tool)
        jacobian = self._jacobian[:, self.joints]
        damped = jacobian @ jacobian.T + _DAMPING * np.eye(6)
        step = jacobian.T @ np.linalg.solve(damped, np.concatenate([away, turn]))
        return step * min(1.0, _MAX_JOINT_STEP_RAD / float(np.abs(step).max()))

    def lowest_m(self, data: mujoco.MjData, within_m: float) -> float:
        heights = data.geom_xpos[self._low_parts, 2]
        lowest = within_m
        for geom in self._low_parts[heights - self._bounds_m < within_m]:
            below = float((self._corners[geom] @ data.geom_xmat[geom, 6:]).min())
            lowest = min(lowest, float(data.geom_xpos[geom, 2]) + below)
        return lowest


@lru_cache(maxsize=4)
def _build(embodiment: Embodiment) -> mujoco.MjModel:
    """Return the arms with the shapes of their parts, and nothing else."""
    spec = mujoco.MjSpec()
    for arm in embodiment.arms:
        model = mujoco.MjSpec.from_file(str(resources() / "fr3" / "fr3.xml"))
        pads = [geom for geom in model.geoms if geom.type != mujoco.mjtGeom.mjGEOM_MESH]
        for part in (*pads, *model.actuators, *model.tendons, *model.equalities):
            model.delete(part)
        quaternion = np.zeros(4)
        mujoco.mju_mat2Quat(quaternion, np.ascontiguousarray(arm.base.rotation).ravel())
        frame = spec.worldbody.add_frame(pos=arm.base.position, quat=quaternion)
        frame.attach_body(model.body("base"), f"{arm.name}/", "")
    return spec.compile()


def _geoms(model: mujoco.MjModel, arm: str, *, leave_out: Iterable[str]) -> NDArray[np.int_]:
    """Return the shapes of an arm, but for those of some of its bodies."""
    bodies = [model.body(number).name for number in model.geom_bodyid]
    left_out = {f"{arm}/{body}" for body in leave_out}
    return np.array(
        [
            geom
            for geom, body in enumerate(bodies)
            if body.startswith(f"{arm}/") and body not in left_out
        ]
    )


def _pairs(first: NDArray[np.int_], second: NDArray[np.int_]) -> NDArray[np.int_]:
    """Return (N, 2): every shape of one arm with every shape of the other."""
    return np.stack(np.meshgrid(first, second, indexing="ij"), axis=-1).reshape(-1, 2)


def _corners(model: mujoco.MjModel, geom: int) -> FloatArray:
    """Return (N, 3): the corners of a shape in its own frame [m]."""
    mesh = model.geom_dataid[geom]
    begin = model.mesh_vertadr[mesh]
    return model.mesh_vert[begin : begin + model.mesh_vertnum[mesh]].astype(np.float64)
