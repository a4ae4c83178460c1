from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import msgspec
import pytest

from lbm_studio.app.notices import Notices
from lbm_studio.app.stop import report_words
from lbm_studio.app.stop_window import StopWindowModel
from lbm_studio.link.bus import TICK_TOPIC, Publisher
from lbm_studio.link.messages import Mode, Tick
from lbm_studio.link.session import Session
from lbm_studio.link.stop import StopOutcome, StopReport
from tests.app.fakes import SECOND_NS, first_tick
from tests.app.waiting import wait_until

KILLED = report_words(StopReport(StopOutcome.KILLED, 0.06))


@pytest.fixture
def told() -> SimpleQueue[str]:
    return SimpleQueue()


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(tmp_path / "s")


@pytest.fixture
def model(session: Session, told: SimpleQueue[str]) -> Iterator[StopWindowModel]:
    model = StopWindowModel(session.folder, Notices(lambda: 0.0), told)
    yield model
    model.close()


def publish(events: Publisher, model: StopWindowModel, tick: Tick) -> None:
    """Publish until the model has heard it: a new subscriber misses the first messages."""

    def is_heard() -> bool:
        events.publish(TICK_TOPIC, tick)
        model.poll(tick.captured_ns)
        return model.view.reachable and model.view.reason == tick.stop_reason

    wait_until(is_heard)


def tick_at(captured_ns: int, **changes: object) -> Tick:
    return msgspec.structs.replace(first_tick(), captured_ns=captured_ns, **changes)


def test_it_follows_the_station(model: StopWindowModel, session: Session) -> None:
    with Publisher(session.station_events) as events:
        publish(events, model, tick_at(SECOND_NS))
        publish(events, model, tick_at(SECOND_NS, mode=Mode.STOPPED, stop_reason="By Esc."))

    assert (model.view.latched, model.view.reason, model.view.report) == (True, "By Esc.", "")
    model.poll(9 * SECOND_NS)
    assert not model.view.reachable


def test_a_station_that_had_to_be_ended_is_said_until_it_speaks_again(
    model: StopWindowModel, session: Session, told: SimpleQueue[str]
) -> None:
    with Publisher(session.station_events) as events:
        publish(events, model, tick_at(SECOND_NS))

        told.put(KILLED)
        model.poll(2 * SECOND_NS)
        model.poll(3 * SECOND_NS)
        assert model.view.report == KILLED
        assert "did not answer the stop and was ended" in KILLED

        publish(events, model, tick_at(9 * SECOND_NS))
        model.poll(9 * SECOND_NS)
        assert model.view.report == ""


def test_a_stop_that_was_obeyed_needs_no_word() -> None:
    assert report_words(StopReport(StopOutcome.STOPPED, 0.01)) == ""
