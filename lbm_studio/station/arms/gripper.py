"""One Franka Hand: widths in, movements and grasps out, in a thread that nobody waits for.

A hand cannot be streamed to: one movement ends before the next begins, and only a stop breaks one
off. So the newest target waits until the last movement is over, most of a second at worst. Closing
means grasping: whatever stands in the way is squeezed.
"""

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from lbm_studio.core.errors import StationError
from lbm_studio.station.arms.device import DeviceThread
from lbm_studio.station.arms.faults import (
    Fault,
    explain_busy,
    explain_error,
    explain_failure,
    is_connection_lost,
)
from lbm_studio.station.arms.settings import GripperSettings

if TYPE_CHECKING:
    import franky

_PERIOD_S = 0.02
_ANY_OBJECT_M = 1.0
_END_WITHIN_S = 10.0
_BLOCKED_M = 0.004
_THIN_M = 0.001

_LOG = logging.getLogger(__name__)


class Movement:
    """One movement of a hand, waited for in a thread of its own.

    The thread holds on to the hand: the library would crash if that were let go of meanwhile. One
    whose connection is cut in mid movement is waited for until the process ends.

    Args:
        title: of the hand.
        act: returns when it is over.
    """

    def __init__(self, title: str, act: Callable[[], bool]) -> None:
        self.error: Exception | None = None
        """What ended it, if it did not end well."""
        self._act = act
        self._thread = threading.Thread(target=self._run, name=f"move {title}", daemon=True)
        self._thread.start()

    def is_over(self, within_s: float = 0.0) -> bool:
        """Wait a while, and return whether it has ended."""
        self._thread.join(within_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._act()
        except Exception as error:  # noqa: BLE001 - looked at by the thread of the hand
            self.error = error.with_traceback(None)  # which would keep hold of the hand


class FrankaGripper:
    """The hand of one arm.

    Args:
        title: how people call it, e.g. ``"the hand of the right arm"``.
        address: of its arm.
        settings: how it moves.
        max_width_m: distance between the fingers when fully open, as described [m].
        report: called once when it has failed.
    """

    def __init__(
        self,
        title: str,
        address: str,
        settings: GripperSettings,
        *,
        max_width_m: float,
        report: Callable[[], None],
    ) -> None:
        self._title, self._address, self._settings = title, address, settings
        self._max_width_m = max_width_m
        self._report = report
        self._width_m = 0.0
        self._target_m: float | None = None
        self._told_m: float | None = None
        self._running: Movement | None = None
        self._is_squeezing = False
        self._must_halt = False
        self._is_holding = False
        self._fault: Fault | None = None
        self._thread = DeviceThread(
            title, opening=self._open, using=self._use, closing=self._close, period_s=_PERIOD_S
        )

    @property
    def width_m(self) -> float:
        """The distance between the fingers, as measured last [m]."""
        return self._width_m

    @property
    def fault(self) -> Fault | None:
        """Why it no longer obeys; None while it does."""
        return self._fault

    @property
    def in_words(self) -> str:
        """How it is, e.g. ``"holds something, 42 mm"``."""
        width = f"{1e3 * self._width_m:.0f} mm"
        if not self._is_holding:
            return f"empty, {width}"
        return f"holds something, {width}" if self._width_m > _THIN_M else "closed on nothing"

    def connect(self, within_s: float) -> None:
        """Take hold of the hand; it keeps still.

        Raises:
            StationError: it does not answer, or was never homed.
        """
        try:
            if not self._thread.open(within_s):
                raise StationError(explain_busy(self._title, self._address).sentence)
        except StationError:
            raise
        except Exception as error:
            fault = explain_failure(self._title, self._address, error)
            raise StationError(fault.sentence) from error

    def head_for(self, width_m: float) -> None:
        """Open or close to a width as soon as possible [m]. Returns at once."""
        self._target_m = width_m

    def drop(self) -> None:
        """Forget the target. A movement is broken off; a grasp is kept. Returns at once."""
        self._target_m = None
        self._must_halt = True

    def recover(self) -> None:
        """Try again from the next target on, where the connection still stands."""
        self.drop()
        if self._thread.is_alive:
            self._fault = None

    def close(self) -> None:
        """Let go of the hand, which keeps its grip. May be called twice."""
        if not self._thread.end(3 * _END_WITHIN_S):
            _LOG.info("%s does not let go of its connection.", self._title)

    # --- the thread of the hand -------------------------------------------------------------------

    def _open(self) -> "franky.Gripper":
        import franky

        gripper = franky.Gripper(self._address)
        state = gripper.state
        if state.max_width < self._max_width_m - self._settings.width_tolerance_m:
            raise StationError(
                f"{self._title.capitalize()} says it opens {1e3 * state.max_width:.0f} mm only. "
                "Home it in Desk, then connect again."
            )
        self._width_m = state.width
        return gripper

    def _use(self, gripper: "franky.Gripper") -> bool:
        try:
            state = gripper.state
            self._width_m, self._is_holding = state.width, state.is_grasped
            self._step(gripper)
        except Exception as error:  # noqa: BLE001 - franky's exceptions share no base of their own
            if self._fault is None:
                self._fault = explain_error(self._title, self._address, error)
                self._report()
            return not is_connection_lost(error)
        return True

    def _step(self, gripper: "franky.Gripper") -> None:
        if self._must_halt:
            self._must_halt = False
            self._halt(gripper)
        target_m = self._wanted()
        if self._running is None:
            if target_m is not None and self._is_news(target_m):
                self._begin(gripper, target_m)
        elif self._running.is_over():
            self._finish(gripper, self._running)

    def _halt(self, gripper: "franky.Gripper") -> None:
        """Break off a movement, but keep a grasp."""
        self._told_m = None
        if self._running is None or self._is_squeezing:
            return
        gripper.stop()
        if not self._running.is_over(_END_WITHIN_S):
            raise TimeoutError("it does not say that it stopped")

    def _wanted(self) -> float | None:
        if self._target_m is None:
            return None
        return 0.0 if self._target_m < self._settings.closed_below_m else self._target_m

    def _is_news(self, target_m: float) -> bool:
        if self._is_squeezing and target_m <= self._width_m + self._settings.dead_band_m:
            return False  # the object in the way is squeezed already
        last_m = self._width_m if self._told_m is None else self._told_m
        return abs(target_m - last_m) > self._settings.dead_band_m

    def _begin(self, gripper: "franky.Gripper", target_m: float) -> None:
        speed_m_s, force_n = self._settings.speed_m_s, self._settings.force_n
        self._told_m, self._is_squeezing = target_m, target_m == 0.0
        if self._is_squeezing:
            act = partial(gripper.grasp, 0.0, speed_m_s, force_n, epsilon_outer=_ANY_OBJECT_M)
        else:
            act = partial(gripper.move, target_m, speed_m_s)
        self._running = Movement(self._title, act)

    def _finish(self, gripper: "franky.Gripper", movement: Movement) -> None:
        """Note the end of a movement; one that met an object on the way in becomes a grasp."""
        self._running = None
        if movement.error is not None:
            if is_connection_lost(movement.error):
                raise movement.error
            _LOG.info("%s: %s", self._title, movement.error)  # broken off, or something in the way
        if self._told_m and not self._is_squeezing and self._is_blocked(self._told_m):
            self._begin(gripper, 0.0)

    def _is_blocked(self, told_m: float) -> bool:
        """Whether the fingers ended wider than they were told, with the target unchanged."""
        wanted_m = self._wanted()
        is_same = wanted_m is not None and abs(wanted_m - told_m) <= self._settings.dead_band_m
        return is_same and self._width_m > told_m + _BLOCKED_M

    def _close(self, gripper: "franky.Gripper") -> None:
        if self._fault is None:
            self._break_off(gripper)
        # A movement keeps hold of the hand, which has room for one connection.
        self._running = None

    def _break_off(self, gripper: "franky.Gripper") -> None:
        try:
            self._halt(gripper)
            if self._running is not None:
                self._running.is_over(_END_WITHIN_S)
        except Exception as error:  # noqa: BLE001 - the connection is given up anyway
            _LOG.info("%s: %s", self._title, error)
