"""The sheet on which a station is edited: a draft of its file, checked as it is typed."""

from collections.abc import Callable

from lbm_studio.app.cameras import camera_title
from lbm_studio.app.notices import Notices
from lbm_studio.app.station_fields import Entry, arm_entries, limit_entries, station_entries
from lbm_studio.app.stations import Stations
from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.station_editor import (
    CameraSlot,
    EditorField,
    EditorPage,
    EditorSection,
    StationEditorView,
)
from lbm_studio.core.errors import StudioError
from lbm_studio.core.station_file import CameraKind, CameraSetup, StationFile, station_problems

_KINDS = {
    CameraKind.SIMULATED: "Simulated",
    CameraKind.OPENCV: "USB camera",
    CameraKind.FILE: "Video file",
    CameraKind.REALSENSE: "RealSense",
    CameraKind.GENICAM: "GenICam",
}


LIMIT_COLUMNS = 3

Sections = tuple[tuple[str, tuple[Entry, ...]], ...]
"""Titles of sections, and what is in them."""


class StationEditor(ViewModel[StationEditorView]):
    """Edits one station at a time. What is typed is a draft until it is saved.

    Args:
        stations: where it is read and written.
        notices: where things are refused.
        is_free: whether no station is connected.
        on_saved: given the name of a station that was saved.
    """

    def __init__(
        self,
        stations: Stations,
        notices: Notices,
        *,
        is_free: Callable[[], bool],
        on_saved: Callable[[str], object],
    ) -> None:
        super().__init__(StationEditorView(), notices)
        self._stations = stations
        self._is_free = is_free
        self._on_saved = on_saved
        self._file: StationFile | None = None
        self._typed: dict[str, str] = {}
        self._pages: tuple[tuple[str, Sections], ...] = ()

    def open(self, name: str) -> None:
        """Edit a station that is on file."""
        try:
            self._file = self._stations.read(name)
        except StudioError as error:
            self._refuse(str(error))
            return
        self._typed = {}
        self._pages = _pages(self._file)
        self._show()

    def type(self, path: str, text: str) -> None:
        """Change one value of the draft."""
        self._typed[path] = text
        self._show()

    def save(self) -> None:
        """Write the draft. It holds from the next connection on."""
        if self._file is None or not self.view.can_save:
            self._refuse("There is nothing to save.")
            return
        if not self._is_free():
            self._refuse("Disconnect the station before changing it.")
            return
        file, _ = self._draft(self._file)
        try:
            if self._stations.read(self._file.name) != self._file:
                raise StudioError("The file has changed meanwhile. Close this, then edit it anew.")
            name = self._stations.save(self._file.name, file)
        except (StudioError, OSError) as error:
            self._show(trouble=str(error))
            return
        self.close()
        self._on_saved(name)

    def close(self) -> None:
        """Forget the draft."""
        self._file = None
        self.publish(StationEditorView())

    def _show(self, trouble: str = "") -> None:
        if self._file is None:
            return
        file, problems = self._draft(self._file)
        known = {entry.path for _, sections in self._pages for _, s in sections for entry in s}
        others = [f"{field} {reason}." for field, reason in problems.items() if field not in known]
        sentence = trouble or next(iter(others), "")
        if problems and not sentence:
            sentence = "Mend what is marked, then save."
        pages = tuple(
            _page(title, sections, file, self._typed, problems) for title, sections in self._pages
        )
        self.publish(
            StationEditorView(
                is_open=True,
                name=self._file.name,
                path=str(self._stations.path(self._file.name)),
                pages=pages,
                cameras=tuple(_slot(camera) for camera in file.cameras),
                sentence=sentence,
                has_problem=bool(sentence),
                can_save=not problems and file != self._file,
            )
        )

    def _draft(self, file: StationFile) -> tuple[StationFile, dict[str, str]]:
        """Return the file with all that was typed, and what is wrong, by path."""
        problems: dict[str, str] = {}
        for _, sections in self._pages:
            for entry in (entry for _, entries in sections for entry in entries):
                typed = self._typed.get(entry.path)
                if typed is None or typed == entry.text(file):
                    continue
                try:
                    file = entry.changed(file, typed)
                except ValueError as error:
                    problems[entry.path] = str(error)
        for problem in station_problems(file):
            problems.setdefault(problem.field, problem.reason)
        return file, problems


def _pages(file: StationFile) -> tuple[tuple[str, Sections], ...]:
    arms = tuple(
        (f"{arm.name.capitalize()} arm", arm_entries(index)) for index, arm in enumerate(file.arms)
    )
    limits = tuple(limit_entries())
    most = -(-len(limits) // LIMIT_COLUMNS)
    columns = (limits[first : first + most] for first in range(0, len(limits), most))
    return (
        ("Station", (("", station_entries()),)),
        ("Arms", arms),
        ("Limits", tuple(("", column) for column in columns)),
    )


def _page(
    title: str,
    sections: Sections,
    file: StationFile,
    typed: dict[str, str],
    problems: dict[str, str],
) -> EditorPage:
    shown = tuple(
        EditorSection(name, tuple(_field(entry, file, typed, problems) for entry in entries))
        for name, entries in sections
    )
    has_problem = any(field.problem for section in shown for field in section.fields)
    return EditorPage(title, shown, has_problem)


def _field(
    entry: Entry, file: StationFile, typed: dict[str, str], problems: dict[str, str]
) -> EditorField:
    reason = problems.get(entry.path, "")
    problem = f"This {reason}." if reason else ""
    text = typed.get(entry.path, entry.text(file))
    return EditorField(
        entry.path, entry.label, text, entry.unit, problem, entry.is_flag, entry.is_wide
    )


def _slot(camera: CameraSetup) -> CameraSlot:
    kind = _KINDS[camera.kind]
    device = camera.serial or camera.producer
    is_filled = camera.kind is CameraKind.SIMULATED or bool(device)
    words = f"{kind}, {device}" if device else kind
    sentence = f"{words}." if is_filled else f"No {kind} camera chosen yet."
    return CameraSlot(camera_title(camera.name), sentence, is_filled)
