"""What reading a file can meet: its cells, and what makes it unreadable."""

from lms.shared.errors import DomainError


class FileError(DomainError):
    """A file that cannot be read as a table. `code` says why; `values` may hold line, column, limit."""


class NumberCell(str):
    """The text of a cell that a spreadsheet held as a number, so that leading zeros may be lost."""

    __slots__ = ()
