"""STOP as a person meets it: the real processes, a real screen, pressed with a mouse and keys."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.desktop import Desktop

pytestmark = pytest.mark.slow

MAIN, STOP = "LBM Studio", "STOP"


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
    desktop.freeze()

    desktop.click(window, 90, 50)

    assert desktop.tick_when(lambda tick: bool(tick.stop_reason)).stop_reason.startswith(
        "Stopped by STOP window"
    )


def test_esc_in_the_main_window_stops(desktop: Desktop) -> None:
    desktop.focus(desktop.window(MAIN))

    desktop.key("Escape")

    assert desktop.tick_when(lambda tick: bool(tick.stop_reason)).stop_reason == "Stopped by Esc."


def test_space_stops_but_while_typing_it_is_a_space(desktop: Desktop) -> None:
    main = desktop.window(MAIN)
    desktop.focus(main)
    desktop.click(main, 1000, 218)  # the goal field of the panel Teach at 1280 x 800
    desktop.key("ctrl+a")
    desktop.type_text("stack the cubes")
    desktop.key("Return")

    typed = desktop.tick_when(lambda tick: tick.goal == "stack the cubes")
    desktop.key("space")
    stopped = desktop.tick_when(lambda tick: bool(tick.stop_reason))

    assert typed.stop_reason == ""
    assert stopped.stop_reason == "Stopped by Space."
