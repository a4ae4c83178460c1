"""What speech needs beside the rest of the application, and what to say when it is missing."""

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

from lbm_studio.core.errors import StudioError

REMEDY = (
    "Start the application once with packaging/run, which installs it. Until then, type the goal."
)


class SpeechError(StudioError):
    """Speech cannot be recognised here; the sentence says what is missing."""


def require(package: str) -> Any:
    """Return a package that speech needs.

    Raises:
        SpeechError: it is not installed.
    """
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise SpeechError(f"The package “{package}” is not installed. {REMEDY}") from error


def file_of(package: str, name: str) -> Path | None:
    """Return a file that a package brings; None when there is none."""
    try:
        module: ModuleType = importlib.import_module(package)
    except ImportError:
        return None
    paths = [Path(folder) / name for folder in module.__path__]
    return next((path for path in paths if path.is_file()), None)
