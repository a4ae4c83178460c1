"""Light or dark, how large everything is, how takes begin, and what recognises speech."""

from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QFileDialog, QWidget

from lbm_studio.app.settings import SettingsStore
from lbm_studio.app.settings import Theme as ThemeChoice
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.theme import Theme
from lbm_studio.ui.widgets.basics import Button, ElidedLabel, label, row
from lbm_studio.ui.widgets.choices import SegmentedChoice, field
from lbm_studio.ui.widgets.sheet import Sheet

COUNTDOWNS_S = ("0", "3", "5", "10")
SCALES = ("1.0", "1.25", "1.5", "2.0")


class LookSheet(Sheet):
    """Changes the settings of the window; all but the size are in force at once."""

    def __init__(self, theme: Theme, settings: SettingsStore, parent: QWidget) -> None:
        super().__init__(theme, parent.tr("Look"), parent)
        self.setObjectName("lookSheet")
        self._theme = theme
        self._settings = settings
        self._colours = SegmentedChoice(
            theme,
            (
                (ThemeChoice.SYSTEM.value, self.tr("As the system"), Icon.SYSTEM),
                (ThemeChoice.LIGHT.value, self.tr("Light"), Icon.LIGHT),
                (ThemeChoice.DARK.value, self.tr("Dark"), Icon.THEME),
            ),
        )
        sizes = [(scale, self.tr("{0:.0f} %").format(100 * float(scale)), None) for scale in SCALES]
        self._scale = SegmentedChoice(theme, sizes)
        self.body.addLayout(field(self.tr("Colours"), self._colours))
        self.body.addLayout(field(self.tr("Size of everything"), self._scale))
        self.body.addWidget(label(self.tr("The size changes at the next start."), "quiet"))
        self._build_takes()
        self._build_speech()
        self._colours.chosen.connect(self._on_colours)
        self._scale.chosen.connect(self._on_scale)
        self._show()

    def _build_takes(self) -> None:
        counts = [
            (s, self.tr("{0} s").format(s) if s != "0" else self.tr("None"), None)
            for s in COUNTDOWNS_S
        ]
        self._countdown = SegmentedChoice(self._theme, counts)
        self._countdown.chosen.connect(self._on_countdown)
        self._sounds = QCheckBox(self.tr("Takes begin and end with a sound"))
        self._sounds.setObjectName("sounds")
        self._sounds.clicked.connect(lambda: self._on_sounds(self._sounds.isChecked()))
        self.body.addLayout(field(self.tr("Countdown before you move the arms"), self._countdown))
        self.body.addWidget(self._sounds)

    def _on_countdown(self, key: str) -> None:
        self._settings.update(countdown_s=int(key))
        self._show()

    def _on_sounds(self, sounds: bool) -> None:
        self._settings.update(sounds=sounds)

    def _build_speech(self) -> None:
        self._model = ElidedLabel("", "control", name="speechModel")
        choose = Button(
            self._theme, self.tr("Choose a file"), Icon.MICROPHONE, name="chooseSpeechModel"
        )
        choose.clicked.connect(self._choose_model)
        self._installed = Button(
            self._theme, self.tr("The installed one"), Icon.UNDO, name="installedSpeechModel"
        )
        self._installed.clicked.connect(lambda: self._on_model(""))
        title = self.tr("Whisper model that recognises speech")
        self.body.addLayout(field(title, self._model))
        buttons = row()
        buttons.addWidget(choose, 1)
        buttons.addWidget(self._installed, 1)
        self.body.addLayout(buttons)

    def _choose_model(self) -> None:
        dialog = QFileDialog(self, self.tr("Choose a Whisper model"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(
            [self.tr("Whisper models (*.pt model.bin)"), self.tr("All files (*)")]
        )
        dialog.fileSelected.connect(self._on_model)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_model(self, path: str) -> None:
        self._settings.update(speech_model=path)
        self._show()

    def _on_colours(self, key: str) -> None:
        choice = ThemeChoice(key)
        self._settings.update(theme=choice)
        self._theme.choose(choice)
        self._show()

    def _on_scale(self, key: str) -> None:
        self._settings.update(scale=float(key))
        self._show()

    def _show(self) -> None:
        current = self._settings.current
        self._colours.show_choice(current.theme, tuple(ThemeChoice))
        self._scale.show_choice(str(current.scale), SCALES)
        self._countdown.show_choice(str(current.countdown_s), COUNTDOWNS_S)
        self._sounds.setChecked(current.sounds)
        model = current.speech_model
        self._model.setText(Path(model).name if model else self.tr("The installed one"))
        self._model.setToolTip(model)
        self._installed.setEnabled(bool(model))
