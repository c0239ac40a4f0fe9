"""Editions of a course's content, their modules, and the files they show."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.courses.models import Course, CourseVersion
from lms.shared.db import Base, WithPublicId
from lms.shared.ids import PUBLIC_ID_LENGTH, new_public_id

DRAFT = text("course_version_id IS NULL")


class Edition(WithPublicId, Base):
    """The content of one course version, or of the next one while it is being written (`course_version_id` None).

    Percentages and scores are whole points of 100. `min_minutes` is the least study time; the criteria that a course
    version has too are the draft's wish until it is published. `chapters` holds `{"ko": …, "en": …}` for each in order.
    `keeps` and `top_up_due_on` tell what publishing asked of people on earlier versions; that was done at `moved_at`.
    Once published, an edition and its modules never change: triggers of the database refuse it.
    """

    __tablename__ = "edition"
    __table_args__ = (
        Index("ix_edition_draft", "course_id", unique=True, sqlite_where=DRAFT, postgresql_where=DRAFT),
        CheckConstraint("pass_progress_pct BETWEEN 0 AND 100", name="pass_progress_pct"),
        CheckConstraint("pass_score BETWEEN 0 AND 100", name="pass_score"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    course_version_id: Mapped[int | None] = mapped_column(ForeignKey("course_version.id"), unique=True)
    summary_ko: Mapped[str] = mapped_column(Text, default="")
    summary_en: Mapped[str] = mapped_column(Text, default="")
    chapters: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    pass_progress_pct: Mapped[int] = mapped_column(default=100)
    pass_score: Mapped[int] = mapped_column(default=0)
    max_chapters_per_day: Mapped[int | None]
    min_minutes: Mapped[int | None]
    asks_survey: Mapped[bool] = mapped_column(default=True)
    asks_recall: Mapped[bool] = mapped_column(default=False)
    keeps: Mapped[str | None] = mapped_column(String(10))
    top_up_due_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    moved_at: Mapped[datetime | None]

    course: Mapped[Course] = relationship()
    course_version: Mapped[CourseVersion | None] = relationship()
    modules: Mapped[list["Module"]] = relationship(back_populates="edition", order_by="Module.position")
    files: Mapped[list["EditionFile"]] = relationship(order_by="EditionFile.name")


class Module(WithPublicId, Base):
    """A part of an edition, in its order. `key` stays the same in every later edition that carries it over unchanged.

    `minutes` is its nominal length, `seconds` that of a video, `pages` that of a document. `body_ko` and `body_en` are
    Markdown of a page, or what is acknowledged of a link.
    """

    __tablename__ = "module"
    __table_args__ = (UniqueConstraint("edition_id", "key"), Index("ix_module_order", "edition_id", "position"))

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    key: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), default=new_public_id)
    position: Mapped[int]
    chapter: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str] = mapped_column(String(10))
    required: Mapped[bool] = mapped_column(default=True)
    title_ko: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    summary_ko: Mapped[str] = mapped_column(Text, default="")
    summary_en: Mapped[str] = mapped_column(Text, default="")
    minutes: Mapped[int] = mapped_column(default=5)
    body_ko: Mapped[str] = mapped_column(Text, default="")
    body_en: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str | None] = mapped_column(String(500))
    seconds: Mapped[int | None]
    pages: Mapped[int | None]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("content_file.id"), index=True)
    captions_id: Mapped[int | None] = mapped_column(ForeignKey("content_file.id"))
    poster_id: Mapped[int | None] = mapped_column(ForeignKey("content_file.id"))

    edition: Mapped[Edition] = relationship(back_populates="modules")
    file: Mapped["ContentFile | None"] = relationship(foreign_keys=[file_id])
    captions: Mapped["ContentFile | None"] = relationship(foreign_keys=[captions_id])
    poster: Mapped["ContentFile | None"] = relationship(foreign_keys=[poster_id])


class ContentFile(WithPublicId, Base):
    """A file of a course, kept under its SHA-256 in the data directory; never changed. `size` is in bytes."""

    __tablename__ = "content_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(60))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    # What reading it found: width and height of a picture, seconds of a video, pages of a document.
    measures: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    recorded_at: Mapped[datetime]


class EditionFile(Base):
    """A file that the pages of an edition show under a name, such as `![…](counter.svg)`."""

    __tablename__ = "edition_file"

    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("content_file.id"), index=True)

    file: Mapped[ContentFile] = relationship()
