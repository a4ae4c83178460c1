"""Proposing a mapping from what a source holds: guesses to look over, and all there is to choose.

What cannot be guessed is left empty; using the file then says what is missing.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from lbm_studio.core.embodiment import ArmDescription, Embodiment, StationDescription
from lbm_studio.episodes.interchange.foreign import ForeignContents
from lbm_studio.episodes.interchange.guessing import ArmsGuess, guess_arms, match_cameras
from lbm_studio.episodes.interchange.layouts import (
    RATES_HZ,
    ActionLayout,
    GripperLayout,
)
from lbm_studio.episodes.interchange.mapping import ActionKind, HeldArm
from lbm_studio.episodes.interchange.rotations import MEANINGS, SIZES

_MOST_LISTED = 100


def propose_mapping(
    contents: ForeignContents, station: StationDescription, at_rest: Mapping[str, HeldArm]
) -> str:
    """Return the text of a mapping file for a source.

    Args:
        contents: of the source.
        station: ours.
        at_rest: where each arm of ours rests, for those that the source lacks.
    """
    body = station.embodiment
    guess = guess_arms(contents, body)
    lines = [
        *_head(contents, station, guess),
        *_cameras(contents, body, tuple(guess.arms)),
        *(line for arm in body.arms if arm.name in guess.arms for line in _arm(arm, guess)),
        *(line for arm in body.arms if arm.name not in guess.arms for line in _held(arm, at_rest)),
    ]
    return "\n".join(lines) + "\n"


def _head(
    contents: ForeignContents, station: StationDescription, guess: ArmsGuess
) -> Iterator[str]:
    yield f"# Proposed for {_text(contents.name)}, read like: {guess.title}. Look it over: a wrong"
    yield "# frame, rotation or gripper is learned as faithfully as a right one."
    yield from _listed(
        "Numbers of a frame", (f"{name} {list(shape)}" for name, shape in contents.vectors.items())
    )
    for name, labels in contents.labels.items():
        yield f"#   {_text(name)} counts: {_text(', '.join(labels))}"
    yield from _listed("Cameras", contents.cameras)
    yield "# Rotations are one of:"
    for rotation, meaning in MEANINGS.items():
        yield f"#   {rotation}: {SIZES[rotation]} numbers, {meaning}"
    yield ""
    yield f"format = {_text(contents.format)}"
    yield f"name = {_text(_as_name(contents.name))}"
    yield f"rate_hz = {station.embodiment.chunk.rate_hz:g}  # a multiple of it keeps more frames"
    rate = RATES_HZ.get(contents.format)
    if contents.rate_hz:
        yield f"# The files say {contents.rate_hz:g} frames a second."
    else:
        yield f"source_rate_hz = {rate or 0.0:.6g}  # the files do not say; check"
    yield f"goal = {_text('')}  # for episodes without one of their own"
    if contents.goal:
        yield "# [goals]  # other words for the goals of the files"
        yield f"# {_text(contents.goal)} = {_text(contents.goal)}"


def _cameras(contents: ForeignContents, body: Embodiment, arms: Sequence[str]) -> Iterator[str]:
    matched = match_cameras(contents, body, arms)
    free = [name for name in body.camera_names if name not in matched]
    yield ""
    yield f"# Slots of the station: {', '.join(body.camera_names)}."
    yield "# They count as mounted like those of the station unless vertical_fov_deg = ... and"
    yield "# pose = { position_m = [...], rotation_deg = [...] } say otherwise."
    for slot, source in matched.items():
        yield f"[cameras.{slot}]"
        yield f"source = {_text(source)}"
        yield 'fit = "crop"  # or pad, stretch; also turn_deg = 180, mirrored = true'
    if free:
        yield f"# Without pictures: {', '.join(free)}"


def _arm(arm: ArmDescription, guess: ArmsGuess) -> Iterator[str]:
    layout = guess.arms[arm.name]
    yield ""
    yield f"[arms.{arm.name}.state]"
    yield f"position = {_text(layout.position)}  # [m]"
    yield f"rotation = {_text(layout.rotation)}"
    yield f"representation = {_text(layout.representation)}"
    yield _gripper(layout.gripper, arm)
    yield 'joints = ""  # joint angles [rad], if there are any'
    yield from _action(arm, layout.action)
    yield f"[arms.{arm.name}.base]  # where the frame their poses are in lies on our table"
    yield "position_m = [0.0, 0.0, 0.0]"
    yield "rotation_deg = [0.0, 0.0, 0.0]  # roll, pitch, yaw about fixed axes"
    yield f"[arms.{arm.name}.tool]  # our hand (tip between the fingers, z out of it) in theirs"
    yield "position_m = [0.0, 0.0, 0.0]"
    yield "rotation_deg = [0.0, 0.0, 0.0]"


def _action(arm: ArmDescription, action: ActionLayout) -> Iterator[str]:
    yield f"[arms.{arm.name}.action]"
    yield f"kind = {_text(action.kind)}  # {', '.join(ActionKind)}"
    if action.kind is ActionKind.NEXT_STATE:
        return
    yield f"position = {_text(action.position)}"
    yield f"rotation = {_text(action.rotation)}"
    if action.representation:
        yield f"representation = {_text(action.representation)}"
    if action.kind is ActionKind.DELTA:
        yield f"position_scale = {action.position_scale:g}  # metres of one unit"
        yield f"rotation_scale = {action.rotation_scale:g}  # radians of one unit"
        yield 'frame = "base"  # or tool'
    if action.gripper:
        yield _gripper(action.gripper, arm)


def _gripper(gripper: GripperLayout, arm: ArmDescription) -> str:
    widest = arm.gripper_max_width_m
    opened = widest if gripper.open is None else gripper.open
    ends = f"closed = {gripper.closed:g}, open = {opened:g}, open_width_m = {widest:g}"
    return f"gripper = {{ source = {_text(gripper.source)}, {ends} }}"


def _held(arm: ArmDescription, at_rest: Mapping[str, HeldArm]) -> Iterator[str]:
    held = at_rest.get(arm.name, HeldArm())
    yield ""
    yield f"[held.{arm.name}]  # the source seems to lack it: held at rest, noted as absent"
    yield f"position_m = {[round(value, 4) for value in held.position_m]}"
    yield f"rotation_deg = {[round(value, 2) for value in held.rotation_deg]}"
    yield f"gripper_m = {held.gripper_m:g}"


def _listed(title: str, names: "Iterator[str] | Mapping[str, object]") -> Iterator[str]:
    every = list(names)
    yield f"# {title}: {', '.join(map(_text, every[:_MOST_LISTED])) or 'none'}"
    if len(every) > _MOST_LISTED:
        yield f"#   and {len(every) - _MOST_LISTED} more"


def _as_name(text: str) -> str:
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "_.-") else "_" for c in text.lower())
    return kept.lstrip("_.-")[:64] or "imported"


def _text(value: str) -> str:
    """Return a TOML string; names of files may hold anything."""
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
