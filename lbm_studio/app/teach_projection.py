"""What the Teach panel shows, and whether a take may begin, from what is going on."""

from dataclasses import dataclass, replace

from lbm_studio.app.arm_keys import ArmKeys
from lbm_studio.app.arm_words import STATION_SILENT
from lbm_studio.app.countdown import Countdown
from lbm_studio.app.notices import Level
from lbm_studio.app.take_recorder import TakePhase, TakeRecorder
from lbm_studio.app.teach_words import silent_sentence, teach_sentence, verdict_of
from lbm_studio.app.views.goal import GOAL_SPOKEN
from lbm_studio.app.views.teach import MotionSource, TeachState, TeachView

_STATES = {
    TakePhase.STARTING: TeachState.STARTING,
    TakePhase.RECORDING: TeachState.RECORDING,
    TakePhase.DECIDING: TeachState.DECIDING,
    TakePhase.SAVING: TeachState.SAVING,
}


@dataclass(frozen=True)
class Situation:
    """How the station is, as far as teaching depends on it.

    Attributes:
        is_connected: whether there is one that has described itself and ticks.
        is_silent: whether its last tick is too old.
        is_stopped: whether its stop is latched.
        is_loading: whether a layout is being laid out.
    """

    is_connected: bool
    is_silent: bool
    is_stopped: bool
    is_loading: bool


def why_not_start(
    view: TeachView, situation: Situation, *, is_busy: bool, has_dataset: bool, stale_camera: str
) -> str:
    """Return why no take can begin now; empty when one can.

    Args:
        view: what was said of the next take.
        situation: of the station.
        is_busy: whether a take is under way.
        has_dataset: whether it is known where takes go.
        stale_camera: one that shows no fresh picture; empty when all do.
    """
    if not situation.is_connected:
        return "Connect a station first."
    if situation.is_silent:
        return STATION_SILENT
    if is_busy:
        return "A take is running already."
    if situation.is_stopped:
        return "The stop is latched. Hold Reset first."
    if view.is_goal_spoken:
        return GOAL_SPOKEN
    if not view.goal or not has_dataset:
        return "Say first what is to be shown."
    if stale_camera and view.source is not MotionSource.COLLEAGUE:
        return f"“{stale_camera}” shows no fresh picture. See the panel Station."
    return ""


def project(
    view: TeachView,
    situation: Situation,
    recorder: TakeRecorder,
    countdown: Countdown,
    keys: ArmKeys,
) -> TeachView:
    """Return the view with everything in it that follows from what is going on."""
    state = _STATES.get(recorder.phase) or _idle_state(view, situation, countdown)
    judged = recorder.judgement if state is TeachState.DECIDING else None
    if judged is not None:
        verdict = verdict_of(judged, recorder.success)
        is_doubtful = any(line.level is not Level.GOOD for line in verdict)
        view = replace(view, verdict=verdict, is_doubtful=is_doubtful)
    view = replace(
        view,
        state=state,
        elapsed_s=recorder.elapsed_s,
        can_undo=any(not take.deleted for take in view.takes),
        countdown=countdown.left,
        arm=keys.arms,
        key_help=keys.help if view.source is MotionSource.KEYBOARD else (),
    )
    if situation.is_silent:
        return replace(view, sentence=silent_sentence(view))
    sentence = teach_sentence(view, situation.is_stopped, situation.is_loading)
    return replace(view, sentence=sentence)


def _idle_state(view: TeachView, situation: Situation, countdown: Countdown) -> TeachState:
    if not situation.is_connected or situation.is_silent:
        return TeachState.OFFLINE
    if countdown.is_running:
        return TeachState.COUNTING
    return TeachState.READY if view.goal else TeachState.NEEDS_GOAL
