"""As known then: every report as it stood at an instant, after whatever was corrected since."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.completion.known.queries import reading_as_known
from lms.completion.known.rules import Overwritten, values_then
from lms.completion.queries import list_rates
from lms.completion.queries_enrollments import iter_enrollments
from lms.completion.queries_shortfalls import iter_shortfalls
from lms.completion.rules import Dimension, ShortfallFilter
from lms.courses.models import CourseVersion
from lms.enrollments.actions import correct_completion, enroll, record_completion, void
from lms.enrollments.dues.actions import refresh_due_dates
from lms.enrollments.models import Enrollment
from lms.enrollments.rules import Source
from lms.people.centers.actions_changes import make
from lms.people.centers.rules_changes import Change, ChangeKind
from lms.people.merging.actions import merge
from lms.people.merging.queries import find_pair
from lms.people.models import Leave, OrgUnit, Posting
from lms.people.queries import scope_of
from lms.people.rules import Scope, whole_network
from lms.shared.db import writing
from tests.factories import noise
from tests.support.network import Cast, Network

START = datetime(2019, 2, 1, tzinfo=UTC)
AS_OF = date(2019, 6, 30)
SCOPE = whole_network(AS_OF)


def test_of_several_changes_since_the_first_one_tells():
    early = Overwritten(START, 1, {"name": "a", "number": 1})
    late = Overwritten(START + timedelta(days=1), 1, {"name": "b", "code": "x"})
    assert values_then([late, early], START - timedelta(days=1)) == {1: {"name": "a", "number": 1, "code": "x"}}
    assert values_then([late, early], START) == {1: {"name": "b", "code": "x"}}
    assert values_then([late, early], late.at) == {}


def report(session: Session) -> dict[str, Any]:
    """Return every figure and list anyone may be shown of a day."""
    asked: dict[str, Any] = {"scope": SCOPE, "as_of": AS_OF}
    rates = {by: list_rates(session, by=by, include_empty=True, **asked) for by in Dimension}
    everyone = ShortfallFilter(frontline=None)
    return {
        **rates,
        "shortfalls": list(iter_shortfalls(session, where=everyone, **asked)),
        "rows": sorted(map(str, iter_enrollments(session, **asked))),
    }


class Story:
    """Does one thing an hour, and keeps the report as it stood after each."""

    def __init__(self, session: Session) -> None:
        self.session, self.at = session, START
        self.kept: list[tuple[datetime, dict[str, Any]]] = []
        self.keep()

    def actor(self) -> Actor:
        self.at += timedelta(hours=1)
        return Actor(person_id=None, label="test", origin="test", at=self.at)

    def keep(self) -> None:
        self.session.commit()
        self.session.expire_all()
        self.kept.append((self.at, report(self.session)))
        self.session.commit()


def correct(session: Session, actor: Actor, row: Posting | Leave, **columns: Any) -> None:
    """Supersede a dated fact by a new row."""
    former = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    row.superseded_at = actor.at
    session.add(type(row)(**{**former, "id": None, **columns, "recorded_at": actor.at, "superseded_at": None}))
    session.flush()


def test_every_report_is_reproduced_after_all_that_is_corrected_later(session: Session, cast: Cast):
    noise(session)
    net = Network(session)
    twin = net.person("00150", "김하나", at=cast.next_door, since=date(2019, 3, 1))
    other = net.course("OTHER-01", tier_level=2)
    net.enroll(twin, cast.course, due_on=date(2019, 5, 31), assigned_on=date(2019, 3, 1))
    net.enroll(twin, other, due_on=date(2019, 5, 31), completed_on=date(2019, 5, 1), assigned_on=date(2019, 3, 1))
    session.scalars(select(Posting).where(Posting.person_id == cast.namesake.id)).one().ends_on = date(2019, 2, 1)
    story = Story(session)

    mine = session.scalars(select(Enrollment).where(Enrollment.person_id == cast.employee.id)).one()
    record_completion(session, enrollment_id=mine.id, completed_on=date(2019, 1, 30), actor=story.actor())
    story.keep()
    correct_completion(session, enrollment_id=mine.id, completed_on=None, reason="no such", actor=story.actor())
    story.keep()
    away = net.leave(cast.employee, date(2019, 1, 10), date(2019, 1, 20))
    away.recorded_at = (actor := story.actor()).at
    refresh_due_dates(session, [cast.employee.id], actor=actor)
    story.keep()
    correct(session, actor := story.actor(), away, ends_on=date(2019, 8, 1))
    refresh_due_dates(session, [cast.employee.id], actor=actor)
    story.keep()
    posting = session.scalars(select(Posting).where(Posting.person_id == cast.colleague.id)).one()
    correct(session, story.actor(), posting, center_id=cast.far_away.id)
    story.keep()
    enroll(
        session, person_id=cast.colleague.id, course=cast.course, assigned_on=date(2019, 4, 1),
        due_on=date(2019, 5, 1), source=Source.ASSIGNMENT, actor=story.actor(),
    )  # fmt: skip
    story.keep()
    close = Change(kind=ChangeKind.CLOSE, on=date(2019, 6, 1))
    make(session, story.actor(), unit=cast.far_away, change=close)
    story.keep()
    rename = Change(kind=ChangeKind.RENAME, on=date(2019, 6, 1), name_ko="새 이름 100%", name_en="It's new %s")
    make(session, story.actor(), unit=cast.center, change=rename)
    story.keep()
    pair = find_pair(session, scope=SCOPE, first="00201", second="00150")
    merge(session, story.actor(), pair=pair, reason="the same")
    story.keep()
    ids = session.scalars(select(Enrollment.id).where(Enrollment.person_id == cast.namesake.id))
    void(session, enrollment_id=max(ids), voided_on=date(2019, 6, 1), reason="no longer", actor=story.actor())
    story.keep()

    reports = [seen for _, seen in story.kept]
    assert all(before != after for before, after in pairwise(reports))
    for at, seen in story.kept:
        for _ in range(2):
            with reading_as_known(session, at, scope=SCOPE) as then:
                assert report(then) == seen, f"as known at {at}"
        session.rollback()
        assert report(session) == reports[-1], "what stood before the tables is gone"
    assert session.scalar(text("SELECT count(*) FROM enrollment")) == 6


def test_what_was_known_cannot_be_written_and_who_writes_meanwhile_does_not_wait(session: Session, cast: Cast):
    session.execute(update(Enrollment).values(recorded_at=START + timedelta(days=1)))
    session.commit()
    with writing():
        session.execute(update(CourseVersion).values(minutes=5))
        with reading_as_known(session, START, scope=SCOPE) as then:
            assert list(then.scalars(select(Enrollment.id))) == []
            with pytest.raises(DBAPIError):
                then.execute(update(OrgUnit).values(name_ko="x"))
            for end in (then.commit, then.rollback):
                with pytest.raises(RuntimeError):
                    end()
        session.commit()
    with reading_as_known(session, None, scope=SCOPE) as now:
        assert now is session
    with writing():
        assert session.execute(update(CourseVersion).values(minutes=6)).rowcount == 1
        session.commit()


def test_names_as_known_then_are_of_people_whom_the_viewer_may_see_today(session: Session, cast: Cast):
    posting = session.scalars(select(Posting).where(Posting.person_id == cast.employee.id)).one()
    actor = Actor(person_id=None, label="test", origin="test", at=START)
    correct(session, actor, posting, center_id=cast.far_away.id)
    session.commit()
    scope = scope_of(session, person_id=cast.coordinator.id, on=AS_OF, names="purpose")
    before = START - timedelta(days=1)
    with reading_as_known(session, before, scope=whole_network(AS_OF)) as then:
        assert names(then, whole_network(AS_OF)) == ["00101", "00201"]
        assert center_due(then, scope) == 2
    with reading_as_known(session, before, scope=scope) as then:
        assert names(then, scope) == []
        assert center_due(then, scope) == 2, "figures count them all the same"


def names(session: Session, scope: Scope) -> list[str]:
    where = ShortfallFilter(frontline=None)
    return [line.staff_no for line in iter_shortfalls(session, scope=scope, as_of=AS_OF, where=where)]


def center_due(session: Session, scope: Scope) -> int:
    return next(
        line.tally.due
        for line in list_rates(session, scope=scope, as_of=AS_OF, by=Dimension.CENTER)
        if line.code == "C101"
    )
