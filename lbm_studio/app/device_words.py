"""How input devices are, in words."""

from collections.abc import Iterable, Mapping, Sequence

from lbm_studio.app.notices import Level
from lbm_studio.app.views.devices import DeviceRow
from lbm_studio.core.clock import seconds_between
from lbm_studio.core.device_help import DEVICE_HELP
from lbm_studio.core.teleoperation import Device, DeviceStatus

PEDAL = "pedal"
"""What a foot pedal is called among the devices."""

_OFFERED = (
    (Device.GAMEPAD.value, "Gamepad", "Not plugged in."),
    (Device.SPACEMOUSE.value, "SpaceMouse", "Not plugged in."),
    (Device.PHONE.value, "Phone", "Not connected. Let a phone in to use it."),
    (PEDAL, "Foot pedal", "Not plugged in; the keys R, Enter and Backspace do the same."),
)
"""What is told of even while it is not there: kind, name, what to do."""

_HELP: Mapping[str, tuple[tuple[str, str], ...]] = {
    device.value: lines for device, lines in DEVICE_HELP.items()
}


def device_rows(
    plugged_in: Sequence[DeviceStatus],
    in_use: Sequence[DeviceStatus],
    arms: Mapping[str, str],
    now_ns: int,
) -> tuple[DeviceRow, ...]:
    """Return a row for every device, and one for every kind that is not there.

    Args:
        plugged_in: what is there.
        in_use: how those are that move arms at this moment; they know more than ``plugged_in``.
        arms: which arm each SpaceMouse moves, by its place.
        now_ns: the time [ns].
    """
    used = {(status.device, status.place) for status in in_use}
    others = [status for status in plugged_in if (status.device, status.place) not in used]
    rows = [DeviceRow(Device.KEYBOARD.value, "Keys", sentence="Always there.")]
    for kind, title, missing in _OFFERED:
        found = [status for status in (*in_use, *others) if status.device == kind]
        rows += [_row(status, arms, now_ns) for status in found]
        if not found:
            rows.append(
                DeviceRow(
                    kind,
                    title,
                    connected=False,
                    level=Level.QUIET,
                    sentence=missing,
                    help=_HELP.get(kind, ()),
                )
            )
    return tuple(rows)


def troubles(rows: Iterable[DeviceRow]) -> frozenset[str]:
    """Return what is the matter with devices, a sentence each."""
    return frozenset(row.sentence for row in rows if row.level in (Level.WARN, Level.BAD))


def _row(status: DeviceStatus, arms: Mapping[str, str], now_ns: int) -> DeviceRow:
    arm = status.arm or arms.get(status.place, "")
    heard_ns = status.heard_ns
    return DeviceRow(
        device=status.device,
        title=status.title[:1].upper() + status.title[1:],
        place=status.place,
        arm=arm,
        connected=status.connected,
        age_s=None if heard_ns is None else round(max(0.0, seconds_between(heard_ns, now_ns)), 1),
        level=_level(status),
        sentence=status.trouble or _fine(status, arm),
        help=_HELP.get(status.device, ()),
    )


def _level(status: DeviceStatus) -> Level:
    if not status.trouble:
        return Level.GOOD if status.connected else Level.QUIET
    return Level.WARN if status.connected else Level.BAD


def _fine(status: DeviceStatus, arm: str) -> str:
    if not status.connected:
        return "Not connected."
    if status.device == Device.SPACEMOUSE and not arm:
        return "Plugged in; every arm has a SpaceMouse already."
    return f"Moves the {arm} arm{'s' if ' and ' in arm else ''}." if arm else "Ready."
