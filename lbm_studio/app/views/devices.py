"""Snapshots of the input devices: what moves the arms, and what begins and ends takes."""

from dataclasses import dataclass

from lbm_studio.app.notices import Level
from lbm_studio.core.hands_free import TakeAction


@dataclass(frozen=True)
class DeviceRow:
    """One input device.

    Attributes:
        device: its kind: a name of core.teleoperation.Device, or ``"pedal"``.
        title: what people call it.
        place: its serial number or port; empty where there is only one.
        arm: the arm it moves, or would move; empty for any.
        connected: whether it is there.
        age_s: since it said something last, rounded to 0.1 s; None while that is not known [s].
        level: how the sentence is shown.
        sentence: how it is, and what to do if something is the matter.
        help: what its controls do, as (control, meaning); empty where there is nothing to say.
    """

    device: str
    title: str
    place: str = ""
    arm: str = ""
    connected: bool = True
    age_s: float | None = None
    level: Level = Level.GOOD
    sentence: str = ""
    help: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class PhoneLink:
    """How a phone gets in.

    Attributes:
        url: to be opened on the phone; a secret.
        fingerprint: SHA-256 of the certificate, which the phone shows as well.
        code: the link as a QR code, row by row, ``"1"`` for dark.
    """

    url: str
    fingerprint: str
    code: tuple[str, ...]


@dataclass(frozen=True)
class DevicesView:
    """What there is to know about input devices.

    Attributes:
        rows: the devices, those that are always offered first.
        can_swap: whether there are SpaceMice whose arms can be exchanged.
        hold_button: whether a SpaceMouse moves its arm only while its right button is held.
        learning: the action whose pedal is being learned; None while none is.
        phone: how a phone gets in; None while no phone is served.
        phone_in_network: whether phones in the network are served, not only this machine.
    """

    rows: tuple[DeviceRow, ...] = ()
    can_swap: bool = False
    hold_button: bool = False
    learning: TakeAction | None = None
    phone: PhoneLink | None = None
    phone_in_network: bool = False
