"""photos of checks after training."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

INDEXED = ("item_id", "same_as_id", "taken_by_id", "sha256", "shown_sha256")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "field_check_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("check_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("shown_sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("same_as_id", sa.Integer(), nullable=True),
        sa.Column("taken_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.ForeignKeyConstraint(
            ["check_id"], ["field_check.id"], name=op.f("fk_field_check_photo_check_id_field_check")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["standard_item.id"], name=op.f("fk_field_check_photo_item_id_standard_item")
        ),
        sa.ForeignKeyConstraint(
            ["same_as_id"],
            ["field_check_photo.id"],
            name=op.f("fk_field_check_photo_same_as_id_field_check_photo"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["taken_by_id"], ["person.id"], name=op.f("fk_field_check_photo_taken_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_check_photo")),
        sa.UniqueConstraint("check_id", "key", name=op.f("uq_field_check_photo_check_id_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_field_check_photo_public_id")),
    )
    for column in INDEXED:
        op.create_index(op.f(f"ix_field_check_photo_{column}"), "field_check_photo", [column], unique=False)


def downgrade() -> None:
    """Drop it again."""
    for column in INDEXED:
        op.drop_index(op.f(f"ix_field_check_photo_{column}"), table_name="field_check_photo")
    op.drop_table("field_check_photo")
