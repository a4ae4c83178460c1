"""The renderer process: draws every tick of the simulated station for everybody else.

Drawing takes most of a tick on a small machine, so it never happens in the control loop: the
station publishes the positions of all that moves, and this process restores them into a scene of
its own. Where a station drives simulated robots as if they were real, their simulator does.
"""

import argparse
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

from lbm_studio.core.clock import Clock, MonotonicClock, seconds_between
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StudioError
from lbm_studio.core.shift import Shift
from lbm_studio.link.bus import FRAMES_TOPIC, PHYSICS_TOPIC, TICK_TOPIC, Publisher, Subscriber
from lbm_studio.link.frames import FrameRing
from lbm_studio.link.messages import FramesReady, Physics, Tick
from lbm_studio.link.session import Session
from lbm_studio.station.simulation.catalogue import find_skill
from lbm_studio.station.simulation.station import SimulatedStation
from lbm_studio.workers.introduction import await_description
from lbm_studio.workers.lifetime import Lifetime

SAMPLES = 4
"""Anti-aliasing samples a pixel, as in recordings."""

_PRIORITY = -5  # below the station's, above whatever computes in the background
_WAIT_S = 0.1

_LOG = logging.getLogger(__name__)


class Renderer:
    """Draws published physics into a frame ring.

    Args:
        station: a scene of its own, not the one that is controlled.
        ring: where the pictures go.
        clock: measures how long drawing takes.
    """

    def __init__(self, station: SimulatedStation, ring: FrameRing, clock: Clock) -> None:
        self._station = station
        self._ring = ring
        self._clock = clock
        self._cameras = station.description.embodiment.camera_names
        self._scene: tuple[str, int, tuple[Shift, ...]] = ("", -1, ())

    def render(self, physics: Physics, tick: Physics | Tick | None = None) -> FramesReady:
        """Draw all cameras and store them.

        Args:
            physics: what they show.
            tick: what the pictures are stored for; that of the physics unless it is given.

        Raises:
            StudioError: the scene is unknown, or the positions belong to another one.
        """
        begun_ns = self._clock.now_ns()
        tick = tick or physics
        self._lay_out(physics.skill, physics.seed, physics.shifts)
        self._station.restore(physics.positions, physics.mocap, physics.captured_ns)
        frames = self._station.capture(self._cameras)
        slot = self._ring.write(
            tick.number,
            tick.captured_ns,
            {name: frame.image for name, frame in frames.items()},
            images_captured_ns={name: frame.captured_ns for name, frame in frames.items()},
            stored_ns=self._clock.now_ns(),
        )
        return FramesReady(
            number=tick.number,
            captured_ns=tick.captured_ns,
            slot=slot,
            seconds=seconds_between(begun_ns, self._clock.now_ns()),
        )

    def _lay_out(self, skill: str, seed: int, shifts: tuple[Shift, ...]) -> None:
        if (skill, seed, shifts) == self._scene:
            return
        if skill:
            self._station.load(find_skill(skill), seed, shifts)
        else:
            self._station.clear()  # the station was started anew
        self._scene = (skill, seed, shifts)


class Feed:
    """What is to be drawn: the newest tick of a station, and where everything was.

    A simulated station tells both at once. One that drives simulated robots as if they were real
    knows nothing of what is around them; their simulator tells that. A context manager.

    Args:
        session: of the station.
        is_simulated: whether the station itself is simulated.
    """

    def __init__(self, session: Session, is_simulated: bool) -> None:
        topic = PHYSICS_TOPIC if is_simulated else TICK_TOPIC
        self._ticks = Subscriber(session.station_events, topic)
        self._robots: Subscriber | None = None
        self._seen: Physics | None = None
        if not is_simulated:
            robots = Session.of_simulated_robots()
            self._robots = Subscriber(robots.simulator_events, PHYSICS_TOPIC)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ticks.close()
        if self._robots is not None:
            self._robots.close()

    def newest(self, timeout_s: float) -> tuple[Physics, Physics | Tick] | None:
        """Wait for a tick; return it after what is to be drawn for it, None without either."""
        oldest = self._ticks.receive(timeout_s)
        tick = self._ticks.latest() or oldest
        if isinstance(tick, Physics):
            return tick, tick
        if self._robots is not None:
            told = self._robots.latest()
            self._seen = told if isinstance(told, Physics) else self._seen
        return (self._seen, tick) if self._seen and isinstance(tick, Tick) else None


def run(session: Session, description: StationDescription, is_over: Callable[[], bool]) -> None:
    """Draw the newest tick whenever there is one, until it is over.

    Raises:
        StationError: nothing can be drawn on this machine.
    """
    clock = MonotonicClock()
    with (
        SimulatedStation(description, samples=SAMPLES, clock=clock) as station,
        FrameRing.create(session.ring_name, description.embodiment.cameras) as ring,
        Publisher(session.frame_events) as publisher,
        Feed(session, description.simulated) as feed,
    ):
        renderer = Renderer(station, ring, clock)
        station.capture(description.embodiment.camera_names)  # if that fails, it does at once
        try:
            while not is_over():
                if newest := feed.newest(_WAIT_S):
                    _render(renderer, *newest, publisher)
        finally:
            ring.unlink()


def _render(
    renderer: Renderer, physics: Physics, tick: Physics | Tick, publisher: Publisher
) -> None:
    try:
        publisher.publish(FRAMES_TOPIC, renderer.render(physics, tick))
    except StudioError as error:  # the next tick may belong to a scene that can be drawn
        _LOG.warning("Tick %d is not drawn: %s", tick.number, error)


def main(arguments: list[str]) -> int:
    """Entry point of the process."""
    parser = argparse.ArgumentParser(prog="lbm-studio worker renderer", description=__doc__)
    parser.add_argument("--session", type=Path, required=True, help="folder of the session")
    session = Session(parser.parse_args(arguments).session)
    with suppress(PermissionError):  # helps on a busy machine, where it is allowed
        os.setpriority(os.PRIO_PROCESS, 0, _PRIORITY)
    with Lifetime(session, "renderer") as lifetime:
        description = await_description(session, lifetime.is_over)
        if description is not None:
            run(session, description, lifetime.is_over)
    return 0
