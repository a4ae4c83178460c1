"""How one arm is driven: stiffness, time-outs, and what its hand is told."""

from dataclasses import dataclass, field

import numpy as np

from lbm_studio.core.pose import FloatArray, Pose, rotation_from_vector

INTERPOLATION_S = 0.01
"""Time between two references given to the impedance controller, which itself runs at 1 kHz [s]."""

_HAND_LENGTH_M = 0.1034
_HAND_TURN_RAD = -np.pi / 4.0


def franka_hand() -> Pose:
    """Return ``flange_T_tool`` of the Franka Hand with its own fingers."""
    turn = rotation_from_vector(np.array([0.0, 0.0, _HAND_TURN_RAD]))
    return Pose(np.array([0.0, 0.0, _HAND_LENGTH_M]), turn)


@dataclass(frozen=True)
class GripperSettings:
    """How a hand opens and closes.

    Attributes:
        speed_m_s: of both fingers together [m/s].
        force_n: with which it squeezes [N].
        dead_band_m: targets nearer to the last one than this are not worth a new movement [m].
        closed_below_m: targets below this mean “grasp whatever is there” [m].
        width_tolerance_m: a hand that opens less than described by more than this was never
            homed [m].
    """

    speed_m_s: float = 0.1
    force_n: float = 30.0
    dead_band_m: float = 0.002
    closed_below_m: float = 0.01
    width_tolerance_m: float = 0.01


@dataclass(frozen=True)
class ArmSettings:
    """How an arm follows its targets.

    Attributes:
        realtime: whether to insist on a real-time kernel.
        translational_stiffness_n_m: of the end effector [N/m].
        rotational_stiffness_nm_rad: of the end effector [Nm/rad].
        error_clip_m: no larger distance to the target is pulled at, along each axis [m]; the last
            joints bear 12 Nm, which bounds this and the next.
        error_clip_rad: likewise for the rotation [rad].
        posture_stiffness_nm_rad: with which the elbow is drawn to the home posture [Nm/rad].
        posture_torque_nm: no joint is drawn harder than this [Nm].
        collision_torque_nm: external torque at a joint that makes the arm give up [Nm].
        collision_force_n: external force at the hand that makes the arm give up [N].
        connect_within_s: an arm that has not answered by then is busy or away [s].
        silent_after_s: an arm whose state has not changed for so long does not answer [s]. Where
            it is simulated on a busy machine, longer.
        stop_within_s: how long :meth:`FrankaStation.stop` waits for an arm to confirm [s]; longer
            than the supervisor of the stop waits before it kills the process, which makes an arm
            stop by its own reflex.
        flange_to_tool: pose of the end effector (between the finger tips) on the flange.
        gripper: how the hand moves.
    """

    realtime: bool = False
    translational_stiffness_n_m: float = 1000.0
    rotational_stiffness_nm_rad: float = 30.0
    error_clip_m: float = 0.03
    error_clip_rad: float = 0.2
    posture_stiffness_nm_rad: float = 10.0
    posture_torque_nm: float = 3.0
    collision_torque_nm: float = 40.0
    collision_force_n: float = 60.0
    connect_within_s: float = 5.0
    silent_after_s: float = 0.5
    stop_within_s: float = 0.2
    flange_to_tool: Pose = field(default_factory=franka_hand)
    gripper: GripperSettings = GripperSettings()


@dataclass(frozen=True)
class Reference:
    """Where an end effector should be now, in the frame of the arm's base.

    Attributes:
        pose: of the end effector.
        velocity: (3,) of its origin [m/s].
        angular_velocity: (3,) [rad/s].
    """

    pose: Pose
    velocity: FloatArray
    angular_velocity: FloatArray
