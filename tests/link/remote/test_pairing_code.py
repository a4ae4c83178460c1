"""The one-time code: typed as people type, and a proof of what was said."""

import pytest

from lbm_studio.core.errors import StudioError
from lbm_studio.link.remote.pairing_code import PairingCode


def test_a_code_is_read_as_people_type_it():
    code = PairingCode("7K30QXT192HBMZ4A")

    assert PairingCode.parse("7K30-QXT1-92HB-MZ4A") == code
    assert PairingCode.parse(" 7k3o qxtl 92hb mz4a ") == code
    assert PairingCode.parse(code.shown()) == code
    assert PairingCode.parse(PairingCode.make().shown())


@pytest.mark.parametrize("typed", ["", "7K3F", "7K3F-0QXT-92HB-MZ4", "7K3F-0QXT-92HB-MZ4!"])
def test_what_is_no_code_is_told(typed: str):
    with pytest.raises(StudioError, match="no pairing code"):
        PairingCode.parse(typed)


def test_a_proof_holds_for_what_was_said_and_for_nothing_else():
    code, other = PairingCode.make(), PairingCode.make()
    proof = code.proof("workstation", "ab", "c")

    assert code.proves(proof, "workstation", "ab", "c")
    assert not code.proves(proof, "station", "ab", "c")
    assert not code.proves(proof, "workstation", "a", "bc")
    assert not other.proves(proof, "workstation", "ab", "c")


def test_codes_differ_and_are_shown_on_purpose_only():
    first, second = PairingCode.make(), PairingCode.make()

    assert first != second
    assert first.text not in repr(first)
