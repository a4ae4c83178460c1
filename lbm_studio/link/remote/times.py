"""Which numbers in messages are moments: they mean something else by the clock of another machine.

Every field whose name ends in ``_ns`` is a moment, except those listed here.
"""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from lbm_studio.link.message import Message

SUFFIX = "_ns"
SAME_EVERYWHERE = frozenset({"latency_ns", "devices_ns"})
"""How long something took, and what a device says by a clock of its own."""

M = TypeVar("M", bound=Message)


def translated(message: M, translate: Callable[[int], int]) -> M:
    """Return a message with all its moments told by another clock.

    Args:
        message: any.
        translate: a moment [ns] as the other clock tells it; 0 stands for no moment at all.
    """
    moments = {name: getattr(message, name) for name in moment_fields(type(message))}
    changes = {name: translate(value) for name, value in moments.items() if value}
    return msgspec.structs.replace(message, **changes) if changes else message


def moment_fields(kind: type[Message]) -> tuple[str, ...]:
    """Return the names of the fields that hold moments."""
    names = kind.__struct_fields__
    return tuple(name for name in names if name.endswith(SUFFIX) and name not in SAME_EVERYWHERE)
