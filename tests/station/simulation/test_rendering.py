import os
import subprocess
import sys
from pathlib import Path

import pytest

DRAW = """
from lbm_studio.core.errors import StationError
from lbm_studio.station.simulation.embodiments import single_fr3
from lbm_studio.station.simulation.rendering import choose_library
from lbm_studio.station.simulation.station import SimulatedStation
try:
    with SimulatedStation(single_fr3()) as station:
        image = station.capture(["scene_right_0"])["scene_right_0"].image
        print(choose_library(), image.shape, round(float(image.std())) > 5)
except StationError as error:
    print("StationError:", error)
"""


def test_without_egl_pictures_are_drawn_with_osmesa() -> None:
    # libglvnd finds no driver in an empty folder, so EGL is there but has nothing to draw on
    assert _draw({"__EGL_VENDOR_LIBRARY_DIRS": "/nowhere"}) == "osmesa (192, 256, 3) True"


def test_a_library_may_be_chosen_by_the_user() -> None:
    assert _draw({"MUJOCO_GL": "osmesa"}) == "osmesa (192, 256, 3) True"


@pytest.mark.parametrize("chosen", ["", "osmesa"])
def test_a_missing_library_is_told_in_one_sentence_with_the_remedy(
    tmp_path: Path, chosen: str
) -> None:
    for name in ("libEGL.so.1", "libOSMesa.so.8"):
        (tmp_path / name).touch()  # found first by the loader, and no library
    extra = {"LD_LIBRARY_PATH": str(tmp_path)}
    if chosen:
        extra["PYOPENGL_PLATFORM"] = chosen

    answer = _draw(extra)

    assert answer.startswith("StationError: Pictures cannot be drawn: libEGL.so.1 and libOSMesa")
    assert "sudo apt install" in answer


def _draw(extra: dict[str, str]) -> str:
    kept = {k: v for k, v in os.environ.items() if k not in ("MUJOCO_GL", "PYOPENGL_PLATFORM")}
    result = subprocess.run(
        [sys.executable, "-c", DRAW],
        env=kept | extra,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return result.stdout.strip()
