from lbm_studio.app.ready_station import ReadyStation
from lbm_studio.link.messages import Halt, LoadScene
from tests.app.fakes import FakeStation


def test_a_station_is_not_there_before_it_is_ready(station: FakeStation):
    is_ready = False
    ready = ReadyStation(station, lambda: is_ready)

    assert (ready.description, ready.tick, ready.skills) == (None, None, ())
    is_ready = True

    assert ready.description is station.description
    assert ready.tick is station.tick
    assert ready.skills == station.skills


def test_what_is_asked_and_told_goes_to_the_station(station: FakeStation):
    ready = ReadyStation(station, lambda: True)
    answers = []

    ready.ask(LoadScene(skill="stack_cups", seed=1), answers.append)
    ready.tell(Halt())

    assert station.asked == [LoadScene(skill="stack_cups", seed=1)]
    assert station.told == [Halt()]
    assert len(answers) == 1
