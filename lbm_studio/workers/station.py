"""The station process: arms, control loop, safety and latch of one session.

Three threads. The main thread answers requests. The loop thread alone touches the station, in real
time. The stop thread waits for the stop datagram and nothing else; it brings the arms to rest even
while both others hang.
"""

import argparse
import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Protocol

from lbm_studio.core.clock import (
    NANOSECONDS_PER_SECOND,
    Clock,
    MonotonicClock,
    seconds_between,
)
from lbm_studio.core.codec import to_json
from lbm_studio.core.errors import StationError
from lbm_studio.core.shift import Shift
from lbm_studio.link import inputs, messages
from lbm_studio.link.bus import (
    DEVICES_TOPIC,
    HEALTH_TOPIC,
    PHYSICS_TOPIC,
    STEP_TOPIC,
    TICK_TOPIC,
    AsyncRequester,
    Publisher,
    Responder,
)
from lbm_studio.link.messages import Accepted, Message, Mode, Refused
from lbm_studio.link.session import Session
from lbm_studio.link.stop import STATION, Press, StopReceiver
from lbm_studio.station.arms.desk import ArmDesk
from lbm_studio.station.choice import make_station
from lbm_studio.station.control.commands import Scene, StationCommands
from lbm_studio.station.control.loop import ControlLoop, Cycle
from lbm_studio.station.control.mailbox import Mailbox
from lbm_studio.station.control.prediction import RemotePredictor
from lbm_studio.station.control.realtime import Metronome
from lbm_studio.station.control.reporting import health_message, tick_message
from lbm_studio.station.interface import Hardware, Station
from lbm_studio.station.latch import Stop, StopLatch
from lbm_studio.station.live import DEVICES, Devices, SimulatedScene, rest_action
from lbm_studio.station.safety.envelope import SafetyEnvelope
from lbm_studio.station.simulation.station import SimulatedStation
from lbm_studio.workers.lifetime import Lifetime

ANSWER_WITHIN_S = 1.0
"""The control loop carries out a request within this time, or is said not to answer [s]."""

LOAD_WITHIN_S = 15.0
"""As ANSWER_WITHIN_S, for laying out a scene, which may have to be built first [s]."""

HEALTH_EVERY_NS = NANOSECONDS_PER_SECOND
"""How often it is told how the arms are [ns]."""

_END_WITHIN_S = 2.0
_SWITCH_INTERVAL_S = 0.001
_PRIORITY = -10

_LOG = logging.getLogger(__name__)


class Simulation(Scene, Protocol):
    """A scene whose time passes here, and which the renderer draws."""

    @property
    def shifts(self) -> tuple[Shift, ...]:
        """What the scene is shifted in."""
        ...

    def advance(self, seconds: float) -> None:
        """Let time pass [s]."""
        ...

    def snapshot(self) -> tuple[bytes, bytes]:
        """Return the state as :class:`lbm_studio.link.messages.Physics` carries it."""
        ...


