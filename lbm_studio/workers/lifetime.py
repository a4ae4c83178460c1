"""How long a live process works: until it is asked to quit, or the system asks it to end."""

import signal
from types import FrameType
from typing import Self

from lbm_studio.link.session import Session

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Lifetime:
    """Holds one role in a session; the body of its ``with`` runs until :meth:`is_over`.

    Used in the main thread, where signals arrive. The body always ends in order: it is told, never
    torn off.

    Args:
        session: where the process works.
        role: e.g. ``"renderer"``.
    """

    def __init__(self, session: Session, role: str) -> None:
        self._session = session
        self._role = role
        self._is_over = False
        self._previous = {number: signal.getsignal(number) for number in _SIGNALS}

    def __enter__(self) -> Self:
        self._session.claim(self._role)
        for number in _SIGNALS:
            signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        self._session.release(self._role)

    def is_over(self) -> bool:
        """Whether the process should end."""
        return self._is_over

    def end(self) -> None:
        """Let the process end."""
        self._is_over = True

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.end()
