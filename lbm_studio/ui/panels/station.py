"""The Station panel: is the station ready?"""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from lbm_studio.app.notices import Level
from lbm_studio.app.station_panel import OFF, StationPanel
from lbm_studio.app.views.station import StationPanelState, StationView
from lbm_studio.app.views.window import PanelName
from lbm_studio.ui.actions import ActionId, with_key
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.panels.base import LivePanel
from lbm_studio.ui.panels.calibration_card import CalibrationCard
from lbm_studio.ui.panels.safety_card import SafetyCardWidget
from lbm_studio.ui.panels.station_health import HealthLine, StepLine, health_lines, step_lines
from lbm_studio.ui.panels.station_strip import StationStrip
from lbm_studio.ui.theme import Theme
from lbm_studio.ui.widgets.basics import Button, Sentence, column, icon_button, label, row, rule
from lbm_studio.ui.widgets.choices import ChoiceCombo, field

PROGRESS_STEPS = 1000
LIMITS_PAGE, CALIBRATION_PAGE = "limitsPage", "calibrationPage"


class StationPanelWidget(LivePanel):
    """Chooses, edits, connects and shows the health of a station."""

    def __init__(self, theme: Theme, model: StationPanel, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Is the station ready?"), parent)
        self._theme = theme
        self._model = model
        self._build()
        self._build_strip()
        self._connect()
        self._show(model.view)

    def _build(self) -> None:
        self._choice = ChoiceCombo("stationChoice", self.tr("Station"))
        self._about = label("", "quiet", wrap=True, name="stationAbout")
        self._tools = QWidget()
        self._tools.setLayout(self._build_tools())
        self._progress = QProgressBar()
        self._progress.setRange(0, PROGRESS_STEPS)
        self._progress.setTextVisible(False)
        self._sentence = Sentence(self._theme, "stationSentence")
        self._go = Button(self._theme, "", Icon.CONNECT, "primary", name="connect")
        self._next = Button(
            self._theme, self.tr("Teach a skill"), Icon.TEACH, "primary", name="next"
        )
        self._steps = step_lines()
        self._health = health_lines()
        self.body.addLayout(field(self.tr("Station"), self._choice))
        self.body.addWidget(self._about)
        self.body.addWidget(self._tools)
        self.body.addWidget(self._sentence)
        self.body.addWidget(self._progress)
        self.body.addWidget(self._next)
        self.body.addWidget(self._go)
        self.body.addWidget(rule())
        self.body.addLayout(self._steps)
        self.body.addLayout(self._health)
        self.body.addStretch(1)

    def _build_tools(self) -> QHBoxLayout:
        tools = row()
        self._edit = Button(self._theme, self.tr("Edit"), Icon.EDIT, name="editStation")
        self._edit.setToolTip(self.tr("Change addresses, bases, limits and cameras"))
        self._cameras = icon_button(
            self._theme, Icon.CAMERA, self.tr("Arrange its cameras"), "arrangeCameras"
        )
        self._new = icon_button(
            self._theme, Icon.NEW, self.tr("New station with real arms"), "newStation"
        )
        self._copy = icon_button(
            self._theme, Icon.COPY, self.tr("Duplicate this station"), "copyStation"
        )
        self._delete = icon_button(
            self._theme, Icon.DISCARD, self.tr("Delete this station"), "deleteStation"
        )
        self._undo = icon_button(self._theme, Icon.UNDO, self.tr("Undo"), "undoStation")
        tools.addWidget(self._edit)
        tools.addWidget(self._cameras)
        tools.addStretch(1)
        for button in (self._new, self._copy, self._delete, self._undo):
            tools.addWidget(button)
        return tools

    def _build_strip(self) -> None:
        self._limits = SafetyCardWidget()
        limits = (LIMITS_PAGE, self.tr("Limits"), Icon.LIMITS, self._limits)
        card = CalibrationCard(self._theme, self._model.calibration)
        calibration = (CALIBRATION_PAGE, self.tr("Calibration"), Icon.CALIBRATION, card)
        self._pages = StationStrip(self._theme, self._model, (limits, calibration))
        layout = column()
        layout.addWidget(self._pages)
        self.strip.setLayout(layout)

    def _connect(self) -> None:
        model = self._model
        self._choice.chosen.connect(model.choose)
        self._go.clicked.connect(self.primary)
        self._next.clicked.connect(lambda: self.panel_wanted.emit(PanelName.TEACH))
        self._edit.clicked.connect(model.edit)
        self._cameras.clicked.connect(model.arrange_cameras)
        self._new.clicked.connect(model.create)
        self._copy.clicked.connect(model.duplicate)
        self._delete.clicked.connect(model.delete)
        self._undo.clicked.connect(model.undo)
        model.changed.connect(self._show)

    @property
    def handlers(self) -> Mapping[ActionId, Callable[[], object]]:
        return {ActionId.CONNECT: self.primary}

    def primary(self) -> None:
        """Do what the filled button says."""
        if self._model.view.state in OFF:
            self._model.connect()
        else:
            self._model.disconnect()

    def _show(self, view: StationView) -> None:
        choice = view.choice
        self._choice.show_choices([(c.name, c.title) for c in view.choices], view.chosen)
        self._choice.setEnabled(view.state in OFF)
        self._about.setText(choice.trouble or choice.description)
        self._show_tools(view)
        self._progress.setVisible(view.state is StationPanelState.CONNECTING)
        self._progress.setValue(round(view.progress * PROGRESS_STEPS))
        self._show_sentence(view)
        self._show_buttons(view)
        if self._steps.is_new(view.steps):
            for step in view.steps:
                self._steps.addWidget(StepLine(self._theme, step))
        if self._health.is_new(view.health):
            for shown in view.health:
                self._health.addWidget(HealthLine(self._theme, shown, self._model))
        self._limits.show_limits(view.limits, view.limits_sentence)
        self._pages.show_view(view)

    def _show_tools(self, view: StationView) -> None:
        self._tools.setVisible(view.state in OFF)
        is_usable = view.choice.is_file and not view.choice.trouble
        self._edit.setEnabled(is_usable)
        self._cameras.setEnabled(is_usable)
        self._delete.setEnabled(view.choice.is_file)
        self._undo.setEnabled(bool(view.undo_sentence))
        undo = self.tr("Undo {0}").format(view.undo_sentence)
        self._undo.setToolTip(undo if view.undo_sentence else self.tr("Nothing to undo"))

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

    def _show_buttons(self, view: StationView) -> None:
        state = view.state
        texts = {
            StationPanelState.DISCONNECTED: with_key(self.tr("Connect"), ActionId.CONNECT),
            StationPanelState.FAILED: with_key(self.tr("Try again"), ActionId.CONNECT),
            StationPanelState.CONNECTING: self.tr("Cancel"),
            StationPanelState.CONNECTED: self.tr("Disconnect"),
        }
        self._go.setText(texts[state])
        self._go.set_icon(Icon.CONNECT if state in OFF else Icon.CLOSE)
        self._go.set_kind("primary" if state in OFF else "")
        needs_recovery = any(shown.can_recover for shown in view.health)
        self._next.setVisible(state is StationPanelState.CONNECTED and not needs_recovery)
