"""What changed since: whose part in a report differs from what was known then, in which course, and why."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.completion.known.queries_changes import ChangedReport, read_changes
from lms.completion.known.rules_changes import Because, Counted, Stand, Told, differences
from lms.completion.rules import RateFilter, Tally, total
from lms.enrollments.actions import enroll, record_completion
from lms.enrollments.models import Enrollment
from lms.enrollments.rules import Source
from lms.people.models import Person, Posting
from lms.people.rules import whole_network
from tests.factories import noise
from tests.support.network import Cast, Network
from tests.support.sign_in import sign_in

AS_OF = date(2019, 6, 30)
KNOWN = datetime(2019, 7, 1, tzinfo=UTC)
LATER = Actor(person_id=None, label="test", origin="test", at=KNOWN + timedelta(hours=1))


def test_the_history_of_an_enrollment_explains_it_else_that_the_person_came_or_went():
    told = {7: Told("CORRECTED", KNOWN), 8: Told(None, KNOWN)}
    before, after = {1: Counted(7, True, True), 2: Counted(9, True, False)}, {1: Counted(7, False, False)}
    found = differences(before, after, told, was=True, is_=True)
    assert [(one.course_id, one.before, one.after, one.because) for one in found] == [
        (1, Stand.DONE, Stand.MISSING, Because.CORRECTED),
        (2, Stand.DONE_LATE, Stand.NOT_COUNTED, Because.OTHER),
    ]
    assert differences(before, before, told, was=True, is_=True) == []
    new = differences({}, {1: Counted(8, False, False)}, told, was=True, is_=True)
    assert [one.because for one in new] == [Because.ASSIGNED]
    gone = differences(before, {}, told, was=True, is_=False)
    assert [one.because for one in gone] == [Because.CORRECTED, Because.WENT]


def test_the_differences_of_people_are_the_difference_of_the_report(session: Session, cast: Cast):
    noise(session)
    other = Network(session).course("OTHER-01")
    session.flush()
    mine = session.scalars(select(Enrollment).where(Enrollment.person_id == cast.employee.id)).one()
    record_completion(session, enrollment_id=mine.id, completed_on=date(2019, 1, 30), actor=LATER)
    enroll(
        session, person_id=cast.coordinator.id, course=other, assigned_on=date(2019, 5, 1),
        due_on=date(2019, 6, 1), source=Source.ASSIGNMENT, actor=LATER,
    )  # fmt: skip
    posting = session.scalars(select(Posting).where(Posting.person_id == cast.colleague.id)).one()
    posting.superseded_at = LATER.at
    moved = Posting(person_id=cast.colleague.id, center_id=cast.far_away.id, role_id=posting.role_id, is_primary=True)
    moved.starts_on, moved.recorded_at = posting.starts_on, LATER.at
    session.add(moved)
    session.commit()

    everyone = changes(session, RateFilter())
    assert everyone.changed == 3
    assert (everyone.before, everyone.after) == (Tally(3, 1, 1), Tally(4, 2, 2))
    assert everyone.people is not None
    assert {line.staff_no for line in everyone.people.rows if line.moved} == {"00102"}
    here = changes(session, RateFilter(unit_id=cast.center.id))
    assert here.people is not None
    lines = {line.staff_no: line for line in here.people.rows}
    assert {staff_no: [one.because for _, one in line.differences] for staff_no, line in lines.items()} == {
        "00101": [Because.COMPLETED],
        "00102": [Because.WENT],
        "00103": [Because.ASSIGNED],
    }
    for found in (everyone, here):
        assert found.people is not None
        rows = found.people.rows
        assert total(line.before for line in rows).due - total(line.after for line in rows).due == (
            found.before.due - found.after.due
        )


def changes(session: Session, where: RateFilter) -> ChangedReport:
    scope = whole_network(AS_OF)
    found = read_changes(session, scope=scope, as_of=AS_OF, known_at=KNOWN, where=where, names=True)
    session.rollback()
    return found


def test_the_page_names_who_changed_within_scope(
    client: FlaskClient, look: Callable[[Person, str], str], session: Session, cast: Cast
):
    mine = session.scalars(select(Enrollment).where(Enrollment.person_id == cast.employee.id)).one()
    record_completion(session, enrollment_id=mine.id, completed_on=date(2019, 1, 30), actor=LATER)
    session.commit()
    address = f"/rates/{cast.center.public_id}/changes?as_of=2019-06-30&known_at=2019-07-01T09:00"
    page = look(cast.coordinator, address)
    assert "00101" in page
    assert "50.0%" in page
    assert "100.0%" in page
    assert "00101" not in look(cast.coordinator, address.replace("07-01", "07-02"))
    assert "00101" not in look(cast.executive, address)
    sign_in(client, cast.coordinator)
    assert client.get(address.replace(cast.center.public_id, cast.far_away.public_id)).status_code == 404
