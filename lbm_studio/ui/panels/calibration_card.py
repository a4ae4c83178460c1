"""The calibration card beneath the cameras: what is calibrated, and what to do with the board."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from lbm_studio.app.calibration import Calibration
from lbm_studio.app.views.calibration import CalibrationView
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, Sentence, column, icon_button, row, text_line
from lbm_studio.ui.widgets.choices import ChoiceCombo, field


class CalibrationCard(QWidget):
    """Stands where the cameras are seen: who holds the board looks at what they see."""

    def __init__(self, theme: Theme, model: Calibration) -> None:
        super().__init__()
        self._theme = theme
        self._model = model
        self._build()
        self._connect()
        self._show(model.view)

    def _build(self) -> None:
        self._step = ChoiceCombo("calibrationStep", self.tr("What to calibrate"))
        self._subject = ChoiceCombo("calibrationSubject", self.tr("Camera or arm"))
        self._square = text_line("calibrationSquare", self.tr("Edge of a printed square"))
        self._square.setFixedWidth(METRICS.short_slider)
        self._place = text_line(
            "calibrationPlace",
            self.tr("Where the board is"),
            self.tr("x, y, z, turn"),
        )
        self._print = icon_button(
            self._theme, Icon.EXPORT, self.tr("Write the board to be printed"), "writeBoard"
        )
        self._go = Button(self._theme, "", Icon.CALIBRATION, name="calibrate")
        self._sentence = Sentence(self._theme, "calibrationSentence")
        top = row(spacing=METRICS.small)
        top.addLayout(field(self.tr("What"), self._step), 3)
        top.addLayout(field(self.tr("Of which, and how old it is"), self._subject), 5)
        top.addLayout(field(self.tr("Square [mm]"), self._square, self._print))
        top.addLayout(field(self.tr("Board at [mm, °]"), self._place), 4)
        layout = column(spacing=METRICS.small)
        layout.addLayout(top)
        below = row(spacing=METRICS.small)
        below.addWidget(self._sentence, 1)
        below.addWidget(self._go, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(below)
        layout.addStretch(1)
        self.setLayout(layout)

    def _connect(self) -> None:
        model = self._model
        self._step.chosen.connect(model.choose_step)
        self._subject.chosen.connect(model.choose_subject)
        self._square.textEdited.connect(model.set_square)
        self._place.textEdited.connect(model.set_place)
        self._print.clicked.connect(model.write_board)
        self._go.clicked.connect(self._go_or_give_up)
        model.changed.connect(self._show)

    def _go_or_give_up(self) -> None:
        if self._model.view.is_running:
            self._model.stop()
        else:
            self._model.start()

    def _show(self, view: CalibrationView) -> None:
        self._step.show_choices(view.steps, view.step)
        self._subject.show_choices(view.subjects, view.subject, self.tr("none"))
        for edit, text in ((self._square, view.square_mm), (self._place, view.board_at)):
            if edit.text() != text:
                edit.setText(text)
        is_free = bool(view.subjects) and not view.is_running
        for widget in (self._step, self._subject):
            widget.setEnabled(is_free)
        self._square.setEnabled(not view.is_running)
        self._print.setEnabled(not view.is_running)
        self._place.setEnabled(is_free and view.needs_place)
        self._go.setText(self.tr("Give up") if view.is_running else self.tr("Calibrate"))
        self._go.set_icon(Icon.CLOSE if view.is_running else Icon.CALIBRATION)
        self._go.setEnabled(view.is_running or view.can_start)
        self._sentence.show_sentence(view.sentence, view.level)
