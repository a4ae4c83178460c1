"""The one table of what can be done by key: shown on F1 and in tooltips, bound by the window."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeySequence

from lbm_studio.app.views.window import PanelName


class ActionId(StrEnum):
    """What a key does."""

    STOP = "stop"
    STOP_UNLESS_TYPING = "stop unless typing"
    TALK = "talk"
    HELP = "help"
    FULL_SCREEN = "full screen"
    SHOW_STATION = "show station"
    SHOW_TEACH = "show teach"
    SHOW_REVIEW = "show review"
    SHOW_TRAIN = "show train"
    SHOW_RUN = "show run"
    CONNECT = "connect"
    RECORD = "record"
    KEEP = "keep"
    DISCARD = "discard"
    UNDO_TAKE = "undo take"
    PLAY = "play"
    SUCCESS = "success"
    FAILURE = "failure"
    UNDO_EDIT = "undo edit"
    REDO_EDIT = "redo edit"
    STEP_BACK = "step back"
    STEP_FORWARD = "step forward"
    TRAIN = "train"
    RUN = "run"
    PAUSE = "pause"


@dataclass(frozen=True)
class ActionInfo:
    """One row of the table.

    Attributes:
        id: what it does.
        keys: any of these, in Qt's portable notation.
        text: what people read.
        panel: the panel it belongs to; None for everywhere.
        while_typing: whether it acts while a text field has the focus.
        repeats: whether it goes on for as long as the key is held.
    """

    id: ActionId
    keys: tuple[str, ...]
    text: str
    panel: PanelName | None = None
    while_typing: bool = False
    repeats: bool = False


SHOW_PANEL = {
    ActionId.SHOW_STATION: PanelName.STATION,
    ActionId.SHOW_TEACH: PanelName.TEACH,
    ActionId.SHOW_REVIEW: PanelName.REVIEW,
    ActionId.SHOW_TRAIN: PanelName.TRAIN,
    ActionId.SHOW_RUN: PanelName.RUN,
}

ACTIONS = (
    ActionInfo(ActionId.STOP, ("Esc",), "Stop all arms", while_typing=True),
    ActionInfo(ActionId.STOP_UNLESS_TYPING, ("Space",), "Stop all arms (a space while you type)"),
    ActionInfo(
        ActionId.TALK, ("M", "Ctrl+M"), "Hold and say the goal, on Teach and Run", while_typing=True
    ),
    ActionInfo(ActionId.HELP, ("F1",), "Show these keys", while_typing=True),
    ActionInfo(ActionId.FULL_SCREEN, ("F11",), "Full screen", while_typing=True),
    ActionInfo(ActionId.SHOW_STATION, ("Ctrl+1",), "Panel Station", while_typing=True),
    ActionInfo(ActionId.SHOW_TEACH, ("Ctrl+2",), "Panel Teach", while_typing=True),
    ActionInfo(ActionId.SHOW_REVIEW, ("Ctrl+3",), "Panel Review", while_typing=True),
    ActionInfo(ActionId.SHOW_TRAIN, ("Ctrl+4",), "Panel Train", while_typing=True),
    ActionInfo(ActionId.SHOW_RUN, ("Ctrl+5",), "Panel Run", while_typing=True),
    ActionInfo(
        ActionId.CONNECT,
        ("Ctrl+Return", "Ctrl+Enter"),
        "Connect",
        PanelName.STATION,
        while_typing=True,
    ),
    ActionInfo(ActionId.RECORD, ("R",), "Record, or finish the take", PanelName.TEACH),
    ActionInfo(ActionId.KEEP, ("Return", "Enter"), "Keep the take", PanelName.TEACH),
    ActionInfo(ActionId.DISCARD, ("Backspace",), "Discard the take", PanelName.TEACH),
    ActionInfo(ActionId.UNDO_TAKE, ("Z", "Ctrl+Z"), "Undo the last take", PanelName.TEACH),
    ActionInfo(ActionId.PLAY, ("P",), "Play or pause", PanelName.REVIEW),
    ActionInfo(ActionId.SUCCESS, ("Return", "Enter"), "Mark as success", PanelName.REVIEW),
    ActionInfo(ActionId.FAILURE, ("Backspace",), "Mark as failure", PanelName.REVIEW),
    ActionInfo(ActionId.UNDO_EDIT, ("Z", "Ctrl+Z"), "Undo the last edit", PanelName.REVIEW),
    ActionInfo(ActionId.REDO_EDIT, ("Y", "Ctrl+Y"), "Redo what was undone", PanelName.REVIEW),
    ActionInfo(ActionId.STEP_BACK, ("Left",), "One frame back", PanelName.REVIEW, repeats=True),
    ActionInfo(ActionId.STEP_FORWARD, ("Right",), "One frame on", PanelName.REVIEW, repeats=True),
    ActionInfo(
        ActionId.TRAIN, ("Ctrl+Return", "Ctrl+Enter"), "Train", PanelName.TRAIN, while_typing=True
    ),
    ActionInfo(
        ActionId.RUN, ("Ctrl+Return", "Ctrl+Enter"), "Run", PanelName.RUN, while_typing=True
    ),
    ActionInfo(ActionId.PAUSE, ("P",), "Pause or go on", PanelName.RUN),
)

_BY_ID = {info.id: info for info in ACTIONS}


def action(which: ActionId) -> ActionInfo:
    """Return one row of the table."""
    return _BY_ID[which]


def action_text(info: ActionInfo) -> str:
    """Return what people read, in their language."""
    return QCoreApplication.translate("actions", info.text)


def key_text(which: ActionId) -> str:
    """Return the first key of an action as it is written on this system, e.g. ``"Ctrl+1"``."""
    sequence = QKeySequence(action(which).keys[0])
    text = sequence.toString(QKeySequence.SequenceFormat.NativeText)
    return {"Return": QCoreApplication.translate("actions", "Enter")}.get(
        text, text.replace("Return", "Enter")
    )


def with_key(text: str, which: ActionId) -> str:
    """Return ``text`` with its key, for buttons and tooltips: ``"Record (R)"``."""
    return f"{text} ({key_text(which)})"
