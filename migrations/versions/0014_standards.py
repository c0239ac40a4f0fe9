"""what a behavior is sorted by, who teaches it and whom it concerns; versions with a day, and who read them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

# Without a batch: a batch would make these tables anew, and item_set_item would lose that it has no row ids.
ADDED = {
    "behavior": ("stage", "dimension_code", "i_care"),
    "item_set": ("effective_from",),
    "item_set_item": ("weight", "method", "evidence_ko", "na_allowed"),
    "standard": ("name_ko", "name_en"),
}


def upgrade() -> None:
    """Add the columns, so that what real histories brought in stays as it is; then the tables."""
    op.add_column("behavior", sa.Column("stage", sa.String(10)))
    op.add_column("behavior", sa.Column("dimension_code", sa.String(3)))
    op.add_column("behavior", sa.Column("i_care", sa.String(4), nullable=False, server_default=""))
    op.add_column("item_set", sa.Column("effective_from", sa.Date()))
    op.add_column("item_set_item", sa.Column("weight", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("item_set_item", sa.Column("method", sa.String(40), nullable=False, server_default=""))
    op.add_column("item_set_item", sa.Column("evidence_ko", sa.String(80), nullable=False, server_default=""))
    op.add_column("item_set_item", sa.Column("na_allowed", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name in ADDED["standard"]:
        op.add_column("standard", sa.Column(name, sa.String(120), nullable=False, server_default=""))
    op.execute("UPDATE standard SET name_ko = code, name_en = code")
    _create_tables()


def _create_tables() -> None:
    op.create_table(
        "behavior_course",
        sa.Column("behavior_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["behavior_id"], ["behavior.id"], name=op.f("fk_behavior_course_behavior_id_behavior")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_behavior_course_course_id_course")),
        sa.PrimaryKeyConstraint("behavior_id", "course_id", name=op.f("pk_behavior_course")),
    )
    op.create_index(op.f("ix_behavior_course_course_id"), "behavior_course", ["course_id"])
    op.create_table(
        "behavior_role",
        sa.Column("behavior_id", sa.Integer(), nullable=False),
        sa.Column("job_role_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["behavior_id"], ["behavior.id"], name=op.f("fk_behavior_role_behavior_id_behavior")),
        sa.ForeignKeyConstraint(["job_role_id"], ["job_role.id"], name=op.f("fk_behavior_role_job_role_id_job_role")),
        sa.PrimaryKeyConstraint("behavior_id", "job_role_id", name=op.f("pk_behavior_role")),
    )
    op.create_table(
        "standard_reading",
        sa.Column("item_set_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_set_id"], ["item_set.id"], name=op.f("fk_standard_reading_item_set_id_item_set")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_standard_reading_person_id_person")),
        sa.PrimaryKeyConstraint("item_set_id", "person_id", name=op.f("pk_standard_reading")),
    )
    op.create_index(op.f("ix_standard_reading_person_id"), "standard_reading", ["person_id"])


def downgrade() -> None:
    """Take them away again."""
    for table in ("standard_reading", "behavior_role", "behavior_course"):
        op.drop_table(table)
    for table, columns in ADDED.items():
        for column in columns:
            op.drop_column(table, column)
