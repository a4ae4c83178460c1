"""The stations that can be chosen: those built in, and those on file, which can be edited."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from lbm_studio.app.events import Signal
from lbm_studio.app.views.station import StationChoice
from lbm_studio.app.words import count_words
from lbm_studio.core.embodiment import Mount, SafetyCard
from lbm_studio.core.errors import StudioError, UnknownNameError
from lbm_studio.core.runs import write_text
from lbm_studio.core.station_file import (
    STATION_SUFFIX,
    CameraKind,
    Driver,
    StationFile,
    built_in_station_file,
    read_station_file,
    write_station_file,
)
from lbm_studio.link.remote.keys import ELSEWHERE, KeyRing, PairedStation

BUILT_IN = (
    StationChoice(
        "simulated",
        "Simulated station",
        "Two FR3 arms and six cameras in the physics simulator. Nothing real moves.",
    ),
    StationChoice(
        "simulated-single",
        "Simulated station, one arm",
        "One FR3 arm and two cameras in the physics simulator. Nothing real moves.",
    ),
)
KEPT_EDITS = 50
_NEW_NAME = "station"
_NEW_TITLE = "New station"
_REAL_CAMERAS = {Mount.SCENE: CameraKind.REALSENSE, Mount.WRIST: CameraKind.GENICAM}


@dataclass(frozen=True)
class _Edit:
    """What was done, and the texts of the files before; None where there was no file."""

    sentence: str
    before: dict[Path, str | None]


class Stations:
    """Lists, makes, changes and removes stations. Every change can be undone.

    Args:
        folder: of the user's station files; made when the first is written.
        keys: tell which stations on other machines this one is paired with.

    Signals:
        changed: the choices, after every change.
    """

    def __init__(self, folder: Path, keys: KeyRing | None = None) -> None:
        self.changed: Signal[tuple[StationChoice, ...]] = Signal()
        self._keys = keys or KeyRing()
        self._folder = folder
        self._edits: list[_Edit] = []
        self._outside: Path | None = None

    @property
    def choices(self) -> tuple[StationChoice, ...]:
        """The built-in stations, then those on file, then those on other machines, by name."""
        paths = sorted(self._folder.glob(f"*{STATION_SUFFIX}"))
        if self._outside is not None:
            paths.append(self._outside)
        elsewhere = (_elsewhere(paired) for paired in self._keys.stations().values())
        return (*BUILT_IN, *(self._choice(path) for path in paths), *elsewhere)

    @property
    def undo_sentence(self) -> str:
        """What would be undone; empty when there is nothing."""
        return self._edits[-1].sentence if self._edits else ""

    def adopt(self, station: str) -> str:
        """Return the name of the station that a name or path means; a path is listed from now on.

        Raises:
            UnknownNameError: there is none; all are listed.
            StudioError: its file cannot be read.
        """
        path = Path(station).absolute()
        if path.suffix == STATION_SUFFIX and path.exists():
            read_station_file(path)
            if path.parent != self._folder.absolute():
                self._outside = path
            return path.stem
        names = [choice.name for choice in self.choices]
        if station not in names:
            raise UnknownNameError("station", station, names)
        return station

    def argument(self, name: str) -> str:
        """Return what a process is told of a station: its name, or the path of its file."""
        has_file = not _is_built_in(name) and not name.startswith(ELSEWHERE)
        return str(self.path(name)) if has_file else name

    def path(self, name: str) -> Path:
        """Return where the file of a station is, or would be."""
        if self._outside is not None and self._outside.stem == name:
            return self._outside
        return self._folder / f"{name}{STATION_SUFFIX}"

    def read(self, name: str) -> StationFile:
        """Return a station; a built-in one as the file that ships.

        Raises:
            StudioError: there is none, or it cannot be read.
        """
        if name.startswith(ELSEWHERE):
            raise StudioError("That station is on another machine; it is changed there.")
        if _is_built_in(name):
            return built_in_station_file(name)
        return read_station_file(self.path(name))

    def create(self, like: str) -> str:
        """Write a new station of real arms with the body of another one; return its name."""
        model = self.read(like)
        cameras = tuple(
            replace(camera, kind=_REAL_CAMERAS[camera.mount], serial="", producer="")
            for camera in model.cameras
        )
        arms = tuple(replace(arm, address="") for arm in model.arms)
        name = self._free_name(_NEW_NAME)
        file = replace(
            model,
            name=name,
            title=self._free_title(_NEW_TITLE),
            driver=Driver.FRANKA,
            arms=arms,
            cameras=cameras,
            safety=SafetyCard(),  # simulated arms may push harder than real ones should
            calibrations=(),
            realtime=True,
        )
        self._write(f"the new station “{file.title}”", {self.path(name): file})
        return name

    def duplicate(self, name: str) -> str:
        """Write a copy of a station and return its name."""
        model = self.read(name)
        copy = self._free_name(f"{name}-copy")
        file = replace(model, name=copy, title=self._free_title(f"{model.title}, copy"))
        self._write(f"the copy of “{model.title}”", {self.path(copy): file})
        return copy

    def save(self, name: str, file: StationFile) -> str:
        """Write a station anew, under another name if it has got one; return its name.

        Raises:
            StudioError: a field is impossible, or the new name is taken.
        """
        old, new = self.path(name), self.path(name).with_stem(file.name)
        changes: dict[Path, StationFile | None] = {new: file}
        if new != old:
            if _is_built_in(file.name) or new.exists():
                raise StudioError(f"There is a station called “{file.name}” already.")
            changes[old] = None
        self._write(f"the changes to “{file.title}”", changes)
        if self._outside == old:
            self._outside = new
        return file.name

    def delete(self, name: str) -> None:
        """Remove the file of a station.

        Raises:
            StudioError: it is built in.
        """
        if _is_built_in(name):
            raise StudioError("The simulated stations are built in and stay.")
        self._write(
            f"the removal of “{self._choice(self.path(name)).title}”", {self.path(name): None}
        )

    def undo(self) -> str:
        """Undo the last change and return a sentence about it; empty when there is none."""
        if not self._edits:
            return ""
        edit = self._edits.pop()
        for path, text in edit.before.items():
            if text is None:
                path.unlink(missing_ok=True)
            else:
                write_text(path, text)
        self.changed.emit(self.choices)
        return f"Undone: {edit.sentence}."

    def _write(self, sentence: str, changes: dict[Path, StationFile | None]) -> None:
        before = {path: _text(path) for path in changes}
        for path, file in changes.items():
            if file is None:
                path.unlink(missing_ok=True)
            else:
                write_station_file(path, file)
        self._edits = [*self._edits, _Edit(sentence, before)][-KEPT_EDITS:]
        self.changed.emit(self.choices)

    def _choice(self, path: Path) -> StationChoice:
        try:
            file = read_station_file(path)
        except StudioError as error:
            return StationChoice(path.stem, path.stem, "", is_file=True, trouble=str(error))
        if file.name != path.stem:
            trouble = f"Its file is called {path.name}, but names “{file.name}” inside."
            return StationChoice(path.stem, file.title, "", is_file=True, trouble=trouble)
        return StationChoice(
            file.name, file.title, about(file), is_file=True, is_real=file.driver is Driver.FRANKA
        )

    def _free_name(self, wanted: str) -> str:
        return _free(wanted, (choice.name for choice in self.choices), "-")

    def _free_title(self, wanted: str) -> str:
        return _free(wanted, (choice.title for choice in self.choices), " ")


def about(file: StationFile) -> str:
    """Return one sentence on what a station is."""
    arms = count_words(len(file.arms), "FR3 arm", "FR3 arms")
    cameras = count_words(len(file.cameras), "camera", "cameras")
    if file.driver is Driver.SIMULATED:
        return f"{arms} and {cameras} in the physics simulator. Nothing real moves."
    addresses = ", ".join(arm.address for arm in file.arms if arm.address)
    where = f"at {addresses}" if addresses else "without addresses yet"
    return f"{arms} {where}, {cameras}. Real arms move."


def _elsewhere(station: PairedStation) -> StationChoice:
    return StationChoice(
        ELSEWHERE + station.name,
        f"Station of “{station.name}”",
        f"On another machine, at {station.host}. What moves there, real or simulated, is up to it.",
        is_real=True,
    )


def _is_built_in(name: str) -> bool:
    return name in {choice.name for choice in BUILT_IN}


def _free(wanted: str, taken: Iterable[str], separator: str) -> str:
    known = set(taken)
    names = (wanted, *(f"{wanted}{separator}{number}" for number in range(2, len(known) + 3)))
    return next(name for name in names if name not in known)


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
