"""Parameters of the access record, turned into what the trail is asked for. Pages, files and sets share them."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lms.audit.queries import TrailFilter
from lms.people.search.rules import terms_of
from lms.reports.trail import queries
from lms.reports.trail.forms import REASON_GIVEN, REASON_MISSING, TrailForm

DAYS_SHOWN = 30


def moment(day: date, timezone: str) -> datetime:
    """Return the instant at which a local day begins."""
    return datetime.combine(day, time(), ZoneInfo(timezone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Search:
    """What the address asks the trail for. `nobody` tells that it names someone unknown."""

    where: TrailFilter
    first: date
    last: date
    nobody: bool


def read_search(session: Session, form: TrailForm, *, today: date, timezone: str) -> Search:
    """Turn parameters into what the trail is asked for; by default the last 30 days."""
    first, last = form.period(today - timedelta(days=DAYS_SHOWN - 1), today)
    who, whose = form.who.data or "", form.whose.data or ""
    actors = queries.find_actors(session, text=who, terms=terms_of(who)) if who else None
    subject = queries.find_subject(session, staff_no=whose) if whose else None
    only_sets = form.sets.data == "only"
    where = TrailFilter(
        since=moment(first, timezone),
        until=moment(last + timedelta(days=1), timezone),
        actor_ids=actors,
        actor=who or None,
        actions=(form.action.data,) if form.action.data else None,
        origin=form.origin.data or None,
        subject_id=None if only_sets else subject,
        unlisted=True if only_sets else None,
        object_type=form.object.data or None,
        object_id=form.object_id.data or None,
        with_reason={REASON_GIVEN: True, REASON_MISSING: False}.get(form.stated.data or ""),
    )
    return Search(where, first, last, nobody=bool(whose) and subject is None)


def as_of(asked: Search, now: datetime) -> Search:
    """Return the search of what is there now: a file that is sent for minutes must not run after itself."""
    until = asked.where.until
    return replace(asked, where=replace(asked.where, until=min(until, now) if until else now))
