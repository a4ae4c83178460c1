"""How the arms and their grippers are, in words."""

from collections.abc import Iterator, Mapping

from lbm_studio.app.live import StationLink
from lbm_studio.app.notices import Level
from lbm_studio.app.views.station import HealthRow
from lbm_studio.core.arm_health import ArmCondition, ArmHealth, HardwareStop
from lbm_studio.core.clock import seconds_between
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.link.messages import Mode, Tick

SILENT_S = 1.0
FEW_COMMANDS = 0.95
"""Share of the commands in time below which it is worth a warning."""

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

HARDWARE_STOP_WORDS = {
    HardwareStop.UNKNOWN: "unknown",
    HardwareStop.RELEASED: "not pressed",
    HardwareStop.PRESSED: "pressed",
}

_CONDITION_WORDS: Mapping[ArmCondition, str] = {
    ArmCondition.REFLEX: "In reflex: it stopped by itself. Move what it hit away, then recover.",
    ArmCondition.RECOVERING: "Recovering; it keeps still.",
    ArmCondition.USER_STOPPED: "Its hardware stop is pressed. Release it, then recover.",
    ArmCondition.GUIDING: "Led by hand with the buttons at its wrist. Let go, then recover.",
    ArmCondition.AWAY: "It does not answer.",
}
"""What is said of a condition of which the arm itself says nothing."""

_NOTHING_TO_RECOVER = frozenset({ArmCondition.READY, ArmCondition.RECOVERING})


def is_silent(tick: Tick | None, now_ns: int) -> bool:
    """Whether the station has said nothing for too long."""
    return tick is None or seconds_between(tick.captured_ns, now_ns) > SILENT_S


def arm_rows(
    live: StationLink, description: StationDescription, now_ns: int
) -> Iterator[HealthRow]:
    """Yield a row for every arm, and one for every gripper that has a trouble."""
    tick = live.tick
    told = {arm.name: arm for arm in live.health.arms} if live.health else {}
    openings_mm = _openings_mm(tick, description)
    for name in description.embodiment.arm_names:
        subject = f"{name.capitalize()} arm"
        health = told.get(name, ArmHealth(name))
        if tick is None or is_silent(tick, now_ns):
            sentence = "The station says nothing about it. Restart the station."
            yield HealthRow(subject, Level.BAD, sentence)
            continue
        yield _arm_row(subject, tick, health, openings_mm.get(name))
        if health.gripper_trouble:
            yield HealthRow(f"{name.capitalize()} gripper", Level.BAD, health.gripper_trouble)


def _arm_row(subject: str, tick: Tick, health: ArmHealth, opening_mm: float | None) -> HealthRow:
    if health.trouble or health.condition is not ArmCondition.READY:
        sentence = health.trouble or _CONDITION_WORDS[health.condition]
        is_recovering = health.condition is ArmCondition.RECOVERING
        return HealthRow(
            subject,
            Level.WARN if is_recovering else Level.BAD,
            sentence,
            can_recover=health.condition not in _NOTHING_TO_RECOVER,
        )
    if tick.stop_reason:
        return HealthRow(subject, Level.WARN, f"{tick.stop_reason} Hold Reset to go on.")
    if tick.clamped:
        limits = ", ".join(name.replace("_", " ") for name in tick.clamped)
        return HealthRow(subject, Level.WARN, f"At a limit ({limits}), {MODE_WORDS[tick.mode]}.")
    if health.success_rate is not None and health.success_rate < FEW_COMMANDS:
        late = 100 * (1.0 - health.success_rate)
        return HealthRow(subject, Level.WARN, f"{late:.0f} % of its commands come too late.")
    return HealthRow(subject, Level.GOOD, _fine(tick, health, opening_mm))


def _fine(tick: Tick, health: ArmHealth, opening_mm: float | None) -> str:
    words = [f"Ready, {MODE_WORDS[tick.mode]}"]
    latency_ms = tick.latency_ns / 1e6 if health.latency_ms is None else health.latency_ms
    words.append(f"{latency_ms:.0f} ms")
    if health.gripper:
        words.append(f"gripper {health.gripper}")
    elif opening_mm is not None:
        words.append(f"gripper {opening_mm:.0f} mm")
    return ", ".join(words) + "."


def _openings_mm(tick: Tick | None, description: StationDescription) -> Mapping[str, float]:
    """Return how far open each gripper is: the last entries of the state vector [mm]."""
    names = description.embodiment.arm_names
    if tick is None or len(tick.state) < len(names):
        return {}
    return {
        name: 1000 * width for name, width in zip(names, tick.state[-len(names) :], strict=True)
    }
