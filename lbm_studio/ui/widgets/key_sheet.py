"""The sheet of keys shown on F1."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from lbm_studio.app.views.window import PanelName
from lbm_studio.ui.actions import ACTIONS, ActionInfo, action_text, key_text
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import column, label, row
from lbm_studio.ui.widgets.sheet import Sheet


class KeySheet(Sheet):
    """What every key does: everywhere on the left, on the panel in front on the right."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent.tr("Keys"), parent)
        self.setObjectName("keySheet")
        self._tables: QWidget | None = None

    def open_for(self, panel: PanelName) -> None:
        """Show the keys that act on a panel."""
        if self._tables is not None:
            self.body.removeWidget(self._tables)
            self._tables.deleteLater()
        self._tables = self._build_tables(panel)
        self.body.addWidget(self._tables)
        self.open()

    def _build_tables(self, panel: PanelName) -> QWidget:
        holder = QWidget()
        line = row(spacing=METRICS.wide * 2)
        everywhere = [info for info in ACTIONS if info.panel is None]
        here = [info for info in ACTIONS if info.panel is panel]
        for title, rows in ((self.tr("Everywhere"), everywhere), (self.tr("On this panel"), here)):
            side = column(spacing=METRICS.small)
            side.addWidget(label(title, "caption"))
            side.addLayout(_grid(rows))
            side.addStretch(1)
            line.addLayout(side)
        holder.setLayout(line)
        return holder


def _grid(rows: list[ActionInfo]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(METRICS.large)
    grid.setVerticalSpacing(METRICS.small)
    for index, info in enumerate(rows):
        key = label(key_text(info.id), "strong")
        grid.addWidget(key, index, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(label(action_text(info), "control"), index, 1)
    return grid
