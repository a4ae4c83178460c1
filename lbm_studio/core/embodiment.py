"""What a body can sense and do, as data: arms, cameras, action chunks, rates and limits.

No other module holds the number of arms, cameras, steps or hertz as a literal. Frames: the station
frame is the centre of the table top, x away from the bases, y to the left, z up. An arm's end
effector frame has its origin between the finger tips, z out of the hand; the fingers open along y.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from lbm_studio.core.errors import UnknownNameError
from lbm_studio.core.pose import POSE_VECTOR_SIZE, Pose


class Mount(StrEnum):
    """What a camera is fixed to."""

    SCENE = "scene"
    WRIST = "wrist"


@dataclass(frozen=True)
class ArmDescription:
    """One arm with a parallel gripper.

    Attributes:
        name: e.g. ``"right"``.
        base: pose of the arm's base in the station frame.
        home_joints_rad: the joint angles it rests at [rad].
        gripper_max_width_m: distance between the fingers when fully open [m].
    """

    name: str
    base: Pose
    home_joints_rad: tuple[float, ...]
    gripper_max_width_m: float


@dataclass(frozen=True)
class CameraDescription:
    """One colour camera, a pinhole without distortion.

    The camera looks along its own -z, y up (OpenGL).

    Attributes:
        name: semantic name, e.g. ``"wrist_left_minus"``.
        mount: fixed in the scene or to a hand.
        arm: the arm that carries it; None for a scene camera.
        width_px: image width [px].
        height_px: image height [px].
        vertical_fov_rad: vertical field of view [rad].
        pose: pose of the camera in the station frame (scene) or in the end effector frame of its
            arm (wrist).
        latency_s: how long after it was taken a picture is there [s]. A simulated camera is as
            late; what is recorded and acted on goes by when each picture was taken.
    """

    name: str
    mount: Mount
    arm: str | None
    width_px: int
    height_px: int
    vertical_fov_rad: float
    pose: Pose
    latency_s: float = 0.0


@dataclass(frozen=True)
class ChunkSpec:
    """The shape of an action chunk in time.

    Attributes:
        length: steps predicted.
        past: how many of them lie before the observation; execution starts at this index.
        execute: how many steps are executed before the next prediction.
        rate_hz: steps a second [Hz].
    """

    length: int
    past: int
    execute: int
    rate_hz: float

    @property
    def period_s(self) -> float:
        """Duration of one step [s]."""
        return 1.0 / self.rate_hz


@dataclass(frozen=True)
class Embodiment:
    """What a policy controls and sees. The order of ``arms`` is the order of the action vector.

    Attributes:
        name: e.g. ``"dual_fr3"``.
        arms: in action order.
        cameras: in the order the policy sees them.
        chunk: horizon and rate.
    """

    name: str
    arms: tuple[ArmDescription, ...]
    cameras: tuple[CameraDescription, ...]
    chunk: ChunkSpec

    @cached_property
    def arm_names(self) -> tuple[str, ...]:
        return tuple(arm.name for arm in self.arms)

    @cached_property
    def camera_names(self) -> tuple[str, ...]:
        return tuple(camera.name for camera in self.cameras)

    @property
    def action_size(self) -> int:
        """Length of an action or state vector: per arm a pose, then per arm a gripper width."""
        return len(self.arms) * (POSE_VECTOR_SIZE + 1)

    def arm(self, name: str) -> ArmDescription:
        """Return one arm's description.

        Raises:
            UnknownNameError: there is no such arm.
        """
        for arm in self.arms:
            if arm.name == name:
                return arm
        raise UnknownNameError("arm", name, self.arm_names)

    def camera(self, name: str) -> CameraDescription:
        """Return one camera's description.

        Raises:
            UnknownNameError: there is no such camera.
        """
        for camera in self.cameras:
            if camera.name == name:
                return camera
        raise UnknownNameError("camera", name, self.camera_names)


@dataclass(frozen=True)
class SafetyCard:
    """Limits that policy and teleoperation both live under, in the station frame.

    What happens at each of them is told in :mod:`lbm_studio.core.safety`. The defaults of the
    speeds, of the workspace, of the elbow and of the distance between bodies are TRI's public
    run-time limits for a two-armed station (lbm_eval, dual-Panda differential IK), as is the part
    of the joint speeds.

    Attributes:
        max_linear_speed_m_s: of the end effector [m/s].
        max_angular_speed_rad_s: of the end effector [rad/s].
        workspace_min_m: smallest x, y, z of the gripper centre [m].
        workspace_max_m: largest x, y, z of the gripper centre [m].
        min_arm_distance_m: between the two gripper centres [m].
        min_body_distance_m: between any parts of two arms [m].
        min_table_distance_m: between the table and every part of an arm but its base and its
            fingers, for which the workspace ends early enough [m].
        joint_margin_rad: by which every joint stays inside its range [rad].
        max_elbow_rad: largest angle of the fourth joint, short of the stretched arm [rad].
        max_joint_speed_share: part of the speed that a joint is capable of where it is.
        max_force_n: with which an arm may push, where that is measured [N].
        max_torque_nm: likewise about the end effector [Nm].
        max_tracking_error_m: between where an end effector was sent and where it is [m].
        max_tracking_error_rad: likewise, turns [rad].
        max_jump_m: between two targets, one after the other [m].
        max_jump_rad: likewise, turns [rad].
        policy_hold_s: a policy's answer this overdue is waited for at rest [s].
        policy_stop_s: an answer this overdue is a stop [s].
        max_picture_age_s: of the pictures that a policy acts on [s].
        dead_man_s: an input device silent for so long has been let go of [s].
        heartbeat_s: the window may be silent for so long while the arms move [s].
    """

    max_linear_speed_m_s: float = 0.4
    max_angular_speed_rad_s: float = 1.5707963267948966
    workspace_min_m: tuple[float, float, float] = (-0.375, -0.7, 0.015)
    workspace_max_m: tuple[float, float, float] = (0.2, 0.7, 0.9)
    min_arm_distance_m: float = 0.08
    min_body_distance_m: float = 0.01
    min_table_distance_m: float = 0.01
    joint_margin_rad: float = 0.05
    max_elbow_rad: float = -0.6108652381980153
    max_joint_speed_share: float = 0.9
    max_force_n: float = 30.0
    max_torque_nm: float = 10.0
    max_tracking_error_m: float = 0.12
    max_tracking_error_rad: float = 0.6
    max_jump_m: float = 0.25
    max_jump_rad: float = 1.5
    policy_hold_s: float = 0.25
    policy_stop_s: float = 1.0
    max_picture_age_s: float = 0.5
    dead_man_s: float = 0.3
    heartbeat_s: float = 0.5


class Measurement(StrEnum):
    """What arms may measure beside poses, gripper widths and joint angles."""

    JOINT_VELOCITIES = "joint velocities"
    JOINT_TORQUES = "joint torques"
    WRENCHES = "wrenches"


@dataclass(frozen=True)
class StationDescription:
    """What a station is, as it describes itself to everybody else.

    Attributes:
        name: e.g. ``"simulated"``.
        title: the name people read, e.g. ``"Simulated station"``.
        simulated: whether no hardware is behind it.
        embodiment: arms, cameras and rates.
        safety: the limits in force.
        measures: what all of its arms measure beside poses, gripper widths and joint angles.
    """

    name: str
    title: str
    simulated: bool
    embodiment: Embodiment
    safety: SafetyCard
    measures: tuple[Measurement, ...] = ()
