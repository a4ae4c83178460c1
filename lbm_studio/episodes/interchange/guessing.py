"""Guessing which arms and cameras of ours the numbers and pictures of a source belong to."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lbm_studio.core.embodiment import CameraDescription, Embodiment, Mount
from lbm_studio.core.errors import StudioError
from lbm_studio.episodes.interchange.foreign import ForeignContents
from lbm_studio.episodes.interchange.labelled import guess_from_labels
from lbm_studio.episodes.interchange.layouts import (
    HANDHELD,
    LAYOUTS,
    ActionLayout,
    GripperLayout,
    Layout,
)
from lbm_studio.episodes.interchange.mapping import ActionKind
from lbm_studio.episodes.interchange.rotations import Rotation
from lbm_studio.episodes.interchange.selection import parse_selection

_WRIST_WORDS = ("wrist", "hand", "gripper")
_POSITION = 3
_UNKNOWN = Layout(
    "unknown",
    "",
    "",
    Rotation.QUATERNION_XYZW,
    GripperLayout("", 0.0, None),
    ActionLayout(ActionKind.ABSOLUTE),
)


@dataclass(frozen=True)
class ArmsGuess:
    """What is guessed of the arms: by name, and from which layout."""

    title: str
    arms: Mapping[str, Layout]


def guess_arms(contents: ForeignContents, body: Embodiment) -> ArmsGuess:
    """Return the arms a source seems to have; at least the first of ours, if with nothing known."""
    by_labels = guess_from_labels(contents, body.arm_names)
    if by_labels:
        return ArmsGuess("its own labels", by_labels)
    for layout in LAYOUTS.get(contents.format, ()):
        arms = {
            name: filled
            for index, name in enumerate(body.arm_names)
            if (filled := _filled(layout, contents, name, index))
        }
        if arms:
            return ArmsGuess(layout.title, arms)
    return ArmsGuess("nothing known", {body.arm_names[0]: _UNKNOWN})


def _filled(layout: Layout, contents: ForeignContents, name: str, index: int) -> Layout | None:
    """Return a layout for one arm; None where the source has no such numbers."""

    def fill(text: str) -> str:
        size = contents.vectors.get("actions", (0,))[0]
        each = size // max(1, _arms_in(contents))
        first = index * each
        turn = f"{first + _POSITION}:{first + 2 * _POSITION}"
        parts = {"p": f"{first}:{first + _POSITION}", "r": turn, "g": str(first + each - 1)}
        return text.format(arm=name, i=index, **parts)

    def filled_gripper(gripper: GripperLayout | None) -> GripperLayout | None:
        return gripper and replace(gripper, source=fill(gripper.source))

    state = (layout.position, layout.rotation, layout.gripper.source)
    if index and "{" not in layout.position:
        return None  # One arm that has no number.
    if not all(_is_there(fill(text), contents) for text in state):
        return None
    action = replace(
        layout.action,
        position=fill(layout.action.position),
        rotation=fill(layout.action.rotation),
        gripper=filled_gripper(layout.action.gripper),
    )
    commanded = [action.position, action.rotation, action.gripper.source if action.gripper else ""]
    if not all(_is_there(text, contents) for text in commanded if text):
        action = ActionLayout(ActionKind.NEXT_STATE)
    return replace(
        layout,
        position=fill(layout.position),
        rotation=fill(layout.rotation),
        gripper=replace(layout.gripper, source=fill(layout.gripper.source)),
        action=action,
    )


def _arms_in(contents: ForeignContents) -> int:
    """Return how many numbered robots the vectors speak of, at least one."""
    found = {re.search(r"robot\d+", name) for name in contents.vectors}
    return max(1, len({match[0] for match in found if match}))


def _is_there(text: str, contents: ForeignContents) -> bool:
    try:
        return parse_selection(text).size(contents.vectors) > 0
    except StudioError:
        return False


def match_cameras(
    contents: ForeignContents, body: Embodiment, arms: Sequence[str]
) -> dict[str, str]:
    """Return the camera of the source for each slot: by name, or by where its name says it sits.

    Args:
        contents: of the source.
        body: of our station.
        arms: that the source has; wrist slots of others stay empty.
    """
    left = [name for name in contents.cameras if not name.endswith("depth")]
    matched: dict[str, str] = {}
    for slot in body.camera_names:
        same = [name for name in left if name == slot or name.endswith((f".{slot}", f"/{slot}"))]
        if same:
            matched[slot] = same[0]
            left.remove(same[0])
    for camera in _in_turns(body, arms):
        is_wrist = camera.mount is Mount.WRIST
        fits = [name for name in left if _is_on_wrist(name, contents) == is_wrist]
        if camera.name not in matched and fits:
            matched[camera.name] = fits[0]
            left.remove(fits[0])
    return {slot: matched[slot] for slot in body.camera_names if slot in matched}


def _in_turns(body: Embodiment, arms: Sequence[str]) -> list[CameraDescription]:
    """Return the scene cameras, then a wrist camera of each arm, then the next of each."""
    scene = [camera for camera in body.cameras if camera.mount is Mount.SCENE]
    ranked = [
        (rank, body.arm_names.index(arm), camera)
        for arm in arms
        for rank, camera in enumerate(c for c in body.cameras if c.arm == arm)
    ]
    return [*scene, *(camera for _, _, camera in sorted(ranked, key=lambda one: one[:2]))]


def _is_on_wrist(name: str, contents: ForeignContents) -> bool:
    return contents.format in HANDHELD or any(word in name.lower() for word in _WRIST_WORDS)
