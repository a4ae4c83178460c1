from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lbm_studio.core.errors import StudioError
from lbm_studio.station.calibration.board import Board
from lbm_studio.station.calibration.detection import BoardFinder
from lbm_studio.station.calibration.printing import write_board


def test_the_printed_board_is_to_scale_and_is_found(tmp_path: Path) -> None:
    board = Board(square_m=0.04)

    sentence = write_board(board, tmp_path / "board.png")

    with Image.open(tmp_path / "board.png") as page:
        dots_per_m = page.info["dpi"][0] / 0.0254
        small = page.reduce(8).convert("RGB")
    found = BoardFinder(board).find(np.asarray(small))
    assert found is not None
    corners_m = (found.corners_px + 0.5) * 8 / dots_per_m
    assert len(corners_m) == len(board.corners_m)
    assert np.linalg.norm(corners_m[1] - corners_m[0]) == pytest.approx(0.04, rel=1e-3)
    assert "they should be 40 mm" in sentence


def test_a_pdf_page_is_as_large_as_the_board(tmp_path: Path) -> None:
    write_board(Board(square_m=0.05), tmp_path / "board.pdf")

    text = (tmp_path / "board.pdf").read_bytes().decode("latin-1")
    width, height = (float(each) for each in text.split("/MediaBox [")[1].split("]")[0].split()[2:])
    assert width / 72 * 0.0254 == pytest.approx(0.40, abs=1e-3)  # 0.35 m and a margin
    assert height / 72 * 0.0254 == pytest.approx(0.30, abs=1e-3)


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"written as \.pdf or \.png, not “\.svg”"):
        write_board(Board(), tmp_path / "board.svg")