class StationProcess:
    """One live station, from the first request to the last.

    Args:
        session: where it is reached.
        station: what is moved.
        clock: the time.
        simulation: the scene, where the station is simulated.
        desks: where the brakes of real arms are unlocked, by arm name.
    """

    def __init__(
        self,
        session: Session,
        station: Station,
        clock: Clock,
        *,
        simulation: Simulation | None = None,
        desks: Mapping[str, ArmDesk] | None = None,
    ) -> None:
        description = station.description
        self._session = session
        self._station = station
        self._clock = clock
        self._simulation = simulation
        self._desks = desks or {}
        self._embodiment = description.embodiment
        self._latch = StopLatch(clock)
        envelope = SafetyEnvelope(description)
        self._loop = ControlLoop(station, clock, envelope=envelope, latch=self._latch)
        self._inference = AsyncRequester(session.inference_commands)
        self._devices = Devices(description, clock, lambda: self._loop.commanded)
        self._mailbox = Mailbox(clock)
        self._commands = StationCommands(
            self._loop,
            self._embodiment.chunk,
            home=rest_action(description),
            predictor=RemotePredictor(self._inference, self._embodiment.arm_names),
            teleoperation=self._devices.motion,
            devices=DEVICES,
            scene=simulation,
        )
        self._lifetime = Lifetime(session, STATION)
        self._failed_during: Stop | None = None
        self._health_due_ns = 0

    def run(self) -> None:
        """Work until asked to end."""
        with ExitStack() as stack:
            stack.callback(self._inference.close)
            stack.enter_context(self._lifetime)
            events = stack.enter_context(Publisher(self._session.station_events))
            self._connect(events, stack)
            stack.enter_context(StopReceiver(self._session.stop_file, self._stop, self._clock))
            address = self._session.station_commands
            requests = stack.enter_context(Responder(address, messages.StationRequest))
            loop = threading.Thread(target=self._move, args=(events,), name="loop", daemon=True)
            loop.start()
            stack.callback(self._end, loop)
            requests.serve(self._handle, self._lifetime.is_over)

    def _connect(self, events: Publisher, stack: ExitStack) -> None:
        """Unlock the arms as far as that is known how, and take hold of them."""

        def tell(sentence: str) -> None:
            events.publish(STEP_TOPIC, messages.ConnectStep(sentence=sentence))

        for name, desk in self._desks.items():
            tell(f"{name.capitalize()} arm: unlocking brakes.")
            stack.callback(self._release, desk)
            desk.prepare()
        tell("Taking hold of the arms.")
        self._station.connect()

    def _release(self, desk: ArmDesk) -> None:
        try:
            desk.release()
        except StationError as error:  # the arms have been let go of; the rest must be, too
            _LOG.warning("%s", error)

    # --- the stop thread ------------------------------------------------------------------------

    def _stop(self, press: Press) -> None:
        self._latch.trip(f"Stopped by {press.source}.", press.source)
        self._station.stop()
        took_s = seconds_between(press.pressed_ns, self._clock.now_ns())
        _LOG.warning("Stopped by %s, %.1f ms after the press.", press.source, 1e3 * took_s)

    # --- the main thread ------------------------------------------------------------------------

    def _handle(self, request: Message) -> Message:
        match request:
            case messages.Heartbeat():
                self._loop.heartbeat()
            case inputs.TeleopInput():
                self._devices.accept(request)
            case inputs.PhonePose():
                self._devices.accept_phone(request)
            case inputs.ArrangeDevices():
                self._devices.arrange(request)
            case messages.Describe():
                return self._describe()
            case messages.Recover():
                return self._recover()
            case messages.LoadScene():
                return self._mailbox.ask(request, LOAD_WITHIN_S)
            case _:
                return self._mailbox.ask(request, ANSWER_WITHIN_S)
        return Accepted()

    def _describe(self) -> Message:
        description = json.dumps(to_json(self._station.description))
        skills = tuple(self._simulation.skills) if self._simulation else ()
        return messages.Description(station=description, skills=skills)

    def _recover(self) -> Message:
        if not isinstance(self._station, Hardware):
            return Refused(reason="Simulated arms have nothing to be recovered from.")
        self._station.recover()
        return Accepted()

    def _end(self, loop: threading.Thread) -> None:
        """Wait for the loop; bring the arms to rest without it when it hangs."""
        self._lifetime.end()
        loop.join(_END_WITHIN_S)
        if loop.is_alive():
            _LOG.error("The control loop hangs; the arms are stopped without it.")
            self._station.stop()

    # --- the loop thread ------------------------------------------------------------------------

    def _move(self, events: Publisher) -> None:
        metronome = Metronome(
            self._clock,
            self._embodiment.chunk.period_s,
            begin=lambda due_ns: self._guard(lambda: self._begin(due_ns, events)),
            pass_slice=lambda seconds: self._guard(lambda: self._pass(seconds)),
        )
        try:
            metronome.run(self._lifetime.is_over)
        finally:
            self._station.stop()
            self._devices.release()
            self._station.close()

    def _begin(self, due_ns: int, events: Publisher) -> None:
        cycle = self._loop.tick(due_ns)
        if cycle.mode is not Mode.TELEOPERATION:
            self._devices.release()
        elif devices := self._devices.status():
            events.publish(DEVICES_TOPIC, inputs.InputDevices(devices=devices, in_use=True))
        if self._simulation is not None:
            events.publish(PHYSICS_TOPIC, self._physics(cycle, self._simulation))
        tick = tick_message(
            cycle, self._embodiment, goal=self._commands.goal, scene=self._simulation
        )
        events.publish(TICK_TOPIC, tick)
        if due_ns >= self._health_due_ns:
            self._health_due_ns = due_ns + HEALTH_EVERY_NS
            events.publish(HEALTH_TOPIC, health_message(self._station, cycle))

    def _pass(self, seconds: float) -> None:
        self._mailbox.serve(self._commands.handle)
        if self._simulation is not None:
            self._simulation.advance(seconds)

    def _physics(self, cycle: Cycle, simulation: Simulation) -> messages.Physics:
        positions, mocap = simulation.snapshot()
        return messages.Physics(
            number=cycle.number,
            captured_ns=cycle.state.captured_ns,
            skill=simulation.skill,
            seed=simulation.seed,
            shifts=simulation.shifts,
            positions=positions,
            mocap=mocap,
        )

    def _guard(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception as error:  # noqa: BLE001 - whatever fails, the arms must be told to stop
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        """Stop and say why, once for each time the latch falls: stopping anew lets arms sink."""
        if self._latch.is_latched and self._latch.stop is self._failed_during:
            return
        _LOG.exception("The control loop failed.")
        if not self._latch.is_latched:
            self._latch.trip(f"The control loop failed: {error}.", "control loop")
        self._failed_during = self._latch.stop
        self._station.stop()


def main(arguments: list[str]) -> int:
    """Run the station process; returns the exit code."""
    parser = argparse.ArgumentParser(prog="lbm-studio worker station")
    help_ = "name, or path of a station file (default: %(default)s)"
    parser.add_argument("--station", default="simulated", help=help_)
    parser.add_argument("--session", type=Path, required=True, metavar="DIR")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO)
    sys.setswitchinterval(_SWITCH_INTERVAL_S)  # the stop thread waits for nobody longer than this
    with suppress(PermissionError):  # helps on a busy machine, where it is allowed
        os.setpriority(os.PRIO_PROCESS, 0, _PRIORITY)
    clock = MonotonicClock()
    chosen = make_station(options.station, clock)
    station = chosen.station
    scene = SimulatedScene(station) if isinstance(station, SimulatedStation) else None
    session = Session(options.session)
    StationProcess(session, station, clock, simulation=scene, desks=chosen.desks).run()
    return 0
