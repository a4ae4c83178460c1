"""Desk, the web interface of one arm: its brakes, and whether programs may command it (FCI).

Used where a password is known. Passwords stand in the system's keyring and nowhere else. An arm's
certificate is its own, so it proves nothing: Desk belongs on the robot's own network.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from lbm_studio.core.errors import StationError
from lbm_studio.station.arms.controller import require_franky

if TYPE_CHECKING:
    import franky

Answer = TypeVar("Answer")

KEYRING_SERVICE = "LBM Studio, Desk at {address}"
"""What the keyring calls the password of an arm."""

FCI_ACTIVE = "Active"

_CONTROL_WITHIN_S = 10.0
_UNAUTHORISED = (401, 403)


@dataclass(frozen=True)
class Credentials:
    """Who logs into Desk.

    Attributes:
        user: the name.
        password: never shown, never written to a file.
    """

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Credentials(user={self.user!r}, password=…)"


@dataclass(frozen=True)
class DeskStatus:
    """What Desk says of an arm.

    Attributes:
        is_locked: whether the brakes hold it.
        is_fci_active: whether it takes commands from programs.
    """

    is_locked: bool
    is_fci_active: bool


class ArmDesk:
    """One arm's Desk, held from :meth:`prepare` to :meth:`release`.

    Args:
        name: of the arm.
        address: host or IP, with a port where it is not the usual one.
        credentials: who logs in.
    """

    def __init__(self, name: str, address: str, credentials: Credentials) -> None:
        self._name, self._address, self._credentials = name, address, credentials
        self._desk: franky.Desk | None = None
        self._undo: list[Callable[[franky.Desk], object]] = []

    def status(self) -> DeskStatus:
        """Return what Desk says, without taking control.

        Raises:
            StationError: Desk does not answer, or refuses the password.
        """
        return self._ask(_status)

    def prepare(self) -> None:
        """Take control, unlock the brakes and switch on FCI, as far as that is not done already.

        The arm clicks, and sinks by a millimetre or less.

        Raises:
            StationError: Desk does not answer, refuses the password, or somebody else has control.
        """
        self._ask(self._make_ready)

    def release(self) -> None:
        """Leave the arm as it was found, and give control back. May be called twice.

        Raises:
            StationError: Desk does not answer any more.
        """
        desk, self._desk = self._desk, None
        if desk is None:
            return
        undo, self._undo = self._undo[::-1], []
        try:
            try:
                for action in undo:
                    action(desk)
            finally:
                desk.close()
        except Exception as error:
            raise StationError(self._explain(error)) from error

    def _ask(self, question: "Callable[[franky.Desk], Answer]") -> Answer:
        try:
            if self._desk is None:
                self._desk = self._open()
            return question(self._desk)
        except StationError:
            raise
        except Exception as error:
            raise StationError(self._explain(error)) from error

    def _open(self) -> "franky.Desk":
        require_franky()
        import franky

        desk = franky.Desk(self._address, self._credentials.user, self._credentials.password)
        desk.open()
        return desk

    def _make_ready(self, desk: "franky.Desk") -> None:
        desk.take_control(wait_timeout=_CONTROL_WITHIN_S)
        found = _status(desk)
        if found.is_locked:
            self._undo.append(lambda desk: desk.lock_brakes())
            desk.unlock_brakes()
        if not found.is_fci_active:
            self._undo.append(lambda desk: desk.disable_fci())
            desk.enable_fci()

    def _explain(self, error: Exception) -> str:
        """Return what an error of Desk means; they share no base with those of the network."""
        where = f"Desk of the {self._name} arm at {self._address}"
        if getattr(error, "http_code", None) in _UNAUTHORISED:
            return f"{where} refuses the password of “{self._credentials.user}”. Enter it again."
        if type(error).__name__ == "TakeControlTimeoutError":
            return f"Somebody else has control in {where}. Release it there, then connect again."
        if isinstance(error, OSError):
            return f"{where} does not answer. Check the address and the cable."
        return f"{where} refuses: {str(error).rstrip('.')}."


def desks_of(addresses: Mapping[str, str]) -> dict[str, ArmDesk]:
    """Return the Desk of each arm whose password the keyring knows, by arm name.

    Args:
        addresses: host or IP by arm name.
    """
    known = {name: recall(address) for name, address in addresses.items()}
    return {
        name: ArmDesk(name, addresses[name], credentials)
        for name, credentials in known.items()
        if credentials is not None
    }


def remember(address: str, credentials: Credentials) -> None:
    """Keep who logs into Desk at an address, in the system's keyring.

    Raises:
        StationError: there is no keyring that could keep it.
    """
    require_franky()
    import keyring
    from keyring.errors import KeyringError

    forget(address)
    try:
        keyring.set_password(_service(address), credentials.user, credentials.password)
    except KeyringError as error:
        raise StationError(
            "This system has no keyring to keep the password in. Unlock the arms in Desk itself."
        ) from error


def recall(address: str) -> Credentials | None:
    """Return who logs into Desk at an address; None when nobody is known."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None  # comes with the driver, and without it no arm can be reached
    try:
        found = keyring.get_credential(_service(address), None)
    except KeyringError:
        return None  # without a keyring nobody is known
    return Credentials(found.username, found.password) if found else None


def forget(address: str) -> None:
    """Forget who logs into Desk at an address. Does nothing when nobody is known."""
    known = recall(address)
    if known is not None:
        import keyring

        keyring.delete_password(_service(address), known.user)


def _service(address: str) -> str:
    return KEYRING_SERVICE.format(address=address)


def _status(desk: "franky.Desk") -> DeskStatus:
    import franky

    return DeskStatus(
        is_locked=desk.brake_state is franky.BrakeState.LOCKED,
        is_fci_active=desk.get_fci_status() == FCI_ACTIVE,
    )
