"""The controller of one arm, through franky: the only module that calls the driver library.

One thread constructs and uses it; :meth:`FrankaController.stop` alone may be called from any other.
"""

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lbm_studio.core.errors import StationError
from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.station.arms.faults import RobotMode
from lbm_studio.station.arms.frames import disagreement
from lbm_studio.station.arms.settings import ArmSettings, Reference

if TYPE_CHECKING:
    import franky

ARM_PORT = 1337
"""Where the controller of an arm listens."""

_FR3_LOWEST_RAD = (-2.7437, -1.7837, -2.9007, -3.0421, -2.8065, 0.5445, -3.0159)
_FR3_HIGHEST_RAD = (2.7437, 1.7837, 2.9007, -0.1518, 2.8065, 4.5169, 3.0159)

_FR3_LIMITS = {
    "translation_acceleration_limit": 9.0,
    "translation_jerk_limit": 4500.0,
    "rotation_acceleration_limit": 17.0,
    "rotation_jerk_limit": 8500.0,
    "joint_acceleration_limit": 10.0,
    "joint_jerk_limit": 5000.0,
}
"""The library says of an FR3 what is true of its predecessor; these are the FR3's (SI units)."""

_PROBE_S = 1.0


@dataclass(frozen=True)
class Reading:
    """What a controller says of its arm, in the frame of the arm's base.

    Attributes:
        robot_time_s: the controller's own clock [s].
        mode: what it is doing.
        errors: names of the errors in force, or of those that ended the last motion.
        success_rate: share of the last commands that came in time, 0 to 1.
        ee: pose of the controller's end effector.
        stiffness: pose of the frame the wrench is measured about.
        applied: (6,) the wrench the arm exerts on its surroundings [N, Nm].
        joints_rad: (7,) joint angles [rad].
        joint_velocities_rad_s: (7,) [rad/s].
        joint_torques_nm: (7,) [Nm].
    """

    robot_time_s: float
    mode: RobotMode
    errors: tuple[str, ...]
    success_rate: float
    ee: Pose
    stiffness: Pose
    applied: FloatArray
    joints_rad: FloatArray
    joint_velocities_rad_s: FloatArray
    joint_torques_nm: FloatArray


def require_franky() -> None:
    """Return if the driver library is installed.

    Raises:
        StationError: it is not; the sentence says how to install it.
    """
    try:
        import franky  # noqa: F401
    except ImportError as error:
        raise StationError(
            "Driving FR3 arms needs the extra “robot”: pip install lbm-studio[robot]."
        ) from error


def is_reachable(address: str) -> bool:
    """Whether anything takes connections where an arm should be. Waits a second at most."""
    try:
        socket.create_connection((address, ARM_PORT), timeout=_PROBE_S).close()
    except OSError:
        return False
    return True


