"""checks after training, their answers and forms, and how observers were calibrated."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "field_check_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("items", sa.String(length=1000), nullable=False),
        sa.Column("item_set_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_set_id"], ["item_set.id"], name=op.f("fk_field_check_form_item_set_id_item_set")
        ),
        sa.ForeignKeyConstraint(["version_id"], ["item_set.id"], name=op.f("fk_field_check_form_version_id_item_set")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_check_form")),
        sa.UniqueConstraint("item_set_id", name=op.f("uq_field_check_form_item_set_id")),
        sa.UniqueConstraint("version_id", "items", name=op.f("uq_field_check_form_version_id_items")),
    )
    op.create_table(
        "observer_calibration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("calibrated_on", sa.Date(), nullable=False),
        sa.Column("agreement", sa.Integer(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("agreement BETWEEN 0 AND 100", name=op.f("ck_observer_calibration_agreement")),
        sa.CheckConstraint("recorded_by_id <> person_id", name=op.f("ck_observer_calibration_recorded_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_observer_calibration_person_id_person")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_observer_calibration_recorded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observer_calibration")),
        sa.UniqueConstraint(
            "person_id",
            "calibrated_on",
            "recorded_at",
            name=op.f("uq_observer_calibration_person_id_calibrated_on_recorded_at"),
        ),
    )
    with op.batch_alter_table("observer_calibration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_observer_calibration_recorded_by_id"), ["recorded_by_id"], unique=False)

    op.create_table(
        "field_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("center_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("enrollment_id", sa.Integer(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("follows_id", sa.Integer(), nullable=True),
        sa.Column("item_set_id", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("observer_id", sa.Integer(), nullable=True),
        sa.Column("observation_id", sa.Integer(), nullable=True),
        sa.Column("submit_key", sa.String(length=40), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        sa.Column("second_observer_id", sa.Integer(), nullable=True),
        sa.Column("second_agrees", sa.Boolean(), nullable=True),
        sa.Column("second_note", sa.String(length=300), nullable=True),
        sa.Column("second_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("response", sa.String(length=300), nullable=True),
        sa.Column("responded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution", sa.String(length=300), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.CheckConstraint("closes_on >= opens_on", name=op.f("ck_field_check_window")),
        sa.CheckConstraint("observer_id <> person_id", name=op.f("ck_field_check_observer")),
        sa.CheckConstraint(
            "second_observer_id NOT IN (person_id, observer_id)", name=op.f("ck_field_check_second_observer")
        ),
        sa.ForeignKeyConstraint(["center_id"], ["org_unit.id"], name=op.f("fk_field_check_center_id_org_unit")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_field_check_closed_by_id_person")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_field_check_course_id_course")),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollment.id"], name=op.f("fk_field_check_enrollment_id_enrollment")
        ),
        sa.ForeignKeyConstraint(["follows_id"], ["field_check.id"], name=op.f("fk_field_check_follows_id_field_check")),
        sa.ForeignKeyConstraint(["item_set_id"], ["item_set.id"], name=op.f("fk_field_check_item_set_id_item_set")),
        sa.ForeignKeyConstraint(
            ["observation_id"], ["observation.id"], name=op.f("fk_field_check_observation_id_observation")
        ),
        sa.ForeignKeyConstraint(["observer_id"], ["person.id"], name=op.f("fk_field_check_observer_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_field_check_person_id_person")),
        sa.ForeignKeyConstraint(["role_id"], ["job_role.id"], name=op.f("fk_field_check_role_id_job_role")),
        sa.ForeignKeyConstraint(
            ["second_observer_id"], ["person.id"], name=op.f("fk_field_check_second_observer_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_check")),
        sa.UniqueConstraint("enrollment_id", "kind", name=op.f("uq_field_check_enrollment_id_kind")),
        sa.UniqueConstraint("follows_id", name=op.f("uq_field_check_follows_id")),
        sa.UniqueConstraint("observation_id", name=op.f("uq_field_check_observation_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_field_check_public_id")),
    )
    with op.batch_alter_table("field_check", schema=None) as batch_op:
        batch_op.create_index("ix_field_check_center", ["center_id", "state", "closes_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_field_check_closed_by_id"), ["closed_by_id"], unique=False)
        batch_op.create_index("ix_field_check_observer", ["observer_id"], unique=False)
        batch_op.create_index(
            "ix_field_check_open",
            ["closes_on"],
            unique=False,
            sqlite_where=sa.text("state IN ('PLANNED', 'DRAFT')"),
            postgresql_where=sa.text("state IN ('PLANNED', 'DRAFT')"),
        )
        batch_op.create_index("ix_field_check_person", ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_field_check_second_observer_id"), ["second_observer_id"], unique=False)
        batch_op.create_index("ix_field_check_trained", ["completed_on", "center_id"], unique=False)

    op.create_table(
        "field_check_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("check_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(length=14), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name=op.f("fk_field_check_answer_answered_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["check_id"], ["field_check.id"], name=op.f("fk_field_check_answer_check_id_field_check")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["standard_item.id"], name=op.f("fk_field_check_answer_item_id_standard_item")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_check_answer")),
        sa.UniqueConstraint("check_id", "key", name=op.f("uq_field_check_answer_check_id_key")),
    )
    with op.batch_alter_table("field_check_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_field_check_answer_answered_by_id"), ["answered_by_id"], unique=False)


def downgrade() -> None:
    """Drop them again."""
    with op.batch_alter_table("field_check_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_field_check_answer_answered_by_id"))

    op.drop_table("field_check_answer")
    with op.batch_alter_table("field_check", schema=None) as batch_op:
        batch_op.drop_index("ix_field_check_trained")
        batch_op.drop_index(batch_op.f("ix_field_check_second_observer_id"))
        batch_op.drop_index("ix_field_check_person")
        batch_op.drop_index(
            "ix_field_check_open",
            sqlite_where=sa.text("state IN ('PLANNED', 'DRAFT')"),
            postgresql_where=sa.text("state IN ('PLANNED', 'DRAFT')"),
        )
        batch_op.drop_index("ix_field_check_observer")
        batch_op.drop_index(batch_op.f("ix_field_check_closed_by_id"))
        batch_op.drop_index("ix_field_check_center")

    op.drop_table("field_check")
    with op.batch_alter_table("observer_calibration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_observer_calibration_recorded_by_id"))

    op.drop_table("observer_calibration")
    op.drop_table("field_check_form")
