import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from lbm_studio.ui.theme import Theme
from lbm_studio.ui.widgets.plots import Line, PlotWidget, SuccessPlotWidget, nice_range


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.05, 0.95, (0.0, 1.0)), (3.0, 3.0, (2.5, 3.5)), (-1.2, 7.9, (-2.0, 8.0))],
)
def test_ranges_end_on_round_numbers(
    low: float, high: float, expected: tuple[float, float]
) -> None:
    assert nice_range(low, high) == pytest.approx(expected)


def test_a_range_grows_but_does_not_shrink_while_the_subject_stays(
    qtbot: QtBot, theme: Theme
) -> None:
    plot = PlotWidget(theme, "Loss", "steps")
    qtbot.addWidget(plot)

    plot.show_lines([Line([0, 1], [0.0, 10.0], "accent")], "run 1")
    plot.show_lines([Line([0, 1], [4.0, 5.0], "accent")], "run 1")
    kept = plot.viewRange()[1]
    plot.show_lines([Line([0, 1], [4.0, 5.0], "accent")], "run 2")

    assert kept[1] >= 10.0
    assert plot.viewRange()[1][1] < kept[1]


def test_success_is_shown_in_per_cent_with_its_interval(qtbot: QtBot, theme: Theme) -> None:
    plot = SuccessPlotWidget(theme, "Success [%]", "steps")
    qtbot.addWidget(plot)

    plot.show_points([100.0, 200.0], [0.5, 0.9], [0.3, 0.7], [0.7, 0.98])

    points = plot.points()
    assert np.allclose(points, [[100.0, 50.0], [200.0, 90.0]])
