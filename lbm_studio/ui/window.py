"""The main window: the frame that never changes, and the panel in front."""

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QPaintEvent, QShortcut
from PySide6.QtWidgets import QStackedWidget, QWidget

from lbm_studio.app.application import Application
from lbm_studio.app.settings import WindowGeometry
from lbm_studio.app.views.window import PanelName, WindowView
from lbm_studio.core.clock import Clock, MonotonicClock
from lbm_studio.ui.actions import ACTIONS, SHOW_PANEL, ActionId
from lbm_studio.ui.keys import is_typing
from lbm_studio.ui.live_page import LivePage
from lbm_studio.ui.panels.base import LivePanel, Panel
from lbm_studio.ui.panels.factory import LIVE_PANELS, live_panel, page_panel
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import column, row
from lbm_studio.ui.widgets.camera_mapping_sheet import CameraMappingSheet
from lbm_studio.ui.widgets.device_sheet import DeviceSheet
from lbm_studio.ui.widgets.key_sheet import KeySheet
from lbm_studio.ui.widgets.look_sheet import LookSheet
from lbm_studio.ui.widgets.message_bar import MessageBar
from lbm_studio.ui.widgets.navigation import Navigation
from lbm_studio.ui.widgets.notice_sheet import NoticeSheet
from lbm_studio.ui.widgets.station_sheet import StationSheet
from lbm_studio.ui.widgets.status_bar import StatusBar
from lbm_studio.ui.widgets.top_bar import TopBar

GUARDED = (ActionId.STOP, ActionId.STOP_UNLESS_TYPING, ActionId.TALK)
"""Bound by :class:`lbm_studio.ui.keys.KeyGuard`, which sees keys before everything else."""


