"""What a training starts from: what is asked for, else the policy that ships where it fits."""

from pathlib import Path

import pytest

from lbm_studio.core.action import ActionConvention
from lbm_studio.core.embodiment import Embodiment
from lbm_studio.core.errors import CheckpointError
from lbm_studio.core.paths import POLICY_VARIABLE
from lbm_studio.policy.manifest import CheckpointManifest, resolve_checkpoint, write_manifest
from lbm_studio.policy.shipped import SCRATCH, SHIPPED, choose_start, shipped_policy
from tests.core.stations import make_station

BODY = make_station("right", "left").embodiment


def never() -> Embodiment:
    raise AssertionError("Nobody needs to know the body.")


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shipped by the installation"
    folder.mkdir()
    convention = ActionConvention(BODY.arm_names)
    write_manifest(folder, CheckpointManifest(BODY, convention, ("lift it",), (), {}, {}))
    monkeypatch.setenv(POLICY_VARIABLE, str(folder))
    return folder


def test_what_ships_is_found_by_its_short_name(shipped: Path) -> None:
    assert shipped_policy() == shipped
    assert resolve_checkpoint(Path(SHIPPED)) == shipped


def test_where_nothing_ships_the_short_name_is_refused_in_words() -> None:
    assert shipped_policy() is None
    with pytest.raises(CheckpointError, match="No policy ships with this installation"):
        resolve_checkpoint(Path(SHIPPED))


def test_unless_somebody_says_so_training_starts_from_what_ships(shipped: Path) -> None:
    start = choose_start(None, lambda: BODY)

    assert (start.checkpoint, start.sentence) == (SHIPPED, "Starts from LBM Studio's own policy.")


def test_it_starts_from_scratch_where_nothing_ships() -> None:
    start = choose_start(None, never)

    assert start.checkpoint is None
    assert start.sentence == "Starts from scratch: no policy ships with this installation."


def test_another_body_starts_from_scratch_and_is_told_why(shipped: Path) -> None:
    start = choose_start(None, lambda: make_station("right").embodiment)

    assert start.checkpoint is None
    assert start.sentence == (
        "Starts from scratch, not from LBM Studio's own policy. This policy does not fit the "
        "station: its arms are right, left; the station has right."
    )


def test_scratch_can_be_asked_for(shipped: Path) -> None:
    assert choose_start(SCRATCH, never).checkpoint is None


def test_any_other_checkpoint_can_be_asked_for_by_its_folder(shipped: Path) -> None:
    assert choose_start(str(shipped), lambda: BODY).checkpoint == str(shipped)


def test_what_was_asked_for_is_never_replaced_by_something_else(shipped: Path) -> None:
    with pytest.raises(CheckpointError, match="does not fit the station"):
        choose_start(SHIPPED, lambda: make_station("right").embodiment)


def test_a_name_that_is_no_checkpoint_is_answered_with_what_would_be_one() -> None:
    with pytest.raises(CheckpointError, match="Start from “shipped”, “scratch”, or the folder"):
        choose_start("nonsense", lambda: BODY)
