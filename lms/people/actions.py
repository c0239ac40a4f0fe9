"""Writes about people."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.people.models import NamePurpose
from lms.people.queries import get_unit_with_names
from lms.people.rules import Scope
from lms.shared.errors import NotFoundError


def state_purpose(session: Session, actor: Actor, *, scope: Scope, unit_id: str, purpose: str, on: date) -> None:
    """Open the names of a unit's people to the viewer for the rest of the day, for a stated purpose (ruling 16).

    Each statement goes into the audit trail. `unit_id` is the unit's public id.

    Raises:
        NotFoundError: the unit is out of scope or missing.
    """
    unit = get_unit_with_names(session, scope=scope, public_id=unit_id)
    if scope.person_id is None:
        raise NotFoundError
    held = select(NamePurpose).where(
        NamePurpose.person_id == scope.person_id, NamePurpose.unit_id == unit.id, NamePurpose.stated_on == on
    )
    if session.scalars(held).one_or_none() is None:
        session.add(
            NamePurpose(person_id=scope.person_id, unit_id=unit.id, stated_on=on, purpose=purpose, recorded_at=actor.at)
        )
    audit.record(session, actor, "names.open", "org_unit", unit.code, reason=purpose, detail={"on": on.isoformat()})
    session.flush()
