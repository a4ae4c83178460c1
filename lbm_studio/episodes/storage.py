"""Files that survive a kill or a power cut, and a disk that is too full, in words."""

import errno
import fcntl
import os
import shutil
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from lbm_studio.core.errors import DatasetError, DiskFullError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_BYTES_PER_MB = 1_000_000


def flush_to_disk(path: Path) -> None:
    """Return when the contents of a file, or the entries of a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move_into_place(staged: Path, final: Path) -> None:
    """Give a finished file its name; readers see the old file or the whole new one.

    Raises:
        DatasetError: a folder has that name.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.replace(staged, final)
    except IsADirectoryError as error:
        raise DatasetError(
            f"“{final}” is a folder where a file belongs. Move it away and open the dataset again."
        ) from error
    flush_to_disk(final.parent)


def free_bytes(folder: Path) -> int:
    """Return the room left on the disk that holds ``folder`` [bytes]."""
    return shutil.disk_usage(folder).free


def require_room(folder: Path, needed: int) -> None:
    """Return if ``needed`` bytes can be written below ``folder``.

    Raises:
        DiskFullError: the disk is too full; the sentence names the figures and the place.
    """
    free = free_bytes(folder)
    if free < needed:
        raise DiskFullError(
            f"There is not enough room to record in “{folder}”: {_megabytes(needed)} are needed,"
            f" {_megabytes(free)} are free. Delete something there, or record to another disk."
        )


@contextmanager
def full_disk_in_words(folder: Path) -> Generator[None]:
    """Turn the system's complaint about a full disk into a sentence.

    Raises:
        DiskFullError: the disk that holds ``folder`` is full.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise DiskFullError(
            f"The disk that holds “{folder}” is full: the running episode was not kept, all"
            " earlier ones are safe. Delete something there, or record to another disk."
        ) from error


class FolderLock:
    """Exclusive use of a folder by one process, until :meth:`release` or its end.

    Raises:
        DatasetError: another process has it.
    """

    def __init__(self, folder: Path, *, dataset: Path) -> None:
        self._descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            raise DatasetError(
                f"The dataset “{dataset}” is being recorded to by another program."
                " End that recording first, or choose another folder."
            ) from error

    @property
    def is_held(self) -> bool:
        """Whether the folder has not been released yet."""
        return self._descriptor >= 0

    def release(self) -> None:
        """Let others have the folder. Harmless when called again."""
        if self.is_held:
            os.close(self._descriptor)
            self._descriptor = -1


def remove_files(paths: Iterable[Path]) -> None:
    """Delete files; those already gone do not matter."""
    for path in paths:
        path.unlink(missing_ok=True)


def remove_folder(folder: Path) -> None:
    """Delete a folder with all it holds; one already gone does not matter."""
    shutil.rmtree(folder, ignore_errors=True)


def _megabytes(size: int) -> str:
    return f"{size / _BYTES_PER_MB:,.0f} MB"
