"""The episodes of a dataset as a table: sorted by its header, several rows at a time."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from lbm_studio.app.notices import Level
from lbm_studio.app.views.review import EpisodeRow, Result, ReviewState, ReviewView, RowOrder
from lbm_studio.ui.icons import Icon, pixmap, steady
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import LEVEL_ICONS, level_colour
from lbm_studio.ui.widgets.pictures import qimage

Index = QModelIndex | QPersistentModelIndex
HAS_EPISODE = (ReviewState.READY, ReviewState.PLAYING, ReviewState.REPLAYING)
RESULT_LEVELS = {
    Result.SUCCESS: Level.GOOD,
    Result.PARTIAL: Level.WARN,
    Result.FAILURE: Level.WARN,
    Result.UNJUDGED: Level.QUIET,
}
NUMBER, GOAL, RESULT, LENGTH, FINDINGS = range(5)
ORDERS = (RowOrder.NUMBER, RowOrder.GOAL, RowOrder.RESULT, RowOrder.LENGTH, RowOrder.FINDINGS)
"""What a click on the header of each column sorts by."""


def selected_row(view: ReviewView) -> EpisodeRow | None:
    """Return the episode that is shown, also where the filter hides it."""
    return next((each for each in view.rows if each.index == view.selected), view.row)


class EpisodeTableModel(QAbstractTableModel):
    """Rows of :class:`EpisodeRow`; holds the snapshot it was given and nothing else."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[EpisodeRow, ...] = ()
        self._pictures: dict[str, QIcon] = {}
        self._titles = (
            self.tr("Take"), self.tr("Goal"), self.tr("Result"), self.tr("Length"), self.tr("Odd"),
        )  # fmt: skip
        self._words = {
            Result.SUCCESS: self.tr("success"),
            Result.PARTIAL: self.tr("partly"),
            Result.FAILURE: self.tr("failure"),
            Result.UNJUDGED: self.tr("not judged"),
        }

    @property
    def rows(self) -> tuple[EpisodeRow, ...]:
        return self._rows

    def show_rows(self, rows: tuple[EpisodeRow, ...]) -> bool:
        """Show other rows; returns whether anything changed."""
        if rows == self._rows:
            return False
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()
        return True

    def show_thumbnails(self, thumbnails: Mapping[str, NDArray[np.uint8]]) -> None:
        """Show a small picture beside each title; those that are known stay as they are."""
        new = [uuid for uuid in thumbnails if uuid not in self._pictures]
        if not new and len(thumbnails) == len(self._pictures):
            return
        self._pictures = {uuid: self._pictures.get(uuid, QIcon()) for uuid in thumbnails}
        size = QSize(METRICS.thumbnail_width, METRICS.control)
        for uuid in new:
            picture = QPixmap.fromImage(qimage(thumbnails[uuid])).scaled(
                size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            self._pictures[uuid] = steady(picture)
        if self._rows:
            last = self.index(len(self._rows) - 1, NUMBER)
            self.dataChanged.emit(self.index(0, NUMBER), last, [Qt.ItemDataRole.DecorationRole])

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's signature)
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's signature)
        return 0 if parent.isValid() else len(self._titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> object:
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return self._titles[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = 0) -> object:
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, index.column())
        if role == Qt.ItemDataRole.DecorationRole:
            return self._decoration(row, index.column())
        if role == Qt.ItemDataRole.ForegroundRole and (
            row.deleted or index.column() in (NUMBER, LENGTH)
        ):
            return QColor(self._theme.colours.quiet)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join((row.goal, *row.findings, *row.tags, row.note)).strip()
        return None

    def _text(self, row: EpisodeRow, column: int) -> str:
        return {
            NUMBER: row.title,
            GOAL: row.goal,
            RESULT: self.tr("deleted") if row.deleted else self._result(row),
            LENGTH: self.tr("{0:.1f} s").format(row.duration_s),
            FINDINGS: str(len(row.findings)) if row.findings else "",
        }[column]

    def _result(self, row: EpisodeRow) -> str:
        return row.milestones if row.result is Result.PARTIAL else self._words[row.result]

    def _decoration(self, row: EpisodeRow, column: int) -> object:
        colours = self._theme.colours
        if column == NUMBER:
            return self._pictures.get(row.uuid)
        if column == FINDINGS and row.findings:
            return steady(pixmap(Icon.WARN, colours.warn))
        if column != RESULT:
            return None
        if row.deleted:
            return steady(pixmap(Icon.DISCARD, colours.quiet))
        level = RESULT_LEVELS[row.result]
        which = Icon.PARTIAL if row.result is Result.PARTIAL else LEVEL_ICONS[level]
        return steady(pixmap(which, level_colour(level, colours)))


class EpisodeTable(QTableView):
    """Shows rows, and tells which a person chose and what to sort by.

    Signals:
        picked: indices of the episodes that are chosen, the newest row last.
        ordered: a RowOrder, and whether the last comes first.
    """

    picked = Signal(tuple)
    ordered = Signal(object, bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = EpisodeTableModel(theme, self)
        self._order = (RowOrder.NUMBER, False)
        self._selected = -1
        self.setModel(self._rows)
        self.setObjectName("episodes")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setIconSize(QSize(METRICS.thumbnail_width, METRICS.control))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(METRICS.control + METRICS.tight)
        self._build_header()
        self.selectionModel().selectionChanged.connect(self._on_selection)

    def show_view(self, view: ReviewView) -> None:
        """Show the rows, what is selected, and what they are sorted by."""
        with QSignalBlocker(self.selectionModel()):
            self._rows.show_rows(view.rows)
            self._rows.show_thumbnails(view.thumbnails)
            self._show_selection(view)
        self._order = (view.order, view.descending)
        down = Qt.SortOrder.DescendingOrder if view.descending else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(ORDERS.index(view.order), down)
        if view.selected != self._selected:
            self._selected = view.selected
            self.scrollTo(self.currentIndex())

    def _build_header(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        for index in (NUMBER, RESULT):
            header.setSectionResizeMode(index, QHeaderView.ResizeMode.ResizeToContents)
        for index in (LENGTH, FINDINGS):  # narrower than their titles with an arrow
            header.setSectionResizeMode(index, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(index, METRICS.cell)
        header.setSectionResizeMode(GOAL, QHeaderView.ResizeMode.Stretch)
        header.sectionClicked.connect(self._on_header)

    def _show_selection(self, view: ReviewView) -> None:
        chosen = view.chosen or ((view.selected,) if view.selected >= 0 else ())
        wanted = {place for place, row in enumerate(view.rows) if row.index in chosen}
        shown = {index.row() for index in self.selectionModel().selectedRows()}
        if wanted == shown:
            return
        selection = QItemSelection()
        for place in wanted:
            selection.select(
                self._rows.index(place, 0), self._rows.index(place, self._rows.columnCount() - 1)
            )
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        first = [place for place in wanted if view.rows[place].index == view.selected]
        if first:
            index = self._rows.index(first[0], 0)
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.viewport().update()

    def _on_selection(self) -> None:
        places = [index.row() for index in self.selectionModel().selectedRows()]
        if places:
            self.picked.emit(tuple(self._rows.rows[place].index for place in places))

    def _on_header(self, section: int) -> None:
        order, descending = self._order
        self.ordered.emit(ORDERS[section], ORDERS[section] is order and not descending)
