"""Where a learner stands in a course: words of progress, what is missing, and when the course is completed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from lms.learning.content.rules import ModuleKind

WHOLE = 100
# A page counts as read when a quarter of its nominal length was spent on it.
LEAST_TIME = 25


class PostKind(StrEnum):
    """What a player tells."""

    OPEN = "OPEN"
    BEAT = "BEAT"
    READ = "READ"
    WATCH = "WATCH"
    TURN = "TURN"
    ACKNOWLEDGE = "ACKNOWLEDGE"


# What can be told of one kind of module only; OPEN and BEAT of all of them.
ABOUT = {
    PostKind.READ: ModuleKind.PAGE,
    PostKind.WATCH: ModuleKind.VIDEO,
    PostKind.TURN: ModuleKind.DOCUMENT,
    PostKind.ACKNOWLEDGE: ModuleKind.LINK,
}


class StudyState(StrEnum):
    """Where a learner stands in a course (domain §1.3). EXAM_READY: all progress is made, the test is not taken."""

    ASSIGNED = "ASSIGNED"
    IN_PROGRESS = "IN_PROGRESS"
    EXAM_READY = "EXAM_READY"
    EXAM_FAILED = "EXAM_FAILED"
    FAILED = "FAILED"
    COMPLETED = "COMPLETED"


class EvidenceLevel(StrEnum):
    """How a completion is known: someone saw it, a quiz graded here, or what the learner's own browser said."""

    WITNESSED = "WITNESSED"
    SERVER_QUIZ = "SERVER_QUIZ"
    SELF_REPORT = "SELF_REPORT"


class MissingKind(StrEnum):
    """What can be missing for a completion.

    MODULE: a required module is not done; PROGRESS: the share of all modules; QUIZ: a quiz is not passed; SCORE: the
    mean of the quizzes; TIME: minutes of study.
    """

    MODULE = "MODULE"
    PROGRESS = "PROGRESS"
    QUIZ = "QUIZ"
    SCORE = "SCORE"
    TIME = "TIME"


@dataclass(frozen=True, slots=True)
class Step:
    """A module, as far as it decides about progress. `seconds` is the length of a video, `pages` that of a document."""

    key: str
    public_id: str
    kind: ModuleKind
    chapter: int = 1
    required: bool = True
    minutes: int = 5
    seconds: int | None = None
    pages: int | None = None

    @property
    def length(self) -> int:
        """Return how much there is to see: seconds of a video, pages of a document, hundredths of anything else."""
        if self.kind is ModuleKind.VIDEO:
            return self.seconds or 60 * self.weight
        return max(1, self.pages or 1) if self.kind is ModuleKind.DOCUMENT else WHOLE

    @property
    def weight(self) -> int:
        """Return its share in the course: its minutes, at least one."""
        return max(1, self.minutes)

    @property
    def least_seconds(self) -> int:
        """Return how long someone must be on it before it counts as read; 0 for all but pages."""
        return 60 * self.minutes * LEAST_TIME // WHOLE if self.kind is ModuleKind.PAGE else 0

    @property
    def counts(self) -> bool:
        """Tell whether it counts in the progress of the course: required, and no quiz."""
        return self.required and self.kind is not ModuleKind.QUIZ

    @property
    def is_asked(self) -> bool:
        """Tell whether it is a quiz that the course asks for."""
        return self.required and self.kind is ModuleKind.QUIZ


@dataclass(frozen=True, slots=True)
class ModuleState:
    """How far a module is. `ranges` holds what was seen, in the unit of `Step.length`, as sorted half-open pairs."""

    opened_at: datetime
    opened_on: date
    percent: int = 0
    seconds: int = 0
    ranges: tuple[tuple[int, int], ...] = ()
    position: Mapping[str, Any] = field(default_factory=dict)
    score: int | None = None
    done: bool = False


@dataclass(frozen=True, slots=True)
class Criteria:
    """What completing a course asks for besides its modules. 0 and None ask for nothing."""

    progress: int = WHOLE
    score: int = 0
    min_minutes: int | None = None
    chapters_per_day: int | None = None


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """All that decides where a learner stands: modules in order, how far each is, criteria, seconds of study."""

    modules: tuple[Step, ...]
    states: Mapping[str, ModuleState]
    criteria: Criteria
    seconds: int = 0
    is_completed: bool = False

    def step(self, public_id: str) -> Step | None:
        """Return the module of a public id, or None."""
        return next((one for one in self.modules if one.public_id == public_id), None)


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing: of a module, or in numbers what there is and what is needed."""

    kind: MissingKind
    module_key: str | None = None
    have: int = 0
    needed: int = 0


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where a learner stands in a course, and exactly what is missing; nothing is, when the criteria are met."""

    state: StudyState
    percent: int
    score: int | None
    missing: tuple[Missing, ...]
    minutes_left: int


@dataclass(frozen=True, slots=True)
class Post:
    """What a player posted, checked: `module` by public id, `sha256` of all that was said."""

    key: str
    module: str
    kind: PostKind
    sha256: str
    said_at: datetime | None = None
    device: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a post is answered once it is kept; a repeated one is answered the same."""

    key: str
    saved_at: datetime
    module_percent: int
    module_done: bool
    course_percent: int
    state: StudyState
    missing: int


def refusal(facts: StudyFacts, step: Step, today: date) -> str | None:
    """Return why a module may not be begun today, or None: "chapters", when today's chapters are begun already."""
    most = facts.criteria.chapters_per_day
    begun = chapters_begun(facts)
    if not most or step.chapter in begun:
        return None
    return "chapters" if sum(1 for on in begun.values() if on >= today) >= most else None


