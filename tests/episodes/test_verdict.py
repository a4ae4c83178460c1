"""What is said about a doubtful take."""

from collections.abc import Callable

import numpy as np
import pytest

from lbm_studio.core.pose import rotation_from_vector
from lbm_studio.episodes.verdict import Image, TakeVerdict
from tests.core.stations import make_station

STATION = make_station("right", "left")
EMBODIMENT = STATION.embodiment
RATE_HZ = EMBODIMENT.chunk.rate_hz
TICKS = 30


def vector(x_m: float = 0.0, turn_rad: float = 0.0) -> np.ndarray:
    """Return a state in which the right arm has gone ``x_m`` and turned, and the left one rests."""
    rotation = rotation_from_vector(np.array([0.0, 0.0, turn_rad]))[:2].ravel()
    rest = [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    return np.array([x_m, 0.0, 0.0, *rotation, *rest, 0.08, 0.08])


def pictures(value: int) -> dict[str, Image]:
    return {
        c.name: np.full((c.height_px, c.width_px, 3), value, np.uint8) for c in EMBODIMENT.cameras
    }


def findings(
    *,
    ticks: int = TICKS,
    state: Callable[[int], np.ndarray] = lambda k: vector(0.02 * k),
    images: Callable[[int], dict[str, Image]] = lambda k: pictures(100 + k),
    clamped: Callable[[int], bool] = lambda k: False,
    dropped: int = 0,
    action: Callable[[int], np.ndarray | None] = lambda k: None,
    ages_s: Callable[[int], dict[str, float]] = lambda k: {},
    usual_s: float | None = None,
) -> tuple[str, ...]:
    verdict = TakeVerdict(EMBODIMENT, RATE_HZ, safety=STATION.safety)
    for tick in range(ticks):
        verdict.add(
            state=state(tick),
            images=images(tick),
            clamped=clamped(tick),
            action=action(tick),
            ages_s=ages_s(tick),
        )
    return verdict.findings(dropped, usual_s=usual_s)


def test_nothing_is_said_about_a_sound_take() -> None:
    assert findings() == ()


def test_ticks_left_out_are_told() -> None:
    assert findings(dropped=3) == ("3 of 33 ticks were left out: their pictures came too late.",)


def test_a_short_take_is_told() -> None:
    assert findings(ticks=5) == ("The take is only 1.0 s long.",)


def test_an_empty_take_is_told() -> None:
    assert findings(ticks=0) == ("The take is only 0.0 s long.",)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (lambda k: vector(0.004 * k), ()),
        (lambda k: vector(0.02 * max(0, k - 16)), ("No arm moves during the first 3.8 s.",)),
        (lambda k: vector(0.0, 0.1 * max(0, k - 16)), ("No arm moves during the first 3.8 s.",)),
        (lambda k: vector(0.0, 0.1 * k), ()),
        (lambda k: vector(0.001 * k), ("No arm moves in the whole take.",)),
    ],
    ids=["moves", "moves late", "turns late", "turns", "never moves"],
)
def test_a_long_rest_at_the_beginning_is_told(
    state: Callable[[int], np.ndarray], sentence: tuple[str, ...]
) -> None:
    assert findings(state=state) == sentence


def test_many_clamped_actions_are_told() -> None:
    assert findings(clamped=lambda k: k % 10 == 0) == ()
    assert findings(clamped=lambda k: k % 2 == 0) == (
        "The safety limits changed 50% of the actions: move more slowly.",
    )


def test_a_dark_camera_is_told() -> None:
    def images(tick: int) -> dict[str, Image]:
        return pictures(100 + tick) | {"scene": pictures(tick % 2)["scene"]}

    assert findings(images=images) == ("The camera “scene” is dark.",)


def test_a_frozen_camera_is_told() -> None:
    def images(tick: int) -> dict[str, Image]:
        return pictures(100 + tick) | {"wrist": pictures(100)["wrist"]}

    assert findings(images=images) == (
        "The camera “wrist” shows the same picture for 5.8 s of motion.",
    )


def test_a_camera_on_an_arm_that_rests_may_show_the_same_picture() -> None:
    def state(tick: int) -> np.ndarray:
        moved = vector(0.02 * tick)
        return np.concatenate([moved[9:18], moved[:9], moved[18:]])  # the left arm moves

    def images(tick: int) -> dict[str, Image]:
        return pictures(100 + tick) | {"wrist": pictures(100)["wrist"]}

    assert findings(state=state, images=images) == ()


@pytest.mark.parametrize(
    ("usual_s", "sentence"),
    [
        (None, ()),
        (2.5, ()),
        (1.0, ("The take is 6 s long, where 1 s are usual.",)),
    ],
)
def test_a_take_much_longer_than_usual_is_told(
    usual_s: float | None, sentence: tuple[str, ...]
) -> None:
    assert findings(usual_s=usual_s) == sentence


def test_a_hand_at_the_edge_of_its_workspace_is_told() -> None:
    x_max = STATION.safety.workspace_max_m[0]
    inside = np.array(STATION.safety.workspace_min_m) + 0.05

    def action(tick: int) -> np.ndarray:
        vector_ = vector()
        vector_[:3] = vector_[9:12] = inside
        vector_[0] = x_max if tick % 2 else inside[0]
        return vector_

    assert findings(action=action) == (
        "The right hand is at the edge of its workspace for 50% of the take.",
    )


def test_a_shaky_hand_is_told() -> None:
    def state(tick: int) -> np.ndarray:
        return vector(0.02 * tick + 0.2 * (tick % 2))

    assert findings(state=state) == ("The right hand moves jerkily: move more smoothly.",)


def test_a_camera_that_comes_late_is_told() -> None:
    assert findings(ages_s=lambda k: {"scene": 0.3 if k == 0 else 0.0}) == ()
    assert findings(ages_s=lambda k: {"scene": 0.3 * (k % 2)}) == (
        "The pictures of “scene” come late in 50% of the take.",
    )
