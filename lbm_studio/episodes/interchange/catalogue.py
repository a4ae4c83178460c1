"""The formats that can be read, and which of them a path holds."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lbm_studio.core.errors import DatasetError, UnknownNameError
from lbm_studio.episodes.interchange import lerobot, rlds, robomimic, spartan, umi
from lbm_studio.episodes.interchange.foreign import ForeignSource

FORMATS: Mapping[str, Callable[[Path], ForeignSource]] = {
    lerobot.V2: lerobot.open_v2,
    lerobot.V3: lerobot.open_v3,
    robomimic.FORMAT: robomimic.RobomimicSource,
    umi.FORMAT: umi.UmiSource,
    rlds.FORMAT: rlds.RldsSource,
    spartan.FORMAT: spartan.SpartanSource,
}
"""What opens each format."""


@contextmanager
def opened(path: Path, format_: str | None = None) -> Generator[ForeignSource]:
    """Open a source for reading, and close it.

    Args:
        path: file or folder.
        format_: one of ``FORMATS``; found out by default.

    Raises:
        DatasetError: it is missing or damaged, or of no known format.
        UnknownNameError: there is no such format.
    """
    if not path.exists():
        raise DatasetError(f"There is nothing at “{path}”.")
    name = format_ or detect(path)
    if name not in FORMATS:
        raise UnknownNameError("format", name, FORMATS)
    source = FORMATS[name](path)
    try:
        yield source
    finally:
        source.close()


def detect(path: Path) -> str:
    """Return the format that a file or folder looks like.

    Raises:
        DatasetError: it looks like none.
    """
    found = _of_folder(path) if path.is_dir() else _of_file(path)
    if found is None:
        raise DatasetError(
            f"“{path}” looks like none of the formats that can be imported. If it is one, say"
            f" which: --format {', '.join(FORMATS)}."
        )
    return found


def _of_file(path: Path) -> str | None:
    if path.suffix.lower() in robomimic.SUFFIXES:
        return robomimic.FORMAT
    return umi.FORMAT if path.name.lower().endswith((".zarr.zip", ".zarr")) else None


def _of_folder(path: Path) -> str | None:
    version = lerobot.version_of(path)
    if version is not None:
        return version
    if (path / rlds.FEATURES_FILE).is_file():
        return rlds.FORMAT
    if (path / "meta" / umi.ENDS).is_dir():
        return umi.FORMAT
    is_spartan = next(path.rglob(spartan.OBSERVATIONS), None) is not None
    return spartan.FORMAT if is_spartan else None
