"""What a check of the recordings found, in words, each with the way there and what mends it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from lbm_studio.app.notices import Level
from lbm_studio.app.review_panel import ReviewPanel
from lbm_studio.app.views.quality import FindingRow, QualityState, QualityView
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, Card, Sentence, column, row

LEVELS = {"ruin": Level.BAD, "doubt": Level.WARN, "hint": Level.QUIET}


class FindingCard(Card):
    """One finding.

    Signals:
        show_pressed: the name of the episode it is about.
        fix_pressed: its number.
    """

    show_pressed = Signal(str)
    fix_pressed = Signal(int)

    def __init__(self, theme: Theme, finding: FindingRow, parent: QWidget | None = None) -> None:
        super().__init__("", parent, role="inset")
        self._sentence = Sentence(theme, f"finding{finding.number}")
        self._sentence.show_sentence(finding.sentence, LEVELS.get(finding.severity, Level.WARN))
        self.body.addWidget(self._sentence)
        buttons = row()
        buttons.addStretch(1)
        if finding.uuid:
            show = Button(
                theme,
                self.tr("Show the take"),
                Icon.REVIEW,
                "chip",
                name=f"showFinding{finding.number}",
            )
            show.clicked.connect(lambda: self.show_pressed.emit(finding.uuid))
            buttons.addWidget(show)
        if finding.can_fix:
            words = self.tr("Mended") if finding.is_fixed else self.tr("Mend")
            fix = Button(
                theme,
                words,
                Icon.KEEP if finding.is_fixed else Icon.FIX,
                "chip",
                name=f"fixFinding{finding.number}",
            )
            fix.setToolTip(self.tr("Makes an edit, which can be undone like any other"))
            fix.setEnabled(not finding.is_fixed)
            fix.clicked.connect(lambda: self.fix_pressed.emit(finding.number))
            buttons.addWidget(fix)
        if finding.uuid or finding.can_fix:
            self.body.addLayout(buttons)


class FindingsPage(QWidget):
    """Checks the open recordings and lists what was found, the worst first."""

    def __init__(self, theme: Theme, model: ReviewPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model
        self._findings: tuple[FindingRow, ...] = ()
        self._check = Button(theme, "", Icon.CHECK, name="check")
        self._summary = Sentence(theme, "checkSentence")
        self._rows = column()
        self._build()
        self._check.clicked.connect(self._on_check)
        model.quality.changed.connect(self._show)
        self._show(model.quality.view)

    def _build(self) -> None:
        inner = QWidget()
        lines = column()
        lines.addLayout(self._rows)
        lines.addStretch(1)
        inner.setLayout(lines)
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        layout = column(spacing=METRICS.small)
        layout.addWidget(self._check)
        layout.addWidget(self._summary)
        layout.addWidget(scroll, 1)
        self.setLayout(layout)

    def _on_check(self) -> None:
        quality = self._model.quality
        is_checking = quality.view.state is QualityState.CHECKING
        (quality.stop if is_checking else quality.check)()

    def _show(self, view: QualityView) -> None:
        is_checking = view.state is QualityState.CHECKING
        self._check.setText(
            self.tr("End the check") if is_checking else self.tr("Check the recordings")
        )
        self._check.set_icon(Icon.HALT if is_checking else Icon.CHECK)
        self._summary.show_sentence(view.sentence, _level(view))
        if view.findings != self._findings:
            self._findings = view.findings
            self._show_findings()

    def _show_findings(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            if (card := item.widget()) is not None:
                card.hide()
                card.deleteLater()
        for finding in self._findings:
            card = FindingCard(self._theme, finding)
            card.show_pressed.connect(self._model.show_episode)
            card.fix_pressed.connect(self._model.quality.fix)
            self._rows.addWidget(card)


def _level(view: QualityView) -> Level:
    if view.state is not QualityState.CHECKED:
        return Level.QUIET
    worst = {finding.severity for finding in view.findings if not finding.is_fixed}
    if "ruin" in worst:
        return Level.BAD
    return Level.WARN if "doubt" in worst else Level.GOOD
