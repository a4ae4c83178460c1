"""Which takes the table shows: a text to find, and a chip for each result."""

from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from lbm_studio.app.review_panel import ReviewPanel
from lbm_studio.app.views.review import Result, ReviewView, RowFilter
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, column, row


class EpisodeFilter(QWidget):
    """Finds takes by words, result, findings, and whether they are deleted."""

    def __init__(self, theme: Theme, model: ReviewPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model
        self._results: dict[Result, Button] = {}
        self._build()
        self._connect()
        self._show(model.view)

    def _build(self) -> None:
        self._text = QLineEdit()
        self._text.setObjectName("filterText")
        self._text.setAccessibleName(self.tr("Find takes"))
        self._text.setPlaceholderText(self.tr("Find in goals, tags and notes"))
        self._text.setClearButtonEnabled(True)
        self._findings = self._chip(self.tr("Odd"), "filterFindings", Icon.WARN)
        self._findings.setToolTip(self.tr("Only takes with findings"))
        self._hides = self._chip(self.tr("Hide deleted"), "filterDeleted")
        words = row(spacing=METRICS.tight)
        words.addWidget(self._text, 1)
        words.addWidget(self._findings)
        words.addWidget(self._hides)
        lines = column()
        lines.addLayout(words)
        lines.addLayout(self._build_results())
        self.setLayout(lines)

    def _build_results(self) -> QHBoxLayout:
        titles = {
            Result.SUCCESS: self.tr("Success"),
            Result.PARTIAL: self.tr("Partly"),
            Result.FAILURE: self.tr("Failure"),
            Result.UNJUDGED: self.tr("Not judged"),
        }
        line = row(spacing=METRICS.tight)
        for result, title in titles.items():
            self._results[result] = self._chip(title, f"filter_{result.name.lower()}")
            line.addWidget(self._results[result], 1)
        return line

    def _chip(self, title: str, name: str, which: Icon | None = None) -> Button:
        chip = Button(self._theme, title, which, "chip")
        chip.setCheckable(True)
        chip.setObjectName(name)
        return chip

    def _connect(self) -> None:
        self._text.textEdited.connect(lambda text: self._want(text=text))
        self._text.textChanged.connect(self._on_text)
        self._findings.clicked.connect(lambda wanted: self._want(only_findings=wanted))
        self._hides.clicked.connect(lambda wanted: self._want(hides_deleted=wanted))
        for result, chip in self._results.items():
            chip.clicked.connect(
                lambda wanted, which=result: self._want(result=which if wanted else None)
            )
        self._model.changed.connect(self._show)

    def _on_text(self, text: str) -> None:
        if not text and self._model.view.filter.text:  # the button that clears the field
            self._want(text="")

    def _want(self, **changes: object) -> None:
        before: RowFilter = self._model.view.filter
        self._model.show_only(replace(before, **changes))  # type: ignore[arg-type]

    def _show(self, view: ReviewView) -> None:
        wanted = view.filter
        if self._text.text() != wanted.text and not self._text.hasFocus():
            self._text.setText(wanted.text)
        self._findings.setChecked(wanted.only_findings)
        self._hides.setChecked(wanted.hides_deleted)
        for result, chip in self._results.items():
            chip.setChecked(wanted.result is result)
        for widget in (self._text, self._findings, self._hides, *self._results.values()):
            widget.setEnabled(bool(view.dataset))
