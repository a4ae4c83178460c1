"""The safety card of the connected station: what is limited, how far, and how often it acted."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QSizePolicy, QWidget

from lbm_studio.app.views.safety import LimitRow
from lbm_studio.ui.theme import METRICS
from lbm_studio.ui.widgets.basics import ElidedLabel, column, label, row, set_look


class LimitTable(QWidget):
    """Limits under a heading: the name of each, how far it goes, and how often it acted."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._heading = label("", "caption", name=name)
        self._shown: tuple[LimitRow, ...] = ()
        self._cells: list[tuple[QLabel, QLabel, QLabel]] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(METRICS.medium)
        self._grid.setVerticalSpacing(METRICS.tight)
        self._grid.setColumnStretch(1, 1)
        layout = column(spacing=METRICS.tight)
        layout.addWidget(self._heading)
        layout.addLayout(self._grid)
        layout.addStretch(1)
        self.setLayout(layout)

    def show_rows(self, heading: str, rows: tuple[LimitRow, ...]) -> None:
        """Show limits; cells are made once and then only change their text."""
        self._heading.setText(heading)
        if rows == self._shown:
            return
        if len(rows) != len(self._shown):
            self._build(len(rows))
        self._shown = rows
        for cells, shown in zip(self._cells, rows, strict=True):
            for cell, text in zip(cells, (shown.name, shown.allowed, shown.acted), strict=True):
                cell.setText(text)
            set_look(cells[-1], "role", "strong" if shown.has_acted else "quiet")

    def _build(self, count: int) -> None:
        for cell in (cell for cells in self._cells for cell in cells):
            self._grid.removeWidget(cell)
            cell.deleteLater()
        self._cells = []
        for line in range(count):
            cells = (label("", "strong"), ElidedLabel(), label("", "quiet"))
            for part, cell in enumerate(cells):
                self._grid.addWidget(cell, line, part)
            self._cells.append(cells)


class SafetyCardWidget(QWidget):
    """What slows the arms beside what stops them; both scroll together."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._without = label(
            self.tr("What the station limits appears here once it is connected."), "quiet"
        )
        self._slowing = LimitTable("slowing")
        self._stopping = LimitTable("stopping")
        self._table = QWidget()
        line = row(spacing=METRICS.large)
        line.setContentsMargins(0, 0, METRICS.medium, 0)
        line.addWidget(self._slowing, 1)
        line.addWidget(self._stopping, 1)
        self._table.setLayout(line)
        self._area = _scrolling(self._table)
        layout = column()
        layout.addWidget(self._without, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._area, 1)
        self.setLayout(layout)

    def show_limits(self, rows: tuple[LimitRow, ...], sentence: str) -> None:
        """Show all limits.

        Args:
            rows: a row for every limit; none while there is no station.
            sentence: how many steps were slowed; empty before anything moved.
        """
        self._without.setVisible(not rows)
        self._area.setVisible(bool(rows))
        slowing = self.tr("Slow the arms. {0}").format(sentence) if sentence else ""
        self._slowing.show_rows(
            slowing or self.tr("Slow the arms"), tuple(r for r in rows if not r.stops)
        )
        self._stopping.show_rows(self.tr("Stop the arms"), tuple(r for r in rows if r.stops))


def _scrolling(table: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(table)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
    return area
