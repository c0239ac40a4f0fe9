"""How observations are called."""

from flask_babel import lazy_gettext as _l

from lms.observations.rules import ObserverKind, Occasion, VisitKind

KINDS = {VisitKind.FIRST: _l("Scheduled visit"), VisitKind.RECHECK: _l("Follow-up visit")}
OCCASIONS = {
    Occasion.INSPECTION: _l("Inspection"),
    Occasion.CHECK: _l("Check after training"),
    Occasion.SELF_MONITORING: _l("Self-monitoring"),
    Occasion.MYSTERY_VISIT: _l("Mystery visit"),
}
OBSERVERS = {
    ObserverKind.SELF: _l("The center itself"),
    ObserverKind.PEER: _l("A colleague"),
    ObserverKind.COORDINATOR: _l("The coordinator"),
    ObserverKind.AREA: _l("The area manager"),
    ObserverKind.SHOPPER: _l("A mystery shopper"),
    ObserverKind.INSPECTOR: _l("An inspector"),
}


def is_independent(observer_kind: str) -> bool:
    """Tell whether an observer stands outside the center."""
    return ObserverKind(observer_kind).is_independent
