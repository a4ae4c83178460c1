"""TFRecords with ``tf.train.Example`` messages, byte by byte as the formats are published.

Field numbers are those of TensorFlow's ``example.proto`` and ``feature.proto``; the wire format is
protobuf's; the framing is ``record_writer.cc``'s.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import google_crc32c
import numpy as np

Value = Sequence[bytes] | np.ndarray[Any, Any]


def example(features: Mapping[str, Value]) -> bytes:
    """Return a serialised ``tf.train.Example``."""
    entries = [
        _field(1, _field(1, name.encode()) + _field(2, _feature(value)))
        for name, value in features.items()
    ]
    return _field(1, b"".join(entries))


def record(data: bytes) -> bytes:
    """Return the data as one record: length, its checksum, data, its checksum."""
    length = struct.pack("<Q", len(data))
    return length + _masked_crc(length) + data + _masked_crc(data)


def _feature(value: Value) -> bytes:
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return _field(2, _field(1, value.astype("<f4").tobytes()))
    if isinstance(value, np.ndarray):
        packed = b"".join(_varint(int(n) & (1 << 64) - 1) for n in value.ravel())
        return _field(3, _field(1, packed))
    return _field(1, b"".join(_field(1, item) for item in value))


def _field(number: int, data: bytes) -> bytes:
    """Return a length-delimited field."""
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    groups = bytearray()
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    groups.append(value)
    return bytes(groups)


def _masked_crc(data: bytes) -> bytes:
    crc = google_crc32c.value(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)
