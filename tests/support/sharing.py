"""What all applications of a run have in common is made once for each worker process, not once for each test.

A test builds its own application, and the first page of one costs more than most tests: reading the catalog of texts,
and taking the address of every route apart. Both depend on files alone.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from babel.support import NullTranslations, Translations
from werkzeug.routing import Rule


def share() -> None:
    """Keep catalogs, and what builds addresses, for every application of this process."""
    read = Translations.load

    @cache
    def catalog(folder: Any, locales: tuple[str, ...], domain: str | None) -> NullTranslations:
        return read(folder, locales, domain)

    def load(folder: Any = None, locales: Sequence[str] = (), domain: str | None = None) -> NullTranslations:
        return catalog(folder, tuple(str(locale) for locale in locales), domain)

    Translations.load = load  # type: ignore[method-assign, assignment]

    compile_builder = Rule._compile_builder
    builders: dict[tuple[str, str, bool], Callable[..., tuple[str, str]]] = {}

    def compiled(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        # The parts and defaults of a rule are all that its code is made of.
        key = (rule.rule, f"{rule._trace} {rule.defaults}", append_unknown)
        if key not in builders:
            builders[key] = compile_builder(rule, append_unknown)
        return builders[key]

    Rule._compile_builder = compiled  # type: ignore[method-assign, assignment]

    compile_rule = Rule.compile
    known: dict[tuple[object, ...], Rule] = {}

    def compile_once(rule: Rule) -> None:
        key = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, str(rule.defaults))
        first = known.setdefault(key, rule)
        if first is rule:
            compile_rule(rule)
            return
        rule._parts, rule._trace, rule._converters = first._parts, first._trace, first._converters
        rule.arguments = set(first.arguments)
        rule._build = rule._compile_builder(False).__get__(rule, None)
        rule._build_unknown = rule._compile_builder(True).__get__(rule, None)

    Rule.compile = compile_once  # type: ignore[method-assign, assignment]
