"""All camera views of a station: scene views large on top, wrist views in a row beneath.

A station with one of each shows them side by side, where both are larger.
"""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from lbm_studio.app.views.cameras import CamerasView, CameraTile
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.camera_tile import CameraTileWidget


class CameraWallWidget(QWidget):
    """Lays out one tile a camera, each in the shape of its picture.

    Args:
        theme: the colours.
        live: whether the tiles show rate and age.
        flexible: take whatever height there is, instead of the one that fits the width.
    """

    def __init__(
        self,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        live: bool = True,
        flexible: bool = False,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._live = live
        self._flexible = flexible
        self._widgets: dict[str, CameraTileWidget] = {}
        self._tiles: tuple[CameraTile, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(not flexible)
        self.setSizePolicy(policy)

    @property
    def tiles(self) -> dict[str, CameraTileWidget]:
        """The tile widgets by camera name."""
        return self._widgets

    def show_view(self, view: CamerasView) -> None:
        """Show a snapshot; the tiles are rebuilt only when the cameras are others."""
        cameras_changed = [t.name for t in view.tiles] != [t.name for t in self._tiles]
        self._tiles = view.tiles
        if cameras_changed:
            self._rebuild()
        for tile in view.tiles:
            self._widgets[tile.name].show_tile(tile)

    def sizeHint(self) -> QSize:
        width = METRICS.window_width // 2
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(METRICS.column, METRICS.strip)

    def hasHeightForWidth(self) -> bool:
        return not self._flexible

    def heightForWidth(self, width: int) -> int:
        rows = _rows(self._tiles)
        heights = [_row_height(row, width) for row in rows] or [width // 2]
        return round(sum(heights)) + METRICS.small * (len(heights) - 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def _rebuild(self) -> None:
        for widget in self._widgets.values():
            widget.setParent(None)
            widget.deleteLater()
        self._widgets = {
            tile.name: CameraTileWidget(self._theme, self, live=self._live) for tile in self._tiles
        }
        for widget in self._widgets.values():
            widget.show()
        self.updateGeometry()
        self._place()

    def _place(self) -> None:
        for name, rect in wall_rectangles(self._tiles, self.width(), self.height()).items():
            self._widgets[name].setGeometry(rect)


def wall_rectangles(tiles: Sequence[CameraTile], width: int, height: int) -> dict[str, QRect]:
    """Return where each tile goes [px].

    Rows are as wide as the wall, and all shrunk alike when it is not high enough.
    """
    rows = _rows(tiles)
    natural = [_row_height(row, width) for row in rows]
    room = height - METRICS.small * (len(rows) - 1)
    scale = min(1.0, room / max(sum(natural), 1.0))
    result: dict[str, QRect] = {}
    top = 0.0
    for row, natural_height in zip(rows, natural, strict=True):
        row_height = natural_height * scale
        used = row_height * sum(tile.aspect for tile in row) + METRICS.small * (len(row) - 1)
        left = (width - used) / 2
        for tile in row:
            result[tile.name] = QRect(
                round(left), round(top), round(row_height * tile.aspect), round(row_height)
            )
            left += row_height * tile.aspect + METRICS.small
        top += row_height + METRICS.small
    return result


def _rows(tiles: Sequence[CameraTile]) -> list[list[CameraTile]]:
    scenes, wrists = [t for t in tiles if t.is_scene], [t for t in tiles if not t.is_scene]
    if len(scenes) == len(wrists) == 1:
        return [scenes + wrists]
    return [row for row in (scenes, wrists) if row]


def _row_height(row: Sequence[CameraTile], width: int) -> float:
    room = width - METRICS.small * (len(row) - 1)
    return room / sum(tile.aspect for tile in row)
