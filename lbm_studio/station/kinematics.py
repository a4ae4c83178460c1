"""Forward and inverse kinematics of one FR3 arm: from poses of the hand to joint angles and back.

Differential inverse kinematics in the sense of mink: a quadratic programme tracks the pose of the
end effector, keeps the joints inside their limits and draws the redundant elbow towards the arm's
home posture. Each solution starts from the last one, so that neighbouring targets give neighbouring
joint angles, and equal sequences of targets give equal solutions.
"""

# MuJoCo carries no type information.
# pyright: reportAttributeAccessIssue=false

from functools import lru_cache

import mink
import mujoco
import numpy as np

from lbm_studio.core.embodiment import ArmDescription
from lbm_studio.core.paths import resources
from lbm_studio.core.pose import FloatArray, Pose

TOOL = "tool"
"""Name of the end effector frame in the arm model."""

_POSITION_TOLERANCE_M = 1e-4
_ANGLE_TOLERANCE_RAD = 1e-3
_MAX_ITERATIONS = 12
_ORIENTATION_COST = 0.3  # a radian weighs as much as 0.3 m
_POSTURE_COST = 1e-3
_DAMPING = 1e-8
_ITERATION_STEP_RAD = 0.4


class ArmKinematics:
    """Kinematics of one arm in the station frame.

    Args:
        arm: base pose and home posture.
    """

    def __init__(self, arm: ArmDescription) -> None:
        self._base = arm.base
        model = _arm_model()
        self._configuration = mink.Configuration(model)
        self._tool = mink.FrameTask(
            TOOL, "site", position_cost=1.0, orientation_cost=_ORIENTATION_COST, lm_damping=1e-6
        )
        posture = mink.PostureTask(model, cost=_POSTURE_COST)
        posture.set_target(np.asarray(arm.home_joints_rad))
        self._tasks = (self._tool, posture)
        self._limits = (mink.ConfigurationLimit(model),)
        self.reset(np.asarray(arm.home_joints_rad))

    @property
    def joints_rad(self) -> FloatArray:
        """The joint angles of the last solution [rad]."""
        return self._configuration.q.copy()

    def reset(self, joints_rad: FloatArray) -> None:
        """Start the next solution from these joint angles."""
        self._configuration.update(joints_rad)

    def forward(self, joints_rad: FloatArray) -> Pose:
        """Return the pose of the end effector in the station frame."""
        kept = self._configuration.q.copy()
        self._configuration.update(joints_rad)
        found = self._configuration.get_transform_frame_to_world(TOOL, "site")
        self._configuration.update(kept)
        return self._base @ Pose(found.translation(), found.rotation().as_matrix())

    def solve(self, target: Pose, *, max_joint_step_rad: float = np.inf) -> FloatArray:
        """Return joint angles that bring the end effector to a pose, or as near as they can.

        Args:
            target: pose of the end effector in the station frame.
            max_joint_step_rad: no joint moves further than this from the last solution [rad].
        """
        local = target.relative_to(self._base)
        self._tool.set_target(
            mink.SE3.from_rotation_and_translation(
                mink.SO3.from_matrix(np.ascontiguousarray(local.rotation)), local.position
            )
        )
        start = self._configuration.q.copy()
        for _ in range(_MAX_ITERATIONS):
            error = self._tool.compute_error(self._configuration)
            if _is_small(error):
                break
            self._iterate()
        solution = start + np.clip(
            self._configuration.q - start, -max_joint_step_rad, max_joint_step_rad
        )
        self._configuration.update(solution)
        return solution

    def _iterate(self) -> None:
        step = mink.solve_ik(
            self._configuration, self._tasks, 1.0, "daqp", _DAMPING, limits=self._limits
        )
        largest = float(np.abs(step).max())
        self._configuration.integrate_inplace(
            step * min(1.0, _ITERATION_STEP_RAD / max(largest, 1e-9)), 1.0
        )


def _is_small(error: FloatArray) -> bool:
    return bool(
        np.linalg.norm(error[:3]) < _POSITION_TOLERANCE_M
        and np.linalg.norm(error[3:]) < _ANGLE_TOLERANCE_RAD
    )


@lru_cache(maxsize=1)
def _arm_model() -> mujoco.MjModel:
    """The arm alone, without fingers, shapes or motors: seven joints and the end effector frame."""
    spec = mujoco.MjSpec.from_file(str(resources() / "fr3" / "fr3.xml"))
    for part in (
        *spec.geoms,
        *spec.meshes,
        *spec.actuators,
        *spec.tendons,
        *spec.equalities,
        spec.body("left_finger"),
        spec.body("right_finger"),
    ):
        spec.delete(part)
    return spec.compile()
