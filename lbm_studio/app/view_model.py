"""What all view-models share: an immutable snapshot, a signal, and a way to refuse in words."""

from typing import Generic, TypeVar

from lbm_studio.app.events import Signal
from lbm_studio.app.notices import Level, Notices

V = TypeVar("V")


class ViewModel(Generic[V]):
    """One panel without its widgets. The widget renders ``view`` and calls intents; nothing else.

    Attributes:
        view: the snapshot to render, a frozen dataclass.

    Signals:
        changed: the new snapshot, only when it differs from the last one.
    """

    def __init__(self, view: V, notices: Notices) -> None:
        self.changed: Signal[V] = Signal()
        self._view = view
        self._notices = notices

    @property
    def view(self) -> V:
        return self._view

    def publish(self, view: V) -> None:
        """Replace the snapshot and say so; pictures of a state call it with a made-up snapshot."""
        if view == self._view:
            return
        self._view = view
        self.changed.emit(view)

    def _refuse(self, sentence: str) -> None:
        self._notices.add(sentence, Level.WARN)
