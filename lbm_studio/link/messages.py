"""Every message that crosses a process boundary; of devices: ``inputs``, ``health``.

Vectors follow :mod:`lbm_studio.core.action`; times are monotonic [ns].
"""

from enum import StrEnum

import msgspec

from lbm_studio.core.cues import Cue
from lbm_studio.core.shift import Shift
from lbm_studio.link.health import ConnectStep, Health, Recover
from lbm_studio.link.inputs import (
    ArrangeDevices,
    InputDevices,
    PhonePose,
    TakePressed,
    TeleopInput,
)
from lbm_studio.link.message import Message


class Mode(StrEnum):
    """Who moves the arms."""

    IDLE = "idle"
    TELEOPERATION = "teleoperation"
    DEMONSTRATION = "demonstration"
    POLICY = "policy"
    HOMING = "homing"
    PAUSED = "paused"
    STOPPED = "stopped"


# --- asked of the station process; each is answered by Accepted or Refused ------------------------


class Describe(Message, frozen=True):
    """Ask for the station description; answered by Description."""


class LoadScene(Message, frozen=True):
    """Lay out the objects of a simulated skill, with the station shifted or as it is described."""

    skill: str
    seed: int
    shifts: tuple[Shift, ...] = ()


class SetGoal(Message, frozen=True):
    """Change the prompt in force."""

    goal: str


class StartTeleoperation(Message, frozen=True):
    """Let a device move the arms, e.g. ``keyboard``: see core.teleoperation.Device."""

    device: str


class StartDemonstration(Message, frozen=True):
    """Let the scripted demonstrator act on the loaded scene (simulation only)."""

    disturbance: bool = True


class StartPolicy(Message, frozen=True):
    """Run the policy that the inference process has loaded, towards ``goal``.

    ``speed`` scales the rate at which chunks are played, 0.25 to 2.
    """

    goal: str
    speed: float = 1.0


class SetSpeed(Message, frozen=True):
    """Change the speed of a running policy."""

    speed: float


class Pause(Message, frozen=True):
    """Hold still; the policy can go on with Resume."""


class Resume(Message, frozen=True):
    """Go on after Pause."""


class GoHome(Message, frozen=True):
    """Return both arms to their rest pose, slowly."""


class Halt(Message, frozen=True):
    """End teleoperation, demonstration or policy and hold still. Not a stop: nothing latches."""


class ResetStop(Message, frozen=True):
    """Release the latched stop. Refused while its cause is still there.

    Attributes:
        decided_ns: when somebody began to ask for it, e.g. to hold the button; stops that came
            later stay latched. None for the moment it is received [ns].
    """

    decided_ns: int | None = None


class Heartbeat(Message, frozen=True):
    """The window is alive. The station stops when these cease while it moves."""

    sent_ns: int


StationRequest = (
    Describe
    | LoadScene
    | SetGoal
    | StartTeleoperation
    | ArrangeDevices
    | StartDemonstration
    | StartPolicy
    | SetSpeed
    | Pause
    | Resume
    | GoHome
    | Halt
    | ResetStop
    | Recover
    | TeleopInput
    | PhonePose
    | Heartbeat
)


# --- answers --------------------------------------------------------------------------------------


class Accepted(Message, frozen=True):
    """It is done, or has begun."""


class Refused(Message, frozen=True):
    """It was not done; ``reason`` is a sentence for people."""

    reason: str


class Description(Message, frozen=True):
    """The station's own description, as JSON of StationDescription, and its skills (simulation)."""

    station: str
    skills: tuple[str, ...]


# --- published by the station process at the loop rate --------------------------------------------


class Tick(Message, frozen=True):
    """What the station measured and sent in one step of its loop.

    Attributes:
        number: counts the ticks of this station process.
        captured_ns: when the state was read; the renderer stamps its frames with the same value.
        state: measured state vector (A,).
        joints: joint angles of all arms, one after the other [rad].
        sent: the action vector that really went to the arms after the safety clamp, or empty when
            nothing was commanded.
        clamped: names of the limits that changed the action, if any.
        mode: who moves the arms.
        goal: the prompt in force.
        skill: simulated skill that is laid out, or empty.
        seed: its seed, or -1.
        success: whether the simulated goal is reached; None without one.
        finished: the demonstrator or the policy's trial has come to its end.
        stop_reason: why the stop is latched; empty when it is not.
        late_ms: how late this tick was [ms].
        intent: per camera (arms x 3) flattened: x, y as fractions of the image, confidence.
        latency_ns: how long after it was captured the state was there [ns].
        joint_velocities: of all arms, one after the other [rad/s].
        joint_torques: likewise [Nm]; empty where they are not measured.
        wrenches: likewise, six numbers an arm [N, Nm]; empty where they are not measured.
    """

    number: int
    captured_ns: int
    state: tuple[float, ...]
    joints: tuple[float, ...]
    sent: tuple[float, ...]
    clamped: tuple[str, ...]
    mode: Mode
    goal: str
    skill: str
    seed: int
    success: bool | None
    finished: bool
    stop_reason: str
    late_ms: float
    intent: dict[str, tuple[float, ...]]
    latency_ns: int = 0
    joint_velocities: tuple[float, ...] = ()
    joint_torques: tuple[float, ...] = ()
    wrenches: tuple[float, ...] = ()


class Physics(Message, frozen=True):
    """The simulator's state at a tick, for the renderer alone.

    Attributes:
        number: the tick it belongs to.
        captured_ns: as in Tick.
        skill: which scene is loaded.
        seed: its seed.
        shifts: what it is shifted in.
        positions: float64 bytes of the generalised positions.
        mocap: float64 bytes of the positions and quaternions of fixtures.
    """

    number: int
    captured_ns: int
    skill: str
    seed: int
    positions: bytes
    mocap: bytes
    shifts: tuple[Shift, ...] = ()


