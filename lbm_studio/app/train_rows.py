"""The list of runs and the choices of the Train panel."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from lbm_studio.app.datasets import DatasetCard
from lbm_studio.app.jobs import LOG_FILE, Jobs
from lbm_studio.app.run_record import RunRecord
from lbm_studio.app.supervisor import last_words
from lbm_studio.app.trained import has_checkpoint, rollout_words, rollouts_of
from lbm_studio.app.views.train import DatasetChoice, RunRow, StartChoice
from lbm_studio.app.words import count_words, duration_words, job_words
from lbm_studio.core.runs import JobStatus

FEWEST_EPISODES = 2
SCRATCH = StartChoice("", "From scratch")


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
    """Return what can be started from."""
    trained = (StartChoice(row.folder, f"Go on from: {row.title}") for row in rows)
    usable = (row.has_checkpoint for row in rows)
    return (SCRATCH, *(choice for choice, ok in zip(trained, usable, strict=True) if ok))


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
