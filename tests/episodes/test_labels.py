import pytest

from lbm_studio.core.episode import EpisodeMetadata, EpisodeSource
from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.labels import EDITS_FILE, EditLog, EpisodeLabels

EPISODE = EpisodeMetadata("stack the cups", EpisodeSource.SCRIPTED, True, uuid="one")
OTHER = EpisodeMetadata("stack the cups", EpisodeSource.SCRIPTED, None, uuid="two")


def test_an_untouched_episode_says_what_was_recorded(tmp_path):
    assert EditLog(tmp_path).labels(EPISODE) == EpisodeLabels("stack the cups", True)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda log: log.set_success("one", False), ("stack the cups", False, False)),
        (lambda log: log.set_success("one", None), ("stack the cups", None, False)),
        (lambda log: log.set_goal("one", "nest the cups"), ("nest the cups", True, False)),
        (lambda log: log.set_deleted("one", True), ("stack the cups", True, True)),
    ],
    ids=["failure", "unjudged", "goal", "deleted"],
)
def test_an_edit_changes_one_episode_and_survives_a_restart(tmp_path, edit, expected):
    edit(EditLog(tmp_path))

    log = EditLog(tmp_path)

    assert log.labels(EPISODE) == EpisodeLabels(*expected, edited=True)
    assert not log.labels(OTHER).edited


def test_undo_goes_back_one_edit_at_a_time(tmp_path):
    log = EditLog(tmp_path)
    log.set_success("one", False)
    log.set_deleted("one", True)

    states = []
    while log.undo():
        labels = EditLog(tmp_path).labels(EPISODE)
        states.append((labels.success, labels.deleted, labels.edited))

    assert states == [(False, False, True), (True, False, False)]


def test_nothing_is_ever_taken_out_of_the_log(tmp_path):
    log = EditLog(tmp_path)
    log.set_deleted("one", True)
    before = (tmp_path / EDITS_FILE).read_bytes()

    log.undo()

    assert (tmp_path / EDITS_FILE).read_bytes().startswith(before)


def test_a_line_cut_short_by_a_kill_costs_only_itself(tmp_path):
    EditLog(tmp_path).set_deleted("one", True)
    with (tmp_path / EDITS_FILE).open("a") as file:
        file.write('{"number": 1, "uu')

    EditLog(tmp_path).set_deleted("two", True)

    log = EditLog(tmp_path)
    assert log.labels(EPISODE).deleted
    assert log.labels(OTHER).deleted


def test_an_edit_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "meta").write_text("in the way")

    with pytest.raises(DatasetError, match="could not be saved"):
        EditLog(tmp_path).set_deleted("one", True)
