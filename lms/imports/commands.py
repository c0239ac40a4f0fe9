"""The edge of import commands: one transaction, refusals in plain words."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.orm import Session

from lms.imports.rules import RowRefusal
from lms.imports.wording import plain_error, plain_line
from lms.shared.errors import DomainError
from lms.web.commands import command_transaction

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
REFUSALS_SHOWN = 50


@contextmanager
def import_transaction() -> Iterator[Session]:
    """Run an import command in one transaction; a refused file ends it with exit code 1 and a sentence."""
    with command_transaction() as session:
        try:
            yield session
        except DomainError as error:
            raise click.ClickException(plain_error(error)) from error


def print_refusals(refusals: Sequence[RowRefusal]) -> None:
    """Print the rows that were not taken, on standard error."""
    for refusal in refusals[:REFUSALS_SHOWN]:
        click.echo(plain_line(refusal), err=True)
    if len(refusals) > REFUSALS_SHOWN:
        click.echo(f"… and {len(refusals) - REFUSALS_SHOWN:,} more refused rows", err=True)
