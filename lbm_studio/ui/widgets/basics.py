"""The bricks of every panel: labels with a role, buttons with an icon, cards, sentences."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from lbm_studio.app.notices import Level
from lbm_studio.ui.icons import Icon, icon, pixmap
from lbm_studio.ui.theme import METRICS, Colours, Theme, with_equal_figures

LEVEL_ICONS = {
    Level.QUIET: Icon.INFO,
    Level.GOOD: Icon.GOOD,
    Level.WARN: Icon.WARN,
    Level.BAD: Icon.BAD,
}

FILLED = ("primary", "confirm")
"""Kinds of buttons that are the answer to what to do next: one of them at a time in a panel."""


def set_look(widget: QWidget, name: str, value: str) -> None:
    """Set the dynamic property ``name`` the stylesheet looks at, and apply it."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def level_colour(level: Level, colours: Colours) -> str:
    """Return the colour that goes with a level."""
    return {
        Level.QUIET: colours.quiet,
        Level.GOOD: colours.good,
        Level.WARN: colours.warn,
        Level.BAD: colours.bad,
    }[level]


def label(text: str = "", role: str = "", *, wrap: bool = False, name: str = "") -> QLabel:
    """Return a plain-text label."""
    result = QLabel(text)
    result.setTextFormat(Qt.TextFormat.PlainText)
    result.setWordWrap(wrap)
    result.setObjectName(name)
    if wrap:
        result.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    if role:
        set_look(result, "role", role)
    return result


def tabular(widget: QLabel) -> QLabel:
    """Give a label figures of equal width and return it."""
    widget.setFont(with_equal_figures(widget.font()))
    return widget


def rule() -> QFrame:
    """Return a thin horizontal line."""
    result = QFrame()
    set_look(result, "role", "rule")
    return result


def column(*, spacing: int = METRICS.small, margin: int = 0) -> QVBoxLayout:
    """Return a vertical layout with token spacing."""
    layout = QVBoxLayout()
    layout.setSpacing(spacing)
    layout.setContentsMargins(margin, margin, margin, margin)
    return layout


def row(*, spacing: int = METRICS.small, margin: int = 0) -> QHBoxLayout:
    """Return a horizontal layout with token spacing."""
    layout = QHBoxLayout()
    layout.setSpacing(spacing)
    layout.setContentsMargins(margin, margin, margin, margin)
    return layout


class Card(QFrame):
    """A surface with a vertical layout ``body`` and, if given, a title."""

    def __init__(
        self, title: str = "", parent: QWidget | None = None, *, role: str = "card"
    ) -> None:
        super().__init__(parent)
        set_look(self, "role", role)
        self.body = column(spacing=METRICS.small, margin=METRICS.medium)
        self.setLayout(self.body)
        if title:
            self.body.addWidget(label(title, "caption"))


class Button(QPushButton):
    """A push button with a kind (e.g. ``primary``, or none) whose icon follows the theme."""

    def __init__(
        self,
        theme: Theme,
        text: str,
        which: Icon | None = None,
        kind: str = "",
        *,
        name: str = "",
    ) -> None:
        super().__init__(text)
        self.setObjectName(name)
        self._theme = theme
        self._which = which
        self.setIconSize(QSize(METRICS.icon, METRICS.icon))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        set_look(self, "kind", kind)
        self._recolour()
        theme.changed.connect(self._recolour)

    def set_kind(self, kind: str) -> None:
        """Fill the button, or quieten it.

        Args:
            kind: ``primary`` is filled, and ``waiting`` as large, for the one that will be filled
                again; ``confirm`` is filled and no larger than the field beside it.
        """
        set_look(self, "kind", kind)
        self._recolour()

    def set_icon(self, which: Icon) -> None:
        """Show another icon."""
        self._which = which
        self._recolour()

    def _recolour(self) -> None:
        if self._which is None:
            return
        colours = self._theme.colours
        colour = colours.on_accent if self.property("kind") in FILLED else colours.text
        self.setIcon(icon(self._which, colour, colours.quiet))


def icon_button(theme: Theme, which: Icon, words: str, name: str) -> Button:
    """Return a square button whose words are its tooltip."""
    button = Button(theme, "", which, "icon", name=name)
    button.setFixedWidth(METRICS.control)
    button.setToolTip(words)
    button.setAccessibleName(words)
    return button


def text_line(name: str, accessible_name: str, hint: str = "") -> QLineEdit:
    """Return an edit of one line; the hint stands in it while it is empty."""
    line = QLineEdit()
    line.setObjectName(name)
    line.setAccessibleName(accessible_name)
    line.setPlaceholderText(hint)
    return line


class ElidedLabel(QLabel):
    """A label of one line that shortens its text and keeps the whole of it as tooltip."""

    def __init__(self, text: str = "", role: str = "", name: str = "") -> None:
        super().__init__()
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if role:
            set_look(self, "role", role)
        self.setText(text)

    def setText(self, text: str) -> None:
        if text != self._whole or super().text() != text:
            self._whole = text
            super().setText(text)
            self.setToolTip(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = self.fontMetrics().elidedText(
            self._whole, Qt.TextElideMode.ElideRight, self.width()
        )
        painter.drawText(self.rect(), self.alignment() | Qt.TextFlag.TextSingleLine, shown)


class Sentence(QWidget):
    """An icon and a sentence: the state in words, form and colour as second and third signal.

    Args:
        theme: the colours.
        name: object name of the text.
        role: look of the text.
        wrap: over several lines, or shortened to one.
        marks_quiet: whether a quiet sentence has an icon too.
    """

    def __init__(
        self,
        theme: Theme,
        name: str = "",
        *,
        role: str = "",
        wrap: bool = True,
        marks_quiet: bool = True,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._level = Level.QUIET
        self._marks_quiet = marks_quiet
        self._icon = label()
        self._text = label("", role, wrap=True) if wrap else ElidedLabel("", role)
        self._text.setObjectName(name)
        self._build(wrap)
        theme.changed.connect(self._recolour)

    @property
    def text(self) -> str:
        return self._text.text()

    @property
    def level(self) -> Level:
        return self._level

    def show_sentence(self, text: str, level: Level = Level.QUIET) -> None:
        """Show a sentence; an empty one shows nothing but keeps its room."""
        self._text.setText(text)
        is_marked = bool(text) and (self._marks_quiet or level is not Level.QUIET)
        if level is not self._level or is_marked == self._icon.pixmap().isNull():
            self._level = level
            self._recolour()

    def _build(self, wrap: bool) -> None:
        layout = row(spacing=METRICS.small)
        self._icon.setFixedWidth(METRICS.icon)
        top = Qt.AlignmentFlag.AlignTop if wrap else Qt.AlignmentFlag.AlignVCenter
        layout.addWidget(self._icon, 0, top)
        layout.addWidget(self._text, 1)
        self.setLayout(layout)

    def _recolour(self) -> None:
        is_plain = self._level is Level.QUIET and not self._marks_quiet
        if is_plain or not self._text.text():
            self._icon.clear()
            return
        colour = level_colour(self._level, self._theme.colours)
        self._icon.setPixmap(pixmap(LEVEL_ICONS[self._level], colour))
