"""A station without dynamics: every arm goes to its target at constant speed as the clock moves."""

from collections.abc import Callable, Sequence

import numpy as np

from lbm_studio.core.action import Action, ArmTarget
from lbm_studio.core.clock import Clock, seconds_between
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StationError
from lbm_studio.core.observation import ArmState, CameraFrame, StationState
from lbm_studio.core.pose import FloatArray, Pose, interpolate
from lbm_studio.station.kinematics import ArmKinematics

START_M = (-0.1, 0.0, 0.3)
SPACING_M = 0.3


def rest_action(description: StationDescription) -> Action:
    """Return where a kinematic station begins: the arms side by side, pointing down."""
    down = np.diag([1.0, -1.0, -1.0])
    return Action(
        {
            arm.name: ArmTarget(
                Pose(np.add(START_M, (0.0, index * SPACING_M, 0.0)), down), arm.gripper_max_width_m
            )
            for index, arm in enumerate(description.embodiment.arms)
        }
    )


class KinematicStation:
    """Fulfils :class:`lbm_studio.station.interface.Station`; a target is reached one period later.

    Args:
        description: arms and rates.
        clock: moves the arms.
    """

    def __init__(self, description: StationDescription, clock: Clock) -> None:
        self.description = description
        self.fault = ""
        self.wrenches: dict[str, FloatArray] = {}
        self.is_stuck = False
        self.stops = 0
        self.before_command: Callable[[], None] = lambda: None
        self.commands: list[Action] = []
        self._clock = clock
        self._start = self._target = rest_action(description)
        self._commanded_ns = clock.now_ns()
        self._kinematics = {a.name: ArmKinematics(a) for a in description.embodiment.arms}

    def connect(self) -> None:
        """Nothing has to be taken hold of."""

    def close(self) -> None:
        """Nothing has to be released."""

    def read(self) -> StationState:
        if self.fault:
            raise StationError(self.fault)
        arms = {
            name: ArmState(
                target.pose,
                target.gripper_width_m,
                self._kinematics[name].solve(target.pose),
                np.zeros(7),
                wrench=self.wrenches.get(name),
            )
            for name, target in self._where().arms.items()
        }
        return StationState(arms, self._clock.now_ns())

    def command(self, action: Action) -> None:
        self.before_command()
        if not self.is_stuck:
            self._start, self._target = self._where(), action
        self._commanded_ns = self._clock.now_ns()
        self.commands.append(action)

    def hold(self) -> None:
        self._start = self._target = self._where()

    def stop(self) -> None:
        self._start = self._target = self._where()
        self.stops += 1

    def capture(self, camera_names: Sequence[str]) -> dict[str, CameraFrame]:
        now_ns = self._clock.now_ns()
        cameras = [self.description.embodiment.camera(name) for name in camera_names]
        return {
            camera.name: CameraFrame(
                np.zeros((camera.height_px, camera.width_px, 3), np.uint8), now_ns
            )
            for camera in cameras
        }

    def _where(self) -> Action:
        elapsed_s = seconds_between(self._commanded_ns, self._clock.now_ns())
        fraction = min(1.0, elapsed_s / self.description.embodiment.chunk.period_s)
        return Action(
            {
                name: ArmTarget(
                    interpolate(start.pose, self._target.arms[name].pose, fraction),
                    start.gripper_width_m
                    + fraction * (self._target.arms[name].gripper_width_m - start.gripper_width_m),
                )
                for name, start in self._start.arms.items()
            }
        )
