"""What all panels share, and what those beside the live cameras share."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from lbm_studio.ui.actions import ActionId
from lbm_studio.ui.theme import METRICS
from lbm_studio.ui.widgets.basics import column, label, row, set_look


class Panel(QWidget):
    """One question and what it takes to answer it.

    Signals:
        panel_wanted: a PanelName; the next thing to do is there.
    """

    panel_wanted = Signal(object)

    @property
    def handlers(self) -> Mapping[ActionId, Callable[[], object]]:
        """What the panel's keys do."""
        return {}

    def shown(self) -> None:
        """It came to the front."""


class LivePanel(Panel):
    """A panel beside the live cameras: a scrolling column headed by its question.

    Attributes:
        body: the layout that takes the panel's widgets.
        head: the line of the question, which takes widgets on its right.
        strip: what it shows beneath the cameras.

    Signals:
        devices_wanted: somebody wants to see the input devices.
    """

    devices_wanted = Signal()

    def __init__(self, question: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.strip = QWidget()
        self.body = column(spacing=METRICS.small, margin=METRICS.large)
        self.head = row()
        heading = label(question, "heading", wrap=True, name="question")
        heading.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.head.addWidget(heading, 1)
        self.body.addLayout(self.head)
        card = QFrame()
        set_look(card, "role", "card")
        card.setLayout(self.body)
        scroll = QScrollArea()
        scroll.setWidget(card)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        layout = column()
        layout.addWidget(scroll)
        self.setLayout(layout)
        self.setFixedWidth(METRICS.column)