def chapters_begun(facts: StudyFacts) -> dict[int, date]:
    """Return on which day each chapter was begun, of those that were."""
    begun: dict[int, date] = {}
    for step in facts.modules:
        if state := facts.states.get(step.key):
            begun[step.chapter] = min(begun.get(step.chapter, state.opened_on), state.opened_on)
    return begun


def outlook(facts: StudyFacts) -> Outlook:
    """Return where a learner stands and what is missing: the one decision on whether a course is completed."""
    percent, score = progress_percent(facts), quiz_score(facts)
    if facts.is_completed:
        return Outlook(StudyState.COMPLETED, percent, score, (), 0)
    missing = (*_missing_progress(facts, percent), *_missing_quizzes(facts, score), *_missing_time(facts))
    return Outlook(_state(facts, missing), percent, score, missing, _minutes_left(facts))


def progress_percent(facts: StudyFacts) -> int:
    """Return the progress of required modules other than quizzes, weighted by their minutes, floored."""
    counted = [one for one in facts.modules if one.counts]
    whole = sum(one.weight for one in counted)
    if not whole:
        return WHOLE
    return sum(one.weight * _percent(facts, one) for one in counted) // whole


def quiz_score(facts: StudyFacts) -> int | None:
    """Return the floored mean of the best scores of required quizzes, an untaken one as 0; None when none has one."""
    asked = [facts.states.get(one.key) for one in facts.modules if one.is_asked]
    # What was carried over from an earlier completion may be passed without a score; it does not lower the mean.
    scores = [(state.score or 0) if state else 0 for state in asked if not _is_passed_unscored(state)]
    known = any(state is not None and state.score is not None for state in asked)
    return sum(scores) // len(scores) if known else None


def evidence_level(modules: Iterable[Step]) -> EvidenceLevel:
    """Return how a completion that came by itself is known: by the strongest proof that its modules ask for."""
    asked = {one.kind for one in modules if one.required}
    if ModuleKind.SESSION in asked:
        return EvidenceLevel.WITNESSED
    return EvidenceLevel.SERVER_QUIZ if ModuleKind.QUIZ in asked else EvidenceLevel.SELF_REPORT


def _percent(facts: StudyFacts, step: Step) -> int:
    state = facts.states.get(step.key)
    return state.percent if state else 0


def _is_done(facts: StudyFacts, step: Step) -> bool:
    state = facts.states.get(step.key)
    return state is not None and state.done


def _is_passed_unscored(state: ModuleState | None) -> bool:
    return state is not None and state.done and state.score is None


def _missing_progress(facts: StudyFacts, percent: int) -> list[Missing]:
    """Return what is missing in progress: each module that is not done, and the share when not all of it is needed."""
    needed = facts.criteria.progress
    if percent >= needed:
        return []
    short = [Missing(MissingKind.PROGRESS, None, percent, needed)] if needed < WHOLE else []
    open_ones = [one for one in facts.modules if one.counts and not _is_done(facts, one)]
    return short + [Missing(MissingKind.MODULE, one.key, _percent(facts, one), WHOLE) for one in open_ones]


def _missing_quizzes(facts: StudyFacts, score: int | None) -> list[Missing]:
    asked = [one for one in facts.modules if one.is_asked]
    states = {one.key: facts.states.get(one.key) for one in asked}
    short = [key for key, state in states.items() if state is None or not state.done]
    needed = facts.criteria.score
    if short:
        best = {key: (state.score or 0) if state else 0 for key, state in states.items()}
        return [Missing(MissingKind.QUIZ, key, best[key], needed) for key in short]
    if not needed or (asked and score is None):
        return []
    return [Missing(MissingKind.SCORE, None, score or 0, needed)] if (score or 0) < needed else []


def _missing_time(facts: StudyFacts) -> list[Missing]:
    needed, have = facts.criteria.min_minutes or 0, facts.seconds // 60
    return [Missing(MissingKind.TIME, None, have, needed)] if have < needed else []


def _state(facts: StudyFacts, missing: tuple[Missing, ...]) -> StudyState:
    kinds = {one.kind for one in missing}
    if not missing:
        return StudyState.COMPLETED
    if not facts.states:
        return StudyState.ASSIGNED
    if kinds & {MissingKind.MODULE, MissingKind.PROGRESS} or not kinds & {MissingKind.QUIZ, MissingKind.SCORE}:
        return StudyState.IN_PROGRESS
    quizzes = [facts.states.get(one.module_key or "") for one in missing if one.kind is MissingKind.QUIZ]
    is_taken = all(state is not None and state.score is not None for state in quizzes)
    has_score = quiz_score(facts) is not None
    return StudyState.EXAM_FAILED if is_taken and has_score else StudyState.EXAM_READY


def _minutes_left(facts: StudyFacts) -> int:
    """Return about how long the rest takes: what is left of required modules, at least the study time missing."""
    rest = sum(
        -(-one.weight * (WHOLE - _percent(facts, one)) // WHOLE)
        for one in facts.modules
        if one.required and not _is_done(facts, one)
    )
    return max(rest, (facts.criteria.min_minutes or 0) - facts.seconds // 60)
