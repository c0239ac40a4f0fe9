"""The edge of the command line: transaction, actor, today, and errors in plain words."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import click
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.shared.clock import instant_of, utcnow
from lms.shared.db import db, writing
from lms.shared.errors import DomainError
from lms.web.transactions import app_queue


class IsoDate(click.ParamType[date]):
    """A day written 2019-06-30."""

    name = "YYYY-MM-DD"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value)) if len(str(value)) == 10 else self._refuse(value, param, ctx)
        except ValueError:
            return self._refuse(value, param, ctx)

    def _refuse(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        return self.fail(f"{value!r} is not a date; write it as 2019-06-30", param, ctx)


class Moment(click.ParamType[str]):
    """A moment written 2019-06-30, that day's end, or 2019-06-30T18:00; `lms.web.dates.instant` reads it."""

    name = "YYYY-MM-DD[THH:MM]"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        try:
            # Whose midnight it is, is known once the application is: any zone tells whether it is a moment at all.
            instant_of(text, "UTC")
        except (ValueError, OverflowError):
            return self.fail(f"{text!r} is no time; write it as 2019-06-30 or 2019-06-30T18:00", param, ctx)
        return text


def command_actor() -> Actor:
    """Return the operating system's user as actor (ruling 22)."""
    return Actor(person_id=None, label=f"cli:{getpass.getuser()}", origin="command line", at=utcnow())


@contextmanager
def command_transaction() -> Iterator[Session]:
    """Run a writing command in one transaction; a rule that refuses it ends the command with exit code 1."""
    session = db.session()
    with writing():
        try:
            yield session
            session.commit()
            app_queue().release(session)
        except DomainError as error:
            session.rollback()
            raise click.ClickException(f"{error.code}: {error.values}" if error.values else error.code) from error
        except BaseException:
            session.rollback()
            raise
