"""The one stylesheet, generated from the tokens; widgets choose a look by ``kind`` and ``role``."""

from collections.abc import Mapping
from string import Template

TEXT = """
* { font-family: "$font"; font-size: ${body}px; color: $text; outline: none; }
QMainWindow, QDialog, #ground { background: $ground; }
QWidget { background: transparent; }
QToolTip {
  background: $raised; color: $text; border: ${line_px}px solid $line;
  padding: ${tight}px ${small}px;
}
QLabel[role="heading"] { font-size: ${heading}px; font-weight: 600; }
QLabel[role="strong"] { font-size: ${control_text}px; font-weight: 600; }
QLabel[role="control"] { font-size: ${control_text}px; }
QLabel[role="quiet"] { color: $quiet; }
QLabel[role="picture"] { background: $ground; border-radius: ${tight}px; }
QLabel[role="caption"] { color: $quiet; font-weight: 500; }
QLabel[role="counter"] { font-size: ${counter}px; font-weight: 600; }
QLabel[state="good"] { color: $good; }
QLabel[state="warn"] { color: $warn; }
QLabel[state="bad"] { color: $bad; }
QLabel[arm="left"] { color: $left_arm; font-weight: 600; }
QLabel[arm="right"] { color: $right_arm; font-weight: 600; }
QLabel:disabled { color: $quiet; }
"""

SURFACES = """
#topBar, #navigation, #statusBar { background: $surface; }
#topBar { border-bottom: ${line_px}px solid $line; }
#statusBar { border-top: ${line_px}px solid $line; }
#navigation { border-right: ${line_px}px solid $line; }
QFrame[role="card"] {
  background: $surface; border: ${line_px}px solid $line; border-radius: ${radius}px;
}
QFrame[role="inset"] { background: $raised; border: none; border-radius: ${radius}px; }
QFrame[role="rule"] {
  background: $line; max-height: ${line_px}px; min-height: ${line_px}px; border: none;
}
#messageBar { background: $raised; border-bottom: ${line_px}px solid $line; }
#messageBar[state="bad"] { border-left: ${tight}px solid $bad; }
#messageBar[state="warn"] { border-left: ${tight}px solid $warn; }
#messageBar[state="good"] { border-left: ${tight}px solid $good; }
#messageBar[state="plain"] { border-left: ${tight}px solid $line; }
QScrollArea { border: none; background: transparent; }
QMenu { background: $surface; border: ${line_px}px solid $line; padding: ${tight}px; }
QMenu::item { padding: ${small}px ${large}px; border-radius: ${tight}px; min-height: ${icon}px; }
QMenu::item:selected { background: $raised; }
QMenu::item:disabled { color: $quiet; }
QMenu::separator { background: $line; height: ${line_px}px; margin: ${tight}px ${small}px; }
"""

BUTTONS = """
QPushButton {
  background: $raised; border: ${line_px}px solid $line; border-radius: ${radius}px;
  min-height: ${inner_control}px; padding: 0 ${medium}px; font-size: ${control_text}px;
  font-weight: 500;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $line; }
QPushButton:focus { border: ${focus}px solid $accent; padding: 0 ${medium_less}px; }
QPushButton:checked { border: ${focus}px solid $accent; padding: 0 ${medium_less}px; }
QPushButton:checked:disabled {
  color: $text; border: ${focus}px solid $line; padding: 0 ${medium_less}px;
}
QPushButton:disabled:!checked {
  color: $quiet; background: transparent; border: ${line_px}px solid $line;
  padding: 0 ${medium}px;
}
QPushButton::menu-indicator { image: none; width: 0; }
QPushButton[kind="primary"], QPushButton[kind="confirm"] {
  background: $accent; color: $on_accent; border: ${line_px}px solid $accent;
}
QPushButton[kind="primary"], QPushButton[kind="waiting"] {
  min-height: ${inner_primary}px; font-weight: 600;
}
QPushButton[kind="primary"]:hover, QPushButton[kind="confirm"]:hover {
  background: $accent_hover; border-color: $accent_hover;
}
QPushButton[kind="primary"]:focus { border: ${focus}px solid $text; }
QPushButton[kind="primary"]:disabled {
  background: $raised; color: $quiet; border: ${line_px}px solid $line;
}
QPushButton[kind="icon"], QPushButton[kind="icon"]:disabled:!checked,
QPushButton[kind="confirm"] { padding: 0; }
QPushButton[kind="chip"], QPushButton[kind="chip"]:checked, QPushButton[kind="chip"]:focus {
  padding: 0 ${small}px; font-size: ${body}px;
}
QPushButton[kind="tile"], QPushButton[kind="tile"]:focus, QPushButton[kind="tile"]:checked {
  padding: 0;
}
QPushButton[kind="choice"] { text-align: left; font-weight: 400; }
QPushButton[kind="plain"] { background: transparent; border: ${line_px}px solid transparent; }
QPushButton[kind="plain"]:hover { background: $hover; }
QPushButton[kind="plain"]:focus { border: ${focus}px solid $accent; padding: 0 ${medium_less}px; }
QPushButton[kind="plain"]:disabled {
  background: transparent; color: $quiet; border-color: transparent;
}
QToolButton {
  background: transparent; border: ${focus}px solid transparent; border-radius: ${radius}px;
  font-weight: 500; font-size: ${body}px; color: $quiet; padding: ${tight}px;
  min-height: ${inner_control}px;
}
QToolButton:hover { background: $raised; color: $text; }
QToolButton:checked { background: $raised; color: $text; font-weight: 600; }
QToolButton:focus { border-color: $accent; }
"""

