"""The panels, one under the other, and the settings beneath them."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton, QWidget

from lbm_studio.app.views.window import PanelName
from lbm_studio.ui.actions import SHOW_PANEL, key_text
from lbm_studio.ui.icons import Icon, icon
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import column

PANEL_ICONS = {
    PanelName.STATION: Icon.STATION,
    PanelName.TEACH: Icon.TEACH,
    PanelName.REVIEW: Icon.REVIEW,
    PanelName.TRAIN: Icon.TRAIN,
    PanelName.RUN: Icon.RUN,
}


class NavigationItem(QToolButton):
    """An icon over a word."""

    def __init__(self, theme: Theme, text: str, which: Icon) -> None:
        super().__init__()
        self._theme = theme
        self._which = which
        self.setText(text)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setIconSize(QSize(METRICS.wide, METRICS.wide))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(METRICS.navigation_item)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.toggled.connect(self._recolour)
        theme.changed.connect(self._recolour)
        self._recolour()

    def _recolour(self) -> None:
        colours = self._theme.colours
        self.setIcon(icon(self._which, colours.accent if self.isChecked() else colours.quiet))


class Navigation(QFrame):
    """The left edge of the window.

    Signals:
        chosen: a PanelName.
        settings_pressed: light or dark.
        help_pressed: which keys there are.
    """

    chosen = Signal(object)
    settings_pressed = Signal()
    help_pressed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._items: dict[PanelName, NavigationItem] = {}
        self._group = QButtonGroup(self)
        self.setObjectName("navigation")
        self.setFixedWidth(METRICS.navigation)
        self._build()

    def show_panel(self, name: PanelName) -> None:
        """Mark the panel in front."""
        self._items[name].setChecked(True)

    def _build(self) -> None:
        titles = {
            PanelName.STATION: self.tr("Station"),
            PanelName.TEACH: self.tr("Teach"),
            PanelName.REVIEW: self.tr("Review"),
            PanelName.TRAIN: self.tr("Train"),
            PanelName.RUN: self.tr("Run"),
        }
        layout = column(spacing=METRICS.tight, margin=METRICS.small)
        for which, name in SHOW_PANEL.items():
            item = NavigationItem(self._theme, titles[name], PANEL_ICONS[name])
            item.setObjectName(f"nav_{name.value}")
            item.setCheckable(True)
            item.setToolTip(f"{titles[name]} ({key_text(which)})")
            item.clicked.connect(lambda _=False, chosen=name: self.chosen.emit(chosen))
            self._items[name] = item
            self._group.addButton(item)
            layout.addWidget(item)
        layout.addStretch(1)
        self._settings = NavigationItem(self._theme, self.tr("Look"), Icon.THEME)
        self._settings.setToolTip(self.tr("Light or dark, and the size of everything"))
        self._settings.setObjectName("nav_settings")
        self._settings.clicked.connect(self.settings_pressed)
        keys = NavigationItem(self._theme, self.tr("Keys (F1)"), Icon.HELP)
        keys.setObjectName("nav_help")
        keys.setToolTip(self.tr("Which keys there are"))
        keys.clicked.connect(self.help_pressed)
        layout.addWidget(self._settings)
        layout.addWidget(keys)
        self.setLayout(layout)
