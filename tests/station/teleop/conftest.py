"""Virtual gamepads for the tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.station.teleop.virtual_gamepad import GamepadSocket, gamepad_socket


@pytest.fixture
def socket() -> Iterator[GamepadSocket]:
    with gamepad_socket() as opened:
        yield opened
