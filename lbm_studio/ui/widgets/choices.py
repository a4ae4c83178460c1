"""Choosing one of several: a combo box, a row of buttons, and a caption over either."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from lbm_studio.ui.icons import Icon
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, column, label, row


class ChoiceCombo(QComboBox):
    """A combo box over (key, title) pairs that reports only what a person chose.

    Signals:
        chosen: the key.
    """

    chosen = Signal(str)

    def __init__(self, name: str, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(METRICS.small)
        self.activated.connect(self._on_activated)

    def show_choices(
        self, choices: Sequence[tuple[str, str]], current: str, missing: str = ""
    ) -> None:
        """Show the pairs and select ``current``; when it is none of them, show ``missing``."""
        shown = [(self.itemData(i), self.itemText(i)) for i in range(self.count())]
        with QSignalBlocker(self):
            if shown != list(choices):
                self.clear()
                for key, title in choices:
                    self.addItem(title, key)
            self.setCurrentIndex(self.findData(current))
        self.setToolTip(self.currentText())
        self.setPlaceholderText(missing)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        whole = self.currentText() if self.currentIndex() >= 0 else self.placeholderText()
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self)
        shown = self.fontMetrics().elidedText(whole, Qt.TextElideMode.ElideMiddle, room.width())
        option.currentText = shown  # type: ignore[attr-defined]  # missing in the stubs
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def _on_activated(self, index: int) -> None:
        self.chosen.emit(str(self.itemData(index)))


class SegmentedChoice(QWidget):
    """A few choices side by side, one of them checked.

    Signals:
        chosen: the key a person chose.
    """

    chosen = Signal(str)

    def __init__(
        self,
        theme: Theme,
        choices: Sequence[tuple[str, str, Icon | None]],
        parent: QWidget | None = None,
        *,
        kind: str = "",
    ) -> None:
        super().__init__(parent)
        self._buttons: dict[str, Button] = {}
        self._group = QButtonGroup(self)
        layout = row(spacing=METRICS.tight)
        for key, title, which in choices:
            button = Button(theme, title, which, kind)
            button.setCheckable(True)
            button.setObjectName(f"choice_{key}")
            button.clicked.connect(self._emitter(key))
            self._buttons[key] = button
            self._group.addButton(button)
            layout.addWidget(button, 1)
        self.setLayout(layout)

    def show_choice(self, key: str, offered: Sequence[str]) -> None:
        """Check one and enable those that are offered."""
        for name, button in self._buttons.items():
            button.setChecked(name == key)
            button.setEnabled(name in offered)

    def _emitter(self, key: str) -> Callable[[], None]:
        return lambda: self.chosen.emit(key)


def field(title: str, widget: QWidget, *beside: QWidget) -> QVBoxLayout:
    """Return a caption over a widget, with others beside it."""
    result = column(spacing=METRICS.tight)
    caption = label(title, "caption")
    caption.setBuddy(widget)
    result.addWidget(caption)
    line = row()
    line.addWidget(widget, 1)
    for other in beside:
        line.addWidget(other)
    result.addLayout(line)
    return result
