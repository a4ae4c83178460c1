"""The left side of the Review panel: the takes of a dataset, and what is said about one of them."""

from PySide6.QtCore import QItemSelectionModel, QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from lbm_studio.app.review_panel import ReviewPanel
from lbm_studio.app.views.review import EpisodeRow, ReviewState, ReviewView
from lbm_studio.ui.actions import ActionId, with_key
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.panels.episode_table import GOAL, LENGTH, NUMBER, RESULT, EpisodeTableModel
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, Card, ElidedLabel, Sentence, column, label, row
from lbm_studio.ui.widgets.choices import ChoiceCombo, field

HAS_EPISODE = (ReviewState.READY, ReviewState.PLAYING, ReviewState.REPLAYING)


class EpisodeListCard(Card):
    """Chooses a dataset and a take; marks, corrects, deletes, restores, undoes, replays.

    Attributes:
        success: marks the take as success.
        failure: marks it as failure.
        undo: undoes the last edit.
    """

    def __init__(self, theme: Theme, model: ReviewPanel, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._theme = theme
        self._model = model
        self.body.setContentsMargins(*(METRICS.large,) * 4)
        self._build()
        self._connect()
        self._show(model.view)

    def _build(self) -> None:
        self.body.addWidget(label(self.tr("Is this take good?"), "heading", name="question"))
        self._dataset = ChoiceCombo("dataset", self.tr("Recordings"))
        self._sentence = Sentence(self._theme, "reviewSentence")
        self.body.addLayout(field(self.tr("Recordings"), self._dataset))
        self.body.addWidget(self._sentence)
        self.body.addWidget(self._build_table(), 1)
        self._goal = QLineEdit()
        self._goal.setObjectName("episodeGoal")
        self.body.addLayout(field(self.tr("Goal of this take"), self._goal))
        self.body.addLayout(self._build_judgement())
        self.body.addLayout(self._build_replay())

    def _build_table(self) -> QTableView:
        self._rows = EpisodeTableModel(self._theme, self)
        self._table = QTableView()
        self._table.setObjectName("episodes")
        self._table.setModel(self._rows)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.setShowGrid(False)
        self._table.setWordWrap(False)
        self._table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._table.setTabKeyNavigation(False)
        self._table.verticalHeader().hide()
        self._table.verticalHeader().setDefaultSectionSize(METRICS.control)
        header = self._table.horizontalHeader()
        header.setHighlightSections(False)
        for index in (NUMBER, RESULT, LENGTH):
            header.setSectionResizeMode(index, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(GOAL, QHeaderView.ResizeMode.Stretch)
        return self._table

    def _build_judgement(self) -> QVBoxLayout:
        self.success = Button(self._theme, self.tr("Success"), Icon.KEEP)
        self.failure = Button(self._theme, self.tr("Failure"), Icon.CLOSE)
        self._delete = Button(self._theme, "", Icon.DISCARD)
        self.undo = Button(
            self._theme, with_key(self.tr("Undo"), ActionId.UNDO_EDIT), Icon.UNDO, "plain"
        )
        self.success.setToolTip(with_key(self.tr("Mark as success"), ActionId.SUCCESS))
        self.failure.setToolTip(with_key(self.tr("Mark as failure"), ActionId.FAILURE))
        self._last_edit = ElidedLabel("", "quiet", "lastEdit")
        named = {"success": self.success, "failure": self.failure, "undo": self.undo}
        for name, button in {**named, "delete": self._delete}.items():
            button.setObjectName(f"review_{name}")
        lines = column()
        judge, edits = row(), row()
        for button in (self.success, self.failure, self._delete):
            judge.addWidget(button, 1)
        edits.addWidget(self._last_edit, 1)
        edits.addWidget(self.undo)
        lines.addLayout(judge)
        lines.addLayout(edits)
        return lines

    def _build_replay(self) -> QVBoxLayout:
        self._replay = Button(self._theme, "", Icon.STATION)
        self._replay.setObjectName("replay")
        self._replay_sentence = Sentence(self._theme, "replaySentence", wrap=False)
        lines = column(spacing=METRICS.tight)
        lines.addWidget(self._replay)
        lines.addWidget(self._replay_sentence)
        return lines

    def _connect(self) -> None:
        self._dataset.chosen.connect(self._model.open_dataset)
        self._table.selectionModel().currentRowChanged.connect(self._on_row)
        self._goal.editingFinished.connect(self._on_goal)
        self.success.clicked.connect(lambda: self._model.edit.mark(True))
        self.failure.clicked.connect(lambda: self._model.edit.mark(False))
        self._delete.clicked.connect(self._on_delete)
        self.undo.clicked.connect(self._model.edit.undo)
        self._replay.clicked.connect(self._on_replay)
        self._model.changed.connect(self._show)

    def _on_row(self) -> None:
        index = self._table.currentIndex().row()
        if index >= 0:
            self._model.select(self._rows.rows[index].index)

    def _on_goal(self) -> None:
        chosen = _selected(self._model.view)
        if chosen is not None and self._goal.text().strip() not in ("", chosen.goal):
            self._model.edit.set_goal(self._goal.text().strip())

    def _on_delete(self) -> None:
        chosen = _selected(self._model.view)
        if chosen is not None:
            (self._model.edit.restore if chosen.deleted else self._model.edit.delete)()

    def _on_replay(self) -> None:
        is_replaying = self._model.view.state is ReviewState.REPLAYING
        (self._model.stop_replay if is_replaying else self._model.replay)()

    def _show(self, view: ReviewView) -> None:
        datasets = [
            (d.path, self.tr("{0} ({1} takes)").format(d.name, d.episodes)) for d in view.datasets
        ]
        self._dataset.show_choices(datasets, view.dataset, self.tr("Choose recordings"))
        self._dataset.setEnabled(bool(datasets))
        self._sentence.show_sentence(view.sentence)
        self._show_table(view)
        self._show_judgement(view)
        self._show_replay(view)

    def _show_table(self, view: ReviewView) -> None:
        with QSignalBlocker(self._table.selectionModel()):
            self._rows.show_rows(view.rows)
            places = [i for i, each in enumerate(view.rows) if each.index == view.selected]
            if places and self._table.currentIndex().row() != places[0]:
                flags = (
                    QItemSelectionModel.SelectionFlag.ClearAndSelect
                    | QItemSelectionModel.SelectionFlag.Rows
                )
                index = self._rows.index(places[0], 0)
                self._table.selectionModel().setCurrentIndex(index, flags)
                self._table.scrollTo(index)
                self._table.viewport().update()

    def _show_judgement(self, view: ReviewView) -> None:
        chosen = _selected(view)
        has_episode = chosen is not None and view.state in HAS_EPISODE
        if not self._goal.hasFocus():
            self._goal.setText(chosen.goal if chosen else "")
            self._goal.setCursorPosition(0)
        is_deleted = chosen is not None and chosen.deleted
        self._delete.setText(self.tr("Restore") if is_deleted else self.tr("Delete"))
        self._delete.set_icon(Icon.UNDO if is_deleted else Icon.DISCARD)
        for widget in (self._goal, self.success, self.failure, self._delete):
            widget.setEnabled(has_episode)
        self.undo.setEnabled(view.can_undo)
        self._last_edit.setText(
            view.edits[-1].text if view.edits else self.tr("Nothing has been changed.")
        )

    def _show_replay(self, view: ReviewView) -> None:
        is_replaying = view.state is ReviewState.REPLAYING
        self._replay.setText(
            self.tr("End replay") if is_replaying else self.tr("Replay on the simulated station")
        )
        self._replay.set_icon(Icon.HALT if is_replaying else Icon.STATION)
        self._replay.setEnabled(view.state in HAS_EPISODE)
        self._replay_sentence.show_sentence(view.replay_sentence)


def _selected(view: ReviewView) -> EpisodeRow | None:
    return next((each for each in view.rows if each.index == view.selected), None)
