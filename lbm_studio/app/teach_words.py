"""What the Teach panel says."""

from lbm_studio.app.arm_words import STATION_SILENT
from lbm_studio.app.notices import Level
from lbm_studio.app.views.goal import GOAL_SPOKEN
from lbm_studio.app.views.teach import MotionSource, TeachState, TeachView, VerdictLine
from lbm_studio.link.messages import EpisodeJudged, EpisodeKept

MOST_LINES = 4
"""A verdict is short."""

_DEVICES = {
    MotionSource.GAMEPAD: "gamepad",
    MotionSource.SPACEMOUSE: "SpaceMouse",
    MotionSource.PHONE: "phone",
}


def silent_sentence(view: TeachView) -> str:
    """Return what to do when the station says nothing any more."""
    if view.state is TeachState.DECIDING:
        return "The station does not answer. Keep or discard this take, then restart it on Station."
    return STATION_SILENT


def teach_sentence(view: TeachView, is_stopped: bool, is_loading: bool) -> str:
    """Return what to do next."""
    if view.state is TeachState.RECORDING:
        return _recording_sentence(view)
    if view.state is TeachState.DECIDING and is_stopped:
        return "The stop ended this take. Keep it or discard it, then hold Reset."
    if view.state is TeachState.DECIDING and view.is_doubtful:
        return "Something is doubtful. Show it again, or keep it all the same?"
    if view.state is TeachState.COUNTING:
        return f"Take hold: take {view.kept + 1} of {view.wanted} begins."
    if view.state is TeachState.READY:
        return _ready_sentence(view, is_stopped, is_loading)
    return {
        TeachState.OFFLINE: "Connect a station first.",
        TeachState.NEEDS_GOAL: "Say what the robot should learn.",
        TeachState.STARTING: "Starting.",
        TeachState.DECIDING: "Keep this take?",
        TeachState.SAVING: "Saving the take.",
    }[view.state]


def verdict_of(
    answer: EpisodeKept | EpisodeJudged, success: bool | None
) -> tuple[VerdictLine, ...]:
    """Return the verdict of a take."""
    lines = []
    if success is not None:
        reached = VerdictLine(Level.GOOD, "The goal was reached.")
        missed = VerdictLine(Level.WARN, "The goal was not reached.")
        lines.append(reached if success else missed)
    if answer.dropped_ticks:
        many = (
            f"{answer.dropped_ticks} moments were" if answer.dropped_ticks > 1 else "1 moment was"
        )
        lines.append(VerdictLine(Level.WARN, f"{many} left out because a picture came late."))
    lines += [VerdictLine(Level.WARN, finding) for finding in answer.findings]
    if len(lines) > MOST_LINES:
        more = f"{len(lines) - MOST_LINES + 1} more doubts: see the panel Review."
        lines = [*lines[: MOST_LINES - 1], VerdictLine(Level.WARN, more)]
    if not answer.findings and not answer.dropped_ticks:
        lines.append(VerdictLine(Level.GOOD, f"All {answer.frames} frames are complete."))
    return tuple(lines)


def _recording_sentence(view: TeachView) -> str:
    if view.is_series:
        return f"The colleague records take {view.kept + 1} of {view.wanted}."
    if view.source is MotionSource.COLLEAGUE:
        return "The colleague shows it."
    if view.source is MotionSource.KEYBOARD:
        arms = "arms" if " and " in view.arm else "arm"
        return f"Move the {view.arm} {arms} with the keys, then keep or discard."
    device = _DEVICES[view.source]
    return f"Move the arms with the {device}, then keep or discard."


def _ready_sentence(view: TeachView, is_stopped: bool, is_loading: bool) -> str:
    if is_stopped:
        return "The stop is latched. Hold Reset to go on."
    if view.is_goal_spoken:
        return GOAL_SPOKEN
    if is_loading:
        return "Laying out the scene."
    if view.kept >= view.wanted:
        return f"{view.kept} takes are there. Train on them, or record more."
    return f"Record take {view.kept + 1} of {view.wanted}."
