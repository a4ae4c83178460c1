"""The Station panel: is the station ready?"""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from lbm_studio.app.notices import Level
from lbm_studio.app.station_panel import StationPanel
from lbm_studio.app.views.station import HealthRow, StationPanelState, StationView
from lbm_studio.app.views.window import PanelName
from lbm_studio.ui.actions import ActionId, with_key
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.panels.base import LivePanel
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, Card, Sentence, column, label, row, rule
from lbm_studio.ui.widgets.choices import ChoiceCombo, field

PROGRESS_STEPS = 1000


class HealthWidget(QWidget):
    """One part of the station: its name, a sentence, and a button when it can be started again."""

    def __init__(self, theme: Theme, row_view: HealthRow, model: StationPanel) -> None:
        super().__init__()
        layout = column(spacing=0)
        top = row()
        line = Sentence(theme, f"health_{row_view.subject}")
        top.addWidget(label(row_view.subject, "strong"), 1)
        if row_view.restart:
            restart = Button(theme, self.tr("Restart"), Icon.UNDO)
            restart.setObjectName(f"restart_{row_view.restart}")
            restart.clicked.connect(lambda: model.restart(row_view.restart))
            top.addWidget(restart)
        layout.addLayout(top)
        layout.addWidget(line)
        self.setLayout(layout)
        line.show_sentence(row_view.sentence, row_view.level)


class StationPanelWidget(LivePanel):
    """Chooses, connects and shows the health of a station."""

    def __init__(self, theme: Theme, model: StationPanel, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Is the station ready?"), parent)
        self._theme = theme
        self._model = model
        self._health_rows: tuple[HealthRow, ...] = ()
        self._build()
        self._build_strip()
        self._connect()
        self._show(model.view)

    def _build(self) -> None:
        self._choice = ChoiceCombo("stationChoice", self.tr("Station"))
        self._about = label("", "quiet", wrap=True, name="stationAbout")
        self._progress = QProgressBar()
        self._progress.setRange(0, PROGRESS_STEPS)
        self._progress.setTextVisible(False)
        self._sentence = Sentence(self._theme, "stationSentence")
        self._go = Button(self._theme, "", Icon.CONNECT, "primary")
        self._go.setObjectName("connect")
        self._next = Button(self._theme, self.tr("Teach a skill"), Icon.TEACH, "primary")
        self._next.setObjectName("next")
        self._health = column(spacing=METRICS.medium)
        self.body.addLayout(field(self.tr("Station"), self._choice))
        self.body.addWidget(self._about)
        self.body.addWidget(self._sentence)
        self.body.addWidget(self._progress)
        self.body.addWidget(self._next)
        self.body.addWidget(self._go)
        self.body.addWidget(rule())
        self.body.addLayout(self._health)
        self.body.addStretch(1)

    def _build_strip(self) -> None:
        layout = row(spacing=METRICS.medium)
        stop = Card(self.tr("Stop self-test"))
        self._test_sentence = label("", wrap=True, name="stopTest")
        self._test = Button(self._theme, self.tr("Test the stop"), Icon.STOPPED)
        self._test.setObjectName("testStop")
        self._test.setToolTip(
            self.tr(
                "Sends a stop while the arms rest and sees that it latches; you reset it by hand."
            )
        )
        stop.body.addWidget(self._test_sentence, 1)
        stop.body.addLayout(_left(self._test))
        logs = Card(self.tr("Logs of the station's processes"))
        self._logs = label("", "quiet", wrap=True, name="logs")
        logs.body.addWidget(self._logs, 1)
        layout.addWidget(stop, 1)
        layout.addWidget(logs, 1)
        self.strip.setLayout(layout)

    def _connect(self) -> None:
        self._choice.chosen.connect(self._model.choose)
        self._go.clicked.connect(self.primary)
        self._next.clicked.connect(lambda: self.panel_wanted.emit(PanelName.TEACH))
        self._test.clicked.connect(self._model.test_stop)
        self._model.changed.connect(self._show)

    @property
    def handlers(self) -> Mapping[ActionId, Callable[[], object]]:
        return {ActionId.CONNECT: self.primary}

    def primary(self) -> None:
        """Do what the filled button says."""
        if self._model.view.state in (StationPanelState.DISCONNECTED, StationPanelState.FAILED):
            self._model.connect()
        else:
            self._model.disconnect()

    def _show(self, view: StationView) -> None:
        is_off = view.state in (StationPanelState.DISCONNECTED, StationPanelState.FAILED)
        self._choice.show_choices([(c.name, c.title) for c in view.choices], view.chosen)
        self._choice.setEnabled(is_off)
        self._about.setText(
            next((c.description for c in view.choices if c.name == view.chosen), "")
        )
        self._progress.setVisible(view.state is StationPanelState.CONNECTING)
        self._progress.setValue(round(view.progress * PROGRESS_STEPS))
        self._show_sentence(view)
        self._show_button(view.state)
        self._show_health(view.health)
        self._test.setEnabled(view.can_test_stop)
        self._test_sentence.setText(
            view.stop_test_sentence or self.tr("Checks that STOP reaches the arms. Not done yet.")
        )
        self._logs.setText(view.log_folder or self.tr("Written once a station is connected."))

    def _show_sentence(self, view: StationView) -> None:
        levels = {StationPanelState.FAILED: Level.BAD, StationPanelState.CONNECTED: Level.GOOD}
        fallback = {
            StationPanelState.DISCONNECTED: self.tr(
                "Connect to see the cameras and move the arms."
            ),
            StationPanelState.CONNECTED: self.tr("Connected."),
        }
        text = view.progress_sentence or fallback.get(view.state, "")
        self._sentence.show_sentence(text, levels.get(view.state, Level.QUIET))

    def _show_button(self, state: StationPanelState) -> None:
        texts = {
            StationPanelState.DISCONNECTED: with_key(self.tr("Connect"), ActionId.CONNECT),
            StationPanelState.FAILED: with_key(self.tr("Try again"), ActionId.CONNECT),
            StationPanelState.CONNECTING: self.tr("Cancel"),
            StationPanelState.CONNECTED: self.tr("Disconnect"),
        }
        is_off = state in (StationPanelState.DISCONNECTED, StationPanelState.FAILED)
        self._go.setText(texts[state])
        self._go.set_icon(Icon.CONNECT if is_off else Icon.CLOSE)
        self._go.set_kind("primary" if is_off else "")
        self._next.setVisible(state is StationPanelState.CONNECTED)

    def _show_health(self, rows: tuple[HealthRow, ...]) -> None:
        if rows == self._health_rows:
            return
        self._health_rows = rows
        while (item := self._health.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for row_view in rows:
            self._health.addWidget(HealthWidget(self._theme, row_view, self._model))


def _left(widget: QWidget) -> QVBoxLayout:
    layout = column()
    line = row()
    line.addWidget(widget)
    line.addStretch(1)
    layout.addLayout(line)
    return layout
