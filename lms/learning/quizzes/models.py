"""Questions of a course, what a quiz asks, attempts with what was asked and answered, and time granted beyond."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.courses.models import Course
from lms.learning.content.models import Edition
from lms.learning.progress.models import StudyRecord
from lms.people.models import Person
from lms.shared.db import Base, WithPublicId
from lms.shared.ids import PUBLIC_ID_LENGTH, new_public_id

ASKED = text("superseded_at IS NULL")
OPEN = text("ended_at IS NULL")


class Question(WithPublicId, Base):
    """A question in a pool of a course; never changed. Editing adds the next `version` under the same `key`.

    `body` holds options, lefts, correct and accepted of `rules.Content`. `superseded_at` is when another version took
    its place, or it was retired.
    """

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("key", "version"),
        Index("ix_question_pool", "course_id", "pool", sqlite_where=ASKED, postgresql_where=ASKED),
        Index("ix_question_digest", "course_id", "digest", unique=True, sqlite_where=ASKED, postgresql_where=ASKED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    key: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), default=new_public_id)
    version: Mapped[int] = mapped_column(default=1)
    pool: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(10))
    text_ko: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text, default="")
    explanation_ko: Mapped[str] = mapped_column(Text, default="")
    explanation_en: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    superseded_at: Mapped[datetime | None]

    course: Mapped[Course] = relationship()


class Quiz(Base):
    """What a quiz module of an edition asks; it holds in later editions that carry the module over, until set anew."""

    __tablename__ = "quiz"
    __table_args__ = (
        UniqueConstraint("edition_id", "module_key"),
        CheckConstraint("pass_score BETWEEN 0 AND 100", name="pass_score"),
        CheckConstraint("max_attempts > 0", name="max_attempts"),
        CheckConstraint("limit_minutes > 0", name="limit_minutes"),
        Index("ix_quiz_module", "module_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    module_key: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH))
    draws: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    pass_score: Mapped[int | None]
    max_attempts: Mapped[int | None]
    wait_minutes: Mapped[int] = mapped_column(default=0)
    limit_minutes: Mapped[int | None]
    release: Mapped[str] = mapped_column(String(10))
    shuffles: Mapped[bool] = mapped_column(default=True)
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)

    edition: Mapped[Edition] = relationship()


class Attempt(WithPublicId, Base):
    """Someone takes a quiz; at most one is open for a record and module. Its score is known once it has ended.

    `deadline_at` is by the server's clock. `last_at` is when an answer was last saved, or the attempt began.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("record_id", "module_key", "number"),
        Index("ix_attempt_open", "record_id", "module_key", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_attempt_due", "deadline_at", sqlite_where=OPEN, postgresql_where=OPEN),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        CheckConstraint("(ended_at IS NULL) = (score IS NULL)", name="graded"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("study_record.id"))
    module_key: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH))
    number: Mapped[int]
    pass_score: Mapped[int]
    started_at: Mapped[datetime]
    deadline_at: Mapped[datetime | None]
    last_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    score: Mapped[int | None]
    passed: Mapped[bool] = mapped_column(default=False)

    record: Mapped[StudyRecord] = relationship()
    items: Mapped[list["AttemptItem"]] = relationship(order_by="AttemptItem.position")


class AttemptItem(Base):
    """A question as an attempt asks it.

    `options` are random names in the order shown, each with its place in the question's own options. `answer` is what
    was saved last: places in those, or a text.
    """

    __tablename__ = "attempt_item"
    __table_args__ = (UniqueConstraint("attempt_id", "position"), Index("ix_attempt_item_question", "question_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    position: Mapped[int]
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    options: Mapped[list[list[Any]]] = mapped_column(JSON)
    answer: Mapped[list[int] | str | None] = mapped_column(JSON(none_as_null=True))
    answered_at: Mapped[datetime | None]
    seconds: Mapped[int] = mapped_column(default=0)
    is_right: Mapped[bool | None]

    question: Mapped[Question] = relationship()


class TimeGrant(Base):
    """Minutes that someone gets beyond the time limit of a quiz, granted by another with a reason."""

    __tablename__ = "time_grant"
    __table_args__ = (
        CheckConstraint("minutes > 0", name="minutes"),
        Index("ix_time_grant_record", "record_id", "module_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("study_record.id"))
    module_key: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH))
    minutes: Mapped[int]
    reason: Mapped[str] = mapped_column(String(300))
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    recorded_at: Mapped[datetime]
    # Made by the form that granted: the same form sent twice acts once.
    request_key: Mapped[str] = mapped_column(String(40), unique=True)

    granted_by: Mapped[Person | None] = relationship()
