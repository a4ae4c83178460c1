"""Whether a mapping fits a source and a station; and the station that the imported data is of."""

import re
from collections.abc import Mapping
from dataclasses import replace
from math import isclose, isfinite, radians
from typing import Any, cast

from lbm_studio.core.codec import to_json
from lbm_studio.core.embodiment import CameraDescription, Embodiment, StationDescription
from lbm_studio.core.errors import DatasetError, StudioError, UnknownNameError
from lbm_studio.episodes.interchange.foreign import ForeignContents
from lbm_studio.episodes.interchange.mapping import (
    ActionKind,
    ActionMapping,
    ArmMapping,
    CameraMapping,
    GripperMapping,
    ImportMapping,
)
from lbm_studio.episodes.interchange.rotations import MEANINGS, SIZES, Rotation
from lbm_studio.episodes.interchange.selection import parse_selection
from lbm_studio.episodes.windows import frame_stride

_NAME = re.compile(r"^[a-z0-9][a-z0-9_.-]{0,63}$")
_POSITION = 3
_FULL_TURN_DEG = 360
_QUARTER_DEG = 90
_WIDEST_FOV_DEG = 180.0
_FASTEST_HZ = 1000.0
_ANGLES = frozenset(
    {
        Rotation.ROTATION_VECTOR,
        Rotation.EULER_XYZ,
        Rotation.EULER_XYZ_DEG,
        Rotation.EULER_XYZ_MOVING,
    }
)


def check_mapping(
    mapping: ImportMapping, contents: ForeignContents, station: StationDescription
) -> None:
    """Return if everything the mapping names is there and has the right size.

    Raises:
        StudioError: something is not; the sentence names the valid choices.
    """
    if mapping.format != contents.format:
        raise StudioError(
            f"The mapping is for {mapping.format}, and “{contents.name}” is {contents.format}."
        )
    _refuse_no_numbers(to_json(mapping))
    _check_name(mapping, station)
    _check_rates(mapping, contents, station)
    _check_cameras(mapping.cameras, contents, station.embodiment)
    _check_arms(mapping, station.embodiment)
    for name, arm in mapping.arms.items():
        _Checker(contents, station.embodiment, f"arms.{name}").check(name, arm)


def source_rate_hz(mapping: ImportMapping, contents: ForeignContents) -> float:
    """Return how many frames a second the source has [Hz].

    Raises:
        StudioError: neither the mapping nor the source says.
    """
    rate = mapping.source_rate_hz or contents.rate_hz
    if rate is None:
        raise StudioError(
            f"“{contents.name}” does not say how many frames a second it has:"
            " write source_rate_hz into the mapping."
        )
    if not 0.0 < rate <= _FASTEST_HZ:
        raise StudioError(f"source_rate_hz is {rate:g}; it must lie between 0 and {_FASTEST_HZ:g}.")
    return rate


def imported_station(mapping: ImportMapping, station: StationDescription) -> StationDescription:
    """Return the station that could have recorded what is imported: ours, with fewer cameras."""
    body = station.embodiment
    cameras = tuple(
        _as_mounted(camera, mapping.cameras[camera.name])
        for camera in body.cameras
        if camera.name in mapping.cameras
    )
    return StationDescription(
        name=mapping.name,
        title=f"Imported: {mapping.name}",
        simulated=mapping.simulated,
        embodiment=replace(body, cameras=cameras),
        safety=station.safety,
    )


def absent_cameras(mapping: ImportMapping, body: Embodiment) -> tuple[str, ...]:
    """Return the slots of our station that nothing is imported for."""
    return tuple(name for name in body.camera_names if name not in mapping.cameras)


def absent_arms(mapping: ImportMapping, body: Embodiment) -> tuple[str, ...]:
    """Return the arms of our station that the source lacks."""
    return tuple(name for name in body.arm_names if name in mapping.held)


def _as_mounted(camera: CameraDescription, mapped: CameraMapping) -> CameraDescription:
    fov = mapped.vertical_fov_deg
    return replace(
        camera,
        pose=camera.pose if mapped.pose is None else mapped.pose.pose,
        vertical_fov_rad=camera.vertical_fov_rad if fov is None else radians(fov),
    )


def _refuse_no_numbers(value: Any, where: str = "mapping") -> None:
    """TOML can say ``nan`` and ``inf``."""
    if isinstance(value, float) and not isfinite(value):
        raise StudioError(f"The {where} is {value}, which is no number.")
    if isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            _refuse_no_numbers(item, f"{where}.{key}")
    elif isinstance(value, list):
        for number, item in enumerate(cast("list[Any]", value)):
            _refuse_no_numbers(item, f"{where}[{number}]")


def _check_name(mapping: ImportMapping, station: StationDescription) -> None:
    if not _NAME.match(mapping.name):
        raise StudioError(
            f"The name “{mapping.name}” cannot be used: write small letters, digits, - and _."
        )
    if mapping.name == station.name:
        raise StudioError(
            f"“{mapping.name}” is the station itself: give what is imported a name of its own,"
            " since numbers of another robot are scaled apart."
        )


