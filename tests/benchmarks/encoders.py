"""Which image encoder finds the next grasp best, after equal minutes on the same demonstrations.

Run with ``python -m tests.benchmarks.encoders DATASET ... --out FOLDER [--minutes 6] [--seeds 1]``.
Each encoder is trained in a run folder of its own; started again, it goes on with the first that is
not done, and prints the table of those that are. Held-out localisation foretells success.
"""

# ruff: noqa: T201  (it is started by hand, to be read)

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lbm_studio.core.runs import SPEC_FILE, EventKind, JobStatus, job_status, read_events
from lbm_studio.learning.model.config import EncoderKind
from lbm_studio.learning.training.presets import find_preset
from lbm_studio.learning.training.spec import TrainSpec
from lbm_studio.workers.train import prepare_run, train

PRESET = "pretrained"
FIGURES = ("localisation_median_cm", "localisation_p90_cm", "localisation_view_percent", "step")


@dataclass(frozen=True)
class Candidate:
    """An encoder, and the share of the learning rate of what it was taught elsewhere."""

    encoder: EncoderKind
    backbone_fraction: float = 0.0


CANDIDATES: Mapping[str, Candidate] = {
    "keypoints": Candidate(EncoderKind.KEYPOINTS),
    "efficientnet-frozen": Candidate(EncoderKind.EFFICIENTNET),
    "efficientnet-tuned": Candidate(EncoderKind.EFFICIENTNET, 0.1),
    "clip": Candidate(EncoderKind.CLIP, 0.1),
}


def main(options: argparse.Namespace) -> None:
    """Train what is not trained yet, and print the table."""
    for seed in range(options.seeds):
        for name in options.encoders:
            run = _run_folder(options.out, name, seed)
            if job_status(run) is not JobStatus.DONE:
                print(f"training {name}, seed {seed}, in {run}", flush=True)
                if not (run / SPEC_FILE).exists():
                    prepare_run(run, _spec(CANDIDATES[name], seed, options))
                train(run)
    print(f"{'encoder':<22}{'seed':>5}" + "".join(f"{figure:>28}" for figure in FIGURES))
    for seed in range(options.seeds):
        for name in options.encoders:
            figures = _last_metrics(_run_folder(options.out, name, seed))
            values = "".join(f"{figures[figure]:>28.2f}" for figure in FIGURES)
            print(f"{name:<22}{seed:>5}{values}")


def _spec(candidate: Candidate, seed: int, options: argparse.Namespace) -> TrainSpec:
    """Return a training of which all the time goes into seeing."""
    spec = find_preset(PRESET).applied_to(
        TrainSpec(
            datasets=tuple(options.datasets),
            minutes=options.minutes,
            seed=seed,
            held_out=options.held_out,
            report_every_s=options.minutes * 60.0 / 10.0,
            pretrained=options.pretrained,
        )
    )
    return replace(
        spec,
        head_share=0.0,
        model=replace(spec.model, encoder=candidate.encoder),
        optimiser=replace(spec.optimiser, backbone_fraction=candidate.backbone_fraction),
    )


def _run_folder(out: Path, name: str, seed: int) -> Path:
    return out / f"{name}-{seed}"


def _last_metrics(run: Path) -> Mapping[str, Any]:
    return [event.data for event in read_events(run) if event.kind is EventKind.METRICS][-1]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", nargs="+", metavar="DATASET")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--minutes", type=float, default=6.0, help="for each encoder")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--held-out", type=float, default=0.1, help="share of the episodes")
    parser.add_argument("--pretrained", default="", help="file or folder of weights")
    parser.add_argument(
        "--encoders", nargs="+", choices=CANDIDATES, default=list(CANDIDATES)[:3], metavar="NAME"
    )
    main(parser.parse_args())
