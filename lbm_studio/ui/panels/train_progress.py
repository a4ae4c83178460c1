"""The right side of the Train panel: how the selected run goes."""

from PySide6.QtWidgets import QPlainTextEdit, QProgressBar, QWidget

from lbm_studio.app.notices import Level
from lbm_studio.app.train_panel import TrainPanel
from lbm_studio.app.views.train import TrainState, TrainView
from lbm_studio.core.runs import JobStatus
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.panels.train_words import STATUS_LEVELS, selected_run
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import (
    Button,
    Card,
    ElidedLabel,
    Sentence,
    column,
    label,
    row,
)
from lbm_studio.ui.widgets.plots import Line, PlotWidget, SuccessPlotWidget

PROGRESS_STEPS = 1000
CURVE_PLOTS = 2
CURVE_TOKENS = ("accent", "right_arm", "left_arm", "good", "warn")


class TrainProgressWidget(QWidget):
    """Progress, curves, success and messages of one run.

    Attributes:
        resume: goes on with the run.
        publish: puts its skill into the library.
    """

    def __init__(self, theme: Theme, model: TrainPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model
        self._plotted: object = None
        self._build()
        self._connect()
        self._show(model.view)

    def _build(self) -> None:
        views = column(spacing=METRICS.medium)
        views.addWidget(self._build_head())
        self._plots = [
            PlotWidget(self._theme, "", self.tr("training steps")) for _ in range(CURVE_PLOTS)
        ]
        curves = row(spacing=METRICS.medium)
        for plot in self._plots:
            curves.addWidget(_framed(plot), 1)
        views.addLayout(curves, 1)
        below = row(spacing=METRICS.medium)
        below.addWidget(self._build_success(), 1)
        below.addWidget(self._build_log(), 1)
        views.addLayout(below, 1)
        self.setLayout(views)

    def _build_head(self) -> QWidget:
        card = Card()
        self._title = ElidedLabel("", "strong", "runTitle")
        self._remaining = label("", "control", name="remaining")
        self._bar = QProgressBar()
        self._bar.setRange(0, PROGRESS_STEPS)
        self._bar.setTextVisible(False)
        self._stage = Sentence(self._theme, "stage", wrap=False)
        self._stop = Button(self._theme, self.tr("Save and end"), Icon.HALT)
        self.resume = Button(self._theme, self.tr("Go on"), Icon.RUN)
        self.publish = Button(self._theme, self.tr("Use this skill"), Icon.KEEP)
        self.publish.setToolTip(
            self.tr("Put it into the skill library, so that the panel Run understands its goals")
        )
        top, bottom = row(spacing=METRICS.medium), row(spacing=METRICS.small)
        top.addWidget(self._title, 1)
        top.addWidget(self._remaining)
        bottom.addWidget(self._stage, 1)
        for name, button in (
            ("stop", self._stop),
            ("resume", self.resume),
            ("publish", self.publish),
        ):
            button.setObjectName(f"train_{name}")
            bottom.addWidget(button)
        card.body.addLayout(top)
        card.body.addWidget(self._bar)
        card.body.addLayout(bottom)
        return card

    def _build_success(self) -> QWidget:
        title = self.tr("Success in simulation [%]")
        self._success = SuccessPlotWidget(self._theme, title, self.tr("training steps"))
        self._tried = ElidedLabel("", "quiet", "tryOutSentence")
        self._try_out = Button(self._theme, self.tr("Try out"), Icon.TRY_OUT, name="train_try_out")
        self._try_out.setToolTip(self.tr("Run it in simulation on layouts it has never seen"))
        line = row(spacing=METRICS.small)
        line.addWidget(self._tried, 1)
        line.addWidget(self._try_out)
        card = _framed(self._success)
        card.body.addLayout(line)
        return card

    def _build_log(self) -> QWidget:
        card = Card(self.tr("What it says"))
        self._log = QPlainTextEdit()
        self._log.setObjectName("log")
        self._log.setReadOnly(True)
        self._log.setPlaceholderText(self.tr("Messages of the training appear here."))
        card.body.addWidget(self._log, 1)
        return card

    def _connect(self) -> None:
        self._stop.clicked.connect(self._model.stop)
        self.resume.clicked.connect(self._model.resume)
        self.publish.clicked.connect(self._model.publish_skill)
        self._try_out.clicked.connect(self._model.try_out)
        self._model.changed.connect(self._show)

    def _show(self, view: TrainView) -> None:
        self._show_head(view)
        self._show_plots(view)
        self._try_out.setEnabled(view.can_try_out)
        default = self.tr("Twenty layouts it has never seen.") if view.can_try_out else ""
        self._tried.setText(view.try_out_sentence or default)
        text = "\n".join(view.messages)
        if text != self._log.toPlainText():
            self._log.setPlainText(text)
            bar = self._log.verticalScrollBar()
            bar.setValue(bar.maximum())

    def _show_head(self, view: TrainView) -> None:
        selected = selected_run(view)
        is_running = view.state in (TrainState.RUNNING, TrainState.STOPPING, TrainState.STARTING)
        self._title.setText(selected.title if selected else self.tr("No run yet"))
        self._remaining.setText(self._remaining_text(view))
        self._bar.setValue(round(view.progress * PROGRESS_STEPS))
        level = STATUS_LEVELS.get(view.status, Level.QUIET) if view.status else Level.QUIET
        default = self.tr(
            "Curves appear here while it trains; they stay when the window is closed."
        )
        text = view.failure or view.stage or (selected.sentence if selected else default)
        self._stage.show_sentence(text, Level.BAD if view.failure else level)
        self._stop.setVisible(is_running)
        self._stop.setEnabled(view.state is TrainState.RUNNING)
        self.resume.setVisible(bool(selected and selected.can_resume and not is_running))
        self.publish.setVisible(bool(selected and selected.has_checkpoint and not is_running))
        self.publish.setEnabled(not view.published)
        self.publish.setText(
            self.tr("In the skill library") if view.published else self.tr("Use this skill")
        )

    def _remaining_text(self, view: TrainView) -> str:
        if view.remaining_s is None or view.status is not JobStatus.RUNNING:
            return self.tr("{0:.0f} %").format(100 * view.progress) if view.selected else ""
        minutes = view.remaining_s / 60
        left = (
            self.tr("{0:.0f} min left").format(minutes)
            if minutes >= 1
            else self.tr("less than a minute left")
        )
        return self.tr("{0:.0f} %, {1}").format(100 * view.progress, left)

    def _show_plots(self, view: TrainView) -> None:
        shown = (view.selected, view.curves, view.rollouts)
        if shown == self._plotted:
            return
        self._plotted = shown
        titles = (self.tr("Loss"), self.tr("Held-out error"))
        for index, plot in enumerate(self._plots):
            curve = view.curves[index] if index < len(view.curves) else None
            plot.set_title(curve.title if curve else titles[index])
            token = CURVE_TOKENS[index % len(CURVE_TOKENS)]
            lines = [Line(curve.steps, curve.values, token)] if curve else []
            plot.show_lines(lines, view.selected)
        points = view.rollouts
        self._success.show_points(
            [p.step for p in points],
            [p.successes / max(p.trials, 1) for p in points],
            [p.low for p in points],
            [p.high for p in points],
        )


def _framed(plot: QWidget) -> Card:
    card = Card()
    card.body.addWidget(plot, 1)
    return card
