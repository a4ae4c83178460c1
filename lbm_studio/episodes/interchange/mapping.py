"""``MAPPING.toml``: what the numbers and pictures of another program mean on our station.

format = "robomimic"
name = "lift"                     # of what is imported; it has a normaliser of its own
rate_hz = 20.0                    # to resample to: a multiple of the station's policy rate
source_rate_hz = 20.0             # only where the files do not say, or are wrong
goal = "lift the cube"            # for episodes without one of their own
[goals]                           # other words for the goals of the files
"Lift" = "lift the cube"

[cameras.scene_right_0]           # a slot of our station; slots left out are noted as absent
source = "obs/agentview_image"

[arms.right.state]                # as every section: see the class of the same name
position = "obs/robot0_eef_pos"
rotation = "obs/robot0_eef_quat"
representation = "quaternion_xyzw"
gripper = { source = "obs/robot0_gripper_qpos[0]", closed = 0.0, open = 0.04 }
[arms.right.action]
kind = "delta"
position = "actions[0:3]"
position_scale = 0.05
rotation = "actions[3:6]"
representation = "rotation_vector"
rotation_scale = 0.5
gripper = { source = "actions[6]", closed = 1.0, open = -1.0 }
[arms.right.base]                 # where the frame their poses are in lies on our table
position_m = [-0.5, 0.0, 0.0]
[arms.right.tool]                 # where our hand's frame lies in theirs
rotation_deg = [0.0, 0.0, 90.0]

[held.left]                       # an arm the files lack: held still, and noted as absent
position_m = [-0.2, 0.3, 0.3]
rotation_deg = [180.0, 0.0, 0.0]
gripper_m = 0.08
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

import numpy as np

from lbm_studio.core.codec import from_json
from lbm_studio.core.episode import EpisodeSource
from lbm_studio.core.errors import StudioError
from lbm_studio.core.pose import Pose
from lbm_studio.episodes.interchange.pictures import Fit
from lbm_studio.episodes.interchange.rotations import Rotation, euler_angles, euler_matrices

Triple = tuple[float, float, float]
_MAX_FILE_BYTES = 1 << 20


class ActionKind(StrEnum):
    """What the commands of a source are."""

    ABSOLUTE = "absolute"
    DELTA = "delta"
    NEXT_STATE = "next_state"


class DeltaFrame(StrEnum):
    """The axes along which a delta moves."""

    BASE = "base"
    TOOL = "tool"


@dataclass(frozen=True)
class Placement:
    """A pose in a frame.

    Attributes:
        position_m: [m].
        rotation_deg: roll, pitch, yaw about the fixed x, y and z axis [deg].
    """

    position_m: Triple = (0.0, 0.0, 0.0)
    rotation_deg: Triple = (0.0, 0.0, 0.0)

    @property
    def pose(self) -> Pose:
        """The same as a pose."""
        turn = euler_matrices(np.radians([self.rotation_deg]))[0]
        return Pose(np.array(self.position_m, dtype=np.float64), turn)


@dataclass(frozen=True)
class HeldArm(Placement):
    """Where an arm that the source lacks is held, in the station frame.

    Attributes:
        gripper_m: distance between its fingers [m].
    """

    gripper_m: float = 0.0


@dataclass(frozen=True)
class GripperMapping:
    """What a gripper number means: a straight line from closed to open.

    Attributes:
        source: the one number, see :mod:`lbm_studio.episodes.interchange.selection`.
        closed: its value when the fingers touch.
        open: its value when they are ``open_width_m`` apart; may be the smaller one.
        open_width_m: None for the widest our gripper goes [m]. Wider values are cut off there.
    """

    source: str
    closed: float
    open: float
    open_width_m: float | None = None


@dataclass(frozen=True)
class StateMapping:
    """The measured pose of one arm.

    Attributes:
        position: three numbers [m].
        rotation: as many as the representation has.
        representation: how the rotation is written down.
        gripper: measured.
        joints: joint angles [rad], as many as our arm has; empty where there are none.
    """

    position: str
    rotation: str
    representation: Rotation
    gripper: GripperMapping
    joints: str = ""


@dataclass(frozen=True)
class ActionMapping:
    """What one arm was asked to do.

    Attributes:
        kind: ``absolute``: a pose to go to; ``delta``: a step from the measured pose;
            ``next_state``: nothing was recorded, so it is the next measured pose.
        position: three numbers; none for ``next_state``.
        rotation: as many as the representation has; a delta may have none.
        representation: how the rotation is written down; that of the state by default.
        position_scale: what one unit of a delta's position is [m].
        rotation_scale: what one unit of a delta's rotation vector or angles is [rad].
        frame: axes of a delta.
        gripper: commanded; the next measured width where there is none.
    """

    kind: ActionKind
    position: str = ""
    rotation: str = ""
    representation: Rotation | None = None
    position_scale: float = 1.0
    rotation_scale: float = 1.0
    frame: DeltaFrame = DeltaFrame.BASE
    gripper: GripperMapping | None = None


@dataclass(frozen=True)
class ArmMapping:
    """One arm.

    Attributes:
        state: measured.
        action: commanded.
        base: the frame of the source's poses in the station frame; ``station_T_source``.
        tool: our end effector frame in that of the source; ``source_tool_T_hand``.
    """

    state: StateMapping
    action: ActionMapping
    base: Placement = Placement()
    tool: Placement = Placement()


@dataclass(frozen=True)
class CameraMapping:
    """The pictures for one camera slot.

    Attributes:
        source: name of the camera in the source.
        fit: what happens to pictures of another shape.
        turn_deg: counter-clockwise, a multiple of 90 [deg].
        mirrored: whether left and right are exchanged after turning.
        pose: where it sat, as the station describes cameras (looking along -z, y up); None where it
            is mounted as that of the station.
        vertical_fov_deg: of the fitted picture; None for that of the station [deg].
    """

    source: str
    fit: Fit = Fit.CROP
    turn_deg: int = 0
    mirrored: bool = False
    pose: Placement | None = None
    vertical_fov_deg: float | None = None


@dataclass(frozen=True)
class ImportMapping:
    """The whole file.

    Attributes:
        format: of the source.
        name: of what is imported.
        rate_hz: to resample to [Hz].
        cameras: by slot of our station.
        arms: by name.
        held: arms that the source lacks, by name.
        source_rate_hz: None where the files say [Hz].
        goal: for episodes without one.
        goals: other words for the goals of the files.
        demonstrator: who moved the arms.
        simulated: whether no hardware was behind it.
    """

    format: str
    name: str
    rate_hz: float
    cameras: Mapping[str, CameraMapping]
    arms: Mapping[str, ArmMapping]
    held: Mapping[str, HeldArm] = field(default_factory=dict[str, HeldArm])
    source_rate_hz: float | None = None
    goal: str = ""
    goals: Mapping[str, str] = field(default_factory=dict[str, str])
    demonstrator: EpisodeSource = EpisodeSource.TELEOPERATION
    simulated: bool = False


def held_at(pose: Pose, gripper_m: float) -> HeldArm:
    """Return an arm that is held at a pose in the station frame."""
    x, y, z = (float(value) for value in pose.position)
    angles = np.degrees(euler_angles(pose.rotation))
    roll, pitch, yaw = (float(angle) for angle in angles)
    return HeldArm((x, y, z), (roll, pitch, yaw), gripper_m)


def read_mapping(path: Path) -> tuple[ImportMapping, str]:
    """Read a mapping file; return what it says, and its text.

    Raises:
        StudioError: it cannot be read, or says what nobody understands; the sentence names what
            would be understood.
    """
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise StudioError(f"The mapping {path} is too large to be one.")
        text = path.read_text(encoding="utf-8")
        return parse_mapping(text), text
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise StudioError(f"The mapping {path} cannot be read: {reason}.") from error
    except StudioError as error:
        raise StudioError(f"The mapping {path} cannot be used. {error}") from error


def parse_mapping(text: str) -> ImportMapping:
    """Return what the text of a mapping file says.

    Raises:
        StudioError: it says what nobody understands.
    """
    try:
        raw = tomllib.loads(text)
    except ValueError as error:
        raise StudioError(f"It is no TOML: {error}.") from error
    _refuse_unknown(ImportMapping, raw, "mapping")
    return from_json(ImportMapping, raw, where="mapping")


def _refuse_unknown(kind: Any, value: Any, where: str) -> None:
    """Return if every key of the value is a field of ``kind``."""
    if not isinstance(value, dict):
        return
    table = cast("dict[str, Any]", value)
    if get_origin(kind) is UnionType:
        kind = get_args(kind)[0]
    if get_origin(kind) is not None:
        for key, item in table.items():
            _refuse_unknown(get_args(kind)[-1], item, f"{where}.{key}")
    elif is_dataclass(kind):
        known = [one.name for one in fields(kind)]
        hints = get_type_hints(kind)
        for key, item in table.items():
            if key not in known:
                raise StudioError(f"The {where} has no “{key}”. Choose one of: {', '.join(known)}.")
            _refuse_unknown(hints[key], item, f"{where}.{key}")
