"""What duties are called, and why an appointment is refused, in the reader's language."""

from typing import Any

from flask_babel import LazyString, force_locale
from flask_babel import lazy_gettext as _l

from lms.people.rules import DutyKind, UnitKind
from lms.shared.errors import DomainError

TITLES: dict[DutyKind, Any] = {
    DutyKind.REPRESENTATIVE: _l("Center representative"),
    DutyKind.COORDINATOR: _l("CS coordinator"),
    DutyKind.DEPUTY_COORDINATOR: _l("Deputy CS coordinator"),
    DutyKind.CENTER_MANAGER: _l("Center manager"),
    DutyKind.AREA_MANAGER: _l("Area manager"),
    DutyKind.REGION_MANAGER: _l("Region manager"),
    DutyKind.TRAINING_ADMIN: _l("Training administrator"),
    DutyKind.CS_ADMIN: _l("CS planner"),
    DutyKind.EXECUTIVE: _l("Executive"),
    DutyKind.AUDITOR: _l("Privacy auditor"),
    DutyKind.SYSTEM_ADMIN: _l("System administrator"),
}
LEVELS: dict[UnitKind, Any] = {
    UnitKind.NETWORK: _l("Network"),
    UnitKind.REGION: _l("Region"),
    UnitKind.AREA: _l("Area"),
    UnitKind.CENTER: _l("Center"),
}
REFUSALS: dict[str, LazyString] = {
    "duty_not_yours": _l("You cannot appoint to this duty here."),
    "duty_person": _l("Choose a person."),
    "duty_for_oneself": _l("You cannot appoint yourself. Someone else who may appoint here does that."),
    "duty_dates": _l("The last day lies before the first one. Correct the dates."),
    "duty_unit_closed": _l("This unit is not open on %(start)s. Choose another first day."),
    "duty_not_posted": _l("%(name)s does not work at an open center on %(start)s. Choose another first day."),
    "duty_on_leave": _l("%(name)s is on leave on %(start)s. Choose a day after the return."),
    "duty_by_job": _l("The job of %(name)s carries this duty already. No appointment is needed."),
    "duty_auditor": _l("An auditor holds no other duty at the same time, as they review what the others do."),
    "duty_held": _l("%(name)s holds this duty, or its deputy's, here in that time already. End that one first."),
    "duty_coordinator_taken": _l(
        "This center has a main coordinator in that time already. Replace them, or appoint a deputy."
    ),
    "duty_ends_own": _l("You cannot end a duty of your own. Someone else who may appoint here does that."),
    "duty_ends_before": _l("The duty begins on %(start)s. The last day cannot lie before that."),
    "duty_ends_same": _l("The duty ends on that day already."),
}


def words(error: DomainError) -> str:
    """Return why an appointment is refused."""
    found = REFUSALS.get(error.code)
    if found is None:
        return error.code
    return str(found) % error.values if "%(" in str(found) else str(found)


def plain_words(error: DomainError) -> str:
    """Return the same in English, for commands."""
    with force_locale("en"):
        return words(error)
