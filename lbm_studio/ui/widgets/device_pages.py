"""What can be set up of input devices: a phone let in, a pedal taught, controls explained."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from lbm_studio.app.devices import InputDevicesModel
from lbm_studio.app.views.devices import DevicesView
from lbm_studio.core.hands_free import TakeAction
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, ElidedLabel, Sentence, column, label, row
from lbm_studio.ui.widgets.qr_code import QrCode

PEDAL_COLUMNS = 2


class PhonePage(QWidget):
    """Lets a phone in: the link as a QR code, and the fingerprint the phone shows as well."""

    def __init__(self, theme: Theme, model: InputDevicesModel) -> None:
        super().__init__()
        self._about = label("", wrap=True, name="phoneAbout")
        self._code = QrCode(theme, "phoneCode")
        self._url = ElidedLabel("", "quiet", name="phoneUrl")
        self._fingerprint = label("", "quiet", wrap=True, name="phoneFingerprint")
        self._open = Button(theme, self.tr("Let a phone in"), Icon.PHONE)
        self._open_here = Button(theme, self.tr("Only this machine"), Icon.SYSTEM)
        self._close = Button(theme, self.tr("Let no phone in"), Icon.CLOSE)
        for button, name in (
            (self._open, "openPhone"),
            (self._open_here, "openPhoneHere"),
            (self._close, "closePhone"),
        ):
            button.setObjectName(name)
        self._open.clicked.connect(lambda: model.open_phone(in_network=True))
        self._open_here.clicked.connect(lambda: model.open_phone(in_network=False))
        self._open_here.setToolTip(self.tr("To try the page in a browser on this machine"))
        self._close.clicked.connect(model.close_phone)
        self._build()

    def _build(self) -> None:
        self._fingerprint.setMinimumHeight(METRICS.control)
        for widget in (self._code, self._url, self._fingerprint):  # the sheet keeps its size
            policy = widget.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            widget.setSizePolicy(policy)
        layout = column()
        layout.addWidget(self._about)
        layout.addWidget(self._code, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._url)
        layout.addWidget(self._fingerprint)
        layout.addStretch(1)
        buttons = row()
        for button in (self._open, self._open_here, self._close):
            buttons.addWidget(button, 1)
        layout.addLayout(buttons)
        self.setLayout(layout)

    def show_view(self, view: DevicesView) -> None:
        """Show whether phones are let in, and how they find the way."""
        link = view.phone
        if link is None:
            about = self.tr(
                "A phone can move an arm: hold its pad, and the gripper follows the phone. Whoever"
                " has the link can move it; what goes over the network is encrypted."
            )
        elif view.phone_in_network:
            about = self.tr(
                "Scan this with the phone. It must be in the same network, and warns of a"
                " certificate it does not know: compare the fingerprint, then go on."
            )
        else:
            about = self.tr("Open the link in a browser on this machine.")
        self._about.setText(about)
        self._code.show_code(link.code if link else ())
        self._url.setText(link.url if link else "")
        self._fingerprint.setText(
            self.tr("Fingerprint: {0}").format(link.fingerprint.replace(":", " ")) if link else ""
        )
        for widget in (self._code, self._url, self._fingerprint, self._close):
            widget.setVisible(link is not None)
        for widget in (self._open, self._open_here):
            widget.setVisible(link is None)


class PedalPage(QWidget):
    """Teaches what a pedal means: choose the meaning, press the pedal.

    Nothing is learned while it is out of sight.
    """

    def __init__(self, theme: Theme, model: InputDevicesModel) -> None:
        super().__init__()
        self._model = model
        self._titles = {
            TakeAction.RECORD: self.tr("Record, or finish"),
            TakeAction.REDO: self.tr("Begin again"),
            TakeAction.KEEP: self.tr("Keep"),
            TakeAction.DISCARD: self.tr("Discard"),
            TakeAction.UNDO: self.tr("Undo last take"),
            TakeAction.STOP: self.tr("Stop all arms"),
        }
        self._sentence = Sentence(theme, "pedalSentence")
        self._buttons = {
            action: Button(theme, title, Icon.PEDAL) for action, title in self._titles.items()
        }
        self._cancel = Button(theme, self.tr("Cancel"), Icon.CLOSE, name="cancelLearning")
        self._cancel.clicked.connect(model.cancel_learning)
        for action, button in self._buttons.items():
            button.setObjectName(f"learn_{action}")
            button.setCheckable(True)
            button.clicked.connect(self._teacher(model, action))
        self._build()

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(METRICS.small)
        for place, button in enumerate(self._buttons.values()):
            grid.addWidget(button, place // PEDAL_COLUMNS, place % PEDAL_COLUMNS)
        layout = column(spacing=METRICS.medium)
        self._sentence.setMinimumHeight(METRICS.control)
        layout.addWidget(self._sentence)
        layout.addLayout(grid)
        layout.addStretch(1)
        layout.addWidget(self._cancel)
        self.setLayout(layout)

    def hideEvent(self, event: QHideEvent) -> None:
        if self._model.view.learning is not None:
            self._model.cancel_learning()
        super().hideEvent(event)

    def show_view(self, view: DevicesView) -> None:
        """Show which meaning is being learned."""
        if view.learning is None:
            text = self.tr("Choose what a pedal shall mean, then press the pedal.")
        else:
            title = self._titles[view.learning]
            text = self.tr("Press the pedal that means “{0}”.").format(title)
        self._sentence.show_sentence(text)
        for action, button in self._buttons.items():
            button.setChecked(action is view.learning)
        self._cancel.setEnabled(view.learning is not None)

    @staticmethod
    def _teacher(model: InputDevicesModel, action: TakeAction) -> Callable[[], None]:
        return lambda: model.learn(action)


class ControlsPage(QWidget):
    """What each control of one device does."""

    def __init__(self) -> None:
        super().__init__()
        self._title = label("", "strong", name="controlsTitle")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(METRICS.large)
        self._grid.setVerticalSpacing(METRICS.tight)
        self._grid.setColumnStretch(1, 1)
        layout = column(spacing=METRICS.medium)
        layout.addWidget(self._title)
        layout.addLayout(self._grid)
        layout.addStretch(1)
        self.setLayout(layout)

    @property
    def has_help(self) -> bool:
        """Whether there is anything to read."""
        return self._grid.count() > 0

    def show_help(self, title: str, lines: tuple[tuple[str, str], ...]) -> None:
        """Show (control, meaning) pairs of a device."""
        self._title.setText(title)
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for place, (control, meaning) in enumerate(lines):
            top = Qt.AlignmentFlag.AlignTop
            self._grid.addWidget(label(control), place, 0, top)
            self._grid.addWidget(label(meaning, "quiet", wrap=True), place, 1)
