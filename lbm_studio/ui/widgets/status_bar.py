"""The bar at the bottom: arms, loop, cameras, disk, training, always in the same places."""

from PySide6.QtWidgets import QFrame, QWidget

from lbm_studio.app.views.window import StatusPart, WindowView
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Sentence, row

STRETCH = (4, 5, 3, 3, 4)


class StatusBar(QFrame):
    """Five parts in a row, each as wide as it always is."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts = [
            Sentence(theme, f"status{index}", wrap=False, marks_quiet=False)
            for index in range(len(STRETCH))
        ]
        self.setObjectName("statusBar")
        self.setFixedHeight(METRICS.status_bar)
        layout = row(spacing=METRICS.large)
        layout.setContentsMargins(METRICS.large, 0, METRICS.large, 0)
        for part, stretch in zip(self._parts, STRETCH, strict=True):
            layout.addWidget(part, stretch)
        self.setLayout(layout)

    def show_view(self, view: WindowView) -> None:
        """Show a snapshot of the frame."""
        shown: tuple[StatusPart, ...] = (
            view.arms,
            view.loop,
            view.cameras,
            view.disk,
            view.training,
        )
        for widget, part in zip(self._parts, shown, strict=True):
            text = part.text[:1].upper() + part.text[1:]
            widget.show_sentence(text, part.level)
