"""The sheet on which a station is edited: its pages, problems at the field, Save."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QLineEdit,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from lbm_studio.app.notices import Level
from lbm_studio.app.station_editor import StationEditor
from lbm_studio.app.station_fields import NO, YES
from lbm_studio.app.views.station_editor import (
    CameraSlot,
    EditorField,
    EditorPage,
    EditorSection,
    StationEditorView,
)
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import (
    Button,
    ElidedLabel,
    Sentence,
    column,
    label,
    row,
    set_look,
)
from lbm_studio.ui.widgets.choices import SegmentedChoice
from lbm_studio.ui.widgets.sheet import Sheet

CAMERAS = "Cameras"
SLOT_COLUMNS = 3
ICONS = {
    "Station": Icon.STATION,
    "Arms": Icon.TEACH,
    "Limits": Icon.LIMITS,
    CAMERAS: Icon.CAMERA,
}


class FieldEdit:
    """One value: a caption, what is typed, its unit, and what is wrong with it."""

    def __init__(self, theme: Theme, shown: EditorField, model: StationEditor) -> None:
        self._path = shown.path
        self.caption = label(shown.label, "" if shown.is_flag else "quiet")
        self.unit = label(shown.unit, "quiet")
        self.problem = Sentence(theme, f"problem_{shown.path}")
        self.flag = QCheckBox(shown.label)
        self.line = QLineEdit()
        edit = self.flag if shown.is_flag else self.line
        edit.setObjectName(f"edit_{shown.path}")
        edit.setAccessibleName(shown.label)
        self.caption.setBuddy(edit)
        self.line.textEdited.connect(lambda text: model.type(self._path, text))
        self.flag.clicked.connect(lambda on: model.type(self._path, YES if on else NO))
        self._is_flag, self._is_wide = shown.is_flag, shown.is_wide
        self.show_field(shown)

    def add_to(self, grid: QGridLayout) -> None:
        """Take a line of a grid, and one beneath it for the problem."""
        place = grid.rowCount()
        if self._is_flag:
            grid.addWidget(self.flag, place, 0, 1, 3)
        elif self._is_wide:
            grid.addWidget(self.caption, place, 0, 1, 3)
            grid.addWidget(self.line, place + 1, 0, 1, 2)
            grid.addWidget(self.unit, place + 1, 2)
        else:
            grid.addWidget(self.caption, place, 0)
            grid.addWidget(self.line, place, 1)
            grid.addWidget(self.unit, place, 2)
        grid.addWidget(self.problem, place + 2, 0 if self._is_wide else 1, 1, 2)

    def show_field(self, shown: EditorField) -> None:
        """Show a value; what somebody is typing stays as it is."""
        if self._is_flag:
            with QSignalBlocker(self.flag):
                self.flag.setChecked(shown.text == YES)
        elif self.line.text() != shown.text:
            self.line.setText(shown.text)
            self.line.setCursorPosition(0)
        set_look(self.line, "state", "wrong" if shown.problem else "")
        self.problem.show_sentence(shown.problem, Level.BAD)
        self.problem.setVisible(bool(shown.problem))


class PageWidget(QScrollArea):
    """One page of values, in columns."""

    def __init__(self, theme: Theme, page: EditorPage, model: StationEditor) -> None:
        super().__init__()
        self._edits: dict[str, FieldEdit] = {}
        columns = row(spacing=METRICS.wide)
        for section in page.sections:
            columns.addLayout(self._build(theme, section, model), 1)
        holder = QWidget()
        holder.setLayout(columns)
        self.setWidget(holder)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)

    def show_page(self, page: EditorPage) -> None:
        """Show the values of a page with the same fields."""
        for section in page.sections:
            for shown in section.fields:
                self._edits[shown.path].show_field(shown)

    def _build(self, theme: Theme, section: EditorSection, model: StationEditor) -> QVBoxLayout:
        grid = QGridLayout()
        grid.setSpacing(METRICS.small)
        grid.setColumnStretch(1, 1)
        for shown in section.fields:
            edit = FieldEdit(theme, shown, model)
            edit.add_to(grid)
            self._edits[shown.path] = edit
        layout = column(spacing=METRICS.small)
        if section.title:
            layout.addWidget(label(section.title, "strong"))
        layout.addLayout(grid)
        layout.addStretch(1)
        return layout


class CamerasPage(QScrollArea):
    """The slots of the cameras, and what fills them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: tuple[CameraSlot, ...] = ()
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)

    def show_slots(self, slots: tuple[CameraSlot, ...]) -> None:
        """Show a line for each."""
        if slots == self._shown:
            return
        self._shown = slots
        grid = QGridLayout()
        grid.setSpacing(METRICS.large)
        for place, slot in enumerate(slots):
            grid.addLayout(self._line(slot), *divmod(place, SLOT_COLUMNS))
        lines = column(spacing=METRICS.large)
        lines.addLayout(grid)
        hint = self.tr("The camera button beside Edit shows what is attached and arranges it.")
        lines.addWidget(label(hint, "quiet", wrap=True))
        lines.addStretch(1)
        holder = QWidget()
        holder.setLayout(lines)
        self.setWidget(holder)

    def _line(self, slot: CameraSlot) -> QVBoxLayout:
        sentence = Sentence(self._theme, f"slot_{slot.title}")
        sentence.show_sentence(slot.sentence, Level.GOOD if slot.is_filled else Level.WARN)
        line = column(spacing=METRICS.tight)
        line.addWidget(label(slot.title, "strong"))
        line.addWidget(sentence)
        return line


