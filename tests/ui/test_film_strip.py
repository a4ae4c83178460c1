import pytest
from pytestqt.qtbot import QtBot

from lbm_studio.app.views.teach import Take
from lbm_studio.ui.sample_views import Situation, teach
from lbm_studio.ui.theme import Theme
from lbm_studio.ui.widgets.film_strip import FilmFrame, FilmStrip


@pytest.mark.parametrize(
    ("success", "deleted", "word"),
    [
        (True, False, "success"),
        (False, False, "failure"),
        (None, False, "not judged"),
        (True, True, "taken back"),
    ],
)
def test_how_a_take_ended_is_said_in_a_word(
    qtbot: QtBot, theme: Theme, success: bool | None, deleted: bool, word: str
) -> None:
    frame = FilmFrame(theme, Take(3, "take 4", 5.0, success, deleted))
    qtbot.addWidget(frame)

    assert frame.word == word


def test_the_strip_shows_one_frame_a_take(qtbot: QtBot, theme: Theme) -> None:
    strip = FilmStrip(theme, "Nothing yet.")
    qtbot.addWidget(strip)
    takes = teach(Situation.FULL).takes

    strip.show_takes(takes)

    assert len(strip.findChildren(FilmFrame)) == len(takes)


def test_the_frames_hang_at_the_top_of_whatever_room_there_is(qtbot: QtBot, theme: Theme) -> None:
    strip = FilmStrip(theme, "Nothing yet.")
    qtbot.addWidget(strip)
    strip.resize(800, 400)

    strip.show_takes(teach(Situation.FULL).takes)
    strip.show()

    assert {frame.y() for frame in strip.findChildren(FilmFrame)} == {0}
