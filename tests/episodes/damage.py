"""Ways to damage a dataset, drawn from a seed: by accident, by other programs, and on purpose."""

import base64
import json
import os
import shutil
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

Generator = np.random.Generator

HOSTILE_NUMBERS = (-1, 0, 1, 2**31, 2**63 - 1, -(2**63), 10**30, 0.5, 1e308, 1e400, -1e400)
HOSTILE_TEXTS = (
    "",
    "x",
    "../../../outside",
    "/outside",
    "/dev/zero",
    "NaN",
    "\0",
    "a" * 5000,
    "{chunk_index}",
    "{chunk_index:999999999d}",
    "{video_key.__class__.__mro__}",
    "{0}",
    "{",
    "%s%n",
    "..",
    "data/../../outside/file-{file_index:03d}.parquet",
    "//outside",
    "😀\ud800",
)
BOMB_ROWS = 10_000_000
_BOMB_PART = 1_000_000
DEEP = 100_000


def damage(root: Path, random: Generator) -> str:
    """Damage the dataset in ``root``, once or a few times; return what was done."""
    ways: Sequence[Callable[[Path, Generator], str]] = (
        truncate,
        flip_bits,
        flip_bits,
        swap_contents,
        remove,
        become_odd,
        garble_json,
        garble_json,
        garble_json,
        deepen_json,
        garble_table,
        garble_table,
        garble_table,
        claim_rows,
        claim_list,
        scatter_lines,
    )
    count = 1 + int(random.integers(0, 3) == 0)
    return "; ".join(ways[int(random.integers(len(ways)))](root, random) for _ in range(count))


def files(root: Path, pattern: str = "*") -> list[Path]:
    return sorted(path for path in root.rglob(pattern) if path.is_file() and not path.is_symlink())


def pick(things: Sequence[Any], random: Generator) -> Any:
    return things[int(random.integers(len(things)))]


def truncate(root: Path, random: Generator) -> str:
    path = pick(files(root), random)
    size = int(random.integers(0, max(1, path.stat().st_size)))
    os.truncate(path, size)
    return f"{path.name} cut to {size} bytes"


def flip_bits(root: Path, random: Generator) -> str:
    path = pick(files(root), random)
    content = bytearray(path.read_bytes())
    count = int(random.integers(1, 40))
    for place in random.integers(0, max(1, len(content)), count) if content else ():
        content[int(place)] ^= 1 << int(random.integers(8))
    path.write_bytes(content)
    return f"{count} bits of {path.name} flipped"


def swap_contents(root: Path, random: Generator) -> str:
    one, other = pick(files(root), random), pick(files(root), random)
    if one != other:
        shutil.copyfile(other, one)
    return f"{one.name} holds what {other.name} does"


def remove(root: Path, random: Generator) -> str:
    path = pick(files(root), random)
    path.unlink()
    return f"{path.name} removed"


def become_odd(root: Path, random: Generator) -> str:
    """Put something in the place of a file that is no file, or of another place."""
    path = pick(files(root), random)
    path.unlink()
    kind = pick(("fifo", "folder", "endless", "loop", "dangling", "empty"), random)
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "empty":
        path.touch()
    else:
        target = {"endless": Path("/dev/zero"), "loop": path, "dangling": root / "nowhere"}[kind]
        path.symlink_to(target)
    return f"{path.name} became {kind}"


def hostile(random: Generator) -> Any:
    """Return a JSON value nobody expects."""
    values: Sequence[Any] = (
        pick(HOSTILE_NUMBERS, random),
        pick(HOSTILE_TEXTS, random),
        pick(HOSTILE_NUMBERS, random),
        pick(HOSTILE_TEXTS, random),
        float("nan"),
        None,
        True,
        [],
        {},
        [pick(HOSTILE_NUMBERS, random), None],
        {pick(HOSTILE_TEXTS, random): 1},
    )
    return pick(values, random)


def garble_json(root: Path, random: Generator) -> str:
    """Give fields of a JSON file values nobody expects, or other names, or none."""
    path = pick(files(root, "*.json"), random)
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError, OSError):
        return "nothing"
    told: list[str] = []
    for _ in range(int(random.integers(1, 4))):
        holder, key = _place(value, random)
        if holder is None:
            break
        told.append(str(key)[:40])
        match int(random.integers(4)):
            case 0 if isinstance(holder, dict):
                holder[pick(HOSTILE_TEXTS, random)] = holder.pop(key)
            case 1 if isinstance(holder, dict):
                del holder[key]
            case _:
                holder[key] = hostile(random)
    text = json.dumps(value).encode("utf-8", errors="surrogatepass")
    path.write_bytes(text)
    return f"{', '.join(told)} in {path.name} garbled"


def _place(value: Any, random: Generator) -> tuple[Any, Any]:
    """Return a container within a JSON value and a key of it, the deeper the less often."""
    holder, key = None, None
    while isinstance(value, (dict, list)) and value:
        holder = value
        key = pick(list(value) if isinstance(value, dict) else range(len(value)), random)
        value = value[key]
        if random.random() < 0.4:
            break
    return holder, key


def deepen_json(root: Path, random: Generator) -> str:
    path = pick(files(root, "*.json*"), random)
    opened, closed = pick((("[", "]"), ('{"a":', "}")), random)
    path.write_text(opened * DEEP + "1" + closed * DEEP, encoding="utf-8")
    return f"{path.name} nested {DEEP} deep"


