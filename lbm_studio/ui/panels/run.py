"""The Run panel: what should it do?"""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QSlider, QWidget

from lbm_studio.app.notices import Level
from lbm_studio.app.run_panel import RunPanel
from lbm_studio.app.spoken_goal import SpokenGoal
from lbm_studio.app.views.run import IN_MOTION, MAX_SPEED, MIN_SPEED, RunState, RunView
from lbm_studio.ui.actions import ActionId, with_key
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.panels.base import LivePanel
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, Card, Sentence, column, label, row, tabular
from lbm_studio.ui.widgets.choices import ChoiceCombo, field
from lbm_studio.ui.widgets.goal_field import GoalField

SPEED_STEPS_PER_UNIT = 20
SUGGESTIONS = 2


class RunPanelWidget(LivePanel):
    """Runs a trained policy towards a prompt.

    Attributes:
        strip: time, success and what the marks in the pictures mean, shown beneath the cameras.
    """

    def __init__(
        self, theme: Theme, model: RunPanel, goal: SpokenGoal, parent: QWidget | None = None
    ) -> None:
        super().__init__(self.tr("What should it do?"), parent)
        self._theme = theme
        self._model = model
        self._prompt = GoalField(theme, goal, "prompt", self.tr("Say it in your own words"))
        self._build_prompt()
        self._build_choices()
        self._build_buttons()
        self._build_strip()
        self._connect()
        self._show(model.view)

    def _build_prompt(self) -> None:
        self.body.addWidget(self._prompt)
        self._understood = label("", "quiet", wrap=True, name="understood")
        self._understood.setMinimumHeight(METRICS.control)
        self.body.addWidget(self._understood)
        self._suggestions = [
            Button(self._theme, "", Icon.GOAL, "choice") for _ in range(SUGGESTIONS)
        ]
        for index, button in enumerate(self._suggestions):
            button.setObjectName(f"suggestion{index}")
            self.body.addWidget(button)

    def _build_choices(self) -> None:
        self._policy = ChoiceCombo("policy", self.tr("Policy"))
        self._scene = ChoiceCombo("runScene", self.tr("Scene"))
        self._layout_anew = Button(self._theme, self.tr("New layout"), Icon.SHUFFLE)
        self._layout_anew.setObjectName("runNewLayout")
        self._speed = QSlider(Qt.Orientation.Horizontal)
        self._speed.setObjectName("speed")
        self._speed.setAccessibleName(self.tr("Speed"))
        self._speed.setRange(
            round(MIN_SPEED * SPEED_STEPS_PER_UNIT), round(MAX_SPEED * SPEED_STEPS_PER_UNIT)
        )
        self._speed_text = label("", "control", name="speedText")
        self._speed_text.setMinimumWidth(METRICS.primary)
        self.body.addLayout(field(self.tr("Policy"), self._policy))
        self._scene_field = QWidget()
        self._scene_field.setLayout(field(self.tr("Scene"), self._scene, self._layout_anew))
        self.body.addWidget(self._scene_field)
        self.body.addLayout(field(self.tr("Speed"), self._speed, self._speed_text))

    def _build_buttons(self) -> None:
        self._sentence = Sentence(self._theme, "runSentence")
        self._sentence.setMinimumHeight(METRICS.primary)
        self._go = Button(self._theme, "", Icon.RUN, "primary")
        self._go.setObjectName("go")
        self._end = Button(self._theme, self.tr("End trial"), Icon.HALT)
        self._end.setObjectName("end")
        self._home = Button(self._theme, self.tr("Home"), Icon.HOME)
        self._home.setObjectName("home")
        self._home.setToolTip(self.tr("Bring the arms to their rest pose, slowly"))
        self.body.addWidget(self._sentence)
        self.body.addWidget(self._go)
        line = row()
        line.addWidget(self._end, 1)
        line.addWidget(self._home, 1)
        self.body.addLayout(line)
        self.body.addStretch(1)

    def _build_strip(self) -> None:
        layout = row(spacing=METRICS.medium)
        time = Card(self.tr("This trial"))
        self._elapsed = tabular(label("", "counter", name="runElapsed"))
        self._reached = Sentence(self._theme, "reached")
        self._slowed = label("", "quiet", wrap=True, name="slowed")
        time.body.addWidget(self._elapsed)
        time.body.addWidget(self._reached)
        time.body.addWidget(self._slowed)
        time.body.addStretch(1)
        success = Card(self.tr("Goal reached"))
        self._counter = tabular(label("", "counter", name="successes"))
        self._reset = Button(self._theme, self.tr("Count anew"), Icon.UNDO, "plain")
        self._reset.setObjectName("resetCounter")
        success.body.addWidget(self._counter)
        success.body.addWidget(self._reset, 0, Qt.AlignmentFlag.AlignLeft)
        success.body.addStretch(1)
        layout.addWidget(time, 1)
        layout.addWidget(success, 1)
        layout.addWidget(self._legend(), 1)
        self.strip.setLayout(layout)

    def _legend(self) -> QWidget:
        card = Card(self.tr("Marks in the pictures"))
        words = column(spacing=METRICS.tight)
        words.addWidget(
            label(
                self.tr(
                    "R and L: where the right and the left arm will next grip, let go or touch "
                    "down. Faint means unsure."
                ),
                "quiet",
                wrap=True,
            )
        )
        card.body.addLayout(words)
        card.body.addStretch(1)
        return card

    def _connect(self) -> None:
        self._prompt.edited.connect(self._model.set_prompt)
        for button in self._suggestions:
            button.clicked.connect(
                lambda _=False, b=button: self._model.accept_suggestion(b.toolTip())
            )
        self._policy.chosen.connect(self._model.choose_checkpoint)
        self._scene.chosen.connect(self._model.choose_scene)
        self._layout_anew.clicked.connect(self._model.new_layout)
        self._speed.valueChanged.connect(
            lambda value: self._model.set_speed(value / SPEED_STEPS_PER_UNIT)
        )
        self._go.clicked.connect(self.primary)
        self._end.clicked.connect(self._model.halt)
        self._home.clicked.connect(self._model.home)
        self._reset.clicked.connect(self._model.reset_counter)
        self._model.changed.connect(self._show)

    @property
    def handlers(self) -> Mapping[ActionId, Callable[[], object]]:
        return {ActionId.RUN: self._go.click, ActionId.PAUSE: self.pause}

    def shown(self) -> None:
        self._model.refresh()

    def primary(self) -> None:
        """Run, pause, or go on after a pause."""
        intents = {RunState.PAUSED: self._model.resume, RunState.RUNNING: self._model.pause}
        intents.get(self._model.view.state, self._model.run)()

    def pause(self) -> None:
        """Hold still, or go on."""
        if self._model.view.state in (RunState.RUNNING, RunState.PAUSED):
            self.primary()

    def _show(self, view: RunView) -> None:
        self._show_prompt(view)
        self._show_choices(view)
        self._show_buttons(view)
        self._elapsed.setText(self.tr("{0:.1f} s").format(view.elapsed_s))
        self._show_reached(view.goal_reached)
        self._slowed.setText(view.slowed_sentence)
        self._counter.setText(self.tr("{0} of {1}").format(view.successes, view.trials))
        self._reset.setEnabled(view.trials > 0)

    def _show_prompt(self, view: RunView) -> None:
        self._prompt.show_goal(view.prompt, is_free=view.state not in IN_MOTION)
        self._understood.setText(
            view.understood or self.tr("The skill it understands appears here.")
        )
        for index, button in enumerate(self._suggestions):
            goal = view.suggestions[index] if index < len(view.suggestions) else ""
            room = METRICS.column - 2 * METRICS.large - METRICS.icon - METRICS.primary
            shown = button.fontMetrics().elidedText(goal, Qt.TextElideMode.ElideRight, room)
            button.setText(shown)
            button.setToolTip(goal)
            button.setVisible(bool(goal))

    def _show_choices(self, view: RunView) -> None:
        is_free = view.state in (RunState.NEEDS_SKILL, RunState.READY)
        policies = [(c.checkpoint, c.title) for c in view.checkpoints]
        self._policy.show_choices(policies, view.checkpoint, self.tr("None trained yet"))
        self._policy.setEnabled(is_free and bool(policies))
        self._scene_field.setVisible(bool(view.scenes) or view.state is RunState.OFFLINE)
        self._scene.show_choices(
            [(s.name, s.title) for s in view.scenes], view.scene, self.tr("Choose a scene")
        )
        self._scene.setEnabled(is_free and bool(view.scenes))
        self._layout_anew.setEnabled(is_free and bool(view.scene))
        with QSignalBlocker(self._speed):
            self._speed.setValue(round(view.speed * SPEED_STEPS_PER_UNIT))
        self._speed_text.setText(self.tr("{0:.2f} x").format(view.speed))

    def _show_buttons(self, view: RunView) -> None:
        texts = {RunState.RUNNING: self.tr("Pause"), RunState.PAUSED: self.tr("Go on")}
        self._sentence.show_sentence(view.sentence)
        self._go.setText(with_key(texts.get(view.state, self.tr("Run")), ActionId.RUN))
        self._go.set_icon(Icon.PAUSE if view.state is RunState.RUNNING else Icon.RUN)
        self._go.set_kind("waiting" if view.is_goal_spoken else "primary")
        self._go.setEnabled(view.state in (RunState.READY, RunState.RUNNING, RunState.PAUSED))
        self._end.setEnabled(view.state in IN_MOTION)
        self._home.setEnabled(view.state in (RunState.NEEDS_SKILL, RunState.READY, RunState.PAUSED))

    def _show_reached(self, reached: bool | None) -> None:
        texts = {
            True: (self.tr("Goal reached."), Level.GOOD),
            False: (self.tr("Goal not reached yet."), Level.QUIET),
            None: (self.tr("Nobody can tell yet."), Level.QUIET),
        }
        self._reached.show_sentence(*texts[reached])