FIELDS = """
QLineEdit, QPlainTextEdit, QComboBox, QSpinBox {
  background: $ground; border: ${line_px}px solid $line; border-radius: ${radius}px;
  font-size: ${control_text}px; padding: 0 ${small}px; min-height: ${inner_control}px;
  selection-background-color: $accent; selection-color: $on_accent;
}
QPlainTextEdit { padding: ${small}px; font-size: ${body}px; }
QCheckBox { spacing: ${small}px; }
QCheckBox::indicator {
  width: ${check}px; height: ${check}px; border: ${line_px}px solid $quiet;
  border-radius: ${tight}px; background: $ground;
}
QCheckBox::indicator:checked {
  background: $accent; border-color: $accent; image: url("$icons/check.svg");
}
QCheckBox::indicator:focus { border: ${focus}px solid $accent; }
QCheckBox:disabled { color: $quiet; }
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QSpinBox:focus {
  border: ${focus}px solid $accent;
}
QLineEdit:focus, QComboBox:focus, QSpinBox:focus { min-height: ${inner_marked}px; }
QLineEdit[state="offered"] {
  border: ${focus}px dashed $accent; font-size: ${body}px; min-height: ${inner_marked}px;
}
QLineEdit[state="wrong"] { border: ${focus}px solid $bad; min-height: ${inner_marked}px; }
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled {
  color: $quiet; background: transparent;
}
QComboBox::drop-down { border: none; width: ${wide}px; }
QComboBox::down-arrow {
  image: url("$icons/chevron-down.svg"); width: ${medium}px; height: ${medium}px;
}
QComboBox QAbstractItemView {
  background: $surface; border: ${line_px}px solid $line; padding: ${tight}px;
  selection-background-color: $raised; selection-color: $text;
}
QSpinBox QLineEdit {
  border: none; background: transparent; padding: 0 ${tight}px; min-height: 0; }
QSpinBox { padding-left: ${small}px; padding-right: 0; }
QSpinBox::up-button, QSpinBox::down-button {
  border: none; width: ${wide}px; background: transparent;
}
QSpinBox::up-arrow {
  image: url("$icons/chevron-up.svg"); width: ${medium}px; height: ${medium}px;
}
QSpinBox::down-arrow {
  image: url("$icons/chevron-down.svg"); width: ${medium}px; height: ${medium}px;
}
QSlider { min-height: ${control}px; }
QSlider::groove:horizontal { background: $line; height: ${tight}px; border-radius: ${focus}px; }
QSlider::sub-page:horizontal {
  background: $accent; height: ${tight}px; border-radius: ${focus}px;
}
QSlider::handle:horizontal {
  background: $text; width: ${large}px; height: ${large}px; margin: -${handle_margin}px 0;
  border-radius: ${small}px;
}
QSlider::handle:horizontal:focus { background: $accent; }
QSlider::sub-page:horizontal:disabled { background: $line; }
QSlider::handle:horizontal:disabled { background: $quiet; }
QProgressBar {
  background: $raised; border: none; border-radius: ${tight}px; min-height: ${small}px;
  max-height: ${small}px;
}
QProgressBar::chunk { background: $accent; border-radius: ${tight}px; }
"""

TABLES = """
QTableView, QListView {
  background: $surface; alternate-background-color: $surface; border: ${line_px}px solid $line;
  border-radius: ${radius}px; gridline-color: $line; selection-background-color: $raised;
  selection-color: $text;
}
QTableView::item, QListView::item { padding: ${tight}px ${small}px; border: none; }
QTableView::item:selected, QListView::item:selected { background: $raised; color: $text; }
QTableView:focus, QListView:focus { border: ${focus}px solid $accent; }
QHeaderView, QHeaderView::section {
  background: $surface; color: $quiet; border: none; font-weight: 500;
}
QHeaderView::section { padding: ${small}px; border-bottom: ${line_px}px solid $line; }
QTableCornerButton::section { background: $surface; border: none; }
QScrollBar:vertical { background: transparent; width: ${medium}px; }
QScrollBar:horizontal { background: transparent; height: ${medium}px; }
QScrollBar::handle {
  background: $line; border-radius: ${tight}px; margin: ${focus}px; min-height: ${wide}px;
  min-width: ${wide}px;
}
QScrollBar::handle:hover { background: $quiet; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: transparent; }
"""


def stylesheet(tokens: Mapping[str, str | float]) -> str:
    """Return the application's stylesheet with the tokens filled in."""
    return Template("".join((TEXT, SURFACES, BUTTONS, FIELDS, TABLES))).substitute(tokens)
