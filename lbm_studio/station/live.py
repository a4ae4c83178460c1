"""What stands beside the control loop of a live station: the scene and the input devices."""

from collections.abc import Callable, Mapping
from contextlib import suppress

import numpy as np

from lbm_studio.core.action import Action, ArmTarget
from lbm_studio.core.clock import Clock
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StationError, UnknownNameError
from lbm_studio.core.shift import Shift
from lbm_studio.core.teleoperation import Device, DeviceStatus
from lbm_studio.link.inputs import ArrangeDevices, PhonePose, TeleopInput
from lbm_studio.station.control.motions import Demonstrator, Motion
from lbm_studio.station.kinematics import ArmKinematics
from lbm_studio.station.simulation.catalogue import SKILLS, find_skill
from lbm_studio.station.simulation.demonstrator import ScriptedDemonstrator
from lbm_studio.station.simulation.station import SimulatedStation
from lbm_studio.station.teleop.controller import load_sdl
from lbm_studio.station.teleop.gamepad import GamepadTeleop
from lbm_studio.station.teleop.hid import HidBus, load_hidapi
from lbm_studio.station.teleop.keyboard import WindowTeleop
from lbm_studio.station.teleop.motion import TeleoperationMotion
from lbm_studio.station.teleop.phone import PhoneTeleop
from lbm_studio.station.teleop.source import TeleopSource
from lbm_studio.station.teleop.spacemouse import SpaceMouseTeleop

DEVICES = tuple(device.value for device in Device)
"""Names of the input devices."""


def rest_action(description: StationDescription) -> Action:
    """Return where the arms rest: the poses of their home joint angles, grippers open."""
    return Action(
        {
            arm.name: ArmTarget(
                ArmKinematics(arm).forward(np.asarray(arm.home_joints_rad)),
                arm.gripper_max_width_m,
            )
            for arm in description.embodiment.arms
        }
    )


class SimulatedScene:
    """The objects of a simulated station, by the names of skills.

    Args:
        station: where they are laid out.
    """

    def __init__(self, station: SimulatedStation) -> None:
        self._station = station

    @property
    def skills(self) -> tuple[str, ...]:
        """Names of the skills that this station has the arms for."""
        arms = set(self._station.description.embodiment.arm_names)
        return tuple(skill.name for skill in SKILLS if arms.issuperset(skill.required_arms))

    @property
    def skill(self) -> str:
        """The skill that is laid out; empty before the first."""
        return self._station.task.skill.name if self._station.task else ""

    @property
    def seed(self) -> int:
        """Its seed; -1 before the first."""
        return self._station.task.seed if self._station.task else -1

    @property
    def shifts(self) -> tuple[Shift, ...]:
        """What the scene is shifted in."""
        return self._station.shifts

    def load(self, skill: str, seed: int, shifts: tuple[Shift, ...] = ()) -> str:
        """Lay out a skill, bring the arms home and return the goal."""
        return self._station.load(find_skill(skill), seed, shifts).goal

    def is_success(self) -> bool | None:
        """Whether the goal of the layout is reached; None before the first."""
        return self._station.task.is_success() if self._station.task else None

    def is_reached(self, goal: str) -> bool:
        """Whether ``goal`` is a way to ask for what is laid out, and that is reached."""
        task = self._station.task
        return task is not None and goal in task.goals and task.is_success()

    def demonstrator(self, *, disturbance: bool) -> Demonstrator:
        """Return somebody who knows how to do it.

        Raises:
            StationError: nothing is laid out.
        """
        task = self._station.task
        if task is None:
            raise StationError("There is nothing to demonstrate yet. Lay out a scene first.")
        return ScriptedDemonstrator(self._station, task, task.seed, disturbance)

    def advance(self, seconds: float) -> None:
        """Let time pass in the scene [s]."""
        self._station.advance(seconds)

    def snapshot(self) -> tuple[bytes, bytes]:
        """Return positions and fixtures, as the renderer wants them."""
        return self._station.snapshot()


class Devices:
    """The input devices with which a person may move the arms; at most one is taken hold of.

    All methods belong to the thread of the control loop, but those that say otherwise.

    Args:
        station: arms, limits and grippers.
        clock: tells how old a reading is.
        commanded: returns what was sent to the arms last.
        bus: where SpaceMice are plugged in; this machine by default.
    """

    def __init__(
        self,
        station: StationDescription,
        clock: Clock,
        commanded: Callable[[], Action | None],
        bus: HidBus | None = None,
    ) -> None:
        self._station = station
        self._clock = clock
        self._commanded = commanded
        embodiment = station.embodiment
        self._window = WindowTeleop(embodiment.arm_names, clock, station.safety.dead_man_s)
        self._phone = PhoneTeleop(
            embodiment.arm_names, clock, station.safety, embodiment.chunk.period_s
        )
        self._bus = bus
        self._arrangement = ArrangeDevices()
        self._source: TeleopSource | None = None
        self._motion: TeleoperationMotion | None = None
        for load in (load_sdl, load_hidapi):
            with suppress(StationError):  # told when such a device is asked for
                load()  # now: importing takes longer than a control period has to spare

    def accept(self, message: TeleopInput) -> None:
        """Note a reading of the window's device. Any thread may call this."""
        self._window.accept(message)

    def accept_phone(self, message: PhonePose) -> None:
        """Note where a phone is. Any thread may call this."""
        self._phone.accept(message)

    def arrange(self, message: ArrangeDevices) -> None:
        """Note how devices are to be used from the next motion on. Any thread may call this."""
        self._arrangement = message

    def status(self) -> tuple[DeviceStatus, ...]:
        """Return how the device is that is held, if there is more to say than that it is there."""
        return self._motion.devices if self._motion else ()

    def motion(self, name: str) -> Motion:
        """Take hold of a device and return the motion it makes; if that fails, keep the last one.

        Raises:
            UnknownNameError: there is no such kind of device.
            StationError: it is not connected.
        """
        source = self._make(name)
        source.connect()
        if source is not self._source:
            self.release()
        self._source = source
        self._motion = TeleoperationMotion(source, self._station)
        return self._motion

    def release(self) -> None:
        """Let go of the device, if one is held."""
        if self._source is not None:
            self._source.close()
            self._source = self._motion = None

    def _make(self, name: str) -> TeleopSource:
        arms = self._station.embodiment.arm_names
        match name:
            case Device.KEYBOARD:
                return self._window
            case Device.PHONE:
                return self._phone
            case Device.GAMEPAD:
                return GamepadTeleop(arms, self._clock, self._openings())
            case Device.SPACEMOUSE:
                return SpaceMouseTeleop(
                    arms,
                    self._clock,
                    remembered=self._arrangement.spacemice,
                    hold_button=self._arrangement.hold_button,
                    openings=self._openings(),
                    bus=self._bus,
                    stale_s=self._station.safety.dead_man_s,
                )
        raise UnknownNameError("input device", name, DEVICES)

    def _openings(self) -> Mapping[str, float]:
        """Return how far open each gripper was told to be, 0 to 1."""
        commanded = self._commanded()
        if commanded is None:
            return {}
        return {
            arm.name: commanded.arms[arm.name].gripper_width_m / arm.gripper_max_width_m
            for arm in self._station.embodiment.arms
        }