class StationSheet(Sheet):
    """Shows itself while a station is being edited."""

    def __init__(self, theme: Theme, model: StationEditor, parent: QWidget) -> None:
        super().__init__(theme, parent.tr("Edit the station"), parent)
        self.setObjectName("stationSheet")
        self._theme = theme
        self._model = model
        self._name = ""
        self._pages: list[PageWidget] = []
        self._cameras = CamerasPage(theme)
        self._stack = QStackedWidget()
        self._head = column()
        self._choice: SegmentedChoice | None = None
        self._titles: list[str] = []
        self._path = ElidedLabel("", "quiet", "stationPath")
        self._sentence = Sentence(theme, "editorSentence")
        self._save = Button(theme, self.tr("Save"), Icon.KEEP, "primary", name="saveStation")
        self._build()
        self.closed.connect(model.close)
        self._save.clicked.connect(model.save)
        model.changed.connect(self._show)
        self._show(model.view)

    def _build(self) -> None:
        self._stack.setMinimumSize(METRICS.sheet_width, METRICS.sheet_height)
        foot = row(spacing=METRICS.large)
        foot.addWidget(self._sentence, 1)
        foot.addWidget(self._save)
        self.body.addWidget(self._path)
        self.body.addLayout(self._head)
        self.body.addWidget(self._stack, 1)
        self.body.addLayout(foot)

    def _show(self, view: StationEditorView) -> None:
        if not view.is_open:
            self._name = ""
            self.hide()
            return
        if view.name != self._name or not self.isVisible():
            self._begin(view)
        for widget, page in zip(self._pages, view.pages, strict=True):
            widget.show_page(page)
        self._cameras.show_slots(view.cameras)
        self._path.setText(view.path)
        quiet = self.tr("Saved changes hold from the next connection on.")
        level = Level.BAD if view.has_problem else Level.QUIET
        self._sentence.show_sentence(view.sentence or quiet, level)
        self._save.setEnabled(view.can_save)

    def _begin(self, view: StationEditorView) -> None:
        """Lay out the pages of a station."""
        self._name = view.name
        for page in self._pages:
            self._stack.removeWidget(page)
            page.deleteLater()
        self._stack.removeWidget(self._cameras)
        self._pages = [PageWidget(self._theme, page, self._model) for page in view.pages]
        self._titles = [*(page.title for page in view.pages), CAMERAS]
        for page in (*self._pages, self._cameras):
            self._stack.addWidget(page)
        if self._choice is not None:
            self._choice.hide()
            self._choice.deleteLater()
        self._choice = SegmentedChoice(
            self._theme, [(title, title, ICONS.get(title)) for title in self._titles]
        )
        self._head.addWidget(self._choice)
        self._choice.chosen.connect(self.turn_to)
        self.turn_to(self._titles[0])
        self.open()

    def turn_to(self, title: str) -> None:
        """Show one page."""
        self._stack.setCurrentIndex(self._titles.index(title))
        if self._choice is not None:
            self._choice.show_choice(title, self._titles)
