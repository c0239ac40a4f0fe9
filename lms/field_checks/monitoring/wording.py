"""Self-monitoring, in words."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lms.field_checks.monitoring.rules import RoundState
from lms.field_checks.monitoring.rules_campaigns import CampaignKind, CampaignState
from lms.shared.errors import DomainError

# Each with the tone of its badge.
ROUNDS: dict[str, tuple[LazyString, str]] = {
    RoundState.COMING: (_l("Window not open yet"), "neutral"),
    RoundState.OPEN: (_l("Round open"), "soon"),
    RoundState.COMPLETE: (_l("Round complete"), "done"),
    RoundState.MISSED: (_l("Round missed"), "critical"),
    RoundState.VOID: (_l("Void"), "void"),
}
CAMPAIGNS: dict[str, tuple[LazyString, str]] = {
    CampaignState.DRAFT: (_l("Draft"), "neutral"),
    CampaignState.COMING: (_l("Coming"), "neutral"),
    CampaignState.RUNNING: (_l("Running"), "accent"),
    CampaignState.OVER: (_l("Campaign over"), "done"),
    CampaignState.CANCELLED: (_l("Called off"), "void"),
}
KINDS = {
    CampaignKind.BASICS: _l("Back to the basics"),
    CampaignKind.SURVEY: _l("Internal survey"),
}
REFUSALS: dict[str, LazyString] = {
    "state": _l("The campaign has gone on meanwhile. Read what stands now."),
    "code_taken": _l("There is a campaign of this code already. Choose another code."),
    "no_standard": _l("There is no standard in force to choose items from."),
    "ends_first": _l("The campaign ends before it begins. Correct one of the two days."),
    "is_over": _l("These days are over. Choose a last day from today on."),
    "items": _l("Choose 1 to 20 items."),
    "nobody": _l("At no center is anybody asked these items. Choose others."),
    "text": _l("Say why in up to 300 characters."),
}


def refusal(error: DomainError) -> str:
    """Return what stands in the way, as a sentence."""
    return str(REFUSALS[error.code])
