"""The command line as a user meets it: sentences and exit codes, no tracebacks."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lbm_studio import cli
from lbm_studio.cli import build_parser, main
from lbm_studio.core.episode import FIRST_UNSEEN_SEED
from lbm_studio.core.errors import StudioError
from lbm_studio.core.paths import program
from lbm_studio.evaluation.statistics import PromptFollowing
from lbm_studio.workers import record, rollouts
from lbm_studio.workers.record import RecordSpec
from lbm_studio.workers.rollouts import RolloutReport, RolloutSpec
from tests.core.stations import make_station
from tests.episodes.quality.demonstrations import sound_takes, write_demonstrations
from tests.episodes.recordings import record_dataset

COMMANDS = (
    *("demo", "record", "train", "pretrain", "rollout", "study", "replay"),
    *("check", "repair", "merge", "doctor", "skills", "shots", "stop-window", "worker"),
    *("serve-station", "pair", "unpair"),
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args([command, "--help"])

    assert ended.value.code == 0
    assert f"usage: lbm-studio {command}" in capsys.readouterr().out


def test_the_skills_are_listed_with_the_one_that_demo_teaches_first(tmp_path: Path) -> None:
    assert main(["skills", "--json", str(tmp_path / "skills.json")]) == 0

    skills = json.loads((tmp_path / "skills.json").read_text())
    assert skills[0]["name"] == "put_cube_in_tray"
    assert {"name", "family", "bimanual", "pretraining", "goals"} <= set(skills[0])
    assert all(len(skill["goals"]) >= 5 for skill in skills)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(
            ["rollout", "nowhere", "--skill", "juggle"],
            "There is no skill called “juggle”. Choose one of: put_cube_in_tray",
            id="skill",
        ),
        pytest.param(
            ["record", "{tmp}/new", "--skill", "juggle", "--episodes", "1"],
            "There is no skill called “juggle”. Choose one of: put_cube_in_tray",
            id="skill to record",
        ),
        pytest.param(
            ["rollout", "nowhere", "--skill", "put_cube_in_tray", "--shift", "lighting,fog"],
            "There is no shift called “fog”. Choose one of: lighting, textures, cameras, ",
            id="shift",
        ),
        pytest.param(
            ["rollout", "{tmp}", "--skill", "put_cube_in_tray", "--processes", "1"],
            "is not a checkpoint",
            id="checkpoint",
        ),
        pytest.param(
            ["rollout", "--baseline", "idle", "--skill", "put_cube_in_tray", "--station", "mars"],
            "There is no station called “mars”",
            id="station",
        ),
        pytest.param(
            ["train", "{tmp}", "--out", "{tmp}/run", "--steps", "1"], "{tmp}", id="dataset"
        ),
        pytest.param(
            ["train", "{tmp}", "--out", "/proc/run"], "/proc/run cannot be used", id="run folder"
        ),
        pytest.param(["train", "--out", "{tmp}/run"], "is not a training run", id="run"),
        pytest.param(
            ["train", "--from", "old", "--out", "{tmp}/run"],
            "Name the datasets to learn from",
            id="nothing to fine-tune on",
        ),
        pytest.param(
            ["train", "--out", "{tmp}/run", "--minutes", "5"],
            "The run in {tmp}/run goes on as it was begun",
            id="minutes of a run that goes on",
        ),
        pytest.param(
            ["train", "--out", "{tmp}/run", "--steps", "5"],
            "The run in {tmp}/run goes on as it was begun",
            id="steps of a run that goes on",
        ),
        pytest.param(
            ["train", "--out", "{tmp}/run", "--preset", "lbm1"],
            "The run in {tmp}/run goes on as it was begun",
            id="preset of a run that goes on",
        ),
        pytest.param(
            ["train", "{tmp}", "--out", "{tmp}/run", "--steps", "5", "--minutes", "5"],
            "either --minutes or --steps",
            id="minutes and steps",
        ),
        pytest.param(
            ["train", "{tmp}", "--out", "{tmp}/run", "--preset", "huge"],
            "There is no preset called “huge”. Choose one of: compact, pretrained, lbm1",
            id="preset",
        ),
        pytest.param(
            ["train", "{tmp}", "--out", "{tmp}/run", "--from", "nonsense"],
            "There is no checkpoint at nonsense. Start from “shipped”, “scratch”, or the folder of",
            id="start",
        ),
        pytest.param(
            ["train", "{tmp}", "--out", "{tmp}/run", "--from", "shipped"],
            "No policy ships with this installation",
            id="start from what does not ship",
        ),
        pytest.param(
            ["demo", "--quick", "--out", "{tmp}/demo", "--from", "nonsense"],
            "There is no checkpoint at nonsense",
            id="start of the demo",
        ),
        pytest.param(["replay", "{tmp}", "0"], "{tmp}", id="replay"),
        pytest.param(
            ["study", "data-efficiency", "--from", "{tmp}", "--out", "{tmp}/study"],
            "{tmp} is not a checkpoint",
            id="checkpoint to study",
        ),
        pytest.param(
            ["study", "variants", "--variant", "magic", "--out", "{tmp}/study"],
            "There is no variant called “magic”. Choose one of: reference, ddim, tokens",
            id="variant to study",
        ),
        pytest.param(["worker", "nobody"], "There is no worker called “nobody”", id="worker"),
    ],
)
def test_what_a_user_can_mend_is_said_in_one_sentence(
    arguments: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main([argument.format(tmp=tmp_path) for argument in arguments])

    said = capsys.readouterr().err
    assert code == 2
    assert sentence.format(tmp=tmp_path) in said
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) == 1


@pytest.mark.parametrize(("asked", "offset"), [([], 0), (["--seed", "7"], 7)])
def test_rollouts_face_layouts_that_were_never_recorded_whatever_the_seed(
    asked: list[str], offset: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds: list[int] = []

    def note(spec: RolloutSpec, on_trial: object) -> RolloutReport:
        seeds.append(spec.seed)
        return RolloutReport(0, 1, 0.0, (0.0, 1.0), 0.0, ())

    monkeypatch.setattr(rollouts, "rollout", note)

    assert main(["rollout", "--baseline", "idle", "--skill", "put_cube_in_tray", *asked]) == 0

    assert seeds == [FIRST_UNSEEN_SEED + offset]


def test_the_shifts_of_a_rollout_may_be_given_one_by_one_or_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def note(spec: RolloutSpec, on_trial: object) -> RolloutReport:
        return RolloutReport(0, 1, 0.0, (0.0, 1.0), 0.0, (), spec.shifts)

    monkeypatch.setattr(rollouts, "rollout", note)
    report = tmp_path / "report.json"
    idle = ["rollout", "--baseline", "idle", "--skill", "put_cube_in_tray"]

    asked = ["--shift", "distractors", "--shift", "cameras,lighting", "--json", str(report)]
    assert main([*idle, *asked]) == 0

    assert json.loads(report.read_text())["shifts"] == ["lighting", "cameras", "distractors"]
    assert capsys.readouterr().out.endswith("with lighting, cameras, distractors shifted.\n")


def test_a_rollout_in_unheard_words_says_how_often_they_were_refused_and_the_prompt_followed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def note(spec: RolloutSpec, on_trial: object) -> RolloutReport:
        prompt = PromptFollowing.of(1, 1)
        return RolloutReport(
            1, 4, 0.25, (0.0, 1.0), 9.0, (), prompt=prompt, unheard=spec.unheard, refused=2
        )

    monkeypatch.setattr(rollouts, "rollout", note)

    assert main(["rollout", "run", "--skill", "put_cube_in_tray", "--unheard"]) == 0

    assert capsys.readouterr().out == (
        "Success 25 % (1 of 4, between 0 and 100 %) in 9 s, asked in unheard words, of which 2 "
        "were refused. Prompt followed: 50 % (1 of 2 that reached any goal, between 1 and 99 %).\n"
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["rollout", "run", "--skill", "put_cube_in_tray", "--seed", "-1"],
            "--seed: must be at least 0",
        ),
        (["train", "data", "--out", "run", "--minutes", "0"], "--minutes: must be more than 0"),
        (["train", "data", "--out", "run", "--steps", "0"], "--steps: must be at least 1"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(arguments)

    assert sentence in capsys.readouterr().err


def test_a_full_disk_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_room(path: Path, value: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(cli, "write_json", no_room)

    code = main(["skills", "--json", str(tmp_path / "skills.json")])

    assert code == 2
    assert capsys.readouterr().err == f"The disk is full: {tmp_path / 'skills.json'}.\n"


def test_figures_that_cannot_be_written_are_refused_before_the_work(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = main(["skills", "--json", "/proc/skills.json"])

    assert code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("/proc/skills.json cannot be written: ")


def test_help_needs_no_heavy_library() -> None:
    probe = "import lbm_studio.cli, sys; lbm_studio.cli.build_parser(); print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True)

    assert not {"torch", "mujoco", "rich", "scipy", "av"} & set(loaded.stdout.split())


def test_the_program_starts_itself_from_another_folder(tmp_path: Path) -> None:
    outcome = subprocess.run(
        [*program(), "--version"], cwd=tmp_path, capture_output=True, text=True, env=environment()
    )

    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.startswith("lbm-studio ")


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}


IDLE = ("rollout", "--baseline", "idle", "--skill", "s")


@pytest.mark.parametrize(
    ("line", "station"),
    [
        (["record", "d", "--skill", "s", "--episodes", "1"], "simulated"),
        (["--station", "one", "record", "d", "--skill", "s", "--episodes", "1"], "one"),
        (["record", "d", "--skill", "s", "--episodes", "1", "--station", "two"], "two"),
        (["--station", "one", *IDLE, "--station", "two"], "two"),
        (["--station", "one", *IDLE], "one"),
    ],
)
def test_the_station_may_be_named_before_the_command_or_after_it(
    monkeypatch: pytest.MonkeyPatch, line: list[str], station: str
) -> None:
    asked: list[str] = []

    def note(spec: RecordSpec | RolloutSpec, *_: object) -> None:
        asked.append(spec.station)
        raise StudioError("That is enough.")

    monkeypatch.setattr(record, "record", note)
    monkeypatch.setattr(rollouts, "rollout", note)

    assert main(line) == 2
    assert asked == [station]


def test_a_dataset_is_checked_merged_and_repaired_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound, wild = tmp_path / "sound", tmp_path / "wild"
    write_demonstrations(sound, make_station("right", "left"), sound_takes(3))
    record_dataset(wild, make_station("right", "left"))  # random numbers

    assert main(["check", str(sound), "--json", str(tmp_path / "check.json")]) == 0
    assert main(["check", str(wild)]) == 1
    assert main(["merge", str(sound), str(wild), "--into", str(tmp_path / "all")]) == 0
    assert main(["repair", str(tmp_path / "all")]) == 0

    told = capsys.readouterr().out
    assert "Training on this would be ruined without a word:" in told
    assert told.endswith("all” needed no repair: 6 episodes.\n")
    findings = json.loads((tmp_path / "check.json").read_text())["findings"]
    assert [finding["severity"] for finding in findings] == ["hint"]
