"""What the plan of self-monitoring lacks: rounds of centers, and people in them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload

from lms.field_checks.models import FieldCheck
from lms.field_checks.monitoring.models import Campaign, MonitoringRound
from lms.field_checks.monitoring.rules import (
    LATELY,
    UNSEEN,
    Frame,
    choose_form,
    draw_people,
    forms_of,
    frame_of_month,
    number_wanted,
    quarter_of,
)
from lms.field_checks.monitoring.rules_campaigns import CampaignKind
from lms.field_checks.queries_planning import observers_by_center
from lms.observations.models import BehaviorRole, ItemSetItem, Observation, ObservationResult, StandardItem
from lms.observations.queries_standards import find_version, list_set_items
from lms.observations.rules import Occasion
from lms.observations.rules_standards import CheckItem
from lms.people.models import JobRole, OrgUnit
from lms.people.queries import active_postings, frontline_roles
from lms.people.rules import DutyKind, NetworkType

# What was observed at a center is told by these.
LOOKS = (Occasion.CHECK, Occasion.SELF_MONITORING)
Forms = Mapping[int, Sequence[Sequence[CheckItem]]]
MadeRound = tuple[int, set[int]]  # its id, and whom it has drawn


@dataclass(frozen=True, slots=True)
class Drawn:
    """Someone to be seen in a round, what is asked, and who is to look."""

    person_id: int
    role_id: int
    items: Sequence[CheckItem]
    observer_id: int | None


@dataclass(frozen=True, slots=True)
class MissingRound:
    """A round to make, or one that is there (`round_id`) and lacks people."""

    round_id: int | None
    center_id: int
    campaign_id: int | None
    frame: Frame
    version_id: int
    drawn: Sequence[Drawn]


@dataclass(frozen=True, slots=True)
class Staff:
    """Who is on the front line, by center and with their job, and who is in charge there, whom it falls to first first.

    Somebody whom nobody else at their center could look at is left out.
    """

    workers: Mapping[int, Mapping[int, int]]
    in_charge: Mapping[int, Sequence[int]]
    network_types: Mapping[int, str | None]

    def observer(self, center_id: int, person_id: int) -> int | None:
        """Return who is to look at someone; None where nobody is in charge."""
        return next((one for one in self.in_charge.get(center_id, ()) if one != person_id), None)


def find_missing_rounds(session: Session, *, on: date) -> list[MissingRound]:
    """Find what is missing on a day, of its month and of running campaigns; nothing, once that is planned."""
    version, frame = find_version(session, on=on), frame_of_month(on)
    campaigns = [one for one in list_running(session, on=on) if frame_of(one).may_draw(on)]
    asks_month = version is not None and frame.may_draw(on)
    if not (asks_month or campaigns):
        return []
    staff = load_staff(session, on=on)
    found = _of_month(session, staff, frame, version.id, on) if version and asks_month else []
    return found + [one for campaign in campaigns for one in find_missing_of(session, campaign, staff=staff, on=on)]


def frame_of(campaign: Campaign) -> Frame:
    """Return when the rounds of a campaign are."""
    return Frame(campaign.starts_on.replace(day=1), campaign.starts_on, campaign.ends_on)


def list_running(session: Session, *, on: date) -> Sequence[Campaign]:
    """List the campaigns that are published and neither over nor cancelled.

    They are held until the transaction ends: one that is being called off gets no more people.
    """
    running = (Campaign.published_at.is_not(None), Campaign.cancelled_at.is_(None), Campaign.ends_on >= on)
    wanted = (
        select(Campaign).where(*running).order_by(Campaign.id).options(selectinload(Campaign.items)).with_for_update()
    )
    return session.scalars(wanted).all()


def find_missing_of(session: Session, campaign: Campaign, *, staff: Staff, on: date) -> list[MissingRound]:
    """Find what is missing of a campaign's rounds; of a draft, all that publishing it would make."""
    chosen, types = {item.id for item in campaign.items}, set(campaign.network_types.split())
    forms = forms_by_role(session, campaign.version_id, chosen)
    made = _made(session, MonitoringRound.campaign_id == campaign.id)
    centers = [one for one in staff.workers if not types or staff.network_types[one] in types]
    if campaign.kind == CampaignKind.SURVEY:
        first = DutyKind.REPRESENTATIVE
        staff = replace(staff, in_charge=observers_by_center(session, centers, on=on, first=first))
    found = []
    for center_id in centers:
        people = {one: role for one, role in staff.workers[center_id].items() if role in forms}
        round_id, there = made.get(center_id, (None, set()))
        number = min(campaign.wanted, len(people))
        drawn = draw_people(people, seen=(), there=there, number=number, seed=campaign.code)
        looks = [Drawn(one, people[one], forms[people[one]][0], staff.observer(center_id, one)) for one in drawn]
        if looks:
            frame = frame_of(campaign)
            found.append(MissingRound(round_id, center_id, campaign.id, frame, campaign.version_id, looks))
    return found


