"""How much of the start that is wanted next is blended over the live pictures."""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QSlider, QWidget

from lbm_studio.app.starts import Starts
from lbm_studio.app.views.starts import StartsView
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, row

STEPS = 20
USUAL_SHARE = 0.5


class StartSlider(QWidget):
    """A switch for the wanted start, and a slider for how much of it is shown."""

    def __init__(self, theme: Theme, model: Starts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._switch = Button(theme, "", Icon.GOAL, "icon", name="showStart")
        self._switch.setAccessibleName(self.tr("Show where the next take should begin"))
        self._switch.setCheckable(True)
        self._switch.setFixedSize(METRICS.control, METRICS.control)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setObjectName("startShare")
        self._slider.setAccessibleName(self.tr("How much of the wanted start is shown"))
        self._slider.setRange(0, STEPS)
        self._slider.setFixedWidth(METRICS.short_slider)
        layout = row()
        layout.addWidget(self._switch)
        layout.addWidget(self._slider)
        self.setLayout(layout)
        self._switch.clicked.connect(self._toggle)
        self._slider.valueChanged.connect(lambda value: model.set_share(value / STEPS))
        model.changed.connect(self._show)
        self._show(model.view)

    def _toggle(self) -> None:
        self._model.set_share(0.0 if self._model.view.share > 0.0 else USUAL_SHARE)

    def _show(self, view: StartsView) -> None:
        self._switch.setChecked(view.share > 0.0)
        with QSignalBlocker(self._slider):
            self._slider.setValue(round(view.share * STEPS))
        hint = self.tr("Show where the next take should begin, over the live pictures.")
        for widget in (self._switch, self._slider):
            widget.setToolTip(f"{hint} {view.sentence}".strip())
