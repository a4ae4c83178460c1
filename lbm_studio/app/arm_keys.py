"""The keyboard while it moves an arm."""

from lbm_studio.app.live import StationLink
from lbm_studio.core.action import gripper_index
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.keyboard import KeyboardArm, key_help
from lbm_studio.link.messages import Tick
from lbm_studio.link.teleoperation import inputs_from_reading


class ArmKeys:
    """Follows which keys are held, and tells the station.

    Args:
        live: the station; without one there is no keyboard either.
    """

    def __init__(self, live: StationLink) -> None:
        self._live = live
        self._keyboard: KeyboardArm | None = None

    @property
    def is_ready(self) -> bool:
        """Whether it knows the arms."""
        return self._keyboard is not None

    @property
    def arms(self) -> str:
        """The arms that the keys move, in words; empty while it knows none."""
        return " and ".join(self._keyboard.active_arms) if self._keyboard else ""

    @property
    def help(self) -> tuple[tuple[str, str], ...]:
        """What the keys do, as (keys, meaning); empty without a station."""
        description = self._live.description
        return key_help(len(description.embodiment.arms)) if description else ()

    def renew(self) -> None:
        """Hold no key, and look how far open each gripper is."""
        description, tick = self._live.description, self._live.tick
        if description is not None and tick is not None:
            self._keyboard = keyboard_of(description, tick)

    def forget(self) -> None:
        """The station is gone."""
        self._keyboard = None

    def press(self, key: str) -> bool:
        """A key went down; return whether it moves an arm."""
        return self._keyboard is not None and self._keyboard.press(key)

    def release(self, key: str) -> bool:
        """A key went up; return whether it moves an arm."""
        return self._keyboard is not None and self._keyboard.release(key)

    def release_all(self) -> None:
        """No key is held any more."""
        if self._keyboard is not None:
            self._keyboard.release_all()

    def send(self, now_ns: int) -> None:
        """Tell the station what the held keys ask for."""
        if self._keyboard is not None:
            for message in inputs_from_reading(self._keyboard.reading(now_ns)):
                self._live.tell(message)


def keyboard_of(description: StationDescription, tick: Tick) -> KeyboardArm:
    """Return a keyboard with no key held that knows how far open each gripper is."""
    arms = description.embodiment.arms
    openings = {
        arm.name: tick.state[gripper_index(index, len(arms))] / arm.gripper_max_width_m
        for index, arm in enumerate(arms)
        if len(tick.state) == description.embodiment.action_size
    }
    return KeyboardArm(description.embodiment.arm_names, openings)
