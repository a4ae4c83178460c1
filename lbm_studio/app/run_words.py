"""What the Run panel says, and the policies it offers."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from lbm_studio.app.library import Match, SkillEntry, Understanding
from lbm_studio.app.run_record import RunRecord
from lbm_studio.app.train_rows import title_of_run
from lbm_studio.app.trained import has_checkpoint, is_training, unknown_words
from lbm_studio.app.views.goal import GOAL_SPOKEN
from lbm_studio.app.views.run import CheckpointChoice, RunState, RunView
from lbm_studio.core.runs import CHECKPOINT_FOLDER
from lbm_studio.link.messages import Tick
from lbm_studio.policy.shipped import SHIPPED_TITLE, shipped_policy


def checkpoint_choices(
    skills: Iterable[SkillEntry], runs: Iterable[RunRecord]
) -> tuple[CheckpointChoice, ...]:
    """Return the policy that ships, the published skills, then the policies of all other runs."""
    shipped = shipped_policy()
    choices = {str(shipped): SHIPPED_TITLE} if shipped else {}
    choices |= {skill.checkpoint: skill.goal for skill in skills}
    for run in runs:
        if is_training(run) and has_checkpoint(run.folder):
            choices.setdefault(str(run.folder / CHECKPOINT_FOLDER), title_of_run(run))
    return tuple(CheckpointChoice(path, title) for path, title in choices.items())


def understood_sentence(view: RunView, match: Match, *, by_hand: bool) -> str:
    """Return what stands beneath the prompt."""
    prompt = view.prompt.strip()
    if not prompt:
        return ""
    sentences = [_match_sentence(view, match, by_hand=by_hand)]
    if view.checkpoint:
        unknown = unknown_words(Path(view.checkpoint), match.goal or prompt)
        sentences += [f"This policy never learned {_quoted(unknown)}."] if unknown else []
    return " ".join(sentences)


def _quoted(words: Sequence[str]) -> str:
    *most, last = (f"“{word}”" for word in words)
    return f"{', '.join(most)} and {last}" if most else last


def _match_sentence(view: RunView, match: Match, *, by_hand: bool) -> str:
    title = _title_of_policy(view)
    if by_hand:
        return f"Policy chosen by hand: {title}."
    if match.understanding is Understanding.EXACT:
        return f"Understood: {match.goal}."
    if match.understanding is Understanding.CLOSE:
        return f"Understood as: {match.goal}."
    if match.understanding is Understanding.COMBINED:
        return "Understood: a new combination of words it knows."
    if title == SHIPPED_TITLE:
        return f"{title} will try it.{' Or did you mean:' if match.suggestions else ''}"
    if match.suggestions:
        return "Not a skill it knows. Did you mean one of these?"
    return "Not a skill it knows. Teach and train it first."


def _title_of_policy(view: RunView) -> str:
    titles = {choice.checkpoint: choice.title for choice in view.checkpoints}
    return titles.get(view.checkpoint, "unknown")


def run_sentence(view: RunView, tick: Tick | None) -> str:
    """Return what the robot is doing, or what to do next."""
    if view.state is RunState.STOPPED:
        return f"{tick.stop_reason if tick else 'Stopped.'} Hold Reset to go on."
    if view.state is RunState.RUNNING:
        if view.goal_reached:
            return "The goal is reached."
        return f"Doing: {tick.goal if tick else view.prompt}."
    if view.is_goal_spoken and view.state in (RunState.READY, RunState.NEEDS_SKILL):
        return GOAL_SPOKEN
    if view.state is RunState.NEEDS_SKILL:
        if not view.checkpoints:
            return "There is no trained skill yet. Train one on the panel Train."
        return "Say what the robot should do."
    return {
        RunState.OFFLINE: "Connect a station first.",
        RunState.READY: _ready_sentence(view),
        RunState.LOADING: "Loading the skill.",
        RunState.PAUSED: "Paused. Press Go on, or Home to end it.",
        RunState.HOMING: "The arms go home, slowly.",
        RunState.BUSY: "The arms are being moved by hand.",
    }[view.state]


def _ready_sentence(view: RunView) -> str:
    if view.goal_reached is True:
        return f"Done in {view.elapsed_s:.0f} s. Run it again, or lay out anew."
    if view.goal_reached is False:
        return "The goal was not reached. Run it again, or lay out anew."
    return "Press Run. The arms will move."
