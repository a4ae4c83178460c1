"""How the station is, in sentences."""

from collections.abc import Sequence
from datetime import date

from lbm_studio.app.arm_words import HARDWARE_STOP_WORDS, arm_rows, is_silent
from lbm_studio.app.cameras import camera_title, stale_reason
from lbm_studio.app.live import StationLink
from lbm_studio.app.notices import Level
from lbm_studio.app.processes import Processes
from lbm_studio.app.stations import Stations
from lbm_studio.app.supervisor import ProcessName
from lbm_studio.app.views.station import HealthRow
from lbm_studio.core.calibration_age import calibration_in_words
from lbm_studio.core.clock import seconds_between
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.station_file import Driver
from lbm_studio.link.messages import Tick
from lbm_studio.link.remote.keys import ELSEWHERE

LATE_FRACTION = 0.3
"""Of the loop's period: from then on lateness is worth a warning."""


def health_rows(live: StationLink, processes: Processes, now_ns: int) -> tuple[HealthRow, ...]:
    """Return the health list of a connected station."""
    description, tick = live.description, live.tick
    if description is None:
        return (_station_process_row(processes),)
    return (
        *arm_rows(live, description, now_ns),
        _camera_row(live, description, processes, now_ns),
        _loop_row(live, description, processes, now_ns),
        _stop_row(tick, processes),
        _helper_row("Recorder", ProcessName.WRITER, processes, "Recording works."),
    )


def site_rows(stations: Stations, chosen: str, today: date) -> tuple[HealthRow, ...]:
    """Return what is known of a station's place: whose clock it goes by, and its calibration."""
    if chosen.startswith(ELSEWHERE):
        words = "Another machine's; times are translated."
        return (HealthRow("Clock", Level.GOOD, words),)
    clock = HealthRow("Clock", Level.GOOD, "One clock for all.")
    file = stations.read(chosen)
    if file.driver is Driver.SIMULATED:
        return (clock,)
    is_fine, words = calibration_in_words(file, today)
    return (clock, HealthRow("Calibration", Level.GOOD if is_fine else Level.WARN, words))


def hardware_stop_words(live: StationLink) -> str:
    """Return the state of the hardware stop; empty without a station."""
    return HARDWARE_STOP_WORDS[live.health.hardware_stop] if live.health else ""


def p99(values: Sequence[float]) -> float:
    """Return the value that 99 of 100 do not exceed; 0 without values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))] if ordered else 0.0


def _camera_row(
    live: StationLink, description: StationDescription, processes: Processes, now_ns: int
) -> HealthRow:
    period_s = description.embodiment.chunk.period_s
    names = description.embodiment.camera_names
    stale = [name for name in names if stale_reason(live.frames.get(name), now_ns, period_s)]
    restart = _restart_if_gone(processes.camera_process, processes)
    if restart:
        return HealthRow("Cameras", Level.BAD, "The camera process has ended.", restart)
    if stale:
        listed = ", ".join(camera_title(name) for name in stale)
        return HealthRow("Cameras", Level.WARN, f"No fresh pictures from {listed}.")
    frames = live.frames.values()
    rate_hz = min((frame.rate_hz for frame in frames), default=0.0)
    age_s = max((seconds_between(frame.captured_ns, now_ns) for frame in frames), default=0.0)
    sentence = (
        f"All {len(names)} live, {rate_hz:.0f} a second, {max(0.0, age_s):.2f} s old at most."
    )
    return HealthRow("Cameras", Level.GOOD, sentence)


def _loop_row(
    live: StationLink, description: StationDescription, processes: Processes, now_ns: int
) -> HealthRow:
    restart = _restart_if_gone(ProcessName.STATION, processes)
    if restart:
        return HealthRow("Loop", Level.BAD, "The station process has ended.", restart)
    if is_silent(live.tick, now_ns):
        sentence = "The control loop does not answer."
        return HealthRow("Loop", Level.BAD, sentence, ProcessName.STATION.value)
    late_ms = p99(live.late_ms)
    wanted_hz = description.embodiment.chunk.rate_hz
    words = (
        f"{live.rate_hz:.0f} of {wanted_hz:.0f} Hz, 99 of 100 ticks at most {late_ms:.0f} ms late."
    )
    is_late = late_ms > 1000 * LATE_FRACTION * description.embodiment.chunk.period_s
    if is_late:
        return HealthRow("Loop", Level.WARN, f"{words} The machine is busy.")
    return HealthRow("Loop", Level.GOOD, words)


def _stop_row(tick: Tick | None, processes: Processes) -> HealthRow:
    restart = _restart_if_gone(ProcessName.STOP, processes)
    if tick is not None and tick.stop_reason:
        return HealthRow("Stop", Level.WARN, f"Latched: {tick.stop_reason}", restart)
    if restart:
        sentence = "The STOP window is gone; the button in this window still works."
        return HealthRow("Stop", Level.WARN, sentence, restart)
    return HealthRow("Stop", Level.GOOD, "Ready; its process watches too.")


def _helper_row(subject: str, name: ProcessName, processes: Processes, fine: str) -> HealthRow:
    status = processes.status(name)
    if status.is_running:
        return HealthRow(subject, Level.GOOD, fine)
    words = f" It said: {status.last_words}" if status.last_words else ""
    return HealthRow(subject, Level.BAD, f"Its process has ended.{words}", name.value)


def _station_process_row(processes: Processes) -> HealthRow:
    restart = _restart_if_gone(ProcessName.STATION, processes)
    if restart:
        return HealthRow("Station", Level.BAD, "The station process has ended.", restart)
    return HealthRow("Station", Level.WARN, "Waiting for the station to answer.")


def _restart_if_gone(name: ProcessName, processes: Processes) -> str:
    return name.value if processes.status(name).has_ended else ""
