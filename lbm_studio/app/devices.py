"""Input devices: which there are, what is pressed on them, and how they are to be used."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from lbm_studio.app.device_words import PEDAL, device_rows, troubles
from lbm_studio.app.live import StationLink
from lbm_studio.app.notices import Level, Notices
from lbm_studio.app.processes import Processes
from lbm_studio.app.settings import SettingsStore
from lbm_studio.app.supervisor import ProcessName
from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.devices import DevicesView, PhoneLink
from lbm_studio.app.views.teach import TeachState, TeachView
from lbm_studio.core.clock import seconds_between
from lbm_studio.core.errors import StudioError
from lbm_studio.core.hands_free import TakeAction, read_pedals, write_pedals
from lbm_studio.core.teleoperation import Device, DeviceStatus, arms_for
from lbm_studio.link.inputs import ArrangeDevices, InputDevices, TakePressed
from lbm_studio.link.messages import Message
from lbm_studio.link.phone import PhoneAccess

FORGET_AFTER_S = 3.0
"""Devices that nobody has told of for so long are gone, with the process that read them [s]."""

_OPEN_TAKE = (TeachState.RECORDING, TeachState.DECIDING)


class Takes(Protocol):
    """The part of :class:`lbm_studio.app.teach_panel.TeachPanel` that can be used hands-free."""

    @property
    def view(self) -> TeachView: ...
    def start(self) -> None: ...
    def finish(self) -> None: ...
    def keep(self, success: bool | None = None) -> None: ...
    def discard(self) -> None: ...
    def redo(self) -> None: ...
    def undo_last(self) -> None: ...


class InputDevicesModel(ViewModel[DevicesView]):
    """Follows the input devices of a station.

    Args:
        live: the station that is told how to use them.
        takes: what pedals and buttons act on.
        processes: started for phones.
        settings: where it is remembered which SpaceMouse moves which arm.
        notices: where things are refused.
        pedals_file: where it is remembered what the pedals mean.
        phone_access: returns how a phone gets in, once one does.
        is_teaching: whether the panel is in front that pedals and buttons act on.
    """

    def __init__(
        self,
        live: StationLink,
        takes: Takes,
        processes: Processes,
        settings: SettingsStore,
        notices: Notices,
        *,
        pedals_file: Path,
        phone_access: Callable[[], PhoneAccess | None],
        is_teaching: Callable[[], bool],
    ) -> None:
        super().__init__(DevicesView(), notices)
        self._live = live
        self._takes = takes
        self._processes = processes
        self._settings = settings
        self._pedals_file = pedals_file
        self._phone_access = phone_access
        self._is_teaching = is_teaching
        self._there: dict[bool, tuple[DeviceStatus, ...]] = {}
        self._told_ns: dict[bool, int] = {}
        self._said: frozenset[str] = frozenset()
        self._is_arranged = False
        self._now_ns = 0

    # --- what is heard ---------------------------------------------------------------------------

    def hear(self, message: Message) -> None:
        """Take in what the processes tell of devices."""
        if isinstance(message, InputDevices):
            self._there[message.in_use] = message.devices
            self._told_ns[message.in_use] = self._now_ns
        elif isinstance(message, TakePressed):
            self._press(message)

    def _press(self, pressed: TakePressed) -> None:
        if self.view.learning is not None and pressed.source == PEDAL:
            self._learned(pressed.control, self.view.learning)
        elif pressed.action is None:
            self._refuse("Nobody has said what this pedal means. Teach it first.")
        elif pressed.action is TakeAction.STOP:
            return  # the process that heard it has stopped the arms already
        elif not self._is_teaching():
            self._refuse(f"Open the panel Teach before you use the {pressed.source} for takes.")
        else:
            self._act(pressed.action)

    def _act(self, action: TakeAction) -> None:
        state = self._takes.view.state
        match action:
            case TakeAction.RECORD if state in (TeachState.RECORDING, TeachState.COUNTING):
                self._takes.finish()
            case TakeAction.REDO if state in _OPEN_TAKE:
                self._takes.redo()
            case TakeAction.RECORD | TakeAction.REDO:
                self._takes.start()
            case TakeAction.KEEP:
                self._takes.keep()
            case TakeAction.DISCARD:
                self._takes.discard()
            case _:
                self._takes.undo_last()

    # --- pedals ----------------------------------------------------------------------------------

    def learn(self, action: TakeAction) -> None:
        """The pedal that is pressed next means this."""
        self.publish(replace(self.view, learning=action))

    def cancel_learning(self) -> None:
        """Learn nothing after all."""
        self.publish(replace(self.view, learning=None))

    def _learned(self, control: str, action: TakeAction) -> None:
        self.cancel_learning()
        try:
            write_pedals(self._pedals_file, read_pedals(self._pedals_file).learned(control, action))
        except StudioError as error:
            self._refuse(str(error))
            return
        self._notices.add(f"This pedal now means “{action.value}”.", Level.GOOD)

    # --- SpaceMice -------------------------------------------------------------------------------

    def swap_arms(self) -> None:
        """Let every SpaceMouse move the arm of the next one; it holds from the next take on."""
        arms = self._arms()
        places = sorted(arms)
        if len(places) < 2:
            self._refuse("There is only one SpaceMouse: its right button goes to the next arm.")
            return
        turned = [arms[place] for place in places[1:] + places[:1]]
        swapped = dict(zip(places, turned, strict=True))
        self._settings.update(spacemice=self._settings.current.spacemice | swapped)
        self._arrange()

    def set_hold_button(self, hold: bool) -> None:
        """Say whether a SpaceMouse moves its arm only while its right button is held."""
        self._settings.update(spacemouse_hold_button=hold)
        self._arrange()

    def _arms(self) -> dict[str, str]:
        """Return which arm each SpaceMouse moves, by its place."""
        description = self._live.description
        if description is None:
            return {}
        places = [s.place for s in self._plugged_in() if s.device == Device.SPACEMOUSE]
        remembered = self._settings.current.spacemice
        return arms_for(places, description.embodiment.arm_names, remembered)

    def _arrange(self) -> None:
        settings = self._settings.current
        self._live.tell(
            ArrangeDevices(
                spacemice=settings.spacemice, hold_button=settings.spacemouse_hold_button
            )
        )

    # --- phones ----------------------------------------------------------------------------------

    def open_phone(self, *, in_network: bool) -> None:
        """Let phones in.

        Args:
            in_network: whether those in the network may come, too, not only this machine; what
                goes over the network is encrypted, and only the link opens it.
        """
        if not self._processes.is_open:
            self._refuse("Connect a station first.")
            return
        self._processes.open_phone(in_network=in_network)
        self.publish(replace(self.view, phone_in_network=in_network))

    def close_phone(self) -> None:
        """Let no phone in any more; the link is worthless from now on."""
        self._processes.close_phone()

    # --- following -------------------------------------------------------------------------------

    def poll(self, now_ns: int) -> None:
        """Follow the devices; called at about 30 Hz."""
        self._now_ns = now_ns
        if self._live.description is None:
            self._is_arranged = False
        elif not self._is_arranged:
            self._is_arranged = True
            self._arrange()
        is_served = self._processes.status(ProcessName.PHONE).is_running
        access = self._phone_access() if is_served else None
        link = PhoneLink(access.url, access.fingerprint, access.code) if access else None
        arms = self._arms()
        rows = device_rows(self._plugged_in(), self._in_use(), arms, now_ns)
        self._say_troubles(troubles(rows))
        self.publish(
            replace(
                self.view,
                rows=rows,
                can_swap=len(arms) > 1,
                hold_button=self._settings.current.spacemouse_hold_button,
                phone=link,
            )
        )

    def _say_troubles(self, sentences: frozenset[str]) -> None:
        """Say what has become the matter, once."""
        for sentence in sorted(sentences - self._said):
            self._notices.add(sentence)
        self._said = sentences

    def _plugged_in(self) -> tuple[DeviceStatus, ...]:
        return self._fresh(in_use=False)

    def _in_use(self) -> tuple[DeviceStatus, ...]:
        return self._fresh(in_use=True)

    def _fresh(self, *, in_use: bool) -> tuple[DeviceStatus, ...]:
        told_ns = self._told_ns.get(in_use)
        if told_ns is None or seconds_between(told_ns, self._now_ns) > FORGET_AFTER_S:
            return ()
        return self._there[in_use]
