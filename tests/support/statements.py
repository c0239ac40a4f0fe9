"""Counting the SQL statements of a piece of code, so that query counts can be pinned."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event

# Opening and closing a transaction is not a query.
NOT_COUNTED = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA")


@dataclass
class Statements:
    """The statements seen so far, in order."""

    texts: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Return how many statements were sent."""
        return len(self.texts)


@contextmanager
def counted_statements() -> Iterator[Statements]:
    """Note every statement that any engine of this process sends while in here."""
    seen = Statements()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(NOT_COUNTED):
            seen.texts.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)
