"""The list of notices, newest first."""

from collections.abc import Callable

from PySide6.QtCore import QDateTime, QLocale
from PySide6.QtWidgets import QScrollArea, QWidget

from lbm_studio.app.notices import Notice
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, Sentence, column, label, row
from lbm_studio.ui.widgets.sheet import Sheet


class NoticeSheet(Sheet):
    """What was said and not yet dismissed.

    Args:
        theme: the colours.
        dismiss: takes the number of a notice off the list.
        parent: what the sheet lies over.
    """

    def __init__(self, theme: Theme, dismiss: Callable[[int], object], parent: QWidget) -> None:
        super().__init__(theme, parent.tr("Notices"), parent)
        self.setObjectName("noticeSheet")
        self._theme = theme
        self._dismiss = dismiss
        self._shown: tuple[Notice, ...] | None = None
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setMinimumSize(METRICS.column * 2, METRICS.strip * 2)
        self.body.addWidget(self._scroll)

    def show_notices(self, notices: tuple[Notice, ...]) -> None:
        """Show this list."""
        if notices == self._shown:
            return
        self._shown = notices
        holder = QWidget()
        lines = column(spacing=METRICS.medium)
        for notice in reversed(notices):
            lines.addWidget(self._line(notice))
        if not notices:
            lines.addWidget(label(self.tr("Nothing needs your attention."), "quiet"))
        lines.addStretch(1)
        holder.setLayout(lines)
        self._scroll.setWidget(holder)

    def _line(self, notice: Notice) -> QWidget:
        holder = QWidget()
        line = row(spacing=METRICS.medium)
        when = QDateTime.fromSecsSinceEpoch(round(notice.unix_time_s)).time()
        text = Sentence(self._theme, f"notice{notice.number}")
        text.show_sentence(notice.text, notice.level)
        dismiss = Button(self._theme, self.tr("Dismiss"), Icon.CLOSE, "plain")
        dismiss.clicked.connect(lambda: self._dismiss(notice.number))
        line.addWidget(label(QLocale().toString(when, QLocale.FormatType.ShortFormat), "quiet"))
        line.addWidget(text, 1)
        line.addWidget(dismiss)
        holder.setLayout(line)
        return holder