# --- inference process ----------------------------------------------------------------------------


class LoadPolicy(Message, frozen=True):
    """Load a checkpoint folder. Answered by Accepted or Refused."""

    checkpoint: str


class CheckGoal(Message, frozen=True):
    """Ask whether the loaded policy was taught anything like ``goal``.

    Answered by Accepted, or by Refused with what it knows instead.
    """

    goal: str


class Predict(Message, frozen=True):
    """Ask for a chunk from the frames of ``captured_ns`` (or the newest) in shared memory.

    Attributes:
        number: identifies the request.
        session: changes when an episode begins; the policy then forgets the last one.
        captured_ns: capture time of the state [ns].
        state: measured state vector (A,).
        goal: the prompt.
        seed: of whatever the policy draws at random; counts when the session changes.
    """

    number: int
    session: int
    captured_ns: int
    state: tuple[float, ...]
    goal: str
    seed: int = 0


class Chunk(Message, frozen=True):
    """The answer to Predict: absolute action vectors in the station frame.

    Attributes:
        number: of the request.
        session: of the request.
        observed_ns: capture time of the oldest thing it was predicted from: state or frames [ns].
        past: leading steps that lie before the observation.
        actions: one vector a step.
        intent: as in Tick.
        seconds: time the prediction took [s].
    """

    number: int
    session: int
    observed_ns: int
    past: int
    actions: tuple[tuple[float, ...], ...]
    intent: dict[str, tuple[float, ...]]
    seconds: float


InferenceRequest = LoadPolicy | CheckGoal | Predict


# --- writer process -------------------------------------------------------------------------------


class BeginEpisode(Message, frozen=True):
    """Record the ticks from now on into a dataset folder (made when it does not exist)."""

    dataset: str
    goal: str
    source: str
    operator: str = ""


class KeepEpisode(Message, frozen=True):
    """Finish, verify and keep the running episode; answered by EpisodeKept or Refused."""

    success: bool | None


class DiscardEpisode(Message, frozen=True):
    """Forget the running episode."""


class JudgeEpisode(Message, frozen=True):
    """Say what is doubtful about the running episode; answered by EpisodeJudged or Refused."""


class EpisodeJudged(Message, frozen=True):
    """What is known of an episode that is neither kept nor discarded."""

    frames: int
    dropped_ticks: int
    findings: tuple[str, ...]


class EpisodeKept(Message, frozen=True):
    """The episode is on disk and verified."""

    index: int
    frames: int
    dropped_ticks: int
    findings: tuple[str, ...]


WriterRequest = BeginEpisode | JudgeEpisode | KeepEpisode | DiscardEpisode


# --- speech process -------------------------------------------------------------------------------


class Verdict(StrEnum):
    """Whether a recording holds a goal, and why not."""

    HEARD = "heard"
    SILENCE = "silence"
    NO_SPEECH = "no speech"
    UNSURE = "unsure"


class SpeechPhase(StrEnum):
    """What the speech process does."""

    IDLE = "idle"
    LISTENING = "listening"
    RECOGNISING = "recognising"
    DONE = "done"


class StartListening(Message, frozen=True):
    """Record from the microphone; what was being recorded or recognised is forgotten.

    Attributes:
        goals: what people may speak of, what matters most first.
        model: file of the recogniser; empty takes the one that is installed.
    """

    goals: tuple[str, ...] = ()
    model: str = ""


class FinishListening(Message, frozen=True):
    """End the recording and recognise it."""


class CancelListening(Message, frozen=True):
    """End the recording and forget it."""


class FollowListening(Message, frozen=True):
    """Ask how far it is; answered by Listening, or by Refused once it cannot go on."""


class Hearing(Message, frozen=True):
    """What was heard.

    Attributes:
        verdict: whether it is a goal.
        text: the goal; empty unless it was heard.
        confidence: how sure the recogniser is, 0 to 1.
    """

    verdict: Verdict
    text: str = ""
    confidence: float = 0.0


class Listening(Message, frozen=True):
    """How far the speech process is.

    Attributes:
        phase: what it does.
        level_dbfs: the loudest sample of the last moment [dBFS].
        recorded_s: length of the recording [s].
        hearing: once it is done.
    """

    phase: SpeechPhase
    level_dbfs: float
    recorded_s: float
    hearing: Hearing | None = None


class PlayCue(Message, frozen=True):
    """Play a short sound."""

    cue: Cue


SpeechRequest = StartListening | FinishListening | CancelListening | FollowListening | PlayCue


# --- published by the renderer or the camera processes --------------------------------------------


class FramesReady(Message, frozen=True):
    """The frames of one tick are in shared memory.

    Attributes:
        number: the tick.
        captured_ns: of the tick [ns].
        slot: slot of the ring that holds them.
        seconds: time it took to render or grab them [s].
        devices_ns: when each was taken, on the clock of its own camera, where it has one [ns].
        troubles: why cameras give no fresh pictures, sentences by camera; the others do.
    """

    number: int
    captured_ns: int
    slot: int
    seconds: float
    devices_ns: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    troubles: dict[str, str] = msgspec.field(default_factory=dict[str, str])


# --- what may arrive ------------------------------------------------------------------------------

Answer = Accepted | Refused | Description | Chunk | EpisodeJudged | EpisodeKept | Listening
"""Whatever answers a request."""

Published = Tick | Physics | FramesReady | InputDevices | TakePressed | Health | ConnectStep
"""Whatever is told to everybody."""
