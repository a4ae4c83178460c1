"""A panel's own column, to the right of the cameras."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from lbm_studio.ui.theme import METRICS
from lbm_studio.ui.widgets.basics import column, label, set_look


class ColumnWidget(QScrollArea):
    """A panel's own column: a scrolling card with the panel's one question as its heading.

    Attributes:
        body: the layout that takes the panel's widgets.

    Signals:
        panel_wanted: a PanelName; the next thing to do is there.
    """

    panel_wanted = Signal(object)

    def __init__(self, question: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        inner = QFrame()
        inner.setObjectName("columnCard")
        set_look(inner, "role", "card")
        self.body = column(spacing=METRICS.small, margin=METRICS.large)
        inner.setLayout(self.body)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setFixedWidth(METRICS.column)
        self.body.addWidget(label(question, "heading", wrap=True, name="question"))
