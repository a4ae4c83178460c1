import os
import subprocess

import pytest

from lbm_studio.core.errors import StationError
from lbm_studio.core.keys import RENDERER_VARIABLE
from lbm_studio.core.paths import program
from lbm_studio.workers import doctor
from lbm_studio.workers.doctor import Check, examine, run_one_tick


def test_one_tick_is_seen_by_every_camera() -> None:
    assert run_one_tick().endswith("with 6 cameras.")


def test_a_machine_is_fine_only_when_every_check_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Check:
        raise StationError("There is no camera.")

    checks = {"fine": lambda: Check("fine", True, "Good.", {"speed_hz": 3}), "broken": broken}
    monkeypatch.setattr(doctor, "CHECKS", checks)
    said: list[str] = []

    examination = examine(said.append)

    assert said == ["ok   fine: Good.", "LOOK broken: There is no camera."]
    assert not examination.is_fine
    assert examination.figures == {"speed_hz": 3}
    assert examination.in_words() == "Look at: broken."


@pytest.mark.parametrize(
    "name",
    [
        *("python", "machine", "torch", "display", "gamepads", "spacemice and pedals"),
        *("microphone", "speech", "attached cameras"),
    ],
)
def test_a_check_says_a_sentence_and_gives_figures(name: str) -> None:
    check = doctor.CHECKS[name]()

    assert check.words.endswith((".", "cannot."))
    assert check.figures


def test_a_data_folder_that_cannot_be_written_is_a_finding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LBM_STUDIO_HOME", "/proc/no-such-place")
    monkeypatch.setattr(doctor, "CHECKS", {"data folder": doctor.CHECKS["data folder"]})

    examination = examine(lambda sentence: None)

    assert not examination.is_fine


def test_pictures_are_drawn_where_there_is_no_egl() -> None:
    environment = {**os.environ, RENDERER_VARIABLE: "osmesa"}
    environment.pop("PYOPENGL_PLATFORM", None)  # set in this process by whoever drew before

    outcome = subprocess.run(
        [*program(), "doctor", "--tick"], env=environment, capture_output=True, text=True
    )

    assert outcome.stdout.strip().endswith("with 6 cameras."), outcome.stderr
