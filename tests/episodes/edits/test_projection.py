import random

import numpy as np
import pytest

from lbm_studio.core.episode import EpisodeMetadata, EpisodeSource, EpisodeSummary
from lbm_studio.core.pose import Pose, rotation_from_vector
from lbm_studio.episodes.edits.change import (
    Change,
    EditField,
    FrameRange,
    Milestones,
    Phase,
    Split,
)
from lbm_studio.episodes.edits.journal import EDITS_FILE
from lbm_studio.episodes.edits.log import EditLog
from lbm_studio.episodes.edits.projection import project
from lbm_studio.episodes.edits.subtasks import language_rows
from lbm_studio.episodes.edits.trim import propose_trim
from lbm_studio.episodes.edits.words import edit_in_words

GRASP, LIFT = Phase("grasp", FrameRange(2, 9)), Phase("lift", FrameRange(10, 14))


def recording(index=0, uuid="one", length=20):
    metadata = EpisodeMetadata(
        "stack the cups",
        EpisodeSource.SCRIPTED,
        success=True,
        paraphrases=("nest the cups",),
        uuid=uuid,
    )
    return EpisodeSummary(index, length, length / 10.0, metadata)


@pytest.fixture
def edited(tmp_path):
    """Return the projection of two recordings after changes of the first, each an edit."""

    def after(*changes):
        log = EditLog(tmp_path)
        for field, value, *uuid in changes:
            log.apply(Change(uuid[0] if uuid else "one", field, value))
        return project((recording(), recording(1, "two")), EditLog(tmp_path))

    return after


def test_an_untouched_recording_says_what_was_said_when_it_was_kept(edited):
    view, other = edited().episodes

    assert (view.labels.goal, view.labels.success) == ("stack the cups", True)
    assert view.labels.paraphrases == ("nest the cups",)
    assert (view.kept, view.title, other.title) == (FrameRange(0, 19), "0", "1")
    assert not view.labels.edited


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (EditField.SUCCESS, False, {"success": False}),
        (EditField.SUCCESS, None, {"success": None}),
        (
            EditField.MILESTONES,
            Milestones(1, 3),
            {"milestones": Milestones(1, 3), "success": False},
        ),
        (EditField.MILESTONES, Milestones(3, 3), {"milestones": Milestones(3, 3), "success": True}),
        (EditField.GOAL, "fold the towel", {"goal": "fold the towel", "paraphrases": ()}),
        (EditField.GOAL, "Stack  the cups.", {"paraphrases": ("nest the cups",)}),
        (EditField.PARAPHRASES, ("pile them up",), {"paraphrases": ("pile them up",)}),
        (EditField.TAGS, ("fast", "blue"), {"tags": ("fast", "blue")}),
        (EditField.NOTE, "The lamp was off.", {"note": "The lamp was off."}),
        (EditField.PHASES, (LIFT, GRASP), {"phases": (GRASP, LIFT)}),
        (EditField.DELETED, True, {"deleted": True}),
    ],
)
def test_an_edit_changes_one_episode_alone(edited, field, value, expected):
    projection = edited((field, value))

    view, other = projection.episodes
    assert {name: getattr(view.labels, name) for name in expected} == expected
    assert view.labels.edited
    assert not other.labels.edited
    assert projection.remarks == ()


def test_deleted_and_failed_episodes_are_told_apart(edited):
    projection = edited((EditField.DELETED, True), (EditField.MILESTONES, Milestones(1, 2), "two"))

    assert [view.uuid for view in projection.kept] == ["two"]
    assert projection.usable == ()


def test_a_split_makes_two_episodes_that_are_edited_apart_and_joined_again(edited):
    cut = (EditField.SPLIT, Split(8, "second"))
    marked = (EditField.PHASES, (GRASP, LIFT))
    first, second, _ = edited(marked, cut, (EditField.GOAL, "lift the cups", "second")).episodes
    assert (first.title, second.title) == ("0.1", "0.2")
    assert (first.kept, second.kept) == (FrameRange(0, 7), FrameRange(8, 19))
    assert (first.labels.goal, second.labels.goal) == ("stack the cups", "lift the cups")
    assert [phase.name for phase in second.labels.phases] == ["grasp", "lift"]

    whole, _ = edited((EditField.MERGE, "second")).episodes

    assert (whole.title, whole.kept) == ("0", FrameRange(0, 19))
    assert whole.labels.phases == (GRASP, LIFT)


def test_a_trim_moves_the_start_and_can_be_withdrawn(edited):
    view = edited((EditField.PHASES, (GRASP, LIFT)), (EditField.TRIM, FrameRange(4, 12))).episodes[
        0
    ]
    assert (view.length, view.rows) == (9, slice(4, 13))
    assert view.phases == (Phase("grasp", FrameRange(0, 5)), Phase("lift", FrameRange(6, 8)))

    assert edited((EditField.TRIM, None)).episodes[0].kept == FrameRange(0, 19)