def _of_month(session: Session, staff: Staff, frame: Frame, version_id: int, on: date) -> list[MissingRound]:
    forms = forms_by_role(session, version_id)
    made = _made(session, MonitoringRound.campaign_id.is_(None), MonitoringRound.month == frame.month)
    lacking = draw_month(staff, frame, forms, made, _seen_in_quarter(session, frame))
    times = _times_observed(session, lacking, on) if lacking else {}
    return rounds_of_month(staff, frame, version_id, forms, made, lacking, times)


def draw_month(
    staff: Staff, frame: Frame, forms: Forms, made: Mapping[int, MadeRound], seen: Collection[int]
) -> dict[int, list[int]]:  # fmt: skip
    """Draw whom each center's round of a month lacks; `seen` were seen, or still may be, in the quarter."""
    drawn = {}
    for center_id, workers in staff.workers.items():
        people = {one for one, role in workers.items() if role in forms}
        there = made[center_id][1] if center_id in made else set()
        unseen = sum(one in there or one not in seen for one in people)
        number = number_wanted(len(people), unseen, frame.month)
        before = people.intersection(seen) - there
        drawn[center_id] = draw_people(people, seen=before, there=there, number=number, seed=f"{frame.month}")
    return {center_id: people for center_id, people in drawn.items() if people}


def rounds_of_month(
    staff: Staff, frame: Frame, version_id: int, forms: Forms, made: Mapping[int, MadeRound],
    drawn: Mapping[int, Sequence[int]], times: Mapping[int, Counter[int]],
) -> list[MissingRound]:  # fmt: skip
    """Return the rounds of those drawn, each with a form; `times` tells how often items were observed lately."""
    return [
        MissingRound(
            made[center_id][0] if center_id in made else None, center_id, None, frame, version_id,
            _asked(staff, center_id, people, forms, Counter(times.get(center_id, ())), f"{frame.month}"),
        )
        for center_id, people in drawn.items()
    ]  # fmt: skip


def _asked(
    staff: Staff, center_id: int, people: Sequence[int], forms: Forms, times: Counter[int], seed: str
) -> list[Drawn]:  # fmt: skip
    """Give each of a center's people a form; what one is asked, the next of the same job is rather not."""
    found = []
    for person_id in people:
        role_id = staff.workers[center_id][person_id]
        form = choose_form(forms[role_id], times, seed=seed)
        times.update(item.item_id for item in form)
        found.append(Drawn(person_id, role_id, form, staff.observer(center_id, person_id)))
    return found


