"""The gamepad, driven through SDL's own virtual joystick."""

import builtins
import sys
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from lbm_studio.core.clock import ManualClock
from lbm_studio.core.errors import StationError
from lbm_studio.core.teleoperation import TeleopReading, TeleopSpeeds
from lbm_studio.station.teleop.controller import Axis, Button
from lbm_studio.station.teleop.gamepad import GamepadStopWatcher, GamepadTeleop
from tests.station.teleop.virtual_gamepad import GamepadSocket, VirtualGamepad

SPEEDS = TeleopSpeeds(linear_m_s=0.2, angular_rad_s=1.0, slow_factor=0.25)
ARMS = ("right", "left")


@pytest.fixture
def gamepad(socket: GamepadSocket) -> VirtualGamepad:
    return socket.plug_in()


@pytest.fixture
def teleop(gamepad: VirtualGamepad) -> Iterator[GamepadTeleop]:
    source = GamepadTeleop(ARMS, ManualClock(start_ns=7), speeds=SPEEDS)
    source.connect()
    yield source
    source.close()


@pytest.fixture
def watcher(socket: GamepadSocket) -> Iterator[GamepadStopWatcher]:
    with GamepadStopWatcher() as opened:
        yield opened


def right(reading: TeleopReading) -> tuple[list[float], list[float]]:
    twist = reading.arms["right"]
    return twist.linear_m_s.tolist(), twist.angular_rad_s.tolist()


@pytest.mark.parametrize(
    ("axis", "value", "linear", "angular"),
    [
        (Axis.LEFT_Y, -1.0, (0.2, 0, 0), (0, 0, 0)),
        (Axis.LEFT_Y, 1.0, (-0.2, 0, 0), (0, 0, 0)),
        (Axis.LEFT_X, -1.0, (0, 0.2, 0), (0, 0, 0)),
        (Axis.RIGHT_TRIGGER, 1.0, (0, 0, 0.2), (0, 0, 0)),
        (Axis.LEFT_TRIGGER, 1.0, (0, 0, -0.2), (0, 0, 0)),
        (Axis.RIGHT_X, -1.0, (0, 0, 0), (0, 0, 1.0)),
        (Axis.RIGHT_Y, -1.0, (0, 0, 0), (0, -1.0, 0)),
    ],
    ids=["forward", "back", "left", "up", "down", "turn left", "tip forward"],
)
def test_a_stick_moves_the_hand_the_way_it_is_pushed(
    gamepad: VirtualGamepad,
    teleop: GamepadTeleop,
    axis: Axis,
    value: float,
    linear: tuple[float, ...],
    angular: tuple[float, ...],
) -> None:
    gamepad.press(Button.LEFT_SHOULDER).push(axis, value)

    reading = teleop.read()

    assert reading.enabled
    assert reading.sampled_ns == 7
    np.testing.assert_allclose(right(reading), [linear, angular], atol=1e-4)


@pytest.mark.parametrize(("button", "roll"), [(Button.CROSS_LEFT, 1.0), (Button.CROSS_RIGHT, -1.0)])
def test_the_cross_tips_the_fingers_sideways(
    gamepad: VirtualGamepad, teleop: GamepadTeleop, button: Button, roll: float
) -> None:
    gamepad.press(Button.LEFT_SHOULDER, button)

    assert right(teleop.read())[1] == [roll, 0.0, 0.0]


def test_the_left_shoulder_is_the_dead_man(gamepad: VirtualGamepad, teleop: GamepadTeleop) -> None:
    gamepad.push(Axis.LEFT_Y, -1.0)
    assert not teleop.read().enabled

    gamepad.press(Button.LEFT_SHOULDER)
    assert teleop.read().enabled

    gamepad.release(Button.LEFT_SHOULDER)
    assert not teleop.read().enabled


def test_a_stick_that_does_not_quite_rest_does_not_creep(
    gamepad: VirtualGamepad, teleop: GamepadTeleop
) -> None:
    gamepad.press(Button.LEFT_SHOULDER).push(Axis.LEFT_Y, -0.1).push(Axis.RIGHT_X, 0.1)

    assert not np.any(right(teleop.read()))


def test_a_stick_is_finer_near_its_middle_and_the_right_shoulder_slows_it_down(
    gamepad: VirtualGamepad, teleop: GamepadTeleop
) -> None:
    gamepad.push(Axis.LEFT_Y, -0.5)
    half = right(teleop.read())[0][0]
    assert 0.0 < half < 0.25 * SPEEDS.linear_m_s

    gamepad.press(Button.RIGHT_SHOULDER)
    assert right(teleop.read())[0][0] == pytest.approx(0.25 * half)


def test_a_diagonal_is_no_faster_than_an_axis(
    gamepad: VirtualGamepad, teleop: GamepadTeleop
) -> None:
    gamepad.push(Axis.LEFT_Y, -1.0).push(Axis.LEFT_X, 1.0).push(Axis.RIGHT_TRIGGER, 1.0)

    assert np.linalg.norm(right(teleop.read())[0]) == pytest.approx(0.2, abs=1e-4)


