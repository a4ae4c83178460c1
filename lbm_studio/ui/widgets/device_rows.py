"""How the input devices are: a line for each, in words."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from lbm_studio.app.device_words import PEDAL
from lbm_studio.app.views.devices import DeviceRow
from lbm_studio.core.teleoperation import Device
from lbm_studio.ui.icons import Icon, pixmap
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, Sentence, column, label, row, set_look, tabular

ICONS = {
    Device.KEYBOARD.value: Icon.KEYBOARD,
    Device.GAMEPAD.value: Icon.GAMEPAD,
    Device.SPACEMOUSE.value: Icon.SPACEMOUSE,
    Device.PHONE.value: Icon.PHONE,
    PEDAL: Icon.PEDAL,
}


class DeviceLine(QWidget):
    """One device: its name, the arm it moves, when it was heard last, how it is.

    Signals:
        help_wanted: somebody asks what its controls do.
    """

    help_wanted = Signal()

    def __init__(self, theme: Theme, shown: DeviceRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._which = ICONS[shown.device]
        self._icon = label()
        self._name = label("", "strong")
        self._arm = label("")
        self._age = tabular(label("", "quiet", name=f"deviceAge_{shown.device}"))
        self._sentence = Sentence(theme, f"device_{shown.device}")
        self._help = Button(theme, "", Icon.HELP, "icon", name=f"deviceHelp_{shown.device}")
        self._help.setToolTip(self.tr("What its controls do"))
        self._help.setAccessibleName(self.tr("What the controls of {0} do").format(shown.title))
        self._help.setFixedSize(METRICS.control, METRICS.control)
        self._help.clicked.connect(self.help_wanted)
        self._build()
        self._recolour()
        self.show_row(shown)
        theme.changed.connect(self._recolour)

    def _build(self) -> None:
        top = row(spacing=METRICS.medium)
        top.addWidget(self._name)
        top.addWidget(self._arm)
        top.addStretch(1)
        top.addWidget(self._age)
        words = column(spacing=0)
        words.addLayout(top)
        words.addWidget(self._sentence)
        line = row(spacing=METRICS.medium)
        line.addWidget(self._icon)
        line.addLayout(words, 1)
        line.addWidget(self._help)
        self.setLayout(line)

    def show_row(self, shown: DeviceRow) -> None:
        """Show another snapshot of the same device."""
        self._name.setText(shown.title)
        self._arm.setText(self.tr("{0} arm").format(shown.arm) if shown.arm else "")
        set_look(self._arm, "arm", shown.arm)
        age = "" if shown.age_s is None else self.tr("{0:.1f} s ago").format(shown.age_s)
        self._age.setText(age)
        self._sentence.show_sentence(shown.sentence, shown.level)
        self._help.setEnabled(bool(shown.help))

    def _recolour(self) -> None:
        self._icon.setPixmap(pixmap(self._which, self._theme.colours.text))


class DeviceLines(QWidget):
    """All devices; lines are rebuilt only when others are there.

    Signals:
        help_wanted: number of the row whose controls somebody asks about.
    """

    help_wanted = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._keys: list[tuple[str, str]] = []
        self._lines: list[DeviceLine] = []
        self._layout: QVBoxLayout = column(spacing=METRICS.small)
        self.setLayout(self._layout)

    def show_rows(self, rows: tuple[DeviceRow, ...]) -> None:
        """Show how the devices are now."""
        keys = [(shown.device, shown.place) for shown in rows]
        if keys != self._keys:
            self._keys = keys
            self._rebuild(rows)
        for line, shown in zip(self._lines, rows, strict=True):
            line.show_row(shown)

    def _rebuild(self, rows: tuple[DeviceRow, ...]) -> None:
        for line in self._lines:
            self._layout.removeWidget(line)
            line.deleteLater()
        self._lines = [DeviceLine(self._theme, shown, self) for shown in rows]
        for number, line in enumerate(self._lines):
            line.help_wanted.connect(lambda number=number: self.help_wanted.emit(number))
            self._layout.addWidget(line)
