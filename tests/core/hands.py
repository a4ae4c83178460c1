"""A person's hands on the keys that move an arm, for tests."""

from lbm_studio.core.clock import Clock
from lbm_studio.core.keyboard import KEY_ROWS, KeyboardArm
from lbm_studio.core.teleoperation import TeleopReading

_ALL_KEYS = frozenset(key for row in KEY_ROWS for key in row.keys)


def hold_exactly(keyboard: KeyboardArm, *keys: str) -> None:
    """Press and release until exactly these keys are held."""
    for key in _ALL_KEYS - set(keys):
        keyboard.release(key)
    for key in sorted(keys):
        keyboard.press(key)


class KeysHere:
    """A TeleopSource for keys that are held in this process."""

    def __init__(self, keyboard: KeyboardArm, clock: Clock) -> None:
        self._keyboard = keyboard
        self._clock = clock

    def connect(self) -> None:
        """Nothing to take hold of."""

    def close(self) -> None:
        self._keyboard.release_all()

    def read(self) -> TeleopReading:
        return self._keyboard.reading(self._clock.now_ns())
