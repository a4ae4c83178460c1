"""How a station is, part by part, and how far connecting it has come."""

from collections.abc import Iterator

from PySide6.QtWidgets import QVBoxLayout, QWidget

from lbm_studio.app.notices import Level
from lbm_studio.app.station_panel import StationPanel
from lbm_studio.app.views.station import HealthRow, Step, StepState
from lbm_studio.ui.icons import Icon, pixmap
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, Sentence, column, label, level_colour, row

STEP_LOOKS = {
    StepState.AHEAD: (Icon.WAIT, Level.QUIET, "quiet"),
    StepState.UNDER_WAY: (Icon.FORWARD, Level.QUIET, "strong"),
    StepState.DONE: (Icon.GOOD, Level.GOOD, ""),
    StepState.FAILED: (Icon.BAD, Level.BAD, "strong"),
}


class HealthLine(QWidget):
    """One part: its name and a sentence, with more room and a button when something is wrong."""

    def __init__(self, theme: Theme, shown: HealthRow, model: StationPanel) -> None:
        super().__init__()
        name = label(shown.subject, "strong", wrap=True)
        sentence = Sentence(theme, f"health_{shown.subject}")
        sentence.show_sentence(shown.sentence, shown.level)
        if shown.level is Level.GOOD:
            line = row()
            name.setFixedWidth(METRICS.subject)
            line.addWidget(name)
            line.addWidget(sentence, 1)
            self.setLayout(line)
            return
        top = row()
        top.addWidget(name, 1)
        for button in self._buttons(theme, shown, model):
            top.addWidget(button)
        layout = column(spacing=0)
        layout.addLayout(top)
        layout.addWidget(sentence)
        self.setLayout(layout)

    def _buttons(self, theme: Theme, shown: HealthRow, model: StationPanel) -> Iterator[Button]:
        if shown.restart:
            restart = Button(theme, self.tr("Restart"), Icon.UNDO, name=f"restart_{shown.restart}")
            restart.clicked.connect(lambda: model.restart(shown.restart))
            yield restart
        if shown.can_recover:
            recover = Button(theme, self.tr("Recover"), Icon.RECOVER, "primary", name="recover")
            recover.setToolTip(self.tr("Clears the reflex of all arms. Nothing moves."))
            recover.clicked.connect(model.recover)
            yield recover


class StepLine(QWidget):
    """One step of connecting: done, under way or ahead."""

    def __init__(self, theme: Theme, step: Step) -> None:
        super().__init__()
        self._theme = theme
        self._which, self._level, role = STEP_LOOKS[step.state]
        self._mark = label()
        line = row()
        line.addWidget(self._mark)
        line.addWidget(label(step.sentence, role, wrap=True), 1)
        self.setLayout(line)
        self._recolour()
        theme.changed.connect(self._recolour)

    def _recolour(self) -> None:
        colour = level_colour(self._level, self._theme.colours)
        self._mark.setPixmap(pixmap(self._which, colour))


class Lines(QVBoxLayout):
    """Lines that are replaced when what they show has changed."""

    def __init__(self, spacing: int) -> None:
        super().__init__()
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)
        self._shown: object = ()

    def is_new(self, shown: object) -> bool:
        """Whether something else is to be shown; the old lines are gone then."""
        if shown == self._shown:
            return False
        self._shown = shown
        while (item := self.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        return True


def health_lines() -> Lines:
    """Return the layout of the health list."""
    return Lines(METRICS.small)


def step_lines() -> Lines:
    """Return the layout of the steps of connecting."""
    return Lines(METRICS.small)
