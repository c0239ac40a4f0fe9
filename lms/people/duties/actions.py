"""Appointing, ending and replacing. Every change is a new row; the former one stays known."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.people import changes
from lms.people.duties.queries import Office, candidates_of, get_duty, term_of
from lms.people.duties.rules import ONE_DAY, Facts, Term, ending_refusal, refusal
from lms.people.models import Duty, JobRole, OrgUnit, Person, Posting
from lms.people.queries import covers, is_open, on_leave
from lms.people.rules import DUTY_OF_JOB, DutyKind, Scope
from lms.shared.errors import DomainError


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """What a form asks for: a person (public id) gets a duty from a day on, at most until `last_on`.

    `replaces` names the duty (see `Holding.ref`) that ends the day before.
    """

    person: str
    kind: DutyKind
    starts_on: date
    last_on: date | None = None
    replaces: str | None = None


def appoint(session: Session, actor: Actor, *, scope: Scope, office: Office, wish: Appointment) -> Duty:
    """Appoint someone to a duty at a unit.

    Raises:
        NotFoundError: there is no such duty to replace.
        DomainError: the rules refuse it, the code says why; a person out of reach or missing is "duty_person".
    """
    person = _candidate(session, scope, office, wish.person)
    replaced = get_duty(session, office=office, ref=wish.replaces)[0] if wish.replaces else None
    if replaced is not None:
        _check_ending(office, replaced, wish.starts_on - ONE_DAY, actor)
    ends_on = wish.last_on + ONE_DAY if wish.last_on else None
    term = Term(wish.kind, office.id, wish.starts_on, ends_on)
    facts = _facts(session, office, person, term, replaced, is_self=person.id == actor.person_id)
    code = refusal(term, office.place.level, office.grantable, facts)
    if code is not None:
        raise DomainError(code, name=person.name, start=term.starts_on.isoformat())
    if replaced is not None:
        _end(session, actor, office, replaced, wish.starts_on)
    duty = Duty(
        person_id=person.id,
        unit_id=office.id,
        kind=term.kind,
        starts_on=term.starts_on,
        ends_on=term.ends_on,
        granted_by_id=actor.person_id,
        recorded_at=actor.at,
    )
    session.add(duty)
    session.flush()
    _note(session, actor, "duties.appoint", office, duty)
    changes.tell(session, actor, [duty.person_id])
    return duty


def end(session: Session, actor: Actor, *, office: Office, ref: str, last_on: date) -> None:
    """End a duty after its last day; the day before its first one withdraws it.

    Raises:
        NotFoundError: there is no such duty.
        DomainError: the rules refuse it; the code says why.
    """
    duty, _ = get_duty(session, office=office, ref=ref)
    _check_ending(office, duty, last_on, actor)
    _end(session, actor, office, duty, last_on + ONE_DAY)


def _check_ending(office: Office, duty: Duty, last_on: date, actor: Actor) -> None:
    code = ending_refusal(term_of(duty), last_on, office.grantable, is_own=duty.person_id == actor.person_id)
    if code is not None:
        raise DomainError(code, start=duty.starts_on.isoformat())


def _end(session: Session, actor: Actor, office: Office, duty: Duty, ends_on: date) -> None:
    duty.superseded_at = actor.at
    if ends_on > duty.starts_on:
        session.add(
            Duty(
                person_id=duty.person_id,
                unit_id=duty.unit_id,
                kind=duty.kind,
                starts_on=duty.starts_on,
                ends_on=ends_on,
                granted_by_id=duty.granted_by_id,
                recorded_at=actor.at,
            )
        )
    session.flush()
    _note(session, actor, "duties.end", office, duty, ends_on=ends_on)
    changes.tell(session, actor, [duty.person_id])


def _candidate(session: Session, scope: Scope, office: Office, public_id: str) -> Person:
    found = session.scalars(
        select(Person)
        .join(Posting, Posting.person_id == Person.id)
        .join(OrgUnit, OrgUnit.id == Posting.center_id)
        .where(Person.public_id == public_id, *candidates_of(scope, office))
    ).one_or_none()
    if found is None:
        raise DomainError("duty_person")
    return found


def _facts(
    session: Session, office: Office, person: Person, term: Term, replaced: Duty | None, *, is_self: bool
) -> Facts:
    posted = session.execute(
        select(Posting.center_id, JobRole.code)
        .join(JobRole, JobRole.id == Posting.role_id)
        .join(OrgUnit, OrgUnit.id == Posting.center_id)
        .where(Posting.person_id == person.id, covers(Posting, term.starts_on), is_open(term.starts_on))
    ).all()
    beside = [one for one in _current(session, Duty.person_id == person.id) if one is not replaced]
    coordinated = [
        one
        for one in _current(session, Duty.unit_id == office.id)
        if one.kind == DutyKind.COORDINATOR and one is not replaced
    ]
    return Facts(
        is_self=is_self,
        is_open=bool(session.scalar(select(is_open(term.starts_on)).where(OrgUnit.id == office.id))),
        is_posted=bool(posted),
        is_away=bool(
            session.scalar(select(exists().where(Person.id == person.id, on_leave(Person.id, term.starts_on))))
        ),
        jobs_carry=frozenset(DUTY_OF_JOB[code] for at, code in posted if at == office.id and code in DUTY_OF_JOB),
        job_duties=frozenset(DUTY_OF_JOB[code] for _, code in posted if code in DUTY_OF_JOB),
        beside=[term_of(one) for one in beside],
        coordinated=[term_of(one) for one in coordinated],
    )


def _current(session: Session, condition: object) -> list[Duty]:
    return list(session.scalars(select(Duty).where(condition, Duty.superseded_at.is_(None))))  # type: ignore[arg-type]


def _note(session: Session, actor: Actor, action: str, office: Office, duty: Duty, ends_on: date | None = None) -> None:
    until = ends_on or duty.ends_on
    detail: dict[str, object] = {
        "kind": duty.kind,
        "unit": office.code,
        "from": duty.starts_on.isoformat(),
        "until": until.isoformat() if until else None,
    }
    audit.record(session, actor, action, "duty", str(duty.id), subject_ids=[duty.person_id], detail=detail)
