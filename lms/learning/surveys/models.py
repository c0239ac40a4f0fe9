"""Answers that nobody can lead back to a person, and who has answered.

The two tables share no key, no time and no order. An answer is kept under a key made by chance; SQLite stores the table
by that key, without the hidden row number that counts up. PostgreSQL marks each row with the transaction that wrote it
and appends it: so each answer is written together with earlier ones of its version, drawn by chance, taken out and put
back in shuffled order under new keys (`actions.answer`). The row that remembers who has answered holds the enrollment
alone. Until a group is full (`rules.GROUP`) its answers are shown to nobody.
"""

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.shared.db import Base
from lms.shared.ids import PUBLIC_ID_LENGTH, new_public_id


class SurveyAnswer(Base):
    """How someone found a course version: from 1 to 5 how helpful and how clear, and what they wrote."""

    __tablename__ = "survey_answer"
    __table_args__ = (
        CheckConstraint("helpful BETWEEN 1 AND 5", name="helpful"),
        CheckConstraint("clear BETWEEN 1 AND 5", name="clear"),
        {"sqlite_with_rowid": False},
    )

    key: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), primary_key=True, default=new_public_id)
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), index=True)
    helpful: Mapped[int]
    clear: Mapped[int]
    comment: Mapped[str | None] = mapped_column(String(300))
    is_shown: Mapped[bool] = mapped_column(default=False)


class SurveyReply(Base):
    """This enrollment has answered: it is asked once."""

    __tablename__ = "survey_reply"

    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"), primary_key=True, autoincrement=False)
