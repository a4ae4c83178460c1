"""STOP as a person meets it: the real processes, a real screen, pressed with a mouse and keys."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.desktop import MAIN, Desktop, wait_for
from tests.workers.processes import WorkerProcess

pytestmark = pytest.mark.slow

STOP = "STOP"
STOP_PROCESS_WITH_A_GAMEPAD = """
import sys
from pathlib import Path

from lbm_studio.station.teleop.controller import Button, load_sdl
from lbm_studio.workers import stop
from tests.station.teleop.virtual_gamepad import VirtualGamepad

folder = Path(sys.argv[2])

class Watcher(stop.StopWatcher):
    def open(self):
        super().open()
        self.gamepad = VirtualGamepad(load_sdl())
        (folder / "plugged-in").touch()

    def poll(self):
        if (folder / "press-b").exists():
            self.gamepad.press(Button.B)
        super().poll()

stop.StopWatcher = Watcher
sys.exit(stop.main(sys.argv[1:]))
"""
"""SDL's virtual gamepads live in one process, so it is plugged in where it is read."""


@pytest.fixture(scope="module")
def short_folder() -> Iterator[Path]:
    """Local sockets need a short path."""
    folder = Path(tempfile.mkdtemp(prefix="lbm-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def desktop(virtual_screen: str, short_folder: Path) -> Iterator[Desktop]:
    folder = Path(tempfile.mkdtemp(dir=short_folder))
    with Desktop(virtual_screen, folder) as desktop:
        yield desktop


def test_the_stop_window_stops_while_the_main_window_hangs(desktop: Desktop) -> None:
    window = desktop.window(STOP)
    desktop.demonstrate()
    desktop.point(window, 90, 50)
    desktop.freeze()

    desktop.press_mouse()

    assert desktop.stopped().stop_reason == "Stopped by STOP window."


def test_the_gamepads_button_stops_while_the_main_window_hangs(desktop: Desktop) -> None:
    folder = desktop.session.folder
    with WorkerProcess("stop", desktop.session, STOP_PROCESS_WITH_A_GAMEPAD):
        wait_for((folder / "plugged-in").exists)
        desktop.demonstrate()
        desktop.freeze()

        (folder / "press-b").touch()

        assert desktop.stopped().stop_reason == "Stopped by gamepad."


def test_esc_in_the_main_window_stops(desktop: Desktop) -> None:
    desktop.demonstrate()

    desktop.key("Escape")

    assert desktop.stopped().stop_reason == "Stopped by Esc."


def test_space_stops_but_while_typing_it_is_a_space(desktop: Desktop) -> None:
    main = desktop.window(MAIN)
    desktop.focus(main)
    desktop.click(main, 1000, 218)  # the goal field of the panel Teach at 1280 x 800
    desktop.key("ctrl+a")
    desktop.type_text("stack the cubes")
    desktop.key("Return")

    typed = desktop.tick_when(lambda tick: tick.goal == "stack the cubes")
    desktop.demonstrate()
    desktop.key("space")

    assert typed.stop_reason == ""
    assert desktop.stopped().stop_reason == "Stopped by Space."
