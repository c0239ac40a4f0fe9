"""Campaigns that observations were made for. The noun above that knows them says at set-up which they are."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session


class Made(NamedTuple):
    """A campaign to choose."""

    public_id: str
    title_ko: str
    title_en: str


List = Callable[[Session], Sequence[Made]]
Condition = Callable[[str], ColumnElement[bool]]
_known: list[tuple[List, Condition]] = []


def register_campaigns(list_all: List, made_for: Condition) -> None:
    """Say which campaigns there are, and which observations were made for the one of a public id."""
    _known[:] = [(list_all, made_for)]


def list_made(session: Session) -> list[Made]:
    """List the campaigns that observations can be asked for, the latest first."""
    return [one for list_all, _ in _known for one in list_all(session)]


def was_made_for(public_id: str) -> list[ColumnElement[bool]]:
    """Return the conditions on `Observation` that it was made for a campaign."""
    return [made_for(public_id) for _, made_for in _known]
