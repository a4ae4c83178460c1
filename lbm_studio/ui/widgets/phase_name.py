"""Naming a phase where it is: a field over the timeline, with a button that removes the phase."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from lbm_studio.ui.icons import Icon
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import icon_button, row, set_look, text_line


class PhaseName(QFrame):
    """Asks for the name of a phase; Enter, or going elsewhere, takes it.

    Signals:
        named: number of the phase (-1 for a new one), first and last position, name.
        removed: number of the phase.
    """

    named = Signal(int, int, int, str)
    removed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._number = -1
        self._span = (0, 0)
        self._is_open = False
        words = self.tr("Name of the phase")
        self._field = text_line("phaseName", words, words)
        self._field.setFixedWidth(METRICS.phase_name)
        words = self.tr("Remove the phase")
        self._remove = icon_button(theme, Icon.DISCARD, words, "phaseRemove")
        self._remove.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # or the field would be done first
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFocusProxy(self._field)
        set_look(self, "role", "card")
        layout = row(spacing=METRICS.tight)
        layout.addWidget(self._field)
        layout.addWidget(self._remove)
        self.setLayout(layout)
        self._field.editingFinished.connect(self._on_finished)
        self._remove.clicked.connect(self._on_remove)
        self.hide()

    def open_for(self, number: int, span: tuple[int, int], name: str) -> None:
        """Ask for the name of a phase; -1 is a new one."""
        self._number, self._span, self._is_open = number, span, True
        self._field.setText(name)
        self._field.selectAll()
        self.show()
        self.raise_()
        self._field.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._is_open = False
            self.hide()
        super().keyPressEvent(event)

    def _on_finished(self) -> None:
        was_open, self._is_open = self._is_open, False
        name = self._field.text().strip()
        self.hide()
        if was_open and name:
            self.named.emit(self._number, *self._span, name)

    def _on_remove(self) -> None:
        self._is_open = False
        self.hide()
        if self._number >= 0:
            self.removed.emit(self._number)
