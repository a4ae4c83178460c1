import json
import threading

import pytest

from lbm_studio.core.errors import DatasetError, StudioError
from lbm_studio.episodes.edits.change import Change, EditField, FrameRange, Milestones
from lbm_studio.episodes.edits.journal import EDITS_FILE
from lbm_studio.episodes.edits.log import EditLog


def goal(text, uuid="one"):
    return Change(uuid, EditField.GOAL, text)


def goals(tmp_path):
    return [change.value for edit in EditLog(tmp_path).in_force for change in edit.changes]


def test_edits_are_undone_and_redone_one_by_one_across_restarts(tmp_path):
    for text in "abc":
        EditLog(tmp_path).apply(goal(text))

    states = []
    while EditLog(tmp_path).undo():
        states.append(goals(tmp_path))
    while EditLog(tmp_path).redo():
        states.append(goals(tmp_path))

    assert states == [["a", "b"], ["a"], [], ["a"], ["a", "b"], ["a", "b", "c"]]


def test_one_undo_takes_back_all_an_action_did(tmp_path):
    log = EditLog(tmp_path)
    log.apply(goal("before"))
    log.apply(*(Change(uuid, EditField.DELETED, True) for uuid in ("one", "two", "three")))

    undone = log.undo()

    assert undone is not None
    assert len(undone.changes) == 3
    assert goals(tmp_path) == ["before"]


def test_a_new_edit_leaves_nothing_to_redo(tmp_path):
    log = EditLog(tmp_path)
    log.apply(goal("a"))
    log.undo()
    log.apply(goal("b"))

    assert log.redo() is None
    assert log.undone == ()
    assert goals(tmp_path) == ["b"]


def test_nothing_is_ever_taken_out_of_the_log(tmp_path):
    log = EditLog(tmp_path)
    log.apply(goal("a"))
    before = (tmp_path / EDITS_FILE).read_bytes()

    log.undo()
    log.redo()

    assert (tmp_path / EDITS_FILE).read_bytes().startswith(before)


def test_two_who_edit_at_once_lose_nothing(tmp_path):
    logs = [EditLog(tmp_path) for _ in range(4)]

    def edit(number):
        for _ in range(5):
            logs[number].apply(goal(str(number)))

    threads = [threading.Thread(target=edit, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    log = EditLog(tmp_path)
    assert sorted(edit.number for edit in log.in_force) == list(range(20))
    assert log.remarks == ()


@pytest.mark.parametrize(
    "line",
    [
        '{"number": 1, "uu',
        "[]",
        '"text"',
        '{"number": -3, "unix_time_s": 1.0, "changes": []}',
        '{"number": 1, "unix_time_s": 1.0, "changes": [{"uuid": "one", "field": "goal"}]}',
        '{"number": 1, "unix_time_s": 1.0, "uuid": "one", "field": "success", "value": "yes"}',
        '{"number": 1, "unix_time_s": 1.0, "uuid": "one", "field": "trim", "value": {"first": 4,'
        ' "last": 2}}',
        "\x00\x00\ufffd",
        "[" * 100_000,
    ],
    ids=["torn", "list", "text", "negative", "no value", "kind", "range", "noise", "deep"],
)
def test_a_line_that_cannot_be_read_costs_only_itself_and_is_said(tmp_path, line):
    EditLog(tmp_path).apply(goal("a"))
    with (tmp_path / EDITS_FILE).open("a") as file:
        file.write(line)

    EditLog(tmp_path).apply(goal("b"))

    log = EditLog(tmp_path)
    assert goals(tmp_path) == ["a", "b"]
    assert log.remarks == ("Line 2 of the list of edits cannot be read and is passed over.",)
    assert line in (tmp_path / EDITS_FILE).read_text()


def test_what_a_later_version_said_is_kept_told_and_undone_like_the_rest(tmp_path):
    EditLog(tmp_path).apply(goal("a"))
    later = {"uuid": "one", "field": "mood", "value": {"colour": "blue"}}
    known = {"uuid": "one", "field": "goal", "value": "b", "reason": "a field of tomorrow"}
    line = {"number": 7, "unix_time_s": 2.0, "changes": [later, known], "author": "Ada"}
    with (tmp_path / EDITS_FILE).open("a") as file:
        file.write(json.dumps(line) + "\n")

    log = EditLog(tmp_path)
    assert goals(tmp_path) == ["a", "b"]
    assert "“mood”, which only a later version" in log.remarks[0]

    assert log.undo() == log.undone[-1]
    assert goals(tmp_path) == ["a"]
    assert '"blue"' in (tmp_path / EDITS_FILE).read_text()
    assert json.loads((tmp_path / EDITS_FILE).read_text().splitlines()[-1])["number"] == 8


def test_the_log_of_the_first_version_is_read(tmp_path):
    (tmp_path / "meta").mkdir()
    fields = [("success", False), ("deleted", True), ("undo", 1)]
    lines = [
        {"number": n, "unix_time_s": 1.0, "uuid": "one", "field": field, "value": value}
        for n, (field, value) in enumerate(fields)
    ]
    (tmp_path / EDITS_FILE).write_text("".join(json.dumps(line) + "\n" for line in lines))

    log = EditLog(tmp_path)

    assert [edit.changes for edit in log.in_force] == [(Change("one", EditField.SUCCESS, False),)]
    assert log.redo() is not None
    assert len(EditLog(tmp_path).in_force) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Change("one", EditField.GOAL, True),
        lambda: Change("one", EditField.TRIM, "all"),
        lambda: FrameRange(4, 3),
        lambda: FrameRange(-1, 3),
        lambda: Milestones(3, 2),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused_before_it_is_written(wrong):
    with pytest.raises(StudioError):
        wrong()


def test_an_edit_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "meta").write_text("in the way")

    with pytest.raises(DatasetError, match="could not be saved"):
        EditLog(tmp_path).apply(goal("a"))
