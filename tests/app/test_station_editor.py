"""A station is edited as a draft, checked as it is typed and saved when nothing is wrong."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lbm_studio.app.notices import Notices
from lbm_studio.app.station_editor import StationEditor
from lbm_studio.app.stations import Stations
from lbm_studio.app.views.station_editor import EditorField
from lbm_studio.core.station_file import write_station_file


class Editing:
    """An editor on a new station."""

    def __init__(self, folder: Path, notices: Notices) -> None:
        self.stations = Stations(folder)
        self.name = self.stations.create("simulated")
        self.is_free = True
        self.saved: list[str] = []
        self.editor = StationEditor(
            self.stations,
            notices,
            is_free=lambda: self.is_free,
            on_saved=self.saved.append,
        )
        self.editor.open(self.name)

    def field(self, path: str) -> EditorField:
        fields = (f for p in self.editor.view.pages for s in p.sections for f in s.fields)
        return next(field for field in fields if field.path == path)


@pytest.fixture
def editing(tmp_path: Path, notices: Notices) -> Editing:
    return Editing(tmp_path, notices)


def test_values_are_shown_in_the_units_that_people_use(editing: Editing):
    assert editing.field("arms[0].gripper_max_width_m").text == "80"
    assert editing.field("arms[0].base.position_m").text == "-0.5, -0.32, 0"
    assert editing.field("safety.max_linear_speed_m_s").unit == "m/s"
    assert editing.field("safety.max_angular_speed_rad_s").text == "90"
    assert not editing.editor.view.can_save


def test_what_was_typed_is_saved_and_nothing_else_changes(editing: Editing):
    before = editing.stations.read(editing.name)
    editing.editor.type("arms[0].address", "172.16.0.2")
    editing.editor.type("arms[0].base.rotation", "0, 0, 90")
    editing.editor.type("safety.workspace_max_m", "0.1 0.5 0.8")
    editing.editor.save()

    after = editing.stations.read(editing.name)
    assert after.arms[0].address == "172.16.0.2"
    np.testing.assert_allclose(after.arms[0].base.apply(np.eye(3)[0]), [-0.5, 0.68, 0.0])
    assert after.safety.workspace_max_m == (0.1, 0.5, 0.8)
    assert (after.arms[1], after.cameras) == (before.arms[1], before.cameras)
    assert editing.saved == [editing.name]
    assert not editing.editor.view.is_open


@pytest.mark.parametrize(
    ("path", "typed", "problem"),
    [
        ("arms[0].gripper_max_width_m", "wide", "This should be a number."),
        ("arms[0].gripper_max_width_m", "5000", "This should be between 0 and 1 m."),
        ("arms[1].base.position_m", "1, 2", "This should be 3 numbers with commas between them."),
        ("safety.workspace_min_m", "1, 1, 1", "This should lie below workspace_max_m in x."),
        ("name", "a b", "This should be letters, digits, - and _, e.g. “bench-1”."),
        ("title", " ", "This should not be empty."),
        ("safety.max_linear_speed_m_s", "nan", "This should be a number."),
    ],
)
def test_what_cannot_be_is_told_at_the_field_and_not_saved(
    editing: Editing, said, path: str, typed: str, problem: str
):
    before = editing.stations.read(editing.name)
    editing.editor.type(path, typed)

    assert editing.field(path).problem == problem
    assert editing.field(path).text == typed
    assert any(page.has_problem for page in editing.editor.view.pages)
    editing.editor.save()
    assert said()[-1] == "There is nothing to save."
    assert editing.stations.read(editing.name) == before


def test_the_second_arm_cannot_have_the_address_of_the_first(editing: Editing):
    for path in ("arms[0].address", "arms[1].address"):
        editing.editor.type(path, "172.16.0.2")

    assert editing.field("arms[1].address").problem == "This is another arm's too."


def test_saving_under_another_name_renames_and_a_taken_one_is_refused(editing: Editing):
    editing.editor.type("name", "simulated")
    editing.editor.save()
    assert editing.editor.view.sentence == "There is a station called “simulated” already."

    editing.editor.type("name", "bench")
    editing.editor.save()

    assert editing.saved == ["bench"]


def test_what_was_written_into_the_file_meanwhile_is_not_overwritten(editing: Editing):
    editing.editor.type("title", "Mine")
    theirs = replace(editing.stations.read(editing.name), title="Theirs")
    write_station_file(editing.stations.path(editing.name), theirs)

    editing.editor.save()

    assert editing.editor.view.sentence.startswith("The file has changed meanwhile.")
    assert editing.stations.read(editing.name) == theirs


def test_nothing_is_saved_while_a_station_is_connected(editing: Editing, said):
    editing.is_free = False
    editing.editor.type("title", "Bench")
    editing.editor.save()

    assert said()[-1] == "Disconnect the station before changing it."
    assert editing.editor.view.is_open


def test_a_draft_that_is_closed_is_forgotten(editing: Editing):
    editing.editor.type("title", "Bench")
    editing.editor.close()
    editing.editor.open(editing.name)

    assert editing.field("title").text == "New station"


def test_cameras_without_a_device_are_told(editing: Editing):
    slots = editing.editor.view.cameras

    assert [slot.is_filled for slot in slots] == [False] * len(slots)
    assert slots[0].sentence == "No RealSense camera chosen yet."
