"""The one table of colours, sizes and type, and the object that puts it in force."""

from dataclasses import asdict, dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from lbm_studio.app.settings import Theme as ThemeChoice
from lbm_studio.core.paths import resources
from lbm_studio.ui.stylesheet import stylesheet

FONT_FAMILY = "Inter"
FONT_FILES = ("Inter-Regular.ttf", "Inter-Medium.ttf", "Inter-SemiBold.ttf", "Inter-Bold.ttf")


@dataclass(frozen=True)
class Colours:
    """Colour tokens as ``#rrggbb``."""

    ground: str
    surface: str
    raised: str
    hover: str
    line: str
    text: str
    quiet: str
    accent: str
    accent_hover: str
    on_accent: str
    good: str
    warn: str
    bad: str
    left_arm: str
    right_arm: str
    stop: str = "#D7263D"
    stop_hover: str = "#B91D32"
    on_stop: str = "#FFFFFF"
    image_ground: str = "#0C0E11"
    image_veil: str = "#99101318"
    on_image: str = "#FFFFFF"


DARK = Colours(
    ground="#14171C",
    surface="#1C2128",
    raised="#252B34",
    hover="#2E3641",
    line="#343C47",
    text="#E6EAF0",
    quiet="#9AA5B4",
    accent="#4C8DFF",
    accent_hover="#6BA1FF",
    on_accent="#0B1220",
    good="#35C27D",
    warn="#F0B429",
    bad="#FF7A6B",
    left_arm="#5BC8C0",
    right_arm="#F28C5A",
)
LIGHT = Colours(
    ground="#F4F6F8",
    surface="#FFFFFF",
    raised="#EDF0F3",
    hover="#E1E6EB",
    line="#D5DAE1",
    text="#1B2027",
    quiet="#5B6672",
    accent="#1F6FEB",
    accent_hover="#1A5FCC",
    on_accent="#FFFFFF",
    good="#1B7F50",
    warn="#8A6000",
    bad="#C4371F",
    left_arm="#1F8F87",
    right_arm="#C65A1E",
)


@dataclass(frozen=True)
class Metrics:
    """Size tokens [px]."""

    tight: int = 4
    small: int = 8
    medium: int = 12
    large: int = 16
    wide: int = 24
    radius: int = 8
    line: int = 1
    focus: int = 2
    control: int = 36
    primary: int = 44
    icon: int = 20
    icon_large: int = 72
    spin: int = 88
    short_slider: int = 64
    check: int = 18
    small_text: int = 11
    body: int = 13
    control_text: int = 15
    heading: int = 20
    counter: int = 44
    stop_width: int = 148
    stop_height: int = 56
    stop_text: int = 22
    navigation: int = 104
    navigation_item: int = 64
    top_bar: int = 72
    message_bar: int = 44
    status_bar: int = 32
    column: int = 360
    strip: int = 168
    film_width: int = 132
    film_height: int = 99
    caption_bar: int = 28
    thumbnail_width: int = 44
    cell: int = 60
    timeline_lane: int = 26
    timeline_track: int = 32
    phase_name: int = 200
    number: int = 76
    qr_code: int = 200
    device_page: int = 420
    subject: int = 84
    sheet_width: int = 1056
    sheet_height: int = 400
    window_min_width: int = 1024
    window_min_height: int = 700
    window_width: int = 1280
    window_height: int = 800
    stop_window_width: int = 212
    stop_window_height: int = 168
    plot_line: float = 2.0


METRICS = Metrics()


class Theme(QObject):
    """The colours in force.

    Signals:
        changed: other colours are in force; whatever paints itself should paint again.
    """

    changed = Signal()

    def __init__(
        self, choice: ThemeChoice = ThemeChoice.SYSTEM, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._choice = choice
        self.colours = DARK
        hints = QApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow_system)

    @property
    def is_dark(self) -> bool:
        """Whether the dark colours are in force."""
        return self.colours is DARK

    def choose(self, choice: ThemeChoice) -> None:
        """Fix the theme, or follow the system."""
        self._choice = choice
        self.apply()

    def apply(self) -> None:
        """Put font, palette and stylesheet of the chosen colours in force."""
        self.colours = self._chosen_colours()
        QApplication.setStyle("Fusion")
        QApplication.setFont(body_font())
        QApplication.setPalette(palette(self.colours))
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.setStyleSheet(stylesheet(sheet_tokens(self.colours)))
        self.changed.emit()

    def _chosen_colours(self) -> Colours:
        if self._choice is ThemeChoice.DARK:
            return DARK
        if self._choice is ThemeChoice.LIGHT:
            return LIGHT
        light = QApplication.styleHints().colorScheme() is Qt.ColorScheme.Light
        return LIGHT if light else DARK

    def _follow_system(self) -> None:
        if self._choice is ThemeChoice.SYSTEM and self._chosen_colours() is not self.colours:
            self.apply()


def sheet_tokens(colours: Colours) -> dict[str, str | float]:
    """Return all tokens by name, with those the stylesheet needs and that follow from others."""
    return {
        **asdict(METRICS),
        **asdict(colours),
        "font": FONT_FAMILY,
        "line_px": METRICS.line,
        "icons": (resources() / "icons").as_posix(),
        "inner_control": METRICS.control - 2 * METRICS.focus,
        "inner_marked": METRICS.control - 2 * METRICS.focus - 2 * (METRICS.focus - METRICS.line),
        "inner_primary": METRICS.primary - 2 * METRICS.focus,
        "medium_less": METRICS.medium - METRICS.line,
        "handle_margin": (METRICS.large - METRICS.tight) // 2,
    }


def load_fonts() -> None:
    """Make the bundled typeface known to Qt."""
    for name in FONT_FILES:
        QFontDatabase.addApplicationFont(str(resources() / "fonts" / name))


def body_font() -> QFont:
    """Return the font of running text."""
    font = QFont(FONT_FAMILY)
    font.setPixelSize(METRICS.body)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def with_equal_figures(base: QFont) -> QFont:
    """Return the font with figures of equal width, so that numbers that change do not dance."""
    font = QFont(base)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def palette(colours: Colours) -> QPalette:
    """Return the palette for what the stylesheet does not reach."""
    role = QPalette.ColorRole
    table = {
        role.Window: colours.ground,
        role.Base: colours.surface,
        role.AlternateBase: colours.raised,
        role.Button: colours.raised,
        role.ToolTipBase: colours.raised,
        role.WindowText: colours.text,
        role.Text: colours.text,
        role.ButtonText: colours.text,
        role.ToolTipText: colours.text,
        role.PlaceholderText: colours.quiet,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.on_accent,
        role.Accent: colours.accent,
        role.Link: colours.accent,
        role.Mid: colours.line,
        role.Dark: colours.line,
        role.Light: colours.hover,
    }
    result = QPalette()
    for which, colour in table.items():
        result.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, which, QColor(colours.quiet))
    return result
