"""The house keeps its budget: small files, small functions (ARCHITECTURE.md, "Budget")."""

import ast
from statistics import median

from tests.support import ROOT
from tests.support.codebase import Source, files_of_tests, product, templates

FILE_MEDIAN = 100
FILE_MOST = 400
TEST_FILE_MOST = 500
FUNCTION_MEDIAN = 12
FUNCTION_MOST = 40


def function_lengths(sources: list[Source]) -> dict[str, int]:
    return {
        f"{source.name}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for source in sources
        for node in source.functions()
    }


def test_no_product_file_is_too_long():
    too_long = [f"{source.name} has {source.lines} lines" for source in product() if source.lines > FILE_MOST]
    assert not too_long, f"split by sub-noun, most is {FILE_MOST}: {too_long}"


def test_product_files_are_small_on_the_whole():
    sizes = [source.lines for source in product() if source.path.name != "__init__.py"]
    assert median(sizes) <= FILE_MEDIAN


def test_no_test_file_is_too_long():
    sizes = {source.name: source.lines for source in files_of_tests()}
    too_long = {name: lines for name, lines in sizes.items() if lines > TEST_FILE_MOST}
    assert not too_long, f"split by what a person does, most is {TEST_FILE_MOST}"


def test_no_template_or_script_is_too_long():
    own = [*templates(), *(ROOT / "static" / "js").glob("*.js")]
    sizes = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in own}
    too_long = {name: lines for name, lines in sizes.items() if lines > FILE_MOST}
    assert not too_long


def test_no_function_is_too_long():
    too_long = {name: lines for name, lines in function_lengths(product()).items() if lines > FUNCTION_MOST}
    assert not too_long, f"most is {FUNCTION_MOST} lines"


def test_functions_are_small_on_the_whole():
    assert median(function_lengths(product()).values()) <= FUNCTION_MEDIAN


def test_every_public_domain_function_says_what_it_does():
    silent = [
        f"{source.name}:{node.lineno} {node.name}"
        for source in product()
        if source.kind in {"rules", "queries", "actions"}
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        if not ast.get_docstring(node)
    ]
    assert not silent, f"one imperative sentence is missing: {silent}"
