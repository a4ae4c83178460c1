"""Snapshots of the Run panel."""

from dataclasses import dataclass
from enum import StrEnum

from lbm_studio.app.views.teach import SceneChoice

MIN_SPEED = 0.25
MAX_SPEED = 2.0


class RunState(StrEnum):
    """What the robot is doing on our behalf."""

    OFFLINE = "offline"
    NEEDS_SKILL = "needs skill"
    READY = "ready"
    LOADING = "loading"
    RUNNING = "running"
    PAUSED = "paused"
    HOMING = "homing"
    BUSY = "busy"
    STOPPED = "stopped"


IN_MOTION = (RunState.RUNNING, RunState.PAUSED, RunState.LOADING, RunState.HOMING)
"""Something is under way that can be ended; what it is towards cannot be changed."""


@dataclass(frozen=True)
class CheckpointChoice:
    """A trained policy: ``checkpoint`` is its folder, ``title`` what people read."""

    checkpoint: str
    title: str


@dataclass(frozen=True)
class RunView:
    """What the Run panel shows.

    Attributes:
        state: decides which buttons are enabled and which one is filled.
        sentence: what it is doing, or what to do next.
        prompt: what the user typed.
        is_goal_spoken: whether a goal is being spoken, or waits to be confirmed or dropped.
        understood: the skill beneath the prompt, a sentence; empty while the prompt is.
        suggestions: goals the user may have meant ("did you mean").
        checkpoints: what can be run; ``checkpoint`` is one of them or empty.
        checkpoint: see ``checkpoints``.
        speed: 0.25 to 2.
        elapsed_s: time of the running trial, rounded to 0.1 s [s].
        slowed_sentence: how many steps of the trial a limit slowed; empty before the first.
        successes: trials that reached the goal since the counter was reset.
        trials: trials that ended since the counter was reset.
        goal_reached: of the running trial; None when nobody can tell.
        scenes: scenes of the simulated station; empty on hardware.
        scene: the one laid out.
        seed: its seed; -1 when there is none.
        loaded: folder of the policy that the inference process holds; empty when none.
    """

    state: RunState = RunState.OFFLINE
    sentence: str = "Connect a station first."
    prompt: str = ""
    is_goal_spoken: bool = False
    understood: str = ""
    suggestions: tuple[str, ...] = ()
    checkpoints: tuple[CheckpointChoice, ...] = ()
    checkpoint: str = ""
    speed: float = 1.0
    elapsed_s: float = 0.0
    slowed_sentence: str = ""
    successes: int = 0
    trials: int = 0
    goal_reached: bool | None = None
    scenes: tuple[SceneChoice, ...] = ()
    scene: str = ""
    seed: int = -1
    loaded: str = ""
