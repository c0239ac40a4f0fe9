"""What a rehearsal of a rule starts from: due and completed by center on a day, as every rate counts them."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.completion.queries import list_rates
from lms.completion.rules import Dimension
from lms.people.models import OrgUnit
from lms.people.rules import UnitKind, whole_network


def due_and_done_by_center(session: Session, as_of: date) -> dict[int, tuple[int, int]]:
    """Return (due, completed) by center id on a day, for everyone; centers with nothing due are left out."""
    centers = select(OrgUnit.public_id, OrgUnit.id).where(OrgUnit.kind == UnitKind.CENTER)
    ids: dict[str, int] = {row[0]: row[1] for row in session.execute(centers)}
    lines = list_rates(session, scope=whole_network(as_of), as_of=as_of, by=Dimension.CENTER)
    return {ids[line.public_id]: (line.tally.due, line.tally.done) for line in lines if line.public_id in ids}
