"""The messages: whatever is written down as one can really arrive."""

from typing import Any, get_args

from lbm_studio.link import inputs, messages
from lbm_studio.link.message import Message

MAY_ARRIVE = (
    messages.StationRequest,
    messages.InferenceRequest,
    messages.WriterRequest,
    messages.SpeechRequest,
    messages.Answer,
    messages.Published,
)


def test_every_message_is_expected_by_somebody() -> None:
    expected: set[type[Any]] = {kind for union in MAY_ARRIVE for kind in get_args(union)}
    parts = {messages.Hearing}

    written = {
        kind
        for module in (messages, inputs)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Message) and kind is not Message
    }

    assert written - expected - parts == set()
