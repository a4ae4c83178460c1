"""The station as those panels see it that move its arms: not there before it is ready."""

from collections.abc import Callable, Mapping

from lbm_studio.app.commands import OnAnswer
from lbm_studio.app.live import ASK_TIMEOUT_S, LiveFrame, StationLink
from lbm_studio.app.safety_card import LimitCounts
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.link.messages import Health, Message, Tick


class ReadyStation:
    """Hides a station until it is ready, so that nothing moves before. Fulfils StationLink.

    Args:
        live: the station.
        is_ready: whether it is connected, cameras live and stop tested.
    """

    def __init__(self, live: StationLink, is_ready: Callable[[], bool]) -> None:
        self._live = live
        self._is_ready = is_ready

    @property
    def description(self) -> StationDescription | None:
        return self._live.description if self._is_ready() else None

    @property
    def skills(self) -> tuple[str, ...]:
        return self._live.skills if self._is_ready() else ()

    @property
    def tick(self) -> Tick | None:
        return self._live.tick if self._is_ready() else None

    @property
    def frames(self) -> Mapping[str, LiveFrame]:
        return self._live.frames

    @property
    def health(self) -> Health | None:
        return self._live.health

    @property
    def connect_step(self) -> str:
        return self._live.connect_step

    @property
    def late_ms(self) -> tuple[float, ...]:
        return self._live.late_ms

    @property
    def rate_hz(self) -> float:
        return self._live.rate_hz

    @property
    def limits(self) -> LimitCounts:
        return self._live.limits

    def ask(self, message: Message, on_answer: OnAnswer, timeout_s: float = ASK_TIMEOUT_S) -> None:
        self._live.ask(message, on_answer, timeout_s)

    def tell(self, message: Message) -> None:
        self._live.tell(message)

    def ask_writer(self, message: Message, on_answer: OnAnswer, timeout_s: float) -> None:
        self._live.ask_writer(message, on_answer, timeout_s)

    def ask_inference(self, message: Message, on_answer: OnAnswer, timeout_s: float) -> None:
        self._live.ask_inference(message, on_answer, timeout_s)
