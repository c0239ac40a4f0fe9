"""Answers to questions asked again some time after a course."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.enrollments.models import Enrollment
from lms.learning.quizzes.models import Question
from lms.shared.db import Base


class RecallAnswer(Base):
    """One answer, given once. `days` is the interval after completion that it was asked for."""

    __tablename__ = "recall_answer"
    __table_args__ = (
        UniqueConstraint("enrollment_id", "days", "question_id"),
        CheckConstraint("days > 0", name="days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"))
    days: Mapped[int]
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    answer: Mapped[list[int] | str | None] = mapped_column(JSON(none_as_null=True))
    is_right: Mapped[bool]
    answered_at: Mapped[datetime]

    enrollment: Mapped[Enrollment] = relationship()
    question: Mapped[Question] = relationship()
