"""The house keeps its shape: the same nouns in lms/, templates/, tests/, the contract and ARCHITECTURE.md."""

import ast
import re
import sys
import tomllib

import pytest

from tests.support import ROOT
from tests.support.codebase import DOMAIN_FILES, Source, domain, packages, product

BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "core", "base", "tools"}
FLASK = ("flask", "flask_login", "flask_wtf", "flask_babel", "flask_migrate", "wtforms", "werkzeug")
EXTRA_TEMPLATE_FOLDERS = {"layout", "components", "errors"}
EXTRA_TEST_FOLDERS = {"support", "benchmarks", "vendor", "browser"}
# Reading the clock: allowed at the edge only, which hands the moment on.
CLOCK_CALLS = {"utcnow", "clock.utcnow", "datetime.now", "datetime.utcnow", "date.today", "datetime.today", "time.time"}
CLOCK_FILES = {"lms/shared/clock.py"}
ENDS_OF_TRANSACTIONS = re.compile(r"(^|\.)(commit|rollback)$")


def folders(name: str) -> set[str]:
    root = ROOT / name
    return {path.name for path in root.iterdir() if path.is_dir() and path.name != "__pycache__"}


def layers() -> list[str]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return next(contract["layers"] for contract in contracts if contract["id"] == "floors")


def test_every_package_has_a_floor_and_every_floor_a_package():
    assert sorted(layers()) == packages()


def test_the_architecture_page_lists_the_floors_in_their_order():
    page = (ROOT / "ARCHITECTURE.md").read_text()
    assert re.findall(r"^\|[^|]*\| `(\w+)` \|", page, re.MULTILINE) == layers()


def test_template_folders_are_packages():
    assert folders("templates") - EXTRA_TEMPLATE_FOLDERS <= set(packages())


def test_test_folders_are_packages():
    assert folders("tests") - EXTRA_TEST_FOLDERS <= set(packages())


def test_no_file_or_folder_is_a_drawer_for_everything():
    parts = {part for source in product() for part in (*source.path.relative_to(ROOT).parent.parts, source.kind)}
    assert not parts & BANNED_NAMES, "name it after what it holds"


@pytest.mark.parametrize("source", domain(), ids=lambda source: source.name)
def test_domain_file_knows_no_request(source: Source):
    known = [name for name in source.imports() if name.split(".")[0] in FLASK]
    assert not known, f"{source.name} imports {known}; take what it needs as an argument"


def test_rules_import_only_the_standard_library_and_rules():
    strange = [
        f"{source.name}: {name}"
        for source in product()
        if source.kind == "rules"
        for name in source.imports()
        if name.split(".")[0] not in sys.stdlib_module_names and not re.fullmatch(r"lms\..*rules(_\w+)?", name)
    ]
    assert not strange


def test_domain_code_never_ends_a_transaction():
    ended = [
        f"{source.name}:{line} {name}"
        for source in domain()
        for name, line in source.calls()
        if ENDS_OF_TRANSACTIONS.search(name)
    ]
    assert not ended, "the edge commits and rolls back; an action flushes"


def test_domain_code_never_reads_the_clock():
    read = [
        f"{source.name}:{line} {name}"
        for source in product()
        if source.kind in (*DOMAIN_FILES, "forms") and source.name not in CLOCK_FILES
        for name, line in source.calls()
        if name in CLOCK_CALLS
    ]
    assert not read, "the edge reads the clock once and hands the moment on"


def test_nobody_reads_the_clock_but_through_the_one_place():
    read = [
        f"{source.name}:{line} {name}"
        for source in product()
        if source.name not in CLOCK_FILES
        for name, line in source.calls()
        if name in CLOCK_CALLS - {"utcnow", "clock.utcnow"}
    ]
    assert not read, "lms.shared.clock.utcnow() is the one place"


def test_queries_are_not_written_the_old_way():
    old = [
        f"{source.name}:{line}"
        for source in product()
        for name, line in source.calls()
        if name.endswith("session.query") or re.search(r"\b[A-Z]\w+\.query\b", name)
    ]
    assert not old, "write select() statements"


def test_a_session_is_an_argument_of_domain_functions():
    grabbed = [
        f"{source.name}:{node.lineno}"
        for source in domain()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "db.session"
    ]
    assert not grabbed
