"""Snapshots of the panels in every state, with pictures the simulated station took."""

from dataclasses import replace
from enum import StrEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from lbm_studio.app.device_words import PEDAL, device_rows
from lbm_studio.app.notices import Level, Notice
from lbm_studio.app.views.cameras import CamerasView, CameraTile, IntentPoint
from lbm_studio.app.views.devices import DevicesView, PhoneLink
from lbm_studio.app.views.goal import GOAL_SPOKEN, SpokenGoalState, SpokenGoalView
from lbm_studio.app.views.run import CheckpointChoice, RunState, RunView
from lbm_studio.app.views.starts import StartsView
from lbm_studio.app.views.teach import (
    MotionSource,
    SceneChoice,
    Take,
    TeachState,
    TeachView,
    VerdictLine,
)
from lbm_studio.app.views.window import StatusPart, StopView, WindowView
from lbm_studio.core.hands_free import TakeAction
from lbm_studio.core.paths import resources
from lbm_studio.core.teleoperation import Device, DeviceStatus

GOAL = "put the green cube in the red tray"
NOON_UNIX_S = 1_780_000_000.0
SCENE_CAMERAS = ("scene_right_0", "scene_left_0")
WRIST_CAMERAS = ("wrist_left_minus", "wrist_left_plus", "wrist_right_minus", "wrist_right_plus")
CAMERAS = (*SCENE_CAMERAS, *WRIST_CAMERAS)
TITLES = (
    "scene right",
    "scene left",
    "wrist left −",
    "wrist left +",
    "wrist right −",
    "wrist right +",
)
TAKE_PICTURES = ("take_10", "take_11", "take_12", "take_13", "take_14")
SCENES = (
    SceneChoice("put_cube_in_tray", "Put a cube in a tray"),
    SceneChoice("stack_cubes", "Stack two cubes"),
    SceneChoice("hand_over", "Hand a bar over"),
)


class Situation(StrEnum):
    """What a panel is shown in."""

    EMPTY = "empty"
    BUSY = "busy"
    ERROR = "error"
    FULL = "full"


@cache
def picture(name: str) -> NDArray[np.uint8]:
    """Return a bundled picture as (H, W, 3) RGB."""
    image = QImage(str(resources() / "demo" / f"{name}.png"))
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    stride = image.bytesPerLine()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), stride)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def cameras(situation: Situation, *, intent: bool = False) -> CamerasView:
    """Return live tiles; in an error one camera is stale."""
    if situation is Situation.EMPTY:
        return CamerasView()
    tiles = [_tile(name, title, intent) for name, title in zip(CAMERAS, TITLES, strict=True)]
    if situation is Situation.ERROR:
        reason = "No picture for 2.4 s. Restart the renderer on the panel Station."
        tiles[1] = replace(tiles[1], age_s=2.4, rate_hz=0.0, stale_reason=reason)
    return CamerasView(tuple(tiles))


def window(situation: Situation) -> WindowView:
    """Return the frame around the panels."""
    if situation is Situation.EMPTY:
        return WindowView(disk=StatusPart("disk: 53 GB free"))
    live = WindowView(
        station="Simulated station, ready",
        station_level=Level.GOOD,
        goal=GOAL,
        arms=StatusPart("arms: holding"),
        loop=StatusPart("loop: 10 Hz, late p99 4 ms"),
        cameras=StatusPart("cameras: 6 of 6"),
        disk=StatusPart("disk: 53 GB free"),
        hardware_stop="unknown",
    )
    if situation is Situation.BUSY:
        training = StatusPart("training: 42 %, 6 min left")
        return replace(live, arms=StatusPart("arms: moving"), training=training)
    if situation is Situation.ERROR:
        return _stopped(live)
    return live


def _stopped(live: WindowView) -> WindowView:
    notice = Notice(0, Level.WARN, "The camera “scene left” stands still.", NOON_UNIX_S)
    return replace(
        live,
        station="Simulated station, stopped",
        station_level=Level.BAD,
        arms=StatusPart("arms: stopped", Level.BAD),
        cameras=StatusPart("cameras: 5 of 6", Level.WARN),
        notices=(notice,),
        stop=StopView(True, "Stopped by Esc.", can_reset=True, hold_fraction=0.4, reachable=True),
    )


