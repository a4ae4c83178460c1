"""The page of the panels that act on the station: cameras, a strip, the panel's column."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from lbm_studio.app.cameras import CameraWall
from lbm_studio.app.views.cameras import CamerasView
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, column, row
from lbm_studio.ui.widgets.camera_wall import CameraWallWidget
from lbm_studio.ui.widgets.empty_state import EmptyState


class LivePage(QWidget):
    """Shares one camera wall among its panels.

    Attributes:
        wall: the live cameras.

    Signals:
        station_wanted: there is no station, and somebody wants one.
    """

    station_wanted = Signal()

    def __init__(self, theme: Theme, cameras: CameraWall, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cameras = cameras
        self._offers_station = False
        self.wall = CameraWallWidget(theme)
        button = Button(theme, self.tr("Go to Station"), Icon.STATION, "primary")
        self._empty = EmptyState(theme, Icon.CAMERA, button)
        self._strips = QStackedWidget()
        self._columns = QStackedWidget()
        self._build()
        cameras.changed.connect(self._show)

    def add(self, panel: QWidget, strip: QWidget) -> None:
        """Take in a panel's column and strip."""
        self._columns.addWidget(panel)
        self._strips.addWidget(strip)

    def bring(self, panel: QWidget, strip: QWidget, *, offers_station: bool) -> None:
        """Show a panel that was added; without a station, offer the way to one or not."""
        self._columns.setCurrentWidget(panel)
        self._strips.setCurrentWidget(strip)
        self._empty.button.setVisible(offers_station)
        self._offers_station = offers_station
        self._show(self._cameras.view)

    def showEvent(self, event: QShowEvent) -> None:
        self._show(self._cameras.view)

    def _build(self) -> None:
        self._strips.setMinimumHeight(METRICS.strip)
        self._strips.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._columns.setFixedWidth(METRICS.column)
        views = column(spacing=METRICS.large)
        views.addWidget(self.wall)
        views.addWidget(self._empty, 2)
        views.addWidget(self._strips, 1)
        layout = row(spacing=METRICS.large, margin=METRICS.large)
        layout.addLayout(views, 1)
        layout.addWidget(self._columns)
        self.setLayout(layout)
        self._empty.pressed.connect(self.station_wanted)

    def _show(self, view: CamerasView) -> None:
        if not self.isVisible():
            return
        self.wall.show_view(view)
        self.wall.setVisible(bool(view.tiles))
        self._empty.setVisible(not view.tiles)
        here = self.tr("Press Connect, and the live pictures appear here.")
        self._empty.show_sentence(view.empty_sentence if self._offers_station else here)
