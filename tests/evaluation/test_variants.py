"""What the comparison of variants says, and what it does not."""

from pathlib import Path

import pytest

from lbm_studio.evaluation.cells import Cell, CellResult
from lbm_studio.evaluation.charts import COLOURS
from lbm_studio.evaluation.variants import Comparison, VariantsStudy
from tests.evaluation.pictures import shown

HEAD = Comparison("Head", {"usual": "flow", "words": "a word each", "whole": "in one call"})
EYE = Comparison("Eye", {"usual": "our own", "taught": "from elsewhere"})
SKILLS = ("stack", "pour")


def study(*ways: str, seeds: int = 1) -> VariantsStudy:
    return VariantsStudy((HEAD, EYE), ways, SKILLS, demonstrations=30, seeds=seeds)


def results(way: str, *successes: int, seed: int = 0) -> list[CellResult]:
    pairs = zip(SKILLS, successes, strict=False)
    return [CellResult(Cell(s, way, 30, seed), count, 50, 5.0) for s, count in pairs]


def test_a_whole_way_comes_first_and_other_seeds_last() -> None:
    names = [cell.name for cell in study("usual", "words", seeds=2).cells]

    assert names[:3] == ["stack-usual-30-0", "pour-usual-30-0", "stack-words-30-0"]
    assert len(names) == len(set(names)) == 8
    assert all(name.endswith("-1") for name in names[4:])


@pytest.mark.parametrize(
    ("successes", "sentence"),
    [
        (
            (20, 20),
            "words is 40 points below the reference on average; "
            "the intervals are apart on stack and pour.",
        ),
        (
            (40, 40),
            "words is level with the reference on average; "
            "the intervals overlap on stack and pour, where no difference is shown.",
        ),
        (
            (41, 20),
            "words is 19 points below the reference on average; the intervals are apart on pour, "
            "and overlap on stack, where no difference is shown.",
        ),
        ((), "words: not measured on the same skills as the reference yet."),
    ],
)
def test_one_sentence_says_which_intervals_overlap(
    successes: tuple[int, ...], sentence: str
) -> None:
    measured = [*results("usual", 40, 40), *results("words", *successes)]

    assert f"- {sentence}\n" in study("usual", "words").in_words(measured)


def test_means_are_given_only_for_what_is_measured_on_every_skill() -> None:
    words = study("usual", "words").in_words([*results("usual", 40, 30), *results("words", 10)])

    assert "| usual: flow | 80 % (66-90) | 60 % (45-74) | **70 %** |" in words
    assert "| words: a word each | 20 % (10-34) |  |  |" in words


def test_what_is_missing_is_named_and_a_comparison_nobody_asked_for_is_left_out() -> None:
    words = study("usual", "words").in_words(results("usual", 40, 30))

    assert words.endswith("Not measured yet: words on stack; words on pour.\n")
    assert "## Head" in words
    assert "## Eye" not in words
    assert "whole" not in words


def test_what_an_earlier_run_measured_is_told_as_well() -> None:
    measured = [*results("usual", 40, 30), *results("taught", 10, 10)]

    words = study("words").in_words(measured)

    assert "taught is 50 points below the reference" in words
    assert "Not measured yet: words on stack; words on pour.\n" in words


def test_other_numbers_of_demonstrations_are_not_compared() -> None:
    other = CellResult(Cell("stack", "usual", 200), 50, 50, 5.0)

    assert study("usual").in_words([other]) == "Nothing is measured yet.\n"


def test_a_second_seed_is_compared_with_the_same_seed() -> None:
    measured = [
        *(*results("usual", 40, 40), *results("words", 40, 40)),
        *(*results("usual", 45, 45, seed=1), *results("words", 10, 10, seed=1)),
    ]

    words = study("usual", "words", seeds=2).in_words(measured)

    assert "apart on stack, seed 1 and pour, seed 1, and overlap on stack and pour" in words


def test_what_a_training_cost_stands_beside_its_success() -> None:
    cell = Cell("stack", "usual", 30)
    full = CellResult(
        cell, 40, 50, 5.0, steps=800, parameters=2_600_000, localisation_median_cm=0.5
    )

    words = study("usual", "words").in_words([full])

    assert "| 0.50 / - | 800 / - | 2.60 M |" in words
    assert "for 5 minutes on the same 30 demonstrations" in words


def test_the_figure_has_a_row_for_what_is_known(tmp_path: Path) -> None:
    path = tmp_path / "figure.png"
    heights: list[int] = []
    for measured in (results("usual", 40, 30), [*results("usual", 40, 30), *results("words", 5)]):
        study("usual", "words").draw(path, measured)
        heights.append(len(shown(path, COLOURS[0])))
        assert shown(path, COLOURS[1])[70:].any()

    assert heights[0] < heights[1]
