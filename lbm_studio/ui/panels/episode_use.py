"""What can be done with takes: compare two, replay one on a simulated station, export them."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from lbm_studio.app.review_panel import ReviewPanel
from lbm_studio.app.views.review import ReviewState, ReviewView
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.panels.episode_table import HAS_EPISODE
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, Sentence, column, icon_button, row


class EpisodeUse(QWidget):
    """Compares, replays, exports."""

    def __init__(self, theme: Theme, model: ReviewPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model
        self._folder_shown = ""
        self._build()
        self._connect()
        self._show(model.view)

    def _build(self) -> None:
        theme = self._theme
        self._compare = Button(theme, self.tr("Compare"), Icon.COMPARE)
        self._compare.setCheckable(True)
        self._compare.setObjectName("compare")
        self._compare.setToolTip(self.tr("Choose two takes: hold Ctrl and click the second"))
        self._replay = Button(theme, "", Icon.STATION)
        self._replay.setObjectName("replay")
        self._replay_sentence = Sentence(theme, "replaySentence", wrap=False)
        self._export_sentence = Sentence(theme, "exportSentence", wrap=False)
        upper = row()
        upper.addWidget(self._compare)
        upper.addWidget(self._replay, 1)
        lines = column(spacing=METRICS.tight)
        lines.addLayout(upper)
        lines.addWidget(self._replay_sentence)
        lines.addLayout(self._build_export())
        lines.addWidget(self._export_sentence)
        lines.addStretch(1)
        self.setLayout(lines)

    def _build_export(self) -> QHBoxLayout:
        self._folder = QLineEdit()
        self._folder.setObjectName("exportFolder")
        self._folder.setAccessibleName(self.tr("Folder to export to"))
        self._choose = icon_button(
            self._theme, Icon.FOLDER, self.tr("Choose a folder"), "exportChoose"
        )
        self._export_chosen = Button(self._theme, "", Icon.EXPORT, name="exportChosen")
        self._export = Button(self._theme, "", Icon.EXPORT, name="export")
        line = row()
        line.addWidget(self._folder, 1)
        line.addWidget(self._choose)
        for button in (self._export_chosen, self._export):
            button.setToolTip(self.tr("As a LeRobot dataset, with all edits applied"))
            line.addWidget(button)
        return line

    def _connect(self) -> None:
        self._compare.clicked.connect(self._on_compare)
        self._replay.clicked.connect(self._on_replay)
        self._choose.clicked.connect(self._on_choose)
        self._export_chosen.clicked.connect(self._on_export_chosen)
        self._export.clicked.connect(self._on_export)
        self._model.changed.connect(self._show)

    def _on_compare(self, is_wanted: bool) -> None:
        self._model.compare(is_wanted)
        self._show(self._model.view)

    def _on_replay(self) -> None:
        is_replaying = self._model.view.state is ReviewState.REPLAYING
        (self._model.stop_replay if is_replaying else self._model.replay)()

    def _on_choose(self) -> None:
        dialog = QFileDialog(self, self.tr("Folder to export to"), self._folder.text())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._folder.setText)
        dialog.open()

    def _on_export_chosen(self) -> None:
        self._model.export_chosen_to(self._folder.text())

    def _on_export(self) -> None:
        if self._model.view.export.is_running:
            self._model.export.stop()
        else:
            self._model.export_to(self._folder.text())

    def _show(self, view: ReviewView) -> None:
        self._compare.setEnabled(view.can_compare)
        self._compare.setChecked(view.compared >= 0)
        is_replaying = view.state is ReviewState.REPLAYING
        self._replay.setText(
            self.tr("End replay") if is_replaying else self.tr("Replay on the simulated station")
        )
        self._replay.set_icon(Icon.HALT if is_replaying else Icon.STATION)
        self._replay.setEnabled(view.state in HAS_EPISODE)
        self._replay_sentence.show_sentence(view.replay_sentence)
        self._show_export(view)

    def _show_export(self, view: ReviewView) -> None:
        export = view.export
        if export.folder != self._folder_shown:
            self._folder_shown = export.folder
            self._folder.setText(export.folder)
        number = len(view.chosen)
        several = self.tr("Export {0} takes").format(number)
        self._export_chosen.setText(several if number > 1 else self.tr("Export this take"))
        self._export_chosen.setEnabled(number > 0 and not export.is_running)
        self._export.setText(
            self.tr("End the export") if export.is_running else self.tr("Export all")
        )
        self._export.set_icon(Icon.HALT if export.is_running else Icon.EXPORT)
        for widget in (self._folder, self._choose, self._export):
            widget.setEnabled(bool(view.dataset))
        self._export_sentence.show_sentence(
            export.sentence or self.tr("Writes a LeRobot dataset, with all edits applied.")
        )
