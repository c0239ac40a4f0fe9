"""Writing campaigns, publishing them, and calling them off."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.field_checks.models import FieldCheck
from lms.field_checks.monitoring.actions import Planned, make_rounds
from lms.field_checks.monitoring.models import Campaign, MonitoringRound
from lms.field_checks.monitoring.queries_campaigns import is_taken, state_of
from lms.field_checks.monitoring.queries_planning import find_missing_of, load_staff
from lms.field_checks.monitoring.rules_campaigns import (
    CANCELLABLE,
    LONGEST_REASON,
    CampaignState,
    CampaignTerms,
    campaign_fault,
)
from lms.field_checks.rules import OPEN, CheckState
from lms.observations.models import ItemSetItem, StandardItem
from lms.observations.queries_standards import find_version
from lms.shared.errors import DomainError


def save_campaign(
    session: Session, actor: Actor, terms: CampaignTerms, *, on: date, campaign: Campaign | None = None
) -> Campaign:
    """Write a campaign, or change one that is not published yet.

    Raises:
        DomainError: it is published ("state"), its code is taken ("code_taken"), there is no standard to choose from
            ("no_standard"), or what `campaign_fault` says.
    """
    version = find_version(session, on=on)
    if version is None:
        raise DomainError("no_standard")
    asked = select(StandardItem).join(ItemSetItem, ItemSetItem.item_id == StandardItem.id)
    items = session.scalars(
        asked.where(ItemSetItem.item_set_id == version.id, StandardItem.code.in_(terms.items))
    ).all()
    if fault := campaign_fault(starts_on=terms.starts_on, ends_on=terms.ends_on, items=len(items), on=on):
        raise DomainError(fault)
    if campaign is not None:
        session.refresh(campaign, with_for_update=True)
        _want(campaign, {CampaignState.DRAFT}, on)
    if (campaign is None or campaign.code != terms.code) and is_taken(session, terms.code):
        raise DomainError("code_taken")
    saved = campaign or Campaign(recorded_at=actor.at)
    try:
        with session.begin_nested():  # someone may take the code in the same instant
            _write(saved, terms, version.id, items)
            session.add(saved)
            session.flush()
    except IntegrityError:
        raise DomainError("code_taken") from None
    _note(session, actor, saved, "monitoring.save_campaign", {"code": saved.code, "items": len(items)})
    return saved


def _write(campaign: Campaign, terms: CampaignTerms, version_id: int, items: Sequence[StandardItem]) -> None:
    for name in ("code", "kind", "title_ko", "title_en", "starts_on", "ends_on", "wanted"):
        setattr(campaign, name, getattr(terms, name))
    campaign.network_types, campaign.version_id = " ".join(sorted(terms.network_types)), version_id
    campaign.items = list(items)


def publish_campaign(session: Session, actor: Actor, campaign: Campaign, *, on: date) -> Planned:
    """Publish a draft: every center gets its round at once.

    Raises:
        DomainError: it is no draft ("state"), its days are over ("is_over"), or it would reach nobody ("nobody").
    """
    session.refresh(campaign, with_for_update=True)
    _want(campaign, {CampaignState.DRAFT}, on)
    if campaign.ends_on < on:
        raise DomainError("is_over")
    missing = find_missing_of(session, campaign, staff=load_staff(session, on=on), on=on)
    if not missing:
        raise DomainError("nobody")
    campaign.published_at = actor.at
    done, people = make_rounds(session, actor, missing)
    _note(session, actor, campaign, "monitoring.publish_campaign", done._asdict(), people)
    return done


def cancel_campaign(session: Session, actor: Actor, campaign: Campaign, *, reason: str, on: date) -> int:
    """Call a campaign off, which voids its open checks; return how many.

    Raises:
        DomainError: it is over or cancelled ("state"), or no reason is given ("text").
    """
    session.refresh(campaign, with_for_update=True)
    _want(campaign, CANCELLABLE, on)
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise DomainError("text")
    rounds = select(MonitoringRound.id).where(MonitoringRound.campaign_id == campaign.id)
    is_open = (FieldCheck.round_id.in_(rounds), FieldCheck.state.in_(OPEN))
    people = session.scalars(select(FieldCheck.person_id).where(*is_open).with_for_update()).all()
    ended = {"state": CheckState.VOID, "closed_at": actor.at}
    session.execute(update(FieldCheck).where(*is_open).values(ended).execution_options(synchronize_session="fetch"))
    campaign.cancelled_at, campaign.cancel_reason = actor.at, reason.strip()
    detail: dict[str, object] = {"void": len(people), "reason": reason.strip()}
    _note(session, actor, campaign, "monitoring.cancel_campaign", detail, list(people))
    return len(people)


def _want(campaign: Campaign, states: Collection[CampaignState], on: date) -> None:
    if state_of(campaign, on=on) not in states:
        raise DomainError("state")


def _note(
    session: Session, actor: Actor, campaign: Campaign, action: str, detail: dict[str, object],
    people: list[int] | None = None,
) -> None:  # fmt: skip
    audit.record(session, actor, action, "campaign", campaign.public_id, subject_ids=people or [], detail=detail)
    session.flush()
