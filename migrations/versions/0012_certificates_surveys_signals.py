"""certificates, surveys, and signals of doubt."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrollment_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("check_code", sa.String(length=18), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=True),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollment.id"], name=op.f("fk_certificate_enrollment_id_enrollment")
        ),
        sa.ForeignKeyConstraint(["issued_by_id"], ["person.id"], name=op.f("fk_certificate_issued_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("check_code", name=op.f("uq_certificate_check_code")),
        sa.UniqueConstraint("enrollment_id", name=op.f("uq_certificate_enrollment_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_certificate_public_id")),
        sa.UniqueConstraint("year", "serial", name=op.f("uq_certificate_year_serial")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certificate_issued_by_id"), ["issued_by_id"], unique=False)

    # Without SQLite's hidden row number, which would tell in which order people answered.
    op.create_table(
        "survey_answer",
        sa.Column("key", sa.String(length=11), nullable=False),
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column("helpful", sa.Integer(), nullable=False),
        sa.Column("clear", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(length=300), nullable=True),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.CheckConstraint("helpful BETWEEN 1 AND 5", name=op.f("ck_survey_answer_helpful")),
        sa.CheckConstraint("clear BETWEEN 1 AND 5", name=op.f("ck_survey_answer_clear")),
        sa.ForeignKeyConstraint(
            ["course_version_id"], ["course_version.id"], name=op.f("fk_survey_answer_course_version_id_course_version")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_survey_answer")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_survey_answer_course_version_id"), "survey_answer", ["course_version_id"], unique=False)
    op.create_table(
        "survey_reply",
        sa.Column("enrollment_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollment.id"], name=op.f("fk_survey_reply_enrollment_id_enrollment")
        ),
        sa.PrimaryKeyConstraint("enrollment_id", name=op.f("pk_survey_reply")),
    )
    op.create_table(
        "signal_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_doubtful", sa.Boolean(), nullable=False),
        sa.Column("signals", sa.JSON(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.ForeignKeyConstraint(["checked_by_id"], ["person.id"], name=op.f("fk_signal_check_checked_by_id_person")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["study_record.id"], name=op.f("fk_signal_check_record_id_study_record")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_check")),
        sa.UniqueConstraint("public_id", name=op.f("uq_signal_check_public_id")),
        sa.UniqueConstraint("record_id", name=op.f("uq_signal_check_record_id")),
    )
    with op.batch_alter_table("signal_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signal_check_checked_by_id"), ["checked_by_id"], unique=False)
        batch_op.create_index(
            "ix_signal_check_doubtful",
            ["evaluated_at", "id"],
            unique=False,
            sqlite_where=sa.text("is_doubtful"),
            postgresql_where=sa.text("is_doubtful"),
        )

    op.create_table(
        "study_print",
        sa.Column("print", sa.String(length=16), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["study_record.id"], name=op.f("fk_study_print_record_id_study_record")),
        sa.PrimaryKeyConstraint("print", "record_id", name=op.f("pk_study_print")),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("study_print")
    with op.batch_alter_table("signal_check", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_signal_check_doubtful", sqlite_where=sa.text("is_doubtful"), postgresql_where=sa.text("is_doubtful")
        )
        batch_op.drop_index(batch_op.f("ix_signal_check_checked_by_id"))

    op.drop_table("signal_check")
    op.drop_table("survey_reply")
    op.drop_index(op.f("ix_survey_answer_course_version_id"), "survey_answer")
    op.drop_table("survey_answer")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificate_issued_by_id"))

    op.drop_table("certificate")
