"""A study goes on where it was, and keeps only what is small."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lbm_studio.core.errors import StudioError, UnknownNameError
from lbm_studio.core.paths import POLICY_VARIABLE
from lbm_studio.evaluation.cells import CellResult
from lbm_studio.policy.manifest import MANIFEST_FILE, WEIGHTS_FILE
from lbm_studio.workers import stages, variants
from lbm_studio.workers.data_efficiency import data_efficiency, unseen_skills
from lbm_studio.workers.study import Study, StudySpec, read_results, run_study

PROGRAM = """
import json, pathlib, sys
command, file = sys.argv[1], pathlib.Path(sys.argv[sys.argv.index("--json") + 1])
study = file.parents[2]
with (study / "calls").open("a") as calls:
    print(*sys.argv[1:], file=calls)
if (study / f"{command}-breaks").exists():
    sys.exit(1)
figures = {
    "record": {"episodes": 3},
    "train": {"localisation_median_cm": 0.4, "step": 70},
    "rollout": {"successes": 2 if "--shift" in sys.argv else 3, "trials": 4},
}
if command == "train":
    checkpoint = pathlib.Path(sys.argv[sys.argv.index("--out") + 1]) / "checkpoint"
    checkpoint.mkdir(parents=True)
    (checkpoint / "manifest.json").touch()
    header = b'{"weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}'
    weights = len(header).to_bytes(8, "little") + header + bytes(24)
    (checkpoint / "weights.safetensors").write_bytes(weights)
file.write_text(json.dumps(figures[command]))
"""
SPEC = StudySpec(minutes=8.5, trials=4)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for the study, whose commands are done by a stand-in that notes how it was called."""
    stand_in = tmp_path / "program.py"
    stand_in.write_text(PROGRAM)
    monkeypatch.setattr(stages, "program", lambda: (sys.executable, str(stand_in)))
    (tmp_path / "study").mkdir()
    monkeypatch.setenv(POLICY_VARIABLE, str(ship(tmp_path / "policy", b"weights")))
    return tmp_path / "study"


def ship(folder: Path, weights: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / MANIFEST_FILE).touch()
    (folder / WEIGHTS_FILE).write_bytes(weights)
    return folder


def efficiency() -> Study:
    return data_efficiency("shipped", unseen_skills()[:1])


def two_heads() -> Study:
    return variants.variants(["reference", "tokens"], demonstrations=6)


def run(study: Study, folder: Path, spec: StudySpec = SPEC) -> tuple[CellResult, ...]:
    return run_study(study, spec, folder, say=lambda sentence: None)


def calls(folder: Path, command: str = "") -> list[str]:
    lines = (folder / "calls").read_text().splitlines()
    return [line for line in lines if line.startswith(command)]


@pytest.mark.parametrize("study", [efficiency, two_heads])
def test_a_budget_ends_it_between_two_cells_and_the_next_run_goes_on(
    folder: Path, study: Callable[[], Study]
) -> None:
    first = run(study(), folder, StudySpec(minutes=8.5, trials=4, budget_minutes=1e-9))

    assert first == read_results(folder) == ()
    whole = run(study(), folder)
    assert whole == read_results(folder)
    assert [result.cell for result in whole] == list(study().cells)
    asked = len(calls(folder))
    assert run(study(), folder) == whole
    assert len(calls(folder)) == asked


def test_the_claim_is_fine_tuned_and_its_opponent_is_not(folder: Path) -> None:
    results = run(efficiency(), folder)

    trainings = calls(folder, "train")
    assert "--from shipped" in trainings[0]
    assert "--from" not in trainings[1]
    assert "--preset pretrained" in trainings[1]
    assert all("--minutes 8.5" in line for line in trainings)
    claim = results[0]
    assert (claim.cell.way, claim.cell.demonstrations) == ("shipped", 20)
    assert (claim.successes, claim.trials, claim.localisation_median_cm) == (3, 4, 0.4)
    assert (claim.steps, claim.parameters) == (70, 6)
    assert set(claim.shifted.values()) == {2}
    assert claim.train_s is not None
    assert not results[1].shifted


def test_variants_learn_from_the_same_demonstrations_and_face_the_same_layouts(
    folder: Path,
) -> None:
    run(two_heads(), folder)

    trainings = calls(folder, "train")
    assert [line.partition("--preset ")[2].split()[0] for line in trainings] == [
        *("reference", "reference", "tokens", "tokens")
    ]
    datasets = [line.split()[1] for line in trainings]
    assert (
        datasets[:2]
        == datasets[2:]
        == [str(folder / "work" / f"{skill}-6") for skill in variants.SKILLS]
    )
    assert all("--seed 0" in line and "--from" not in line for line in trainings)
    assert not [line for line in calls(folder, "rollout") if "--seed" in line]


@pytest.mark.parametrize("study", [efficiency, two_heads])
def test_what_is_large_is_not_kept_and_the_report_is_written(
    folder: Path, study: Callable[[], Study]
) -> None:
    results = run(study(), folder)

    assert not [path for path in (folder / "work").rglob("*") if path.suffix == ".safetensors"]
    assert (folder / "results.md").read_text() == study().in_words(results)
    assert (folder / "results.png").stat().st_size > 1000
    assert len(json.loads((folder / "results.json").read_text())) == len(results)


def test_a_stage_that_failed_loses_nothing(folder: Path) -> None:
    (folder / "rollout-breaks").touch()
    with pytest.raises(StudioError, match="ended at the stage “rollout”"):
        run(efficiency(), folder)
    (folder / "rollout-breaks").unlink()

    run(efficiency(), folder)

    cell = efficiency().cells[0]
    assert len([line for line in calls(folder, "train") if cell.name in line]) == 1


def test_results_that_were_measured_otherwise_are_not_mixed_with_new_ones(folder: Path) -> None:
    run(two_heads(), folder)

    with pytest.raises(
        StudioError, match=r"holds results of 8\.5 minutes of training and 4 trials"
    ):
        run(two_heads(), folder, StudySpec(minutes=5.0, trials=4))


def test_results_of_another_policy_are_not_mixed_with_those_of_this_one(
    folder: Path, tmp_path: Path
) -> None:
    results = run(efficiency(), folder)
    ship(tmp_path / "policy", b"weights that were trained for longer")

    with pytest.raises(StudioError, match=f"results of another checkpoint .{results[0].origin}."):
        run(efficiency(), folder)
    assert {bool(r.origin) for r in results if r.cell.way == "scratch"} == {False}


def test_an_encoder_is_not_compared_without_what_it_was_taught(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(variants, "packaged_weights", lambda: None)
    study = variants.variants(["reference", "efficientnet-frozen"])

    with pytest.raises(
        StudioError, match=r"“efficientnet-frozen”.*not installed.*\[efficientnet\]"
    ):
        run(study, folder)

    assert not (folder / "calls").exists()


def test_unknown_names_are_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"no skill called “juggle”.*put_cube_in_tray"):
        data_efficiency("shipped", ["juggle"])
    with pytest.raises(UnknownNameError, match=r"no skill called “juggle”.*put_cube_in_tray"):
        variants.variants(skills=["juggle"])
    with pytest.raises(UnknownNameError, match=r"no variant called “magic”.*reference, ddim"):
        variants.variants(["magic"])
