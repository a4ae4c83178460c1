"""The safety card in words, and how often its limits acted."""

import msgspec
import pytest

from lbm_studio.app.safety_card import LimitCounts, limit_rows, slowed_words
from lbm_studio.app.views.safety import LimitRow
from lbm_studio.core.embodiment import SafetyCard
from lbm_studio.core.safety import REACTIONS, Limit, Reaction
from lbm_studio.link.messages import Tick
from tests.app.fakes import first_tick


def tick(*clamped: str, sent: bool = True) -> Tick:
    return msgspec.structs.replace(first_tick(), clamped=clamped, sent=(0.0,) if sent else ())


def followed(*ticks: Tick) -> LimitCounts:
    counts = LimitCounts()
    for each in ticks:
        counts.follow(each)
    return counts


def row(name: str, counts: LimitCounts | None = None) -> LimitRow:
    rows = limit_rows(SafetyCard(), counts or LimitCounts())
    return next(shown for shown in rows if shown.name == name)


def test_every_limit_has_a_row_with_its_figure() -> None:
    rows = limit_rows(SafetyCard(), LimitCounts())

    assert len(rows) == len(Limit)
    assert [shown.stops for shown in rows] == [
        REACTIONS[limit] is not Reaction.CLAMP for limit in Limit
    ]
    assert not any(shown.has_acted for shown in rows)


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("Workspace", "x −37.5 to 20, y −70 to 70, z 1.5 to 90 cm"),
        ("Linear speed", "0.40 m/s"),
        ("Angular speed", "90°/s"),
        ("Joint range", "3° inside, elbow −35°"),
        ("Arm distance", "hands 8 cm, bodies 1 cm"),
        ("Jump", "25 cm, 86° at once"),
        ("Force", "30 N"),
        ("Silent policy", "hold 0.25 s, stop 1 s"),
        ("Silent window", "0.5 s"),
    ],
)
def test_figures_are_told_as_people_say_them(name: str, allowed: str) -> None:
    assert row(name).allowed == allowed


def test_a_limit_that_acted_on_both_arms_at_once_acted_once() -> None:
    both = ("right: linear speed", "left: linear speed")

    counts = followed(tick(), tick(*both), tick(both[0], "left: workspace"))

    assert (row("Linear speed", counts).acted, row("Workspace", counts).acted) == (
        "2 steps",
        "1 step",
    )
    assert (row("Reach", counts).acted, row("Dead-man switch", counts).acted) == (
        "never",
        "holds still",
    )
    assert row("Workspace", counts).has_acted


def test_stops_are_counted_though_nothing_was_sent() -> None:
    stop = tick("left: force", sent=False)

    assert row("Force", followed(stop)).acted == "once"
    assert row("Force", followed(stop, stop)).acted == "2 times"


def test_the_share_of_slowed_steps_is_of_those_since_a_moment() -> None:
    counts = followed(tick("right: reach"), tick(), tick(sent=False))
    before = (counts.steps, counts.slowed)

    assert counts.since(0, 0) == "50 % of steps slowed."
    assert counts.since(*before) == ""
    counts.follow(tick())
    assert counts.since(*before) == "0 % of steps slowed."


@pytest.mark.parametrize(
    ("slowed", "steps", "words"),
    [(12, 100, "12 % of steps slowed."), (1, 400, "Less than 1 % of steps slowed.")],
)
def test_small_shares_are_not_rounded_to_nothing(slowed: int, steps: int, words: str) -> None:
    assert slowed_words(slowed, steps) == words
