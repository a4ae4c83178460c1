"""Guessing from the names of a vector's numbers, as LeRobot datasets have them."""

from collections.abc import Mapping, Sequence

from lbm_studio.core import keys
from lbm_studio.episodes.interchange.foreign import ForeignContents
from lbm_studio.episodes.interchange.layouts import (
    GRIPPER_TOKENS,
    POSITION_TOKENS,
    ROTATION_TOKENS,
    ActionLayout,
    GripperLayout,
    Layout,
)
from lbm_studio.episodes.interchange.mapping import ActionKind
from lbm_studio.episodes.interchange.rotations import Rotation

_UNITS = ("_m", ".pos", "_rad")


def guess_from_labels(contents: ForeignContents, arms: Sequence[str]) -> dict[str, Layout]:
    """Return a layout for every arm whose pose the labels of state and action name.

    Labels like ``right.x_m`` belong to the arm they begin with; without such a prefix there is one
    arm, the first.
    """
    state = contents.labels.get(keys.STATE, ())
    action = contents.labels.get(keys.ACTION, ())
    prefixed = {arm: _guess(_of_arm(state, arm), _of_arm(action, arm)) for arm in arms}
    found = {arm: layout for arm, layout in prefixed.items() if layout}
    if found:
        return found
    only = _guess(_tokens(state), _tokens(action))
    return {arms[0]: only} if only else {}


def _guess(state: Mapping[str, int], action: Mapping[str, int]) -> Layout | None:
    position, rotation = _chosen(state, POSITION_TOKENS), _rotation(state)
    gripper = next((state[token] for token in GRIPPER_TOKENS if token in state), None)
    if position is None or rotation is None or gripper is None:
        return None
    return Layout(
        "labels",
        f"{keys.STATE}{position}",
        f"{keys.STATE}{rotation[1]}",
        rotation[0],
        GripperLayout(f"{keys.STATE}[{gripper}]", 0.0, None),
        _action(action),
    )


def _action(labels: Mapping[str, int]) -> ActionLayout:
    position, rotation = _chosen(labels, POSITION_TOKENS), _rotation(labels)
    if position is None or rotation is None:
        return ActionLayout(ActionKind.NEXT_STATE)
    gripper = next((labels[token] for token in GRIPPER_TOKENS if token in labels), None)
    return ActionLayout(
        ActionKind.ABSOLUTE,
        f"{keys.ACTION}{position}",
        f"{keys.ACTION}{rotation[1]}",
        rotation[0],
        None if gripper is None else GripperLayout(f"{keys.ACTION}[{gripper}]", 0.0, None),
    )


def _rotation(labels: Mapping[str, int]) -> tuple[Rotation, str] | None:
    for rotation, tokens in ROTATION_TOKENS.items():
        chosen = _chosen(labels, tokens)
        if chosen is not None:
            return rotation, chosen
    return None


def _chosen(labels: Mapping[str, int], tokens: Sequence[str]) -> str | None:
    """Return the selection of numbers with the given labels; None where one is missing."""
    if not all(token in labels for token in tokens):
        return None
    numbers = [labels[token] for token in tokens]
    if numbers == list(range(numbers[0], numbers[0] + len(numbers))):
        return f"[{numbers[0]}:{numbers[-1] + 1}]"
    return f"[{', '.join(map(str, numbers))}]"


def _of_arm(labels: Sequence[str], arm: str) -> dict[str, int]:
    starts = tuple(f"{arm}{mark}" for mark in "._/")
    return {
        _token(label[len(arm) + 1 :]): number
        for number, label in enumerate(labels)
        if label.lower().startswith(starts)
    }


def _tokens(labels: Sequence[str]) -> dict[str, int]:
    return {_token(label): number for number, label in enumerate(labels)}


def _token(label: str) -> str:
    text = label.lower().rpartition("eef_")[2].rpartition("ee_")[2]
    for unit in _UNITS:
        text = text.removesuffix(unit)
    return text