def _check_rates(
    mapping: ImportMapping, contents: ForeignContents, station: StationDescription
) -> None:
    policy_hz = station.embodiment.chunk.rate_hz
    source_rate_hz(mapping, contents)
    try:
        frame_stride(mapping.rate_hz, policy_hz)
    except DatasetError as error:
        choices = ", ".join(f"{policy_hz * times:g}" for times in (1, 2, 3))
        raise StudioError(
            f"rate_hz is {mapping.rate_hz:g}; choose a multiple of the policy’s {policy_hz:g} Hz:"
            f" {choices} ..."
        ) from error


def _check_cameras(
    cameras: Mapping[str, CameraMapping], contents: ForeignContents, body: Embodiment
) -> None:
    if not cameras:
        raise StudioError(
            "No camera is mapped, and a policy needs to see. Slots:"
            f" {', '.join(body.camera_names)}. Pictures there are:"
            f" {', '.join(contents.cameras) or 'none'}."
        )
    for slot, mapped in cameras.items():
        if slot not in body.camera_names:
            raise UnknownNameError("camera slot", slot, body.camera_names)
        if mapped.source not in contents.cameras:
            raise UnknownNameError("camera in the source", mapped.source, contents.cameras)
        if mapped.turn_deg % _QUARTER_DEG or not 0 <= mapped.turn_deg < _FULL_TURN_DEG:
            raise StudioError(
                f"cameras.{slot}.turn_deg is {mapped.turn_deg}; choose one of: 0, 90, 180, 270."
            )
        fov = mapped.vertical_fov_deg
        if fov is not None and not 0.0 < fov < _WIDEST_FOV_DEG:
            raise StudioError(
                f"cameras.{slot}.vertical_fov_deg is {fov:g}; it must lie between 0 and 180."
            )


def _check_arms(mapping: ImportMapping, body: Embodiment) -> None:
    for name in (*mapping.arms, *mapping.held):
        body.arm(name)
    if not mapping.arms:
        raise StudioError(f"No arm is mapped. Choose from: {', '.join(body.arm_names)}.")
    for name in body.arm_names:
        if (name in mapping.arms) == (name in mapping.held):
            raise StudioError(
                f"The arm “{name}” must be either in [arms.{name}] or, where the source lacks it,"
                f" in [held.{name}]."
            )


class _Checker:
    """Checks the numbers of one arm."""

    def __init__(self, contents: ForeignContents, body: Embodiment, where: str) -> None:
        self._vectors = contents.vectors
        self._body = body
        self._where = where

    def check(self, name: str, arm: ArmMapping) -> None:
        state = arm.state
        self._numbers("state.position", state.position, _POSITION)
        self._rotation("state.rotation", state.rotation, state.representation)
        self._gripper("state.gripper", name, state.gripper)
        joints = len(self._body.arm(name).home_joints_rad)
        if state.joints:
            self._numbers("state.joints", state.joints, joints)
        self._action(arm.action, state.representation)
        if arm.action.gripper is not None:
            self._gripper("action.gripper", name, arm.action.gripper)

    def _action(self, action: ActionMapping, of_state: Rotation) -> None:
        written = action.representation or of_state
        if action.kind is ActionKind.NEXT_STATE:
            if action.position or action.rotation:
                raise StudioError(
                    f"{self._where}.action is “next_state” and names numbers as well: take them"
                    " out, or choose one of: absolute, delta."
                )
            return
        self._numbers("action.position", action.position, _POSITION)
        if action.rotation or action.kind is ActionKind.ABSOLUTE:
            self._rotation("action.rotation", action.rotation, written)
        if action.rotation_scale != 1.0 and written not in _ANGLES:
            raise StudioError(
                f"{self._where}.action.rotation_scale only means something for"
                f" {', '.join(sorted(_ANGLES))}, not for {written}."
            )

    def _gripper(self, what: str, arm: str, gripper: GripperMapping) -> None:
        self._numbers(f"{what}.source", gripper.source, 1)
        if isclose(gripper.open, gripper.closed):
            raise StudioError(
                f"{self._where}.{what}: open and closed are both {gripper.open:g};"
                " they must differ."
            )
        widest = self._body.arm(arm).gripper_max_width_m
        width = gripper.open_width_m
        if width is not None and not 0.0 < width < 1.0:
            raise StudioError(
                f"{self._where}.{what}.open_width_m is {width:g}; write metres, e.g. {widest:g}."
            )

    def _rotation(self, what: str, text: str, written: Rotation) -> None:
        self._numbers(what, text, SIZES[written], f"{written} ({MEANINGS[written]})")

    def _numbers(self, what: str, text: str, size: int, meaning: str = "it") -> None:
        if not text:
            names = ", ".join(sorted(self._vectors))
            raise StudioError(f"{self._where}.{what} is missing. Choose from: {names}.")
        try:
            found = parse_selection(text).size(self._vectors)
        except StudioError as error:
            raise StudioError(f"{self._where}.{what}: {error}") from error
        if found != size:
            raise StudioError(
                f"{self._where}.{what} is “{text}”, which has {found} numbers;"
                f" {meaning} needs {size}."
            )


def calibration_remarks(mapping: ImportMapping) -> list[str]:
    """Return which cameras are taken to be mounted as ours, in a sentence."""
    assumed = [n for n, c in mapping.cameras.items() if c.pose is None or not c.vertical_fov_deg]
    if not assumed:
        return []
    names = ", ".join(assumed)
    return [f"Pose and field of view of the station are taken for: {names}."]
