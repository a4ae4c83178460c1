"""The renderer: pictures of what the station simulates, drawn elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from lbm_studio.core.clock import ManualClock
from lbm_studio.core.errors import StationError, UnknownNameError
from lbm_studio.core.shift import Shift
from lbm_studio.link.bus import (
    FRAMES_TOPIC,
    PHYSICS_TOPIC,
    TICK_TOPIC,
    Publisher,
    Subscriber,
)
from lbm_studio.link.frames import FrameReader, FrameRing, Image
from lbm_studio.link.messages import FramesReady, Physics, Tick
from lbm_studio.link.session import Session
from lbm_studio.station.simulation.catalogue import SKILLS
from lbm_studio.station.simulation.embodiments import find_station
from lbm_studio.station.simulation.station import SimulatedStation
from lbm_studio.workers.renderer import SAMPLES, Feed, Renderer
from tests.link.ticks import AT_REST
from tests.workers.processes import StandInStation, WorkerProcess, until

STATION = find_station("simulated-single")
CAMERAS = STATION.embodiment.camera_names
SKILL = next(skill for skill in SKILLS if not skill.bimanual)


@pytest.fixture(scope="module")
def original() -> Iterator[SimulatedStation]:
    """The station that is simulated; it draws the pictures to compare with."""
    with SimulatedStation(STATION, samples=SAMPLES, clock=ManualClock()) as station:
        yield station


@pytest.fixture
def renderer(tmp_path: Path) -> Iterator[Renderer]:
    ring_name = Session(tmp_path).ring_name
    with (
        SimulatedStation(STATION, samples=SAMPLES, clock=ManualClock()) as station,
        FrameRing.create(ring_name, STATION.embodiment.cameras) as ring,
    ):
        yield Renderer(station, ring, ManualClock())
        ring.unlink()


def physics(
    station: SimulatedStation, number: int, *, seed: int, skill: str = SKILL.name
) -> Physics:
    positions, mocap = station.snapshot()
    return Physics(
        number=number,
        captured_ns=1000 + number,
        skill=skill,
        seed=seed,
        shifts=station.shifts,
        positions=positions,
        mocap=mocap,
    )


def tick_of(number: int, captured_ns: int) -> Tick:
    return msgspec.structs.replace(AT_REST, number=number, captured_ns=captured_ns)


def drawn(session: Session) -> dict[str, Image]:
    with FrameReader(session.ring_name) as reader:
        frames = reader.read()
    assert frames is not None
    return dict(frames.images)


def assert_same(images: dict[str, Image], station: SimulatedStation) -> None:
    expected = station.capture(CAMERAS)
    assert list(images) == list(CAMERAS)
    for name in CAMERAS:
        assert np.array_equal(images[name], expected[name].image), name


def test_the_pictures_are_those_of_the_simulated_scene(
    original: SimulatedStation, renderer: Renderer, tmp_path: Path
) -> None:
    original.load(SKILL, 5)
    original.advance(0.3)

    ready = renderer.render(physics(original, 7, seed=5))

    assert (ready.number, ready.captured_ns) == (7, 1007)
    assert_same(drawn(Session(tmp_path)), original)


def test_another_layout_is_loaded_when_the_station_loads_it(
    original: SimulatedStation, renderer: Renderer, tmp_path: Path
) -> None:
    for number, seed in enumerate((5, 6)):
        original.load(SKILL, seed)
        renderer.render(physics(original, number, seed=seed))

        assert_same(drawn(Session(tmp_path)), original)


def test_a_shifted_station_is_drawn_as_it_is_shifted_and_as_it_was_afterwards(
    original: SimulatedStation, renderer: Renderer, tmp_path: Path
) -> None:
    for number, shifts in enumerate(((), tuple(Shift), ())):
        original.load(SKILL, 5, shifts)
        renderer.render(physics(original, number, seed=5))

        assert_same(drawn(Session(tmp_path)), original)


def test_a_station_without_a_scene_is_drawn_too(renderer: Renderer, tmp_path: Path) -> None:
    with SimulatedStation(STATION, samples=SAMPLES, clock=ManualClock()) as bare:
        renderer.render(physics(bare, 0, skill="", seed=-1))

        assert_same(drawn(Session(tmp_path)), bare)


def test_a_station_that_was_started_anew_is_drawn_without_its_old_scene(
    original: SimulatedStation, renderer: Renderer, tmp_path: Path
) -> None:
    original.load(SKILL, 5)
    renderer.render(physics(original, 0, seed=5))

    with SimulatedStation(STATION, samples=SAMPLES, clock=ManualClock()) as bare:
        renderer.render(physics(bare, 1, skill="", seed=-1))
        assert_same(drawn(Session(tmp_path)), bare)

    renderer.render(physics(original, 2, seed=5))
    assert_same(drawn(Session(tmp_path)), original)


def test_physics_of_another_scene_are_refused(
    original: SimulatedStation, renderer: Renderer
) -> None:
    original.load(SKILL, 5)
    known = physics(original, 0, seed=5)

    with pytest.raises(UnknownNameError, match="no skill called “juggle”"):
        renderer.render(physics(original, 0, seed=5, skill="juggle"))
    with pytest.raises(StationError, match="does not belong to the scene"):
        renderer.render(
            Physics(
                number=0,
                captured_ns=0,
                skill=SKILL.name,
                seed=5,
                positions=known.positions[:-8],
                mocap=known.mocap,
            )
        )


@pytest.mark.slow
def test_a_renderer_that_is_killed_and_started_again_goes_on(
    original: SimulatedStation, tmp_path: Path
) -> None:
    session = Session(tmp_path)
    original.load(SKILL, 5)
    with (
        StandInStation(session, STATION) as station,
        Subscriber(session.frame_events, FRAMES_TOPIC) as news,
    ):
        for first in (0, 1000):
            with WorkerProcess("renderer", session) as worker:
                heard = await_number(station, news, original, first)
                assert heard.captured_ns == 1000 + heard.number
                assert_same(drawn(session), original)
                if first == 0:
                    worker.kill()

    with FrameReader(session.ring_name) as reader:
        assert reader.read() is None


def await_number(
    station: StandInStation, news: Subscriber, original: SimulatedStation, first: int
) -> FramesReady:
    """Publish ticks from ``first`` on until one of them has been drawn."""
    heard: list[FramesReady] = []
    number = first

    def publish() -> None:
        nonlocal number
        station.events.publish(PHYSICS_TOPIC, physics(original, number, seed=5))
        number += 1
        message = news.receive(0.1)
        if isinstance(message, FramesReady) and message.number >= first:
            heard.append(message)

    until(lambda: bool(heard), publish)
    return heard[0]


def test_a_station_that_drives_simulated_robots_is_drawn_from_what_their_simulator_tells(
    original: SimulatedStation, tmp_path: Path
) -> None:
    original.load(SKILL, 5)
    session, robots = Session(tmp_path), Session.of_simulated_robots()
    told = physics(original, 70, seed=5)
    tick = tick_of(3, captured_ns=4000)
    with (
        Publisher(session.station_events) as station,
        Publisher(robots.simulator_events) as simulator,
        Feed(session, is_simulated=False) as feed,
    ):
        newest = None
        while newest is None:  # who subscribes hears what is said from some moment on
            simulator.publish(PHYSICS_TOPIC, told)
            station.publish(TICK_TOPIC, tick)
            newest = feed.newest(0.1)

    assert newest == (told, tick)


def test_pictures_of_robots_are_stored_for_the_tick_of_the_station(
    original: SimulatedStation, renderer: Renderer
) -> None:
    original.load(SKILL, 5)

    ready = renderer.render(physics(original, 70, seed=5), tick_of(3, 4000))

    assert (ready.number, ready.captured_ns) == (3, 4000)
