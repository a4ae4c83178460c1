"""What each control of an input device does, as people read it. The keys are in ``keyboard``."""

from collections.abc import Mapping

from lbm_studio.core.teleoperation import Device

DEVICE_HELP: Mapping[Device, tuple[tuple[str, str], ...]] = {
    Device.GAMEPAD: (
        ("Left shoulder", "hold it, or the arms stay"),
        ("Left stick", "forward and back, left and right"),
        ("Triggers", "right up, left down"),
        ("Right stick", "turn the hand, tip the fingers forward and back"),
        ("Cross left, right", "tip the fingers left and right"),
        ("Right shoulder", "hold to move slowly"),
        ("A", "close or open the gripper"),
        ("Y", "the next arm, then both"),
        ("X", "without the left shoulder: record, or finish the take"),
        ("Start, Back", "without the left shoulder: keep or discard the take"),
        ("Cross up, down", "without the left shoulder: begin the take again, undo the last one"),
        ("B", "stop"),
    ),
    Device.SPACEMOUSE: (
        ("Push the cap", "move the hand that way"),
        ("Turn the cap", "turn and tip the hand"),
        ("Left button", "close or open the gripper"),
        ("Right button", "with one SpaceMouse: the next arm, then both; or hold it to move"),
    ),
    Device.PHONE: (
        ("Pad", "hold it, or the arm stays"),
        ("Move, turn the phone", "the gripper does the same"),
        ("Slider", "open and close the gripper"),
        ("STOP", "stop all arms"),
    ),
}
"""Controls and what they do."""