def load_staff(session: Session, *, on: date) -> Staff:
    """Load who may be looked at on a day, at all centers that are open."""
    active = active_postings(on).subquery("active")
    rows = session.execute(
        select(active.c.center_id, active.c.person_id, active.c.role_id, OrgUnit.network_type)
        .join(OrgUnit, OrgUnit.id == active.c.center_id)
        .where(
            active.c.role_id.in_(frontline_roles(on)), OrgUnit.network_type.is_distinct_from(NetworkType.HEAD_OFFICE)
        )
        .order_by(OrgUnit.code, active.c.person_id)
    ).all()
    types = {center_id: network_type for center_id, _, _, network_type in rows}
    in_charge = observers_by_center(session, types, on=on)
    workers: dict[int, dict[int, int]] = {}
    for center_id, person_id, role_id, _ in rows:
        if in_charge.get(center_id) != [person_id]:
            workers.setdefault(center_id, {})[person_id] = role_id
    return Staff(workers, in_charge, types)


def forms_by_role(session: Session, version_id: int, chosen: Collection[int] | None = None) -> Forms:
    """List the forms of every job that is asked something: of the whole version, or one form of what is chosen."""
    items = list_set_items(session, version_id)
    rows = session.execute(
        select(StandardItem.id, BehaviorRole.job_role_id)
        .join(BehaviorRole, BehaviorRole.behavior_id == StandardItem.behavior_id)
        .join(ItemSetItem, ItemSetItem.item_id == StandardItem.id)
        .where(ItemSetItem.item_set_id == version_id)
    )
    roles: dict[int, set[int]] = {}
    for item_id, role_id in rows:
        roles.setdefault(item_id, set()).add(role_id)
    asked = {
        role_id: [one for one in items if role_id in roles.get(one.item_id, {role_id})]
        for role_id in session.scalars(select(JobRole.id))
    }
    if chosen is None:
        return {role_id: forms_of(of_role) for role_id, of_role in asked.items() if of_role}
    parts = {role_id: [one for one in of_role if one.item_id in chosen] for role_id, of_role in asked.items()}
    return {role_id: [part] for role_id, part in parts.items() if part}


def _made(session: Session, *conditions: ColumnElement[bool]) -> dict[int, MadeRound]:
    """Return the rounds there are, by center, and who was drawn for them, whatever became of it."""
    rows = session.execute(
        select(MonitoringRound.center_id, MonitoringRound.id, FieldCheck.person_id)
        .join(FieldCheck, FieldCheck.round_id == MonitoringRound.id)
        .where(*conditions)
    )
    found: dict[int, MadeRound] = {}
    for center_id, round_id, person_id in rows:
        found.setdefault(center_id, (round_id, set()))[1].add(person_id)
    return found


def _seen_in_quarter(session: Session, frame: Frame) -> set[int]:
    """Return who was drawn in the quarter so far, at whatever center, and was or still may be seen."""
    rows = select(FieldCheck.person_id).join(MonitoringRound, MonitoringRound.id == FieldCheck.round_id)
    in_quarter = (
        MonitoringRound.campaign_id.is_(None),
        MonitoringRound.month >= quarter_of(frame.month),
        MonitoringRound.month <= frame.month,
    )
    return set(session.scalars(rows.where(*in_quarter, FieldCheck.state.not_in(UNSEEN))))


def _times_observed(session: Session, center_ids: Collection[int], on: date) -> dict[int, Counter[int]]:
    """Return how often each item was observed at centers lately."""
    lately = (
        Observation.center_id.in_(sorted(center_ids)),
        Observation.occasion.in_(LOOKS),
        Observation.superseded_at.is_(None),
        Observation.observed_on > on - LATELY,
        Observation.observed_on <= on,
    )
    asked = select(Observation.center_id, ItemSetItem.item_id, func.count())
    asked = asked.join(ItemSetItem, ItemSetItem.item_set_id == Observation.item_set_id)
    told = select(Observation.center_id, ObservationResult.item_id, -func.count())
    told = told.join(ObservationResult, ObservationResult.observation_id == Observation.id)
    told = told.where(ObservationResult.met.is_(None))
    found: dict[int, Counter[int]] = {}
    for statement, item_id in ((asked, ItemSetItem.item_id), (told, ObservationResult.item_id)):
        for center_id, item, number in session.execute(
            statement.where(*lately).group_by(Observation.center_id, item_id)
        ):
            found.setdefault(center_id, Counter())[item] += number
    return found
