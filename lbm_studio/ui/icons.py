"""Icons, all of one set (Phosphor), by what they mean; never without a label or a tooltip."""

from enum import StrEnum
from functools import cache

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QPixmap

from lbm_studio.ui.theme import METRICS


class Icon(StrEnum):
    """What an icon means."""

    STATION = "ph.robot"
    TEACH = "ph.hand-grabbing"
    REVIEW = "ph.film-strip"
    TRAIN = "ph.graduation-cap"
    RUN = "ph.play"
    TRY_OUT = "ph.flask"
    PAUSE = "ph.pause"
    HOME = "ph.house"
    RECORD = "ph.record-fill"
    SERIES = "ph.repeat"
    KEEP = "ph.check"
    DISCARD = "ph.trash"
    UNDO = "ph.arrow-counter-clockwise"
    REDO = "ph.arrow-clockwise"
    BACK = "ph.caret-left"
    FORWARD = "ph.caret-right"
    FIRST = "ph.arrow-line-left"
    LAST = "ph.arrow-line-right"
    CUT = "ph.scissors"
    WHOLE = "ph.arrows-out-line-horizontal"
    SPLIT = "ph.columns"
    MERGE = "ph.arrows-in-line-horizontal"
    PARTIAL = "ph.circle-half"
    CHECK = "ph.magnifying-glass"
    FIX = "ph.wrench"
    PLOT = "ph.chart-line"
    WORDS = "ph.list"
    HISTORY = "ph.clock-counter-clockwise"
    COMPARE = "ph.columns"
    EXPORT = "ph.export"
    FOLDER = "ph.folder-open"
    GOOD = "ph.check-circle"
    WARN = "ph.warning"
    BAD = "ph.x-circle"
    INFO = "ph.info"
    STOPPED = "ph.hand-palm"
    NOTICES = "ph.bell"
    CLOSE = "ph.x"
    CONNECT = "ph.link"
    CAMERA = "ph.video-camera"
    CAMERA_LOST = "ph.video-camera-slash"
    MICROPHONE = "ph.microphone"
    KEYBOARD = "ph.keyboard"
    GAMEPAD = "ph.game-controller"
    SPACEMOUSE = "ph.arrows-out-cardinal"
    PHONE = "ph.device-mobile"
    PEDAL = "ph.stack"
    SWAP = "ph.swap"
    SHUFFLE = "ph.shuffle"
    EDIT = "ph.pencil-simple"
    NEW = "ph.plus"
    COPY = "ph.copy"
    RECOVER = "ph.first-aid"
    LIMITS = "ph.shield-check"
    CALIBRATION = "ph.ruler"
    GOAL = "ph.target"
    THEME = "ph.moon"
    LIGHT = "ph.sun"
    SYSTEM = "ph.desktop"
    AGAIN = "ph.arrow-u-up-left"
    HELP = "ph.question"
    WAIT = "ph.hourglass"
    HALT = "ph.stop"


@cache
def icon(which: Icon, colour: str, disabled: str | None = None) -> QIcon:
    """Return an icon in the given colour [#rrggbb]."""
    # Imported here: it is slow to load, and the STOP window hardly needs it.
    import qtawesome

    options = {"color": colour, "color_disabled": disabled or colour}
    return qtawesome.icon(which.value, **options)


def pixmap(which: Icon, colour: str, size_px: int = METRICS.icon) -> QPixmap:
    """Return an icon as a picture [px]."""
    return icon(which, colour).pixmap(QSize(size_px, size_px))


def steady(picture: QPixmap) -> QIcon:
    """Return a picture that keeps its colours in a row that is selected."""
    result = QIcon(picture)
    result.addPixmap(picture, QIcon.Mode.Selected)
    return result
