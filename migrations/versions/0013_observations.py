"""standards, behaviors, observations and their results."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "behavior",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name_ko", sa.String(length=500), nullable=False),
        sa.Column("name_en", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_behavior")),
        sa.UniqueConstraint("public_id", name=op.f("uq_behavior_public_id")),
    )
    op.create_table(
        "standard",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard")),
        sa.UniqueConstraint("code", name=op.f("uq_standard_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_standard_public_id")),
    )
    op.create_table(
        "item_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("standard_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.id"], name=op.f("fk_item_set_import_id_import_run")),
        sa.ForeignKeyConstraint(["standard_id"], ["standard.id"], name=op.f("fk_item_set_standard_id_standard")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_set")),
        sa.UniqueConstraint("public_id", name=op.f("uq_item_set_public_id")),
        sa.UniqueConstraint("standard_id", "number", name=op.f("uq_item_set_standard_id_number")),
    )
    op.create_table(
        "standard_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("standard_id", sa.Integer(), nullable=False),
        sa.Column("behavior_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["behavior_id"], ["behavior.id"], name=op.f("fk_standard_item_behavior_id_behavior")),
        sa.ForeignKeyConstraint(["standard_id"], ["standard.id"], name=op.f("fk_standard_item_standard_id_standard")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_item")),
        sa.UniqueConstraint("standard_id", "code", name=op.f("uq_standard_item_standard_id_code")),
    )
    with op.batch_alter_table("standard_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_standard_item_behavior_id"), ["behavior_id"], unique=False)

    op.create_table(
        "item_set_item",
        sa.Column("item_set_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("text_ko", sa.String(length=500), nullable=False),
        sa.Column("text_en", sa.String(length=500), nullable=False),
        sa.Column("is_critical", sa.Boolean(), nullable=False),
        sa.Column("response_type", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["standard_item.id"], name=op.f("fk_item_set_item_item_id_standard_item")),
        sa.ForeignKeyConstraint(["item_set_id"], ["item_set.id"], name=op.f("fk_item_set_item_item_set_id_item_set")),
        sa.PrimaryKeyConstraint("item_set_id", "item_id", name=op.f("pk_item_set_item")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "observation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=True),
        sa.Column("center_id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("observer_id", sa.Integer(), nullable=True),
        sa.Column("observer_kind", sa.String(length=12), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("item_set_id", sa.Integer(), nullable=False),
        sa.Column("items_applicable", sa.Integer(), nullable=False),
        sa.Column("items_met", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("points_possible", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("items_met BETWEEN 0 AND items_applicable", name=op.f("ck_observation_items")),
        sa.CheckConstraint("points BETWEEN 0 AND points_possible", name=op.f("ck_observation_points")),
        sa.CheckConstraint("subject_id <> observer_id", name=op.f("ck_observation_observer")),
        sa.ForeignKeyConstraint(["center_id"], ["org_unit.id"], name=op.f("fk_observation_center_id_org_unit")),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.id"], name=op.f("fk_observation_import_id_import_run")),
        sa.ForeignKeyConstraint(["item_set_id"], ["item_set.id"], name=op.f("fk_observation_item_set_id_item_set")),
        sa.ForeignKeyConstraint(["observer_id"], ["person.id"], name=op.f("fk_observation_observer_id_person")),
        sa.ForeignKeyConstraint(["subject_id"], ["person.id"], name=op.f("fk_observation_subject_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
        sa.UniqueConstraint("public_id", name=op.f("uq_observation_public_id")),
    )
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_observation_center",
            [
                "center_id",
                "observed_on",
                "kind",
                "points",
                "points_possible",
                "items_met",
                "items_applicable",
                "superseded_at",
            ],
            unique=False,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.create_index(
            "ix_observation_day",
            ["observed_on", "kind", "center_id", "points", "points_possible", "superseded_at"],
            unique=False,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.create_index("ix_observation_import", ["import_id"], unique=False)
        batch_op.create_index("ix_observation_item_set", ["item_set_id"], unique=False)
        batch_op.create_index(
            "ix_observation_observer",
            ["observer_id"],
            unique=False,
            sqlite_where=sa.text("observer_id IS NOT NULL"),
            postgresql_where=sa.text("observer_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_observation_subject",
            ["subject_id"],
            unique=False,
            sqlite_where=sa.text("subject_id IS NOT NULL"),
            postgresql_where=sa.text("subject_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_observation_reference",
            ["reference"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "observation_result",
        sa.Column("observation_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("met", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(length=14), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["standard_item.id"], name=op.f("fk_observation_result_item_id_standard_item")
        ),
        sa.ForeignKeyConstraint(
            ["observation_id"], ["observation.id"], name=op.f("fk_observation_result_observation_id_observation")
        ),
        sa.PrimaryKeyConstraint("observation_id", "item_id", name=op.f("pk_observation_result")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("observation_result")
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_observation_reference",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_observation_subject",
            sqlite_where=sa.text("subject_id IS NOT NULL"),
            postgresql_where=sa.text("subject_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_observation_observer",
            sqlite_where=sa.text("observer_id IS NOT NULL"),
            postgresql_where=sa.text("observer_id IS NOT NULL"),
        )
        batch_op.drop_index("ix_observation_item_set")
        batch_op.drop_index("ix_observation_import")
        batch_op.drop_index(
            "ix_observation_day",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_observation_center",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.drop_table("observation")
    op.drop_table("item_set_item")
    with op.batch_alter_table("standard_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_standard_item_behavior_id"))

    op.drop_table("standard_item")
    op.drop_table("item_set")
    op.drop_table("standard")
    op.drop_table("behavior")
