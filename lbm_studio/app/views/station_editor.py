"""Snapshots of the sheet on which a station is edited."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EditorField:
    """One value that can be edited.

    Attributes:
        path: in the station file, e.g. ``"arms[0].address"``.
        label: e.g. ``"Address"``.
        text: as it is typed; of a flag ``"yes"`` or ``"no"``.
        unit: e.g. ``"mm"``; empty for words.
        problem: what is wrong with it, a sentence; empty when nothing is.
        is_flag: whether it is yes or no.
        is_wide: whether it is long.
    """

    path: str
    label: str
    text: str
    unit: str = ""
    problem: str = ""
    is_flag: bool = False
    is_wide: bool = False


@dataclass(frozen=True)
class EditorSection:
    """Values that belong together."""

    title: str
    fields: tuple[EditorField, ...]


@dataclass(frozen=True)
class EditorPage:
    """One page of the sheet.

    Attributes:
        title: e.g. ``"Arms"``.
        sections: side by side.
        has_problem: whether one of its values is wrong.
    """

    title: str
    sections: tuple[EditorSection, ...]
    has_problem: bool = False


@dataclass(frozen=True)
class CameraSlot:
    """A camera of the station and what fills it.

    Attributes:
        title: e.g. ``"wrist left −"``.
        sentence: which device, or that there is none.
        is_filled: whether a device is known.
    """

    title: str
    sentence: str
    is_filled: bool


@dataclass(frozen=True)
class StationEditorView:
    """What the sheet shows.

    Attributes:
        is_open: whether a station is being edited.
        name: the station as it is on file.
        path: of its file.
        pages: the values.
        cameras: the slots.
        sentence: what keeps it from being saved, or that it was; empty otherwise.
        has_problem: whether ``sentence`` tells of a problem.
        can_save: whether there is something to save, and nothing in the way.
    """

    is_open: bool = False
    name: str = ""
    path: str = ""
    pages: tuple[EditorPage, ...] = ()
    cameras: tuple[CameraSlot, ...] = ()
    sentence: str = ""
    has_problem: bool = False
    can_save: bool = False
