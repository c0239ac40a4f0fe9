"""Reading targets: all of them as known now, for any day; and as a list for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lms.completion.rules import Dimension, RateFilter
from lms.completion.targets.models import Target
from lms.completion.targets.rules import About, Measure, Targets, TargetTerms, narrowed_to
from lms.courses.models import Tier
from lms.people.models import JobRole, OrgUnit, Person
from lms.people.rules import UnitKind
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


@dataclass(frozen=True, slots=True)
class HeldAgainst:
    """The targets of a page: `about` is its unit and filter, `types` network types by center code where they matter."""

    targets: Targets
    on: date
    about: About
    types: Mapping[str, str]

    def whole(self, measure: Measure = Measure.CENTER, on: date | None = None) -> int:
        """Return the target of the page's own figure, in percent; `on` asks for another day than the page's."""
        return self.targets.of(measure, on or self.on, self.about)

    def group(self, by: Dimension, code: str) -> int:
        """Return the target of one group of it: of a tier, job role or center with its own where it has one."""
        about = self.about
        if by is Dimension.TIER:
            about = replace(about, tier=int(code))
        elif by is Dimension.ROLE:
            about = replace(about, role_code=code)
        elif by is Dimension.CENTER:
            about = replace(about, network_type=self.types.get(code))
        return self.targets.of(Measure.CENTER, self.on, about)


def load_held_against(session: Session, *, on: date, where: RateFilter) -> HeldAgainst:
    """Load the targets of a figure on a day, narrowed by a filter."""
    targets = load_targets(session)
    about, types = narrowed_to(where.tiers, where.role_codes), {}
    if any(one.about.network_type for one in targets.decided):
        wanted = select(OrgUnit.id, OrgUnit.code, OrgUnit.network_type).where(
            OrgUnit.kind == UnitKind.CENTER, OrgUnit.network_type.is_not(None)
        )
        rows = session.execute(wanted).all()
        types = {row.code: str(row.network_type) for row in rows}
        own = next((row.network_type for row in rows if row.id == where.unit_id), None)
        about = replace(about, network_type=own)
    return HeldAgainst(targets, on, about, types)


def load_targets(session: Session) -> Targets:
    """Load every target as known now: there are few."""
    rows = session.execute(CURRENT)
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


# Built once: see `people.queries.placement_on`.
CURRENT = _current(JobRole.code)


def _terms(target: Target, role_code: str | None) -> TargetTerms:
    return TargetTerms(
        measure=Measure(target.measure),
        about=About(tier=target.tier_level, role_code=role_code, network_type=target.network_type),
        percent=target.percent,
        starts_on=target.starts_on,
        ends_on=target.ends_on,
    )
