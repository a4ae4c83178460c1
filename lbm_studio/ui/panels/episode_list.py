"""The left side of the Review panel: the takes of a dataset, its check, and what was changed."""

from PySide6.QtWidgets import QWidget

from lbm_studio.app.review_panel import ReviewPanel
from lbm_studio.app.views.review import ReviewView
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.panels.episode_filter import EpisodeFilter
from lbm_studio.ui.panels.episode_history import EditHistory, UndoBar
from lbm_studio.ui.panels.episode_table import EpisodeTable
from lbm_studio.ui.panels.findings import FindingsPage
from lbm_studio.ui.theme import Theme
from lbm_studio.ui.widgets.basics import Card, Sentence, column
from lbm_studio.ui.widgets.choices import ChoiceCombo
from lbm_studio.ui.widgets.pages import Pages


class EpisodeListCard(Card):
    """Chooses a dataset and takes; checks them; lists edits, undoes and redoes them.

    Attributes:
        history: the buttons for undo and redo.
        pages: takes, check, edits.
    """

    def __init__(self, theme: Theme, model: ReviewPanel, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._theme = theme
        self._model = model
        self._dataset = ChoiceCombo("dataset", self.tr("Recordings"))
        self._table = EpisodeTable(theme)
        self._sentence = Sentence(theme, "reviewSentence", wrap=False)
        self.history = UndoBar(theme, model)
        self._build()
        self._connect()
        self._show(model.view)

    def _build(self) -> None:
        takes = QWidget()
        lines = column()
        lines.addWidget(EpisodeFilter(self._theme, self._model))
        lines.addWidget(self._table, 1)
        lines.addWidget(self._sentence)
        takes.setLayout(lines)
        pages = (
            ("takes", self.tr("Takes"), Icon.REVIEW, takes),
            ("check", self.tr("Check"), Icon.CHECK, FindingsPage(self._theme, self._model)),
            ("edits", self.tr("Edits"), Icon.HISTORY, EditHistory(self._theme, self._model)),
        )
        self.pages = Pages(self._theme, pages, self._dataset)
        self.body.addWidget(self.pages, 1)
        self.body.addWidget(self.history)

    def _connect(self) -> None:
        self._dataset.chosen.connect(self._model.open_dataset)
        self._table.picked.connect(self._model.pick)
        self._table.ordered.connect(
            lambda order, descending: self._model.arrange(order, descending=descending)
        )
        self._model.changed.connect(self._show)

    def _show(self, view: ReviewView) -> None:
        datasets = [
            (d.path, self.tr("{0} ({1} takes)").format(d.name, d.episodes)) for d in view.datasets
        ]
        self._dataset.show_choices(datasets, view.dataset, self.tr("Choose recordings"))
        self._dataset.setEnabled(bool(datasets))
        words = view.sentence
        if len(view.rows) < view.total:
            words = self.tr("{0} of {1} shown. {2}").format(len(view.rows), view.total, words)
        self._sentence.show_sentence(words)
        self._table.show_view(view)
