"""The timeline of the Review panel: play, step, trim, split, merge, and mark phases."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from lbm_studio.app.playback import SPEEDS
from lbm_studio.app.review_panel import ReviewPanel
from lbm_studio.app.views.review import ReviewState, ReviewView
from lbm_studio.ui.actions import ActionId, with_key
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.panels.episode_table import HAS_EPISODE
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, Card, icon_button, label, row, tabular
from lbm_studio.ui.widgets.choices import ChoiceCombo
from lbm_studio.ui.widgets.timeline import Timeline


class EpisodeTimelineCard(Card):
    """Where in a take one is, and what of it is kept.

    Attributes:
        play: plays or pauses.
        back: goes one frame back.
        forward: goes one frame on.
    """

    def __init__(self, theme: Theme, model: ReviewPanel, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._theme = theme
        self._model = model
        self._build()
        self._connect()
        self._show(model.view)

    def _build(self) -> None:
        line = row()
        line.addLayout(self._build_play())
        line.addStretch(1)
        line.addLayout(self._build_edits())
        self._timeline = Timeline(self._theme)
        self._timeline.setObjectName("timeline")
        self._timeline.setAccessibleName(self.tr("Position in the take, what is kept, phases"))
        self.body.addLayout(line)
        self.body.addWidget(self._timeline)

    def _build_play(self) -> QHBoxLayout:
        self.play = Button(self._theme, "", Icon.RUN, "primary")
        self.play.setObjectName("play")
        back = with_key(self.tr("One frame back"), ActionId.STEP_BACK)
        forward = with_key(self.tr("One frame on"), ActionId.STEP_FORWARD)
        self.back = icon_button(self._theme, Icon.BACK, back, "stepBack")
        self.forward = icon_button(self._theme, Icon.FORWARD, forward, "stepForward")
        again = self.tr("Play over and over what is kept")
        self._loop = icon_button(self._theme, Icon.SERIES, again, "loop")
        self._loop.setCheckable(True)
        self._speed = ChoiceCombo("speed", self.tr("Speed of playing"))
        self._speed.setFixedWidth(METRICS.spin)
        self._time = tabular(label("", "control", name="time"))
        line = row()
        for widget in (self.play, self.back, self.forward, self._loop, self._speed, self._time):
            line.addWidget(widget)
        return line

    def _build_edits(self) -> QHBoxLayout:
        theme = self._theme
        self._first = icon_button(theme, Icon.FIRST, self.tr("Cut what is before"), "trimFirst")
        self._last = icon_button(theme, Icon.LAST, self.tr("Cut what comes after"), "trimLast")
        self._whole = icon_button(theme, Icon.WHOLE, self.tr("Cut nothing off"), "keepAll")
        self._cut = Button(theme, self.tr("Cut idle start"), Icon.CUT)
        self._split = Button(theme, self.tr("Split here"), Icon.SPLIT)
        self._merge = Button(theme, self.tr("Merge with next"), Icon.MERGE)
        self._cut.setObjectName("cutIdle")
        self._split.setObjectName("split")
        self._merge.setObjectName("merge")
        line = row()
        for widget in (
            self._first, self._last, self._whole, self._cut, self._split, self._merge,
        ):  # fmt: skip
            line.addWidget(widget)
        return line

    def _connect(self) -> None:
        model, edit, timeline = self._model, self._model.edit, self._timeline
        self.play.clicked.connect(self._on_play)
        self.back.clicked.connect(lambda: model.step(-1))
        self.forward.clicked.connect(lambda: model.step(1))
        self._loop.clicked.connect(lambda wanted: model.set_loop(wanted))
        self._speed.chosen.connect(lambda key: model.set_speed(float(key)))
        self._first.clicked.connect(lambda: edit.trim(model.view.position, model.view.kept[1]))
        self._last.clicked.connect(lambda: edit.trim(model.view.kept[0], model.view.position))
        self._whole.clicked.connect(lambda: edit.keep_all())
        self._cut.clicked.connect(self._on_cut)
        self._split.clicked.connect(lambda: edit.split(model.view.position))
        self._merge.clicked.connect(lambda: edit.merge())
        timeline.sought.connect(model.seek)
        timeline.trimmed.connect(lambda first, last: edit.trim(first, last))
        timeline.phase_named.connect(lambda first, last, name: edit.add_phase(name, first, last))
        timeline.phase_moved.connect(lambda *moved: edit.move_phase(*moved))
        timeline.phase_renamed.connect(lambda number, name: edit.rename_phase(number, name))
        timeline.phase_removed.connect(lambda number: edit.remove_phase(number))
        model.changed.connect(self._show)

    def _on_play(self) -> None:
        intents = {ReviewState.PLAYING: self._model.pause, ReviewState.READY: self._model.play}
        intents.get(self._model.view.state, lambda: None)()

    def _on_cut(self) -> None:
        proposal = self._model.view.proposal
        if proposal is not None:
            self._model.edit.trim(*proposal)

    def _show(self, view: ReviewView) -> None:
        self._show_play(view)
        self._show_edits(view)
        has_episode = view.state in HAS_EPISODE
        self._timeline.show_take(
            length=view.length if has_episode else 0,
            position=view.position,
            kept=view.kept,
            idle=view.proposal,
            phases=view.phases if has_episode else (),
        )

    def _show_play(self, view: ReviewView) -> None:
        has_episode = view.state in HAS_EPISODE
        is_playing = view.state is ReviewState.PLAYING
        words = self.tr("Pause") if is_playing else self.tr("Play")
        self.play.setText(with_key(words, ActionId.PLAY))
        self.play.set_icon(Icon.PAUSE if is_playing else Icon.RUN)
        self.play.setEnabled(has_episode and view.state is not ReviewState.REPLAYING)
        self.back.setEnabled(has_episode and view.position > 0)
        self.forward.setEnabled(has_episode and view.position < view.length - 1)
        self._loop.setChecked(view.loops)
        speeds = [(str(speed), self.tr("{0:g} ×").format(speed)) for speed in SPEEDS]
        self._speed.show_choices(speeds, str(view.speed))
        rate = view.rate_hz or 1.0
        self._time.setText(
            self.tr("{0:.1f} of {1:.1f} s").format(view.position / rate, view.length / rate)
        )

    def _show_edits(self, view: ReviewView) -> None:
        has_episode = view.state in HAS_EPISODE
        whole = (0, view.length - 1)
        self._first.setEnabled(has_episode and view.kept[0] < view.position <= view.kept[1])
        self._last.setEnabled(has_episode and view.kept[0] <= view.position < view.kept[1])
        self._whole.setEnabled(has_episode and view.kept != whole)
        self._split.setEnabled(has_episode and view.position > 0)
        self._merge.setEnabled(has_episode and view.can_merge)
        idle_s = (view.proposal[0] - view.kept[0]) / (view.rate_hz or 1.0) if view.proposal else 0.0
        words = self.tr("Cut idle start")
        self._cut.setText(self.tr("{0} ({1:.1f} s)").format(words, idle_s) if idle_s else words)
        self._cut.setToolTip(
            "" if view.proposal else self.tr("No hand stands still at the start of this take.")
        )
        self._cut.setEnabled(has_episode and view.proposal is not None)
