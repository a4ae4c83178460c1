"""Teleoperation as a motion of the control loop."""

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.teleoperation import DeviceStatus
from lbm_studio.link.messages import Mode
from lbm_studio.station.control.motions import Situation, Step
from lbm_studio.station.teleop.mapping import next_action
from lbm_studio.station.teleop.source import TeleopSource


class TeleoperationMotion:
    """Lets a person move the arms. The source is connected before, and closed after, by its owner.

    Args:
        source: the device.
        station: limits and grippers.

    Attributes:
        devices: how the devices were at the last step.
    """

    mode = Mode.TELEOPERATION
    devices: tuple[DeviceStatus, ...] = ()

    def __init__(self, source: TeleopSource, station: StationDescription) -> None:
        self._source = source
        self._station = station

    def next_step(self, situation: Situation) -> Step:
        reading = self._source.read()
        self.devices = reading.devices
        if reading.stop:
            return Step(stop_reason="The stop button of the input device was pressed.")
        return Step(next_action(reading, situation.previous, self._station, situation.period_s))

    def forget(self) -> None:
        """Nothing was planned: a device only knows the present."""
