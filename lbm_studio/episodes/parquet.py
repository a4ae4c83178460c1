# pyright: basic
# pyarrow carries no type information; this module is the typed wrapper around it.
"""Parquet files of a LeRobotDataset v3.0: frames, goals and the table of episodes."""

import json
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from lbm_studio.core import keys
from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.features import LANGUAGE, Feature
from lbm_studio.episodes.trust import LONGEST_VECTOR, damage_in_words, require_file

TASK = "task"
STATISTICS_PREFIX = "stats/"
_PICTURES_AT_ONCE = 16
_FEW_ROWS = 1000
_MOST_UNFOLDED = 1000
"""Bytes that a byte of a file may unfold to."""

_ARROW_TYPES: Mapping[str, Any] = {
    "float32": pa.float32(),
    "float64": pa.float64(),
    "int64": pa.int64(),
    "bool": pa.bool_(),
    "string": pa.string(),
}


def _list_of(kind: Any) -> Any:
    return pa.list_(pa.field("element", kind))


_LANGUAGE_FIELDS: Mapping[str, Any] = {
    "role": pa.string(),
    "content": pa.string(),
    "style": pa.string(),
    "timestamp": pa.float32(),
    "camera": pa.string(),
    "tool_calls": pa.list_(pa.string()),
}

_KINDS: Mapping[str, Any] = {
    **_ARROW_TYPES,
    "strings": _list_of(pa.string()),
    "int64s": _list_of(pa.int64()),
    "float64s": _list_of(pa.float64()),
    "image": _list_of(_list_of(_list_of(pa.float64()))),
}


def frames_schema(columns: Mapping[str, Feature]) -> pa.Schema:
    """Return the Arrow schema of a data file."""
    fields = [pa.field(name, _column_type(feature)) for name, feature in columns.items()]
    described = {"info": {"features": {n: _hub_type(f) for n, f in columns.items()}}}
    return pa.schema(fields, metadata={"huggingface": json.dumps(described)})


def write_frames(
    path: Path, columns: Mapping[str, Feature], values: Mapping[str, NDArray[Any]]
) -> None:
    """Write one episode's frames: per column (T,) or (T, n) values."""
    schema = frames_schema(columns)
    arrays = [_to_array(values[field.name], field.type) for field in schema]
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), path)


def read_frames(path: Path, names: Iterable[str], episode_index: int) -> dict[str, NDArray[Any]]:
    """Read columns of one episode's frames; columns the file lacks are left out.

    Raises:
        DatasetError: the file is missing or damaged.
    """
    with _reading(path):
        stored = set(pq.read_schema(path).names)
        table = pq.read_table(
            path,
            columns=[name for name in names if name in stored],
            filters=[(keys.EPISODE_INDEX, "=", episode_index)],
        )
        return {name: _to_numpy(table.column(name)) for name in table.column_names}


def iter_pictures(path: Path, column: str, episode_index: int) -> Iterator[bytes]:
    """Yield the encoded pictures of one episode from a column of ``{bytes, path}``, in order.

    Raises:
        DatasetError: the file is missing or damaged, or pictures lie outside it.
    """
    with _reading(path):
        file = pq.ParquetFile(path)
        for batch in file.iter_batches(_PICTURES_AT_ONCE, columns=[column, keys.EPISODE_INDEX]):
            rows = zip(
                batch[column].to_pylist(), batch[keys.EPISODE_INDEX].to_pylist(), strict=True
            )
            for value, episode in rows:
                if episode != episode_index:
                    continue
                data = value.get("bytes") if isinstance(value, dict) else value
                if not isinstance(data, bytes):
                    raise DatasetError(f"The pictures in “{path}” lie in files of their own.")
                yield data


def write_tasks(path: Path, tasks: Sequence[str]) -> None:
    """Write the goals in the order of their ``task_index``, indexed as pandas does."""
    metadata = {
        "index_columns": [TASK],
        "column_indexes": [_pandas_column(None, "object", {"encoding": "UTF-8"})],
        "columns": [_pandas_column(keys.TASK_INDEX, "int64"), _pandas_column(TASK, "object")],
        "creator": {"library": "pyarrow", "version": pa.__version__},
        "pandas_version": "2.3.3",
    }
    fields = [pa.field(keys.TASK_INDEX, pa.int64()), pa.field(TASK, pa.string())]
    schema = pa.schema(fields, metadata={"pandas": json.dumps(metadata)})
    arrays = [pa.array(range(len(tasks)), pa.int64()), pa.array(list(tasks), pa.string())]
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), path)


def read_tasks(path: Path) -> list[str]:
    """Return the goals in the order of their ``task_index``.

    Raises:
        DatasetError: the file is missing or damaged.
    """
    with _reading(path):
        table = pq.read_table(path)
        rows = zip(
            table.column(keys.TASK_INDEX).to_pylist(), table.column(TASK).to_pylist(), strict=True
        )
        return [str(task) for _, task in sorted(rows)]


