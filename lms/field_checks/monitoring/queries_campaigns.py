"""Reads of campaigns."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from lms.field_checks.models import FieldCheck
from lms.field_checks.monitoring.models import Campaign, MonitoringRound
from lms.field_checks.monitoring.queries_planning import find_missing_of, load_staff
from lms.field_checks.monitoring.rules_campaigns import CampaignState, campaign_state
from lms.observations.models import Observation
from lms.observations.practice.campaigns import Made
from lms.people.rules import DutyKind, Scope
from lms.shared.errors import NotFoundError


class Preview(NamedTuple):
    """What publishing a campaign would make now."""

    centers: int
    checks: int


def list_campaigns(session: Session, *, scope: Scope) -> Sequence[Campaign]:
    """List the campaigns, the latest first; drafts only for who may edit them."""
    wanted = select(Campaign).order_by(Campaign.starts_on.desc(), Campaign.id.desc())
    if not may_edit(scope):
        wanted = wanted.where(Campaign.published_at.is_not(None))
    return session.scalars(wanted).all()


def get_campaign(session: Session, *, scope: Scope, public_id: str) -> Campaign:
    """Return a campaign.

    Raises:
        NotFoundError: it is missing, or a draft of others.
    """
    found = find_campaign(session, scope=scope, public_id=public_id)
    if found is None:
        raise NotFoundError
    return found


def find_campaign(session: Session, *, scope: Scope, public_id: str | None) -> Campaign | None:
    """Find a campaign; None where it is missing, or a draft of others."""
    found = session.scalars(select(Campaign).where(Campaign.public_id == (public_id or ""))).one_or_none()
    return found if found and (found.published_at or may_edit(scope)) else None


def list_made(session: Session) -> list[Made]:
    """List the campaigns that observations may have been made for, the latest first."""
    wanted = select(Campaign.public_id, Campaign.title_ko, Campaign.title_en).where(Campaign.published_at.is_not(None))
    return [Made(*row) for row in session.execute(wanted.order_by(Campaign.starts_on.desc(), Campaign.id.desc()))]


def made_for(public_id: str) -> ColumnElement[bool]:
    """Return the condition on `Observation` that it was made in a round of a campaign."""
    checks = (
        select(FieldCheck.observation_id)
        .join(MonitoringRound, MonitoringRound.id == FieldCheck.round_id)
        .join(Campaign, Campaign.id == MonitoringRound.campaign_id)
        .where(Campaign.public_id == public_id, FieldCheck.observation_id.is_not(None))
    )
    return Observation.id.in_(checks)


def is_taken(session: Session, code: str) -> bool:
    """Tell whether a campaign has this code."""
    return session.scalar(select(Campaign.id).where(Campaign.code == code)) is not None


def may_edit(scope: Scope) -> bool:
    """Tell whether a viewer writes campaigns: whoever writes the standard."""
    return DutyKind.TRAINING_ADMIN in scope.duties


def state_of(campaign: Campaign, *, on: date) -> CampaignState:
    """Return how a campaign stands on a day."""
    return campaign_state(
        starts_on=campaign.starts_on, ends_on=campaign.ends_on, is_published=campaign.published_at is not None,
        is_cancelled=campaign.cancelled_at is not None, on=on,
    )  # fmt: skip


def preview_campaign(session: Session, campaign: Campaign, *, on: date) -> Preview:
    """Count what publishing a draft would make on a day."""
    missing = find_missing_of(session, campaign, staff=load_staff(session, on=on), on=on)
    return Preview(len(missing), sum(len(one.drawn) for one in missing))
