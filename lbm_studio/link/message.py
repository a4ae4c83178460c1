"""What every message is."""

import msgspec


class Message(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """Base of all messages: immutable, tagged with its class name on the wire."""


NO_MESSAGE = (ValueError, RecursionError)
"""What decoding raises when bytes are no message; msgspec errors are ValueErrors."""
