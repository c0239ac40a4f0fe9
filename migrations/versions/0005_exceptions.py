"""exemptions, extensions, outages, credit."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "exception_request",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(11), nullable=False, unique=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("course_id", sa.Integer(), sa.ForeignKey("course.id"), nullable=False),
        sa.Column("enrollment_id", sa.Integer(), sa.ForeignKey("enrollment.id")),
        sa.Column("starts_on", sa.Date()),
        sa.Column("ends_on", sa.Date()),
        sa.Column("due_on", sa.Date()),
        sa.Column("completed_on", sa.Date()),
        sa.Column("reason_code", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("evidence_note", sa.String(300), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("decided_by_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("decided_at", INSTANT),
        sa.Column("decision_note", sa.String(300)),
        sa.Column("request_key", sa.String(40), nullable=False),
        sa.UniqueConstraint("request_key", "course_id"),
        sa.CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="interval"),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> person_id", name="not_the_subject"),
    )
    waiting = sa.text("state = 'PENDING'")
    _index("ix_exception_request_waiting", "exception_request", ["kind", "id"], waiting)
    op.create_index("ix_exception_request_person", "exception_request", ["person_id", "id"])
    _add_facts()


def _add_facts() -> None:
    current = sa.text("superseded_at IS NULL")
    op.create_table(
        "exemption",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("course_id", sa.Integer(), sa.ForeignKey("course.id"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason_code", sa.String(20), nullable=False),
        sa.Column("evidence_note", sa.String(300), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("request_id", sa.Integer(), sa.ForeignKey("exception_request.id")),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("superseded_at", INSTANT),
        sa.CheckConstraint("ends_on > starts_on", name="interval"),
        sa.CheckConstraint("approved_by_id IS NULL OR approved_by_id <> person_id", name="not_by_the_subject"),
    )
    columns = ["person_id", "course_id", "starts_on", "ends_on", "superseded_at"]
    _index("ix_exemption_current", "exemption", columns, current)
    op.create_table(
        "extension",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("enrollment_id", sa.Integer(), sa.ForeignKey("enrollment.id"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("request_id", sa.Integer(), sa.ForeignKey("exception_request.id")),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("superseded_at", INSTANT),
    )
    _index("ix_extension_current", "extension", ["enrollment_id"], current)
    op.create_table(
        "outage",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(11), nullable=False, unique=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("request_key", sa.String(40), nullable=False, unique=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("superseded_at", INSTANT),
        sa.CheckConstraint("ends_on > starts_on", name="interval"),
    )


def _index(name, table, columns, condition) -> None:
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    """Drop them again."""
    for table in ("outage", "extension", "exemption", "exception_request"):
        op.drop_table(table)
