"""The one-time code that two machines are paired with, and what it proves."""

import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac

from lbm_studio.core.errors import StudioError

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
_READ_AS = str.maketrans("OIL", "011", "- \t")
_CHARACTERS = 16  # of five bits: 80 that nobody guesses
_GROUP = 4
_PURPOSE = b"lbm-studio pairing 1"


@dataclass(frozen=True)
class PairingCode:
    """A secret of 80 random bits that a person carries from one screen to another.

    Attributes:
        text: sixteen letters and digits.
    """

    text: str = field(repr=False)

    @classmethod
    def make(cls) -> "PairingCode":
        """Return a new one."""
        return cls("".join(secrets.choice(_ALPHABET) for _ in range(_CHARACTERS)))

    @classmethod
    def parse(cls, typed: str) -> "PairingCode":
        """Return what somebody typed; small letters, blanks and look-alikes are forgiven.

        Raises:
            StudioError: it is no code.
        """
        text = typed.upper().translate(_READ_AS)
        if len(text) != _CHARACTERS or not set(text) <= set(_ALPHABET):
            raise StudioError(
                "That is no pairing code. It has four groups of four, e.g. 7K3F-0QXT-92HB-MZ4A."
            )
        return cls(text)

    def shown(self) -> str:
        """Return the code as people read it, e.g. ``"7K3F-0QXT-92HB-MZ4A"``."""
        return "-".join(self.text[i : i + _GROUP] for i in range(0, _CHARACTERS, _GROUP))

    def proof(self, *said: str) -> bytes:
        """Return what only somebody with the code can say about these texts."""
        return self._mac(said).finalize()

    def proves(self, proof: bytes, *said: str) -> bool:
        """Whether ``proof`` was made of these texts with the same code; takes the same time."""
        try:
            self._mac(said).verify(proof)
        except InvalidSignature:
            return False
        return True

    def _mac(self, said: tuple[str, ...]) -> hmac.HMAC:
        mac = hmac.HMAC(self.text.encode("ascii"), hashes.SHA256())
        for part in (_PURPOSE, *(text.encode() for text in said)):
            mac.update(len(part).to_bytes(4, "big") + part)
        return mac
