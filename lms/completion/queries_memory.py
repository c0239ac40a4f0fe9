"""The network's figures, remembered in this process until the audit trail tells of a change.

Counting everyone takes as long as there are people, and nearly all of them are as they were a moment ago. Every change
of a fact writes its line of the trail in its own transaction, with whom it is about; so the lines that have come since
say which centers to count again. Nothing is stored: the figures are those of `list_rates`, or they are counted now.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any

from sqlalchemy import bindparam, func, not_, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent, AuditSubject
from lms.completion.queries import NOTHING, Sums, person_tallies
from lms.completion.queries_counting import Reach, count_if, is_short, places_of_counted
from lms.completion.queries_labels import Organization, load_organization
from lms.completion.queries_trend import list_trend, reaches_on
from lms.completion.rules import Dimension, RateFilter, RateLine, Tally
from lms.completion.rules_trend import TrendPoint, trend_days
from lms.people.models import Posting
from lms.people.rules import Scope
from lms.shared.errors import NotFoundError

DAYS_KEPT, TRENDS_KEPT = 60, 1_000
# In a large network fewer days, though those of two trends: each day's sums of a center take some 300 bytes.
SUMS_KEPT, DAYS_KEPT_AT_LEAST = 300_000, 26
# More centers than this are counted anew as quickly as one by one.
MOST_COUNTED_AGAIN = 60
# Lines of these actions, or actions that begin so, tell of no change that a rate stands on. Any other might.
WITHOUT_EFFECT = ("view", "list", "download", "export", "names.open", "password.set")
WITHOUT_EFFECT_BEGIN = (
    *("sign_", "audit.", "code.", "account", "session", "months.", "flags.", "targets."),
    # A completion that follows from one of these has a line of its own.
    *("signals.", "recall.", "surveys.", "certificates.", "quizzes.", "questions."),
    *("standards.", "field_checks.", "monitoring.", "observations."),
)
# What these change is told by their subjects alone; after any other line everything is counted again.
ABOUT_SUBJECTS = "enrollments."
# PostgreSQL gives numbers before it commits: a line may appear below one that was seen already.
LATE_LINES = 10_000
Centers = dict[int, Sums]


@dataclass(frozen=True, slots=True)
class _Seen:
    """The lines of the trail up to `last`; `recent` are those of the latest that tell of a change."""

    last: int
    recent: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Day:
    """The sums of each center on a day; `whole` and `lines` are what was added up of them, once for all who ask."""

    centers: Centers
    whole: Sums
    lines: dict[Dimension, list[RateLine]] = field(default_factory=dict)


class NetworkFigures:
    """Rates of the whole network by center, for the days that were asked for lately. Safe among threads.

    Ask it from a session that has written nothing: what is not committed yet must not be remembered.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._seen: _Seen | None = None
        self._days: OrderedDict[date, _Day] = OrderedDict()
        self._stale: dict[date, set[int]] = {}
        self._trends: OrderedDict[tuple[int, date], list[TrendPoint]] = OrderedDict()

    def rates(self, session: Session, *, scope: Scope, as_of: date, by: Dimension) -> list[RateLine]:
        """Return what `list_rates` does for the network without a filter.

        Raises:
            NotFoundError: the viewer does not see the figures of the whole network.
        """
        _require_network(scope)
        known = self._known(session, [as_of])[as_of]
        lines = known.lines.get(by)
        if lines is None:
            lines = known.lines[by] = _lines(load_organization(session, as_of=as_of), known.centers, by)
        return list(lines)

    def trend(self, session: Session, *, scope: Scope, as_of: date) -> list[TrendPoint]:
        """Return what `list_trend` does for the network without a filter.

        Raises:
            NotFoundError: the viewer does not see the figures of the whole network.
        """
        _require_network(scope)
        return [_point(day, known.whole) for day, known in self._known(session, trend_days(as_of)).items()]

    def trend_of(self, session: Session, *, scope: Scope, as_of: date, where: RateFilter) -> list[TrendPoint] | None:
        """Return what `list_trend` does for a unit without any other filter; None where its days are not known yet.

        Counting everyone for the sake of one area would keep its manager waiting.
        """
        days = trend_days(as_of)
        with self._lock:
            if not self._days.keys() >= set(days):
                return None
        reaches = reaches_on(session, scope, days, where)
        known = self._known(session, days)
        return [_point(day, _whole_of(known[day], reach)) for day, reach in zip(days, reaches, strict=True)]

    def trend_of_center(self, session: Session, *, scope: Scope, as_of: date, center_id: int) -> list[TrendPoint]:
        """Return what `list_trend` does for a center without any other filter.

        Raises:
            NotFoundError: the viewer does not see the figures of the center.
        """
        if not (scope.counted_network or center_id in scope.counted_center_ids):
            raise NotFoundError
        where = RateFilter(unit_id=center_id)
        # Whoever holds the lock may be counting everyone: one center is counted sooner than they are done.
        if not self._lock.acquire(blocking=False):
            return list_trend(session, scope=scope, as_of=as_of, where=where)
        try:
            if not self._catch_up(session):
                return list_trend(session, scope=scope, as_of=as_of, where=where)
            key = center_id, as_of
            if key not in self._trends:
                self._trends[key] = list_trend(session, scope=scope, as_of=as_of, where=where)
            self._trends.move_to_end(key)
            if len(self._trends) > TRENDS_KEPT:
                self._trends.popitem(last=False)
            return list(self._trends[key])
        finally:
            self._lock.release()

    def _known(self, session: Session, days: Sequence[date]) -> dict[date, _Day]:
        with self._lock:
            if not self._catch_up(session):
                return {day: _counted(session, day) for day in days}
            for day in days:
                self._refresh(session, day)
            found = {day: self._days[day] for day in days}
            most = min(DAYS_KEPT, max(DAYS_KEPT_AT_LEAST, SUMS_KEPT // max(1, len(found[days[-1]].centers))))
            while len(self._days) > most:
                self._stale.pop(self._days.popitem(last=False)[0], None)
            return found

    def _refresh(self, session: Session, day: date) -> None:
        stale = self._stale.pop(day, set())
        if day not in self._days or len(stale) > MOST_COUNTED_AGAIN:
            self._days[day] = _counted(session, day)
        elif stale:
            self._days[day] = _counted_again(session, day, self._days[day], stale)
        self._days.move_to_end(day)

    def _catch_up(self, session: Session) -> bool:
        """Note what the trail tells of since; False when this session still reads the past before that."""
        last = session.scalar(LAST_LINE) or 0
        late = LATE_LINES if session.get_bind().dialect.name == "postgresql" else 0
        if self._seen is not None and last < self._seen.last:
            return False
        since = last if self._seen is None else self._seen.last
        lines = session.execute(CHANGES, {"after": max(0, since - late)}).all()
        if self._seen is not None:
            self._forget(session, [line for line in lines if line.id not in self._seen.recent])
        recent = frozenset(line.id for line in lines if line.id > last - late)
        self._seen = _Seen(last, recent)
        return True

    def _forget(self, session: Session, lines: Sequence[Any]) -> None:
        if not lines:
            return
        if not all(line.action.startswith(ABOUT_SUBJECTS) and line.is_listed and line.subject_count for line in lines):
            self._days.clear()
            self._stale.clear()
            self._trends.clear()
            return
        people = select(AuditSubject.person_id).where(AuditSubject.event_id.in_([line.id for line in lines]))
        centers = set(session.scalars(select(Posting.center_id).where(Posting.person_id.in_(people)).distinct()))
        for day in self._days:
            self._stale.setdefault(day, set()).update(centers)
        for key in [key for key in self._trends if key[0] in centers]:
            del self._trends[key]


# Built once: see `people.queries.placement_on`.
LAST_LINE = select(func.max(AuditEvent.id))
# The lines after one that may tell of a change.
CHANGES = select(AuditEvent.id, AuditEvent.action, AuditEvent.is_listed, AuditEvent.subject_count).where(
    AuditEvent.id > bindparam("after"),
    AuditEvent.action.not_in(WITHOUT_EFFECT),
    *(not_(AuditEvent.action.startswith(text)) for text in WITHOUT_EFFECT_BEGIN),
)


def _count(session: Session, day: date, center_ids: frozenset[int] | None) -> Centers:
    """Count centers now: the sums that `list_rates` stands on."""
    reach = Reach(center_ids=center_ids)
    tallies = person_tallies(day, reach).subquery("tallies")
    active = places_of_counted(day, reach).subquery("active")
    of_person = tallies.c
    query = (
        select(
            active.c.center_id,
            func.sum(of_person.due),
            func.sum(of_person.done),
            func.sum(of_person.on_time),
            func.count(),
            count_if(is_short(of_person.due, of_person.done)),
            count_if(of_person.done == of_person.due),
        )
        .join(tallies, of_person.person_id == active.c.person_id)
        .group_by(active.c.center_id)
    )
    # PostgreSQL's sums of counts come as Decimal.
    return {row[0]: tuple(map(int, row[1:])) for row in session.execute(query)}  # type: ignore[misc]


def _counted(session: Session, day: date) -> _Day:
    centers = _count(session, day, None)
    return _Day(centers, _added(centers.values()))


def _counted_again(session: Session, day: date, before: _Day, stale: set[int]) -> _Day:
    """Count some centers again and leave the others, and what they add up to, as they are."""
    anew = _count(session, day, frozenset(stale))
    kept = before.centers.copy()
    gone = _added(kept.pop(center, NOTHING) for center in stale)
    whole = tuple(was - less + more for was, less, more in zip(before.whole, gone, _added(anew.values()), strict=True))
    return _Day(kept | anew, whole)  # type: ignore[arg-type]


def _lines(organization: Organization, centers: Centers, by: Dimension) -> list[RateLine]:
    of_groups: dict[int | None, list[Sums]] = {}
    for center_id, counts in centers.items():
        of_groups.setdefault(organization.group_of(center_id, by), []).append(counts)
    lines = []
    for group, label in organization.groups(by, organization.open_ids).items():
        sums = _added(of_groups.get(group, ()))
        if sums[0]:
            lines.append(RateLine(*label, Tally(*sums[:3]), *sums[3:]))
    return lines


def _require_network(scope: Scope) -> None:
    if not scope.counted_network:
        raise NotFoundError


def _whole_of(known: _Day, reach: Reach) -> Sums:
    if reach.center_ids is None:
        return known.whole
    return _added(known.centers.get(center_id, NOTHING) for center_id in reach.center_ids)


def _point(day: date, whole: Sums) -> TrendPoint:
    due, done, on_time, judged, short, _ = whole
    return TrendPoint(day, Tally(due, done, on_time), judged, short)


def _added(many: Iterable[Sums]) -> Sums:
    return tuple(map(sum, zip(NOTHING, *many, strict=True)))  # type: ignore[return-value]
