"""The order of the study and what it says."""

from dataclasses import replace
from pathlib import Path

from lbm_studio.evaluation.cells import Cell, CellResult
from lbm_studio.evaluation.charts import COLOURS
from lbm_studio.evaluation.data_efficiency import DataEfficiencyStudy, Start, is_shifted_too
from tests.evaluation.pictures import shown

BOTH = DataEfficiencyStudy(("stack", "pour"))
ONE = DataEfficiencyStudy(("stack",))


def result(start: Start, count: int, successes: int, skill: str = "stack") -> CellResult:
    return CellResult(Cell(skill, start, count), successes, 50, 10.0)


def test_every_cell_comes_once_and_the_claim_comes_first() -> None:
    planned = BOTH.cells

    assert len(planned) == len(set(planned)) == len({cell.name for cell in planned})
    assert [cell.name for cell in planned[:2]] == ["stack-shipped-20-0", "pour-shipped-20-0"]
    by_start = {
        start: sorted(
            c.demonstrations for c in planned if c.way == start and c.skill == "pour" and not c.seed
        )
        for start in Start
    }
    assert by_start == {Start.SHIPPED: [5, 10, 20, 40], Start.SCRATCH: [5, 10, 20, 40, 80]}
    assert {c.demonstrations for c in planned if c.seed} == {20}
    assert {c.seed for c in planned} == {0, 1, 2}


def test_without_results_nothing_is_claimed() -> None:
    assert ONE.in_words([]) == "Nothing is measured yet.\n"
    words = ONE.in_words([result(Start.SHIPPED, 20, 40)])
    assert "Training from nothing is not measured on every skill yet." in words
    assert "| stack | shipped |  |  | 80 % (66-90) |  |  |" in words


def test_the_verdict_compares_with_the_best_of_training_from_nothing() -> None:
    scratch = [result(Start.SCRATCH, 40, 20), result(Start.SCRATCH, 80, 30)]
    shipped = [result(Start.SHIPPED, 10, 20), result(Start.SHIPPED, 20, 35)]

    assert "the best mean is 60 %, with 80 demonstrations." in ONE.in_words(scratch)
    assert "has not been shown to reach it" in ONE.in_words([*scratch, shipped[0]])
    assert "needs 20 for it: 25 % as many" in ONE.in_words([*scratch, *shipped])


def test_it_is_told_how_much_is_missing() -> None:
    all_of_them = [CellResult(cell, 40, 50, 10.0) for cell in ONE.cells]

    assert "Of 13 policies, 12 are not measured yet." in ONE.in_words(all_of_them[:1])
    assert "not measured" not in ONE.in_words(all_of_them).replace(
        "Shifted conditions are not measured yet.", ""
    )


def test_never_to_succeed_is_a_result_as_well() -> None:
    words = ONE.in_words([result(Start.SCRATCH, 80, 0), result(Start.SHIPPED, 5, 1)])

    assert "From nothing, the best mean is 0 %, with 80 demonstrations." in words
    assert "needs 5 for it: 6 % as many" in words


def test_a_mean_is_given_only_when_every_skill_is_measured() -> None:
    one = [result(Start.SCRATCH, 20, 10), result(Start.SHIPPED, 20, 40)]
    both = [*one, result(Start.SCRATCH, 20, 20, "pour")]

    assert "| **mean** | scratch |  |  | **30 %** |  |  |" in BOTH.in_words(both)
    assert "| **mean** | shipped |  |  |  |  |  |" in BOTH.in_words(both)
    assert "| **mean** | shipped | **80 %** |  |  |" in ONE.in_words(one)


def test_skills_that_are_asked_for_and_not_measured_have_empty_rows() -> None:
    words = BOTH.in_words([result(Start.SHIPPED, 20, 40)])

    assert "| pour | shipped |  |  |  |  |  |" in words
    assert "| **mean** | shipped |  |  |  |  |  |" in words


def test_shifted_conditions_stand_beside_the_plain_ones() -> None:
    cell = Cell("stack", Start.SHIPPED, 20)
    words = ONE.in_words([CellResult(cell, 40, 50, 10.0, shifted={"lighting": 30})])

    assert is_shifted_too(cell)
    assert "| skill | start | none | lighting |" in words
    assert "| stack | shipped | 80 % (66-90) | 30/50 |" in words


def test_the_time_that_trainings_took_in_all_is_told() -> None:
    measured = [replace(result(Start.SHIPPED, 5, 1), train_s=s) for s in (540.0, 570.0, 600.0)]
    other = replace(measured[1], cell=Cell("pour", Start.SHIPPED, 5))
    longest = replace(measured[2], cell=Cell("pour", Start.SHIPPED, 10))

    told = ONE.in_words([measured[0], other, longest])

    assert (
        "given 10 minutes; with reading and all else the median one took 9.5, the longest 10.0."
        in told
    )
    assert "minutes" not in ONE.in_words([result(Start.SHIPPED, 5, 1)])


def test_the_figure_shows_each_start_where_every_skill_is_measured(tmp_path: Path) -> None:
    both = [result(Start.SCRATCH, count, 20, skill) for count in (5, 10) for skill in BOTH.skills]
    path = tmp_path / "figure.png"

    BOTH.draw(path, [*both, result(Start.SHIPPED, 5, 40)])
    without = shown(path, COLOURS[0]).sum()  # its legend alone: one skill is not measured
    BOTH.draw(path, [*both, *(result(Start.SHIPPED, 5, 40, skill) for skill in BOTH.skills)])

    assert shown(path, COLOURS[0]).sum() > without
    assert shown(path, COLOURS[1]).sum() > without
