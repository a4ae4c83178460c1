"""Descriptions to and from TOML that people read and mend.

As :mod:`lbm_studio.core.codec`, with what TOML lacks and what hand-written files need: a field that
is None is left out, a pose is a table of ``position_m`` and ``rotation`` (three rows), and a field
that nobody knows is an error that names the known ones.
"""

import dataclasses
import re
import tomllib
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar, cast

import numpy as np
import tomli_w

from lbm_studio.core.codec import Json, from_json, to_json
from lbm_studio.core.errors import StudioError
from lbm_studio.core.pose import Pose

T = TypeVar("T")

POSITION = "position_m"
ROTATION = "rotation"
ROTATION_TOLERANCE = 1e-4
"""How far a rotation's rows may be from orthonormal; what is read is made exactly so."""

_ROW = re.compile(r"\[\n((?: *[-+.\w]+,\n)+) *\]")
"""An array of numbers, one a line. Strings hold no line breaks: they are written escaped."""


class FieldError(StudioError):
    """One field that cannot be what it is.

    Args:
        field: e.g. ``"cameras[2].kind"``; empty for the file as a whole.
        reason: goes on from the field's name, e.g. ``"is missing"``.
    """

    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason
        super().__init__(f"{field} {reason}".strip())

    def __reduce__(self) -> tuple[type["FieldError"], tuple[str, str]]:
        return type(self), (self.field, self.reason)


def to_toml(value: Any) -> str:
    """Return the text of a dataclass as TOML, each row of numbers on one line."""
    return _ROW.sub(_on_one_line, tomli_w.dumps(_plain(value)))


def from_toml(kind: type[T], text: str) -> T:
    """Build a dataclass from TOML text.

    Raises:
        FieldError: the text is not TOML, or a field is missing, unknown or of the wrong shape.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FieldError("", f"is not TOML: {error}") from error
    known = _known(kind, raw, "")
    try:
        return from_json(kind, known, where="")
    except StudioError as error:
        told = str(error.__cause__).removeprefix(".")
        field, _, reason = told.partition(" ")
        raise FieldError(field, reason) from error


def _on_one_line(found: re.Match[str]) -> str:
    return f"[{', '.join(item.strip() for item in found[1].split(',') if item.strip())}]"


def _plain(value: Any) -> Any:
    if isinstance(value, Pose):
        return {POSITION: value.position.tolist(), ROTATION: value.rotation.tolist()}
    if dataclasses.is_dataclass(value):
        pairs = ((f.name, getattr(value, f.name)) for f in dataclasses.fields(value))
        return {name: _plain(item) for name, item in pairs if item is not None}
    if isinstance(value, tuple):
        return [_plain(item) for item in cast("tuple[Any, ...]", value)]
    return to_json(value)


def _known(kind: Any, value: Json, where: str) -> Json:
    """Return the JSON value of what TOML holds; whatever is of the wrong shape is left to it."""
    if kind is Pose:
        return _pose(value, where)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return _fields(kind, value, where)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _known(next(a for a in arguments if a is not types.NoneType), value, where)
    if origin is tuple and isinstance(value, list) and arguments[-1] is Ellipsis:
        items = cast("list[Json]", value)
        return [_known(arguments[0], item, f"{where}[{i}]") for i, item in enumerate(items)]
    return cast("Json", value)


def _fields(kind: type, value: Json, where: str) -> Json:
    if not isinstance(value, Mapping):
        raise FieldError(where, f"should be a table, not {type(value).__name__}")
    hints = typing.get_type_hints(kind)
    known = tuple(field.name for field in dataclasses.fields(kind))
    table: dict[str, Json] = {name: None for name in known if _may_be_none(hints[name])}
    for name, item in cast("Mapping[str, Json]", value).items():
        inner = f"{where}.{name}".removeprefix(".")
        if name not in known:
            raise FieldError(inner, f"is not a field. Choose one of: {', '.join(known)}")
        table[name] = _known(hints[name], item, inner)
    return table


def _may_be_none(kind: Any) -> bool:
    return types.NoneType in typing.get_args(kind)


def _pose(value: Json, where: str) -> Json:
    if not isinstance(value, Mapping):
        raise FieldError(where, f"should be a table of {POSITION} and {ROTATION}")
    table = cast("Mapping[str, Json]", value)
    unknown = next((name for name in table if name not in (POSITION, ROTATION)), None)
    if unknown is not None:
        reason = f"is not a field. Choose one of: {POSITION}, {ROTATION}"
        raise FieldError(f"{where}.{unknown}", reason)
    position = _numbers(table, POSITION, (3,), where)
    rotation = _numbers(table, ROTATION, (3, 3), where)
    return {"position": position.tolist(), "rotation": _proper(rotation, where).tolist()}


def _numbers(table: Mapping[str, Json], name: str, shape: tuple[int, ...], where: str) -> Any:
    field = f"{where}.{name}"
    if name not in table:
        raise FieldError(field, "is missing")
    wanted = " rows of ".join(map(str, shape))
    try:
        numbers = np.array(table[name], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise FieldError(field, f"should be {wanted} numbers") from error
    if numbers.shape != shape or not np.all(np.isfinite(numbers)):
        raise FieldError(field, f"should be {wanted} numbers")
    return numbers


def _proper(rotation: Any, where: str) -> Any:
    """Return the rotation, made exactly orthonormal if rounding left it a little off."""
    error = float(np.abs(rotation @ rotation.T - np.eye(3)).max())
    if error > ROTATION_TOLERANCE or np.linalg.det(rotation) < 0.0:
        raise FieldError(
            f"{where}.{ROTATION}", "should be a rotation: rows of length 1, at right angles"
        )
    if error < 1e-12:
        return rotation
    left, _, right = np.linalg.svd(rotation)
    return left @ right
