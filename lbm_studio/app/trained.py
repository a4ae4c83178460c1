"""What can be said of a training run beyond its events: its datasets, checkpoint and rollouts."""

import json
import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from lbm_studio.app.run_record import RunRecord
from lbm_studio.app.views.train import Curve, RolloutPoint
from lbm_studio.core.embodiment import Embodiment
from lbm_studio.core.errors import CheckpointError
from lbm_studio.core.runs import CHECKPOINT_FOLDER, SPEC_FILE, read_rollouts
from lbm_studio.policy.manifest import (
    MANIFEST_FILE,
    CheckpointManifest,
    check_fits,
    read_manifest,
    resolve_checkpoint,
)

CURVE_TITLES = {
    "loss": "Loss",
    "localisation_median_cm": "Held-out localisation error, median [cm]",
    "localisation_p90_cm": "Held-out localisation error, 90th percentile [cm]",
}


def is_training(run: RunRecord) -> bool:
    """Whether a run folder belongs to a training."""
    return run.card.kind == "train" if run.card else bool(datasets_of(run.folder))


def datasets_of(run: Path) -> tuple[str, ...]:
    """Return the datasets a run was asked to learn from; empty when nothing says so."""
    try:
        spec = json.loads((run / SPEC_FILE).read_text(encoding="utf-8"))
        named = [path for source in spec.get("sources", []) for path in source["datasets"]]
        return tuple(str(path) for path in (*spec["datasets"], *named))
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def has_checkpoint(run: Path) -> bool:
    """Whether a run has written a checkpoint."""
    return (run / CHECKPOINT_FOLDER / MANIFEST_FILE).is_file()


def manifest_of(run: Path) -> CheckpointManifest | None:
    """Return what the newest checkpoint of a run says of itself; None without a readable one."""
    try:
        return read_manifest(run)
    except CheckpointError:
        return None


def steps_of(manifest: CheckpointManifest) -> int:
    """Return how many steps a checkpoint was trained for; 0 when it does not say."""
    steps = manifest.provenance.get("steps", 0)
    return int(steps) if isinstance(steps, int | float) else 0


def curves_of(metrics: Iterable[Mapping[str, float]]) -> tuple[Curve, ...]:
    """Return the curves that are shown; values that are not numbers are left out."""
    rows = list(metrics)
    curves = []
    for name, title in CURVE_TITLES.items():
        points = [
            (float(row["step"]), float(row[name])) for row in rows if name in row and "step" in row
        ]
        finite = [(step, value) for step, value in points if math.isfinite(value)]
        if finite:
            steps, values = zip(*finite, strict=True)
            curves.append(Curve(name, title, steps, values))
    return tuple(curves)


def unknown_words(checkpoint: Path, prompt: str) -> tuple[str, ...]:
    """Return the words of a prompt that a policy never saw; none when nobody can tell."""
    try:
        return _unknown_words_at(_resolved(checkpoint), prompt)
    except CheckpointError:
        return ()


def why_unfit(checkpoint: Path, body: Embodiment) -> str:
    """Return why a policy cannot drive a body, a sentence; empty when it can."""
    try:
        check_fits(_manifest_at(_resolved(checkpoint)), body)
    except CheckpointError as error:
        return str(error)
    return ""


def _resolved(checkpoint: Path) -> Path:
    return resolve_checkpoint(checkpoint).resolve()


@lru_cache(maxsize=64)
def _unknown_words_at(folder: Path, prompt: str) -> tuple[str, ...]:
    return _manifest_at(folder).unknown_words(prompt)


@lru_cache(maxsize=8)
def _manifest_at(folder: Path) -> CheckpointManifest:
    """Return the manifest of a folder that is no link: what was written into it stays as it is."""
    return read_manifest(folder)


def rollouts_of(run: Path) -> tuple[RolloutPoint, ...]:
    """Return the rollouts of a run's checkpoints, oldest first, without those of single skills."""
    points = (_point(raw) for raw in read_rollouts(run) if not raw.get("skill"))
    return tuple(point for point in points if point is not None)


def rollout_words(point: RolloutPoint) -> str:
    """Return e.g. ``"85 % (17 of 20, between 62 and 97 %)"``."""
    share = 100 * point.successes / max(1, point.trials)
    return (
        f"{share:.0f} % ({point.successes} of {point.trials}, "
        f"between {100 * point.low:.0f} and {100 * point.high:.0f} %)"
    )


def _point(raw: Mapping[str, Any]) -> RolloutPoint | None:
    try:
        low, high = raw["interval95"]
        return RolloutPoint(
            float(raw["step"]),
            int(raw["successes"]),
            int(raw["trials"]),
            float(low),
            float(high),
        )
    except (ValueError, KeyError, TypeError):
        return None