def write_episodes(
    path: Path, records: Sequence[Mapping[str, Any]], kinds: Mapping[str, str]
) -> None:
    """Write rows of the table of episodes.

    Args:
        path: file to write.
        records: one mapping a row, each with the names of ``kinds``.
        kinds: column names in order; each is an Arrow scalar type, or one of the nested kinds
            ``strings``, ``int64s``, ``float64s`` and ``image`` (3 x 1 x 1).
    """
    schema = pa.schema([pa.field(name, _KINDS[kind]) for name, kind in kinds.items()])
    with damage_in_words(path, pa.ArrowException):  # rows that were read may be damaged
        table = pa.Table.from_pylist([dict(record) for record in records], schema=schema)
    # Per-column statistics and dictionaries cost more than these short columns hold.
    pq.write_table(table, path, write_statistics=False, use_dictionary=False)


def read_episodes(path: Path, *, with_statistics: bool) -> list[dict[str, Any]]:
    """Return rows of the table of episodes.

    Raises:
        DatasetError: the file is damaged.
    """
    with _reading(path):
        file = pq.ParquetFile(path)
        names = [
            name
            for name in file.schema_arrow.names
            if with_statistics or not name.startswith(STATISTICS_PREFIX)
        ]
        return file.read(columns=names).to_pylist()


def count_rows(path: Path) -> int:
    """Return how many rows a Parquet file holds, from its footer.

    Raises:
        DatasetError: the file is missing or damaged.
    """
    with _reading(path):
        return pq.read_metadata(path).num_rows


@contextmanager
def _reading(path: Path) -> Generator[None]:
    """Tell in words that a file cannot be read, or that it would unfold beyond reason."""
    require_file(path)
    with damage_in_words(path, pa.ArrowException):
        metadata = pq.read_metadata(path)
        most = max(_FEW_ROWS, path.stat().st_size)  # rows differ: each takes a byte at the least
        if metadata.num_rows > most:
            raise ValueError(f"it claims {metadata.num_rows} rows")
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        if sum(group.total_byte_size for group in groups) > most * _MOST_UNFOLDED:
            raise ValueError("it claims more than it can hold")
        for field in metadata.schema.to_arrow_schema():
            if pa.types.is_fixed_size_list(field.type) and field.type.list_size > LONGEST_VECTOR:
                raise ValueError(f"it claims vectors of {field.type.list_size} numbers")
        yield


def _column_type(feature: Feature) -> Any:
    if feature.dtype == LANGUAGE:
        return _list_of(pa.struct(list(_LANGUAGE_FIELDS.items())))
    scalar = _ARROW_TYPES[feature.dtype]
    if feature.shape == (1,):
        return scalar
    return pa.list_(pa.field("element", scalar), feature.shape[0])


def _hub_type(feature: Feature) -> dict[str, Any]:
    if feature.dtype == LANGUAGE:
        text = {"dtype": "string", "_type": "Value"}
        fields: dict[str, Any] = dict.fromkeys(_LANGUAGE_FIELDS, text)
        fields["timestamp"] = {"dtype": "float32", "_type": "Value"}
        fields["tool_calls"] = {"feature": text, "_type": "List"}
        return {"feature": fields, "_type": "List"}
    value = {"dtype": feature.dtype, "_type": "Value"}
    if feature.shape == (1,):
        return value
    return {"feature": value, "length": feature.shape[0], "_type": "List"}


def _to_array(values: NDArray[Any], kind: Any) -> Any:
    if pa.types.is_list(kind):
        return pa.array(list(values), kind)
    if not pa.types.is_fixed_size_list(kind):
        return pa.array(values.reshape(len(values)), kind)  # a vector of one number is a scalar
    flat = pa.array(np.ascontiguousarray(values).reshape(-1), kind.value_type)
    return pa.FixedSizeListArray.from_arrays(flat, type=kind)


def _to_numpy(column: Any) -> NDArray[Any]:
    joined = column.combine_chunks()
    if isinstance(joined, pa.ChunkedArray):
        joined = pa.concat_arrays(joined.chunks) if joined.num_chunks else pa.array([], column.type)
    if pa.types.is_fixed_size_list(joined.type):
        return joined.flatten().to_numpy().reshape(len(joined), joined.type.list_size)
    if pa.types.is_list(joined.type):
        rows = joined.to_pylist()
        if pa.types.is_struct(joined.type.value_type):
            return np.fromiter(rows, dtype=object, count=len(rows))
        return np.array(rows)
    return joined.to_numpy(zero_copy_only=False)


def _pandas_column(
    name: str | None, numpy_type: str, metadata: Mapping[str, str] | None = None
) -> dict[str, Any]:
    kind = "int64" if numpy_type == "int64" else "unicode"
    return {
        "name": name,
        "field_name": name,
        "pandas_type": kind,
        "numpy_type": numpy_type,
        "metadata": metadata,
    }
