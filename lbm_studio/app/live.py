"""What the station is doing now, as the window sees it: ticks, frames, and a way to ask."""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lbm_studio.app.commands import CommandLine, OnAnswer
from lbm_studio.app.events import Signal
from lbm_studio.app.heartbeat import Heartbeat
from lbm_studio.app.safety_card import LimitCounts
from lbm_studio.core.clock import Clock, seconds_between
from lbm_studio.core.codec import from_json
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StudioError
from lbm_studio.link.bus import (
    DEVICES_TOPIC,
    FRAMES_TOPIC,
    HEALTH_TOPIC,
    STEP_TOPIC,
    TICK_TOPIC,
    AsyncRequester,
    Subscriber,
)
from lbm_studio.link.frames import FrameRing
from lbm_studio.link.messages import (
    ConnectStep,
    Describe,
    Description,
    FramesReady,
    Health,
    Message,
    Refused,
    Tick,
)
from lbm_studio.link.session import Session

ASK_TIMEOUT_S = 2.0
DESCRIBE_TIMEOUT_S = 1.0
RATE_WINDOW_S = 2.0
LATENESS_TICKS = 200


@dataclass(frozen=True, eq=False)
class LiveFrame:
    """The newest picture of one camera.

    Attributes:
        image: (H, W, 3) uint8 RGB.
        captured_ns: when it was taken [ns].
        rate_hz: pictures a second over the last two seconds.
        trouble: why the camera gives no fresh pictures, a sentence; empty while it does.
    """

    image: NDArray[np.uint8]
    captured_ns: int
    rate_hz: float
    trouble: str = ""


class StationLink(Protocol):
    """The live station as view-models use it; all calls on the window's thread, none blocks."""

    @property
    def description(self) -> StationDescription | None:
        """What the station is; None until it has answered."""
        ...

    @property
    def skills(self) -> tuple[str, ...]:
        """Scenes that a simulated station can lay out."""
        ...

    @property
    def tick(self) -> Tick | None:
        """The newest tick; None before the first."""
        ...

    @property
    def frames(self) -> Mapping[str, LiveFrame]:
        """The newest picture by camera."""
        ...

    @property
    def health(self) -> Health | None:
        """How the arms are; None before the station has told."""
        ...

    @property
    def connect_step(self) -> str:
        """What the station says that it does while it connects; empty before it does."""
        ...

    @property
    def late_ms(self) -> tuple[float, ...]:
        """How late the last ticks were, oldest first [ms]."""
        ...

    @property
    def rate_hz(self) -> float:
        """Ticks a second over the last two seconds."""
        ...

    @property
    def limits(self) -> LimitCounts:
        """How often each limit acted since the station was attached."""
        ...

    def ask(self, message: Message, on_answer: OnAnswer, timeout_s: float = ASK_TIMEOUT_S) -> None:
        """Ask the station process."""
        ...

    def tell(self, message: Message) -> None:
        """Tell the station process something whose answer does not matter."""
        ...

    def ask_writer(self, message: Message, on_answer: OnAnswer, timeout_s: float) -> None:
        """Ask the writer process."""
        ...

    def ask_inference(self, message: Message, on_answer: OnAnswer, timeout_s: float) -> None:
        """Ask the inference process."""
        ...


class RateMeter:
    """Counts how often something happens, over the last two seconds."""

    def __init__(self) -> None:
        self._times_ns: deque[int] = deque(maxlen=256)

    def add(self, captured_ns: int) -> None:
        """It happened once more."""
        self._times_ns.append(captured_ns)

    @property
    def rate_hz(self) -> float:
        """Events a second; 0 until there were two."""
        if not self._times_ns:
            return 0.0
        newest = self._times_ns[-1]
        recent = [t for t in self._times_ns if seconds_between(t, newest) <= RATE_WINDOW_S]
        if len(recent) < 2 or newest == recent[0]:
            return 0.0
        return (len(recent) - 1) / seconds_between(recent[0], newest)


