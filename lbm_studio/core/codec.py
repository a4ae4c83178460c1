"""Descriptions to and from JSON values, field by field.

What is written can be read by people and by other programs.
"""

import dataclasses
import types
import typing
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar, cast

import numpy as np

from lbm_studio.core.errors import StudioError
from lbm_studio.core.pose import FloatArray, Pose

Json = Any
T = TypeVar("T")


def to_json(value: Any) -> Json:
    """Return the JSON value of a dataclass of plain values, tuples, mappings, enums and poses."""
    if isinstance(value, Pose):
        return {"position": value.position.tolist(), "rotation": value.rotation.tolist()}
    if dataclasses.is_dataclass(value):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (np.ndarray, np.generic)):
        return cast("Json", value.tolist())
    if isinstance(value, Mapping):
        pairs = cast("Mapping[Any, Any]", value)
        return {str(key): to_json(item) for key, item in pairs.items()}
    if isinstance(value, (tuple, list)):
        return [to_json(item) for item in cast("list[Any]", value)]
    return value


def from_json(kind: type[T], value: Json, *, where: str = "description") -> T:
    """Build a dataclass of type ``kind`` from its JSON value.

    Missing fields take their defaults; unknown ones are ignored.

    Raises:
        StudioError: the value does not have the shape of ``kind``; the sentence names the field.
    """
    try:
        return _build(kind, value, where)
    except (TypeError, ValueError) as error:
        raise StudioError(f"The {where} cannot be read: {error}.") from error


def _build(kind: Any, value: Json, where: str) -> Any:
    if kind is Any or kind is object:
        return value
    if kind is Pose:
        return _build_pose(value, where)
    if dataclasses.is_dataclass(kind):
        return _build_dataclass(kind, value, where)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        chosen = next(a for a in arguments if a is not types.NoneType)
        return None if value is None else _build(chosen, value, where)
    if origin is tuple:
        return _build_tuple(arguments, value, where)
    if origin is list:
        return list(_build_tuple((arguments[0], ...), value, where))
    if origin in (dict, Mapping):
        items = _mapping(value, where).items()
        return {key: _build(arguments[1], item, f"{where}.{key}") for key, item in items}
    if origin is np.ndarray:
        return _build_array(value, where)
    return _build_plain(kind, value, where)


def _build_dataclass(kind: Any, value: Json, where: str) -> Any:
    hints = typing.get_type_hints(kind)
    given: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        name = f"{where}.{field.name}"
        if field.name in _mapping(value, where):
            given[field.name] = _build(hints[field.name], value[field.name], name)
        elif field.default is field.default_factory is dataclasses.MISSING:
            raise ValueError(f"{name} is missing")
    return kind(**given)


def _build_pose(value: Json, where: str) -> Pose:
    parts: dict[str, FloatArray] = {}
    for name, shape in (("position", (3,)), ("rotation", (3, 3))):
        if name not in _mapping(value, where):
            raise ValueError(f"{where}.{name} is missing")
        parts[name] = _build_array(value[name], f"{where}.{name}")
        if parts[name].shape != shape:
            raise ValueError(f"{where}.{name} should have shape {shape}")
    return Pose(**parts)


def _build_tuple(arguments: tuple[Any, ...], value: Json, where: str) -> tuple[Any, ...]:
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"{where} should be a list, not {type(value).__name__}")
    items = cast("list[Json]", value)
    kinds = arguments[:1] * len(items) if arguments[-1] is Ellipsis else arguments
    if len(kinds) != len(items):
        raise ValueError(f"{where} should have {len(kinds)} values, not {len(items)}")
    return tuple(_build(kinds[i], item, f"{where}[{i}]") for i, item in enumerate(items))


def _build_array(value: Json, where: str) -> FloatArray:
    try:
        return np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where} should be numbers") from error


def _build_plain(kind: Any, value: Json, where: str) -> Any:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _build_enum(kind, value, where)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    is_wrong_bool = isinstance(value, bool) and kind is int
    if isinstance(kind, type) and (is_wrong_bool or not isinstance(value, kind)):
        raise TypeError(f"{where} should be of type {kind.__name__}, not {type(value).__name__}")
    return value


def _build_enum(kind: type[Enum], value: Json, where: str) -> Enum:
    choices = [member.value for member in kind]
    if value not in choices:
        raise ValueError(f"{where} should be one of {', '.join(map(str, choices))}, not “{value}”")
    return kind(value)


def _mapping(value: Json, where: str) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{where} should be an object, not {type(value).__name__}")
    return cast("Mapping[str, Json]", value)
