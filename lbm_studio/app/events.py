"""The one way in which an object tells whoever is interested that something changed."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Signal(Generic[T]):
    """A list of callables that are called, in order, in the thread that emits.

    Connecting and disconnecting while a value is being emitted takes effect from the next one on.
    """

    def __init__(self) -> None:
        self._slots: tuple[Callable[[T], object], ...] = ()

    def connect(self, slot: Callable[[T], object]) -> None:
        """Call ``slot`` with every value from now on; connecting twice calls it once."""
        if slot not in self._slots:
            self._slots = (*self._slots, slot)

    def disconnect(self, slot: Callable[[T], object]) -> None:
        """Call ``slot`` no more; one that is not connected is no error."""
        self._slots = tuple(known for known in self._slots if known != slot)

    def emit(self, value: T) -> None:
        """Call every connected slot with ``value``."""
        for slot in self._slots:
            slot(value)
