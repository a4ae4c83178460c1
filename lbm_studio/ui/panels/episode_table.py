"""The episodes of a dataset as a table."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from lbm_studio.app.notices import Level
from lbm_studio.app.views.review import EpisodeRow, Result
from lbm_studio.ui.icons import Icon, icon
from lbm_studio.ui.theme import Theme
from lbm_studio.ui.widgets.basics import LEVEL_ICONS, level_colour

Index = QModelIndex | QPersistentModelIndex
RESULT_LEVELS = {
    Result.SUCCESS: Level.GOOD,
    Result.FAILURE: Level.WARN,
    Result.UNJUDGED: Level.QUIET,
}
NUMBER, GOAL, RESULT, LENGTH = range(4)


class EpisodeTableModel(QAbstractTableModel):
    """Rows of :class:`EpisodeRow`; holds the snapshot it was given and nothing else."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[EpisodeRow, ...] = ()
        self._titles = (self.tr("Take"), self.tr("Goal"), self.tr("Result"), self.tr("Length"))

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
        if role == Qt.ItemDataRole.DecorationRole and index.column() == RESULT:
            return self._icon(row)
        if role == Qt.ItemDataRole.ForegroundRole and (
            row.deleted or index.column() in (NUMBER, LENGTH)
        ):
            return QColor(self._theme.colours.quiet)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join((row.goal, *row.findings))
        return None

    def _text(self, row: EpisodeRow, column: int) -> str:
        if column == NUMBER:
            return row.title
        if column == GOAL:
            return row.goal
        if column == LENGTH:
            return self.tr("{0:.1f} s").format(row.duration_s)
        return self.tr("deleted") if row.deleted else self._result(row.result)

    def _result(self, result: Result) -> str:
        return {
            Result.SUCCESS: self.tr("success"),
            Result.FAILURE: self.tr("failure"),
            Result.UNJUDGED: self.tr("not judged"),
        }[result]

    def _icon(self, row: EpisodeRow) -> object:
        colours = self._theme.colours
        if row.deleted:
            return icon(Icon.DISCARD, colours.quiet)
        if row.findings:
            return icon(Icon.WARN, colours.warn)
        level = RESULT_LEVELS[row.result]
        return icon(LEVEL_ICONS[level], level_colour(level, colours))
