"""Keys that act whatever has the focus: the stop, push to talk, and the keys that move an arm."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
)

from lbm_studio.app.application import Application
from lbm_studio.app.spoken_goal import SpokenGoal
from lbm_studio.app.views.teach import MotionSource
from lbm_studio.app.views.window import PanelName

TEXT_FIELDS = (QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox)

ARM_KEYS = {
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_PageUp: "page up",
    Qt.Key.Key_PageDown: "page down",
    Qt.Key.Key_Home: "home",
    Qt.Key.Key_End: "end",
    Qt.Key.Key_Insert: "insert",
    Qt.Key.Key_Delete: "delete",
    Qt.Key.Key_Tab: "tab",
    Qt.Key.Key_Shift: "shift",
    Qt.Key.Key_Control: "ctrl",
}


def is_typing() -> bool:
    """Whether a text field has the focus, so that letters and spaces belong to it."""
    focus = QApplication.focusWidget()
    if isinstance(focus, QComboBox):
        return focus.isEditable()
    if isinstance(focus, (QLineEdit, QPlainTextEdit, QTextEdit)):
        return not focus.isReadOnly()
    return isinstance(focus, TEXT_FIELDS)


def arm_key(event: QKeyEvent) -> str:
    """Return the application's name of a key, e.g. ``"w"`` or ``"page up"``; empty without one."""
    named = ARM_KEYS.get(Qt.Key(event.key()))
    if named:
        return named
    return (
        chr(event.key()).lower() if Qt.Key.Key_Space < event.key() <= Qt.Key.Key_AsciiTilde else ""
    )


def _has_ctrl(event: QKeyEvent) -> bool:
    return bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)


class KeyGuard(QObject):
    """Sees every key before any widget does. Install it on the application.

    Esc stops everywhere and is passed on, since it also closes what is open. Space stops unless
    somebody types. M talks for as long as it is held, with Ctrl even while somebody types. A key
    counts where it comes in, at the window: Qt then offers the same event to the widget with the
    focus and to all that hold it.
    """

    def __init__(self, application: Application, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._application = application
        self._held: set[str] = set()  # arm keys that are down
        self._spoken: SpokenGoal | None = None  # while the key to talk is down

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if isinstance(event, QKeyEvent) and watched.isWindowType():
            if kind == QEvent.Type.KeyPress:
                return self._pressed(event)
            if kind == QEvent.Type.KeyRelease:
                return self._released(event)
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            return self._keeps_for_text(event)
        if kind == QEvent.Type.ApplicationDeactivate:
            self._held.clear()
            self._application.teach.release_keys()
            self._let_go()
        return False

    def _pressed(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            self._stop("Esc", event)
            return False
        if event.key() == Qt.Key.Key_M and (_has_ctrl(event) or not is_typing()):
            return self._talk(event)
        if is_typing():
            return False
        if event.key() == Qt.Key.Key_Space:
            self._stop("Space", event)
            return True
        return self._arm_key_pressed(event)

    def _stop(self, source: str, event: QKeyEvent) -> None:
        if not event.isAutoRepeat():  # one press is one stop, however long the key is held
            self._application.window.press_stop(source)

    def _talk(self, event: QKeyEvent) -> bool:
        goals = {
            PanelName.TEACH: self._application.teach_goal,
            PanelName.RUN: self._application.run_goal,
        }
        goal = goals.get(self._application.window.view.panel)
        if goal is not None and self._spoken is None and not event.isAutoRepeat():
            self._spoken = goal
            goal.press()
        return goal is not None

    def _let_go(self) -> None:
        if self._spoken is not None:
            spoken, self._spoken = self._spoken, None
            spoken.release()

    def _arm_key_pressed(self, event: QKeyEvent) -> bool:
        name = arm_key(event)
        if not name or _has_ctrl(event) or not self._moves_arm():
            return False
        if event.isAutoRepeat():
            return True
        if not self._application.teach.key_pressed(name):
            return False
        self._held.add(name)
        return True

    def _released(self, event: QKeyEvent) -> bool:
        """Let go of a held key wherever the focus has gone, and whatever else is held, by now."""
        if event.key() == Qt.Key.Key_M and self._spoken is not None:
            if not event.isAutoRepeat():
                self._let_go()
            return True
        name = arm_key(event)
        if name not in self._held:
            return False
        if not event.isAutoRepeat():
            self._held.remove(name)
            self._application.teach.key_released(name)
        return True

    def _keeps_for_text(self, event: QKeyEvent) -> bool:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_typing() and is_enter and not _has_ctrl(event):
            event.accept()
            return True
        return False

    def _moves_arm(self) -> bool:
        teaching = self._application.window.view.panel is PanelName.TEACH
        return teaching and self._application.teach.view.source is MotionSource.KEYBOARD
