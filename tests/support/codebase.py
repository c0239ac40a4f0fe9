"""The product's own source, for tests about the codebase itself."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.support import ROOT

PRODUCT = (ROOT / "app.py", ROOT / "config.py", ROOT / "lms")
DOMAIN_FILES = ("rules", "models", "queries", "actions")
EDGE_FILES = ("views", "api", "cli", "jobs")
# Python files only: what runs under tests/vendor and static/vendor is others' work.
TESTS = ROOT / "tests"
TEMPLATES = ROOT / "templates"


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path
    tree: ast.Module
    lines: int

    @property
    def name(self) -> str:
        """Return the path inside the project, as messages show it."""
        return str(self.path.relative_to(ROOT))

    @property
    def kind(self) -> str:
        """Return which of the fixed files it is, or is a part of: queries, and queries_units as well."""
        return self.path.stem.split("_")[0]

    def imports(self) -> Iterator[str]:
        """Yield every module that the file imports, wherever in it."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Yield every function and method."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def calls(self) -> Iterator[tuple[str, int]]:
        """Yield the dotted name and line of every call that has one."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield ast.unparse(node.func), node.lineno


@cache
def read(path: Path) -> Source:
    """Parse one file."""
    text = path.read_text()
    return Source(path, ast.parse(text), text.count("\n"))


def product() -> list[Source]:
    """Return every Python file of the product."""
    return [read(path) for root in PRODUCT for path in ([root] if root.is_file() else sorted(root.rglob("*.py")))]


def files_of_tests() -> list[Source]:
    """Return every Python file of the tests."""
    return [read(path) for path in sorted(TESTS.rglob("*.py"))]


def domain() -> list[Source]:
    """Return the domain files: what is decided, stored, read and written, without a request."""
    return [source for source in product() if source.kind in DOMAIN_FILES]


def packages() -> list[str]:
    """Return the names of the packages under lms/."""
    return sorted(path.parent.name for path in (ROOT / "lms").glob("*/__init__.py"))


def templates() -> list[Path]:
    """Return every template."""
    return sorted(path for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".txt"})
