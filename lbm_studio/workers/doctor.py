"""What this machine has and how fast it is, in words and figures."""

import os
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from lbm_studio import __version__
from lbm_studio.core.clock import seconds_between
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StationError, StudioError
from lbm_studio.core.keys import SHOWN_VARIABLE
from lbm_studio.core.paths import DATA_VARIABLE, program, user_data
from lbm_studio.station.audio import choose_format, load_portaudio
from lbm_studio.station.simulation.catalogue import SKILLS
from lbm_studio.station.simulation.embodiments import STATIONS
from lbm_studio.station.simulation.rendering import choose_library
from lbm_studio.station.simulation.station import SimulatedStation
from lbm_studio.station.teleop.controller import Controllers
from lbm_studio.station.teleop.hid import SystemHidBus
from lbm_studio.station.teleop.pedal import is_pedal
from lbm_studio.station.teleop.spacemouse import spacemice_among
from lbm_studio.workers.camera_report import report_cameras
from lbm_studio.workers.doctor_robot import (
    Finding,
    look_at_arm_driver,
    look_at_clock,
    look_at_kernel,
    look_at_keyring,
    look_at_stations,
)

MEASURING_S = 2.0
MATRIX_SIZE = 512
PRODUCTS_S = 0.5
GIGA = 1e9
FREE_DISK_GB = 10.0
"""Room that recording and training want [GB]."""
MEMORY_GB = 4.0
COLD_START_S = 2.0
WINDOW_TIMEOUT_S = 60.0

