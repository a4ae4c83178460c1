"""Libraries that only some formats need, and a sentence where one is missing."""

import importlib
from types import ModuleType

from lbm_studio.core.errors import StudioError

EXTRA = "pip install 'lbm-studio[interchange]'"


def load(module: str, what: str) -> ModuleType:
    """Return a library of the ``interchange`` extra.

    Args:
        module: its import name.
        what: that cannot be read without it.

    Raises:
        StudioError: it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise StudioError(
            f"To read {what}, the library “{module}” is needed. Install it with: {EXTRA}"
        ) from error
