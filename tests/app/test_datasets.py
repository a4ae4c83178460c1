import pytest

from lbm_studio.app.datasets import DatasetShelf, slug, title_of
from lbm_studio.episodes.edits.change import Change, EditField
from tests.app.recordings import shelf_with


def test_a_shelf_without_a_folder_is_empty(tmp_path):
    assert DatasetShelf(tmp_path / "nothing").cards() == ()


def test_a_card_counts_what_is_kept_and_names_goals_and_skills(tmp_path):
    shelf = shelf_with(tmp_path, "put_block")
    path = tmp_path / "put_block"
    uuid = shelf.open(path).episodes[0].metadata.uuid

    shelf.edits(path).apply(Change(uuid, EditField.DELETED, True))
    (card,) = shelf.cards()

    assert (card.name, card.episodes, card.problem) == ("Put block", 2, "")
    assert card.goals == ("put the block in bowl 1", "put the block in bowl 0")
    assert (card.skills, card.station) == (("put_block",), "bench")


def test_a_damaged_dataset_is_listed_with_what_is_wrong(tmp_path):
    shelf = shelf_with(tmp_path, "good", "bad")
    (tmp_path / "bad" / "meta" / "info.json").write_text("{")

    cards = {card.name: card for card in shelf.cards()}

    assert cards["Good"].problem == ""
    assert cards["Bad"].problem


@pytest.mark.parametrize(
    ("text", "name"),
    [("Put the red cube in!", "put_the_red_cube_in"), ("../..", "recordings"), ("", "recordings")],
)
def test_folder_names_come_from_goals(text, name):
    assert slug(text) == name


def test_names_are_shown_as_words():
    assert title_of("put_cube_in_tray") == "Put cube in tray"
