"""Two rows of one human become one person: numbers, postings, enrollments and the account; and two again."""

from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.accounts.models import Account, SignInSession
from lms.audit.models import AuditEvent
from lms.enrollments.actions import record_completion
from lms.enrollments.models import Enrollment
from lms.people.merging.rules import Period, Taken, clashes, is_later, numbered, stays_first
from lms.people.models import NamePurpose, Person, PersonMerge, Posting
from lms.people.queries import find_person_by_staff_no
from lms.people.rules import DutyKind, whole_network
from lms.shared.clock import local_date, utcnow
from tests.factories import noise
from tests.people.conftest import current_facts
from tests.support.network import Cast, Network
from tests.support.sign_in import csrf_token, give_password, open_session, sign_in, sign_in_through_form

TODAY = local_date(utcnow(), "Asia/Seoul")
JAN, MAR, JUN = date(2019, 1, 1), date(2019, 3, 1), date(2019, 6, 1)
NEW_PASSWORD = "eleven quiet lighthouses"


def test_who_came_first_stays_and_the_later_number_is_in_force():
    first, second = [Period(JAN, MAR)], [Period(JUN, None)]
    assert stays_first(first, second)
    assert not stays_first(second, first)
    assert is_later(first, second)
    assert stays_first([], [])
    assert not stays_first([], first)


def test_what_was_had_twice_at_once_clashes():
    assert clashes([Period(JAN, JUN)], [Period(MAR, None)]) == [(Period(JAN, JUN), Period(MAR, None))]
    assert clashes([Period(JAN, MAR)], [Period(MAR, None)]) == []
    assert clashes([Period(JAN, None, "5 COORDINATOR")], [Period(JAN, None, "6 COORDINATOR")]) == []


days = st.dates(date(2018, 1, 1), date(2018, 1, 9))
taken = st.builds(Taken, st.integers(1, 9999), st.integers(1, 3), days, st.none() | days)


@given(st.lists(taken, unique_by=lambda one: one.id))
def test_cycles_count_up_by_the_day_assigned_and_none_is_lost(enrollments: list[Taken]):
    found = numbered(enrollments)
    assert found.keys() == {one.id for one in enrollments}
    for course in (1, 2, 3):
        cycles = sorted((one for one in enrollments if one.course_id == course), key=lambda one: found[one.id][0])
        assert [found[one.id][0] for one in cycles] == list(range(1, len(cycles) + 1))
        assert [one.assigned_on for one in cycles] == sorted(one.assigned_on for one in cycles)
        assert [found[one.id][1] for one in cycles] == [True] * (len(cycles) - 1) + [False] * bool(cycles)
        for before, after in pairwise(cycles):
            assert (
                before.assigned_on < after.assigned_on or before.completed_on is None or after.completed_on is not None
            )


class Twice:
    """임다시 left in spring and was hired again in summer, as somebody new; nobody noticed."""

    def __init__(self, session: Session, cast: Cast) -> None:
        net = Network(session)
        self.old = net.person("00150", "임다시", at=cast.center, until=MAR)
        self.new = net.person("70150", "임다시", at=cast.next_door, role="MT", since=JUN)
        net.leave(self.old, date(2018, 5, 1), date(2018, 6, 1))
        net.duty(self.old, DutyKind.COORDINATOR, cast.next_door, until=MAR)
        net.duty(self.new, DutyKind.DEPUTY_COORDINATOR, cast.next_door, since=JUN)
        self.course, self.other = cast.course, net.course("BASIC-02")
        net.enroll(self.new, self.course, due_on=date(2019, 8, 1), assigned_on=JUN)
        net.enroll(
            self.old, self.course, due_on=date(2018, 8, 1), completed_on=date(2018, 7, 1), assigned_on=date(2018, 6, 1)
        )
        net.enroll(self.old, self.other, due_on=date(2019, 2, 1), assigned_on=date(2018, 12, 1))
        give_password(session, self.old)
        give_password(session, self.new, NEW_PASSWORD)
        noise(session)
        session.commit()


@pytest.fixture
def twice(session: Session, cast: Cast) -> Twice:
    """Add someone who stands here twice."""
    built = Twice(session, cast)
    admin, network = cast.training_admin.id, cast.network.id
    session.add(
        NamePurpose(person_id=admin, unit_id=network, stated_on=TODAY, purpose="중복 정리", recorded_at=utcnow())
    )
    session.commit()
    return built


