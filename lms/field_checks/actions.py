"""What becomes of a submitted check: a second pair of eyes, the answer of the person checked, and closing it."""

from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.field_checks.models import FieldCheck, ObserverCalibration
from lms.field_checks.rules import OBSERVED, CheckState, Step, after, answering_fault, second_fault, text_fault
from lms.field_checks.rules_calibration import valid_until
from lms.people.models import Person
from lms.people.rules import Scope
from lms.shared.errors import DomainError, NotFoundError


def look_again(session: Session, actor: Actor, check: FieldCheck, *, scope: Scope, agrees: bool, note: str) -> None:
    """Record what the second pair of eyes says about a critical item that failed; not to agree is a dispute.

    Raises:
        DomainError: nobody is asked for a second look ("no_second"), the viewer observed or is checked ("observer",
            "oneself"), or the note says nothing ("text").
        NotFoundError: the viewer is not in charge here.
    """
    session.refresh(check, with_for_update=True)
    fault = second_fault(scope, center_id=check.center_id, subject_id=check.person_id, observer_id=check.observer_id)
    if fault:
        raise NotFoundError if fault == "not_in_charge" else DomainError(fault)
    if not check.needs_second or check.second_at is not None or check.state not in OBSERVED - {CheckState.CLOSED}:
        raise DomainError("no_second")
    _want(note)
    check.second_observer_id, check.second_at = actor.person_id, actor.at
    check.second_agrees, check.second_note = agrees, note.strip()
    if not agrees and check.state != CheckState.DISPUTED:
        check.state = _next(check, Step.DISPUTE)
    _note(session, actor, check, "field_checks.second", agrees=agrees)


def acknowledge(session: Session, actor: Actor, check: FieldCheck) -> None:
    """Record that the person checked has seen what was observed of them.

    Raises:
        NotFoundError: it is not their own.
        DomainError: it cannot be acknowledged now ("state").
    """
    _own(session, actor, check)
    check.state, check.responded_at = _next(check, Step.ACKNOWLEDGE), actor.at
    _note(session, actor, check, "field_checks.acknowledge")


def dispute(session: Session, actor: Actor, check: FieldCheck, *, text: str) -> None:
    """Record that the person checked does not agree, and why.

    Raises:
        NotFoundError: it is not their own.
        DomainError: it cannot be disputed now ("state"), or nothing is said ("text").
    """
    _own(session, actor, check)
    state = _next(check, Step.DISPUTE)
    _want(text)
    check.state, check.response, check.responded_at = state, text.strip(), actor.at
    _note(session, actor, check, "field_checks.dispute", text=text.strip())


def resolve(session: Session, actor: Actor, check: FieldCheck, *, text: str) -> None:
    """Answer a dispute, which closes the check; what was observed stands as it was recorded, with the answer beside it.

    Raises:
        DomainError: it is not disputed ("state"), the viewer observed it or is the one checked ("observer",
            "oneself"), or nothing is said ("text").
    """
    session.refresh(check, with_for_update=True)
    observers = frozenset(one for one in (check.observer_id, check.second_observer_id) if one is not None)
    if fault := answering_fault(actor.person_id, subject_id=check.person_id, observer_ids=observers):
        raise DomainError(fault)
    if check.state != CheckState.DISPUTED:
        raise DomainError("state", state=check.state)
    _want(text)
    check.state, check.resolution = CheckState.CLOSED, text.strip()
    check.closed_by_id, check.closed_at = actor.person_id, actor.at
    _note(session, actor, check, "field_checks.resolve", text=text.strip())


def calibrate(session: Session, actor: Actor, person: Person, *, scope: Scope, agreement: int) -> None:
    """Record how far an observer agreed with the reference today.

    Raises:
        DomainError: it is the actor's own ("oneself"), or no whole percent ("agreement").
    """
    if actor.person_id == person.id:
        raise DomainError("oneself")
    if not 0 <= agreement <= 100:
        raise DomainError("agreement")
    session.add(
        ObserverCalibration(
            person_id=person.id, calibrated_on=scope.on, agreement=agreement, valid_until=valid_until(scope.on),
            recorded_by_id=actor.person_id, recorded_at=actor.at,
        )
    )  # fmt: skip
    audit.record(
        session, actor, "field_checks.calibrate", "person", person.public_id, subject_ids=[person.id],
        detail={"agreement": agreement},
    )  # fmt: skip
    session.flush()


def _own(session: Session, actor: Actor, check: FieldCheck) -> None:
    session.refresh(check, with_for_update=True)
    if actor.person_id is None or actor.person_id != check.person_id:
        raise NotFoundError


def _next(check: FieldCheck, step: Step) -> CheckState:
    state = after(CheckState(check.state), step)
    if state is None:
        raise DomainError("state", state=check.state)
    return state


def _want(text: str) -> None:
    if text_fault(text):
        raise DomainError("text")


def _note(session: Session, actor: Actor, check: FieldCheck, action: str, **detail: object) -> None:
    audit.record(session, actor, action, "field_check", check.public_id, subject_ids=[check.person_id], detail=detail)
    session.flush()
