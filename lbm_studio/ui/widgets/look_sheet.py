"""Light or dark, and how large everything is."""

from PySide6.QtWidgets import QWidget

from lbm_studio.app.settings import SettingsStore
from lbm_studio.app.settings import Theme as ThemeChoice
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.theme import Theme
from lbm_studio.ui.widgets.basics import label
from lbm_studio.ui.widgets.choices import SegmentedChoice, field
from lbm_studio.ui.widgets.sheet import Sheet

SCALES = ("1.0", "1.25", "1.5", "2.0")


class LookSheet(Sheet):
    """Changes the settings of the window's looks; the colours change at once."""

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
        self._colours.chosen.connect(self._on_colours)
        self._scale.chosen.connect(self._on_scale)
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
