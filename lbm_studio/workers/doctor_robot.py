"""What the doctor looks at for real arms. Nothing is taken hold of, and nothing moves."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lbm_studio.core.calibration_age import calibration_in_words
from lbm_studio.core.errors import StationError, StudioError
from lbm_studio.core.station_file import Driver, StationFile, find_station_file, station_names
from lbm_studio.station.arms.controller import is_reachable
from lbm_studio.station.arms.inspection import (
    driver_versions,
    has_realtime_kernel,
    keyring_title,
)

Figure = float | int | str | bool
Finding = tuple[bool, str, dict[str, Figure]]
"""Whether it is fine, a sentence, and figures."""

_UNSYNCHRONISED = 5  # TIME_ERROR of ntp_gettime
_MICROSECONDS_PER_MS = 1000.0


@dataclass(frozen=True)
class StationFinding:
    """How one station on file is.

    Attributes:
        name: of its file.
        is_fine: whether nothing needs to be done.
        words: what there is to say, sentences.
    """

    name: str
    is_fine: bool
    words: str


def look_at_arm_driver() -> Finding:
    """Return what drives real arms; without a station of real arms nothing has to."""
    try:
        versions = driver_versions()
    except StationError as error:
        return not _real_stations(), str(error), {"franky": ""}
    figures: dict[str, Figure] = {
        "franky": versions.franky,
        "libfranka": versions.libfranka,
        "robot_server": versions.protocol or 0,
    }
    return True, versions.in_words(), figures


def look_at_kernel() -> Finding:
    """Return whether the kernel is good enough for the stations on file."""
    figures: dict[str, Figure] = {"realtime_kernel": has_realtime_kernel()}
    if has_realtime_kernel():
        return True, "A real-time kernel.", figures
    strict = [file.name for file in _real_stations() if file.realtime]
    words = "Not a real-time kernel. Simulated arms do without one"
    if strict:
        listed = ", ".join(strict)
        words += f"; {listed} insists on one: install PREEMPT_RT, or edit the station"
    return not strict, f"{words}.", figures


def look_at_stations() -> Finding:
    """Return how the stations on file are: readable, their arms answering, calibrated."""
    findings = tuple(station_findings())
    figures: dict[str, Figure] = {"stations": len(findings)}
    if not findings:
        return True, "None on file; the simulated ones are built in.", figures
    words = " ".join(f"{finding.name}: {finding.words}" for finding in findings)
    return all(finding.is_fine for finding in findings), words, figures


def station_findings() -> Iterator[StationFinding]:
    """Yield how each station on file is."""
    for name in station_names():
        try:
            file = find_station_file(name)
        except StudioError as error:
            yield StationFinding(name, False, str(error))
            continue
        if file is not None:
            yield _station_finding(file)


def look_at_clock() -> Finding:
    """Return whether the time of day is synchronised; only dates depend on it."""
    error_ms = _clock_error_ms()
    figures: dict[str, Figure] = {"clock_synchronised": error_ms is not None}
    if error_ms is None:
        words = "Not synchronised: the dates of recordings and calibrations may be off."
        return True, words, figures
    return (
        True,
        f"Synchronised, off by {error_ms:.0f} ms at most.",
        {
            **figures,
            "clock_error_ms": round(error_ms, 1),
        },
    )


def look_at_keyring() -> Finding:
    """Return where the passwords of the arms are kept; without them Desk is opened by hand."""
    title = keyring_title()
    words = f"Passwords are kept in {title}." if title else "None: unlock real arms in Desk itself."
    return True, words, {"keyring": title}


def _station_finding(file: StationFile) -> StationFinding:
    if file.driver is Driver.SIMULATED:
        return StationFinding(file.name, True, "simulated.")
    sentences: list[str] = []
    is_fine = True
    for arm in file.arms:
        if not arm.address:
            is_fine = False
            sentences.append(f"The {arm.name} arm has no address yet.")
        elif is_reachable(arm.address):
            sentences.append(f"The {arm.name} arm answers at {arm.address}.")
        else:
            is_fine = False
            sentences.append(
                f"The {arm.name} arm does not answer at {arm.address}: check cable and FCI."
            )
    is_calibrated, words = calibration_in_words(file, date.today())
    return StationFinding(file.name, is_fine and is_calibrated, " ".join([*sentences, words]))


def _real_stations() -> list[StationFile]:
    """Return the readable stations of real arms; the others are told of as stations."""
    files: list[StationFile] = []
    for name in station_names():
        try:
            file = find_station_file(name)
        except StudioError:
            continue  # told where stations are looked at
        if file is not None and file.driver is not Driver.SIMULATED:
            files.append(file)
    return files


class _NtpTime(ctypes.Structure):
    """struct ntptimeval of the C library."""

    _fields_ = [
        ("seconds", ctypes.c_long),
        ("microseconds", ctypes.c_long),
        ("max_error_us", ctypes.c_long),
        ("estimated_error_us", ctypes.c_long),
        ("tai", ctypes.c_long),
        ("reserved", ctypes.c_long * 4),
    ]


def _clock_error_ms() -> float | None:
    """Return the largest error of the time of day [ms]; None when nobody keeps it in order."""
    time = _NtpTime()
    state = ctypes.CDLL(None).ntp_gettime(ctypes.byref(time))
    is_synchronised = 0 <= state < _UNSYNCHRONISED
    return time.max_error_us / _MICROSECONDS_PER_MS if is_synchronised else None
