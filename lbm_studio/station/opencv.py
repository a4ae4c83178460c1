"""OpenCV, loaded when it is first needed: stations without real cameras do without it."""

import importlib
from types import ModuleType

from lbm_studio.core.errors import StationError


def load_opencv() -> ModuleType:
    """Return the module ``cv2``.

    Raises:
        StationError: it is not installed; the sentence says how to.
    """
    try:
        return importlib.import_module("cv2")
    except ImportError as error:
        raise StationError(
            "OpenCV is not installed. Install it with: pip install “lbm-studio[cameras]”."
        ) from error
