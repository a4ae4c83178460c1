import pytest
from scipy.stats import binom

from lbm_studio.core.errors import StudioError
from lbm_studio.evaluation.statistics import PromptFollowing, SuccessRate, exact_interval


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        pytest.param(0, 10, 0.0, 0.3085, id="none"),
        pytest.param(10, 10, 0.6915, 1.0, id="all"),
        pytest.param(85, 100, 0.7647, 0.9135, id="most"),
        pytest.param(1, 1, 0.025, 1.0, id="one trial"),
    ],
)
def test_the_interval_agrees_with_the_published_tables(
    successes: int, trials: int, low: float, high: float
) -> None:
    assert exact_interval(successes, trials) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("rate", [0.03, 0.2, 0.5, 0.77, 0.98])
def test_the_interval_covers_the_true_rate_at_least_as_often_as_it_says(rate: float) -> None:
    trials = 40

    covering = [k for k in range(trials + 1) if covers(exact_interval(k, trials), rate)]

    assert sum(binom.pmf(k, trials, rate) for k in covering) >= 0.95


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (3, 2), (-1, 5)])
def test_a_count_that_cannot_be_is_refused_in_words(successes: int, trials: int) -> None:
    with pytest.raises(StudioError, match="are no result"):
        exact_interval(successes, trials)


def test_a_rate_is_told_with_its_counts_and_its_interval() -> None:
    assert SuccessRate.of(25, 30).in_words() == "83 % (25 of 30, between 65 and 94 %)"


@pytest.mark.parametrize(
    ("followed", "confused", "words"),
    [
        (46, 1, "98 % (46 of 47 that reached any goal, between 89 and 100 %)"),
        (0, 1, "0 % (0 of 1 that reached any goal, between 0 and 98 %)"),
        (0, 0, "no goal was reached"),
    ],
)
def test_how_a_prompt_was_followed_is_told_of_the_trials_that_reached_any_goal(
    followed: int, confused: int, words: str
) -> None:
    assert PromptFollowing.of(followed, confused).in_words() == words


def test_prompts_of_several_skills_count_together() -> None:
    parts = [PromptFollowing.of(*counts) for counts in ((3, 1), (0, 0), (2, 0))]

    assert PromptFollowing.together(parts) == PromptFollowing.of(5, 1)


def covers(interval: tuple[float, float], rate: float) -> bool:
    return interval[0] <= rate <= interval[1]
