"""How many demonstrations are advisable, as runs of before tell it."""

import json
from pathlib import Path

import pytest

from lbm_studio.app.experience import UNKNOWN, Outcome, advice, outcomes_in
from lbm_studio.core.action import ActionConvention
from lbm_studio.core.runs import SPEC_FILE, add_rollout
from lbm_studio.policy.manifest import CheckpointManifest, write_manifest
from tests.core.stations import make_station


@pytest.mark.parametrize(
    ("outcomes", "sentence"),
    [
        ([], UNKNOWN),
        ([Outcome("other", 30, 4, 4)], UNKNOWN),
        (
            [Outcome("cups", 20, 17, 20), Outcome("cups", 40, 20, 20), Outcome("cups", 10, 2, 20)],
            "20 takes were enough: 17 of 20 trials succeeded.",
        ),
        (
            [Outcome("cups", 10, 2, 20), Outcome("cups", 20, 6, 20)],
            "With 20 takes, 6 of 20 trials succeeded: record more.",
        ),
        (
            [Outcome("cups", 20, 5, 5)],
            "With 20 takes, 5 of 5 trials succeeded: record more.",
        ),
        (
            [Outcome("stack_cubes", 50, 18, 20)],
            "50 takes were enough for “Stack cubes”: 18 of 20 trials succeeded.",
        ),
        (
            [Outcome("stack_cubes", 50, 18, 20), Outcome("cups", 30, 3, 20)],
            "With 30 takes, 3 of 20 trials succeeded: record more.",
        ),
    ],
)
def test_advice_rests_on_what_was_tried(outcomes: list[Outcome], sentence: str) -> None:
    assert advice(outcomes, "cups") == sentence


def make_run(folder: Path, datasets: list[str], rollouts: list[tuple[int, int]]) -> None:
    station = make_station("right")
    folder.mkdir(parents=True)
    (folder / SPEC_FILE).write_text(json.dumps({"datasets": datasets}))
    manifest = CheckpointManifest(
        station.embodiment,
        ActionConvention(station.embodiment.arm_names),
        goals=("stack the cups",),
        words=(),
        model={},
        normaliser={},
        provenance={"episodes": 18, "held_out_episodes": 2},
    )
    checkpoint = folder / "checkpoint"
    checkpoint.mkdir()
    write_manifest(checkpoint, manifest)
    for step, (successes, trials) in enumerate(rollouts):
        figures = {"successes": successes, "trials": trials, "interval95": [0.0, 1.0]}
        add_rollout(folder, step, figures)


def test_runs_tell_how_many_takes_they_learned_from_and_what_came_of_it(tmp_path: Path) -> None:
    make_run(tmp_path / "a", ["/data/cups"], [(1, 20), (17, 20)])
    make_run(tmp_path / "b", ["/data/cups", "/data/lids"], [(9, 20)])
    make_run(tmp_path / "c", ["/data/cups"], [])
    (tmp_path / "no run").mkdir()

    assert outcomes_in(tmp_path) == (Outcome("cups", 20, 17, 20),)


def test_without_runs_nothing_is_known(tmp_path: Path) -> None:
    assert outcomes_in(tmp_path / "nowhere") == ()
