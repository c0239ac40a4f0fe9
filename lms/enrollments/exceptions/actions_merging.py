"""Exemptions and requests of two people who are one go to the one who stays, and back."""

from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.enrollments.exceptions.models import ExceptionRequest, Exemption
from lms.people.merging import parts
from lms.people.merging.parts import Figure, Merging
from lms.shared.errors import DomainError

KEPT = ("course_id", "starts_on", "ends_on", "reason_code", "evidence_note", "request_id")
OF_REQUEST = ("person_id", "requested_by_id", "decided_by_id")


def preview(session: Session, merging: Merging) -> list[Figure]:
    """Count the requests about either."""
    counts = dict(
        session.execute(
            select(ExceptionRequest.person_id, func.count())
            .where(ExceptionRequest.person_id.in_((merging.kept_id, merging.merged_id)))
            .group_by(ExceptionRequest.person_id)
        ).all()
    )
    return [Figure("exceptions", counts.get(merging.kept_id, 0), counts.get(merging.merged_id, 0))]


def apply(session: Session, actor: Actor, merging: Merging) -> dict[str, Any]:
    """Write the exemptions anew for the one who stays, and hand over the requests."""
    facts = []
    for fact in _current(session, merging.merged_id):
        facts.append([fact.id, _written_anew(session, actor, fact, merging.kept_id)])
    requests = []
    for request in session.scalars(
        select(ExceptionRequest).where(
            or_(*(getattr(ExceptionRequest, name) == merging.merged_id for name in OF_REQUEST))
        )
    ):
        requests.append([request.id, *(getattr(request, name) for name in OF_REQUEST)])
        for name in OF_REQUEST:
            if getattr(request, name) == merging.merged_id:
                setattr(request, name, merging.kept_id)
        if request.decided_by_id == request.person_id:
            # They turn out to be one human: nobody else is known to have decided it.
            request.decided_by_id = None
    session.flush()
    return {"facts": facts, "requests": requests}


def undo(session: Session, actor: Actor, merging: Merging, restore: dict[str, Any]) -> None:
    """Write the exemptions anew for whom they were of, and hand the requests back.

    Raises:
        DomainError: one was ended since ("merge_rests").
    """
    for _former, written_id in restore["facts"]:
        fact = session.get_one(Exemption, written_id)
        if fact.superseded_at is not None:
            raise DomainError("merge_rests")
        _written_anew(session, actor, fact, merging.merged_id)
    for request_id, *whose in restore["requests"]:
        request = session.get_one(ExceptionRequest, request_id)
        for name, person_id in zip(OF_REQUEST, whose, strict=True):
            if name != "decided_by_id" or request.decided_by_id in {None, merging.kept_id}:
                setattr(request, name, person_id)
    session.flush()


def _current(session: Session, person_id: int) -> list[Exemption]:
    wanted = select(Exemption).where(Exemption.person_id == person_id, Exemption.superseded_at.is_(None))
    return list(session.scalars(wanted.order_by(Exemption.id)))


def _written_anew(session: Session, actor: Actor, fact: Exemption, person_id: int) -> int:
    """Supersede an exemption by the same one of another person; return the new one's id."""
    fact.superseded_at = actor.at
    same = {name: getattr(fact, name) for name in KEPT}
    approved_by_id = fact.approved_by_id if fact.approved_by_id != person_id else None
    anew = Exemption(person_id=person_id, approved_by_id=approved_by_id, recorded_at=actor.at, **same)
    session.add(anew)
    session.flush()
    return anew.id


PART = parts.Part(name="exceptions", preview=preview, apply=apply, undo=undo)