def test_a_closes_and_opens_the_gripper_while_the_dead_man_is_held(
    gamepad: VirtualGamepad, teleop: GamepadTeleop
) -> None:
    openings: list[float | None] = []
    for held in ((), (Button.LEFT_SHOULDER,), (Button.LEFT_SHOULDER,)):
        gamepad.press(*held, Button.A)
        openings.append(teleop.read().arms["right"].opening)
        openings.append(teleop.read().arms["right"].opening)
        gamepad.release(Button.A)
        teleop.read()

    assert openings == [None, None, 0.0, 0.0, 1.0, 1.0]


def test_y_chooses_the_next_arm_which_waits_for_the_sticks_to_rest(
    gamepad: VirtualGamepad, teleop: GamepadTeleop
) -> None:
    gamepad.press(Button.LEFT_SHOULDER, Button.Y).push(Axis.LEFT_Y, -1.0)
    teleop.read()
    assert teleop.active_arms == ("left",)
    assert not teleop.read().enabled

    gamepad.push(Axis.LEFT_Y, 0.0)
    teleop.read()
    gamepad.push(Axis.LEFT_Y, -1.0)

    reading = teleop.read()
    assert reading.enabled
    assert reading.arms["left"].linear_m_s[0] == pytest.approx(0.2, abs=1e-4)
    assert not reading.arms["right"].linear_m_s.any()


def test_b_asks_for_a_stop_with_or_without_the_dead_man(
    gamepad: VirtualGamepad, teleop: GamepadTeleop
) -> None:
    assert not teleop.read().stop

    gamepad.press(Button.B)
    assert teleop.read().stop

    gamepad.release(Button.B)
    assert not teleop.read().stop


def test_a_gamepad_that_is_unplugged_has_let_go_and_may_come_back(
    socket: GamepadSocket, gamepad: VirtualGamepad, teleop: GamepadTeleop
) -> None:
    gamepad.press(Button.LEFT_SHOULDER).push(Axis.LEFT_Y, -1.0)
    assert teleop.read().enabled

    gamepad.unplug()
    reading = teleop.read()
    assert not reading.enabled
    assert not np.any(right(reading))
    (gone,) = reading.devices
    assert (gone.connected, gone.arm, gone.heard_ns) == (False, "right", 7)
    assert gone.trouble == "The gamepad was unplugged; nothing moves. Plug it in again."

    socket.plug_in().press(Button.LEFT_SHOULDER)
    assert teleop.read().enabled


def test_the_second_gamepad_stops_but_does_not_steer(
    socket: GamepadSocket, gamepad: VirtualGamepad, teleop: GamepadTeleop
) -> None:
    second = socket.plug_in()
    second.press(Button.LEFT_SHOULDER, Button.B).push(Axis.LEFT_Y, -1.0)

    reading = teleop.read()

    assert reading.stop
    assert not reading.enabled


def test_without_a_gamepad_the_way_out_is_named(socket: GamepadSocket) -> None:
    source = GamepadTeleop(ARMS, ManualClock())

    with pytest.raises(StationError, match=r"No gamepad is connected\. Plug one in"):
        source.connect()

    source.close()


def test_a_gamepad_can_be_closed_twice_and_opened_again(
    gamepad: VirtualGamepad, teleop: GamepadTeleop
) -> None:
    teleop.close()
    teleop.close()
    assert not teleop.read().enabled

    teleop.connect()
    teleop.connect()

    gamepad.press(Button.LEFT_SHOULDER)
    assert teleop.read().enabled


def test_another_thread_may_not_poll(teleop: GamepadTeleop) -> None:
    caught: list[Exception] = []

    def poll() -> None:
        try:
            teleop.read()
        except RuntimeError as error:
            caught.append(error)

    thread = threading.Thread(target=poll)
    thread.start()
    thread.join()

    assert "in the thread that opened them" in str(caught[0])


def test_the_watcher_reports_each_press_once(
    socket: GamepadSocket, watcher: GamepadStopWatcher
) -> None:
    gamepad = socket.plug_in()
    assert not watcher.poll()

    gamepad.press(Button.B)
    assert watcher.poll()
    assert not watcher.poll()
    assert watcher.is_held

    gamepad.release(Button.B)
    assert not watcher.poll()
    assert not watcher.is_held

    gamepad.press(Button.B)
    assert watcher.poll()


def test_the_watcher_sees_gamepads_that_come_later_and_a_button_held_all_along(
    socket: GamepadSocket, watcher: GamepadStopWatcher
) -> None:
    assert not watcher.poll()

    socket.plug_in().press(Button.B)

    assert watcher.poll()


def test_the_watcher_ignores_every_other_button(
    socket: GamepadSocket, watcher: GamepadStopWatcher
) -> None:
    gamepad = socket.plug_in()
    watcher.poll()

    gamepad.press(*(button for button in Button if button is not Button.B))

    assert not watcher.poll()


def test_a_machine_without_sdl_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def refuse(name: str, *arguments: Any, **options: Any) -> Any:
        if name == "sdl2":
            raise ImportError("no SDL")
        return original(name, *arguments, **options)

    monkeypatch.delitem(sys.modules, "sdl2", raising=False)
    monkeypatch.setattr(builtins, "__import__", refuse)

    with pytest.raises(StationError, match="Install it with: pip install PySDL2 pysdl2-dll"):
        GamepadStopWatcher()
