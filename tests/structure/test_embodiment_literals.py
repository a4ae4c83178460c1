"""How many arms, cameras, steps and hertz there are is told by an embodiment, nowhere else."""

import ast
import re
from collections.abc import Iterator

from tests.structure.conftest import SourceFile

DESCRIBED = "ui/sample_"
"""Where a body is described: the one on the pictures of the panels. The others are files."""

MEASURES = re.compile(
    r"(^|_)(arms?|cameras?|chunk|chunk_length|action_size|action_dim|state_size|execute|past|rate"
    r"|rate_hz|loop_hz|period_s|tick_s|arm_count|camera_count)$"
)
SUSPECT = {2, 6, 8, 10, 16, 20, 0.1}
CAMERA = re.compile(r"^(scene|wrist)_(left|right)_(\d|minus|plus)$")


def test_no_number_of_arms_cameras_steps_or_hertz_is_written_down(
    sources: list[SourceFile],
) -> None:
    found = [
        f"{source.name}:{line} {text}"
        for source in sources
        if not source.name.startswith(DESCRIBED)
        for line, text in numbers_given_to_measures(source.tree)
    ]

    assert found == []


def test_no_camera_is_called_by_name(sources: list[SourceFile]) -> None:
    found = [
        f"{source.name}:{node.lineno} {node.value}"
        for source in sources
        if not source.name.startswith(DESCRIBED)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and CAMERA.match(str(node.value))
    ]

    assert found == []


def numbers_given_to_measures(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield where a measure of the body is set to or compared with a number."""
    for node in ast.walk(tree):
        if any(measured(name) and number(value) for name, value in pairs(node)):
            yield getattr(node, "lineno", 0), ast.unparse(node)


def pairs(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((ast.unparse(target), value) for target in targets)
        case ast.AnnAssign(target=target, value=value):
            yield ast.unparse(target), value
        case ast.keyword(arg=str(name), value=value):
            yield name, value
        case ast.Compare(left=left, comparators=[right]):
            yield ast.unparse(left), right
            yield ast.unparse(right), left
        case ast.arguments():
            yield from defaults(node)
        case _:
            return


def defaults(node: ast.arguments) -> Iterator[tuple[str, ast.expr | None]]:
    positional = node.posonlyargs + node.args
    with_default = positional[len(positional) - len(node.defaults) :]
    yield from ((a.arg, value) for a, value in zip(with_default, node.defaults, strict=True))
    yield from ((a.arg, v) for a, v in zip(node.kwonlyargs, node.kw_defaults, strict=True))


def measured(name: str) -> bool:
    bare = re.sub(r"^len\((.*)\)$", r"\1", name).rpartition(".")[2]
    return bool(MEASURES.search(bare.lower()))


def number(value: ast.expr | None) -> bool:
    return (
        isinstance(value, ast.Constant)
        and isinstance(value.value, int | float)
        and not isinstance(value.value, bool)
        and value.value in SUSPECT
    )
