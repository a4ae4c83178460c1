"""How the station is, in sentences."""

from collections.abc import Sequence

from lbm_studio.app.cameras import camera_title, stale_reason
from lbm_studio.app.live import StationLink
from lbm_studio.app.notices import Level
from lbm_studio.app.processes import Processes
from lbm_studio.app.supervisor import ProcessName
from lbm_studio.app.views.station import HealthRow
from lbm_studio.core.clock import seconds_between
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.link.messages import Mode, Tick

LATE_FRACTION = 0.3
"""Of the loop's period: from then on lateness is worth a warning."""

SILENT_S = 1.0

STATION_SILENT = "The station does not answer. Restart it on Station."

MODE_WORDS = {
    Mode.IDLE: "holding still",
    Mode.TELEOPERATION: "moved by hand",
    Mode.DEMONSTRATION: "moved by the colleague",
    Mode.POLICY: "moved by the skill",
    Mode.HOMING: "going home",
    Mode.PAUSED: "paused",
    Mode.STOPPED: "stopped",
}


def health_rows(live: StationLink, processes: Processes, now_ns: int) -> tuple[HealthRow, ...]:
    """Return the health list of a connected station."""
    description, tick = live.description, live.tick
    if description is None:
        return (_station_process_row(processes),)
    return (
        *_arm_rows(description, tick, now_ns),
        _camera_row(live, description, processes, now_ns),
        _loop_row(live, description, processes, now_ns),
        _stop_row(tick, processes),
        _helper_row("Recorder", ProcessName.WRITER, processes, "Recording works."),
    )


def p99(values: Sequence[float]) -> float:
    """Return the value that 99 of 100 do not exceed; 0 without values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))] if ordered else 0.0


def is_silent(tick: Tick | None, now_ns: int) -> bool:
    """Whether the station has said nothing for too long."""
    return tick is None or seconds_between(tick.captured_ns, now_ns) > SILENT_S


def _arm_rows(
    description: StationDescription, tick: Tick | None, now_ns: int
) -> tuple[HealthRow, ...]:
    if tick is None or is_silent(tick, now_ns):
        level, sentence = Level.BAD, "The station says nothing about it. Restart the station."
    elif tick.stop_reason:
        level, sentence = Level.WARN, f"{tick.stop_reason} Hold Reset to go on."
    elif tick.clamped:
        limits = ", ".join(name.replace("_", " ") for name in tick.clamped)
        level, sentence = Level.WARN, f"At a limit ({limits}), {MODE_WORDS[tick.mode]}."
    else:
        level, sentence = Level.GOOD, f"Ready, {MODE_WORDS[tick.mode]}."
    return tuple(
        HealthRow(f"{arm.capitalize()} arm", level, sentence)
        for arm in description.embodiment.arm_names
    )


def _camera_row(
    live: StationLink, description: StationDescription, processes: Processes, now_ns: int
) -> HealthRow:
    period_s = description.embodiment.chunk.period_s
    names = description.embodiment.camera_names
    stale = [name for name in names if stale_reason(live.frames.get(name), now_ns, period_s)]
    restart = _restart_if_gone(ProcessName.RENDERER, processes)
    if restart:
        return HealthRow("Cameras", Level.BAD, "The camera process has ended.", restart)
    if stale:
        listed = ", ".join(camera_title(name) for name in stale)
        return HealthRow("Cameras", Level.WARN, f"No fresh pictures from {listed}.")
    rate_hz = min((frame.rate_hz for frame in live.frames.values()), default=0.0)
    sentence = f"All {len(names)} are live at {rate_hz:.0f} pictures a second."
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
    return HealthRow("Stop", Level.GOOD, "Ready. The self-test shows that it latches.")


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
    status = processes.status(name)
    is_gone = not status.is_running and status.exit_code is not None
    return name.value if is_gone else ""
