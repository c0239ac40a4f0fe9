"""Reading targets: all of them as known now, for any day; and as a list for people."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lms.completion.targets.models import Target
from lms.completion.targets.rules import About, Measure, Targets, TargetTerms
from lms.courses.models import Tier
from lms.people.models import JobRole, Person
from lms.shared.errors import NotFoundError


class TargetRow(NamedTuple):
    """A decided target with the names of what it is about, and who decided it."""

    public_id: str
    terms: TargetTerms
    tier_ko: str | None
    tier_en: str | None
    role_ko: str | None
    role_en: str | None
    reason: str
    decided_by: str | None


def load_targets(session: Session) -> Targets:
    """Load every target as known now: there are few."""
    rows = session.execute(_current(JobRole.code))
    return Targets([_terms(target, code) for target, code in rows])


def list_targets(session: Session) -> Sequence[TargetRow]:
    """List every target as known now, by measure and what it is about, the latest first."""
    rows = session.execute(
        _current(JobRole.code, Tier.name_ko, Tier.name_en, JobRole.title_ko, JobRole.title_en, Person.name)
        .outerjoin(Tier, Tier.level == Target.tier_level)
        .outerjoin(Person, Person.id == Target.recorded_by_id)
        .order_by(Target.starts_on.desc(), Target.id.desc())
    )
    found = [
        TargetRow._make((target.public_id, _terms(target, code), *names, target.reason, decided_by))
        for target, code, *names, decided_by in rows
    ]
    order = list(Measure)
    return sorted(found, key=lambda row: (order.index(row.terms.measure), row.terms.about.weight))


def get_target(session: Session, *, public_id: str) -> tuple[Target, TargetTerms]:
    """Return a target that is known now.

    Raises:
        NotFoundError: superseded or missing.
    """
    row = session.execute(_current(JobRole.code).where(Target.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFoundError
    return row[0], _terms(*row)


def list_current(session: Session, *, measure: Measure) -> list[tuple[Target, TargetTerms]]:
    """List the rows of a measure that are known now."""
    rows = session.execute(_current(JobRole.code).where(Target.measure == measure))
    return [(target, _terms(target, code)) for target, code in rows]


def _current(*columns: Any) -> Select[Any]:
    return (
        select(Target, *columns)
        .outerjoin(JobRole, JobRole.id == Target.role_id)
        .where(Target.superseded_at.is_(None))
    )  # fmt: skip


def _terms(target: Target, role_code: str | None) -> TargetTerms:
    return TargetTerms(
        measure=Measure(target.measure),
        about=About(tier=target.tier_level, role_code=role_code, network_type=target.network_type),
        percent=target.percent,
        starts_on=target.starts_on,
        ends_on=target.ends_on,
    )
