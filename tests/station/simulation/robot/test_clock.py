import threading
from pathlib import Path

import pytest

from lbm_studio.core.errors import StationError
from lbm_studio.station.simulation.robot.clock import RobotClock, RobotTime


def test_a_clock_shows_the_time_that_is_told(tmp_path: Path):
    with RobotTime(tmp_path / "time") as time:
        clock = RobotClock(tmp_path / "time")
        begun_ns = clock.now_ns()

        time.tell(5_000_000)

        assert (begun_ns, clock.now_ns()) == (0, 5_000_000)
        clock.close()


def test_who_sleeps_wakes_once_robot_time_has_come(tmp_path: Path):
    with RobotTime(tmp_path / "time") as time:
        clock = RobotClock(tmp_path / "time")
        ticking = threading.Thread(target=lambda: [time.tell(ms * 1_000_000) for ms in range(11)])
        ticking.start()

        clock.sleep_until_ns(10_000_000)

        assert clock.now_ns() == 10_000_000
        ticking.join()
        clock.close()


def test_there_is_no_time_without_a_simulator(tmp_path: Path):
    with pytest.raises(StationError, match="No robot simulator tells its time"):
        RobotClock(tmp_path / "time")
