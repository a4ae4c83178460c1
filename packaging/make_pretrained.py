"""Make resources/pretrained again from a finished pretraining run.

    lbm-studio pretrain resources/pretraining.toml --out RUN_DIR
    python packaging/make_pretrained.py RUN_DIR

With ``--unfinished`` it keeps a run that is under way in packaging/pretraining instead; any such
folder goes on with ``pretrain ... --from FOLDER --go-on``, its demonstrations recorded anew.

The averaged weights are kept in half precision, and are float32 again when they are loaded. The
manifest loses where on the machine the demonstrations were. Every figure of the model card is one
that the run wrote; what this script does not know to be free to pass on, it refuses.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.episode import FIRST_UNSEEN_SEED
from lbm_studio.evaluation.statistics import PromptFollowing
from lbm_studio.learning.model.config import EncoderKind, ModelConfig, TextKind
from lbm_studio.learning.training.mixture import Mixture, read_mixture
from lbm_studio.learning.training.spec import TrainSpec
from lbm_studio.policy.manifest import (
    WEIGHTS_FILE,
    CheckpointManifest,
    read_manifest,
    resolve_checkpoint,
    write_manifest,
)
from lbm_studio.policy.shipped import SHIPPED_TITLE
from lbm_studio.workers.pretrain import ALL, MIXTURE_FILE, REPORT_FILE, PretrainReport
from lbm_studio.workers.train import read_spec

RESOURCES = Path(__file__).resolve().parents[1] / "resources"
MIXTURE = RESOURCES / "pretraining.toml"
TARGET = RESOURCES / "pretrained"
UNDER_WAY = Path(__file__).resolve().parent / "pretraining"
CARD_FILE = "README.md"

BEGINNINGS = {
    EncoderKind.KEYPOINTS: "The image encoder and the action head began with random weights.",
    TextKind.WORDS: "Prompts are read by a small encoder that began with random weights, too.",
    TextKind.MINILM: "Prompts are read by MiniLM as it is, frozen and not in this folder: "
    "`resources/text/minilm`, Apache-2.0, see the notice there.",
}
"""What the parts of a network are initialised from, as far as it may be passed on."""


@dataclass(frozen=True)
class Run:
    """What a finished run says of itself.

    Attributes:
        manifest: of its newest checkpoint.
        spec: what training was asked to do.
        mixture: what it learned from.
        report: what came of it.
        parameters: how many weights it has.
        history: what it does not know of how it came about.
    """

    manifest: CheckpointManifest
    spec: TrainSpec
    mixture: Mixture
    report: PretrainReport
    parameters: int
    history: str = ""

    @property
    def model(self) -> ModelConfig:
        """Kinds and sizes of the network."""
        return from_json(ModelConfig, dict(self.manifest.model), where="the model configuration")


def ship(run: Path, target: Path, mixture: Path, history: str = "") -> None:
    """Turn the run into the folder that ships; what else lies there stays.

    ``history`` is what the run itself does not know of how it came about, for the card.

    Exits with a sentence where the run is not finished, is of another mixture than ``mixture``, or
    began with something whose licence is not known here.
    """
    if not (run / REPORT_FILE).exists():
        sys.exit(f"{run} is not finished: it has no {REPORT_FILE}.")
    if (run / MIXTURE_FILE).read_bytes() != mixture.read_bytes():
        sys.exit(f"{run / MIXTURE_FILE} is not {mixture}: what ships is made from that one.")
    weights = load_file(resolve_checkpoint(run) / WEIGHTS_FILE)
    found = Run(
        manifest=read_manifest(run),
        spec=read_spec(run),
        mixture=read_mixture(run / MIXTURE_FILE),
        report=from_json(PretrainReport, json.loads((run / REPORT_FILE).read_text("utf-8"))),
        parameters=sum(tensor.numel() for tensor in weights.values()),
        history=history,
    )
    card = model_card(found)
    keep(run, target)
    (target / CARD_FILE).write_text(card, encoding="utf-8")


def keep(run: Path, target: Path) -> None:
    """Write the run's averaged weights, small and without places, so that it can go on anywhere."""
    manifest = without_places(read_manifest(run))
    weights = in_half_precision(load_file(resolve_checkpoint(run) / WEIGHTS_FILE))
    target.mkdir(parents=True, exist_ok=True)
    save_file(weights, target / WEIGHTS_FILE)
    (target / WEIGHTS_FILE).chmod(0o644)
    write_manifest(target, manifest)


