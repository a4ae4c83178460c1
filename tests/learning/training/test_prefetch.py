"""Items made ahead come in order; trouble surfaces; nothing is left running."""

import itertools
import threading

import pytest

from lbm_studio.learning.training.prefetch import AHEAD, Prefetcher


def test_items_come_in_the_order_they_were_made() -> None:
    numbers = itertools.count()

    with Prefetcher(lambda: next(numbers)) as ahead:
        taken = [ahead.take() for _ in range(50)]

    assert taken == list(range(50))
    assert ahead.waited_s > 0


def test_only_a_few_items_are_made_ahead_and_leaving_ends_the_thread() -> None:
    numbers = itertools.count()
    before = threading.active_count()

    with Prefetcher(lambda: next(numbers)) as ahead:
        ahead.take()

    assert threading.active_count() == before
    assert next(numbers) <= AHEAD + 3  # taken, kept, and one in the making


def test_what_breaks_the_making_is_raised_where_the_item_is_taken() -> None:
    def fail() -> int:
        raise ValueError("the disk is gone")

    with Prefetcher(fail) as ahead, pytest.raises(ValueError, match="the disk is gone"):
        ahead.take()
