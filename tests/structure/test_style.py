"""House rules that no off-the-shelf linter knows."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.structure.conftest import SourceFile

FUNCTION_CEILING = 60
MODULE_CEILING = 500
PARAGRAPH = 40
"""Fewest characters of a package docstring that says something."""

TOP_LEVEL = {
    "lbm_studio", "resources", "tests", "packaging", "pyproject.toml", "README.md",
    "lbm_studio.spec", "LICENSE",
}  # fmt: skip

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(source: SourceFile) -> Iterator[Function]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls(source: SourceFile) -> Iterator[tuple[str, int]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def test_no_function_is_longer_than_the_ceiling(sources: list[SourceFile]) -> None:
    too_long = [
        f"{source.name}:{function.lineno} {function.name}"
        for source in sources
        for function in functions(source)
        if (function.end_lineno or 0) - function.lineno >= FUNCTION_CEILING
    ]

    assert too_long == []


def test_no_module_is_longer_than_the_ceiling(sources: list[SourceFile]) -> None:
    too_long = [s.name for s in sources if s.text.count("\n") > MODULE_CEILING]

    assert too_long == []


def test_every_module_says_what_it_is_for(sources: list[SourceFile]) -> None:
    silent = [s.name for s in sources if not ast.get_docstring(s.tree)]

    assert silent == []


def test_every_package_explains_itself(sources: list[SourceFile]) -> None:
    packages = [s for s in sources if s.name.endswith("__init__.py")]
    terse = [s.name for s in packages if len(ast.get_docstring(s.tree) or "") < PARAGRAPH]

    assert terse == []


def test_every_folder_with_modules_is_a_package(root: Path) -> None:
    folders = {file.parent for file in (root / "lbm_studio").rglob("*.py")}

    assert [str(f) for f in sorted(folders) if not (f / "__init__.py").exists()] == []


@pytest.mark.parametrize(
    ("call", "allowed"),
    [
        ("print", {"cli.py"}),
        ("time.sleep", {"core/clock.py"}),
        ("exec", set[str]()),
        ("eval", set[str]()),
        ("pickle.load", set[str]()),
        ("torch.load", {"learning/model/encoders/efficientnet.py"}),  # weights_only
    ],
)
def test_banned_calls_stay_away(sources: list[SourceFile], call: str, allowed: set[str]) -> None:
    found = [
        f"{source.name}:{line}"
        for source in sources
        if source.name not in allowed
        for name, line in calls(source)
        if name == call
    ]

    assert found == []


def test_no_dialog_runs_its_own_event_loop(sources: list[SourceFile]) -> None:
    found = [
        f"{source.name}:{line}"
        for source in sources
        for name, line in calls(source)
        if re.search(r"\.exec_?$", name) and name != "qt.exec"  # the application's one loop
    ]

    assert found == []


def test_qt_is_not_even_named_outside_the_window(sources: list[SourceFile]) -> None:
    names = re.compile(r"\b(PySide6|shiboken6|pyqtgraph|qasync|qtawesome|QtCore|QtGui|QtWidgets)\b")

    found = [s.name for s in sources if s.room != "ui" and names.search(s.text)]

    assert found == []


def test_nothing_is_left_to_be_done(sources: list[SourceFile]) -> None:
    excuse = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b")

    assert [s.name for s in sources if excuse.search(s.text)] == []


def test_the_top_level_holds_what_it_should_and_nothing_else(root: Path) -> None:
    tracked = _tracked(root)

    assert {name for name in tracked if not name.startswith(".")} <= TOP_LEVEL


def _tracked(root: Path) -> set[str]:
    listing = subprocess.run(
        ["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True
    )
    return {line.partition("/")[0] for line in listing.stdout.splitlines()}
