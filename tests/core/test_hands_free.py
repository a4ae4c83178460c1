"""What pedals mean, and how it is remembered."""

from pathlib import Path

import pytest

from lbm_studio.core.errors import StudioError
from lbm_studio.core.hands_free import PedalMap, TakeAction, read_pedals, write_pedals

VEC = "05f3:00ff"
FOOTSWITCH = "0c45:7404"


@pytest.mark.parametrize(
    ("control", "action"),
    [
        (f"{VEC} bit 0", TakeAction.REDO),
        (f"{VEC} bit 1", TakeAction.KEEP),
        (f"{VEC} bit 2", TakeAction.DISCARD),
        (f"{FOOTSWITCH} key 04", TakeAction.REDO),
        (f"{FOOTSWITCH} key 06", TakeAction.DISCARD),
        (f"{FOOTSWITCH} key 2c", None),
    ],
)
def test_pedals_as_they_leave_the_factory_are_start_success_and_failure(
    control: str, action: TakeAction | None
):
    assert PedalMap().action(control) is action


def test_a_taught_pedal_takes_over_its_action_from_the_others_of_its_device():
    taught = PedalMap().learned(f"{VEC} bit 2", TakeAction.KEEP)

    assert taught.action(f"{VEC} bit 2") is TakeAction.KEEP
    assert taught.action(f"{VEC} bit 1") is None
    assert taught.action(f"{VEC} bit 0") is TakeAction.REDO
    assert taught.action(f"{FOOTSWITCH} key 05") is TakeAction.KEEP


def test_what_was_taught_is_remembered(tmp_path: Path):
    taught = PedalMap().learned(f"{VEC} bit 1", TakeAction.STOP)
    write_pedals(tmp_path / "data" / "pedals.json", taught)

    assert read_pedals(tmp_path / "data" / "pedals.json") == taught


@pytest.mark.parametrize("text", ["", "{", "[]", '{"controls": {"a": "fly"}}', '{"controls": 3}'])
def test_a_file_that_makes_no_sense_counts_as_none(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
):
    file = tmp_path / "pedals.json"
    file.write_text(text)

    assert read_pedals(file) == PedalMap()
    assert "What the pedals mean is forgotten" in caplog.text


def test_a_disk_that_takes_nothing_is_told_in_words(tmp_path: Path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StudioError, match="What the pedals mean could not be saved"):
        write_pedals(tmp_path / "file" / "pedals.json", PedalMap())
