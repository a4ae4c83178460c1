"""The user's preferences: one typed, versioned JSON file.

A bad field is dropped with a notice and never blocks the start.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, get_type_hints

from lbm_studio.app.events import Signal
from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.errors import StudioError
from lbm_studio.core.runs import write_json

SETTINGS_FILE = "settings.json"
SETTINGS_VERSION = 1

logger = logging.getLogger(__name__)


class Theme(StrEnum):
    """Light or dark; SYSTEM follows the desktop."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True)
class WindowGeometry:
    """Where the window was, in logical pixels; a width of 0 means never shown [px]."""

    x: int = 0
    y: int = 0
    width: int = 0
    height: int = 0
    maximised: bool = False


@dataclass(frozen=True)
class Settings:
    """What is remembered between two starts.

    Attributes:
        version: of this schema.
        theme: colours of the window.
        scale: size of everything, 1 to 2.
        geometry: of the window.
        panel: the panel in front.
        station: the station chosen last.
        connect_at_start: whether to connect it at once.
        wanted_takes: of the Teach panel.
        train_minutes: of the Train panel [min].
        speed: of the Run panel, 0.25 to 2.
        operator: who records; may be empty.
        countdown_s: counted down before a person moves the arms; 0 begins at once [s].
        sounds: whether takes begin and end with a sound.
        overlay: how much of the wanted start is blended over the live pictures, 0 to 1.
        spacemice: the arm of each SpaceMouse, by the place where it is plugged in.
        spacemouse_hold_button: whether a SpaceMouse moves its arm only with its right button held.
        speech_model: file of the recogniser of speech; empty for the one that is installed.
        datasets_folder: where recordings live; empty for the user's data folder.
        runs_folder: where runs live; empty for the user's data folder.
    """

    version: int = SETTINGS_VERSION
    theme: Theme = Theme.SYSTEM
    scale: float = 1.0
    geometry: WindowGeometry = WindowGeometry()
    panel: str = "station"
    station: str = "simulated"
    connect_at_start: bool = True
    wanted_takes: int = 30
    train_minutes: float = 15.0
    speed: float = 1.0
    operator: str = ""
    countdown_s: int = 3
    sounds: bool = True
    overlay: float = 0.0
    speech_model: str = ""
    spacemice: dict[str, str] = field(default_factory=dict[str, str])
    spacemouse_hold_button: bool = False
    datasets_folder: str = ""
    runs_folder: str = ""


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "scale": lambda value: 1.0 <= value <= 2.0,
    "wanted_takes": lambda value: 1 <= value <= 10_000,
    "train_minutes": lambda value: 0.1 <= value <= 100_000.0,
    "countdown_s": lambda value: 0 <= value <= 60,
    "overlay": lambda value: 0.0 <= value <= 1.0,
    "speed": lambda value: 0.25 <= value <= 2.0,
}


class SettingsStore:
    """The settings in force, and the file they are kept in.

    Signals:
        changed: the new settings.
    """

    def __init__(self, folder: Path, say: Callable[[str], object]) -> None:
        self.changed: Signal[Settings] = Signal()
        self._path = folder / SETTINGS_FILE
        self._say = say
        self._settings = read_settings(self._path, say)

    @property
    def current(self) -> Settings:
        return self._settings

    def update(self, **changes: Any) -> None:
        """Change named fields and write the file; if the disk refuses, they last till the end."""
        changed = replace(self._settings, **changes)
        if changed == self._settings:
            return
        self._settings = changed
        self._write()
        self.changed.emit(changed)

    def _write(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_json(self._path, to_json(self._settings))
        except OSError as error:
            logger.warning("settings not written: %s", error)
            self._say(f"The settings could not be saved: {error.strerror or error}.")


def read_settings(path: Path, say: Callable[[str], object]) -> Settings:
    """Return the settings in a file; bad fields take their defaults and are named in a notice."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError):
        say("The settings could not be read and start from their defaults.")
        return Settings()
    if not isinstance(raw, dict):
        say("The settings could not be read and start from their defaults.")
        return Settings()
    return _field_by_field(raw, say)


def _field_by_field(raw: dict[str, Any], say: Callable[[str], object]) -> Settings:
    hints = get_type_hints(Settings)
    settings = Settings()
    for name in (known.name for known in fields(Settings)):
        if name not in raw or name == "version":
            continue
        try:
            value = _checked(name, hints[name], raw[name])
        except (StudioError, ValueError) as error:
            logger.info("setting %s dropped: %s", name, error)
            say(f"The setting “{name}” could not be read and takes its default.")
            continue
        settings = replace(settings, **{name: value})
    return settings


def _checked(name: str, kind: Any, value: Any) -> Any:
    built = _build(kind, value)
    if not _CHECKS.get(name, lambda _: True)(built):
        raise ValueError(f"{name} is out of range")
    return built


def _build(kind: Any, value: Any) -> Any:
    if kind is WindowGeometry or not isinstance(kind, type):
        return from_json(kind, value, where="setting")
    if issubclass(kind, StrEnum):
        return kind(value)
    if isinstance(value, bool) and kind is not bool:
        raise ValueError("a truth value is not a number or a text")
    if kind is float and isinstance(value, int):
        return float(value)
    if not isinstance(value, kind):
        raise ValueError(f"should be of type {kind.__name__}")
    return value
