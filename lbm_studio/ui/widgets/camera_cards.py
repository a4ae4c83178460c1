"""A slot with its picture, and a camera with its picture: the two halves of arranging cameras."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QWidget

from lbm_studio.app.notices import Level
from lbm_studio.app.views.camera_mapping import CameraPicture, DeviceCard, SlotCard
from lbm_studio.ui.icons import Icon, pixmap
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, ElidedLabel, Sentence, column, row, set_look
from lbm_studio.ui.widgets.pictures import qimage


class CameraThumbnail(QLabel):
    """A small live picture, or an icon while there is none."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: CameraPicture | None = None
        self.setFixedSize(METRICS.film_width, METRICS.film_height)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_look(self, "role", "picture")
        theme.changed.connect(self._recolour)

    def show_picture(self, picture: CameraPicture) -> None:
        """Show a picture, whole, in its own proportions."""
        if self._shown is not None and self._shown.image is picture.image:
            return
        self._shown = picture
        if picture.image is None or not picture.image.size:
            icon = Icon.CAMERA_LOST
            self.setPixmap(pixmap(icon, self._theme.colours.quiet, METRICS.icon_large // 2))
            return
        room = QSize(METRICS.film_width, METRICS.film_height)
        shown = QPixmap.fromImage(qimage(picture.image)).scaled(
            room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        self.setPixmap(shown)

    def _recolour(self) -> None:
        shown, self._shown = self._shown, None
        if shown is not None:
            self.show_picture(shown)


class SlotWidget(QPushButton):
    """One slot; pressed, it is the one that is changed."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setObjectName(f"slot_{name}")
        self.setCheckable(True)
        set_look(self, "kind", "tile")
        self._picture = CameraThumbnail(theme)
        self._title = ElidedLabel("", "strong")
        self._device = ElidedLabel("", "quiet")
        self._sentence = Sentence(theme, f"slotSentence_{name}", role="quiet", wrap=False)
        layout = column(spacing=METRICS.tight, margin=METRICS.small)
        layout.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignHCenter)
        for widget in (self._title, self._device, self._sentence):
            layout.addWidget(widget)
        self.setLayout(layout)
        self._room = layout
        for widget in self.findChildren(QWidget):
            widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return self._room.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self._room.minimumSize()

    def show_slot(self, slot: SlotCard, *, is_chosen: bool) -> None:
        """Show what fills the slot."""
        self.setChecked(is_chosen)
        self.setAccessibleName(f"{slot.title}: {slot.device or slot.sentence}")
        self._picture.show_picture(slot.picture)
        self._title.setText(slot.title)
        self._device.setText(slot.device)
        self._sentence.show_sentence(slot.sentence, Level.GOOD if slot.is_fine else Level.WARN)


class DeviceWidget(QFrame):
    """One camera that is attached.

    Signals:
        wanted: it is to fill the chosen slot.
    """

    wanted = Signal()

    def __init__(self, theme: Theme, key: str) -> None:
        super().__init__()
        self.setObjectName(f"device_{key}")
        set_look(self, "role", "inset")
        self._picture = CameraThumbnail(theme)
        self._title = ElidedLabel("", "strong")
        self._serial = ElidedLabel("", "quiet")
        self._sentence = Sentence(theme, f"deviceSentence_{key}", role="quiet", wrap=False)
        self._use = Button(theme, self.tr("Put into the slot"), Icon.BACK, name=f"use_{key}")
        self._use.clicked.connect(self.wanted.emit)
        words = column(spacing=METRICS.tight)
        for widget in (self._title, self._serial, self._sentence):
            words.addWidget(widget)
        words.addStretch(1)
        words.addWidget(self._use)
        layout = row(spacing=METRICS.medium, margin=METRICS.small)
        layout.addWidget(self._picture)
        layout.addLayout(words, 1)
        self.setLayout(layout)

    def show_device(self, device: DeviceCard) -> None:
        """Show the camera."""
        self._picture.show_picture(device.picture)
        self._title.setText(device.title)
        self._serial.setText(device.serial)
        level = Level.WARN if device.has_trouble else Level.QUIET
        self._sentence.show_sentence(device.sentence, level)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.wanted.emit()
        super().mouseDoubleClickEvent(event)
