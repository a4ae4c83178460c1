"""The sheet on which cameras are arranged: slots on the left, what is attached on the right."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from lbm_studio.app.camera_mapping import CameraMapping
from lbm_studio.app.notices import Level
from lbm_studio.app.views.camera_mapping import CameraMappingView, DeviceCard, SlotSettings
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import (
    Button,
    Sentence,
    column,
    icon_button,
    label,
    row,
    text_line,
)
from lbm_studio.ui.widgets.camera_cards import DeviceWidget, SlotWidget
from lbm_studio.ui.widgets.choices import field
from lbm_studio.ui.widgets.sheet import Sheet

SLOT_COLUMNS = 3


class CameraMappingSheet(Sheet):
    """Shows itself while cameras are being arranged."""

    def __init__(self, theme: Theme, model: CameraMapping, parent: QWidget) -> None:
        super().__init__(theme, parent.tr("Cameras of the station"), parent)
        self.setObjectName("cameraMappingSheet")
        self._theme = theme
        self._model = model
        self._slots: dict[str, SlotWidget] = {}
        self._devices: dict[str, DeviceWidget] = {}
        self._grid = QGridLayout()
        self._grid.setSpacing(METRICS.small)
        self._build()
        self._connect()
        self._show(model.view)

    # --- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        sides = row(spacing=METRICS.wide)
        sides.addLayout(self._build_slots(), 1)
        sides.addLayout(self._build_devices())
        self._sentence = Sentence(self._theme, "mappingSentence", wrap=False)
        self._undo = Button(self._theme, self.tr("Undo"), Icon.UNDO, name="undoMapping")
        self._save = Button(self._theme, self.tr("Save"), Icon.KEEP, "primary", name="saveMapping")
        foot = row(spacing=METRICS.medium)
        foot.addWidget(self._sentence, 1)
        foot.addWidget(self._undo)
        foot.addWidget(self._save)
        self.body.addLayout(sides, 1)
        self.body.addLayout(foot)

    def _build_slots(self) -> QVBoxLayout:
        self._chosen = label("", "strong", name="chosenSlot")
        left = column(spacing=METRICS.medium)
        left.addLayout(self._grid)
        left.addWidget(self._chosen)
        left.addLayout(self._build_settings())
        self._problem = Sentence(self._theme, "slotProblem", wrap=False)
        left.addWidget(self._problem)
        left.addStretch(1)
        return left

    def _build_settings(self) -> QHBoxLayout:
        self._rotate = Button(self._theme, self.tr("Turn"), Icon.REDO, name="rotateCamera")
        self._rotate.setToolTip(self.tr("Turn the picture by a quarter, clockwise"))
        self._mirror = Button(self._theme, self.tr("Mirror"), Icon.SWAP, name="mirrorCamera")
        self._mirror.setCheckable(True)
        self._mirror.setToolTip(self.tr("Exchange left and right"))
        self._empty = icon_button(
            self._theme, Icon.DISCARD, self.tr("Let no camera fill this slot"), "emptySlot"
        )
        self._crop = text_line(
            "cropCamera", self.tr("Crop [px]"), self.tr("All: x, y, width, height")
        )
        self._exposure = text_line("exposeCamera", self.tr("Exposure [ms]"), self.tr("Automatic"))
        settings = row(spacing=METRICS.small)
        buttons = row()
        for button in (self._rotate, self._mirror, self._empty):
            buttons.addWidget(button)
        settings.addLayout(buttons)
        settings.setAlignment(buttons, Qt.AlignmentFlag.AlignBottom)
        settings.addLayout(field(self.tr("Crop [px]"), self._crop), 2)
        settings.addLayout(field(self.tr("Exposure [ms]"), self._exposure), 1)
        return settings

    def _build_devices(self) -> QVBoxLayout:
        self._list = column(spacing=METRICS.small)
        self._list.addStretch(1)
        holder = QWidget()
        holder.setLayout(self._list)
        self._scroll = QScrollArea()
        self._scroll.setWidget(holder)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFixedWidth(METRICS.device_page)
        self._about = label("", "quiet", wrap=True, name="devicesAbout")
        self._again = Button(self._theme, self.tr("Look again"), Icon.AGAIN, name="lookAgain")
        self._add = Button(self._theme, self.tr("From a file"), Icon.FOLDER, name="addCameraFile")
        self._add.setToolTip(self.tr("A GenICam producer (.cti) of the maker, or a video"))
        right = column(spacing=METRICS.medium)
        right.addWidget(label(self.tr("Attached"), "strong"))
        right.addWidget(self._about)
        right.addWidget(self._scroll, 1)
        buttons = row()
        buttons.addWidget(self._again, 1)
        buttons.addWidget(self._add, 1)
        right.addLayout(buttons)
        return right

    def _connect(self) -> None:
        model = self._model
        self.closed.connect(model.close)
        self._rotate.clicked.connect(model.rotate)
        self._mirror.clicked.connect(model.mirror)
        self._empty.clicked.connect(model.empty)
        self._crop.editingFinished.connect(self._type_crop)
        self._exposure.editingFinished.connect(self._type_exposure)
        self._again.clicked.connect(model.look_again)
        self._add.clicked.connect(self._choose_file)
        self._undo.clicked.connect(model.undo)
        self._save.clicked.connect(model.save)
        model.changed.connect(self._show)

    def _type_crop(self) -> None:
        if self._crop.text() != self._model.view.settings.crop:
            self._model.crop(self._crop.text())

    def _type_exposure(self) -> None:
        if self._exposure.text() != self._model.view.settings.exposure_ms:
            self._model.expose(self._exposure.text())

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, self.tr("Choose a producer or a video"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(
            [
                self.tr("Producers and videos (*.cti *.mp4 *.avi *.mkv *.mov)"),
                self.tr("All files (*)"),
            ]
        )
        dialog.fileSelected.connect(self._model.add_file)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    # --- showing --------------------------------------------------------------------------------

    def _show(self, view: CameraMappingView) -> None:
        if not view.is_open:
            self.hide()
            return
        self._show_slots(view)
        self._show_settings(view.settings)
        self._show_devices(view)
        quiet = self.tr("Choose a slot, then the camera that is to fill it.")
        level = Level.WARN if view.has_problem else Level.QUIET
        self._sentence.show_sentence(view.sentence or quiet, level)
        self._undo.setEnabled(view.can_undo)
        self._save.setEnabled(view.can_save)
        if not self.isVisible():
            self.open()

    def _show_slots(self, view: CameraMappingView) -> None:
        names = [slot.name for slot in view.slots]
        if names != list(self._slots):
            for old in self._slots.values():
                old.hide()
                old.deleteLater()
            self._slots = {name: SlotWidget(self._theme, name) for name in names}
            for place, (name, widget) in enumerate(self._slots.items()):
                widget.clicked.connect(lambda _, name=name: self._model.choose(name))
                self._grid.addWidget(widget, place // SLOT_COLUMNS, place % SLOT_COLUMNS)
        for slot in view.slots:
            self._slots[slot.name].show_slot(slot, is_chosen=slot.name == view.chosen)

    def _show_settings(self, settings: SlotSettings) -> None:
        turned = self.tr(", turned by {0}°").format(settings.rotation_deg)
        self._chosen.setText(settings.title + turned * bool(settings.rotation_deg))
        self._mirror.setChecked(settings.mirror)
        self._empty.setEnabled(settings.can_empty)
        for line, text in ((self._crop, settings.crop), (self._exposure, settings.exposure_ms)):
            if not line.hasFocus() and not settings.problem:
                line.setText(text)
        self._problem.show_sentence(settings.problem, Level.BAD)

    def _show_devices(self, view: CameraMappingView) -> None:
        if view.is_looking:
            about = self.tr("Looking for cameras.")
        elif not view.devices:
            about = self.tr("None. Plug a camera in, then look again.")
        else:
            about = self.tr("What each sees now:")
        self._about.setText(about)
        keys = [device.key for device in view.devices]
        if keys != list(self._devices):
            self._lay_out(view.devices)
        for device in view.devices:
            self._devices[device.key].show_device(device)

    def _lay_out(self, devices: tuple[DeviceCard, ...]) -> None:
        for old in self._devices.values():
            old.hide()
            old.deleteLater()
        self._devices = {device.key: DeviceWidget(self._theme, device.key) for device in devices}
        for place, (key, widget) in enumerate(self._devices.items()):
            widget.wanted.connect(lambda key=key: self._model.assign(key))
            self._list.insertWidget(place, widget)
