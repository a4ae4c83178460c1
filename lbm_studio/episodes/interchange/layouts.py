"""Where known programs and datasets keep poses, grippers and commands: what proposals start from.

A proposal is only that: whoever imports looks it over and edits it. ``{arm}`` stands for the name
of an arm, ``{i}`` for its number, ``{p}``, ``{r}`` and ``{g}`` for where its position, rotation and
gripper lie in a vector that holds all arms.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lbm_studio.episodes.interchange.mapping import ActionKind
from lbm_studio.episodes.interchange.rotations import Rotation


@dataclass(frozen=True)
class GripperLayout:
    """A gripper number and its ends; ``open`` of None is in metres, up to the widest of ours."""

    source: str
    closed: float
    open: float | None


@dataclass(frozen=True)
class ActionLayout:
    """Commands; see :class:`lbm_studio.episodes.interchange.mapping.ActionMapping`."""

    kind: ActionKind
    position: str = ""
    rotation: str = ""
    representation: Rotation | None = None
    gripper: GripperLayout | None = None
    position_scale: float = 1.0
    rotation_scale: float = 1.0


@dataclass(frozen=True)
class Layout:
    """Measured poses and commands of one program or dataset."""

    title: str
    position: str
    rotation: str
    representation: Rotation
    gripper: GripperLayout
    action: ActionLayout


_NEXT = ActionLayout(ActionKind.NEXT_STATE)
_OSC = ActionLayout(
    ActionKind.DELTA,
    "actions[{p}]",
    "actions[{r}]",
    Rotation.ROTATION_VECTOR,
    GripperLayout("actions[{g}]", 1.0, -1.0),
    position_scale=0.05,
    rotation_scale=0.5,
)

LAYOUTS: Mapping[str, tuple[Layout, ...]] = {
    "robomimic": (
        Layout(
            "robosuite",
            "obs/robot{i}_eef_pos",
            "obs/robot{i}_eef_quat",
            Rotation.QUATERNION_XYZW,
            GripperLayout("obs/robot{i}_gripper_qpos[0]", 0.0, 0.04),
            _OSC,
        ),
        Layout(
            "LIBERO",
            "obs/ee_pos",
            "obs/ee_ori",
            Rotation.ROTATION_VECTOR,
            GripperLayout("obs/gripper_states[0]", 0.0, 0.04),
            _OSC,
        ),
    ),
    "umi": (
        Layout(
            "UMI",
            "robot{i}_eef_pos",
            "robot{i}_eef_rot_axis_angle",
            Rotation.ROTATION_VECTOR,
            GripperLayout("robot{i}_gripper_width", 0.0, None),
            _NEXT,
        ),
    ),
    "spartan": (
        Layout(
            "LBM-Eval",
            "robot__actual__poses__{arm}::panda__xyz",
            "robot__actual__poses__{arm}::panda__rot_6d",
            Rotation.ROTATION_6D_ROWS,
            GripperLayout("robot__actual__grippers__{arm}::panda_hand", 0.0, None),
            ActionLayout(
                ActionKind.ABSOLUTE,
                "robot__desired__poses__{arm}::panda__xyz",
                "robot__desired__poses__{arm}::panda__rot_6d",
                Rotation.ROTATION_6D_ROWS,
                GripperLayout("robot__desired__grippers__{arm}::panda_hand", 0.0, None),
            ),
        ),
    ),
    "rlds": (
        Layout(
            "DROID",
            "observation/cartesian_position[0:3]",
            "observation/cartesian_position[3:6]",
            Rotation.EULER_XYZ,
            GripperLayout("observation/gripper_position", 1.0, 0.0),
            ActionLayout(
                ActionKind.ABSOLUTE,
                "action_dict/cartesian_position[0:3]",
                "action_dict/cartesian_position[3:6]",
                Rotation.EULER_XYZ,
                GripperLayout("action_dict/gripper_position", 1.0, 0.0),
            ),
        ),
        Layout(
            "RT-1",
            "observation/base_pose_tool_reached[0:3]",
            "observation/base_pose_tool_reached[3:7]",
            Rotation.QUATERNION_XYZW,
            GripperLayout("observation/gripper_closed", 1.0, 0.0),
            _NEXT,
        ),
        Layout(
            "Bridge",
            "observation/state[0:3]",
            "observation/state[3:6]",
            Rotation.EULER_XYZ,
            GripperLayout("observation/state[6]", 0.0, 1.0),
            ActionLayout(
                ActionKind.DELTA,
                "action[0:3]",
                "action[3:6]",
                Rotation.EULER_XYZ,
                GripperLayout("action[6]", 0.0, 1.0),
            ),
        ),
    ),
}
"""By format, the most telling first."""

HANDHELD = frozenset({"umi"})
"""Formats whose cameras all sit on hands."""

RATES_HZ: Mapping[str, float] = {"umi": 59.94, "spartan": 10.0}
"""Frames a second that a format is published with, where its files do not say [Hz]."""

POSITION_TOKENS = ("x", "y", "z")
ROTATION_TOKENS: Mapping[Rotation, tuple[str, ...]] = {
    Rotation.QUATERNION_XYZW: ("qx", "qy", "qz", "qw"),
    Rotation.ROTATION_VECTOR: ("rx", "ry", "rz"),
    Rotation.EULER_XYZ: ("roll", "pitch", "yaw"),
    Rotation.ROTATION_6D_ROWS: ("r00", "r01", "r02", "r10", "r11", "r12"),
}
GRIPPER_TOKENS = ("gripper", "gripper_m", "gripper_width", "gripper_pos")
"""What the numbers of a labelled vector may be called, apart from a prefix with the arm."""
