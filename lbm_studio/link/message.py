"""What every message is."""

import msgspec


class Message(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """Base of all messages: immutable, tagged with its class name on the wire."""
