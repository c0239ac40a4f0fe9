"""Finding people within the viewer's scope."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from lms.people.models import JobRole, Leave, OrgUnit, Person, Posting
from lms.people.queries import covers, visible_people
from lms.people.rules import Scope, UnitKind
from lms.people.search.rules import ESCAPE, Standing, Stay, Term, stay_to_show, terms_of
from lms.shared.paging import PER_PAGE, Page, offset_of


@dataclass(frozen=True, slots=True)
class Found:
    """A person as the list of a search shows them: center and job are None for someone never posted."""

    person_id: int
    public_id: str
    staff_no: str
    name: str
    standing: Standing
    center: OrgUnit | None = None
    role: JobRole | None = None


def search_people(session: Session, *, scope: Scope, terms: Sequence[Term], page: int = 1) -> Page[Found]:
    """List one page of the people whom all terms fit, by name, with the exact number of them.

    Only people whose names are open to the viewer now (ruling 16): those of `open_center_ids` while a purpose is
    still to be stated, else everyone in scope, which for the whole network includes who has left.
    """
    if not terms:
        return Page([], 1, 0)
    fits = [_reached(scope), *(_fits(term, scope) for term in terms)]
    # One pass finds the rows and their number: looking through everyone's name is what a search costs.
    wanted = select(Person.id, Person.public_id, Person.staff_no, Person.name, func.count().over()).where(*fits)
    ordered = wanted.order_by(Person.name, Person.staff_no)
    rows = session.execute(ordered.limit(PER_PAGE).offset(offset_of(page))).all()
    places = _places(session, [row.id for row in rows], scope)
    total = rows[0][-1] if rows else 0
    return Page([Found(*row[:-1], *places[row.id]) for row in rows], max(1, page), total)


def named_like(typed: str) -> list[ColumnElement[bool]]:
    """Return the conditions that each word typed is in a person's name or one of their staff numbers."""
    return [_is_called(term) for term in terms_of(typed)]


def _is_called(term: Term) -> ColumnElement[bool]:
    if term.pattern is None:
        return Person.search_text.contains(term.plain, autoescape=True)
    return Person.search_text.like(term.pattern, escape=ESCAPE)


def _reached(scope: Scope) -> ColumnElement[bool]:
    return _posted(scope, scope.open_center_ids) if scope.purpose_needed else visible_people(scope)


def _posted(scope: Scope, center_ids: Iterable[int]) -> ColumnElement[bool]:
    posted = select(Posting.person_id).where(Posting.center_id.in_(sorted(center_ids)), covers(Posting, scope.on))
    return Person.id.in_(posted)


def _fits(term: Term, scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a term is in a name, a staff number ever held, or the center of the day."""
    fits = [_is_called(term)]
    if term.may_be_center:
        names = (OrgUnit.name_ko, func.lower(OrgUnit.name_en), func.lower(OrgUnit.code))
        called = or_(*(name.contains(term.plain, autoescape=True) for name in names))
        centers = select(OrgUnit.id).where(OrgUnit.kind == UnitKind.CENTER, called)
        working = select(Posting.person_id).where(Posting.center_id.in_(centers), covers(Posting, scope.on))
        fits.append(Person.id.in_(working))
    return or_(*fits)


Place = tuple[Standing, OrgUnit | None, JobRole | None]


def _places(session: Session, person_ids: Sequence[int], scope: Scope) -> dict[int, Place]:
    """Return where each of these people stands on the day of the scope."""
    postings = session.scalars(
        select(Posting)
        .where(Posting.person_id.in_(person_ids), Posting.superseded_at.is_(None))
        .options(joinedload(Posting.center), joinedload(Posting.role))
    ).all()
    away = set(
        session.scalars(select(Leave.person_id).where(Leave.person_id.in_(person_ids), covers(Leave, scope.on)))
    )  # fmt: skip
    places: dict[int, Place] = {}
    for person_id in person_ids:
        own = {posting.id: posting for posting in postings if posting.person_id == person_id}
        stays = [Stay(one.id, one.starts_on, one.ends_on, one.is_primary) for one in own.values()]
        stay, standing = stay_to_show(stays, scope.on)
        if standing is Standing.AT_WORK and person_id in away:
            standing = Standing.ON_LEAVE
        shown = own[stay.id] if stay else None
        places[person_id] = (standing, shown.center, shown.role) if shown else (standing, None, None)
    return places
