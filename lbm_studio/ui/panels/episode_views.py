"""The views of a take, or of two side by side, and beneath them its plots and words."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from lbm_studio.app.cameras import camera_title
from lbm_studio.app.review_panel import ReviewPanel
from lbm_studio.app.views.cameras import CamerasView, CameraTile
from lbm_studio.app.views.review import ReviewView
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.panels.episode_judgement import EpisodeJudgement
from lbm_studio.ui.panels.episode_plot import EpisodePlot
from lbm_studio.ui.panels.episode_table import selected_row
from lbm_studio.ui.panels.episode_use import EpisodeUse
from lbm_studio.ui.panels.episode_words import EpisodeWords
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import ElidedLabel, column, row
from lbm_studio.ui.widgets.camera_wall import CameraWallWidget
from lbm_studio.ui.widgets.pages import Pages

Frames = Mapping[str, NDArray[np.uint8]]


class EpisodeViewsWidget(QWidget):
    """Shows one frame of a take, and what there is to know and to say about it.

    Attributes:
        judgement: success, failure, or how far it came.
    """

    def __init__(self, theme: Theme, model: ReviewPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._wall, self._title = self._new_wall(), ElidedLabel("", "caption", "shownTitle")
        self._beside, self._other = self._new_wall(), ElidedLabel("", "caption", "comparedTitle")
        self._right = QWidget()
        self.judgement = EpisodeJudgement(theme, model)
        pages = (
            ("plot", self.tr("Plot"), Icon.PLOT, EpisodePlot(theme, model)),
            ("words", self.tr("Words"), Icon.WORDS, EpisodeWords(theme, model)),
            ("use", self.tr("Compare, replay, export"), Icon.EXPORT, EpisodeUse(theme, model)),
        )
        self.pages = Pages(theme, pages)
        self.pages.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._build()
        model.changed.connect(self._show)
        self._show(model.view)

    def _new_wall(self) -> CameraWallWidget:
        wall = CameraWallWidget(self._theme, live=False, flexible=True)
        wall.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        return wall

    def _build(self) -> None:
        walls = row(spacing=METRICS.medium)
        walls.addLayout(_under(self._title, self._wall), 1)
        self._right.setLayout(_under(self._other, self._beside))
        walls.addWidget(self._right, 1)
        lines = column()
        lines.addLayout(walls, 5)
        lines.addWidget(self.judgement)
        lines.addWidget(self.pages, 4)
        self.setLayout(lines)

    def _show(self, view: ReviewView) -> None:
        is_compared = view.compared >= 0
        self._right.setVisible(is_compared)
        self._title.setVisible(is_compared)
        self._wall.show_view(CamerasView(_tiles(view.frames), view.sentence))
        if is_compared:
            self._show_compared(view)

    def _show_compared(self, view: ReviewView) -> None:
        self._beside.show_view(CamerasView(_tiles(view.compared_frames), view.sentence))
        shown = selected_row(view)
        other = next((each for each in view.rows if each.index == view.compared), None)
        words = self.tr("Take {0}: {1}")
        self._title.setText(words.format(shown.title, shown.goal) if shown else "")
        self._other.setText(words.format(other.title, other.goal) if other else "")


def _under(title: QWidget, wall: QWidget) -> QVBoxLayout:
    lines = column(spacing=METRICS.tight)
    lines.addWidget(title)
    lines.addWidget(wall, 1)
    return lines


def _tiles(frames: Frames) -> tuple[CameraTile, ...]:
    return tuple(
        CameraTile(
            name=name,
            title=camera_title(name),
            is_scene=name.startswith("scene"),
            aspect=image.shape[1] / image.shape[0],
            image=image,
        )
        for name, image in frames.items()
    )
