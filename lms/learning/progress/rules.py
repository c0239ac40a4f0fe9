"""Words of progress: kinds of posts, where a learner stands in a course, how a completion is known."""

from enum import StrEnum


class PostKind(StrEnum):
    """What a player tells."""

    OPEN = "OPEN"
    BEAT = "BEAT"
    READ = "READ"
    WATCH = "WATCH"
    TURN = "TURN"
    ACKNOWLEDGE = "ACKNOWLEDGE"


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
