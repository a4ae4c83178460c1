"""The list of runs and the choices of the Train panel."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from lbm_studio.app.datasets import DatasetCard
from lbm_studio.app.jobs import LOG_FILE, Jobs
from lbm_studio.app.run_record import RunRecord
from lbm_studio.app.supervisor import last_words
from lbm_studio.app.trained import has_checkpoint, rollout_words, rollouts_of, why_unfit
from lbm_studio.app.views.train import DatasetChoice, RunRow, StartChoice
from lbm_studio.app.words import count_words, duration_words, job_words
from lbm_studio.core.runs import JobStatus
from lbm_studio.policy.manifest import SHIPPED
from lbm_studio.policy.shipped import SHIPPED_TITLE, shipped_policy

FEWEST_EPISODES = 2
SCRATCH = StartChoice("", "From scratch")
OWN_POLICY = StartChoice(SHIPPED, SHIPPED_TITLE)


def dataset_choices(
    cards: Iterable[DatasetCard], chosen: frozenset[str]
) -> tuple[DatasetChoice, ...]:
    """Return the datasets with what forbids to train on them."""
    return tuple(
        DatasetChoice(
            str(card.path), card.name, card.episodes, str(card.path) in chosen, _problem(card)
        )
        for card in cards
    )


def start_choices(rows: Iterable[RunRow]) -> tuple[StartChoice, ...]:
    """Return what can be started from, best first: the policy that ships, the user's, nothing."""
    shipped = (OWN_POLICY,) if shipped_policy() else ()
    usable = (row for row in rows if row.has_checkpoint)
    trained = (StartChoice(row.folder, row.title) for row in usable)
    return (*shipped, *trained, SCRATCH)


def start_for(
    starts: Sequence[StartChoice], wanted: str | None, cards: Sequence[DatasetCard]
) -> tuple[StartChoice, str]:
    """Return what a training on these datasets starts from, and why not from what was wanted.

    Args:
        starts: what can be started from.
        wanted: checkpoint of one of them; None or one that is gone: the first that ships, if any.
        cards: the first says which body is trained for.

    Returns:
        The choice; and a sentence, empty when it is the wanted one.
    """
    default = OWN_POLICY if OWN_POLICY in starts else SCRATCH
    start = next((one for one in starts if one.checkpoint == wanted), default)
    body = cards[0].body if cards else None
    if start is SCRATCH or body is None:
        return start, ""
    problem = why_unfit(Path(start.checkpoint), body)
    if not problem:
        return start, ""
    return SCRATCH, f"“{start.title}” cannot be used for this. {problem}"


def run_row(run: RunRecord, jobs: Jobs) -> RunRow:
    """Return one row of the list of runs."""
    status = jobs.status(run)
    return RunRow(
        folder=str(run.folder),
        title=title_of_run(run),
        status=status,
        sentence=_sentence(run, status),
        started_unix_s=run.card.created_unix_s if run.card else run.began_unix_s,
        can_resume=jobs.can_resume(run),
        has_checkpoint=has_checkpoint(run.folder),
    )


def title_of_run(run: RunRecord) -> str:
    """Return how people call a run."""
    return run.card.title if run.card else run.folder.name.replace("_", " ")


def failure_of(run: RunRecord) -> str:
    """Return why a run failed, a sentence."""
    if run.written_status is JobStatus.FAILED and run.last_sentence:
        return run.last_sentence
    if run.written_status is JobStatus.QUEUED:
        words = last_words(run.folder / LOG_FILE)
        return f"It did not begin. {words}".strip()
    return "It ended unexpectedly; the last checkpoint is kept. Resume goes on from there."


def title_of_training(cards: Sequence[DatasetCard]) -> str:
    """Return how a training on these datasets is called."""
    names = ", ".join(card.name for card in cards[:2])
    more = f" and {len(cards) - 2} more" if len(cards) > 2 else ""
    episodes = count_words(sum(card.episodes for card in cards), "episode", "episodes")
    return f"{names}{more}, {episodes}"


def estimate_sentence(cards: Sequence[DatasetCard], minutes: float, from_title: str) -> str:
    """Return what will happen when Train is pressed."""
    if not cards:
        return "Choose what to learn from."
    episodes = count_words(sum(card.episodes for card in cards), "episode", "episodes")
    recorded = duration_words(sum(card.seconds for card in cards))
    how = "from scratch" if not from_title else f"starting from “{from_title}”"
    return (
        f"Learns from {episodes} ({recorded} of recording), {how}. Takes about "
        f"{duration_words(60 * minutes)} and a little for reading; the window may be closed."
    )


def cards_of(cards: Iterable[DatasetCard], paths: Iterable[str]) -> tuple[DatasetCard, ...]:
    """Return the cards of the named dataset folders."""
    wanted = {Path(path) for path in paths}
    return tuple(card for card in cards if card.path in wanted)


def _problem(card: DatasetCard) -> str:
    if card.problem:
        return card.problem
    if card.episodes < FEWEST_EPISODES:
        return f"At least {FEWEST_EPISODES} episodes are needed."
    return ""


def _sentence(run: RunRecord, status: JobStatus) -> str:
    if status is JobStatus.QUEUED:
        return "starting"
    if status is JobStatus.STOPPING:
        return "saving, then stopping"
    if status is JobStatus.RUNNING:
        return job_words(run)
    if status is JobStatus.FAILED:
        return f"failed: {failure_of(run)}"
    points = rollouts_of(run.folder)
    tried = f": {rollout_words(points[-1])}" if points else ""
    if status is JobStatus.STOPPED:
        return f"stopped at {100 * run.progress.fraction:.0f} %{tried}"
    return f"done{tried}"
