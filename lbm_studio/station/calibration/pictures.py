"""Pictures of the board as a folder: what every calibration is made from, and can be made again.

``pictures.jsonl`` names a file, its camera and, for cameras on a hand, the pose the hand had. A
folder of pictures alone will do where no hand is involved.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.errors import StudioError
from lbm_studio.core.pose import Pose

LIST_FILE = "pictures.jsonl"
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")


@dataclass(frozen=True)
class PictureEntry:
    """One line of the list.

    Attributes:
        file: name of the picture in the folder.
        camera: that took it.
        hand: pose of the end effector that carried it, in the frame of its arm's base.
        is_raw: whether it shows what the lens does, distortion and all; otherwise it is rectified
            to the ideal pinhole of the station's description.
    """

    file: str
    camera: str
    hand: Pose | None = None
    is_raw: bool = False


@dataclass(frozen=True, eq=False)
class BoardPicture:
    """A picture that may show the board.

    Attributes:
        entry: what is known of it.
        image: (H, W, 3) uint8, RGB.
    """

    entry: PictureEntry
    image: NDArray[np.uint8]


class PictureFolder:
    """A folder that pictures are added to.

    Args:
        folder: made when it does not exist.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._count = len(list(folder.glob("*.png")))

    def add(
        self, camera: str, image: NDArray[np.uint8], hand: Pose | None = None, *, is_raw: bool
    ) -> None:
        """Write a picture and its line."""
        entry = PictureEntry(f"{self._count:03}-{camera}.png", camera, hand, is_raw)
        self._count += 1
        Image.fromarray(image).save(self.folder / entry.file)
        with (self.folder / LIST_FILE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(to_json(entry)) + "\n")


def read_pictures(folder: Path, cameras: Sequence[str]) -> list[BoardPicture]:
    """Return the pictures that some cameras took, in order.

    Without a list, all of a folder's pictures are raw ones of the only camera asked for.

    Raises:
        StudioError: the folder or a picture cannot be read, or nothing says what took the pictures.
    """
    if not folder.is_dir():
        raise StudioError(f"There is no folder {folder}.")
    listed = folder / LIST_FILE
    if listed.is_file():
        entries = _listed(listed)
    elif len(cameras) == 1:
        files = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
        entries = [PictureEntry(path.name, cameras[0], is_raw=True) for path in files]
    else:
        raise StudioError(
            f"{folder} has no file {LIST_FILE}, which says where the hand was in each picture."
        )
    return [
        BoardPicture(entry, _read_image(folder / entry.file))
        for entry in entries
        if entry.camera in cameras
    ]


def sizes_of(pictures: Sequence[BoardPicture]) -> Mapping[str, tuple[int, int]]:
    """Return width and height of each camera's pictures [px].

    Raises:
        StudioError: they differ.
    """
    sizes: dict[str, tuple[int, int]] = {}
    for picture in pictures:
        name, (height, width) = picture.entry.camera, picture.image.shape[:2]
        if sizes.setdefault(name, (width, height)) != (width, height):
            raise StudioError(f"The pictures of {name} are of different sizes. Take them anew.")
    return sizes


def _listed(path: Path) -> list[PictureEntry]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        values = [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise StudioError(f"{path} cannot be read: {error}.") from error
    return [
        from_json(PictureEntry, value, where=f"line {number} of {path.name}")
        for number, value in enumerate(values, start=1)
    ]


def _read_image(path: Path) -> NDArray[np.uint8]:
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, UnidentifiedImageError) as error:
        raise StudioError(f"The picture {path} cannot be read.") from error
