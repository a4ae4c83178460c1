"""The right side of the Review panel: the views of a take, a plot, and the timeline under both."""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSlider, QWidget

from lbm_studio.app.cameras import camera_title
from lbm_studio.app.review_panel import ReviewPanel
from lbm_studio.app.views.cameras import CamerasView, CameraTile
from lbm_studio.app.views.review import Curves, ReviewState, ReviewView
from lbm_studio.ui.actions import ActionId, with_key
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.panels.episode_list import HAS_EPISODE
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, Card, column, label, row, set_look, tabular
from lbm_studio.ui.widgets.camera_wall import CameraWallWidget
from lbm_studio.ui.widgets.choices import ChoiceCombo
from lbm_studio.ui.widgets.plots import Line, PlotWidget

FIRST_QUANTITY = "z_m"


class EpisodeViewsWidget(QWidget):
    """Shows one frame of a take, its curves, and where in time that is.

    Attributes:
        play: plays or pauses.
    """

    def __init__(self, theme: Theme, model: ReviewPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model
        self._curves: Curves | None = None
        self._build()
        self._connect()
        self._show(model.view)

    def _build(self) -> None:
        self._wall = CameraWallWidget(self._theme, live=False, flexible=True)
        self._wall.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._plot = PlotWidget(self._theme, "", self.tr("time [s]"))
        self._plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        plot = Card()
        plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        plot.body.addLayout(self._build_plot_head())
        plot.body.addWidget(self._plot, 1)
        views = column(spacing=METRICS.medium)
        views.addWidget(self._wall, 5)
        views.addWidget(plot, 4)
        views.addWidget(self._build_timeline())
        self.setLayout(views)

    def _build_plot_head(self) -> QHBoxLayout:
        self._choice = ChoiceCombo("curve", self.tr("What is plotted"))
        self._choice.setMinimumContentsLength(METRICS.large)
        head = row()
        head.addWidget(label(self.tr("Plot"), "caption"))
        head.addWidget(self._choice)
        for arm, text in (("right", self.tr("right arm")), ("left", self.tr("left arm"))):
            words = label(text)
            set_look(words, "arm", arm)
            head.addWidget(words)
        head.addWidget(label(self.tr("solid: measured, dashed: commanded"), "quiet"))
        head.addStretch(1)
        return head

    def _build_timeline(self) -> QWidget:
        card = Card()
        self.play = Button(self._theme, "", Icon.RUN, "primary")
        self.play.setObjectName("play")
        self._time = tabular(label("", "control", name="time"))
        self._scrubber = QSlider(Qt.Orientation.Horizontal)
        self._scrubber.setObjectName("scrubber")
        self._scrubber.setAccessibleName(self.tr("Position in the take"))
        line = row(spacing=METRICS.medium)
        line.addWidget(self.play)
        line.addWidget(self._scrubber, 1)
        line.addWidget(self._time)
        card.body.addLayout(line)
        return card

    def _connect(self) -> None:
        self.play.clicked.connect(self._on_play)
        self._scrubber.valueChanged.connect(self._model.seek)
        self._plot.picked.connect(self._on_picked)
        self._choice.chosen.connect(lambda _: self._draw_curve())
        self._model.changed.connect(self._show)

    def _on_play(self) -> None:
        intents = {ReviewState.PLAYING: self._model.pause, ReviewState.READY: self._model.play}
        intents.get(self._model.view.state, lambda: None)()

    def _on_picked(self, time_s: float) -> None:
        self._model.seek(max(0, round(time_s * self._model.view.rate_hz)))

    def _show(self, view: ReviewView) -> None:
        self._wall.show_view(CamerasView(_tiles(view), view.sentence))
        self._show_curves(view)
        self._show_timeline(view)

    def _show_curves(self, view: ReviewView) -> None:
        if view.curves is not self._curves:
            self._curves = view.curves
            quantities = _quantities(view.curves)
            current = self._choice.currentData() or FIRST_QUANTITY
            self._choice.show_choices([(q, _quantity_title(q)) for q in quantities], current)
            self._draw_curve()
        if view.rate_hz > 0:
            self._plot.show_cursor(view.position / view.rate_hz)

    def _draw_curve(self) -> None:
        quantity = str(self._choice.currentData() or "")
        self._plot.show_lines(_lines(self._curves, quantity), quantity)

    def _show_timeline(self, view: ReviewView) -> None:
        has_episode = view.state in HAS_EPISODE
        is_playing = view.state is ReviewState.PLAYING
        words = self.tr("Pause") if is_playing else self.tr("Play")
        self.play.setText(with_key(words, ActionId.PLAY))
        self.play.set_icon(Icon.PAUSE if is_playing else Icon.RUN)
        self.play.setEnabled(has_episode and view.state is not ReviewState.REPLAYING)
        with QSignalBlocker(self._scrubber):
            self._scrubber.setRange(0, max(view.length - 1, 0))
            self._scrubber.setValue(view.position)
        self._scrubber.setEnabled(has_episode)
        rate = view.rate_hz or 1.0
        self._time.setText(
            self.tr("{0:.1f} of {1:.1f} s").format(view.position / rate, view.length / rate)
        )


def _tiles(view: ReviewView) -> tuple[CameraTile, ...]:
    return tuple(
        CameraTile(
            name=name,
            title=camera_title(name),
            is_scene=name.startswith("scene"),
            aspect=image.shape[1] / image.shape[0],
            image=image,
        )
        for name, image in view.frames.items()
    )


def _quantities(curves: Curves | None) -> list[str]:
    names = curves.names if curves else ()
    return list(dict.fromkeys(name.partition(".")[2] for name in names))


def _quantity_title(quantity: str) -> str:
    titles = {
        "x_m": "x, away from the bases [m]",
        "y_m": "y, to the left [m]",
        "z_m": "Gripper height [m]",
    }
    titles["gripper_m"] = "Gripper opening [m]"
    return titles.get(quantity, f"Rotation {quantity}" if quantity else "")


def _lines(curves: Curves | None, quantity: str) -> list[Line]:
    if curves is None:
        return []
    lines: list[Line] = []
    for index, name in enumerate(curves.names):
        if name.partition(".")[2] != quantity:
            continue
        arm = curves.arms[index]
        token = "left_arm" if arm == "left" else "right_arm"
        lines.append(Line(curves.times_s, curves.states[:, index], token))
        lines.append(Line(curves.times_s, curves.actions[:, index], token, is_dashed=True))
    return lines
