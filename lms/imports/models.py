"""The record of every file that came in."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.shared.db import Base, WithPublicId


class ImportRun(WithPublicId, Base):
    """One file handed in: what it was, who sent it, what it did, and whether it was undone.

    `state` is one of `rules.ImportState`; `counts` holds the outcome by kind of change, `preview` the first changes of
    each kind; `options` what was asked for; `restore` what undoing it puts back beside dated facts; `failure` the code
    of what stopped it. The file itself is kept at `stored_as` in the data directory until it was applied.
    """

    __tablename__ = "import_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    state: Mapped[str] = mapped_column(String(12), index=True)
    file_name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    stored_as: Mapped[str | None] = mapped_column(String(255))
    effective_on: Mapped[date | None]
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    failure: Mapped[str | None] = mapped_column(Text)
    preview: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, deferred=True)
    restore: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, deferred=True)
    # A plain number: `imports` stands below `people`.
    requested_by_id: Mapped[int | None]
    requested_by: Mapped[str] = mapped_column(String(120))
    recorded_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class RefusedRow(Base):
    """A row that was not taken: where, which value, why and what to do. Its original cells come back in a download."""

    __tablename__ = "refused_row"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"), index=True)
    line: Mapped[int]
    column: Mapped[str] = mapped_column(String(60))
    value: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(String(40))
    cells: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