def teach(situation: Situation) -> TeachView:
    """Return the Teach panel."""
    if situation is Situation.EMPTY:
        return TeachView()
    base = TeachView(
        state=TeachState.DECIDING,
        sentence="Keep this take, or discard it?",
        goal=GOAL,
        dataset="put the green cube in the red tray",
        scenes=SCENES,
        scene="put_cube_in_tray",
        seed=17,
        kept=12,
        wanted=30,
        elapsed_s=5.4,
        takes=_takes(),
        advice="20 takes were enough: 17 of 20 trials succeeded.",
        can_undo=True,
        verdict=(
            VerdictLine(Level.GOOD, "Goal reached."),
            VerdictLine(Level.GOOD, "No tick was dropped."),
            VerdictLine(Level.WARN, "The first 0.8 s stand still."),
        ),
    )
    if situation is Situation.BUSY:
        sentence = "The colleague records take 13 of 30."
        base = replace(base, state=TeachState.RECORDING, is_series=True, verdict=())
        return replace(base, sentence=sentence, elapsed_s=2.7)
    if situation is Situation.ERROR:
        return replace(
            base,
            state=TeachState.READY,
            sentence="The take was not kept: the disk is full. Free some room, then record again.",
            is_goal_spoken=True,
            verdict=(VerdictLine(Level.BAD, "Not kept: the disk is full."),),
        )
    return base


def teach_counting() -> TeachView:
    """Return the Teach panel while it is counted down to a take by hand."""
    return replace(
        teach(Situation.FULL),
        state=TeachState.COUNTING,
        sentence="Take hold: take 13 of 30 begins.",
        source=MotionSource.SPACEMOUSE,
        countdown=3,
        verdict=(),
    )


def teach_doubtful() -> TeachView:
    """Return the Teach panel when a take had better be shown again."""
    return replace(
        teach(Situation.FULL),
        sentence="Something is doubtful. Show it again, or keep it all the same?",
        source=MotionSource.SPACEMOUSE,
        is_doubtful=True,
        verdict=(
            VerdictLine(Level.GOOD, "The goal was reached."),
            VerdictLine(Level.WARN, "The camera “scene_left_0” shows the same picture for 1.2 s."),
            VerdictLine(Level.WARN, "The right hand moves jerkily (85 m/s³)."),
            VerdictLine(Level.WARN, "2 more doubts: see the panel Review."),
        ),
    )


def teach_goal(situation: Situation) -> SpokenGoalView:
    """Return the goal of the Teach panel: in an error somebody says the next one."""
    if situation is not Situation.ERROR:
        return SpokenGoalView()
    return SpokenGoalView(SpokenGoalState.LISTENING, "Speak now, then let go.", loudness_dbfs=-18.0)


def devices(situation: Situation) -> DevicesView:
    """Return the input devices: when all is there a phone is let in, in an error one is lost."""
    if situation is Situation.EMPTY:
        return DevicesView(rows=device_rows((), (), {}, 0))
    lost = "The left SpaceMouse was pulled out. Plug it in again; the arms stay where they are."
    trouble = lost if situation is Situation.ERROR else ""
    there = (
        DeviceStatus(Device.GAMEPAD, "Xbox Wireless Controller", heard_ns=9_100_000_000),
        DeviceStatus(
            Device.SPACEMOUSE, "SpaceMouse Compact", "usb-1", "right", heard_ns=9_900_000_000
        ),
        DeviceStatus(
            Device.SPACEMOUSE,
            "SpaceMouse Wireless",
            "usb-2",
            "left",
            connected=not trouble,
            heard_ns=9_800_000_000,
            trouble=trouble,
        ),
        DeviceStatus(PEDAL, "VEC USB Footpedal", "usb-3"),
    )
    view = DevicesView(device_rows(there, (), {}, 10_000_000_000), can_swap=True)
    if situation is Situation.BUSY:
        return replace(view, learning=TakeAction.KEEP)
    if situation is Situation.FULL:
        fingerprint = ":".join(f"{37 * place % 256:02X}" for place in range(32))
        url = "https://192.168.1.20:8443/#5f0c3a9e7b21d4486c0f9be2a7d31c55"
        return replace(view, phone=PhoneLink(url, fingerprint, _code()), phone_in_network=True)
    return view


def _code() -> tuple[str, ...]:
    """Return what looks like a QR code and leads nowhere."""
    size = 41
    rings = {(0, 0), (0, size - 7), (size - 7, 0)}

    def is_dark(y: int, x: int) -> bool:
        for top, left in rings:
            down, right = y - top, x - left
            if -1 <= down <= 7 and -1 <= right <= 7:
                distance = max(abs(down - 3), abs(right - 3))
                return distance <= 1 or distance == 3
        return (x * x + 3 * x * y + 5 * y) % 7 < 3

    return tuple("".join(str(int(is_dark(y, x))) for x in range(size)) for y in range(size))