def garble_table(root: Path, random: Generator) -> str:
    """Give a column of a Parquet file other values, another type or another name."""
    path = pick(files(root, "*.parquet"), random)
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException):
        return "nothing"
    place = int(random.integers(table.num_columns))
    name, rows = table.column_names[place], table.num_rows
    match int(random.integers(5)):
        case 0:
            table = table.remove_column(place)
        case 1:
            table = table.rename_columns(
                [
                    pick(("x", "", *table.column_names), random) if i == place else n
                    for i, n in enumerate(table.column_names)
                ]
            )
        case 2:
            table = table.set_column(place, name, pa.nulls(rows, table.column(place).type))
        case 3:
            table = table.slice(0, int(random.integers(0, rows + 1)))
            table = pa.concat_tables([table] * int(random.integers(0, 3)) or [table.slice(0, 0)])
        case _:
            table = table.set_column(place, name, _column(rows, random))
    pq.write_table(table.replace_schema_metadata(None), path)
    return f"“{name}” of {path.name} garbled"


def _column(rows: int, random: Generator) -> pa.Array:
    numbers = [int(n) for n in HOSTILE_NUMBERS if n == int_or_none(n) and -(2**63) <= n < 2**63]
    choices: Sequence[Callable[[], pa.Array]] = (
        lambda: pa.array([pick(numbers, random) for _ in range(rows)], pa.int64()),
        lambda: pa.array([pick((np.nan, np.inf, 1e300, -5.0), random) for _ in range(rows)]),
        lambda: pa.array([pick(HOSTILE_TEXTS[:-1], random) for _ in range(rows)]),
        lambda: pa.array([[1.0] * int(random.integers(0, 4)) for _ in range(rows)]),
        lambda: pa.array([{"a": 1} for _ in range(rows)]),
        lambda: pa.array([b"\xff\xfe" for _ in range(rows)]),
        lambda: pa.array([None if random.random() < 0.5 else 3 for _ in range(rows)], pa.int32()),
    )
    return pick(choices, random)()


def int_or_none(number: float) -> int | None:
    try:
        return int(number)
    except OverflowError:
        return None


def claim_rows(root: Path, random: Generator) -> str:
    """Let a small Parquet file unfold into gigabytes: equal values take no room."""
    path = pick(files(root, "*.parquet"), random)
    try:
        schema = pq.read_schema(path).remove_metadata()
    except (OSError, pa.ArrowException):
        return "nothing"
    workshop = root.parents[1] / "bombs"
    workshop.mkdir(exist_ok=True)
    shutil.copyfile(_bomb(schema, workshop), path)
    return f"{path.name} unfolds to {BOMB_ROWS} rows"


def _bomb(schema: pa.Schema, workshop: Path) -> Path:
    """Return a file with millions of equal rows in its plain columns; made once."""
    fields = [f for f in schema if pa.types.is_integer(f.type) or pa.types.is_floating(f.type)]
    path = workshop / f"bomb-{zlib.crc32(str(fields).encode())}.parquet"
    if not path.exists():
        zeros = np.zeros(_BOMB_PART)
        columns = [pa.array(zeros).cast(field.type) for field in fields]
        group = pa.Table.from_arrays(columns, schema=pa.schema(fields))
        with pq.ParquetWriter(path, group.schema, compression="zstd") as writer:
            for _ in range(BOMB_ROWS // _BOMB_PART):
                writer.write_table(group)
    return path


def claim_list(root: Path, random: Generator) -> str:
    """Let a Parquet file say that its vectors are longer than any memory."""
    path = pick(files(root, "*.parquet"), random)
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException):
        return "nothing"
    places = [i for i, f in enumerate(table.schema) if pa.types.is_fixed_size_list(f.type)]
    if not places:
        return "nothing"
    place = pick(places, random)
    kind = table.schema.field(place).type
    long = pa.list_(kind.value_field, int(pick((2**20, 2**31 - 1), random)))
    lie = pq.read_schema(path).set(place, pa.field(table.column_names[place], long))
    plain = pa.list_(kind.value_field)
    values = pa.array([None] * table.num_rows, plain)
    table = table.set_column(place, table.column_names[place], values)
    metadata = {b"ARROW:schema": _encoded(lie)}
    pq.write_table(table.replace_schema_metadata(metadata), path, store_schema=False)
    return f"“{table.column_names[place]}” of {path.name} claims long vectors"


def _encoded(schema: pa.Schema) -> bytes:
    return base64.b64encode(schema.serialize().to_pybytes())


def scatter_lines(root: Path, random: Generator) -> str:
    """Fill the list of edits with lines nobody wrote."""
    path = root / "meta" / "lbm_edits.jsonl"
    lines: list[str] = []
    uuids = ("", "no such episode")
    for number in range(int(random.integers(1, 30))):
        field = pick(("deleted", "goal", "trim", "undo", "phases", "split", "x", ""), random)
        line: dict[str, Any] = {
            "number": pick((number, hostile(random)), random),
            "unix_time_s": pick((1.0, hostile(random)), random),
            "episode": pick(uuids, random),
            "uuid": pick(uuids, random),
            "field": field,
            "value": hostile(random),
        }
        if random.random() < 0.3:
            line = {"number": number, "unix_time_s": 1.0, "changes": [line, hostile(random)]}
        lines.append(json.dumps(line))
    if path.exists() and not path.is_file():
        return "nothing"
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes("\n".join(lines).encode("utf-8", errors="replace"))
    return "the list of edits scattered"
