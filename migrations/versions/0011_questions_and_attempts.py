"""questions, quizzes, attempts, and what is asked again later."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=11), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("pool", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text_ko", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("explanation_ko", sa.Text(), nullable=False),
        sa.Column("explanation_en", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_question_course_id_course")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_question_recorded_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_question_key_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_question_public_id")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(
            "ix_question_digest",
            ["course_id", "digest"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.create_index(
            "ix_question_pool",
            ["course_id", "pool"],
            unique=False,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_question_recorded_by_id"), ["recorded_by_id"], unique=False)

    op.create_table(
        "quiz",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("module_key", sa.String(length=11), nullable=False),
        sa.Column("draws", sa.JSON(), nullable=False),
        sa.Column("pass_score", sa.Integer(), nullable=True),
        sa.Column("max_attempts", sa.Integer(), nullable=True),
        sa.Column("wait_minutes", sa.Integer(), nullable=False),
        sa.Column("limit_minutes", sa.Integer(), nullable=True),
        sa.Column("release", sa.String(length=10), nullable=False),
        sa.Column("shuffles", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("limit_minutes > 0", name=op.f("ck_quiz_limit_minutes")),
        sa.CheckConstraint("max_attempts > 0", name=op.f("ck_quiz_max_attempts")),
        sa.CheckConstraint("pass_score BETWEEN 0 AND 100", name=op.f("ck_quiz_pass_score")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_quiz_edition_id_edition")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_quiz_recorded_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz")),
        sa.UniqueConstraint("edition_id", "module_key", name=op.f("uq_quiz_edition_id_module_key")),
    )
    with op.batch_alter_table("quiz", schema=None) as batch_op:
        batch_op.create_index("ix_quiz_module", ["module_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_quiz_recorded_by_id"), ["recorded_by_id"], unique=False)

    op.create_table(
        "recall_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrollment_id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("days > 0", name=op.f("ck_recall_answer_days")),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollment.id"], name=op.f("fk_recall_answer_enrollment_id_enrollment")
        ),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_recall_answer_question_id_question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_answer")),
        sa.UniqueConstraint(
            "enrollment_id", "days", "question_id", name=op.f("uq_recall_answer_enrollment_id_days_question_id")
        ),
    )
    with op.batch_alter_table("recall_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recall_answer_question_id"), ["question_id"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("module_key", sa.String(length=11), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pass_score", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.CheckConstraint("(ended_at IS NULL) = (score IS NULL)", name=op.f("ck_attempt_graded")),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_attempt_score")),
        sa.ForeignKeyConstraint(["record_id"], ["study_record.id"], name=op.f("fk_attempt_record_id_study_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("public_id", name=op.f("uq_attempt_public_id")),
        sa.UniqueConstraint("record_id", "module_key", "number", name=op.f("uq_attempt_record_id_module_key_number")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(
            "ix_attempt_due",
            ["deadline_at"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            "ix_attempt_open",
            ["record_id", "module_key"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "time_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("module_key", sa.String(length=11), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_key", sa.String(length=40), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_time_grant_minutes")),
        sa.ForeignKeyConstraint(["granted_by_id"], ["person.id"], name=op.f("fk_time_grant_granted_by_id_person")),
        sa.ForeignKeyConstraint(["record_id"], ["study_record.id"], name=op.f("fk_time_grant_record_id_study_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_grant")),
        sa.UniqueConstraint("request_key", name=op.f("uq_time_grant_request_key")),
    )
    with op.batch_alter_table("time_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_time_grant_granted_by_id"), ["granted_by_id"], unique=False)
        batch_op.create_index("ix_time_grant_record", ["record_id", "module_key"], unique=False)

    op.create_table(
        "attempt_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_attempt_item_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_attempt_item_question_id_question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_item")),
        sa.UniqueConstraint("attempt_id", "position", name=op.f("uq_attempt_item_attempt_id_position")),
    )
    with op.batch_alter_table("attempt_item", schema=None) as batch_op:
        batch_op.create_index("ix_attempt_item_question", ["question_id"], unique=False)


def downgrade() -> None:
    """Drop them again."""
    with op.batch_alter_table("attempt_item", schema=None) as batch_op:
        batch_op.drop_index("ix_attempt_item_question")

    op.drop_table("attempt_item")
    with op.batch_alter_table("time_grant", schema=None) as batch_op:
        batch_op.drop_index("ix_time_grant_record")
        batch_op.drop_index(batch_op.f("ix_time_grant_granted_by_id"))

    op.drop_table("time_grant")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_attempt_open", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )
        batch_op.drop_index(
            "ix_attempt_due", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )

    op.drop_table("attempt")
    with op.batch_alter_table("recall_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recall_answer_question_id"))

    op.drop_table("recall_answer")
    with op.batch_alter_table("quiz", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiz_recorded_by_id"))
        batch_op.drop_index("ix_quiz_module")

    op.drop_table("quiz")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_recorded_by_id"))
        batch_op.drop_index(
            "ix_question_pool",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_question_digest",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.drop_table("question")
