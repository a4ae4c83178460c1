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
from lbm_studio.core.pose import Pose

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
    if isinstance(value, np.ndarray):
        return value.tolist()
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
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise StudioError(f"{where} cannot be read: {error}.") from error


def _build(kind: Any, value: Json, where: str) -> Any:
    if kind is Any or kind is object:
        return value
    if kind is Pose:
        return Pose(
            np.array(value["position"], dtype=np.float64).reshape(3),
            np.array(value["rotation"], dtype=np.float64).reshape(3, 3),
        )
    if dataclasses.is_dataclass(kind):
        return _build_dataclass(kind, value, where)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        chosen = next(a for a in arguments if a is not types.NoneType)
        return None if value is None else _build(chosen, value, where)
    if origin is tuple:
        return _build_tuple(arguments, value, where)
    if origin is list:
        return [_build(arguments[0], item, where) for item in value]
    if origin in (dict, Mapping):
        return {key: _build(arguments[1], item, f"{where}.{key}") for key, item in value.items()}
    return _build_plain(kind, value, where)


def _build_dataclass(kind: Any, value: Json, where: str) -> Any:
    if not isinstance(value, Mapping):
        raise TypeError(f"{where} should be an object")
    hints = typing.get_type_hints(kind)
    given = {
        f.name: _build(hints[f.name], value[f.name], f"{where}.{f.name}")
        for f in dataclasses.fields(kind)
        if f.name in value
    }
    return kind(**given)


def _build_tuple(arguments: tuple[Any, ...], value: Json, where: str) -> tuple[Any, ...]:
    kinds = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else arguments
    return tuple(_build(k, item, where) for k, item in zip(kinds, value, strict=True))


def _build_plain(kind: Any, value: Json, where: str) -> Any:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(kind, type) and not isinstance(value, kind):
        raise TypeError(f"{where} should be of type {kind.__name__}, not {type(value).__name__}")
    return value
