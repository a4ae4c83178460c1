"""Which keys move an arm, while they do."""

from PySide6.QtWidgets import QGridLayout, QWidget

from lbm_studio.ui.theme import METRICS
from lbm_studio.ui.widgets.basics import Card, column, label

ROWS = 4


class KeyHelp(QWidget):
    """The keys in two columns, and which arm they move."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[tuple[str, str], ...] = ()
        self._card = Card()
        self._arm = label("", "strong", name="keyArm")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(METRICS.large)
        self._grid.setVerticalSpacing(METRICS.tight)
        self._card.body.addWidget(self._arm)
        self._card.body.addLayout(self._grid)
        self._card.body.addStretch(1)
        layout = column()
        layout.addWidget(self._card)
        self.setLayout(layout)

    def show_keys(self, keys: tuple[tuple[str, str], ...], arm: str) -> None:
        """Show (keys, meaning) pairs; nothing is rebuilt when they are the same."""
        self._arm.setText(self.tr("These keys move the {0} arm while you hold them").format(arm))
        if keys == self._shown:
            return
        self._shown = keys
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for index, (name, meaning) in enumerate(keys):
            line, side = index % ROWS, 2 * (index // ROWS)
            self._grid.addWidget(label(name, "strong"), line, side)
            self._grid.addWidget(label(meaning, "quiet"), line, side + 1)
            self._grid.setColumnStretch(side + 1, 1)
