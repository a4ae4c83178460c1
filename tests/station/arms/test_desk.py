from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.credentials import SimpleCredential

from lbm_studio.core.errors import StationError
from lbm_studio.station.arms.desk import (
    ArmDesk,
    Credentials,
    DeskStatus,
    desks_of,
    forget,
    recall,
    remember,
)
from tests.station.arms.desk_stub import HOST, PASSWORD, USER, DeskStub

KNOWN = Credentials(USER, PASSWORD)


class KeyringInMemory(KeyringBackend):
    """Keeps passwords for as long as it lives."""

    priority = 1.0  # pyright: ignore[reportAssignmentType]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, SimpleCredential] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service] = SimpleCredential(username, password)

    def get_password(self, service: str, username: str) -> str | None:
        found = self.kept.get(service)
        return found.password if found and found.username == username else None

    def get_credential(self, service: str, username: str | None) -> SimpleCredential | None:
        return self.kept.get(service)

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service]


@pytest.fixture
def stub(tmp_path: Path) -> Iterator[DeskStub]:
    with DeskStub(tmp_path) as running:
        yield running


@pytest.fixture
def desk(stub: DeskStub) -> Iterator[ArmDesk]:
    desk = ArmDesk("right", stub.address, KNOWN)
    yield desk
    desk.release()


@pytest.fixture
def passwords() -> Iterator[KeyringInMemory]:
    before, kept = keyring.get_keyring(), KeyringInMemory()
    keyring.set_keyring(kept)
    yield kept
    keyring.set_keyring(before)


def test_an_arm_is_made_ready_and_left_as_it_was_found(stub: DeskStub, desk: ArmDesk) -> None:
    desk.prepare()
    assert (stub.is_locked, stub.is_fci_active, stub.holder) == (False, True, USER)

    desk.release()
    assert (stub.is_locked, stub.is_fci_active, stub.holder) == (True, False, "")


def test_an_arm_that_was_ready_stays_ready(stub: DeskStub, desk: ArmDesk) -> None:
    stub.is_locked, stub.is_fci_active = False, True

    desk.prepare()
    desk.release()

    assert (stub.is_locked, stub.is_fci_active) == (False, True)
    assert not any("joints:" in request or "fci:" in request for request in stub.requests)


def test_looking_takes_no_control(stub: DeskStub, desk: ArmDesk) -> None:
    assert desk.status() == DeskStatus(is_locked=True, is_fci_active=False)

    assert not any("take" in request for request in stub.requests)


def test_releasing_twice_does_nothing_the_second_time(stub: DeskStub, desk: ArmDesk) -> None:
    desk.prepare()
    desk.release()
    before = len(stub.requests)

    desk.release()

    assert len(stub.requests) == before


def test_a_wrong_password_is_asked_for_again(stub: DeskStub) -> None:
    desk = ArmDesk("right", stub.address, Credentials(USER, "wrong"))

    with pytest.raises(StationError, match=r"right arm .* refuses the password of “operator”"):
        desk.prepare()


def test_somebody_elses_control_is_respected(stub: DeskStub, desk: ArmDesk) -> None:
    stub.holder = "somebody else"

    with pytest.raises(StationError, match="Somebody else has control in Desk of the right arm"):
        desk.prepare()

    assert stub.is_locked


def test_a_refusal_of_desk_is_told(stub: DeskStub, desk: ArmDesk) -> None:
    desk.status()
    stub.is_locked = False
    desk.prepare()
    stub.is_locked = True

    with pytest.raises(StationError, match="JointsLocked"):
        desk.release()


def test_a_desk_that_is_not_there_is_told_in_words() -> None:
    desk = ArmDesk("left", f"{HOST}:9", KNOWN)

    with pytest.raises(StationError, match=r"Desk of the left arm at .* does not answer"):
        desk.prepare()


def test_the_keyring_keeps_one_password_for_each_arm(passwords: KeyringInMemory) -> None:
    remember("172.16.0.2", Credentials("old", "secret"))
    remember("172.16.0.2", KNOWN)

    assert recall("172.16.0.2") == KNOWN
    assert recall("172.16.1.2") is None
    assert list(desks_of({"right": "172.16.0.2", "left": "172.16.1.2"})) == ["right"]
    assert len(passwords.kept) == 1


def test_a_forgotten_password_is_gone(passwords: KeyringInMemory) -> None:
    remember("172.16.0.2", KNOWN)

    forget("172.16.0.2")
    forget("172.16.0.2")

    assert recall("172.16.0.2") is None
    assert not passwords.kept


def test_without_a_keyring_nobody_is_known_and_nothing_is_kept() -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    try:
        assert recall("172.16.0.2") is None
        with pytest.raises(StationError, match="no keyring"):
            remember("172.16.0.2", KNOWN)
    finally:
        keyring.set_keyring(before)


def test_a_password_is_not_shown() -> None:
    assert PASSWORD not in repr(KNOWN)
