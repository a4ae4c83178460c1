"""How many demonstrations led to which success, as runs of before tell it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lbm_studio.app.datasets import title_of
from lbm_studio.app.run_record import is_run_folder
from lbm_studio.app.trained import datasets_of, manifest_of, rollouts_of

WELL = 0.8
"""Share of successes that counts as learned."""

FEWEST_TRIALS = 10
"""Fewer trials say nothing."""

UNKNOWN = "Nobody knows yet how many it needs; a few dozen are usual."


@dataclass(frozen=True)
class Outcome:
    """What came of training on one dataset.

    Attributes:
        dataset: name of its folder.
        takes: how many it was trained on.
        successes: of its last rollouts.
        trials: how many those were.
    """

    dataset: str
    takes: int
    successes: int
    trials: int


def outcomes_in(runs: Path) -> tuple[Outcome, ...]:
    """Return what came of the runs that learned from a single dataset; reads files."""
    if not runs.is_dir():
        return ()
    folders = [path for path in sorted(runs.iterdir()) if is_run_folder(path)]
    found = (_outcome(folder) for folder in folders)
    return tuple(outcome for outcome in found if outcome is not None)


def advice(outcomes: Iterable[Outcome], dataset: str) -> str:
    """Return how many takes are advisable, in a sentence that says what it rests on."""
    tried = list(outcomes)
    own = [outcome for outcome in tried if outcome.dataset == dataset]
    if own:
        return _sentence(own, "")
    others = [outcome for outcome in tried if outcome.trials >= FEWEST_TRIALS]
    if not others:
        return UNKNOWN
    best = max(others, key=lambda one: (one.successes / one.trials, -one.takes))
    return _sentence([one for one in others if one.dataset == best.dataset], title_of(best.dataset))


def _sentence(outcomes: Sequence[Outcome], other: str) -> str:
    counts: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for outcome in outcomes:
        counts[outcome.takes][0] += outcome.successes
        counts[outcome.takes][1] += outcome.trials
    where = f" for “{other}”" if other else ""
    enough = [takes for takes, (won, tried) in counts.items() if _is_well(won, tried)]
    if enough:
        takes = min(enough)
        won, tried = counts[takes]
        return f"{takes} takes were enough{where}: {won} of {tried} trials succeeded."
    takes = max(counts)
    won, tried = counts[takes]
    return f"With {takes} takes{where}, {won} of {tried} trials succeeded: record more."


def _is_well(successes: int, trials: int) -> bool:
    return trials >= FEWEST_TRIALS and successes >= WELL * trials


def _outcome(run: Path) -> Outcome | None:
    datasets, rollouts = datasets_of(run), rollouts_of(run)
    if len(datasets) != 1 or not rollouts:
        return None
    manifest = manifest_of(run)
    if manifest is None:
        return None
    last = rollouts[-1]
    takes = sum(_count(manifest.provenance.get(key)) for key in ("episodes", "held_out_episodes"))
    if takes < 1 or last.trials < 1:
        return None
    return Outcome(Path(datasets[0]).name, takes, last.successes, last.trials)


def _count(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0
