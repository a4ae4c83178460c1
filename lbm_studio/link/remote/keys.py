"""The keys of this machine and of those it is paired with, in files that only their owner can read.

A machine has one pair of Curve25519 keys, made when they are first needed. Being paired means to
know each other's public key; the secret one never leaves its file, and no log ever shows it.
"""

import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec
import zmq

from lbm_studio.core.errors import StudioError, UnknownNameError
from lbm_studio.core.paths import user_data
from lbm_studio.core.private import write_private

KEY_CHARACTERS = 40
"""Length of a key as text (Z85)."""

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"
"""What machines are called: what host names consist of."""

ELSEWHERE = "paired:"
"""Goes before the name of a paired station where stations of this machine are named too."""

_FOLDER = "keys"
_OWN_FILE = "own.json"
_STATIONS, _WORKSTATIONS = "stations", "workstations"
_PRIVATE_FOLDER = 0o700
_GROUP = 4

_LOG = logging.getLogger(__name__)

T = TypeVar("T", bound="PairedStation | PairedWorkstation")


@dataclass(frozen=True)
class KeyPair:
    """Two keys that belong together, as text (Z85).

    Attributes:
        public: known to those this machine is paired with.
        secret: known to this machine alone.
    """

    public: str
    secret: str = field(repr=False)

    @classmethod
    def make(cls) -> "KeyPair":
        """Return new keys."""
        public, secret = zmq.curve_keypair()
        return cls(public.decode("ascii"), secret.decode("ascii"))


@dataclass(frozen=True)
class PairedStation:
    """A machine with a station that this one may connect to.

    Attributes:
        name: what people call it here.
        host: name or address in the network.
        port: where it listens.
        public: its key.
    """

    name: str
    host: str
    port: int
    public: str


@dataclass(frozen=True)
class PairedWorkstation:
    """A machine that may connect to the station of this one.

    Attributes:
        name: what it calls itself.
        public: its key.
    """

    name: str
    public: str


class KeyRing:
    """The keys of one user on one machine.

    Args:
        folder: where they are kept; in the user's data by default.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or user_data() / _FOLDER

    def own(self) -> KeyPair:
        """Return this machine's keys, made at the first call.

        Raises:
            StudioError: their file is damaged.
        """
        path = self._folder / _OWN_FILE
        if not path.exists():
            self._write(path, KeyPair.make())
        return _read(path, KeyPair)

    def stations(self) -> Mapping[str, PairedStation]:
        """Return the stations this machine may connect to, by name."""
        return self._read_all(_STATIONS, PairedStation)

    def workstations(self) -> Mapping[str, PairedWorkstation]:
        """Return the machines that may connect to this one's station, by name."""
        return self._read_all(_WORKSTATIONS, PairedWorkstation)

    def station(self, name: str) -> PairedStation:
        """Return the station called ``name``.

        Raises:
            UnknownNameError: there is none.
        """
        stations = self.stations()
        if name not in stations:
            raise UnknownNameError("paired station", name, stations)
        return stations[name]

    def add(self, machine: PairedStation | PairedWorkstation) -> None:
        """Remember a machine; another one of the same name stays what it is.

        Raises:
            StudioError: the name belongs to a machine with another key.
        """
        is_station = isinstance(machine, PairedStation)
        known = (self.stations() if is_station else self.workstations()).get(machine.name)
        if known is not None and known.public != machine.public:
            raise StudioError(
                f"Another machine is paired under the name “{machine.name}”. "
                f"Forget it with “lbm-studio unpair {machine.name}”, or choose another name."
            )
        folder = self._folder / (_STATIONS if is_station else _WORKSTATIONS)
        self._write(folder / f"{checked_name(machine.name)}.json", machine)

    def forget(self, name: str) -> None:
        """Be paired with ``name`` no more.

        Raises:
            UnknownNameError: there is no machine of that name.
        """
        known = sorted({*self.stations(), *self.workstations()})
        if name not in known:
            raise UnknownNameError("paired machine", name, known)
        for kind in (_STATIONS, _WORKSTATIONS):
            (self._folder / kind / f"{name}.json").unlink(missing_ok=True)

    def _read_all(self, kind: str, type_: type[T]) -> dict[str, T]:
        machines: dict[str, T] = {}
        for file in sorted((self._folder / kind).glob("*.json")):
            try:
                machine = _read(file, type_)
            except StudioError as error:  # one damaged file must not keep the others out
                _LOG.warning("%s", error)
            except FileNotFoundError:  # forgotten meanwhile
                continue
            else:
                machines[machine.name] = machine
        return machines

    def _write(self, path: Path, value: object) -> None:
        for folder in (self._folder, path.parent):
            folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        write_private(path, msgspec.json.encode(value))


def checked_name(name: str) -> str:
    """Return a name that machines may have.

    Raises:
        StudioError: this one may not be.
    """
    if not re.match(NAME, name):
        raise StudioError(
            f"A machine cannot be called “{name}”. Use letters, digits, “.”, “_” and “-”."
        )
    return name


def fingerprint(public: str) -> str:
    """Return what people compare to be sure of a public key, e.g. ``"3F2A-90C1-77B0-E4D2"``."""
    digest = hashlib.sha256(public.encode("ascii")).hexdigest()[: 4 * _GROUP].upper()
    return "-".join(digest[i : i + _GROUP] for i in range(0, len(digest), _GROUP))


_K = TypeVar("_K", bound="KeyPair | PairedStation | PairedWorkstation")


def _read(path: Path, type_: type[_K]) -> _K:
    try:
        value = msgspec.json.decode(path.read_bytes(), type=type_)
    except ValueError as error:  # msgspec errors are ValueErrors
        raise StudioError(f"The file “{path}” holds no key. Remove it and pair again.") from error
    keys = [value.public, value.secret] if isinstance(value, KeyPair) else [value.public]
    if any(len(key) != KEY_CHARACTERS or not key.isascii() for key in keys):
        raise StudioError(f"The file “{path}” holds no key. Remove it and pair again.")
    return value