def in_half_precision(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the weights with half as many bits, none of them out of range."""
    halves = {k: v.half() if v.is_floating_point() else v for k, v in weights.items()}
    beyond = [name for name, half in halves.items() if not half.isfinite().all()]
    if beyond:
        sys.exit(f"Half precision does not hold {', '.join(beyond)}.")
    return halves


def without_places(manifest: CheckpointManifest) -> CheckpointManifest:
    """Return the manifest without folders of the machine it was made on."""
    kept = {k: v for k, v in manifest.provenance.items() if k not in ("datasets", "start_from")}
    sources = [{k: v for k, v in one.items() if k != "datasets"} for one in kept.get("sources", [])]
    clean = replace(manifest, provenance={**kept, "start_from": None, "sources": sources})
    places = [text for text in _texts(to_json(clean)) if Path(text).is_absolute()]
    if places:
        sys.exit(f"The manifest still names {', '.join(places)}.")
    return clean


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


# --- the model card ------------------------------------------------------------------------------


def model_card(run: Run) -> str:
    """Return what people should know before they use the policy."""
    sections = {
        "Data": _data(run),
        "Training": "\n\n".join(filter(None, (_training(run), run.history))),
        "Results": _results(run),
        "What it began with, and licences": _beginnings(run),
        "Use, and limits": _limits(run),
    }
    body = "\n\n".join(f"## {title}\n{text}" for title, text in sections.items())
    return f"# {SHIPPED_TITLE}\n\n{_summary(run)}\n\n{body}\n"


def _summary(run: Run) -> str:
    body = run.manifest.embodiment
    beginning = " --from CHECKPOINT" if run.spec.start_from else ""
    return (
        f"A compact Large Behavior Model of {run.parameters / 1e6:.1f} million weights, pretrained "
        f"on {len(run.mixture.sources)} skills of the simulated station. It looks through "
        f"{len(body.cameras)} cameras, feels where {len(body.arms)} arms are, reads a prompt, and "
        f"answers with {body.chunk.length} steps of motion at {body.chunk.rate_hz:g} Hz. It is an "
        "ordinary checkpoint: safetensors (float16 on disk, float32 in use) and a JSON manifest.\n"
        "\nMade by\n\n"
        f"    lbm-studio pretrain resources/{MIXTURE.name} --out RUN_DIR{beginning}\n"
        f"    python packaging/{Path(__file__).name} RUN_DIR\n\n"
        "which writes this card from the files of the run."
    )


def _data(run: Run) -> str:
    made = run.manifest.provenance
    rows = [
        (one["name"], *_recorded(run, one["name"]), one["episodes"], one["frames"])
        for one in made["sources"]
    ]
    names = ("skill", "recorded", "from seed", "learned from", "frames looked at")
    return (
        "Demonstrations of a scripted demonstrator with disturbances, in simulation. Each layout "
        "comes from its seed, so all of them can be recorded again. "
        f"Episodes kept for measuring: {made['held_out_episodes']}.\n\n{_table(names, rows)}"
    )


def _recorded(run: Run, source: str) -> tuple[object, object]:
    recording = run.mixture.recordings.get(source)
    return (recording.episodes, recording.seed) if recording else ("not in simulation", "-")


def _training(run: Run) -> str:
    made, spec = run.manifest.provenance, run.spec
    head_alone = f"{100 * spec.head_share:.0f} %"
    rows = [
        ("steps", made["steps"]),
        ("hours of optimisation", f"{made['seconds'] / 3600:.2f}"),
        ("of them waiting for data", f"{100 * made['waiting_share']:.1f} %"),
        ("of the budget for the action head alone", head_alone),
        ("frames in a step", f"{spec.batch * spec.accumulation}, then {spec.head_batch}"),
        ("seed", made["seed"]),
        ("LBM Studio", made["version"]),
        *_localisation(run.manifest.metrics),
    ]
    return _table(("", ""), rows)


def _localisation(metrics: Mapping[str, float]) -> list[tuple[str, str]]:
    named = {
        "localisation_median_cm": "held-out localisation, median",
        "localisation_p90_cm": "held-out localisation, 90th percentile",
    }
    return [
        (title, f"{metrics[key]:.2f} cm")
        for key, title in named.items()
        if isfinite(metrics.get(key, float("nan")))
    ]


def _results(run: Run) -> str:
    rates = run.report.skills or {}
    if not rates or run.report.overall is None:
        return "Nothing was rolled out."
    execute = run.mixture.rollouts.execute or run.manifest.embodiment.chunk.execute
    prompts = {**(run.report.prompts or {}), ALL: run.report.prompts_overall}
    rows = [
        (name, rate.in_words(), _followed(prompts.get(name)), _error(run, name))
        for name, rate in rates.items()
    ]
    rows.append((f"**{ALL}**", run.report.overall.in_words(), _followed(prompts[ALL]), ""))
    return (
        f"Success on layouts that were never recorded (seeds from {FIRST_UNSEEN_SEED}), looking "
        f"again after every {execute} steps. Intervals are exact, 95 %. Beside it how often the "
        "prompt was followed where it alone tells what is meant: of the layouts on which any goal "
        "was reached that the scene allows, those on which it was the one asked for, and no other "
        "before. And how far off the next key points were believed to be in held-out episodes, "
        "where there are any.\n\n"
        + _table(("skill", "success", "prompt followed", "localisation, median"), rows)
    )


def _followed(prompt: PromptFollowing | None) -> str:
    return prompt.in_words() if prompt else "-"


def _error(run: Run, skill: str) -> str:
    error_cm = run.manifest.metrics.get(f"localisation_median_cm.{skill}", float("nan"))
    return f"{error_cm:.2f} cm" if isfinite(error_cm) else "-"


def _beginnings(run: Run) -> str:
    parent = run.spec.start_from
    if parent and not run.spec.goes_on and Path(parent).parts[-2:] != TARGET.parts[-2:]:
        sys.exit("The run fine-tuned another policy: say first what that one began with.")
    parts = (run.model.encoder, run.model.text)
    unknown = [part.value for part in parts if part not in BEGINNINGS]
    if unknown:
        sys.exit(f"Say first under which licence the weights of {', '.join(unknown)} are.")
    lines = [f"- {BEGINNINGS[part]}" for part in parts]
    lines.append("- These weights are Apache-2.0, like LBM Studio; so are the demonstrations.")
    return "\n".join(lines)


def _limits(run: Run) -> str:
    station = ", ".join(sorted({one.station for one in run.mixture.recordings.values()}))
    return (
        "Meant for running the skills above on the simulated station, and as what a training "
        "starts from: a new skill is taught with a few dozen demonstrations.\n\n"
        f"- It has only ever seen the simulated station ({station}) and its objects. It must not "
        "drive hardware without demonstrations from that hardware.\n"
        "- It fits stations with the same arms, cameras, rate and action convention; others are "
        "refused in words.\n"
        "- It knows neither force nor touch, and nothing of people near the arms: limits, stop and "
        "supervision are the station's, and the operator's.\n"
        "- Prompts unlike anything it was taught are refused; one that only sounds alike is not "
        "always told apart."
    )


def _table(names: Sequence[object], rows: Sequence[Sequence[object]]) -> str:
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def main(arguments: Sequence[str]) -> None:
    """Make the folder that ships, or another one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("run", type=Path, metavar="RUN_DIR")
    parser.add_argument("--out", type=Path, metavar="DIR")
    parser.add_argument("--history", default="", help="how the run came about, for the card")
    parser.add_argument(
        "--unfinished",
        action="store_true",
        help=f"only keep the run in {UNDER_WAY.name}/, to go on",
    )
    options = parser.parse_args(arguments)
    if options.unfinished:
        keep(options.run, options.out or UNDER_WAY)
    else:
        ship(options.run, options.out or TARGET, MIXTURE, options.history)


if __name__ == "__main__":
    main(sys.argv[1:])
