"""What a learner does now in a course: which module comes next, which ones are open, which ones wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from lms.learning.content.rules import ModuleKind
from lms.learning.progress.rules import Missing, MissingKind, Outlook, Step, StudyFacts, StudyState, refusal

# A form tells of a reading what a player tells as it goes: at most this often, as no more of a gap counts.
BEAT_SECONDS = 30
MOST_BEATS = 40


class Standing(StrEnum):
    """Where a module stands for a learner. TOMORROW: enough chapters were begun today. LOCKED: another course first."""

    DONE = "DONE"
    BEGUN = "BEGUN"
    OPEN = "OPEN"
    TOMORROW = "TOMORROW"
    LOCKED = "LOCKED"


class Deed(StrEnum):
    """What the one button of a course does. NOTHING: it waits for another course, or for tomorrow."""

    START = "START"
    GO_ON = "GO_ON"
    TAKE_TEST = "TAKE_TEST"
    LOOK_AGAIN = "LOOK_AGAIN"
    NOTHING = "NOTHING"


@dataclass(frozen=True, slots=True)
class NextDeed:
    """The one button of a course, and the module it leads to."""

    deed: Deed
    step: Step | None = None


def standing_of(facts: StudyFacts, step: Step, today: date, *, is_locked: bool = False) -> Standing:
    """Return where a module stands on a day; `is_locked` tells that the whole course waits for another one."""
    state = facts.states.get(step.key)
    if state is not None:
        return Standing.DONE if state.done else Standing.BEGUN
    if is_locked:
        return Standing.LOCKED
    return Standing.TOMORROW if refusal(facts, step, today) else Standing.OPEN


def go_on(facts: StudyFacts, last_key: str | None, today: date) -> Step | None:
    """Return the module to go on with: where the learner stopped, else the next one to do; None when none is open.

    Required modules come before optional ones, and from where they stopped onwards before those left out.
    """
    places = {step.key: place for place, step in enumerate(facts.modules)}
    start = places.get(last_key or "", 0)
    waiting = [
        step
        for step in facts.modules
        if standing_of(facts, step, today) in {Standing.BEGUN, Standing.OPEN} and step.kind is not ModuleKind.SESSION
    ]
    return min(waiting, key=lambda step: (not step.required, places[step.key] < start, places[step.key]), default=None)


def next_deed(facts: StudyFacts, found: Outlook, last_key: str | None, today: date, *, is_locked: bool) -> NextDeed:
    """Return what a learner does now in a course."""
    if found.state is StudyState.COMPLETED:
        return NextDeed(Deed.LOOK_AGAIN, facts.modules[0] if facts.modules else None)
    step = None if is_locked else go_on(facts, last_key, today)
    if step is None:
        return NextDeed(Deed.NOTHING)
    if not facts.states:
        return NextDeed(Deed.START, step)
    return NextDeed(Deed.TAKE_TEST if step.kind is ModuleKind.QUIZ else Deed.GO_ON, step)


def waits_for_tomorrow(facts: StudyFacts, today: date) -> bool:
    """Tell whether something is left that opens tomorrow, as enough chapters were begun today."""
    return any(standing_of(facts, step, today) is Standing.TOMORROW for step in facts.modules)


def neighbors(modules: Sequence[Step], step: Step) -> tuple[Step | None, Step | None]:
    """Return the modules before and after one."""
    place = modules.index(step)
    return modules[place - 1] if place else None, modules[place + 1] if place + 1 < len(modules) else None


def missing_elsewhere(found: Outlook, key: str) -> tuple[Missing, ...]:
    """Return what is missing besides one module."""
    return tuple(one for one in found.missing if one.module_key != key)


def is_waiting_for_test(found: Outlook) -> bool:
    """Tell whether all progress is made and only the test is missing: not a completion, and its own state."""
    return found.state in {StudyState.EXAM_READY, StudyState.EXAM_FAILED} and any(
        one.kind in {MissingKind.QUIZ, MissingKind.SCORE} for one in found.missing
    )


def beats(opened_at: datetime, at: datetime) -> list[datetime]:
    """Return the moments that a form tells of, between its opening and now: of a long stay only the last part."""
    first = max(opened_at, at - timedelta(seconds=BEAT_SECONDS * MOST_BEATS))
    number = max(0, int((at - first).total_seconds())) // BEAT_SECONDS
    return [first + timedelta(seconds=BEAT_SECONDS * place) for place in range(1, number + 1)]
