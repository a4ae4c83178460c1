"""Every kind of finding, from datasets that really have it; and none where nothing is wrong."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lbm_studio.core.codec import to_json
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import DatasetError
from lbm_studio.core.keys import STATION_FILE
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.edits.change import Change, EditField, FrameRange
from lbm_studio.episodes.edits.journal import EDITS_FILE
from lbm_studio.episodes.edits.log import EditLog
from lbm_studio.episodes.edits.projection import project_dataset
from lbm_studio.episodes.quality.finding import Finding, FindingKind, Severity
from lbm_studio.episodes.quality.report import check_before_training, check_datasets
from tests.core.stations import make_station
from tests.episodes.quality.demonstrations import (
    CLOSED_M,
    Demonstration,
    Numbers,
    sound_takes,
    write_demonstrations,
)

STATION = make_station("right", "left")


@pytest.fixture
def station() -> StationDescription:
    return STATION


def check(folder: Path, takes: list[Demonstration]) -> list[Finding]:
    write_demonstrations(folder / "taken", STATION, takes)
    return list(check_datasets([folder / "taken"]).findings)


def serious(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is not Severity.HINT]


def millimetres(states: Numbers, actions: Numbers) -> tuple[Numbers, Numbers]:
    scale = np.where(np.isin(np.arange(20) % 9, [0, 1, 2]) & (np.arange(20) < 18), 1000.0, 1.0)
    return states * scale, actions * scale


def columns_of_rotations(states: Numbers, actions: Numbers) -> tuple[Numbers, Numbers]:
    turned = states.copy()
    turned[:, 3:9] = [0.8, 0.0, 0.6, 0.8, 0.0, 0.1]
    return turned, actions


def relative(states: Numbers, actions: Numbers) -> tuple[Numbers, Numbers]:
    moved = actions.copy()
    moved[:, :3] -= states[:, :3]
    return states, moved


def shares_of_opening(states: Numbers, actions: Numbers) -> tuple[Numbers, Numbers]:
    wide = states.copy()
    wide[:, 18:] /= 0.08
    return wide, actions


def late(states: Numbers, actions: Numbers) -> tuple[Numbers, Numbers]:
    return np.concatenate([actions[:1]] * 4 + [actions[:-4]]), actions


def early(states: Numbers, actions: Numbers) -> tuple[Numbers, Numbers]:
    return actions, np.concatenate([actions[:1]] * 2 + [actions[:-2]])


def shaking(states: Numbers, actions: Numbers) -> tuple[Numbers, Numbers]:
    shaken = states.copy()
    shaken[::4, 0] += 0.25
    return shaken, actions


def at_the_edge(states: Numbers, actions: Numbers) -> tuple[Numbers, Numbers]:
    pushed = actions.copy()
    pushed[:, 2] = 0.015
    return pushed, pushed


def glitch(states: Numbers, actions: Numbers) -> tuple[Numbers, Numbers]:
    wrong = states.copy()
    wrong[7, 1] = 2.5
    return wrong, actions


def still(states: Numbers, actions: Numbers) -> tuple[Numbers, Numbers]:
    return np.repeat(states[:1], len(states), axis=0), np.repeat(actions[:1], len(actions), axis=0)


def test_nothing_is_said_of_sound_demonstrations(tmp_path: Path) -> None:
    findings = check(tmp_path, sound_takes())

    assert [finding.sentence for finding in findings] == [
        f"The left arm never moves in “{tmp_path / 'taken'}”: the policy will hold it still."
    ]
    assert check_before_training([Dataset.open(tmp_path / "taken")]) == ()


RUINED = {
    "millimetres": (Demonstration(spoil=millimetres), "not in metres"),
    "columns": (Demonstration(spoil=columns_of_rotations), "not the top two rows"),
    "relative": (Demonstration(spoil=relative), "relative, or in another frame"),
    "gripper": (Demonstration(spoil=shares_of_opening), "goes from 0.375 to 1; its fingers open"),
    "swapped": (Demonstration(shown={"scene": "wrist", "wrist": "scene"}), "are swapped"),
    "same": (Demonstration(shown={"scene": "wrist"}), "show the same picture"),
}


@pytest.mark.parametrize(("take", "said"), RUINED.values(), ids=RUINED.keys())
def test_what_would_ruin_a_training_is_told_and_refused(
    take: Demonstration, said: str, tmp_path: Path
) -> None:
    uuids = write_demonstrations(tmp_path / "taken", STATION, [*sound_takes(), take])

    ruinous = check_datasets([tmp_path / "taken"]).ruinous

    assert {finding.uuid for finding in ruinous} == {uuids[-1]}
    assert said in ruinous[0].sentence
    assert ruinous[0].sentence.startswith("Episode 6: ")
    with pytest.raises(DatasetError, match="would be ruined without a word"):
        check_before_training([Dataset.open(tmp_path / "taken")])


def test_a_person_who_looked_is_believed(tmp_path: Path) -> None:
    takes = [*sound_takes(), Demonstration(shown={"scene": "wrist", "wrist": "scene"})]
    uuids = write_demonstrations(tmp_path / "taken", STATION, takes)

    EditLog(tmp_path / "taken").apply(Change(uuids[-1], EditField.TAGS, ("checked",)))

    assert check_datasets([tmp_path / "taken"]).ruinous == ()


DOUBTFUL = {
    "dropped": (Demonstration(dropped_ticks=9), FindingKind.DROPPED_TICKS, "9 of 29 ticks"),
    "clamped": (Demonstration(clamped=True), FindingKind.SATURATION, "changed 100%"),
    "edge": (Demonstration(spoil=at_the_edge), FindingKind.SATURATION, "edge of its workspace"),
    "shaking": (Demonstration(spoil=shaking), FindingKind.JERK, "moves jerkily"),
    "long": (Demonstration(ticks=90), FindingKind.DURATION, "takes 18 s, where 4 s are usual"),
    "late": (Demonstration(spoil=late), FindingKind.LAG, "only after 0.8 s"),
    "early": (Demonstration(spoil=early), FindingKind.LAG, "0.4 s after the motion"),
    "glitch": (Demonstration(spoil=glitch), FindingKind.OUTLIER, "“right.y_m” reaches 2.5"),
    "dark": (Demonstration(level=0.02), FindingKind.DARK_CAMERA, "“scene” is dark"),
    "frozen": (
        Demonstration(frozen=("wrist",)),
        FindingKind.FROZEN_CAMERA,
        "“wrist” shows the same",
    ),
    "stale": (
        Demonstration(camera_delay_ns=400_000_000),
        FindingKind.STALE_CAMERA,
        "up to 0.4 s old, 100% of them",
    ),
}


@pytest.mark.parametrize(("take", "kind", "said"), DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_what_is_doubtful_is_told_of_the_episode_it_is_about(
    take: Demonstration, kind: FindingKind, said: str, tmp_path: Path
) -> None:
    take = replace(take, place=(0.05, -0.1))
    uuids = write_demonstrations(tmp_path / "taken", STATION, [*sound_takes(), take])

    findings = list(check_datasets([tmp_path / "taken"]).findings)

    found = [finding for finding in findings if finding.kind is kind]
    assert {finding.uuid for finding in found} == {uuids[-1]}
    assert any(said in finding.sentence for finding in found)
    assert all(finding.severity is Severity.DOUBT for finding in found)
    assert not [finding for finding in findings if finding.severity is Severity.RUIN]


def test_a_fix_mends_what_was_found(tmp_path: Path) -> None:
    takes = [*sound_takes(), Demonstration(idle=16, ticks=36), Demonstration(spoil=still)]
    idle, motionless = write_demonstrations(tmp_path / "taken", STATION, takes)[-2:]
    found = [f for f in check_datasets([tmp_path / "taken"]).findings if f.fix]
    assert [finding.fix for finding in found] == [
        (Change(idle, EditField.TRIM, FrameRange(18, 35)),),
        (Change(motionless, EditField.DELETED, True),),
    ]

    for finding in found:
        EditLog(tmp_path / "taken").apply(*finding.fix)

    assert not serious(list(check_datasets([tmp_path / "taken"]).findings))


def test_copies_and_equal_starts_are_told(tmp_path: Path) -> None:
    takes = [*sound_takes(), replace(sound_takes()[2], dropped_ticks=0)]
    takes += [Demonstration(seed=3, place=(0.1, 0.0)), Demonstration(seed=3, place=(0.11, 0.0))]

    found = [f for f in check(tmp_path, takes) if f.kind is FindingKind.DUPLICATE]

    assert "Episode 6: it is the same as episode 2." in found[0].sentence
    assert found[0].fix[0].field is EditField.DELETED
    assert "Episodes 7, 8 begin alike" in found[1].sentence


def test_prompts_that_differ_in_spelling_are_told_and_mended_together(tmp_path: Path) -> None:
    takes = [
        *sound_takes(),
        *(replace(t, place=(0.1, -0.05 * n)) for n, t in enumerate(sound_takes(3))),
    ]
    takes[-3].goal, takes[-2].goal, takes[-1].goal = "Lift  the cube", "lift the cube.", "drop it"

    doubtful, rare = (f for f in check(tmp_path, takes) if f.kind is FindingKind.PROMPT)
    EditLog(tmp_path / "taken").apply(*doubtful.fix)

    assert doubtful.sentence == "Episodes 6, 7 spell “lift the cube” in another way."
    assert "“drop it” (1)" in rare.sentence
    goals = {v.labels.goal for v in project_dataset(Dataset.open(tmp_path / "taken")).kept}
    assert goals == {"lift the cube", "drop it"}


def test_starts_that_hardly_vary_are_told(tmp_path: Path) -> None:
    takes = [Demonstration(place=(0.001 * n, 0.0), ticks=20 + n) for n in range(6)]

    found = [f for f in check(tmp_path, takes) if f.kind is FindingKind.COVERAGE]

    assert "All 6 demonstrations of “lift the cube” begin within 0 cm" in found[0].sentence


def test_coverage_says_where_the_first_grasps_were(tmp_path: Path) -> None:
    takes = sound_takes(8)
    write_demonstrations(tmp_path / "taken", STATION, takes)

    (coverage,) = check_datasets([tmp_path / "taken"]).coverage

    np.testing.assert_allclose(coverage.places_m, [take.place for take in takes], atol=1e-6)
    assert 2 <= coverage.fields <= 8
    assert 6 < coverage.expected < 8


def test_where_nothing_moves_nothing_can_be_learned(tmp_path: Path) -> None:
    takes = [replace(take, spoil=still) for take in sound_takes(3)]

    assert any("there is nothing to learn" in f.sentence for f in check(tmp_path, takes))


def holding(states: Numbers, actions: Numbers) -> tuple[Numbers, Numbers]:
    states[:, 18], actions[:, 18], states[:, 2], actions[:, 2] = 0.03, 0.03, 0.2, 0.2
    return states, actions


def test_numbers_that_never_change_are_worth_knowing(tmp_path: Path) -> None:
    takes = [replace(take, spoil=holding) for take in sound_takes(3)]

    sentences = [f.sentence for f in check(tmp_path, takes) if f.kind is FindingKind.RANGES]

    assert [sentence.partition(" in “")[0] for sentence in sentences] == [
        "The right hand never moves along its own z",
        "The right gripper never opens or closes",
        "The left arm never moves",
    ]


def test_datasets_are_compared_with_each_other(tmp_path: Path) -> None:
    for name, rate_hz in (("one", 5.0), ("other", 5.0), ("odd", 7.0)):
        write_demonstrations(tmp_path / name, STATION, sound_takes(3), rate_hz=rate_hz)
    station_file = tmp_path / "other" / STATION_FILE
    station_file.write_text(station_file.read_text().replace("top_two_rows", "two_columns"))

    report = check_datasets([tmp_path / name for name in ("one", "other", "odd")])

    sentences = [finding.sentence for finding in report.ruinous]
    assert any("recorded at 7 Hz cannot be used" in sentence for sentence in sentences)
    assert any("has another action convention than" in sentence for sentence in sentences)


def test_damage_edits_and_left_overs_are_told_apart(tmp_path: Path) -> None:
    write_demonstrations(tmp_path / "taken", STATION, sound_takes(4))
    shutil.copytree(tmp_path / "taken", tmp_path / "copy")
    (tmp_path / "taken" / ".recording").mkdir()
    (tmp_path / "taken" / EDITS_FILE).write_text("torn")
    assert {f.severity for f in check_datasets([tmp_path / "taken"]).findings} == {Severity.HINT}

    next((tmp_path / "copy" / "videos").rglob("file-001.mp4")).unlink()

    assert check_datasets([tmp_path / "copy"]).ruinous[0].kind is FindingKind.DAMAGE


def test_what_another_program_recorded_is_refused_until_it_is_imported(official: Path) -> None:
    report = check_datasets([official])

    assert "does not say how its vectors are to be read" in report.ruinous[0].sentence


def test_the_report_can_be_written_and_read(tmp_path: Path) -> None:
    takes = [*sound_takes(), Demonstration(idle=16, ticks=36)]
    write_demonstrations(tmp_path / "taken", STATION, takes)

    report = check_datasets([tmp_path / "taken"])

    written = json.loads(json.dumps(to_json(report)))
    assert written["findings"][0]["severity"] == "doubt"
    assert written["findings"][0]["fix"][0]["value"] == {"first": 18, "last": 35}
    assert report.in_words().startswith("Doubtful:\n  Episode 6: hardly anything moves")


def test_the_grasp_is_where_the_gripper_closes() -> None:
    states, _ = Demonstration(place=(0.1, -0.2)).vectors(2)

    np.testing.assert_allclose(states[11, :2], [0.1, -0.2])
    assert states[11, 18] == CLOSED_M