class FrankaController:
    """One connected arm. The constructor connects, which takes for ever while the arm is busy.

    Args:
        address: host or IP of the arm.
        settings: how it follows.
    """

    def __init__(self, address: str, settings: ArmSettings) -> None:
        import franky

        self._settings = settings
        self._robot = franky.Robot(
            address,
            default_torque_threshold=settings.collision_torque_nm,
            default_force_threshold=settings.collision_force_n,
            realtime_config=(
                franky.RealtimeConfig.Enforce if settings.realtime else franky.RealtimeConfig.Ignore
            ),
        )
        self._flags = tuple(
            name for name, value in vars(franky.Errors).items() if isinstance(value, property)
        )
        self._tracker: franky.CartesianImpedanceTracker | None = None
        _clamp_limits(self._robot)

    @property
    def is_tracking(self) -> bool:
        """Whether the arm was told to follow references and has not come to the end of that."""
        return self._tracker is not None

    def read(self) -> Reading:
        """Return what the arm says; waits for its next packet while it follows nothing."""
        state = self._robot.state
        ee = _pose(state.O_T_EE)
        return Reading(
            robot_time_s=state.time.to_sec(),
            mode=RobotMode(state.robot_mode.name),
            errors=self._names(state.current_errors) or self._names(state.last_motion_errors),
            success_rate=state.control_command_success_rate,
            ee=ee,
            stiffness=ee @ _pose(state.EE_T_K),
            applied=state.O_F_ext_hat_K,
            joints_rad=state.q,
            joint_velocities_rad_s=state.dq,
            joint_torques_nm=state.tau_J,
        )

    def flange_to_ee(self) -> Pose:
        """Return where Desk says the end effector is."""
        return _pose(self._robot.state.F_T_EE)

    def check_model(self) -> str:
        """Return how far the reported hand is from where the joints put it; empty when it fits."""
        import franky

        state = self._robot.state
        modelled = self._robot.model.pose(franky.Frame.EndEffector, state)
        return disagreement(_pose(state.O_T_EE), _pose(modelled))

    def track(self, posture_rad: tuple[float, ...]) -> None:
        """Begin to follow references, the first being where the arm is.

        Args:
            posture_rad: the joint angles that its elbow is drawn to [rad].
        """
        import franky

        settings = self._settings
        self._tracker = franky.CartesianImpedanceTracker(
            self._robot,
            translational_stiffness=settings.translational_stiffness_n_m,
            rotational_stiffness=settings.rotational_stiffness_nm_rad,
            translational_error_clip=np.full(3, settings.error_clip_m),
            rotational_error_clip=np.full(3, settings.error_clip_rad),
            posture_task=franky.PostureTask(
                target=np.asarray(posture_rad),
                stiffness=settings.posture_stiffness_nm_rad,
                max_torque=settings.posture_torque_nm,
            ),
            lower_joint_limits=np.asarray(_FR3_LOWEST_RAD),
            upper_joint_limits=np.asarray(_FR3_HIGHEST_RAD),
        )

    def aim(self, reference: Reference) -> None:
        """Follow a reference of the controller's own end effector from now on."""
        import franky

        if self._tracker is not None:
            twist = franky.Twist(reference.velocity, reference.angular_velocity)
            self._tracker.set_target(_affine(reference.pose), twist)

    def poll(self) -> None:
        """Raise what ended the following of references, if anything did."""
        if self._tracker is None:
            return
        try:
            is_over = self._robot.poll_motion()
        except Exception:
            self._tracker = None
            raise
        if is_over:
            self._tracker = None

    def rest(self, within_s: float) -> None:
        """Bring the arm to rest smoothly; brake where that takes longer than ``within_s``."""
        import franky

        if self._tracker is None:
            return
        self._tracker = None
        self._robot.move(franky.TorqueStopMotion(), asynchronous=True)
        if not self._robot.join_motion(within_s):
            self._robot.stop()

    def await_end(self, within_s: float) -> None:
        """Wait until the arm follows nothing any more.

        The library must not be let go of before, not even of an arm that can no longer be reached.

        Raises:
            Exception: what ended the following of references.
        """
        self._tracker = None
        self._robot.join_motion(within_s)

    def stop(self) -> None:
        """Make the controller brake. Any thread may call this."""
        self._robot.stop()

    def recover(self) -> None:
        """Clear the controller's errors; may take a quarter of a minute. Nothing moves."""
        self._robot.recover_from_errors()

    def _names(self, errors: "franky.Errors") -> tuple[str, ...]:
        return tuple(name for name in self._flags if getattr(errors, name))


def _clamp_limits(robot: "franky.Robot") -> None:
    for name, value in _FR3_LIMITS.items():
        limit = getattr(robot, name)
        limit.set(np.minimum(value, limit.max))


def _pose(affine: "franky.Affine") -> Pose:
    matrix = affine.matrix
    return Pose(matrix[:3, 3].copy(), matrix[:3, :3].copy())


def _affine(pose: Pose) -> "franky.Affine":
    import franky

    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = pose.rotation, pose.position
    return franky.Affine(matrix)
