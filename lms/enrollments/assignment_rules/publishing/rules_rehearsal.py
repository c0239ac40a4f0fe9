"""What publishing a rule would do to one person: the changes with the rule less those that are coming without it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from lms.enrollments.assignment_rules.publishing.rules import Effect, Line
from lms.enrollments.assignment_rules.rules import Facts, Record, RuleBook
from lms.enrollments.assignment_rules.rules_changes import Change, Kind, changes
from lms.enrollments.assignment_rules.rules_terms import Due
from lms.enrollments.assignment_rules.rules_wanted import wanted
from lms.enrollments.dues.rules import Circumstances

EFFECTS = {
    Kind.ENROLL: Effect.GAINS,
    Kind.RESTORE: Effect.GAINS,
    Kind.VOID: Effect.LOSES,
    Kind.MOVE: Effect.DUE_LATER,
}


def narrow(book: RuleBook, course_ids: Collection[int]) -> RuleBook:
    """Let a book ask about some courses only, and return it.

    All rules for them stay, as two of them share one due date; where none is left, what was asked for still ends.
    """
    book.by_course = {course_id: book.by_course.get(course_id, []) for course_id in course_ids}
    book.retired = book.retired & set(course_ids)
    return book


@dataclass(frozen=True, slots=True)
class Stage:
    """What a rehearsal asks of everyone: books of one day without and with the version, and how that says it is due.

    `mandatory` are the courses whose enrollments count in rates.
    """

    before: RuleBook
    after: RuleBook
    due: Due
    mandatory: Collection[int]

    @property
    def as_of(self) -> date:
        """Return the day for which is rehearsed."""
        return self.after.as_of


def lines_of(facts: Facts, stage: Stage, known: Circumstances) -> Iterator[Line]:
    """Yield what one person gains, loses or is given more time for."""
    before, after = stage.before, stage.after
    coming = {_key(one) for one in changes(facts.person_id, wanted(facts, before), before.as_of)}
    for change in changes(facts.person_id, wanted(facts, after), after.as_of):
        if change.kind in EFFECTS and _key(change) not in coming:
            yield _line(facts, change, stage, known)


def _key(change: Change) -> tuple[Kind, int, date]:
    return change.kind, change.wanted.course_id, change.wanted.assigned_on


def _line(facts: Facts, change: Change, stage: Stage, known: Circumstances) -> Line:
    want, effect, as_of = change.wanted, EFFECTS[change.kind], stage.as_of
    record = want.record
    nominal = record.nominal_due_on if record and effect is Effect.LOSES else want.nominal_due
    due_on = known.due(nominal, want.assigned_on, of=record.id if record else None)
    is_due = due_on is not None and due_on <= as_of
    is_gain = effect is Effect.GAINS
    stated = stage.due.of(want.assigned_on)
    counts = (record.required if record else want.course_id in stage.mandatory) and facts.away(as_of) is None
    due, done = _moved(facts, change, as_of, known, is_due=is_due) if counts else (0, 0)
    return Line(
        person_id=facts.person_id,
        center_id=center_on(facts, as_of),
        course_id=want.course_id,
        effect=effect,
        due_on=due_on,
        enrollment_id=record.id if record else None,
        is_due=is_due,
        is_overdue=is_gain and due_on is not None and due_on < as_of,
        is_impossible=is_gain and stated is not None and stated <= want.assigned_on,
        due=due,
        done=done,
    )


def center_on(facts: Facts, on: date) -> int | None:
    """Return where someone works on a day; None where nowhere."""
    here = (one.center_id for one in facts.stays if one.starts_on <= on and (one.ends_on is None or one.ends_on > on))
    return next(here, None)


def _moved(facts: Facts, change: Change, as_of: date, known: Circumstances, *, is_due: bool) -> tuple[int, int]:
    """Return what a rate gains in due and completed ones: of one person and course only the latest that has fallen due
    counts (ruling 5), so what is gained hides an earlier cycle, and what is lost shows it again."""
    want = change.wanted
    was_due = _has_fallen_due(want.record, as_of, known)
    if change.kind is Kind.MOVE:
        step = int(is_due) - int(was_due)
    elif EFFECTS[change.kind] is Effect.GAINS:
        step = int(is_due)
    else:
        step = -int(was_due)
    if not step:
        return 0, 0
    earlier = [
        one
        for one in facts.records.get(want.course_id, ())
        if one.required
        and one.assigned_on < want.assigned_on
        and (one.voided_on is None or one.voided_on > as_of)
        and _has_fallen_due(one, as_of, known)
    ]
    if not earlier:
        return step, 0
    is_done = earlier[-1].completed_on is not None and earlier[-1].completed_on <= as_of
    return 0, -step * int(is_done)


def _has_fallen_due(record: Record | None, as_of: date, known: Circumstances) -> bool:
    if record is None:
        return False
    due_on = known.due(record.nominal_due_on, record.assigned_on, of=record.id)
    return due_on is not None and due_on <= as_of
