"""A tiny pretraining run becomes the folder that ships: half as large, without machine paths."""

import importlib.util
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from lbm_studio.core.codec import to_json
from lbm_studio.core.runs import write_json
from lbm_studio.episodes.writer import DatasetWriter
from lbm_studio.evaluation.statistics import PromptFollowing, SuccessRate
from lbm_studio.learning.training.checkpoint import load_checkpoint
from lbm_studio.learning.training.mixture import read_mixture
from lbm_studio.policy.manifest import WEIGHTS_FILE, read_manifest, write_manifest
from lbm_studio.workers.pretrain import PretrainReport
from lbm_studio.workers.train import prepare_run, read_spec, train
from tests.learning.conftest import body, small_config
from tests.learning.training.conftest import station, write_episode

ROOT = Path(__file__).resolve().parents[2]
MIXTURE = """
[[source]]
skills = ["press_button"]
episodes = 5
seed = 40

[training]
steps = 2
batch = 4
noise_draws = 2
threads = 1
seed = 7
"""


@pytest.fixture(scope="module")
def script() -> ModuleType:
    where = ROOT / "packaging" / "make_pretrained.py"
    spec = importlib.util.spec_from_file_location("make_pretrained", where)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Leave what pretraining leaves, without its simulator."""
    folder = tmp_path_factory.mktemp("pretraining")
    run = folder / "run"
    run.mkdir()
    (run / "mixture.toml").write_text(MIXTURE)
    _record(run / "datasets" / "press_button")
    mixture = read_mixture(run / "mixture.toml")
    prepare_run(run, mixture.spec(run / "datasets", model=small_config()))
    torch.set_num_threads(1)
    train(run)
    rate = SuccessRate.of(5, 6)
    prompt = PromptFollowing.of(5, 0)
    report = PretrainReport(
        str(run),
        stopped=False,
        skills={"press_button": rate},
        overall=rate,
        prompts={"press_button": prompt},
        prompts_overall=prompt,
    )
    write_json(run / "report.json", to_json(report))
    return run


def _record(path: Path) -> None:
    generator = np.random.default_rng(0)
    with DatasetWriter.open(path, station(body(1))) as writer:
        for seed in range(40, 45):
            write_episode(writer, body(1), np.append(generator.uniform(-0.1, 0.1, 2), 0.02), seed)


@pytest.fixture
def ship(script: ModuleType, finished: Path, tmp_path: Path) -> Callable[[Path], Path]:
    def make(run: Path) -> Path:
        script.ship(run, tmp_path / "pretrained", finished / "mixture.toml")
        return tmp_path / "pretrained"

    return make


def test_the_weights_take_half_the_room_and_are_whole_numbers_of_32_bits_again_when_loaded(
    ship: Callable[[Path], Path], finished: Path
) -> None:
    target = ship(finished)

    kept = load_file(target / WEIGHTS_FILE)
    whole = load_checkpoint(finished).network.state_dict()
    loaded = load_checkpoint(target).network.state_dict()
    assert {tensor.dtype for tensor in kept.values()} == {torch.float16}
    assert {tensor.dtype for tensor in loaded.values()} == {torch.float32}
    assert loaded.keys() == whole.keys()
    assert all(torch.equal(loaded[key], whole[key].half().float()) for key in whole)


def test_the_card_tells_what_the_run_itself_does_not_know(
    script: ModuleType, finished: Path, tmp_path: Path
) -> None:
    words = "Trained in two sittings."
    mixture = finished / "mixture.toml"
    script.ship(finished, tmp_path / "shipped", mixture, words)

    card = (tmp_path / "shipped" / "README.md").read_text(encoding="utf-8")

    training = card.partition("## Training")[2].partition("## Results")[0]
    assert training.rstrip().endswith(words)


def test_a_run_that_is_under_way_is_kept_so_that_it_can_go_on_anywhere(
    script: ModuleType, finished: Path, tmp_path: Path
) -> None:
    run, kept = tmp_path / "run", tmp_path / "kept"
    shutil.copytree(finished, run, symlinks=True)
    (run / "report.json").unlink()
    script.main([str(run), "--unfinished", "--out", str(kept)])

    asked = replace(read_spec(finished), start_from=str(kept), goes_on=True, steps=3)
    prepare_run(tmp_path / "on", asked)
    train(tmp_path / "on")

    assert {path.name for path in kept.iterdir()} == {"manifest.json", WEIGHTS_FILE}
    assert read_manifest(tmp_path / "on").provenance["steps"] == 3


def test_nothing_in_the_folder_tells_where_it_was_made(
    ship: Callable[[Path], Path], finished: Path
) -> None:
    target = ship(finished)

    assert {file.name for file in target.iterdir()} == {
        "README.md",
        "manifest.json",
        WEIGHTS_FILE,
    }
    written = "".join((target / name).read_text() for name in ("README.md", "manifest.json"))
    assert str(finished.parent) not in written
    kept = read_manifest(target).provenance
    assert (kept["steps"], kept["seed"], kept["episodes"]) == (2, 7, 4)
    assert kept["sources"][0]["name"] == "press_button"


def test_the_card_tells_what_the_run_wrote(ship: Callable[[Path], Path], finished: Path) -> None:
    card = (ship(finished) / "README.md").read_text()

    made = read_manifest(finished)
    error_cm = made.metrics["localisation_median_cm"]
    followed = "100 % (5 of 5 that reached any goal, between 48 and 100 %)"
    for line in (
        "| press_button | 5 | 40 | 4 |",
        "Episodes kept for measuring: 1.",
        "| steps | 2 |",
        "| seed | 7 |",
        f"| hours of optimisation | {made.provenance['seconds'] / 3600:.2f} |",
        f"| held-out localisation, median | {error_cm:.2f} cm |",
        f"| press_button | 83 % (5 of 6, between 36 and 100 %) | {followed} | - |",
        f"| **all** | 83 % (5 of 6, between 36 and 100 %) | {followed} |",
        "random weights",
        "lbm-studio pretrain resources/pretraining.toml --out RUN_DIR",
        "must not drive hardware",
    ):
        assert line in card


def test_a_run_that_did_not_look_whether_prompts_are_followed_ships_without_saying_so(
    ship: Callable[[Path], Path], finished: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(finished, run, ignore=shutil.ignore_patterns("datasets"))
    report = json.loads((run / "report.json").read_text())
    write_json(run / "report.json", {k: v for k, v in report.items() if "prompts" not in k})

    card = (ship(run) / "README.md").read_text()

    assert "| press_button | 83 % (5 of 6, between 36 and 100 %) | - | - |" in card


def test_a_run_that_is_not_finished_or_of_another_mixture_does_not_ship(
    ship: Callable[[Path], Path], script: ModuleType, finished: Path, tmp_path: Path
) -> None:
    with pytest.raises(SystemExit, match=r"is not finished: it has no report\.json"):
        ship(tmp_path)
    with pytest.raises(SystemExit, match="what ships is made from that one"):
        script.ship(finished, tmp_path / "pretrained", ROOT / "resources" / "pretraining.toml")

    assert not (tmp_path / "pretrained").exists()


def test_what_began_with_weights_of_unknown_licence_does_not_ship(
    ship: Callable[[Path], Path], finished: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    (run / "checkpoint").mkdir(parents=True)
    for name in ("mixture.toml", "report.json", "spec.json", f"checkpoint/{WEIGHTS_FILE}"):
        (run / name).write_bytes((finished / name).read_bytes())
    manifest = read_manifest(finished)
    write_manifest(
        run / "checkpoint", replace(manifest, model={**manifest.model, "encoder": "clip"})
    )

    with pytest.raises(SystemExit, match="Say first under which licence the weights of clip are"):
        ship(run)


def test_only_what_shipped_before_may_be_what_a_run_began_with(
    ship: Callable[[Path], Path], finished: Path, tmp_path: Path
) -> None:
    runs = {name: tmp_path / name.replace("/", "-") for name in ("resources/pretrained", "runs/x")}
    for name, run in runs.items():
        shutil.copytree(finished, run, symlinks=True)
        write_json(run / "spec.json", to_json(replace(read_spec(finished), start_from=name)))

    assert (ship(runs["resources/pretrained"]) / WEIGHTS_FILE).exists()
    with pytest.raises(SystemExit, match="say first what that one began with"):
        ship(runs["runs/x"])


def test_weights_that_half_precision_cannot_hold_are_refused(script: ModuleType) -> None:
    with pytest.raises(SystemExit, match="Half precision does not hold large"):
        script.in_half_precision({"small": torch.ones(2), "large": torch.tensor([1e6])})
