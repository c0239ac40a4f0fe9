"""Words of assignment rules: their parts, their states, what a run does, and why something is refused."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lms.enrollments.assignment_rules.publishing.rules import Effect, RunKind, RunState
from lms.enrollments.assignment_rules.rules_terms import DueKind, RenewalBasis, RenewalKind, Trigger
from lms.enrollments.assignment_rules.rules_why import Condition
from lms.enrollments.rules import Source
from lms.shared.errors import DomainError

# As a choice in the form.
TRIGGERS: dict[Trigger, LazyString] = {
    Trigger.HIRE: _l("On hire"),
    Trigger.ROLE: _l("On taking up the job role"),
    Trigger.TRANSFER: _l("On transfer to another center"),
    Trigger.RETURN: _l("On return from a leave of 180 days or more"),
    Trigger.ANNUAL: _l("Every year"),
    Trigger.MONTHLY: _l("Every month"),
    Trigger.FIXED: _l("On a fixed date"),
    Trigger.VERSION: _l("When a new version of the course requires a retake"),
    Trigger.SHORTFALL: _l("When a weak item calls for it"),
    Trigger.SPACED: _l("As spaced recall, 7, 30 and 90 days later"),
}
# As part of the sentence "… take the course … <when>, within 30 days".
WHEN: dict[Trigger, LazyString] = {
    Trigger.HIRE: _l("when they are hired"),
    Trigger.ROLE: _l("when they take up the job"),
    Trigger.TRANSFER: _l("when they move to another center"),
    Trigger.RETURN: _l("when they return from a leave of 180 days or more"),
    Trigger.MONTHLY: _l("every month"),
    Trigger.VERSION: _l("when a new version requires a retake"),
    Trigger.SHORTFALL: _l("when a weak item calls for it"),
    Trigger.SPACED: _l("7, 30 and 90 days after completing it"),
}
# The same where those who are there already are not asked.
NEWLY: dict[Trigger, LazyString] = {
    Trigger.HIRE: _l("when they are newly hired"),
    Trigger.ROLE: _l("when they newly take up the job"),
}
DUE_KINDS: dict[DueKind, LazyString] = {
    DueKind.DAYS: _l("After some days"),
    DueKind.FIXED: _l("On a date"),
    DueKind.MONTH_END: _l("At the end of that month"),
}
RENEWALS: dict[RenewalKind, LazyString] = {
    RenewalKind.NONE: _l("Not again"),
    RenewalKind.MONTHS: _l("After some months"),
    RenewalKind.CALENDAR: _l("Every year on a day"),
}
BASES: dict[RenewalBasis, LazyString] = {
    RenewalBasis.COMPLETION: _l("From the completion"),
    RenewalBasis.PREVIOUS_EXPIRY: _l("From the previous expiry: completing early loses no time"),
    RenewalBasis.FIXED: _l("On fixed days, whenever it was completed"),
}
MONTHS_SHORT: tuple[LazyString, ...] = (
    _l("January"), _l("February"), _l("March"), _l("April"), _l("May"), _l("June"),
    _l("July"), _l("August"), _l("September"), _l("October"), _l("November"), _l("December"),
)  # fmt: skip
# What may be wrong with the terms of a rule, by `rules_terms.faults`; and why a step is refused.
REFUSALS: dict[str, LazyString] = {
    "no_course": _l("Choose at least one course."),
    "fixed_on": _l("Give the date of the occasion for a fixed date, and only then."),
    "due_days": _l("Enter a number of days from 0 to 3660."),
    "due_on": _l("Give a due date for due on a date, and only then."),
    "valid_to": _l("The last day lies before the first one. Correct the dates."),
    "tenure": _l("The time in service ends before it begins. Correct the two numbers."),
    "renewal_months": _l("Give the number of months after which it comes again."),
    "renewal_day": _l("This day does not exist in that month. Correct the day or the month."),
    "renewal_basis": _l("Choose from what the next expiry counts."),
    "window_days": _l("Enter a number of days from 0 to 3660."),
    "min_active_days": _l("Enter a number of days from 0 to 3660."),
    "earlier_counts_days": _l("Enter a number of days from 0 to 3660."),
    "code_taken": _l("Another rule has this code. Choose another one."),
    "same_course": _l("A course stands for itself. Choose two courses."),
    "overtaken": _l("Someone changed this draft meanwhile. Read what stands now and decide again."),
    "not_rehearsed": _l("Rehearse the draft as it stands now, today, before you publish it."),
    "not_a_draft": _l("This version is no draft any more."),
    "run_busy": _l("Something is being applied already. Wait until it is done."),
    "undo_completed": _l(
        "Someone completed a course that this publication brought, so it cannot be undone. End the rule instead."
    ),
    "undo_overtaken": _l("A later version of this rule was published since. Undo that one first, or end the rule."),
    "not_undoable": _l("Only a publication that is done can be undone."),
    "not_in_force": _l("Only a published rule can be ended."),
    "last_on": _l("Choose today or a later day, not before the rule begins."),
    "reason": _l("Say in up to 300 characters why."),
}
# What a rule says of one person and course: the first of its conditions that fails, or that it asks.
CONDITIONS: dict[Condition, LazyString] = {
    Condition.RETIRED: _l("The course is retired on this day."),
    Condition.NOT_IN_FORCE: _l("The rule does not hold on this day, or does not name the course then."),
    Condition.BY_ACTION: _l("The rule assigns nobody by itself; somebody acts on it."),
    Condition.NOT_EMPLOYED: _l("The person has no job at an open center on this day."),
    Condition.JOB: _l("The job or duty held on this day is none of those the rule names."),
    Condition.NETWORK_TYPE: _l("The center is of another network type."),
    Condition.UNIT: _l("The center stands under none of the units that the rule names."),
    Condition.TENURE: _l("The time in service lies outside what the rule asks for."),
    Condition.TIER: _l("A tier that the rule asks for is not reached yet."),
    Condition.PREREQUISITE: _l("A course that the rule asks for is not completed yet."),
    Condition.TRIGGER: _l("The occasion that the rule waits for has not come yet."),
    Condition.TAKEN_OUT: _l("The rule asked, and somebody took the enrollment out by hand."),
    Condition.COMPLETED: _l("The rule asked, and a completion answers it."),
    Condition.MET: _l("The rule asks for the course."),
}
SOURCES: dict[str, LazyString] = {
    Source.IMPORT: _l("Taken over from a file"),
    Source.ASSIGNMENT: _l("Assigned by hand"),
    Source.RULE: _l("By a rule"),
    Source.REMEDIAL: _l("As remedial learning"),
}
IN_FORCE, DRAFT, ENDED = _l("In force"), _l("Draft"), _l("Ended")
RUN_STATES: dict[RunState, LazyString] = {
    RunState.WAITING: _l("Waiting"),
    RunState.RUNNING: _l("Running"),
    RunState.DONE: _l("Done"),
    RunState.FAILED: _l("Failed"),
    RunState.UNDONE: _l("Undone"),
}
RUN_KINDS: dict[RunKind, LazyString] = {
    RunKind.REHEARSAL: _l("Rehearsal"),
    RunKind.PUBLICATION: _l("Publication"),
    RunKind.UNDOING: _l("Undoing"),
}
EFFECTS: dict[Effect, LazyString] = {
    Effect.GAINS: _l("Gains"),
    Effect.LOSES: _l("Loses"),
    Effect.DUE_LATER: _l("Due later"),
}


def words(error: DomainError) -> str:
    """Return why something is refused; its code where there are no words."""
    text = REFUSALS.get(error.code)
    if text is None:
        return error.code
    return str(text) % error.values if "%(" in str(text) else str(text)
