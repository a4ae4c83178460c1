"""One simulated arm: its part of the model, and the targets it is moving to."""

# MuJoCo carries no type information.
# pyright: reportAttributeAccessIssue=false

import mujoco
import numpy as np

from lbm_studio.core.action import ArmTarget
from lbm_studio.core.embodiment import ArmDescription
from lbm_studio.core.observation import WRENCH_SIZE, ArmState
from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.station.kinematics import ArmKinematics
from lbm_studio.station.simulation.scene import arm_part

_MAX_JOINT_SPEED_RAD_S = 2.5
_FINGERS = ("finger1", "finger2")


class SimulatedArm:
    """Moves one arm of a scene through joint position control.

    Args:
        description: the arm.
        model: the compiled scene.
    """

    def __init__(self, description: ArmDescription, model: mujoco.MjModel) -> None:
        self._description = description
        self._model = model
        name = description.name
        self._root = int(model.body(arm_part(name, "hand")).rootid[0])
        joints = [arm_part(name, f"joint{i + 1}") for i in range(len(description.home_joints_rad))]
        self._positions = np.array([model.joint(joint).qposadr[0] for joint in joints])
        self._velocities = np.array([model.joint(joint).dofadr[0] for joint in joints])
        self._motors = np.array([model.actuator(joint).id for joint in joints])
        self._gripper = model.actuator(arm_part(name, "gripper")).id
        self._fingers = [model.joint(arm_part(name, finger)).qposadr[0] for finger in _FINGERS]
        self._tool = model.site(arm_part(name, "tool")).id
        self._kinematics = ArmKinematics(description)
        self._start = np.asarray(description.home_joints_rad)
        self._goal = self._start

    @property
    def name(self) -> str:
        """Which arm it is."""
        return self._description.name

    def place(self, data: mujoco.MjData, joints_rad: FloatArray) -> None:
        """Put the arm at rest at these joint angles, gripper open."""
        width = self._description.gripper_max_width_m
        data.qpos[self._positions] = joints_rad
        data.ctrl[self._motors] = joints_rad
        data.qpos[self._fingers] = width / 2.0
        data.ctrl[self._gripper] = width
        self._head_for(joints_rad, joints_rad)

    def state(self, data: mujoco.MjData) -> ArmState:
        """Return what the arm measures."""
        rotation = data.site_xmat[self._tool].reshape(3, 3).copy()
        return ArmState(
            pose=Pose(data.site_xpos[self._tool].copy(), rotation),
            gripper_width_m=float(data.qpos[self._fingers].sum()),
            joints_rad=data.qpos[self._positions].copy(),
            joint_velocities_rad_s=data.qvel[self._velocities].copy(),
            joint_torques_nm=data.qfrc_actuator[self._velocities].copy(),
            wrench=self._wrench(data),
        )

    def _wrench(self, data: mujoco.MjData) -> FloatArray:
        """Return what everything that touches the arm exerts on it, about the end effector."""
        roots = self._model.body_rootid[self._model.geom_bodyid[data.contact.geom]]
        own = roots == self._root  # (contacts, 2)
        tool_m = data.site_xpos[self._tool]
        local, total = np.zeros(WRENCH_SIZE), np.zeros(WRENCH_SIZE)
        for number in np.flatnonzero(own[:, 0] != own[:, 1]):
            mujoco.mj_contactForce(self._model, data, int(number), local)
            axes = data.contact.frame[number].reshape(3, 3) * (1.0 if own[number, 1] else -1.0)
            force, torque = local[:3] @ axes, local[3:] @ axes
            lever_m = data.contact.pos[number] - tool_m
            total += np.concatenate([force, torque + np.cross(lever_m, force)])
        return total

    def solve(self, target: Pose, period_s: float) -> FloatArray:
        """Return joint angles for a pose of the end effector to be reached within ``period_s``."""
        return self._kinematics.solve(target, max_joint_step_rad=_MAX_JOINT_SPEED_RAD_S * period_s)

    def follow(self, data: mujoco.MjData, joints_rad: FloatArray, target: ArmTarget) -> None:
        """Begin to move from where the arm is told to be now towards a target."""
        self._head_for(data.ctrl[self._motors].copy(), joints_rad)
        data.ctrl[self._gripper] = target.gripper_width_m

    def hold(self, data: mujoco.MjData) -> None:
        """Stay where the arm is told to be now."""
        now = data.ctrl[self._motors].copy()
        self._head_for(now, now)

    def stop(self, data: mujoco.MjData) -> None:
        """Stay where the arm measures itself to be now."""
        now = data.qpos[self._positions].copy()
        data.ctrl[self._motors] = now
        self._head_for(now, now)

    def interpolate(self, data: mujoco.MjData, fraction: float) -> None:
        """Tell the motors to be ``fraction`` of the way to the target."""
        data.ctrl[self._motors] = self._start + fraction * (self._goal - self._start)

    def _head_for(self, start: FloatArray, goal: FloatArray) -> None:
        self._start, self._goal = start, goal
        self._kinematics.reset(goal)