def starts(situation: Situation) -> StartsView:
    """Return where the next take should begin: known once takes are there."""
    if situation is Situation.EMPTY:
        return StartsView()
    return StartsView(0.5, "Few takes begin at the mark; take 4 begins nearest to it.")


def with_target(view: CamerasView) -> CamerasView:
    """Return the same tiles with a wanted start over those of the scene."""
    marks = {"scene_right_0": (0.3, 0.7), "scene_left_0": (0.4, 0.6)}
    return CamerasView(
        tuple(
            replace(tile, target=picture("take_12"), target_share=0.5, target_mark=marks[tile.name])
            if tile.name in marks
            else tile
            for tile in view.tiles
        )
    )


def run_goal(situation: Situation) -> SpokenGoalView:
    """Return the prompt of the Run panel: when all is there, what was said is to be confirmed."""
    sentences = {
        Situation.EMPTY: "That did not work. Type the goal.",
        Situation.FULL: "Is this right? Correct it, or press Enter.",
    }
    if situation not in sentences:
        return SpokenGoalView()
    if situation is Situation.EMPTY:
        return SpokenGoalView(SpokenGoalState.FAILED, sentences[situation], Level.WARN)
    return SpokenGoalView(SpokenGoalState.OFFERED, sentences[situation], transcript=GOAL)


def teach_with_keys() -> TeachView:
    """Return the Teach panel while the keyboard moves an arm."""
    keys = (
        ("W S", "away from and towards the arm bases"),
        ("A D", "left and right"),
        ("E Q", "up and down"),
    )
    keys += (("F", "close or open the gripper"), ("X", "the other arm"))
    base = replace(teach(Situation.BUSY), is_series=False)
    return replace(base, source=MotionSource.KEYBOARD, arm="right", key_help=keys)


def _takes() -> tuple[Take, ...]:
    successes = (True, True, False, True, True)
    return tuple(
        Take(
            number=8 + index,
            title=f"take {9 + index}",
            duration_s=4.8 + 0.3 * index,
            success=success,
            deleted=index == 2,
            thumbnail=picture(name),
        )
        for index, (name, success) in enumerate(zip(TAKE_PICTURES, successes, strict=True))
    )


def run(situation: Situation) -> RunView:
    """Return the Run panel."""
    if situation is Situation.EMPTY:
        return RunView()
    base = RunView(
        state=RunState.READY,
        sentence="Press Run: both arms will move.",
        prompt=GOAL,
        understood="Skill “Put a cube in a tray”, learned from 300 takes.",
        checkpoints=(CheckpointChoice("/runs/3/checkpoint", "Put a cube in a tray, 28 May"),),
        checkpoint="/runs/3/checkpoint",
        elapsed_s=7.3,
        slowed_sentence="12 % of steps slowed.",
        successes=7,
        trials=9,
        goal_reached=True,
        scenes=SCENES,
        scene="put_cube_in_tray",
        seed=21,
    )
    if situation is Situation.BUSY:
        text = "Both arms move towards “put the green cube in the red tray”."
        return replace(
            base, state=RunState.RUNNING, sentence=text, elapsed_s=2.6, goal_reached=False
        )
    if situation is Situation.ERROR:
        return replace(
            base,
            state=RunState.NEEDS_SKILL,
            sentence="Choose one of these goals, or teach this one first.",
            prompt="put the grean cube in the tray",
            understood="No skill has been learned for that yet. Did you mean:",
            suggestions=(GOAL, "put the green cube in the yellow tray"),
            goal_reached=None,
        )
    return replace(base, is_goal_spoken=True, sentence=GOAL_SPOKEN)


def _tile(name: str, title: str, intent: bool) -> CameraTile:
    image = picture(name)
    is_scene = name in SCENE_CAMERAS
    marks = {"scene_right_0": (0.34, 0.52), "scene_left_0": (0.42, 0.24)}
    points: tuple[IntentPoint, ...] = ()
    if intent and name in marks:
        points = (IntentPoint("right", *marks[name], 0.9), IntentPoint("left", 0.8, 0.7, 0.3))
    aspect = image.shape[1] / image.shape[0]
    return CameraTile(name, title, is_scene, aspect, image, 1, 10.0, 0.1, "", points)
