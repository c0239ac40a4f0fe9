"""What stands vacant, since when, and who is told."""

from datetime import date

from sqlalchemy.orm import Session

from lms.people.duties.queries_vacancies import count_vacancies, list_vacancies
from lms.people.models import Person
from lms.people.queries import scope_of
from lms.people.rules import DutyKind, Scope, UnitKind, whole_network
from tests.factories import noise
from tests.support.network import Cast, Network
from tests.support.statements import counted_statements

TODAY = date(2019, 7, 1)
Line = tuple[str, DutyKind, date | None]


def scope(session: Session, person: Person) -> Scope:
    return scope_of(session, person_id=person.id, on=TODAY, names="purpose")


def vacant(session: Session, seen_by: Scope, on: date = TODAY) -> list[Line]:
    return [(one.code, one.kind, one.since) for one in list_vacancies(session, scope=seen_by, as_of=on)]


def test_a_center_without_coordinator_or_representative_is_told_from_the_top_down(session: Session, cast: Cast):
    assert vacant(session, whole_network(TODAY)) == [
        ("R2", DutyKind.REGION_MANAGER, None),
        ("A2", DutyKind.AREA_MANAGER, None),
        ("C101", DutyKind.REPRESENTATIVE, None),
        ("C102", DutyKind.COORDINATOR, None),
        ("C102", DutyKind.REPRESENTATIVE, None),
        ("C201", DutyKind.COORDINATOR, None),
        ("C201", DutyKind.REPRESENTATIVE, None),
    ]


def test_a_job_that_carries_the_duty_fills_it(session: Session, cast: Cast):
    Network(session).person("00110", "남궁 대표", at=cast.center, role="OW")
    codes = [line[:2] for line in vacant(session, scope(session, cast.coordinator))]
    assert codes == []


def test_it_is_vacant_since_the_last_holder_went(session: Session, cast: Cast):
    net = Network(session)
    net.duty(cast.employee, DutyKind.COORDINATOR, cast.next_door, until=date(2019, 3, 1))
    net.duty(cast.colleague, DutyKind.COORDINATOR, cast.next_door, since=date(2019, 3, 1), until=date(2019, 6, 1))
    net.duty(cast.employee, DutyKind.COORDINATOR, cast.next_door, since=date(2019, 9, 1))
    found = {(code, kind): since for code, kind, since in vacant(session, whole_network(TODAY))}
    assert found["C102", DutyKind.COORDINATOR] == date(2019, 6, 1)
    [line] = [
        one
        for one in list_vacancies(session, scope=whole_network(TODAY), as_of=TODAY)
        if (one.code, one.kind) == ("C102", DutyKind.COORDINATOR)
    ]
    assert line.days == 30
    assert ("C102", DutyKind.COORDINATOR, date(2019, 6, 1)) not in vacant(
        session, whole_network(TODAY), on=date(2019, 9, 1)
    )


def test_a_holder_who_left_leaves_a_vacancy_though_nobody_ended_the_duty(session: Session, cast: Cast):
    gone = Network(session).person("00120", "전 퇴사", at=cast.next_door, until=date(2019, 5, 1))
    Network(session).duty(gone, DutyKind.COORDINATOR, cast.next_door)
    found = {(code, kind): since for code, kind, since in vacant(session, whole_network(TODAY))}
    assert found["C102", DutyKind.COORDINATOR] == date(2019, 5, 1)


def test_everyone_is_told_of_what_they_look_after(session: Session, cast: Cast):
    noise(session)
    codes = lambda person: {code for code, _, _ in vacant(session, scope(session, person))}  # noqa: E731
    assert codes(cast.employee) == set()
    assert codes(cast.coordinator) == {"C101"}
    assert codes(cast.area_manager) == codes(cast.region_manager) == {"C101", "C102"}
    assert {"A2", "R2", "C201", "Z'901"} <= codes(cast.training_admin)
    assert "Z902" not in codes(cast.training_admin), "closed"
    assert "HQ" not in codes(cast.training_admin)
    keeper = Network(session).person("00913", "도시스", at=cast.office, role="SY")
    Network(session).duty(keeper, DutyKind.SYSTEM_ADMIN, cast.network)
    levels = {one.level for one in list_vacancies(session, scope=scope(session, keeper), as_of=TODAY)}
    assert levels == {UnitKind.REGION}


def test_one_center_is_counted_with_few_statements(session: Session, cast: Cast):
    seen_by, center_id = scope(session, cast.area_manager), cast.center.id
    with counted_statements() as statements:
        assert count_vacancies(session, scope=seen_by, as_of=TODAY, center_ids={center_id}) == 1
    assert statements.total <= 6
    assert count_vacancies(session, scope=seen_by, as_of=TODAY, center_ids={cast.far_away.id}) == 0