def send(client: FlaskClient, path: str, **values: str) -> TestResponse:
    return client.post(path, data={"csrf_token": csrf_token(client, "/account/password"), **values})


def merge(client: FlaskClient, first: str = "70150", second: str = "00150") -> TestResponse:
    return send(client, "/merging", first=first, second=second, reason="같은 생년월일, 본인 확인")


def state(session: Session) -> dict[str, Any]:
    """Return all that a merge may touch."""
    found: dict[str, Any] = current_facts(session)
    for model in (Enrollment, Account):
        columns = [one for one in inspect(model).columns if one.key not in {"recorded_at", "public_id"}]
        found[model.__name__] = sorted((tuple(row) for row in session.execute(select(*columns))), key=repr)
    return found


def cycles(session: Session, person: Person) -> list[tuple[int, int, date, bool]]:
    session.rollback()
    rows = session.execute(
        select(Enrollment.course_id, Enrollment.cycle, Enrollment.assigned_on, Enrollment.has_later_cycle)
        .where(Enrollment.person_id == person.id)
        .order_by(Enrollment.course_id, Enrollment.cycle)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def test_both_are_compared_then_made_one(client: FlaskClient, session: Session, cast: Cast, twice: Twice):
    sign_in(client, cast.training_admin)
    before = state(session)
    page = client.get("/merging?first=70150&second=00150")
    assert page.status_code == 200
    assert state(session) == before, "comparing changes nothing"
    seen = session.scalars(select(AuditEvent).where(AuditEvent.action == "people.compare")).one()
    assert set(seen.subject_ids or ()) == {twice.old.id, twice.new.id}
    assert merge(client).status_code == 303
    session.rollback()
    assert twice.old.staff_no == "70150", "the number in force"
    for number in ("00150", "70150"):
        found = find_person_by_staff_no(session, scope=whole_network(TODAY), staff_no=number)
        assert found is not None
        assert found.id == twice.old.id
    held = session.scalars(
        select(Posting)
        .where(Posting.person_id == twice.old.id, Posting.superseded_at.is_(None))
        .order_by(Posting.starts_on)
    ).all()
    assert [(one.starts_on, one.ends_on) for one in held] == [(date(2018, 1, 1), MAR), (JUN, None)]
    assert cycles(session, twice.old) == [
        (twice.course.id, 1, date(2018, 6, 1), True),
        (twice.course.id, 2, JUN, False),
        (twice.other.id, 1, date(2018, 12, 1), False),
    ]
    assert cycles(session, twice.new) == []
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "people.merge")).one()
    assert set(event.subject_ids or ()) == {twice.old.id, twice.new.id}


def test_the_account_in_force_stays_and_the_pointer_opens_nothing(
    app: Any, client: FlaskClient, session: Session, cast: Cast, twice: Twice
):
    for person in (twice.old, twice.new):
        open_session(app, person.id)
    sign_in(client, cast.training_admin)
    merge(client)
    session.rollback()
    ids = [twice.old.id, twice.new.id]
    assert all(session.scalars(select(SignInSession.revoked_at).where(SignInSession.person_id.in_(ids))))
    assert sign_in_through_form(app.test_client(), "70150", NEW_PASSWORD).status_code == 303
    for number in ("00150", "70150"):
        assert sign_in_through_form(app.test_client(), number).status_code in {400, 401, 422, 200}
    session.rollback()
    opened = session.scalars(select(SignInSession.person_id).where(SignInSession.revoked_at.is_(None))).all()
    assert twice.new.id not in opened
    assert opened.count(twice.old.id) == 1


def test_the_address_of_who_was_merged_leads_to_who_was_kept(
    client: FlaskClient, session: Session, cast: Cast, twice: Twice
):
    sign_in(client, cast.training_admin)
    merge(client)
    session.rollback()
    for page in ("", "/records", "/why", "/exceptions"):
        answer = client.get(f"/people/{twice.new.public_id}{page}?as_of=2019-06-30")
        assert answer.status_code == 302
        assert answer.location == f"/people/{twice.old.public_id}{page}?as_of=2019-06-30"
    sign_in(client, cast.employee)
    gone, missing = (client.get(f"/people/{one}") for one in (twice.new.public_id, "22222222222"))
    assert (gone.status_code, gone.data) == (404, missing.data), "whoever may not see the one kept learns nothing"


