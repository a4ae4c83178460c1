"""Keys on disk: made once, private, and known by name."""

import stat
from pathlib import Path

import pytest

from lbm_studio.core.errors import StudioError, UnknownNameError
from lbm_studio.link.remote.keys import (
    KeyPair,
    KeyRing,
    PairedStation,
    PairedWorkstation,
    fingerprint,
)


def station(name: str = "lab", key: KeyPair | None = None) -> PairedStation:
    return PairedStation(name, "192.0.2.7", 7447, (key or KeyPair.make()).public)


def test_a_machine_has_one_pair_of_keys_which_only_its_owner_can_read(tmp_path: Path):
    keys = KeyRing(tmp_path / "data" / "keys").own()

    assert KeyRing(tmp_path / "data" / "keys").own() == keys
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600]
    assert stat.S_IMODE((tmp_path / "data" / "keys").stat().st_mode) == 0o700


def test_the_secret_key_is_shown_nowhere():
    keys = KeyPair.make()

    assert keys.secret not in repr(keys)
    assert keys.secret not in f"{keys}"


def test_machines_are_remembered_until_they_are_forgotten(tmp_path: Path):
    keys = KeyRing(tmp_path)
    lab, desk = station(), PairedWorkstation("desk", KeyPair.make().public)
    keys.add(lab)
    keys.add(desk)

    assert keys.station("lab") == lab
    assert keys.workstations() == {"desk": desk}

    keys.forget("lab")
    keys.forget("desk")
    assert (keys.stations(), keys.workstations()) == ({}, {})


def test_an_unknown_machine_is_answered_with_the_known_ones(tmp_path: Path):
    keys = KeyRing(tmp_path)
    keys.add(station("lab"))

    with pytest.raises(UnknownNameError, match="Choose one of: lab"):
        keys.station("kitchen")
    with pytest.raises(UnknownNameError, match="Choose one of: lab"):
        keys.forget("../own")


def test_a_known_name_keeps_its_key(tmp_path: Path):
    keys = KeyRing(tmp_path)
    first = station()
    keys.add(first)
    keys.add(PairedStation(first.name, "192.0.2.8", 7448, first.public))

    with pytest.raises(StudioError, match="lbm-studio unpair lab"):
        keys.add(station())

    assert keys.station("lab").host == "192.0.2.8"
    assert keys.station("lab").public == first.public


@pytest.mark.parametrize("name", ["", "../own", "a/b", "a b", "-x", "x" * 64, "ü"])
def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path, name: str):
    with pytest.raises(StudioError, match="cannot be called"):
        KeyRing(tmp_path).add(station(name))


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"public": "x", "secret": "y"}'])
def test_a_damaged_key_file_is_told(tmp_path: Path, content: bytes):
    (tmp_path / "own.json").write_bytes(content)

    with pytest.raises(StudioError, match="holds no key"):
        KeyRing(tmp_path).own()


def test_a_damaged_machine_is_told_and_keeps_no_other_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    keys = KeyRing(tmp_path)
    keys.add(station("lab"))
    (tmp_path / "stations" / "bad.json").write_text("{")

    assert list(keys.stations()) == ["lab"]
    assert "holds no key" in caplog.text


def test_a_fingerprint_tells_keys_apart():
    first, second = fingerprint(KeyPair.make().public), fingerprint(KeyPair.make().public)

    assert first != second
    assert [len(group) for group in first.split("-")] == [4, 4, 4, 4]
