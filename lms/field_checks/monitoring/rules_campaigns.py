"""Campaigns: what they are for, and what may be done with them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

LONGEST_REASON = 300
# More than a form can be filled in with at one time, and more people than a center would look at.
MOST_ITEMS, MOST_WANTED = 20, 30


class CampaignKind(StrEnum):
    """An internal survey of the whole network by its representatives, or "Back to the basics"."""

    SURVEY = "SURVEY"
    BASICS = "BASICS"


@dataclass(frozen=True, slots=True)
class CampaignTerms:
    """What a campaign asks (codes of items), of how many people of each center, when, and where (none: everywhere)."""

    code: str
    kind: CampaignKind
    title_ko: str
    title_en: str
    starts_on: date
    ends_on: date
    wanted: int
    items: frozenset[str]
    network_types: frozenset[str] = frozenset()


class CampaignState(StrEnum):
    """How a campaign stands."""

    DRAFT = "DRAFT"
    COMING = "COMING"
    RUNNING = "RUNNING"
    OVER = "OVER"
    CANCELLED = "CANCELLED"


CANCELLABLE = frozenset({CampaignState.DRAFT, CampaignState.COMING, CampaignState.RUNNING})


def campaign_state(
    *, starts_on: date, ends_on: date, is_published: bool, is_cancelled: bool, on: date
) -> CampaignState:
    """Return how a campaign stands on a day."""
    if is_cancelled:
        return CampaignState.CANCELLED
    if not is_published:
        return CampaignState.DRAFT
    if on < starts_on:
        return CampaignState.COMING
    return CampaignState.RUNNING if on <= ends_on else CampaignState.OVER


def campaign_fault(*, starts_on: date, ends_on: date, items: int, on: date) -> str | None:
    """Return why a campaign cannot be kept so: its days, or how many items it asks; None when it can."""
    if ends_on < starts_on:
        return "ends_first"
    if ends_on < on:
        return "is_over"
    return None if 0 < items <= MOST_ITEMS else "items"
