import json
import sys
from pathlib import Path

import pytest

from lbm_studio.core.action import ActionConvention
from lbm_studio.core.errors import StudioError
from lbm_studio.core.paths import POLICY_VARIABLE
from lbm_studio.policy.manifest import CheckpointManifest, write_manifest
from lbm_studio.station.simulation.catalogue import SKILLS, find_skill
from lbm_studio.station.simulation.embodiments import find_station
from lbm_studio.workers import demo, stages
from lbm_studio.workers.demo import FULL, QUICK, USUAL, DemoReport, DemoSize, run_demo

SIZE = DemoSize("tiny", demonstrations=3, minutes=0.1, trials=4)

PROGRAM = """
import json, pathlib, sys
command, file = sys.argv[1], pathlib.Path(sys.argv[sys.argv.index("--json") + 1])
with (file.parent / "calls").open("a") as calls:
    print(*sys.argv[1:], file=calls)
if (file.parent / f"{command}-breaks").exists():
    sys.exit(1)
figures = {
    "record": {"episodes": 3},
    "train": {"localisation_median_cm": 0.4, "localisation_p90_cm": float("nan")},
    "rollout": {"successes": 0 if "--baseline" in sys.argv else 3, "trials": 4},
}
file.write_text(json.dumps(figures[command]))
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for the demo, whose commands are done by a stand-in that notes how it was called."""
    stand_in = tmp_path / "program.py"
    stand_in.write_text(PROGRAM)
    monkeypatch.setattr(stages, "program", lambda: (sys.executable, str(stand_in)))
    monkeypatch.setattr(demo, "_draw", lambda size, folder: None)
    return tmp_path / "demo"


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a policy for the simulated station ship."""
    policy = tmp_path / "shipped"
    policy.mkdir()
    body = find_station(SIZE.station).embodiment
    convention = ActionConvention(body.arm_names)
    write_manifest(policy, CheckpointManifest(body, convention, (), (), {}, {}))
    monkeypatch.setenv(POLICY_VARIABLE, str(policy))


def run(
    folder: Path, size: DemoSize = SIZE, *, start_from: str | None = None, fresh: bool = False
) -> DemoReport:
    return run_demo(size, folder, start_from=start_from, fresh=fresh, say=lambda sentence: None)


def calls(folder: Path) -> list[str]:
    return [line.split()[0] for line in (folder / "calls").read_text().splitlines()]


def test_the_loop_ends_in_a_report_that_compares_with_both_baselines(folder: Path) -> None:
    report = run(folder)

    words = (folder / "report.md").read_text()
    assert "Trained policy: 75 % (3 of 4, between 19 and 99 %)" in words
    assert "Repeating one recorded episode: 0 % (0 of 4" in words
    assert "Doing nothing: 0 % (0 of 4" in words
    assert json.loads((folder / "report.json").read_text())["localisation_median_cm"] == 0.4
    assert set(report.seconds) == {"record", "train", "rollout", "replay", "idle", "pictures"}


def test_a_stage_that_is_done_is_not_repeated(folder: Path) -> None:
    folder.mkdir()
    (folder / "demo.json").write_text(
        json.dumps({"name": "tiny", "demonstrations": 3, "minutes": 0.1, "trials": 4})
    )
    (folder / "train-breaks").touch()
    with pytest.raises(StudioError, match="ended at the stage “train”"):
        run(folder)
    (folder / "train-breaks").unlink()

    run(folder)

    assert calls(folder) == ["record", "train", "train", "rollout", "rollout", "rollout"]


def test_all_policies_face_the_same_layouts(folder: Path) -> None:
    run(folder)

    rollouts = [c for c in (folder / "calls").read_text().splitlines() if c.startswith("rollout")]
    assert len(rollouts) == 3
    assert not [line for line in rollouts if "--seed" in line]  # the first unseen ones


def training(folder: Path) -> str:
    return next(c for c in (folder / "calls").read_text().splitlines() if c.startswith("train"))


def test_with_a_policy_that_ships_the_demo_teaches_what_it_has_never_seen(
    folder: Path, shipped: None
) -> None:
    report = run(folder, USUAL)

    taught = find_skill(report.size.skill)
    pretrained = [skill for skill in SKILLS if skill.pretraining]
    assert taught.family not in {skill.family for skill in pretrained}
    assert report.size.demonstrations < USUAL.demonstrations
    assert "--from shipped" in training(folder)
    assert "training from LBM Studio's own policy" in (folder / "report.md").read_text()


@pytest.mark.parametrize("size", [QUICK, USUAL, FULL], ids=lambda size: size.name)
def test_without_one_it_learns_the_first_skill_from_scratch(folder: Path, size: DemoSize) -> None:
    report = run(folder, size)

    assert report.size == size
    assert "--from scratch" in training(folder)


def test_a_demo_that_was_begun_from_scratch_goes_on_so_when_a_policy_ships(
    folder: Path, request: pytest.FixtureRequest
) -> None:
    begun = run(folder, USUAL)

    request.getfixturevalue("shipped")

    assert run(folder, USUAL).size == begun.size
    with pytest.raises(StudioError, match=r"another demo \(usual, from scratch\)"):
        run(folder, USUAL, start_from="shipped")
    assert run(folder, USUAL, fresh=True).size.start_from == "shipped"


def test_starting_over_forgets_what_is_there(folder: Path) -> None:
    run(folder)

    run(folder, fresh=True)

    assert calls(folder) == ["record", "train", "rollout", "rollout", "rollout"]


def test_a_folder_with_a_demo_of_another_size_is_refused(folder: Path) -> None:
    run(folder)

    with pytest.raises(StudioError, match=r"holds another demo \(tiny, from scratch\)"):
        run(folder, DemoSize("larger", demonstrations=9, minutes=1, trials=4))


def test_a_folder_that_holds_something_else_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")

    with pytest.raises(StudioError, match="is in use for something else"):
        run(folder, fresh=True)

    assert (folder / "thesis.txt").read_text() == "mine"
