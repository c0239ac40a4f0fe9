"""rules that assign by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

INSTANT = sa.DateTime(timezone=True)
CURRENT = sa.text("superseded_at IS NULL")


def upgrade() -> None:
    """Add rules, their versions, equivalent courses, runs, and the reasons of enrollments."""
    _add_rules()
    _add_runs()
    _add_reasons()


def downgrade() -> None:
    """Drop them again."""
    for table in (
        "enrollment_reason",
        "rule_run_line",
        "rule_run",
        "course_equivalence",
        "assignment_rule_version",
        "assignment_rule",
    ):
        op.drop_table(table)


def _add_rules() -> None:
    op.create_table(
        "assignment_rule",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(11), nullable=False, unique=True),
        sa.Column("code", sa.String(40), nullable=False, unique=True),
        sa.Column("name_ko", sa.String(120), nullable=False),
        sa.Column("name_en", sa.String(120), nullable=False),
        sa.Column("created_by_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("recorded_at", INSTANT, nullable=False),
    )
    op.create_table(
        "assignment_rule_version",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(11), nullable=False, unique=True),
        sa.Column("rule_id", sa.Integer(), sa.ForeignKey("assignment_rule.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("created_by_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("published_by_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("published_at", INSTANT),
        sa.Column("ended_by_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("ended_at", INSTANT),
        sa.Column("request_key", sa.String(40), unique=True),
        sa.UniqueConstraint("rule_id", "number"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="interval"),
    )
    op.create_table(
        "course_equivalence",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("course_id", sa.Integer(), sa.ForeignKey("course.id"), nullable=False),
        sa.Column("counts_id", sa.Integer(), sa.ForeignKey("course.id"), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("superseded_at", INSTANT),
        sa.CheckConstraint("course_id <> counts_id", name="two_courses"),
    )
    _index_current("ix_course_equivalence_current", "course_equivalence", ["course_id"])


def _add_runs() -> None:
    op.create_table(
        "rule_run",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(11), nullable=False, unique=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("version_id", sa.Integer(), sa.ForeignKey("assignment_rule_version.id")),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("last_person_id", sa.Integer(), nullable=False),
        sa.Column("sums", sa.JSON(), nullable=False),
        sa.Column("failure", sa.String(60)),
        sa.Column("requested_by_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("moved_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.Column("request_key", sa.String(40), unique=True),
    )
    op.create_index("ix_rule_run_version", "rule_run", ["version_id", "id"])
    op.create_index("ix_rule_run_kind", "rule_run", ["kind", "as_of"])
    op.create_table(
        "rule_run_line",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("rule_run.id", ondelete="CASCADE"), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("center_id", sa.Integer(), sa.ForeignKey("org_unit.id")),
        sa.Column("course_id", sa.Integer(), sa.ForeignKey("course.id"), nullable=False),
        sa.Column("enrollment_id", sa.Integer(), sa.ForeignKey("enrollment.id", ondelete="SET NULL")),
        sa.Column("effect", sa.String(12), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("is_due", sa.Boolean(), nullable=False),
        sa.Column("is_overdue", sa.Boolean(), nullable=False),
        sa.Column("is_impossible", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_rule_run_line_run", "rule_run_line", ["run_id", "effect", "id"])


def _add_reasons() -> None:
    op.create_table(
        "enrollment_reason",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("enrollment_id", sa.Integer(), sa.ForeignKey("enrollment.id", ondelete="CASCADE"), nullable=False),
        sa.Column("version_id", sa.Integer(), sa.ForeignKey("assignment_rule_version.id"), nullable=False),
        sa.Column("occasion", sa.String(12), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("due_on", sa.Date()),
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("rule_run.id")),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("superseded_at", INSTANT),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="interval"),
    )
    _index_current("ix_enrollment_reason_enrollment", "enrollment_reason", ["enrollment_id"])
    op.create_index("ix_enrollment_reason_version", "enrollment_reason", ["version_id", "run_id"])


def _index_current(name: str, table: str, columns: list[str]) -> None:
    op.create_index(name, table, columns, sqlite_where=CURRENT, postgresql_where=CURRENT)
