"""The bar on top: what station, what goal, and STOP, always in the same place."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from lbm_studio.app.notices import Level
from lbm_studio.app.views.window import WindowView
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import LEVEL_ICONS, Button, ElidedLabel, column, label, row
from lbm_studio.ui.widgets.stop_button import StopButton


class TopBar(QFrame):
    """Name, station, goal, notices, the state of the hardware stop, STOP.

    Signals:
        stop_pressed: STOP went down.
        station_pressed: somebody wants to see or change the station.
        notices_pressed: somebody wants to read the notices.
    """

    stop_pressed = Signal()
    station_pressed = Signal()
    notices_pressed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.stop = StopButton(theme)
        self._station = Button(theme, "", Icon.INFO)
        self._goal = ElidedLabel("", "strong", "goalInForce")
        self._hardware = label("", "strong", name="hardwareStop")
        self._hardware_box = QWidget()
        self._notices = Button(theme, "", Icon.NOTICES, "plain")
        self.setObjectName("topBar")
        self.setFixedHeight(METRICS.top_bar)
        self.setLayout(self._build())
        self.stop.pressed.connect(self.stop_pressed)
        self._station.clicked.connect(self.station_pressed)
        self._notices.clicked.connect(self.notices_pressed)

    def show_view(self, view: WindowView) -> None:
        """Show a snapshot of the frame."""
        self._station.setText(view.station[:1].upper() + view.station[1:])
        self._station.set_icon(LEVEL_ICONS[view.station_level])
        self._goal.setText(self.tr("“{0}”").format(view.goal) if view.goal else self.tr("none yet"))
        count = len(view.notices)
        self._notices.setText(str(count) if count else "")
        self._notices.setAccessibleName(self.tr("{0} notices").format(count))
        worst = any(n.level in (Level.WARN, Level.BAD) for n in view.notices)
        self._notices.set_icon(Icon.WARN if worst else Icon.NOTICES)
        self._hardware.setText(view.hardware_stop)
        self._hardware_box.setVisible(bool(view.hardware_stop))
        self.stop.show_latched(view.stop.latched)

    def _build(self) -> QHBoxLayout:
        layout = row(spacing=METRICS.large)
        layout.setContentsMargins(METRICS.large, 0, METRICS.small, 0)
        layout.addWidget(label(self.tr("LBM Studio"), "heading"))
        self._station.setObjectName("stationState")
        self._station.setToolTip(self.tr("Open the panel Station"))
        layout.addWidget(self._station)
        layout.addLayout(_captioned(self.tr("Goal"), self._goal), 1)
        self._hardware_box.setLayout(_captioned(self.tr("Hardware stop"), self._hardware))
        self._hardware_box.setToolTip(
            self.tr("What the arms tell of it; no program can press or release it")
        )
        self._notices.setObjectName("notices")
        self._notices.setToolTip(self.tr("Notices"))
        layout.addWidget(self._notices)
        layout.addWidget(self._hardware_box)
        layout.addWidget(self.stop, 0, Qt.AlignmentFlag.AlignVCenter)
        return layout


def _captioned(caption: str, words: QWidget) -> QVBoxLayout:
    layout = column(spacing=0)
    layout.addStretch(1)
    layout.addWidget(label(caption, "caption"))
    layout.addWidget(words)
    layout.addStretch(1)
    return layout
