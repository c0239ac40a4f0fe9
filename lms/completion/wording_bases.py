"""Bases in words: what each counts, at which center, over which time."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.completion.rules_bases import WEIGHT_UNITS, Attribution, Basis, Measure, Period

BASES = {
    Basis.COMPLETION: _l("By enrollment"),
    Basis.ON_TIME: _l("In time"),
    Basis.LATE: _l("Late"),
    Basis.HEADCOUNT: _l("By head-count"),
    Basis.COURSE: _l("By course taken"),
    Basis.WEIGHTED: _l("Weighted by course"),
    Basis.ASSIGNED: _l("Of those assigned"),
}
RATES = {
    Basis.COMPLETION: _l("Completion rate"),
    Basis.ON_TIME: _l("On-time rate"),
    Basis.LATE: _l("Late rate"),
    Basis.HEADCOUNT: _l("Head-count rate"),
    Basis.COURSE: _l("Rate of courses taken"),
    Basis.WEIGHTED: _l("Weighted completion rate"),
    Basis.ASSIGNED: _l("Rate of those assigned"),
}
FORMULAS = {
    Basis.COMPLETION: _l("Enrollments completed ÷ enrollments due"),
    Basis.ON_TIME: _l("Enrollments completed by their due date ÷ enrollments due"),
    Basis.LATE: _l("Enrollments completed after their due date ÷ enrollments due"),
    Basis.HEADCOUNT: _l("People with everything due completed ÷ people with something due"),
    Basis.COURSE: _l("Courses completed ÷ courses due, each once per person"),
    Basis.WEIGHTED: _l("As by enrollment, each counting as much as its course weighs"),
    Basis.ASSIGNED: _l("Enrollments completed ÷ enrollments assigned, due or not"),
}
PARTS = {
    Basis.COMPLETION: _l("Completed"),
    Basis.ON_TIME: _l("Completed in time"),
    Basis.LATE: _l("Completed late"),
    Basis.HEADCOUNT: _l("People with all completed"),
    Basis.COURSE: _l("Courses completed"),
    Basis.WEIGHTED: _l("Weight completed"),
    Basis.ASSIGNED: _l("Completed"),
}
WHOLES = {
    Basis.COMPLETION: _l("Due"),
    Basis.ON_TIME: _l("Due"),
    Basis.LATE: _l("Due"),
    Basis.HEADCOUNT: _l("People with something due"),
    Basis.COURSE: _l("Courses due"),
    Basis.WEIGHTED: _l("Weight due"),
    Basis.ASSIGNED: _l("Assigned"),
}
ATTRIBUTIONS = {
    Attribution.CURRENT: _l("Center of the day"),
    Attribution.DUE_DATE: _l("Center of the due date"),
}


def measure_in_words(measure: Measure) -> str:
    """Return the basis, the attribution and the time of a rate in one line."""
    parts = [str(BASES[measure.basis]), str(ATTRIBUTIONS[measure.attribution])]
    if measure.period is not None:
        parts.append(period_in_words(measure.period, assigned=measure.basis is Basis.ASSIGNED))
    return " · ".join(parts)


def period_in_words(period: Period, *, assigned: bool = False) -> str:
    """Return a period as a phrase."""
    days = {"first": period.first, "last": period.last}
    return str(_("assigned %(first)s – %(last)s", **days) if assigned else _("due %(first)s – %(last)s", **days))


def explanations(measure: Measure, as_of: date) -> list[str]:
    """Return in sentences how a rate is reckoned: its formula, whom it counts, where, and over which time."""
    found = [f"{RATES[measure.basis]} = {FORMULAS[measure.basis]}."]
    found.append(
        str(_("Counted are required enrollments of people at work on %(date)s, as they stand then.", date=as_of))
    )
    if measure.attribution is Attribution.DUE_DATE:
        found.append(
            str(
                _(
                    "Each counts at the center, and in the job, that the person had on its due date: who was "
                    "responsible. Whoever worked nowhere then counts where they work now. Areas and regions are those "
                    "of the as-of date."
                )
            )
        )
    else:
        found.append(str(_("Each counts at the center where the person works on the as-of date: who must act now.")))
    found.append(_time_in_words(measure))
    if measure.basis is Basis.HEADCOUNT and measure.attribution is Attribution.DUE_DATE:
        found.append(str(_("Someone for whom courses fell due at two centers counts as one person at each.")))
    if measure.basis is Basis.WEIGHTED:
        found.append(str(_("The interval stands on the smaller of people and (Σw)² ÷ Σw².")))
    return found


def _time_in_words(measure: Measure) -> str:
    if measure.period is None and measure.basis is Basis.ASSIGNED:
        return str(_("Of each course the latest cycle assigned by the as-of date counts."))
    if measure.period is None:
        return str(_("Of each course the latest cycle that has fallen due by the as-of date counts."))
    if measure.basis is Basis.ASSIGNED:
        return str(_("Every cycle assigned within the period counts, both days included."))
    return str(_("Every cycle that falls due within the period counts, both days included, as far as it is due."))


def number(count: int, basis: Basis) -> str:
    """Return a part or whole as shown; weights as the catalog has them."""
    if basis is not Basis.WEIGHTED:
        return f"{count:,}"
    return f"{count / WEIGHT_UNITS:,.2f}".rstrip("0").rstrip(".")
