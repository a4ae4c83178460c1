"""What an empty place is for, and the one button that fills it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from lbm_studio.ui.icons import Icon, pixmap
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, column, label, set_look


class EmptyState(QFrame):
    """A picture, a sentence and a button.

    Signals:
        pressed: the button.
    """

    pressed = Signal()

    def __init__(
        self, theme: Theme, which: Icon, button: Button, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._which = which
        self._picture = label()
        self._sentence = label("", "control", wrap=True, name="emptySentence")
        self.button = button
        set_look(self, "role", "card")
        self._build()
        self._recolour()
        theme.changed.connect(self._recolour)
        button.clicked.connect(self.pressed)

    def show_sentence(self, text: str) -> None:
        """Say what the place is for."""
        self._sentence.setText(text)

    def _build(self) -> None:
        centre = Qt.AlignmentFlag.AlignCenter
        self._picture.setAlignment(centre)
        self._sentence.setAlignment(centre)
        layout = column(spacing=METRICS.large, margin=METRICS.wide)
        layout.addStretch(1)
        layout.addWidget(self._picture)
        layout.addWidget(self._sentence)
        layout.addWidget(self.button, 0, centre)
        layout.addStretch(1)
        self.setLayout(layout)

    def _recolour(self) -> None:
        colour = self._theme.colours.quiet
        self._picture.setPixmap(pixmap(self._which, colour, METRICS.icon_large))
