"""What can be plotted of an episode: pose, gripper, speed, and force where it was recorded."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lbm_studio.app.views.review import Curves, Plot, PlotLine
from lbm_studio.core import keys
from lbm_studio.core.action import vector_names

if TYPE_CHECKING:
    from lbm_studio.episodes.dataset import Dataset

_TITLES: Mapping[str, str] = {
    "z_m": "Gripper height [m]",
    "x_m": "x, away from the bases [m]",
    "y_m": "y, to the left [m]",
    "gripper_m": "Gripper opening [m]",
    "speed_m_s": "Speed [m/s]",
    "force_n": "Force [N]",
}
"""Titles of what is plotted, in the order in which it is offered."""

_AXES = ("x", "y", "z")


def episode_curves(dataset: "Dataset", index: int) -> Curves:
    """Return the numbers of one episode; reads files."""
    vectors = dataset.vectors(index)
    frames, size = vectors.states.shape
    arms: tuple[str, ...] = ()
    names = tuple(f"column {number}" for number in range(size))
    if dataset.station is not None:
        arms = dataset.station.embodiment.arm_names
        names = tuple(vector_names(arms))
    times_s = np.arange(frames, dtype=np.float64) / dataset.rate_hz
    return Curves(
        names,
        tuple(name.partition(".")[0] if "." in name else "" for name in names),
        times_s,
        vectors.states,
        vectors.actions,
        _forces(dataset.columns(index, (keys.WRENCHES,)), arms),
    )


def plots(curves: Curves) -> tuple[Plot, ...]:
    """Return everything that can be plotted of an episode, what matters most first."""
    quantities = dict.fromkeys(_quantity(name) for name in curves.names)
    found = [_recorded(curves, quantity) for quantity in quantities]
    found.append(_speeds(curves))
    if curves.forces:
        lines = tuple(PlotLine(arm, curves.times_s, f) for arm, f in curves.forces.items())
        found.append(Plot("force_n", _TITLES["force_n"], lines))
    order = list(_TITLES)
    shown = [plot for plot in found if plot.lines]
    return tuple(
        sorted(shown, key=lambda plot: order.index(plot.key) if plot.key in order else len(order))
    )


def _recorded(curves: Curves, quantity: str) -> Plot:
    lines = []
    for column, name in enumerate(curves.names):
        if _quantity(name) == quantity:
            arm = curves.arms[column]
            lines.append(PlotLine(arm, curves.times_s, curves.states[:, column]))
            lines.append(PlotLine(arm, curves.times_s, curves.actions[:, column], is_command=True))
    title = _TITLES.get(quantity, f"Rotation, {quantity.replace('_', ' ')}")
    is_named = any("." in name for name in curves.names)
    return Plot(quantity, title if is_named else quantity.capitalize(), tuple(lines))


def _speeds(curves: Curves) -> Plot:
    """Return how fast each hand moves, from one measured position to the next."""
    lines = []
    for arm in dict.fromkeys(curves.arms):
        columns = [
            curves.names.index(name)
            for name in (f"{arm}.{axis}_m" for axis in _AXES)
            if name in curves.names
        ]
        if len(columns) == len(_AXES) and len(curves.times_s) > 1:
            steps_s = np.diff(curves.times_s)
            moved_m = np.linalg.norm(np.diff(curves.states[:, columns], axis=0), axis=1)
            lines.append(PlotLine(arm, curves.times_s[1:], moved_m / steps_s))
    return Plot("speed_m_s", _TITLES["speed_m_s"], tuple(lines))


def _forces(
    columns: Mapping[str, NDArray[Any]], arms: tuple[str, ...]
) -> dict[str, NDArray[np.float32]]:
    """Return how hard each hand is pushed (T,) [N], by arm; empty where nobody measured it."""
    wrenches = columns.get(keys.WRENCHES)
    if wrenches is None or not arms:
        return {}
    parts = wrenches.reshape(len(wrenches), len(arms), -1)
    return {arm: np.linalg.norm(parts[:, i, :3], axis=1) for i, arm in enumerate(arms)}


def _quantity(name: str) -> str:
    return name.partition(".")[2] or name
