import pytest
from PySide6.QtGui import QColor, QFontInfo, QFontMetrics
from PySide6.QtWidgets import QLabel

from lbm_studio.app.settings import Theme as ThemeChoice
from lbm_studio.ui.theme import DARK, FONT_FAMILY, LIGHT, Colours, Theme, body_font
from lbm_studio.ui.widgets.basics import label, tabular

READABLE = 4.5
WRITTEN = [
    ("text", "ground"),
    ("text", "surface"),
    ("text", "raised"),
    ("quiet", "ground"),
    ("quiet", "surface"),
    ("on_accent", "accent"),
    ("on_stop", "stop"),
    ("good", "surface"),
    ("warn", "surface"),
    ("bad", "surface"),
]


def luminance(name: str) -> float:
    channels = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in _rgb(name)]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


def _rgb(name: str) -> tuple[float, float, float]:
    colour = QColor(name)
    return colour.redF(), colour.greenF(), colour.blueF()


@pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize(("text", "ground"), WRITTEN)
def test_text_stands_out_from_its_ground(colours: Colours, text: str, ground: str) -> None:
    one, other = luminance(getattr(colours, text)), luminance(getattr(colours, ground))

    contrast = (max(one, other) + 0.05) / (min(one, other) + 0.05)

    assert contrast >= READABLE


def test_the_bundled_typeface_is_used(theme: Theme) -> None:
    assert QFontInfo(body_font()).family() == FONT_FAMILY


def test_numbers_that_change_have_figures_of_equal_width(theme: Theme) -> None:
    metrics = QFontMetrics(tabular(label("", "counter")).font())

    assert metrics.horizontalAdvance("111") == metrics.horizontalAdvance("000")


def test_a_chosen_theme_is_in_force_at_once(theme: Theme) -> None:
    heard: list[bool] = []
    theme.changed.connect(lambda: heard.append(theme.is_dark))

    theme.choose(ThemeChoice.LIGHT)

    assert heard == [False]
    assert theme.colours is LIGHT


def test_a_heading_is_as_large_as_the_table_says(theme: Theme) -> None:
    heading: QLabel = label("Teach", "heading")
    heading.ensurePolished()

    assert heading.font().pixelSize() == 20
