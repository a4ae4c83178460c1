"""What a station does when it is asked to: from requests to motions of the control loop."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from lbm_studio.core.action import Action
from lbm_studio.core.embodiment import ChunkSpec
from lbm_studio.core.errors import StationError, UnknownNameError
from lbm_studio.core.shift import Shift
from lbm_studio.link import messages
from lbm_studio.link.messages import Accepted, Message, Mode
from lbm_studio.station.control.loop import ControlLoop
from lbm_studio.station.control.motions import (
    DemonstrationMotion,
    Demonstrator,
    HomingMotion,
    Motion,
    PolicyMotion,
    Predictor,
)


class Scene(Protocol):
    """The objects of a simulated station."""

    @property
    def skills(self) -> Sequence[str]:
        """Names of the skills that can be laid out."""
        ...

    @property
    def skill(self) -> str:
        """The skill that is laid out; empty before the first."""
        ...

    @property
    def seed(self) -> int:
        """Its seed; -1 before the first."""
        ...

    def load(self, skill: str, seed: int, shifts: tuple[Shift, ...]) -> str:
        """Lay out a skill, bring the arms home and return the goal.

        Raises:
            StudioError: there is no such skill, or the station cannot do it.
        """
        ...

    def is_success(self) -> bool | None:
        """Whether the goal of the layout is reached; None before the first."""
        ...

    def is_reached(self, goal: str) -> bool:
        """Whether ``goal`` is a way to ask for what the layout shows, and that is reached."""
        ...

    def demonstrator(self, *, disturbance: bool) -> Demonstrator:
        """Return somebody who knows how to do it."""
        ...


class StationCommands:
    """Carries out requests, in the thread of the control loop.

    Args:
        loop: what moves the arms.
        spec: the shape of a policy's chunks.
        home: where the arms rest.
        predictor: how a policy is asked.
        teleoperation: makes the motion of an input device, by its name.
        devices: the names of the input devices.
        scene: the objects of a simulated station; None where they are real.
    """

    def __init__(
        self,
        loop: ControlLoop,
        spec: ChunkSpec,
        *,
        home: Action,
        predictor: Predictor,
        teleoperation: Callable[[str], Motion],
        devices: Sequence[str],
        scene: Scene | None = None,
    ) -> None:
        self.goal = ""
        self._loop = loop
        self._spec = spec
        self._home = home
        self._predictor = predictor
        self._teleoperation = teleoperation
        self._devices = devices
        self._scene = scene
        self._handlers: dict[type[Message], Callable[[Any], None]] = {
            messages.LoadScene: self._load_scene,
            messages.SetGoal: self._set_goal,
            messages.StartTeleoperation: self._start_teleoperation,
            messages.StartDemonstration: self._start_demonstration,
            messages.StartPolicy: self._start_policy,
            messages.SetSpeed: self._set_speed,
            messages.Pause: lambda _: loop.pause(),
            messages.Resume: lambda _: loop.resume(),
            messages.GoHome: lambda _: loop.start(HomingMotion(self._home)),
            messages.Halt: lambda _: loop.halt(),
        }

    def handle(self, request: Message, asked_ns: int) -> Message:
        """Carry out one request.

        Args:
            request: what to do.
            asked_ns: when it was asked for [ns].

        Raises:
            StudioError: it cannot be carried out; the text says why.
        """
        if isinstance(request, messages.ResetStop):
            decided_ns = asked_ns if request.decided_ns is None else request.decided_ns
            self._loop.reset_stop(min(decided_ns, asked_ns))
            return Accepted()
        handler = self._handlers.get(type(request))
        if handler is None:
            raise StationError(f"The station does not know what “{type(request).__name__}” means.")
        handler(request)
        return Accepted()

    def _load_scene(self, request: messages.LoadScene) -> None:
        self._loop.require_released()
        scene = self._require_scene()
        if self._loop.mode is not Mode.IDLE:
            raise StationError("The arms are in use. Halt them before another scene is laid out.")
        self.goal = scene.load(request.skill, request.seed, request.shifts)
        self._loop.rearrange()

    def _set_goal(self, request: messages.SetGoal) -> None:
        goal = request.goal.strip()
        if isinstance(self._loop.motion, PolicyMotion):
            self._loop.motion.goal = _require_goal(goal)
        self.goal = goal

    def _start_teleoperation(self, request: messages.StartTeleoperation) -> None:
        self._loop.require_released()
        if request.device not in self._devices:
            raise UnknownNameError("input device", request.device, self._devices)
        self._loop.start(self._teleoperation(request.device))

    def _start_demonstration(self, request: messages.StartDemonstration) -> None:
        self._loop.require_released()
        scene = self._require_scene()
        if not scene.skill:
            raise StationError("There is nothing to demonstrate yet. Lay out a scene first.")
        demonstrator = scene.demonstrator(disturbance=request.disturbance)
        self._loop.start(DemonstrationMotion(demonstrator))

    def _start_policy(self, request: messages.StartPolicy) -> None:
        self._loop.require_released()
        goal = _require_goal(request.goal.strip())
        motion = PolicyMotion(
            self._predictor,
            self._spec,
            goal=goal,
            speed=request.speed,
            card=self._loop.card,
            is_reached=lambda: self._scene is not None and self._scene.is_reached(self.goal),
        )
        self.goal = goal
        self._loop.start(motion)

    def _set_speed(self, request: messages.SetSpeed) -> None:
        if not isinstance(self._loop.motion, PolicyMotion):
            raise StationError("There is no speed to set: no policy is running.")
        self._loop.motion.schedule.speed = request.speed

    def _require_scene(self) -> Scene:
        if self._scene is None:
            raise StationError("This station is real: it has no simulated scenes.")
        return self._scene


def _require_goal(goal: str) -> str:
    if not goal:
        raise StationError("The policy needs a goal. Say what the arms should do.")
    return goal
