"""A few pages, one of which is shown, under a row of buttons that name them."""

from collections.abc import Sequence

from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from lbm_studio.ui.icons import Icon
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import column, row
from lbm_studio.ui.widgets.choices import SegmentedChoice


class Pages(QWidget):
    """Shows one of several pages.

    Args:
        theme: the colours.
        pages: key, title, icon and widget of each; the first one is shown.
        beside: what stands beside the row of buttons.
    """

    def __init__(
        self,
        theme: Theme,
        pages: Sequence[tuple[str, str, Icon, QWidget]],
        beside: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._keys = [key for key, *_ in pages]
        self._choice = SegmentedChoice(
            theme, [(key, title, which) for key, title, which, _ in pages], kind="chip"
        )
        self._stack = QStackedWidget()
        self._stack.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        for *_, page in pages:
            self._stack.addWidget(page)
        head = row(spacing=METRICS.small)
        head.addWidget(self._choice)
        if beside is not None:
            head.addWidget(beside, 1)
        else:
            head.addStretch(1)
        layout = column()
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)
        self.setLayout(layout)
        self._choice.chosen.connect(self.show_page)
        self.show_page(self._keys[0])

    def show_page(self, key: str) -> None:
        """Show the page of that key."""
        self._choice.show_choice(key, self._keys)
        self._stack.setCurrentIndex(self._keys.index(key))