def test_parts_keep_the_trim_on_their_side_of_the_cut(edited):
    first, second, _ = edited(
        (EditField.TRIM, FrameRange(4, 16)), (EditField.SPLIT, Split(10, "second"))
    ).episodes

    assert (first.kept, second.kept) == (FrameRange(4, 9), FrameRange(10, 16))
    assert (first.extent, second.extent) == (FrameRange(0, 9), FrameRange(10, 19))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((EditField.TRIM, FrameRange(5, 99)), "5 to 99, are not all there; it has frames 0 to 19"),
        ((EditField.TRIM, FrameRange(50, 99)), "50 to 99, are not all there"),
        ((EditField.PHASES, (Phase("wait", FrameRange(15, 40)),)), "the phase “wait”, 15 to 40"),
        ((EditField.SPLIT, Split(0, "x")), "cannot be split at frame 0"),
        ((EditField.SPLIT, Split(20, "x")), "cannot be split at frame 20"),
        ((EditField.SPLIT, Split(9, "two")), "cannot be called “two”"),
        ((EditField.MERGE, "two"), "the part 1 does not follow it"),
        ((EditField.MERGE, "gone"), "no part “gone”"),
        ((EditField.DELETED, True, "gone"), "“gone” that is not here"),
    ],
)
def test_what_cannot_be_applied_is_said_and_loses_nothing(edited, change, said):
    projection = edited(change)

    assert len(projection.episodes) == 2
    assert all(len(view.kept) >= 5 for view in projection.episodes)
    assert said in projection.remarks[0]


def test_recordings_without_a_name_of_their_own_are_edited_apart(tmp_path):
    recordings = (recording(0, ""), recording(1, ""), recording(2, "one"), recording(3, "one"))
    names = [view.uuid for view in project(recordings, EditLog(tmp_path)).episodes]
    assert len(set(names)) == 4

    EditLog(tmp_path).apply(Change(names[1], EditField.DELETED, True))

    assert [v.index for v in project(recordings, EditLog(tmp_path)).kept] == [0, 2, 3]


def test_phases_become_subtasks_that_count_from_the_first_kept_frame(edited):
    view = edited((EditField.PHASES, (GRASP, LIFT)), (EditField.TRIM, FrameRange(4, 19))).episodes[
        0
    ]

    rows = language_rows(view, rate_hz=10.0)

    assert [(r["role"], r["style"], r["content"], r["timestamp"]) for r in rows] == [
        ("assistant", "subtask", "grasp", 0.0),
        ("user", "task_aug", "stack the cups", 0.0),
        ("user", "task_aug", "nest the cups", 0.0),
        ("assistant", "subtask", "lift", 0.6),
    ]
    assert all(row["camera"] is row["tool_calls"] is None for row in rows)


def hand(x=0.0, turn=0.0, width=0.08):
    pose = Pose(np.array([x, 0.0, 0.2]), rotation_from_vector(np.array([0.0, 0.0, turn])))
    return np.concatenate([pose.as_vector(), [width]])


@pytest.mark.parametrize(
    ("moved", "first"),
    [
        ({"x": 0.049, "turn": np.radians(14.0)}, None),
        ({"x": 0.051}, 6),
        ({"turn": np.radians(16.0)}, 6),
        ({"width": 0.0}, 6),
    ],
)
def test_the_idle_start_ends_at_five_centimetres_or_fifteen_degrees(moved, first):
    states = np.array([hand()] * 6 + [hand(**moved)] * 6)

    proposed = propose_trim(states, FrameRange(0, 11))

    assert proposed == (None if first is None else FrameRange(first, 11))


def test_a_part_is_trimmed_from_its_own_start():
    states = np.array([hand()] * 2 + [hand(0.2)] * 4 + [hand(0.4)] * 4)

    assert propose_trim(states, FrameRange(2, 9)) == FrameRange(6, 9)


def test_an_edit_is_told_in_words(tmp_path):
    log = EditLog(tmp_path)
    log.apply(Change("one", EditField.TRIM, FrameRange(4, 12)))
    log.apply(*(Change(uuid, EditField.DELETED, True) for uuid in ("one", "two")))
    log.apply(Change("gone", EditField.SUCCESS, None))

    assert [edit_in_words(edit, {"one": "3", "two": "4"}) for edit in log.in_force] == [
        "episode 3: trimmed to frames 4 to 12",
        "2 episodes: deleted",
        "an episode that is gone: judgement withdrawn",
    ]


def test_a_log_with_any_byte_changed_is_read_and_loses_at_most_that_line(tmp_path):
    log = EditLog(tmp_path)
    for field, value in (
        (EditField.TRIM, FrameRange(2, 15)),
        (EditField.PHASES, (GRASP, LIFT)),
        (EditField.SPLIT, Split(8, "second")),
        (EditField.MILESTONES, Milestones(1, 3)),
        (EditField.GOAL, "lift the cups"),
    ):
        log.apply(Change("one", field, value))
    log.undo()
    path = tmp_path / EDITS_FILE
    whole = path.read_bytes()
    dice = random.Random(2)

    for _ in range(400):
        damaged = bytearray(whole)
        damaged[dice.randrange(len(whole))] = dice.randrange(256)
        path.write_bytes(bytes(damaged))

        projection = project((recording(),), EditLog(tmp_path))

        assert sum(len(view.extent) for view in projection.episodes) == 20
        assert len(EditLog(tmp_path).in_force) + len(projection.remarks) >= 3
