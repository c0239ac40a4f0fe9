"""Every code that the product writes to the trail has its words, in both languages."""

import ast
from collections.abc import Iterable, Iterator

from babel.messages.pofile import read_po

from lms.reports.trail.wording import ACTIONS, DETAILS, FACTS, FLAGS, LOOKS, OBJECTS, REFUSALS, STATES
from tests.support import ROOT
from tests.support.codebase import Source, product

# Where the action and the kind of object stand among the arguments of the two doors to the trail.
DOORS = {"record": (2, 3), "note_access": (0, 1)}
NAMES = ("action", "object_type")
# Codes that come in through these are those of their callers.
PASS_ON = {"lms/web/access_log.py", "lms/audit/actions.py"}


def texts(node: ast.expr) -> set[str] | None:
    """Return what an expression can be when that stands in the code, else None."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        found = [texts(node.body), texts(node.orelse)]
        return None if None in found else set().union(*(one or set() for one in found))
    return None


def values_set(nodes: Iterable[ast.AST], name: str) -> Iterator[ast.expr]:
    """Yield what a name is set to."""
    for node in nodes:
        if isinstance(node, ast.Assign) and name in {ast.unparse(target) for target in node.targets}:
            yield node.value


def calls_of(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == name:
            yield node


def argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    by_name = next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
    return by_name or (call.args[place] if len(call.args) > place else None)


def values_of(source: Source, node: ast.expr, inside: ast.FunctionDef | None) -> set[str]:
    """Return every text that an argument can be: a constant, a name set beside it, or what callers hand in."""
    known = texts(node)
    if known is not None:
        return known
    if isinstance(node, ast.JoinedStr) and inside is not None:
        return worded_by_kind(source, node, inside)
    assert isinstance(node, ast.Name), f"{source.name}:{node.lineno} write the code as a text"
    assigned = [
        one.value
        for one in ast.walk(inside or source.tree)
        if isinstance(one, ast.Assign)
        and any(isinstance(name, ast.Name) and name.id == node.id for name in one.targets)
    ]
    if assigned:
        return {text for value in assigned for text in values_of(source, value, inside)}
    if inside is not None and node.id in parameters_of(inside):
        return handed_in(source, inside, node.id)
    return imported(source, node.id)


def parameters_of(function: ast.FunctionDef) -> list[str]:
    return [one.arg for one in (*function.args.args, *function.args.kwonlyargs)]


def around(source: Source, call: ast.Call) -> ast.FunctionDef | None:
    """Return the function in which a call stands."""
    functions = [one for one in source.functions() if isinstance(one, ast.FunctionDef)]
    holding = [one for one in functions if one.lineno <= call.lineno <= (one.end_lineno or 0)]
    return max(holding, key=lambda one: one.lineno, default=None)


def handed_in(source: Source, function: ast.FunctionDef, name: str) -> set[str]:
    """Return what callers hand to a function for one of its parameters, and what it is when they hand nothing."""
    place = parameters_of(function).index(name)
    with_default = function.args.args[len(function.args.args) - len(function.args.defaults) :]
    defaults = {
        one.arg: value
        for names, values in (
            (with_default, function.args.defaults),
            (function.args.kwonlyargs, function.args.kw_defaults),
        )
        for one, value in zip(names, values, strict=True)
    }
    found = texts(default) or set() if (default := defaults.get(name)) else set()
    for other in product():
        is_known = other is source or (not function.name.startswith("_") and knows(other, source))
        for call in calls_of(other.tree, function.name) if is_known else ():
            if (value := argument(call, place, name)) is not None:
                found |= values_of(other, value, around(other, call))
    return found


def knows(other: Source, source: Source) -> bool:
    """Tell whether a file imports another, by its name or from its package."""
    module = module_of(source)
    package, _, name = module.rpartition(".")
    by_name = (one for one in ast.walk(other.tree) if isinstance(one, ast.ImportFrom) and one.module == package)
    return module in set(other.imports()) or any(alias.name == name for one in by_name for alias in one.names)


def worded_by_kind(of: Source, node: ast.JoinedStr, inside: ast.FunctionDef) -> set[str]:
    """Return what f"centers.{kind.lower()}" can be, when the argument `kind` is one of an enumeration."""
    before, kind = node.values
    assert isinstance(before, ast.Constant)
    assert isinstance(kind, ast.FormattedValue)
    name = ast.unparse(kind.value).removesuffix(".lower()")
    (given,) = [one for one in (*inside.args.args, *inside.args.kwonlyargs) if one.arg == name]
    members = {
        str(one.value.value).lower()
        for source in product()
        if knows(of, source)
        for known in source.tree.body
        if isinstance(known, ast.ClassDef) and given.annotation and known.name == ast.unparse(given.annotation)
        for one in known.body
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant)
    }
    assert members, f"{ast.unparse(node)} is no code that can be read off"
    return {f"{before.value}{member}" for member in members}


def module_of(source: Source) -> str:
    return source.name.removesuffix(".py").replace("/", ".")


def imported(source: Source, name: str) -> set[str]:
    """Return the constant of that name, wherever the product sets it."""
    found = {text for other in product() for value in values_set(other.tree.body, name) for text in texts(value) or ()}
    assert found, f"{source.name}: {name} is no code that can be read off"
    return found


def is_the_door(source: Source, call: ast.Call) -> bool:
    """Tell the trail's own `record` from others of that name."""
    return ast.unparse(call.func) == "audit.record" or source.name.startswith("lms/audit/")


def codes() -> tuple[set[str], set[str]]:
    found: tuple[set[str], set[str]] = (set(), set())
    for source in product():
        if source.name in PASS_ON:
            continue
        for door, places in DOORS.items():
            for call in calls_of(source.tree, door):
                if door == "record" and not is_the_door(source, call):
                    continue
                for into, place, name in zip(found, places, NAMES, strict=True):
                    node = argument(call, place, name)
                    assert node is not None, f"{source.name}:{call.lineno}"
                    into.update(values_of(source, node, around(source, call)))
    return found


def test_every_action_and_object_of_the_code_has_its_words():
    actions, objects = codes()
    assert {"view", "download", "sign_in.refused", "enrollments.void", "duties.appoint"} <= actions
    assert actions - set(ACTIONS) == set(), "give the action its words in lms/reports/trail/wording.py"
    assert objects - set(OBJECTS) == set(), "give the object its words in lms/reports/trail/wording.py"


def test_what_is_noted_as_seen_is_told_apart_from_changes():
    noted = {
        code
        for source in product()
        if source.name not in PASS_ON
        for call in calls_of(source.tree, "note_access")
        for code in values_of(source, argument(call, 0, "action") or call, around(source, call))
    }
    assert noted - LOOKS == {"enrollments.assign"}, "what is noted as seen shows its conditions; say so in LOOKS"
    assert set(ACTIONS) >= LOOKS


def test_the_words_are_there_in_both_languages():
    with (ROOT / "lms" / "web" / "translations" / "ko" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalog = read_po(file, locale="ko")
    tables = (ACTIONS, OBJECTS, DETAILS, FACTS, FLAGS, REFUSALS, {code: words for code, (words, *_) in STATES.items()})
    english = {str(words._args[0]) for table in tables for words in table.values()}
    without = [text for text in english if (message := catalog.get(text)) is None or not message.string]
    assert not without
