# pyright: basic
# protobuf carries no type information; this module is the typed wrapper around it.
"""TFRecord files and the ``tf.train.Example`` messages in them, without TensorFlow.

A record is its length (8 bytes), the masked CRC-32C of that, the data, and the masked CRC-32C of
the data. The message is declared here as TensorFlow publishes it in ``example.proto`` and
``feature.proto``.
"""

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.interchange.foreign import MAX_BYTES, Array
from lbm_studio.episodes.interchange.libraries import load

_LENGTH = struct.Struct("<Q")
_CHECK = struct.Struct("<I")
_HEADER_BYTES = _LENGTH.size + _CHECK.size
_MASK = 0xA282EAD8
_LISTS: Mapping[str, Any] = {"float_list": np.float32, "int64_list": np.int64}


def record_starts(path: Path) -> Iterator[int]:
    """Yield where each record of a file begins, from the lengths alone.

    Raises:
        DatasetError: the file is cut short or damaged.
    """
    try:
        size = path.stat().st_size
        start = 0
        with path.open("rb") as file:
            while start < size:
                length = _read_length(file.read(_HEADER_BYTES), path, start)
                if start + _HEADER_BYTES + length + _CHECK.size > size:
                    raise _damaged(path, start, "it is cut short")
                yield start
                start += _HEADER_BYTES + length + _CHECK.size
                file.seek(start)
    except OSError as error:
        raise DatasetError(f"“{path}” cannot be read ({error.strerror}).") from error


def read_record(path: Path, start: int) -> bytes:
    """Return the data of the record that begins at ``start``.

    Raises:
        DatasetError: it is damaged.
    """
    try:
        with path.open("rb") as file:
            file.seek(start)
            length = _read_length(file.read(_HEADER_BYTES), path, start)
            data = file.read(length)
            check = file.read(_CHECK.size)
    except OSError as error:
        raise DatasetError(f"“{path}” cannot be read ({error.strerror}).") from error
    if len(data) != length or len(check) != _CHECK.size:
        raise _damaged(path, start, "it is cut short")
    if _CHECK.unpack(check)[0] != _masked_crc(data):
        raise _damaged(path, start, "its checksum is wrong")
    return data


class Example:
    """One ``tf.train.Example``.

    Raises:
        DatasetError: the data is no such message.
    """

    def __init__(self, data: bytes, what: str) -> None:
        self._what = what
        message = _message_class()()
        try:
            message.ParseFromString(data)
        except Exception as error:  # protobuf's own error class depends on its implementation
            raise DatasetError(f"{what} is damaged and cannot be read ({error}).") from error
        self._features = message.features.feature

    def numbers(self, key: str) -> Array | None:
        """Return all numbers of a feature, flat; None where it is absent or holds no numbers."""
        kind = self._kind(key)
        if kind is None or kind not in _LISTS:
            return None
        return np.array(getattr(self._features[key], kind).value, dtype=_LISTS[kind])

    def blocks(self, key: str) -> list[bytes]:
        """Return the texts or pictures of a feature; none where it is absent or holds numbers."""
        if self._kind(key) != "bytes_list":
            return []
        return list(self._features[key].bytes_list.value)

    def _kind(self, key: str) -> str | None:
        return self._features[key].WhichOneof("kind") if key in self._features else None


def _read_length(header: bytes, path: Path, start: int) -> int:
    if len(header) != _HEADER_BYTES:
        raise _damaged(path, start, "it is cut short")
    (length,) = _LENGTH.unpack_from(header)
    if _CHECK.unpack_from(header, _LENGTH.size)[0] != _masked_crc(header[: _LENGTH.size]):
        raise _damaged(path, start, "its checksum is wrong")
    if length > MAX_BYTES:
        raise _damaged(path, start, f"it claims {length} bytes")
    return length


def _masked_crc(data: bytes) -> int:
    crc = load("google_crc32c", "TFRecord files").value(data)
    return (((crc >> 15) | (crc << 17)) + _MASK) & 0xFFFFFFFF


def _damaged(path: Path, start: int, reason: str) -> DatasetError:
    return DatasetError(f"“{path}” is damaged: of the record at byte {start}, {reason}.")


def _message_class() -> Any:
    """Return the class of ``tf.train.Example``, declared in a pool of its own.

    Another library in the process may have declared the original.
    """
    if not _declared:
        pool = load("google.protobuf.descriptor_pool", "TFRecord files").DescriptorPool()
        pool.AddSerializedFile(_declaration().SerializeToString())
        factory = load("google.protobuf.message_factory", "TFRecord files")
        found = pool.FindMessageTypeByName("tensorflow.Example")
        _declared.append(factory.GetMessageClass(found))
    return _declared[0]


_declared: list[Any] = []


def _declaration() -> Any:
    descriptor = load("google.protobuf.descriptor_pb2", "TFRecord files")
    kind = descriptor.FieldDescriptorProto
    file = descriptor.FileDescriptorProto(
        name="tensorflow/core/example/example.proto", package="tensorflow", syntax="proto3"
    )

    def declare(message: Any, name: str, number: int, type_: int, label: int, of: str = "") -> Any:
        field = message.field.add(name=name, number=number, type=type_, label=label)
        if of:
            field.type_name = f".tensorflow.{of}"
        return field

    lists = {
        "BytesList": kind.TYPE_BYTES,
        "FloatList": kind.TYPE_FLOAT,
        "Int64List": kind.TYPE_INT64,
    }
    for name, type_ in lists.items():
        declare(file.message_type.add(name=name), "value", 1, type_, kind.LABEL_REPEATED)
    feature = file.message_type.add(name="Feature")
    feature.oneof_decl.add(name="kind")
    for number, name in enumerate(("bytes_list", "float_list", "int64_list"), start=1):
        of = name.title().replace("_", "")
        one = declare(feature, name, number, kind.TYPE_MESSAGE, kind.LABEL_OPTIONAL, of)
        one.oneof_index = 0
    features = file.message_type.add(name="Features")
    entry = features.nested_type.add(name="FeatureEntry")
    entry.options.map_entry = True
    declare(entry, "key", 1, kind.TYPE_STRING, kind.LABEL_OPTIONAL)
    declare(entry, "value", 2, kind.TYPE_MESSAGE, kind.LABEL_OPTIONAL, "Feature")
    of = "Features.FeatureEntry"
    declare(features, "feature", 1, kind.TYPE_MESSAGE, kind.LABEL_REPEATED, of)
    example = file.message_type.add(name="Example")
    declare(example, "features", 1, kind.TYPE_MESSAGE, kind.LABEL_OPTIONAL, "Features")
    return file
