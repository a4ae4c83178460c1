"""The left side of the Train panel: what to train on, from what and how long, and the runs."""

from datetime import datetime

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QCheckBox, QLayout, QListWidget, QListWidgetItem, QSpinBox, QWidget

from lbm_studio.app.notices import Level
from lbm_studio.app.train_panel import TrainPanel
from lbm_studio.app.views.train import DatasetChoice, RunRow, TrainState, TrainView
from lbm_studio.ui.actions import ActionId, with_key
from lbm_studio.ui.icons import Icon, icon
from lbm_studio.ui.panels.train_words import STATUS_LEVELS
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import (
    LEVEL_ICONS,
    Button,
    Card,
    Sentence,
    column,
    label,
    level_colour,
)
from lbm_studio.ui.widgets.choices import ChoiceCombo, field

MOST_MINUTES = 24 * 60


class TrainJobCard(Card):
    """Describes the next job and lists the runs.

    Attributes:
        train: begins to train.
    """

    def __init__(self, theme: Theme, model: TrainPanel, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._theme = theme
        self._model = model
        self._dataset_choices: tuple[DatasetChoice, ...] | None = None
        self._run_rows: tuple[RunRow, ...] = ()
        self.setFixedWidth(METRICS.column)
        self.body.setContentsMargins(*(METRICS.large,) * 4)
        self._build()
        self._build_runs()
        self._connect()
        self._show(model.view)

    def _build(self) -> None:
        self.body.addWidget(label(self.tr("What should it practise?"), "heading", name="question"))
        self._sentence = Sentence(self._theme, "trainSentence")
        self.body.addWidget(self._sentence)
        self.body.addWidget(label(self.tr("Recordings"), "caption"))
        self._datasets = column(spacing=METRICS.tight)
        self.body.addLayout(self._datasets)
        self._start_from = ChoiceCombo("start", self.tr("Start from"))
        self.body.addLayout(field(self.tr("Start from"), self._start_from))
        self._start_problem = label("", "quiet", wrap=True, name="startProblem")
        self.body.addWidget(self._start_problem)
        self._minutes = QSpinBox()
        self._minutes.setObjectName("minutes")
        self._minutes.setRange(1, MOST_MINUTES)
        self._minutes.lineEdit().setTextMargins(METRICS.tight, 0, 0, 0)
        self._minutes.setSuffix(self.tr(" min"))
        self.body.addLayout(field(self.tr("May take"), self._minutes))
        self._estimate = label("", "quiet", wrap=True, name="estimate")
        self.body.addWidget(self._estimate)
        self.train = Button(
            self._theme,
            with_key(self.tr("Train"), ActionId.TRAIN),
            Icon.TRAIN,
            "primary",
            name="train",
        )
        self.body.addWidget(self.train)

    def _build_runs(self) -> None:
        self.body.addSpacing(METRICS.small)
        self.body.addWidget(label(self.tr("Runs"), "caption"))
        self._runs = QListWidget()
        self._runs.setObjectName("runs")
        self._runs.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._runs.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(self._runs, 1)

    def _connect(self) -> None:
        self._start_from.chosen.connect(self._model.choose_start)
        self._minutes.valueChanged.connect(self._model.set_minutes)
        self.train.clicked.connect(self._model.start)
        self._runs.currentItemChanged.connect(self._on_run)
        self._model.changed.connect(self._show)

    def _on_run(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._model.select_run(item.data(Qt.ItemDataRole.UserRole))

    def _show(self, view: TrainView) -> None:
        self._sentence.show_sentence(view.sentence)
        self._show_datasets(view.datasets)
        self._show_job(view)
        self._show_runs(view)

    def _show_datasets(self, datasets: tuple[DatasetChoice, ...]) -> None:
        if datasets == self._dataset_choices:
            return
        self._dataset_choices = datasets
        _clear(self._datasets)
        for choice in datasets:
            self._datasets.addWidget(self._dataset_box(choice))
        if not datasets:
            self._datasets.addWidget(label(self.tr("None yet."), "quiet"))

    def _show_job(self, view: TrainView) -> None:
        starts = [(s.checkpoint, s.title) for s in view.starts]
        self._start_from.show_choices(starts, view.start)
        self._start_problem.setText(view.start_problem)
        self._start_problem.setVisible(bool(view.start_problem))
        with QSignalBlocker(self._minutes):
            self._minutes.setValue(round(view.minutes))
        self._estimate.setText(view.estimate_sentence)
        can_train = view.state is TrainState.READY
        for widget in (self.train, self._start_from, self._minutes):
            widget.setEnabled(can_train)

    def _dataset_box(self, choice: DatasetChoice) -> QCheckBox:
        box = QCheckBox(self.tr("{0} ({1} takes)").format(choice.name, choice.episodes))
        box.setChecked(choice.chosen)
        box.setEnabled(not choice.problem)
        box.setToolTip(choice.problem or choice.path)
        box.setMinimumHeight(METRICS.control)
        box.toggled.connect(lambda is_on: self._model.choose_dataset(choice.path, is_on))
        return box

    def _show_runs(self, view: TrainView) -> None:
        with QSignalBlocker(self._runs):
            if view.runs != self._run_rows:
                self._run_rows = view.runs
                self._runs.clear()
                for run in view.runs:
                    self._runs.addItem(self._run_item(run))
            folders = [run.folder for run in view.runs]
            self._runs.setCurrentRow(
                folders.index(view.selected) if view.selected in folders else -1
            )

    def _run_item(self, run: RunRow) -> QListWidgetItem:
        when = datetime.fromtimestamp(run.started_unix_s).strftime("%d %b, %H:%M")
        item = QListWidgetItem(f"{run.title}\n{when}: {run.sentence}")
        level = STATUS_LEVELS.get(run.status, Level.QUIET)
        item.setIcon(icon(LEVEL_ICONS[level], level_colour(level, self._theme.colours)))
        item.setData(Qt.ItemDataRole.UserRole, run.folder)
        item.setToolTip(run.folder)
        return item


def _clear(layout: QLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.deleteLater()
