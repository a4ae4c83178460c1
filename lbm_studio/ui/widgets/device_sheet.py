"""The input devices: how each of them is, and what can be set up."""

from PySide6.QtWidgets import QCheckBox, QFrame, QStackedWidget, QVBoxLayout, QWidget

from lbm_studio.app.devices import InputDevicesModel
from lbm_studio.app.views.devices import DevicesView
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, Card, column, row
from lbm_studio.ui.widgets.choices import SegmentedChoice
from lbm_studio.ui.widgets.device_pages import ControlsPage, PedalPage, PhonePage
from lbm_studio.ui.widgets.device_rows import DeviceLines
from lbm_studio.ui.widgets.sheet import Sheet

PHONE, PEDALS, CONTROLS = "phonePage", "pedalPage", "controlsPage"
PAGES = (PHONE, PEDALS, CONTROLS)


class DeviceSheet(Sheet):
    """Shows the devices on the left, and on the right what there is to do with one of them."""

    def __init__(self, theme: Theme, model: InputDevicesModel, parent: QWidget) -> None:
        super().__init__(theme, parent.tr("Input devices"), parent)
        self.setObjectName("deviceSheet")
        self._theme = theme
        self._model = model
        self._lines = DeviceLines(theme)
        self._phone = PhonePage(theme, model)
        self._pedals = PedalPage(theme, model)
        self._controls = ControlsPage()
        self._stack = QStackedWidget()
        self._page = SegmentedChoice(
            theme,
            (
                (PHONE, self.tr("Phone"), Icon.PHONE),
                (PEDALS, self.tr("Pedals"), Icon.PEDAL),
                (CONTROLS, self.tr("Controls"), Icon.HELP),
            ),
        )
        self._build()
        self._connect()
        self._turn_to(PHONE)
        self._show(model.view)

    def _build(self) -> None:
        sides = row(spacing=METRICS.wide)
        sides.addLayout(self._build_devices(), 1)
        sides.addWidget(self._build_pages(), 1)
        self.body.addLayout(sides)

    def _build_devices(self) -> QVBoxLayout:
        self._swap = Button(self._theme, self.tr("Swap the arms"), Icon.SWAP, name="swapArms")
        self._swap.setToolTip(self.tr("Each SpaceMouse moves the other arm from the next take on"))
        self._hold = QCheckBox(self.tr("A SpaceMouse moves only while its right button is held"))
        self._hold.setObjectName("holdButton")
        self._lines.setMinimumWidth(METRICS.device_page)
        left = column(spacing=METRICS.medium)
        left.addWidget(self._lines)
        left.addWidget(self._swap)
        left.addWidget(self._hold)
        left.addStretch(1)
        return left

    def _build_pages(self) -> QFrame:
        for page in (self._phone, self._pedals, self._controls):
            self._stack.addWidget(page)
        right = Card(role="inset")
        right.body.addWidget(self._page)
        right.body.addWidget(self._stack, 1)
        right.setFixedWidth(METRICS.device_page)
        return right

    def _connect(self) -> None:
        self._lines.help_wanted.connect(self._explain)
        self._swap.clicked.connect(self._model.swap_arms)
        self._hold.clicked.connect(lambda: self._model.set_hold_button(self._hold.isChecked()))
        self._page.chosen.connect(self._turn_to)
        self._model.changed.connect(self._show)

    def _turn_to(self, page: str) -> None:
        self._stack.setCurrentIndex(PAGES.index(page))
        offered = PAGES if self._controls.has_help else (PHONE, PEDALS)
        self._page.show_choice(page, offered)

    def _explain(self, number: int) -> None:
        shown = self._model.view.rows[number]
        self._controls.show_help(shown.title, shown.help)
        self._turn_to(CONTROLS)

    def _show(self, view: DevicesView) -> None:
        self._lines.show_rows(view.rows)
        self._swap.setEnabled(view.can_swap)
        self._hold.setChecked(view.hold_button)
        self._phone.show_view(view)
        self._pedals.show_view(view)
