"""What is plotted of a take: pose, gripper, speed, or force where it was recorded."""

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from lbm_studio.app.review_panel import ReviewPanel
from lbm_studio.app.views.review import Plot, ReviewView
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import column, label, row, set_look
from lbm_studio.ui.widgets.choices import ChoiceCombo
from lbm_studio.ui.widgets.plots import Line, PlotWidget


class EpisodePlot(QWidget):
    """Draws one quantity over time; a click goes there."""

    def __init__(self, theme: Theme, model: ReviewPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._plots: tuple[Plot, ...] = ()
        self._plot = PlotWidget(theme, "", self.tr("time [s]"))
        self._plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._choice = ChoiceCombo("curve", self.tr("What is plotted"))
        self._choice.setMinimumContentsLength(METRICS.wide)
        self._arms = {"right": label(self.tr("right arm")), "left": label(self.tr("left arm"))}
        layout = column(spacing=METRICS.tight)
        layout.addLayout(self._build_head())
        layout.addWidget(self._plot, 1)
        self.setLayout(layout)
        self._plot.picked.connect(self._on_picked)
        self._choice.chosen.connect(lambda _: self._draw())
        model.changed.connect(self._show)
        self._show(model.view)

    def _build_head(self) -> QHBoxLayout:
        head = row()
        head.addWidget(self._choice)
        for arm, words in self._arms.items():
            set_look(words, "arm", arm)
            head.addWidget(words)
        head.addWidget(label(self.tr("dashed: commanded"), "quiet"))
        head.addStretch(1)
        return head

    def _on_picked(self, time_s: float) -> None:
        self._model.seek(max(0, round(time_s * self._model.view.rate_hz)))

    def _show(self, view: ReviewView) -> None:
        if view.plots is not self._plots:
            self._plots = view.plots
            keys = [plot.key for plot in view.plots]
            before = str(self._choice.currentData() or "")
            current = before if before in keys else (keys[0] if keys else "")
            self._choice.show_choices([(p.key, p.title) for p in view.plots], current)
            self._draw()
            self._show_arms()
        if view.rate_hz > 0:
            self._plot.show_cursor(view.position / view.rate_hz)

    def _show_arms(self) -> None:
        """Name the arms that were recorded; until a take is read, those of the one before."""
        recorded = {line.arm for plot in self._plots for line in plot.lines}
        if recorded:
            for arm, words in self._arms.items():
                words.setVisible(arm in recorded)

    def _draw(self) -> None:
        key = str(self._choice.currentData() or "")
        shown = [plot for plot in self._plots if plot.key == key]
        self._plot.show_lines([line for plot in shown for line in _lines(plot)], key)


def _lines(plot: Plot) -> list[Line]:
    tokens = {"left": "left_arm", "": "accent"}
    return [
        Line(line.times_s, line.values, tokens.get(line.arm, "right_arm"), line.is_command)
        for line in plot.lines
    ]
