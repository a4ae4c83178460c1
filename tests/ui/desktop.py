"""The real application on a screen of its own, looked at and pressed only from outside."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self, TypeVar

from lbm_studio.link.bus import TICK_TOPIC, Subscriber
from lbm_studio.link.messages import Mode, Tick
from lbm_studio.link.session import Session

T = TypeVar("T")

PATIENCE_S = 60.0
GRACE_S = 20.0
MAIN = "LBM Studio"
RECORD = (1000, 495)
"""The button Record of the panel Teach in a window of 1280 x 800 [px]."""

MOVED_RAD = 0.02
STILL_RAD = 1e-3
SETTLES_WITHIN_TICKS = 5


class Desktop:
    """A window manager, the application with its processes, and a hand on mouse and keys.

    Args:
        display: value of DISPLAY.
        folder: home and run-time folder of the application; its path must be short.
        panel: the panel in front at the start.
    """

    def __init__(self, display: str, folder: Path, panel: str = "teach") -> None:
        self._folder = folder
        self._panel = panel
        runtime = folder / "r"
        runtime.mkdir(mode=0o700)
        self._environment = {
            **os.environ,
            "DISPLAY": display,
            "LBM_STUDIO_HOME": str(folder),
            "XDG_RUNTIME_DIR": str(runtime),
        }
        self._environment.pop("QT_QPA_PLATFORM", None)
        self._runtime = runtime

    def __enter__(self) -> Self:
        (self._folder / "settings.json").write_text(f'{{"panel": "{self._panel}"}}')
        self._manager = self._start("openbox", "--sm-disable")
        wait_for(lambda: self.xdotool("get_num_desktops"))  # the window manager is there
        command = (sys.executable, "-m", "lbm_studio", "--station", "simulated-single")
        self.application = self._start(*command)
        folder = wait_for(lambda: next(self._runtime.glob("lbm-studio-*"), None))
        self.session = Session(folder)
        self._ticks = Subscriber(self.session.station_events, TICK_TOPIC)
        assert self.tick(PATIENCE_S) is not None, "the station does not speak"
        self.window("STOP")
        return self

    def __exit__(self, *_: object) -> None:
        self._ticks.close()
        self.application.send_signal(signal.SIGCONT)
        for process in (self.application, self._manager):
            process.terminate()
            try:
                process.wait(GRACE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def freeze(self) -> None:
        """Let the main window's process hang."""
        self.application.send_signal(signal.SIGSTOP)

    def demonstrate(self) -> None:
        """Press Record and wait until the colleague really moves the arms."""
        rest = self.tick_when(lambda tick: bool(tick.skill)).joints
        main = self.window(MAIN)
        self.focus(main)
        self.click(main, *RECORD)
        self.tick_when(
            lambda tick: (
                tick.mode is Mode.DEMONSTRATION and distance_rad(tick.joints, rest) > MOVED_RAD
            )
        )

    def stopped(self) -> Tick:
        """Return the first tick that says stopped, once the arms have stayed where they are."""
        first = self.tick_when(lambda tick: bool(tick.stop_reason))
        settled = self.tick_when(lambda tick: tick.number >= first.number + SETTLES_WITHIN_TICKS)
        later = self.tick_when(lambda tick: tick.number >= settled.number + SETTLES_WITHIN_TICKS)
        for tick in (first, settled, later):
            assert tick.mode is Mode.STOPPED
            assert tick.stop_reason == first.stop_reason
        assert distance_rad(settled.joints, later.joints) < STILL_RAD
        return first

    def window(self, title: str) -> str:
        """Return the visible window with exactly this title, once there is one."""
        return wait_for(lambda: self._find(title))

    def click(self, window: str, x: int, y: int) -> None:
        """Press and release the left button at a place of a window [px]."""
        self.point(window, x, y)
        self.press_mouse()

    def point(self, window: str, x: int, y: int) -> None:
        """Move the pointer to a place of a window [px]."""
        self.xdotool("mousemove", "--window", window, str(x), str(y))

    def press_mouse(self) -> None:
        """Press and release the left button where the pointer is."""
        self.xdotool("click", "1")

    def focus(self, window: str) -> None:
        self.xdotool("windowactivate", "--sync", window)

    def type_text(self, text: str) -> None:
        self.xdotool("type", "--delay", "30", text)

    def key(self, name: str) -> None:
        self.xdotool("key", name)

    def xdotool(self, *arguments: str) -> str:
        """Run xdotool and return what it says."""
        done = subprocess.run(
            ["xdotool", *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=GRACE_S,
        )
        return done.stdout.strip()

    def tick(self, timeout_s: float = GRACE_S) -> Tick | None:
        """Return the newest tick of the station."""
        self._ticks.latest()
        tick = self._ticks.receive(timeout_s)
        return tick if isinstance(tick, Tick) else None

    def tick_when(self, is_so: Callable[[Tick], bool]) -> Tick:
        """Return the first tick of which this is so."""

        def look() -> Tick | None:
            tick = self.tick()
            return tick if tick is not None and is_so(tick) else None

        return wait_for(look)

    def _find(self, title: str) -> str:
        found = self.xdotool("search", "--onlyvisible", "--name", f"^{title}$")
        return found.splitlines()[0] if found else ""

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        log = (self._folder / f"{Path(command[0]).name}.log").open("wb")
        with log:
            return subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)


def distance_rad(first: Sequence[float], second: Sequence[float]) -> float:
    """Return by how much the joint that differs most differs [rad]."""
    return max(abs(a - b) for a, b in zip(first, second, strict=True))


def wait_for(look: Callable[[], T | None]) -> T:
    """Return what ``look`` finds once it finds something; fail when it takes too long."""
    pause = threading.Event()
    deadline_s = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < deadline_s, "it took too long"
        pause.wait(0.05)
    return found
