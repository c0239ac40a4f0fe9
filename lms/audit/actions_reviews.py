"""Signing the review of a month."""

from datetime import date

from sqlalchemy.orm import Session

from lms.audit.actions import record
from lms.audit.models import AuditReview
from lms.audit.queries_reviews import Figures
from lms.audit.rules import Actor
from lms.audit.rules_reviews import Unsignable
from lms.shared.errors import DomainError


def sign_review(
    session: Session, actor: Actor, *, month: date, findings: str, figures: Figures, refusal: Unsignable | None
) -> AuditReview:
    """Sign the review of a month, for good: what was found, and the figures it rests on.

    Raises:
        DomainError: the actor may not sign it, for the reason `refusal`; or someone else just did.
    """
    if refusal is not None:
        raise DomainError(refusal)
    if actor.person_id is None:
        raise DomainError(Unsignable.NOT_AUDITOR)
    if session.get(AuditReview, month) is not None:
        raise DomainError(Unsignable.ALREADY_SIGNED)
    review = AuditReview(
        month=month,
        findings=findings,
        figures=figures.as_json(),
        signed_at=actor.at,
        signed_by_id=actor.person_id,
        signed_by=actor.label,
    )
    session.add(review)
    record(session, actor, "audit.review", "audit_review", f"{month:%Y-%m}", detail={"flagged": dict(figures.flagged)})
    session.flush()
    return review
