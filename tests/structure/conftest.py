"""The package's source, parsed once."""

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class SourceFile:
    """One module of the package.

    Attributes:
        name: path below the package, e.g. ``"core/pose.py"``.
        text: its source.
        tree: its syntax tree.
    """

    name: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The top-level package or module it belongs to."""
        return self.name.partition("/")[0].removesuffix(".py")


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def sources() -> list[SourceFile]:
    package = ROOT / "lbm_studio"
    files = sorted(package.rglob("*.py"))
    texts = {file: file.read_text(encoding="utf-8") for file in files}
    return [
        SourceFile(str(file.relative_to(package)), text, ast.parse(text))
        for file, text in texts.items()
    ]
