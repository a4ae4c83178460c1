"""Charts say what was measured, where it can be read."""

from pathlib import Path

import numpy as np
import pytest

from lbm_studio.evaluation.charts import (
    COLOURS,
    CURVE,
    Row,
    learning_curve,
    success_curves,
    success_rows,
)
from lbm_studio.evaluation.statistics import SuccessRate
from tests.evaluation.pictures import pixels, shown


def test_a_learning_curve_falls_from_left_to_right(tmp_path: Path) -> None:
    path = tmp_path / "curve.png"

    learning_curve(path, "loss", [(100, 1.0), (200, 0.1), (300, 0.01)])

    rows, columns = np.nonzero(shown(path, CURVE))
    assert rows[columns.argmin()] < rows[columns.argmax()]


@pytest.mark.parametrize("points", [[], [(1, 2.0)], [(1, 2.0), (2, float("nan"))]])
def test_too_few_measurements_give_a_picture_that_says_so(
    tmp_path: Path, points: list[tuple[float, float]]
) -> None:
    path = tmp_path / "curve.png"

    learning_curve(path, "loss", points)

    assert pixels(path).shape == (420, 760, 3)
    assert not shown(path, CURVE).any()


def test_of_two_curves_the_better_one_is_above_the_other(tmp_path: Path) -> None:
    path = tmp_path / "curves.png"
    curves = {
        "one": {5: SuccessRate.of(45, 50), 20: SuccessRate.of(49, 50)},
        "other": {5: SuccessRate.of(5, 50), 20: SuccessRate.of(9, 50)},
    }

    success_curves(path, "success", "demonstrations", curves)

    better, worse = (np.nonzero(shown(path, colour)[70:])[0] for colour in COLOURS[:2])
    assert better.max() < worse.min()


def test_an_interval_is_drawn_as_wide_as_it_is(tmp_path: Path) -> None:
    widths_px: list[int] = []
    for trials in (10, 40):
        path = tmp_path / f"{trials}.png"
        rate = SuccessRate.of(trials // 2, trials)
        success_rows(path, "success", ["skill"], [Row("heading", {}), Row("a", {"skill": rate})])
        columns = np.nonzero(shown(path, COLOURS[0])[70:])[1]
        widths_px.append(int(np.ptp(columns)))

    wide, narrow = (SuccessRate.of(n // 2, n).interval for n in (10, 40))
    ratio = (wide[1] - wide[0]) / (narrow[1] - narrow[0])
    assert widths_px[0] / widths_px[1] == pytest.approx(ratio, rel=0.02)


def test_what_is_not_measured_leaves_room_and_no_mark(tmp_path: Path) -> None:
    path = tmp_path / "rows.png"

    success_rows(path, "success", [], [])
    success_curves(path, "success", "demonstrations", {"one": {}})

    assert not shown(path, COLOURS[0])[70:].any()
