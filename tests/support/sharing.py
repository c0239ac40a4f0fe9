"""What all applications of a run have in common is made once for each worker process, not once for each test.

A test builds its own application, and the first page of one costs more than most tests: reading the catalog of texts,
and writing code for the address of every route. Both depend on files alone.
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
