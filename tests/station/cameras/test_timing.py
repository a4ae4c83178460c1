import numpy as np

from lbm_studio.core.clock import NANOSECONDS_PER_SECOND
from lbm_studio.station.cameras.source import RawPicture
from lbm_studio.station.cameras.timing import REMEMBERED, DeviceClock

MS = 1_000_000


def arrived(at_ms: int, device_ms: int | None) -> RawPicture:
    device_ns = None if device_ms is None else device_ms * MS
    return RawPicture(np.zeros((1, 1, 3), np.uint8), at_ms * MS, device_ns)


def test_a_picture_that_came_late_was_not_taken_late() -> None:
    clock = DeviceClock()

    taken = [
        clock.taken_ns(arrived(1000 + n * 33 + late, n * 33)) for n, late in enumerate([2, 40])
    ]

    assert taken == [1002 * MS, 1035 * MS]


def test_without_a_device_clock_the_arrival_counts() -> None:
    assert DeviceClock().taken_ns(arrived(70, None)) == 70 * MS


def test_a_device_that_was_started_anew_is_believed_again() -> None:
    clock = DeviceClock()
    clock.taken_ns(arrived(1000, 900_000))

    assert clock.taken_ns(arrived(6000, 5)) == 6000 * MS


def test_clocks_may_drift_apart() -> None:
    clock = DeviceClock()
    slow, error_ns = 1 + 1e-4, 0

    for n in range(4 * REMEMBERED):
        at_ns = n * NANOSECONDS_PER_SECOND // 30
        picture = RawPicture(np.zeros((1, 1, 3), np.uint8), at_ns, round(at_ns / slow))
        error_ns = abs(clock.taken_ns(picture) - at_ns)

    assert error_ns < 2 * MS
