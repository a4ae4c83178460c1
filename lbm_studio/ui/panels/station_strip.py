"""What stands beneath the cameras on the Station panel: the stop, and cards of other parts."""

from collections.abc import Sequence

from PySide6.QtWidgets import QStackedWidget, QWidget

from lbm_studio.app.notices import Level
from lbm_studio.app.station_panel import StationPanel
from lbm_studio.app.views.station import StationView
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, Card, Sentence, column, label, row
from lbm_studio.ui.widgets.choices import SegmentedChoice

STOP_PAGE, LOGS_PAGE = "stopPage", "logsPage"

StripPage = tuple[str, str, Icon, QWidget]
"""Key, title, icon and content of a page."""


class StopPage(QWidget):
    """The self-test of the stop, and the hardware stop beside it."""

    def __init__(self, theme: Theme, model: StationPanel) -> None:
        super().__init__()
        self._tested = Sentence(theme, "stopTest")
        self._hardware = Sentence(theme, "hardwareStopSentence")
        self._about = label(
            self.tr(
                "STOP asks the controllers of all arms to stop. It is a software stop, not a "
                "safety function: keep the hardware stop in reach."
            ),
            "quiet",
            wrap=True,
            name="stopAbout",
        )
        self._test = Button(theme, self.tr("Test the stop"), Icon.STOPPED, name="testStop")
        self._test.setToolTip(
            self.tr("Presses the stop while the arms rest and takes the time; you reset it by hand")
        )
        self._test.clicked.connect(model.test_stop)
        line = row(spacing=METRICS.large)
        words = column()
        words.addWidget(self._tested)
        words.addWidget(self._hardware)
        words.addWidget(self._about)
        words.addStretch(1)
        line.addLayout(words, 1)
        side = column()
        side.addWidget(self._test)
        side.addStretch(1)
        line.addLayout(side)
        self.setLayout(line)

    def show_view(self, view: StationView) -> None:
        """Show what is known of the stop."""
        self._test.setEnabled(view.can_test_stop)
        self._tested.show_sentence(
            view.stop_test_sentence or self.tr("STOP (software): not measured yet."),
            view.stop_test_level,
        )
        hardware = view.hardware_stop or self.tr("unknown without a station")
        is_pressed = hardware == "pressed"
        self._hardware.show_sentence(
            self.tr("Hardware stop: {0}.").format(hardware),
            Level.WARN if is_pressed else Level.QUIET,
        )


class StationStrip(Card):
    """Pages beside each other, one of them shown.

    Args:
        theme: the colours.
        model: of the Station panel.
        others: pages of other parts, between the stop and the logs.
    """

    def __init__(self, theme: Theme, model: StationPanel, others: Sequence[StripPage] = ()) -> None:
        super().__init__()
        self._stop = StopPage(theme, model)
        self._logs = label("", "quiet", wrap=True, name="logs")
        self._stack = QStackedWidget()
        pages: list[StripPage] = [
            (STOP_PAGE, self.tr("Stop"), Icon.STOPPED, self._stop),
            *others,
            (LOGS_PAGE, self.tr("Logs"), Icon.WORDS, self._logs),
        ]
        self._keys = [key for key, _, _, _ in pages]
        self._choice = SegmentedChoice(theme, [(key, title, i) for key, title, i, _ in pages])
        for _, _, _, page in pages:
            self._stack.addWidget(page)
        head = row()
        head.addWidget(self._choice)
        head.addStretch(1)
        self.body.addLayout(head)
        self.body.addWidget(self._stack, 1)
        self._choice.chosen.connect(self.turn_to)
        self.turn_to(STOP_PAGE)

    def turn_to(self, page: str) -> None:
        """Show one page."""
        self._stack.setCurrentIndex(self._keys.index(page))
        self._choice.show_choice(page, self._keys)

    def show_view(self, view: StationView) -> None:
        """Show a snapshot of the panel."""
        self._stop.show_view(view)
        folder = self.tr("The station's processes write what they do into {0}.")
        self._logs.setText(
            folder.format(view.log_folder)
            if view.log_folder
            else self.tr("The station's processes write what they do once one is connected.")
        )