class MainWindow(QWidget):
    """Shows the application.

    Signals:
        first_painted: the window has been painted for the first time.
        closed: the user closed it.
    """

    first_painted = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, application: Application, clock: Clock | None = None) -> None:
        super().__init__()
        self._theme = theme
        self._application = application
        self._clock = clock or MonotonicClock()
        self._panels: dict[PanelName, Panel] = {}
        self._front: PanelName | None = None
        self._shortcuts: dict[str, QShortcut] = {}
        self._was_painted = False
        self.setObjectName("ground")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFocus()
        self.setWindowTitle(self.tr("LBM Studio"))
        self._build()
        self._bind_keys()
        self._connect()
        self._show(application.window.view)
        self._restore_geometry()

    def panel(self, name: PanelName) -> Panel:
        """Return a panel, built at the first call."""
        if name not in self._panels:
            self._panels[name] = self._built(name)
            self._panels[name].panel_wanted.connect(self._application.window.show_panel)
        return self._panels[name]

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            self.first_painted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        frame = self.normalGeometry()
        geometry = WindowGeometry(
            frame.x(), frame.y(), frame.width(), frame.height(), self.isMaximized()
        )
        self._application.settings.update(geometry=geometry)
        self.closed.emit()
        super().closeEvent(event)

    def _built(self, name: PanelName) -> Panel:
        if name in LIVE_PANELS:
            live = live_panel(name, self._theme, self._application)
            self._live.add(live, live.strip)
            live.devices_wanted.connect(self._devices.open)
            return live
        page = page_panel(name, self._theme, self._application)
        self._pages.addWidget(page)
        return page

    def _build(self) -> None:
        self._top = TopBar(self._theme)
        self._message = MessageBar(self._theme)
        self._navigation = Navigation(self._theme)
        self._status = StatusBar(self._theme)
        self._pages = QStackedWidget()
        self._live = LivePage(self._theme, self._application.cameras)
        self._pages.addWidget(self._live)
        middle = row(spacing=0)
        middle.addWidget(self._navigation)
        middle.addWidget(self._pages, 1)
        layout = column(spacing=0)
        layout.addWidget(self._top)
        layout.addWidget(self._message)
        layout.addLayout(middle, 1)
        layout.addWidget(self._status)
        self.setLayout(layout)
        self._keys = KeySheet(self._theme, self._pages)
        self._look = LookSheet(self._theme, self._application.settings, self._pages)
        self._devices = DeviceSheet(self._theme, self._application.devices, self._pages)
        self._station = StationSheet(self._theme, self._application.station.editor, self._pages)
        self._mapping = CameraMappingSheet(
            self._theme, self._application.station.mapping, self._pages
        )
        dismiss = self._application.window.dismiss_notice
        self._notices = NoticeSheet(self._theme, dismiss, self._pages)

    def _bind_keys(self) -> None:
        infos = [info for info in ACTIONS if info.id not in GUARDED]
        for key in sorted({key for info in infos for key in info.keys}):
            shortcut = QShortcut(QKeySequence(key), self)
            repeats = any(info.repeats for info in infos if key in info.keys)
            shortcut.setAutoRepeat(repeats)  # else a held key neither goes on nor begins again
            shortcut.activated.connect(self._activator(key))
            self._shortcuts[key] = shortcut

    def _connect(self) -> None:
        model = self._application.window
        self._top.stop_pressed.connect(lambda: model.press_stop("window button"))
        self._top.station_pressed.connect(lambda: model.show_panel(PanelName.STATION))
        self._top.notices_pressed.connect(self._notices.open)
        self._message.reset_held.connect(lambda: model.reset_pressed(self._clock.now_ns()))
        self._message.reset_let_go.connect(model.reset_released)
        self._message.dismissed.connect(model.dismiss_notice)
        self._navigation.chosen.connect(model.show_panel)
        self._live.station_wanted.connect(lambda: model.show_panel(PanelName.STATION))
        self._navigation.settings_pressed.connect(self._look.open)
        self._navigation.help_pressed.connect(self._show_keys)
        model.changed.connect(self._show)

    def _show(self, view: WindowView) -> None:
        self._top.show_view(view)
        self._message.show_state(self._state_sentence(view), view.stop, view.notices)
        self._status.show_view(view)
        self._notices.show_notices(view.notices)
        if view.panel is not self._front:
            self._bring(view.panel)

    def _state_sentence(self, view: WindowView) -> str:
        parts = (view.station, view.arms.text)
        return " ".join(f"{part[:1].upper()}{part[1:]}." for part in parts if part)

    def _bring(self, name: PanelName) -> None:
        self._front = name
        self._navigation.show_panel(name)
        panel = self.panel(name)
        if isinstance(panel, LivePanel):
            is_station = name is PanelName.STATION
            self._live.bring(panel, panel.strip, offers_station=not is_station)
            self._pages.setCurrentWidget(self._live)
        else:
            self._pages.setCurrentWidget(panel)
        for sheet in (self._keys, self._look, self._devices, self._notices):
            sheet.hide()
        panel.shown()

    def _activator(self, key: str) -> Callable[[], None]:
        return lambda: self._activate(key)

    def _activate(self, key: str) -> None:
        for info in ACTIONS:
            is_here = info.panel is None or info.panel is self._front
            if key in info.keys and is_here and (info.while_typing or not is_typing()):
                self._act(info.id)
                return

    def _act(self, which: ActionId) -> None:
        if which in SHOW_PANEL:
            self._application.window.show_panel(SHOW_PANEL[which])
        elif which is ActionId.HELP:
            self._show_keys()
        elif which is ActionId.FULL_SCREEN:
            self.showNormal() if self.isFullScreen() else self.showFullScreen()
        elif self._front is not None:
            self._panels[self._front].handlers[which]()

    def _show_keys(self) -> None:
        if self._front is not None:
            self._keys.open_for(self._front)

    def _restore_geometry(self) -> None:
        self.setMinimumSize(METRICS.window_min_width, METRICS.window_min_height)
        self.resize(METRICS.window_width, METRICS.window_height)
        geometry = self._application.settings.current.geometry
        wanted = QRect(geometry.x, geometry.y, geometry.width, geometry.height)
        screen = self.screen().availableGeometry()
        if geometry.width > 0 and screen.intersects(wanted):
            self.setGeometry(wanted.intersected(screen))
        if geometry.maximised:
            self.showMaximized()
