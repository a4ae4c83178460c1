"""What the station measures and what a policy is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.action import Action, ArmTarget
from lbm_studio.core.embodiment import Measurement
from lbm_studio.core.pose import FloatArray, Pose

WRENCH_SIZE = 6

_FIELDS: Mapping[Measurement, str] = {
    Measurement.JOINT_VELOCITIES: "joint_velocities_rad_s",
    Measurement.JOINT_TORQUES: "joint_torques_nm",
    Measurement.WRENCHES: "wrench",
}


@dataclass(frozen=True)
class ArmState:
    """What one arm measures.

    Attributes:
        pose: of the end effector in the station frame.
        gripper_width_m: distance between the fingers [m].
        joints_rad: (J,) joint angles [rad].
        joint_velocities_rad_s: (J,) joint velocities [rad/s].
        joint_torques_nm: (J,) torques of the motors [Nm]; None where they are not measured.
        wrench: (6,) force [N] and torque about the end effector [Nm] that the arm is met with,
            gravity and inertia of its own left out, in the station frame; None where it is not
            measured.
    """

    pose: Pose
    gripper_width_m: float
    joints_rad: FloatArray
    joint_velocities_rad_s: FloatArray
    joint_torques_nm: FloatArray | None = None
    wrench: FloatArray | None = None


@dataclass(frozen=True)
class StationState:
    """All arms at one moment.

    Attributes:
        arms: by arm name.
        captured_ns: when they were read, monotonic [ns].
    """

    arms: Mapping[str, ArmState]
    captured_ns: int

    def as_vector(self, arm_names: Sequence[str]) -> FloatArray:
        """Return (A,) in the layout of :mod:`lbm_studio.core.action`."""
        return self.as_action().as_vector(arm_names)

    def joined(self, measurement: Measurement, arm_names: Sequence[str]) -> FloatArray:
        """Return what all arms measure, one after the other; empty where any does not."""
        field = _FIELDS[measurement]
        parts: list[FloatArray | None] = [getattr(self.arms[name], field) for name in arm_names]
        known = [part for part in parts if part is not None]
        return np.concatenate(known) if len(known) == len(parts) else np.zeros(0)

    def as_action(self) -> Action:
        """Return the action that asks every arm to stay where it was measured."""
        return Action({n: ArmTarget(s.pose, s.gripper_width_m) for n, s in self.arms.items()})


@dataclass(frozen=True)
class CameraFrame:
    """One picture.

    Attributes:
        image: (H, W, 3) uint8, RGB.
        captured_ns: when it was taken, monotonic [ns].
    """

    image: NDArray[np.uint8]
    captured_ns: int


@dataclass(frozen=True)
class Observation:
    """Everything a policy may look at: images, proprioception and the prompt.

    Never simulator state.

    Attributes:
        state: the arms.
        frames: by camera name; a missing camera is absent.
        goal: the prompt in plain language.
    """

    state: StationState
    frames: Mapping[str, CameraFrame]
    goal: str
