"""Folders are found from a checkout and from a frozen bundle."""

import sys
from pathlib import Path

import pytest

import lbm_studio
from lbm_studio.core import paths
from lbm_studio.core.errors import StudioError


def test_a_checkout_finds_its_resources_beside_the_package() -> None:
    checkout = Path(lbm_studio.__file__).resolve().parents[1]

    assert paths.resources() == checkout / "resources"


def test_a_frozen_bundle_finds_its_own_resources_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "resources").mkdir()
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)

    assert paths.resources() == tmp_path / "resources"


def test_an_incomplete_installation_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "__file__", str(tmp_path / "lbm_studio" / "core" / "paths.py"))

    with pytest.raises(StudioError, match="the installation is incomplete"):
        paths.resources()


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"LBM_STUDIO_HOME": "/data/mine", "XDG_DATA_HOME": "/xdg"}, "/data/mine"),
        ({"LBM_STUDIO_HOME": "", "XDG_DATA_HOME": "/xdg"}, "/xdg/lbm-studio"),
        ({"HOME": "/home/ada"}, "/home/ada/.local/share/lbm-studio"),
    ],
    ids=["chosen", "xdg", "default"],
)
def test_user_data_goes_where_the_environment_says(
    variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LBM_STUDIO_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert paths.user_data() == Path(expected)


def test_the_policy_that_ships_is_among_the_resources_unless_a_site_has_one_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LBM_STUDIO_POLICY", "/site/policy")
    assert paths.shipped_policy_folder() == Path("/site/policy")

    monkeypatch.delenv("LBM_STUDIO_POLICY")
    assert paths.shipped_policy_folder() == paths.resources() / "pretrained"


def test_the_program_starts_itself_frozen_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert paths.program() == (sys.executable, "-m", "lbm_studio")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert paths.program() == (sys.executable,)
