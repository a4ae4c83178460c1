import json
import sys
from pathlib import Path

import pytest

from lbm_studio.core.errors import StudioError
from lbm_studio.workers import demo, stages
from lbm_studio.workers.demo import DemoReport, DemoSize, run_demo

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


def run(folder: Path, size: DemoSize = SIZE, *, fresh: bool = False) -> DemoReport:
    return run_demo(size, folder, fresh=fresh, say=lambda sentence: None)


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


def test_starting_over_forgets_what_is_there(folder: Path) -> None:
    run(folder)

    run(folder, fresh=True)

    assert calls(folder) == ["record", "train", "rollout", "rollout", "rollout"]


def test_a_folder_with_a_demo_of_another_size_is_refused(folder: Path) -> None:
    run(folder)

    with pytest.raises(StudioError, match="holds a demo of another size"):
        run(folder, DemoSize("larger", demonstrations=9, minutes=1, trials=4))


def test_a_folder_that_holds_something_else_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")

    with pytest.raises(StudioError, match="is in use for something else"):
        run(folder, fresh=True)

    assert (folder / "thesis.txt").read_text() == "mine"
