"""Collaborators of the view-models, typed from their Protocols, that tests move by hand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec
import numpy as np

from lbm_studio.app.background import outcome_of
from lbm_studio.app.commands import OnAnswer
from lbm_studio.app.events import Signal
from lbm_studio.app.live import LiveFrame
from lbm_studio.app.program_run import ProgramOutcome
from lbm_studio.app.safety_card import LimitCounts
from lbm_studio.app.supervisor import ProcessName, ProcessStatus
from lbm_studio.core.embodiment import (
    ArmDescription,
    CameraDescription,
    ChunkSpec,
    Embodiment,
    Mount,
    SafetyCard,
    StationDescription,
)
from lbm_studio.core.errors import StudioError
from lbm_studio.core.pose import Pose
from lbm_studio.link.messages import (
    Accepted,
    DiscardEpisode,
    EpisodeJudged,
    EpisodeKept,
    FollowListening,
    GoHome,
    Halt,
    Health,
    Hearing,
    JudgeEpisode,
    KeepEpisode,
    Listening,
    LoadScene,
    Message,
    Mode,
    Pause,
    Refused,
    ResetStop,
    Resume,
    SpeechPhase,
    StartDemonstration,
    StartPolicy,
    StartTeleoperation,
    Tick,
    Verdict,
)
from tests.link.ticks import AT_REST

IDENTITY = Pose(np.zeros(3), np.eye(3))
SECOND_NS = 1_000_000_000
NEVER_OLD_NS = 1_000_000 * SECOND_NS
"""When a tick was taken that shall count as new throughout a test [ns]."""


def station_description() -> StationDescription:
    """Return a station of one arm and two cameras."""
    arm = ArmDescription("right", IDENTITY, (0.0,) * 7, 0.08)
    cameras = (
        CameraDescription("scene_right_0", Mount.SCENE, None, 32, 24, 1.0, IDENTITY),
        CameraDescription("wrist_right_minus", Mount.WRIST, "right", 16, 12, 1.0, IDENTITY),
    )
    embodiment = Embodiment("tiny", (arm,), cameras, ChunkSpec(8, 1, 4, 5.0))
    return StationDescription("tiny", "Tiny station", True, embodiment, SafetyCard())


def two_armed_description() -> StationDescription:
    """Return the same station with a left arm."""
    description = station_description()
    (right,) = description.embodiment.arms
    arms = (right, replace(right, name="left"))
    return replace(description, embodiment=replace(description.embodiment, arms=arms))


def first_tick() -> Tick:
    """Return a tick of a station at rest with nothing laid out."""
    return msgspec.structs.replace(AT_REST, state=(0.0,) * 10, joints=(0.0,) * 7, late_ms=1.0)


class FakeStation:
    """A station, writer and inference process that answer at once. Fulfils StationLink.

    ``refuse`` maps a type of message to the reason it is refused with. With ``shows_scenes`` off,
    a test publishes itself the tick that shows what was laid out.
    """

    def __init__(self) -> None:
        self.description: StationDescription | None = station_description()
        self.skills: tuple[str, ...] = ("stack_cups", "lift_tray")
        self.tick: Tick | None = first_tick()
        self.health: Health | None = None
        self.connect_step = ""
        self.frames: dict[str, LiveFrame] = {}
        self.late_ms: tuple[float, ...] = (1.0, 2.0)
        self.rate_hz = 5.0
        self.limits = LimitCounts()
        self.asked: list[Message] = []
        self.told: list[Message] = []
        self.refuse: dict[type[Message], str] = {}
        self.hold_back: set[type[Message]] = set()
        self.held_back: list[Callable[[], object]] = []
        self.kept = 0
        self.doubts: tuple[str, ...] = ()
        self.shows_scenes = True

    def change(self, **changes: object) -> None:
        """Publish the next tick with changes."""
        assert self.tick is not None
        number = self.tick.number + 1
        self.tick = msgspec.structs.replace(self.tick, number=number, **changes)

    def show_pictures(self, captured_ns: int) -> None:
        """Publish a picture of every camera."""
        assert self.description is not None
        self.frames = {
            camera.name: LiveFrame(
                np.zeros((camera.height_px, camera.width_px, 3), np.uint8), captured_ns, 5.0
            )
            for camera in self.description.embodiment.cameras
        }

    def vanish(self) -> None:
        """Be disconnected."""
        self.description, self.tick, self.frames = None, None, {}

    def ask(self, message: Message, on_answer: OnAnswer, timeout_s: float = 1.0) -> None:
        self._answer(message, on_answer)

    def ask_writer(self, message: Message, on_answer: OnAnswer, timeout_s: float) -> None:
        self._answer(message, on_answer)

    def ask_inference(self, message: Message, on_answer: OnAnswer, timeout_s: float) -> None:
        self._answer(message, on_answer)

    def tell(self, message: Message) -> None:
        self.told.append(message)

    def asked_for(self, kind: type[Message]) -> list[Message]:
        """Return the requests of one type."""
        return [message for message in self.asked if isinstance(message, kind)]

    def release(self) -> None:
        """Answer what was held back."""
        waiting, self.held_back = self.held_back, []
        for answer in waiting:
            answer()

    def _answer(self, message: Message, on_answer: OnAnswer) -> None:
        self.asked.append(message)
        if type(message) in self.hold_back:
            self.held_back.append(lambda: on_answer(self._react(message)))
        else:
            on_answer(self._react(message))

    def _react(self, message: Message) -> Message:
        reason = self.refuse.get(type(message))
        if reason is not None:
            return Refused(reason=reason)
        if isinstance(message, LoadScene):
            if not self.shows_scenes:
                return Accepted()
            goal = f"please {message.skill.replace('_', ' ')}"
            self.change(skill=message.skill, seed=message.seed, goal=goal, success=False)
        elif isinstance(message, JudgeEpisode):
            return EpisodeJudged(frames=50, dropped_ticks=0, findings=self.doubts)
        elif isinstance(message, KeepEpisode):
            self.kept += 1
            return EpisodeKept(index=self.kept - 1, frames=50, dropped_ticks=0, findings=())
        elif isinstance(message, StartPolicy):
            self.change(mode=Mode.POLICY, goal=message.goal, success=False, finished=False)
        elif not isinstance(message, DiscardEpisode) and type(message) in _MODES:
            self.change(mode=_MODES[type(message)], stop_reason="", finished=False)
        return Accepted()


_MODES: Mapping[type[Message], Mode] = {
    StartDemonstration: Mode.DEMONSTRATION,
    StartTeleoperation: Mode.TELEOPERATION,
    Pause: Mode.PAUSED,
    Resume: Mode.POLICY,
    GoHome: Mode.HOMING,
    Halt: Mode.IDLE,
    ResetStop: Mode.IDLE,
}


class FakeSpeech:
    """A speech process that answers at once. Fulfils SpeechLink.

    ``listening`` is what it tells of itself, ``refuse`` maps a type of message to a reason.
    """

    def __init__(self) -> None:
        self.asked: list[Message] = []
        self.refuse: dict[type[Message], str] = {}
        self.hold_back: set[type[Message]] = set()
        self.held_back: list[Callable[[], object]] = []
        self.listening = Listening(phase=SpeechPhase.LISTENING, level_dbfs=-20.3, recorded_s=1.0)

    def ask(self, message: Message, on_answer: OnAnswer, timeout_s: float) -> None:
        self.asked.append(message)
        if type(message) in self.hold_back:
            self.held_back.append(lambda: on_answer(self._react(message)))
        else:
            on_answer(self._react(message))

    def release(self) -> None:
        """Answer what was held back."""
        waiting, self.held_back = self.held_back, []
        for answer in waiting:
            answer()

    def done(self, verdict: Verdict, text: str = "", confidence: float = 0.9) -> None:
        """Have recognised something."""
        hearing = Hearing(verdict=verdict, text=text, confidence=confidence)
        self.listening = Listening(
            phase=SpeechPhase.DONE, level_dbfs=-96.0, recorded_s=0.0, hearing=hearing
        )

    def _react(self, message: Message) -> Message:
        reason = self.refuse.get(type(message))
        if reason is not None:
            return Refused(reason=reason)
        return self.listening if isinstance(message, FollowListening) else Accepted()


class FakeProcesses:
    """Processes that run when they are told to. Fulfils Processes."""

    def __init__(self) -> None:
        self.died: Signal[ProcessName] = Signal()
        self.is_open = False
        self.log_folder = "/somewhere/logs"
        self.session_folder = ""
        self.running: set[ProcessName] = set()
        self.ended: dict[ProcessName, str] = {}
        self.opened: list[str] = []
        self.cannot_open = ""
        self.restarted: list[ProcessName] = []
        self.camera_process = ProcessName.RENDERER
        self.phones_in_network = False

    def open(self, station: str) -> None:
        if self.cannot_open:
            raise StudioError(self.cannot_open)
        self.opened.append(station)
        self.is_open = True
        self.running = set(ProcessName) - {ProcessName.INFERENCE, ProcessName.PHONE}
        self.running.discard(ProcessName.CAMERAS)

    def ensure(self, name: ProcessName) -> None:
        self.running.add(name)
        self.ended.pop(name, None)

    def restart(self, name: ProcessName) -> None:
        self.restarted.append(name)
        self.ensure(name)

    def open_phone(self, *, in_network: bool) -> None:
        self.phones_in_network = in_network
        self.restart(ProcessName.PHONE)

    def close_phone(self) -> None:
        self.running.discard(ProcessName.PHONE)

    def end(self, name: ProcessName, last_words: str = "") -> None:
        """Let a process end by itself."""
        self.running.discard(name)
        self.ended[name] = last_words
        self.died.emit(name)

    def status(self, name: ProcessName) -> ProcessStatus:
        if name in self.running:
            return ProcessStatus(is_running=True)
        if name in self.ended:
            return ProcessStatus(False, 1, last_words=self.ended[name])
        return ProcessStatus(is_running=False)

    def close(self) -> None:
        self.is_open = False
        self.running = set()

    def poll(self) -> None:
        pass


class InlineBackground:
    """Does the work when it is submitted. Fulfils Background."""

    def submit(self, work, done, failed) -> None:
        outcome_of(work, done, failed)()

    def deliver(self) -> None:
        pass

    def close(self) -> None:
        pass


@dataclass
class FakeProgramRun:
    """A command that ends when the test says so. Fulfils ProgramRun."""

    started: list[tuple[str, ...]] = field(default_factory=list)
    is_running: bool = False
    outcome: ProgramOutcome | None = None

    def start(self, arguments: Sequence[str]) -> None:
        if self.is_running:
            raise StudioError("Wait until the last one has ended.")
        self.started.append(tuple(arguments))
        self.is_running = True

    def end(self, result: Mapping[str, object] | None, sentence: str = "") -> None:
        """End with a result."""
        self.outcome = ProgramOutcome(result, sentence)

    def poll(self) -> ProgramOutcome | None:
        outcome, self.outcome = self.outcome, None
        if outcome is not None:
            self.is_running = False
        return outcome

    def stop(self) -> None:
        self.is_running, self.outcome = False, None
