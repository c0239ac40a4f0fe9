"""Exceptions in the demo: a center whose rate was made good by exempting whoever was overdue, and requests that wait.

| story                    | where and who                                                                       |
|--------------------------|-------------------------------------------------------------------------------------|
| exemptions instead of    | the center GAMED: those in charge asked for all that was overdue there at once,     |
| learning                 | an administrator granted it; the rate rose over the target, and so did the share    |
| requests that wait       | at CENTER: two learners ask for more time, the coordinator for an exemption         |
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session

from lms.demo.planted import CENTER
from lms.demo.rules import dice
from lms.enrollments.exceptions.models import ExceptionRequest, Exemption
from lms.enrollments.exceptions.rules import Kind, Reason, State
from lms.enrollments.models import Enrollment
from lms.people.models import Duty, JobRole, OrgUnit, Person, Posting
from lms.people.queries import covers
from lms.people.rules import CENTER_DUTIES, DutyKind, UnitKind
from lms.shared.ids import ALPHABET, PUBLIC_ID_LENGTH

GAMED = "C0401"
GRANTED_DAYS_AGO, LASTS_DAYS = 12, 180
MORE_DAYS = 21
WAITING_LEARNERS = 2
GAMED_REASON = "성수기 업무 집중으로 일괄 면제 요청"
MORE_TIME_REASON = "예약이 몰려 이번 주에는 시간을 내기 어렵습니다."
WAREHOUSE_REASON = "이번 분기에는 부품 창고 지원 업무를 담당합니다."


def write_exceptions(session: Session, *, today: date, at: datetime) -> int:
    """Write the exemptions and requests of the stories; return how many requests."""
    requests = [*_gamed(session, today, at), *_waiting(session, today, at)]
    stream = dice("exceptions")
    for request in requests:
        request["public_id"] = "".join(stream.choice(ALPHABET) for _ in range(PUBLIC_ID_LENGTH))
        request["request_key"] = f"demo {request['public_id']}"
    if not requests:
        return 0
    session.execute(insert(ExceptionRequest), requests)
    granted = session.scalars(select(ExceptionRequest).where(ExceptionRequest.state == State.APPROVED))
    facts = [
        {
            "person_id": one.person_id, "course_id": one.course_id, "starts_on": one.starts_on, "ends_on": one.ends_on,
            "reason_code": one.reason_code, "evidence_note": one.evidence_note, "approved_by_id": one.decided_by_id,
            "request_id": one.id, "recorded_at": at,
        }
        for one in granted
    ]  # fmt: skip
    if facts:
        session.execute(insert(Exemption), facts)
    return len(requests)


def _gamed(session: Session, today: date, at: datetime) -> list[dict[str, Any]]:
    """Return a granted request for each course that is overdue at the gamed center."""
    representative, granter = _representative(session, GAMED, today), _administrator(session, today)
    # Nobody asks for themselves: the coordinator does it for the representative.
    stand_in = _coordinator(session, GAMED, today)
    asker = {representative: stand_in}
    starts_on = today - timedelta(days=GRANTED_DAYS_AGO)
    asked_at, decided_at = at - timedelta(days=GRANTED_DAYS_AGO + 1), at - timedelta(days=GRANTED_DAYS_AGO)
    return [
        _request(
            Kind.EXEMPTION, person_id, course_id, Reason.OTHER_WORK, GAMED_REASON,
            asker.get(person_id, representative), asked_at,
        ) | {
            "starts_on": starts_on, "ends_on": starts_on + timedelta(days=LASTS_DAYS), "state": State.APPROVED,
            "evidence_note": "센터장 확인서", "decided_by_id": granter, "decided_at": decided_at,
        }
        for person_id, course_id, _, _ in _overdue(session, GAMED, today)
        if person_id != granter
    ]  # fmt: skip


def _waiting(session: Session, today: date, at: datetime) -> Iterable[dict[str, Any]]:
    in_charge = set(session.scalars(select(Duty.person_id).where(covers(Duty, today), Duty.kind.in_(CENTER_DUTIES))))
    overdue = [row for row in _overdue(session, CENTER, today) if row[0] not in in_charge]
    learners = list(dict.fromkeys(row[0] for row in overdue))
    for person_id in learners[:WAITING_LEARNERS]:
        _, course_id, enrollment_id, due_on = next(row for row in overdue if row[0] == person_id)
        yield _request(
            Kind.EXTENSION, person_id, course_id, Reason.WORKLOAD, MORE_TIME_REASON, person_id, at - timedelta(days=1)
        ) | {"enrollment_id": enrollment_id, "due_on": max(due_on, today) + timedelta(days=MORE_DAYS)}
    coordinator = _coordinator(session, CENTER, today)
    for person_id in learners[WAITING_LEARNERS : WAITING_LEARNERS + 1]:
        _, course_id, *_ = next(row for row in overdue if row[0] == person_id)
        yield _request(
            Kind.EXEMPTION, person_id, course_id, Reason.OTHER_WORK, WAREHOUSE_REASON, coordinator,
            at - timedelta(days=2),
        ) | {"starts_on": today, "ends_on": today + timedelta(days=90), "evidence_note": "업무 분장표"}  # fmt: skip


def _request(
    kind: Kind, person_id: int, course_id: int, code: Reason, reason: str, asker: int | None, asked_at: datetime
) -> dict[str, Any]:
    nothing = dict.fromkeys(
        ("enrollment_id", "starts_on", "ends_on", "due_on", "completed_on", "decided_by_id", "decided_at")
    )
    return nothing | {
        "kind": kind, "person_id": person_id, "course_id": course_id, "reason_code": code, "reason": reason,
        "evidence_note": "", "state": State.PENDING, "requested_by_id": asker, "requested_at": asked_at,
    }  # fmt: skip


def _overdue(session: Session, center: str, today: date) -> Sequence[Any]:
    """Return person, course, enrollment and due date of what is open and past due at a center, by staff number."""
    rows = session.execute(
        select(Enrollment.person_id, Enrollment.course_id, Enrollment.id, Enrollment.due_on)
        .join(Posting, Posting.person_id == Enrollment.person_id)
        .join(OrgUnit, OrgUnit.id == Posting.center_id)
        .join(Person, Person.id == Enrollment.person_id)
        .where(
            OrgUnit.kind == UnitKind.CENTER, OrgUnit.code == center, Posting.is_primary, covers(Posting, today),
            Enrollment.required, Enrollment.due_on < today, Enrollment.has_later_cycle.is_(False),
            or_(Enrollment.completed_on.is_(None), Enrollment.completed_on > today), Enrollment.voided_on.is_(None),
        )
        .order_by(Person.staff_no, Enrollment.course_id)
    )  # fmt: skip
    return rows.all()


def _representative(session: Session, center: str, today: date) -> int | None:
    return session.scalar(
        select(Posting.person_id)
        .join(OrgUnit, OrgUnit.id == Posting.center_id)
        .join(JobRole, JobRole.id == Posting.role_id)
        .where(OrgUnit.kind == UnitKind.CENTER, OrgUnit.code == center, JobRole.code == "OW", covers(Posting, today))
        .limit(1)
    )


def _coordinator(session: Session, center: str, today: date) -> int | None:
    return session.scalar(
        select(Duty.person_id)
        .join(OrgUnit, OrgUnit.id == Duty.unit_id)
        .where(covers(Duty, today), Duty.kind == DutyKind.COORDINATOR, OrgUnit.code == center)
        .limit(1)
    )


def _administrator(session: Session, today: date) -> int | None:
    wanted = select(Duty.person_id).where(Duty.kind == DutyKind.TRAINING_ADMIN, covers(Duty, today))
    return session.scalar(wanted.order_by(Duty.person_id.desc()).limit(1))