class _Connection:
    """The sockets of one session."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self.station = _line(session.station_commands, "station", clock)
        self.writer = _line(session.writer_commands, "writer", clock)
        self.inference = _line(session.inference_commands, "inference process", clock)
        self.ticks = Subscriber(session.station_events, TICK_TOPIC)
        self.frames = Subscriber(session.frame_events, FRAMES_TOPIC)
        self.health = Subscriber(session.station_events, HEALTH_TOPIC)
        self.steps = Subscriber(session.station_events, STEP_TOPIC)
        self.inputs = (
            Subscriber(session.input_events),
            Subscriber(session.station_events, DEVICES_TOPIC),
        )
        self.ring: FrameRing | None = None
        self.heartbeat = Heartbeat(lambda: AsyncRequester(session.station_commands), clock)
        self.heartbeat.start()

    def close(self) -> None:
        self.heartbeat.close()
        for line in (self.station, self.writer, self.inference):
            line.close()
        for events in (self.ticks, self.frames, self.health, self.steps):
            events.close()
        for inputs in self.inputs:
            inputs.close()
        self.drop_ring()

    def current_ring(self) -> FrameRing | None:
        if self.ring is not None and not self.ring.is_current:
            self.drop_ring()
        if self.ring is None:
            try:
                self.ring = FrameRing.attach(self.session.ring_name)
            except StudioError:
                return None  # the renderer is only starting, or has just ended: no frames now
        return self.ring

    def drop_ring(self) -> None:
        if self.ring is not None:
            self.ring.close()
            self.ring = None


def _line(address: str, name: str, clock: Clock) -> CommandLine:
    return CommandLine(AsyncRequester(address), name, clock)


class LiveStation:
    """Follows the processes of one session. Fulfils :class:`StationLink`.

    Signals:
        described: the station's description, once after every ``attach``.
        heard: what is told of input devices, and what was pressed on them.
    """

    def __init__(self, clock: Clock) -> None:
        self.described: Signal[StationDescription] = Signal()
        self.heard: Signal[Message] = Signal()
        self._clock = clock
        self._connection: _Connection | None = None
        self._forget()

    def _forget(self) -> None:
        self._description: StationDescription | None = None
        self._skills: tuple[str, ...] = ()
        self._tick: Tick | None = None
        self._health: Health | None = None
        self._connect_step = ""
        self._frames: dict[str, LiveFrame] = {}
        self._late_ms: deque[float] = deque(maxlen=LATENESS_TICKS)
        self._limits = LimitCounts()
        self._tick_meter = RateMeter()
        self._frame_meter = RateMeter()

    @property
    def description(self) -> StationDescription | None:
        return self._description

    @property
    def skills(self) -> tuple[str, ...]:
        return self._skills

    @property
    def tick(self) -> Tick | None:
        return self._tick

    @property
    def frames(self) -> Mapping[str, LiveFrame]:
        return self._frames

    @property
    def health(self) -> Health | None:
        return self._health

    @property
    def connect_step(self) -> str:
        return self._connect_step

    @property
    def late_ms(self) -> tuple[float, ...]:
        return tuple(self._late_ms)

    @property
    def rate_hz(self) -> float:
        return self._tick_meter.rate_hz

    @property
    def limits(self) -> LimitCounts:
        return self._limits

    def attach(self, session: Session) -> None:
        """Follow the processes of a session; they need not be there yet."""
        self.detach()
        self._connection = _Connection(session, self._clock)
        self._describe()

    def detach(self) -> None:
        """Follow nothing any more; open questions are refused."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()
        self._forget()

    def alive(self) -> None:
        """The window's thread is alive at this moment."""
        if self._connection is not None:
            self._connection.heartbeat.alive()

    def poll(self, now_ns: int) -> None:
        """Take in what has arrived; never blocks."""
        connection = self._connection
        if connection is None:
            return
        for line in (connection.station, connection.writer, connection.inference):
            line.poll(now_ns)
        if self._connection is connection:  # an answer may have detached it
            self._take_steps(connection)
            self._take_ticks(connection)
            self._take_frames(connection)
            self._take_inputs(connection)

    def ask(self, message: Message, on_answer: OnAnswer, timeout_s: float = ASK_TIMEOUT_S) -> None:
        connection = self._connection
        self._ask(connection and connection.station, message, on_answer, timeout_s)

    def tell(self, message: Message) -> None:
        if self._connection is not None:
            self._connection.station.tell(message)

    def ask_writer(self, message: Message, on_answer: OnAnswer, timeout_s: float) -> None:
        connection = self._connection
        self._ask(connection and connection.writer, message, on_answer, timeout_s)

    def ask_inference(self, message: Message, on_answer: OnAnswer, timeout_s: float) -> None:
        connection = self._connection
        self._ask(connection and connection.inference, message, on_answer, timeout_s)

    def _ask(
        self, line: CommandLine | None, message: Message, on_answer: OnAnswer, timeout_s: float
    ) -> None:
        if line is None:
            on_answer(Refused(reason="No station is connected."))
        else:
            line.ask(message, on_answer, timeout_s)

    def _describe(self) -> None:
        if self._connection is not None:
            self._connection.station.ask(Describe(), self._take_description, DESCRIBE_TIMEOUT_S)

    def _take_description(self, answer: Message) -> None:
        if not isinstance(answer, Description):
            self._describe()  # it is still starting
            return
        description = from_json(StationDescription, json.loads(answer.station), where="station")
        self._skills = answer.skills
        self._description = description
        self.described.emit(description)

    def _take_steps(self, connection: _Connection) -> None:
        step, health = connection.steps.latest(), connection.health.latest()
        if isinstance(step, ConnectStep):
            self._connect_step = step.sentence
        if isinstance(health, Health):
            self._health = health

    def _take_ticks(self, connection: _Connection) -> None:
        while (message := connection.ticks.receive()) is not None:
            if isinstance(message, Tick):
                self._tick = message
                self._late_ms.append(message.late_ms)
                self._limits.follow(message)
                self._tick_meter.add(message.captured_ns)

    def _take_inputs(self, connection: _Connection) -> None:
        for inputs in connection.inputs:
            while self._connection is connection and (message := inputs.receive()) is not None:
                self.heard.emit(message)

    def _take_frames(self, connection: _Connection) -> None:
        newest: FramesReady | None = None
        while (message := connection.frames.receive()) is not None:
            if isinstance(message, FramesReady):
                newest = message
                self._frame_meter.add(message.captured_ns)
        ring = connection.current_ring() if newest is not None else None
        tick = ring.read() if ring is not None else None
        if tick is not None and newest is not None:
            rate_hz, taken = self._frame_meter.rate_hz, tick.images_captured_ns
            self._frames = {
                name: LiveFrame(
                    image, taken.get(name, tick.captured_ns), rate_hz, newest.troubles.get(name, "")
                )
                for name, image in tick.images.items()
            }
