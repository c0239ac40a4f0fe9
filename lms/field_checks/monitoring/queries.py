"""Reads of rounds: how they stand in a viewer's reach, and who is in one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from lms.completion.queries_places import Unit, Units
from lms.field_checks.models import FieldCheck
from lms.field_checks.monitoring.models import Campaign, MonitoringRound
from lms.field_checks.monitoring.rules import RoundState, Tally, added, count_checks, round_state
from lms.field_checks.queries import reached
from lms.people.models import JobRole
from lms.people.rules import Scope, UnitKind
from lms.shared.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A round of a center, and what became of its checks."""

    public_id: str
    center_id: int
    state: RoundState
    tally: Tally


@dataclass(frozen=True, slots=True)
class UnitLine:
    """The rounds within a unit taken together; of a center there is one at most (`round`)."""

    unit: Unit
    rounds: Sequence[RoundLine]
    tally: Tally

    @property
    def round(self) -> RoundLine | None:
        """Return the round, where the unit is a center that has one."""
        return self.rounds[0] if self.unit.kind is UnitKind.CENTER and self.rounds else None

    def number(self, state: str) -> int:
        """Return how many rounds stand so."""
        return sum(one.state == state for one in self.rounds)


def list_rounds(
    session: Session, *, scope: Scope, month: date | None = None, campaign: Campaign | None = None
) -> list[RoundLine]:  # fmt: skip
    """List the rounds of a month, or of a campaign, within the viewer's figures."""
    wanted = [MonitoringRound.campaign_id.is_(None), MonitoringRound.month == month]
    if campaign is not None:
        wanted = [MonitoringRound.campaign_id == campaign.id]
    if not scope.counted_network:
        wanted.append(MonitoringRound.center_id.in_(sorted(scope.counted_center_ids)))
    of = (MonitoringRound.public_id, MonitoringRound.center_id, MonitoringRound.opens_on, MonitoringRound.closes_on)
    rows = session.execute(
        select(*of, FieldCheck.state, func.count())
        .join(FieldCheck, FieldCheck.round_id == MonitoringRound.id)
        .where(*wanted)
        .group_by(MonitoringRound.id, *of, FieldCheck.state)
    )
    states: dict[tuple[str, int, date, date], dict[str, int]] = {}
    for public_id, center_id, opens_on, closes_on, state, number in rows:
        states.setdefault((public_id, center_id, opens_on, closes_on), {})[state] = number
    return [_line(*of_round, count_checks(found), scope.on) for of_round, found in states.items()]


def _line(public_id: str, center_id: int, opens_on: date, closes_on: date, tally: Tally, on: date) -> RoundLine:
    return RoundLine(public_id, center_id, round_state(tally, opens_on=opens_on, closes_on=closes_on, on=on), tally)


def by_unit(rounds: Sequence[RoundLine], units: Units, unit: Unit) -> tuple[UnitLine, list[UnitLine]]:
    """Return rounds taken together for a unit, and for each unit right under it that the viewer may see."""
    below = [one for one in units.by_id.values() if units.parents.get(one.id) == unit.id]
    lines = [_together(rounds, units, one) for one in sorted(below, key=lambda one: one.code)]
    return _together(rounds, units, unit), [line for line in lines if line.rounds]


def _together(rounds: Sequence[RoundLine], units: Units, unit: Unit) -> UnitLine:
    # The network holds the centers that stand under none of its regions too.
    centers = None if unit.kind is UnitKind.NETWORK else units.centers.get(unit.id, frozenset())
    found = [one for one in rounds if centers is None or one.center_id in centers]
    return UnitLine(unit, found, added(one.tally for one in found))


def list_months(session: Session) -> Sequence[date]:
    """List the months that have rounds, the latest first."""
    months = select(MonitoringRound.month).where(MonitoringRound.campaign_id.is_(None)).distinct()
    return session.scalars(months.order_by(MonitoringRound.month.desc())).all()


def get_round(session: Session, *, scope: Scope, public_id: str) -> MonitoringRound:
    """Return a round of a center whose people the viewer may see.

    Raises:
        NotFoundError: out of scope or missing.
    """
    wanted = select(MonitoringRound).where(MonitoringRound.public_id == public_id)
    if not scope.network:
        wanted = wanted.where(MonitoringRound.center_id.in_(sorted(scope.center_ids)))
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def list_round_checks(session: Session, *, scope: Scope, of: MonitoringRound) -> list[tuple[FieldCheck, JobRole]]:
    """List whom a round looks at, with their job, as far as the viewer may see them; never the viewer."""
    rows = session.execute(
        select(FieldCheck, JobRole)
        .join(JobRole, JobRole.id == FieldCheck.role_id)
        .where(FieldCheck.round_id == of.id, reached(scope))
        .order_by(FieldCheck.id)
        .options(
            joinedload(FieldCheck.person), joinedload(FieldCheck.observer), joinedload(FieldCheck.observation)
        )
    )  # fmt: skip
    return [(check, role) for check, role in rows]


def get_round_line(session: Session, of: MonitoringRound, *, on: date) -> RoundLine:
    """Return how a round stands on a day, whoever is in it."""
    rows = session.execute(
        select(FieldCheck.state, func.count()).where(FieldCheck.round_id == of.id).group_by(FieldCheck.state)
    )
    return _line(of.public_id, of.center_id, of.opens_on, of.closes_on, count_checks(dict(rows.all())), on)
