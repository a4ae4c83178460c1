"""Keys that act whatever has the focus: the stop, and the keys that move an arm."""

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


class KeyGuard(QObject):
    """Sees every key before any widget does. Install it on the application.

    Esc stops everywhere and is passed on, since it also closes what is open. Space stops unless
    somebody types.
    """

    def __init__(self, application: Application, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._application = application

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._pressed(event)
        if kind == QEvent.Type.KeyRelease and isinstance(event, QKeyEvent):
            return self._released(event)
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            return self._keeps_for_text(event)
        if kind == QEvent.Type.ApplicationDeactivate:
            self._application.teach.release_keys()
        return False

    def _pressed(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            self._application.window.press_stop("Esc")
            return False
        if is_typing():
            return False
        if event.key() == Qt.Key.Key_Space:
            self._application.window.press_stop("Space")
            return True
        return self._moves_arm() and self._arm_key(event, is_press=True)

    def _released(self, event: QKeyEvent) -> bool:
        if is_typing() or not self._moves_arm():
            return False
        return self._arm_key(event, is_press=False)

    def _keeps_for_text(self, event: QKeyEvent) -> bool:
        plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if is_typing() and plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
            return True
        return False

    def _moves_arm(self) -> bool:
        teaching = self._application.window.view.panel is PanelName.TEACH
        return teaching and self._application.teach.view.source is MotionSource.KEYBOARD

    def _arm_key(self, event: QKeyEvent, *, is_press: bool) -> bool:
        name = arm_key(event)
        if not name or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        if event.isAutoRepeat():
            return True
        teach = self._application.teach
        return teach.key_pressed(name) if is_press else teach.key_released(name)