Figure = float | int | str | bool
Say = Callable[[str], None]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: e.g. ``"cameras"``.
        is_fine: whether the studio works well with it.
        words: a sentence for people; names the remedy when it is not fine.
        figures: what was measured, units in the names.
    """

    name: str
    is_fine: bool
    words: str
    figures: Mapping[str, Figure] = field(default_factory=dict[str, Figure])


@dataclass(frozen=True)
class Examination:
    """All checks.

    Attributes:
        is_fine: whether all are.
        figures: of all checks together.
        checks: in the order they were made.
    """

    is_fine: bool
    figures: Mapping[str, Figure]
    checks: tuple[Check, ...]

    def in_words(self) -> str:
        """Return the verdict."""
        troubled = [check.name for check in self.checks if not check.is_fine]
        return f"Look at: {', '.join(troubled)}." if troubled else "Everything is fine."


def examine(say: Say) -> Examination:
    """Make all checks; ``say`` hears of each as soon as it is made."""
    checks: list[Check] = []
    for name, look in CHECKS.items():
        check = _look(name, look)
        say(f"{'ok  ' if check.is_fine else 'LOOK'} {check.name}: {check.words}")
        checks.append(check)
    figures = {key: value for check in checks for key, value in check.figures.items()}
    return Examination(all(check.is_fine for check in checks), figures, tuple(checks))


def run_one_tick() -> str:
    """Run one tick of the simulation with all cameras, and return what was seen.

    Raises:
        StudioError: this machine cannot.
    """
    with SimulatedStation(_first_station()) as station:
        task = station.load(SKILLS[0], seed=0)
        station.step(station.read().as_action())
        frames = station.capture(station.description.embodiment.camera_names)
    return f"One tick of “{task.goal}” with {len(frames)} cameras."


def _look(name: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except (StudioError, ImportError, OSError) as error:  # a finding like any other: go on
        return Check(name, False, str(error))


def _look_at_python() -> Check:
    version = platform.python_version()
    words = f"Python {version}, LBM Studio {__version__}, {platform.platform(terse=True)}."
    return Check("python", True, words, {"python": version, "version": __version__})


def _look_at_torch() -> Check:
    import torch

    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "the CPU"
    plain, half = (_product_gflops(kind) for kind in ("float32", "bfloat16"))
    chosen = "bfloat16" if half > plain else "float32"
    words = (
        f"torch {torch.__version__} on {device}; float32 {plain:.0f}, bfloat16 {half:.1f} GFLOP/s: "
        f"training uses {chosen}."
    )
    figures: dict[str, Figure] = {
        "torch": str(torch.__version__),
        "device": device,
        "float32_gflops": round(plain, 1),
        "bfloat16_gflops": round(half, 1),
    }
    return Check("torch", True, words, figures)


def _product_gflops(kind: str) -> float:
    """Return the best speed of a matrix product, since others may be at work [GFLOP/s]."""
    import torch

    a = torch.randn(MATRIX_SIZE, MATRIX_SIZE).to(getattr(torch, kind))
    torch.mm(a, a)  # the first product also loads and plans
    spent: list[float] = []
    while sum(spent) < PRODUCTS_S:
        begin = time.perf_counter()
        torch.mm(a, a)
        spent.append(time.perf_counter() - begin)
    return 2 * MATRIX_SIZE**3 / min(spent) / GIGA


def _look_at_machine() -> Check:
    cores = len(os.sched_getaffinity(0))
    memory_gb = psutil.virtual_memory().total / GIGA
    words = f"{cores} cores, {memory_gb:.0f} GB of memory."
    figures: dict[str, Figure] = {"cores": cores, "memory_gb": round(memory_gb, 1)}
    return Check("machine", memory_gb >= MEMORY_GB, words, figures)


def _look_at_cameras() -> Check:
    library = choose_library()
    description = _first_station()
    with SimulatedStation(description) as station:
        station.load(SKILLS[0], seed=0)
        rate_hz = _tick_rate_hz(station)
    wanted_hz = description.embodiment.chunk.rate_hz
    cameras = len(description.embodiment.cameras)
    words = f"{cameras} cameras and physics run {rate_hz:.0f} ticks a second with {library}"
    words += "." if rate_hz >= wanted_hz else f", {wanted_hz:g} are needed for real time."
    figures: dict[str, Figure] = {"drawing": library, "camera_ticks_hz": round(rate_hz, 1)}
    return Check("cameras", rate_hz >= wanted_hz, words, figures)


def _tick_rate_hz(station: SimulatedStation) -> float:
    names = station.description.embodiment.camera_names
    stay = station.read().as_action()
    station.capture(names)
    begin, ticks = time.perf_counter(), 0
    while (spent := time.perf_counter() - begin) < MEASURING_S:
        station.step(stay)
        station.capture(names)
        ticks += 1
    return ticks / spent


def _look_at_attached_cameras() -> Check:
    report = report_cameras()
    models = ", ".join(camera.words for camera in report.cameras)
    words = " ".join([f"{models or 'None'}.", *report.troubles])
    figures: dict[str, Figure] = {"attached_cameras": len(report.cameras)}
    is_fine = not (report.is_needed and report.troubles)  # a simulated station needs none
    return Check("attached cameras", is_fine, words, figures)


def _look_at_window() -> Check:
    seconds = _cold_start_s()
    words = f"The window is there {seconds:.2f} s after it was asked for"
    words += "." if seconds < COLD_START_S else f", it should take less than {COLD_START_S:g} s."
    figures: dict[str, Figure] = {"gui_cold_start_s": round(seconds, 2)}
    return Check("window", seconds < COLD_START_S, words, figures)


def _cold_start_s() -> float:
    """Start the window off screen, in a home of its own, and return how long until it was painted.

    Raises:
        StudioError: it never was.
    """
    with tempfile.TemporaryDirectory(prefix="lbm-studio-") as folder:
        shown = Path(folder) / "shown"
        variables = {SHOWN_VARIABLE: str(shown), DATA_VARIABLE: folder}
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", **variables}
        begin_ns = time.monotonic_ns()
        try:
            outcome = subprocess.run(
                [*program(), "--station", next(iter(STATIONS))],
                env=environment,
                capture_output=True,
                text=True,
                timeout=WINDOW_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise StudioError("The window does not open within a minute.") from error
        if not shown.exists():
            last_words = (outcome.stderr.strip().splitlines() or ["it says nothing"])[-1]
            raise StudioError(f"The window does not open: {last_words}")
        return seconds_between(begin_ns, int(shown.read_text()))


def _look_at_display() -> Check:
    display = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or ""
    words = f"Windows open on {display}." if display else "None: commands work, the window cannot."
    return Check("display", True, words, {"display": display})


def _look_at_gamepads() -> Check:
    controllers = Controllers()
    controllers.open()
    try:
        count = len(controllers.poll())
    finally:
        controllers.close()
    words = f"{count} plugged in." if count else "None plugged in; the keyboard works as well."
    return Check("gamepads", True, words, {"gamepads": count})


def _look_at_microphone() -> Check:
    portaudio = load_portaudio()
    try:
        name, rate_hz, _ = choose_format(portaudio)
    except StationError as error:
        return Check("microphone", True, str(error), {"microphone": ""})
    words = f"“{name}” records at {rate_hz / 1000:g} kHz."
    return Check("microphone", True, words, {"microphone": name, "microphone_hz": rate_hz})


def _look_at_speech() -> Check:
    from lbm_studio.speech.installation import REMEDY, require
    from lbm_studio.speech.weights import installed_model

    for package in ("whisper", "silero_vad"):
        require(package)
    model = installed_model()
    words = f"Recognised by Whisper {model}." if model else f"No model is installed. {REMEDY}"
    return Check("speech", bool(model), words, {"speech_model": model})


def _look_at_spacemice_and_pedals() -> Check:
    infos = SystemHidBus().devices()
    mice = len(spacemice_among(infos))
    pedals = sum(is_pedal(info) for info in infos)
    words = f"SpaceMice plugged in: {mice}, foot pedals: {pedals}."
    return Check("spacemice and pedals", True, words, {"spacemice": mice, "pedals": pedals})


def _look_at_data_folder() -> Check:
    folder = user_data()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        free_gb = shutil.disk_usage(folder).free / GIGA
    is_fine = free_gb >= FREE_DISK_GB
    words = f"{folder} can be written, {free_gb:.0f} GB are free"
    words += "." if is_fine else f"; {FREE_DISK_GB:g} GB should be, set {DATA_VARIABLE} to move it."
    figures: dict[str, Figure] = {"data_folder": str(folder), "free_disk_gb": round(free_gb, 1)}
    return Check("data folder", is_fine, words, figures)


def _named(name: str, look: Callable[[], Finding]) -> Callable[[], Check]:
    return lambda: Check(name, *look())


def _first_station() -> StationDescription:
    return next(iter(STATIONS.values()))()


CHECKS: Mapping[str, Callable[[], Check]] = {
    "python": _look_at_python,
    "machine": _look_at_machine,
    "torch": _look_at_torch,
    "cameras": _look_at_cameras,
    "attached cameras": _look_at_attached_cameras,
    "arm driver": _named("arm driver", look_at_arm_driver),
    "kernel": _named("kernel", look_at_kernel),
    "stations": _named("stations", look_at_stations),
    "clock": _named("clock", look_at_clock),
    "keyring": _named("keyring", look_at_keyring),
    "window": _look_at_window,
    "display": _look_at_display,
    "gamepads": _look_at_gamepads,
    "spacemice and pedals": _look_at_spacemice_and_pedals,
    "microphone": _look_at_microphone,
    "speech": _look_at_speech,
    "data folder": _look_at_data_folder,
}
"""What is looked at, in this order."""
