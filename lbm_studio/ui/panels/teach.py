"""The Teach panel: what should it learn?"""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QSpinBox, QStackedWidget, QWidget

from lbm_studio.app.notices import Level
from lbm_studio.app.spoken_goal import SpokenGoal
from lbm_studio.app.starts import Starts
from lbm_studio.app.teach_panel import TeachPanel
from lbm_studio.app.views.teach import (
    GOAL_FREE,
    MotionSource,
    TeachState,
    TeachView,
    VerdictLine,
)
from lbm_studio.core.cues import Cue
from lbm_studio.ui.actions import ActionId, with_key
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.panels.base import LivePanel
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import (
    Button,
    Sentence,
    column,
    label,
    row,
    set_look,
    tabular,
)
from lbm_studio.ui.widgets.choices import ChoiceCombo, field
from lbm_studio.ui.widgets.film_strip import FilmStrip
from lbm_studio.ui.widgets.goal_field import GoalField
from lbm_studio.ui.widgets.key_help import KeyHelp
from lbm_studio.ui.widgets.start_slider import StartSlider

MOST_TAKES = 10_000
VERDICT_LINES = 4
UNDER_WAY = (TeachState.COUNTING, TeachState.RECORDING)


class TeachPanelWidget(LivePanel):
    """Records takes of one goal.

    Attributes:
        strip: the last takes, or the keys while they move an arm, shown beneath the cameras.
    """

    def __init__(
        self,
        theme: Theme,
        model: TeachPanel,
        goal: SpokenGoal,
        starts: Starts,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(self.tr("What should it learn?"), parent)
        self._theme = theme
        self._model = model
        self._film = FilmStrip(
            theme, self.tr("The last takes appear here, with how each of them ended.")
        )
        self._key_help = KeyHelp()
        self.strip = QStackedWidget()
        self.strip.addWidget(self._film)
        self.strip.addWidget(self._key_help)
        self.head.addWidget(StartSlider(theme, starts))
        self._goal = GoalField(theme, goal, "goal", self.tr("Goal, in your own words"))
        self._build_goal()
        self._build_counter()
        self._build_buttons()
        self._build_verdict()
        self._connect()
        self._show(model.view)

    def _build_goal(self) -> None:
        self._scene = ChoiceCombo("scene", self.tr("Scene"))
        self._layout_anew = Button(
            self._theme, self.tr("New layout"), Icon.SHUFFLE, name="newLayout"
        )
        self._layout_anew.setToolTip(self.tr("Lay the objects out anew, so that the starts vary"))
        self._source = ChoiceCombo("source", self.tr("Who moves the arms"))
        self._devices = Button(self._theme, self.tr("Devices"), Icon.GAMEPAD, name="devices")
        self._devices.setToolTip(self.tr("See how the input devices are, and set them up"))
        self.body.addWidget(self._goal)
        self._scene_field = QWidget()
        self._scene_field.setLayout(field(self.tr("Scene"), self._scene, self._layout_anew))
        self.body.addWidget(self._scene_field)
        self.body.addLayout(field(self.tr("Who moves the arms"), self._source, self._devices))

    def _build_counter(self) -> None:
        line = row(spacing=METRICS.small)
        self._kept = tabular(label("0", "counter", name="kept"))
        self._wanted = QSpinBox()
        self._wanted.setObjectName("wanted")
        self._wanted.setAccessibleName(self.tr("Takes wanted"))
        self._wanted.setRange(1, MOST_TAKES)
        self._wanted.setFixedWidth(METRICS.spin)
        self._wanted.lineEdit().setTextMargins(METRICS.tight, 0, 0, 0)
        self._elapsed = tabular(label("", "heading", name="elapsed"))
        line.addWidget(self._kept)
        line.addWidget(label(self.tr("of"), "control"))
        line.addWidget(self._wanted)
        line.addWidget(label(self.tr("takes"), "control"))
        line.addStretch(1)
        line.addWidget(self._elapsed)
        self.body.addLayout(line)
        self._sentence = Sentence(self._theme, "teachSentence")
        self._sentence.setMinimumHeight(METRICS.control)
        self.body.addWidget(self._sentence)

    def _build_buttons(self) -> None:
        self._record = Button(self._theme, "", Icon.RECORD, "primary")
        self._series = Button(self._theme, "", Icon.SERIES)
        self._keep = Button(self._theme, with_key(self.tr("Keep"), ActionId.KEEP), Icon.KEEP)
        self._discard = Button(self._theme, self.tr("Discard"), Icon.DISCARD)
        self._discard.setToolTip(with_key(self.tr("Forget this take"), ActionId.DISCARD))
        self._redo = Button(self._theme, self.tr("Again"), Icon.AGAIN)
        self._redo.setToolTip(self.tr("Forget this take and begin the same layout again"))
        self._undo = Button(
            self._theme, with_key(self.tr("Undo last take"), ActionId.UNDO_TAKE), Icon.UNDO, "plain"
        )
        for name in ("record", "series", "keep", "discard", "redo", "undo"):
            getattr(self, f"_{name}").setObjectName(name)
        first = row()
        first.addWidget(self._record, 1)
        first.addWidget(self._series, 1)
        self.body.addLayout(first)
        for pair in ((self._keep, self._redo), (self._discard, self._undo)):
            line = row()
            for button in pair:
                line.addWidget(button, 1)
            self.body.addLayout(line)

    def _build_verdict(self) -> None:
        self._verdict = [Sentence(self._theme, f"verdict{index}") for index in range(VERDICT_LINES)]
        lines = column(spacing=METRICS.tight)
        for line in self._verdict:
            lines.addWidget(line)
        self.body.addLayout(lines)
        self.body.addStretch(1)

    def _connect(self) -> None:
        self._goal.entered.connect(self._record.setFocus)
        self._scene.chosen.connect(self._model.choose_scene)
        self._layout_anew.clicked.connect(self._model.new_layout)
        self._source.chosen.connect(lambda key: self._model.set_source(MotionSource(key)))
        self._devices.clicked.connect(self.devices_wanted)
        self._wanted.valueChanged.connect(self._model.set_wanted)
        self._record.clicked.connect(self.primary)
        self._series.clicked.connect(self._toggle_series)
        self._keep.clicked.connect(lambda: self._model.keep())
        self._discard.clicked.connect(self._model.discard)
        self._redo.clicked.connect(self._model.redo)
        self._undo.clicked.connect(self._model.undo_last)
        self._model.changed.connect(self._show)

    @property
    def handlers(self) -> Mapping[ActionId, Callable[[], object]]:
        return {
            ActionId.RECORD: self._record.click,
            ActionId.KEEP: self._keep.click,
            ActionId.DISCARD: self._discard.click,
            ActionId.UNDO_TAKE: self._undo.click,
        }

    def primary(self) -> None:
        """Begin a take, or end the running one, or the countdown."""
        if self._model.view.state in UNDER_WAY:
            self._model.finish()
        else:
            self._model.start()

    def _toggle_series(self) -> None:
        if self._model.view.is_series:
            self._model.end_series()
        else:
            self._model.start_series()

    def _show(self, view: TeachView) -> None:
        self._show_goal(view)
        with QSignalBlocker(self._wanted):
            self._wanted.setValue(view.wanted)
        self._kept.setText(str(view.kept))
        self._show_clock(view)
        self._sentence.show_sentence(view.sentence)
        self._show_buttons(view)
        self._show_series(view)
        self._show_verdict(view)
        self._film.show_takes(view.takes)
        self._key_help.show_keys(view.key_help, view.arm)
        needs_keys = bool(view.key_help) and (view.state is TeachState.RECORDING or not view.takes)
        self.strip.setCurrentWidget(self._key_help if needs_keys else self._film)

    def _show_clock(self, view: TeachView) -> None:
        """Show what is said with sounds: the countdown, how long the take is, what came of it."""
        is_counting = view.state is TeachState.COUNTING
        set_look(self._elapsed, "role", "counter" if is_counting else "heading")
        if is_counting:
            self._elapsed.setText(str(view.countdown))
        elif view.state in (TeachState.RECORDING, TeachState.DECIDING):
            self._elapsed.setText(self.tr("{0:.1f} s").format(view.elapsed_s))
        else:
            words = {Cue.KEPT: self.tr("Kept"), Cue.DISCARDED: self.tr("Discarded")}
            self._elapsed.setText(words.get(view.cue, "") if view.cue else "")

    def _show_goal(self, view: TeachView) -> None:
        is_free = view.state in GOAL_FREE
        self._goal.show_goal(view.goal, is_free=is_free)
        self._scene_field.setVisible(bool(view.scenes) or view.state is TeachState.OFFLINE)
        self._scene.show_choices(
            [(s.name, s.title) for s in view.scenes], view.scene, self.tr("Choose a scene")
        )
        self._scene.setEnabled(is_free and bool(view.scenes))
        self._layout_anew.setEnabled(is_free and bool(view.scene))
        self._source.show_choices([(s.source.value, s.title) for s in view.sources], view.source)
        self._source.setEnabled(is_free)

    def _show_buttons(self, view: TeachView) -> None:
        is_recording = view.state is TeachState.RECORDING
        is_deciding = view.state is TeachState.DECIDING
        texts = {TeachState.RECORDING: self.tr("Finish"), TeachState.COUNTING: self.tr("Cancel")}
        text = texts.get(view.state, self.tr("Record"))
        self._record.setText(with_key(text, ActionId.RECORD))
        self._record.set_icon(Icon.HALT if view.state in UNDER_WAY else Icon.RECORD)
        self._record.setEnabled(view.state in (TeachState.READY, *UNDER_WAY))
        kind = "waiting" if view.is_goal_spoken else "primary"
        self._record.set_kind("" if is_deciding else kind)
        self._keep.set_kind("primary" if is_deciding and not view.is_doubtful else "")
        self._redo.set_kind("primary" if is_deciding and view.is_doubtful else "")
        for button in (self._keep, self._discard, self._redo):
            button.setEnabled(is_recording or is_deciding)
        if view.state is TeachState.COUNTING:
            self._discard.setEnabled(True)
        self._undo.setEnabled(view.can_undo)

    def _show_series(self, view: TeachView) -> None:
        if view.is_series:
            text, hint = self.tr("End after this"), self.tr("Record no take after the running one")
        else:
            text = self.tr("Record the rest")
            hint = self.tr("The colleague goes on by itself and keeps what reached the goal")
        self._series.setText(text)
        self._series.setToolTip(hint)
        self._series.set_icon(Icon.HALT if view.is_series else Icon.SERIES)
        self._series.setVisible(view.source is MotionSource.COLLEAGUE)
        can_begin = view.state is TeachState.READY and view.kept < view.wanted
        self._series.setEnabled(view.is_series or can_begin)

    def _show_verdict(self, view: TeachView) -> None:
        advice = VerdictLine(Level.QUIET, view.advice)
        lines = [*view.verdict, advice] if view.advice else view.verdict
        for index, widget in enumerate(self._verdict):
            line = lines[index] if index < len(lines) else VerdictLine(Level.QUIET, "")
            widget.show_sentence(line.text, line.level)
            widget.setVisible(bool(line.text))
