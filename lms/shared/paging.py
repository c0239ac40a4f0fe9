"""Pages of a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list: `total` counts every match, not only the rows here. `number` starts at 1."""

    rows: Sequence[T]
    number: int
    total: int
    per_page: int = PER_PAGE

    @property
    def pages(self) -> int:
        """Return how many pages there are, at least 1."""
        return max(1, -(-self.total // self.per_page))

    @property
    def first(self) -> int:
        """Return the 1-based position of the first row here, 0 when the list is empty."""
        return (self.number - 1) * self.per_page + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Return the 1-based position of the last row here."""
        return min(self.number * self.per_page, self.total)


def page_of(rows: Sequence[T], number: int, per_page: int = PER_PAGE) -> Page[T]:
    """Return a page of a list that is at hand as a whole."""
    first = offset_of(number, per_page)
    return Page(rows[first : first + per_page], number, len(rows), per_page)


def offset_of(number: int, per_page: int = PER_PAGE) -> int:
    """Return how many rows come before page `number`."""
    return (max(1, number) - 1) * per_page