def test_undoing_gives_everyone_back_exactly_what_was_theirs(
    client: FlaskClient, session: Session, cast: Cast, twice: Twice
):
    sign_in(client, cast.training_admin)
    before = state(session)
    merge(client)
    assert state(session) != before
    merged = session.scalars(select(PersonMerge)).one()
    assert send(client, f"/merging/{merged.public_id}/undo").status_code == 303
    assert state(session) == before
    assert send(client, f"/merging/{merged.public_id}/undo").status_code == 422, "once"
    assert merge(client).status_code == 303, "and merged again"


@pytest.mark.parametrize("later", ["completion", "posting", "password"])
def test_it_is_not_undone_once_something_rests_on_it(
    client: FlaskClient, session: Session, cast: Cast, twice: Twice, later: str
):
    sign_in(client, cast.training_admin)
    merge(client)
    session.rollback()
    if later == "completion":
        from lms.audit.rules import Actor

        one = session.scalars(
            select(Enrollment).where(Enrollment.person_id == twice.old.id, Enrollment.cycle == 2)
        ).one()
        actor = Actor(person_id=None, label="t", origin="t", at=utcnow())
        record_completion(session, enrollment_id=one.id, completed_on=TODAY, actor=actor)
    elif later == "posting":
        net = Network(session, recorded_at=datetime(2031, 1, 1, tzinfo=UTC))
        net.posting(twice.old, at=cast.far_away, since=date(2031, 1, 1))
    else:
        give_password(session, twice.old, "nine patient umbrellas")
    session.commit()
    before = state(session)
    merged = session.scalars(select(PersonMerge)).one()
    assert send(client, f"/merging/{merged.public_id}/undo").status_code == 422
    assert state(session) == before


def test_two_who_were_here_at_the_same_time_are_two(client: FlaskClient, session: Session, cast: Cast, twice: Twice):
    client.set_cookie("language", "en")
    sign_in(client, cast.training_admin)
    before = state(session)
    answer = merge(client, "00101", "00102")
    assert (answer.status_code, "at the same time" in answer.text) == (422, True)
    assert merge(client, "70150", "70150").status_code == 422
    assert merge(client, "70150", "00000").status_code == 422
    assert state(session) == before


def test_nobody_merges_themselves(client: FlaskClient, session: Session, cast: Cast, twice: Twice):
    client.set_cookie("language", "en")
    Network(session).person("00999", "한마루", at=cast.center, since=date(2010, 1, 1), until=date(2011, 1, 1))
    session.commit()
    sign_in(client, cast.training_admin)
    answer = merge(client, "00999", "00903")
    assert (answer.status_code, "cannot merge yourself" in answer.text) == (422, True)


def test_names_open_for_a_purpose_first_and_only_to_training_administrators(
    client: FlaskClient, session: Session, cast: Cast, twice: Twice
):
    for purpose in session.scalars(select(NamePurpose)):
        session.delete(purpose)
    session.commit()
    sign_in(client, cast.training_admin)
    assert "임다시" not in client.get("/merging?first=70150&second=00150").text
    assert merge(client).status_code == 422
    for person in (cast.region_manager, cast.coordinator, cast.employee):
        sign_in(client, person)
        assert client.get("/merging").status_code == 403
        assert merge(client).status_code == 403
    assert session.scalars(select(PersonMerge)).all() == []


def test_due_dates_of_an_imported_history_stay_where_they_are(
    client: FlaskClient, session: Session, cast: Cast, twice: Twice
):
    from lms.imports.models import ImportRun

    run = ImportRun(
        kind="HISTORY", state="APPLIED", file_name="h.csv", sha256="0" * 64, requested_by="x", recorded_at=utcnow()
    )
    session.add(run)
    session.flush()
    for one in session.scalars(select(Enrollment).where(Enrollment.person_id.in_([twice.old.id, twice.new.id]))):
        one.import_id = run.id
    session.commit()
    dues = lambda: sorted(session.execute(select(Enrollment.id, Enrollment.due_on)).all())  # noqa: E731
    before = dues()
    sign_in(client, cast.training_admin)
    merge(client)
    session.rollback()
    assert dues() == before, "leaves and postings known when the file came move nothing"
