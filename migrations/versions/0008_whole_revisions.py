"""former versions of an enrollment tell whose it was and as which cycle."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

PERSON = "fk_enrollment_revision_person_id_person"
OWN = ("has_later_cycle", "cycle", "person_id")


def upgrade() -> None:
    """Add the columns; until now nobody kept former ones, so a former version gets those of the one in force."""
    op.add_column("enrollment_revision", sa.Column("person_id", sa.Integer()))
    op.add_column("enrollment_revision", sa.Column("cycle", sa.Integer()))
    op.add_column("enrollment_revision", sa.Column("has_later_cycle", sa.Boolean()))
    for column in OWN:
        op.execute(
            f"UPDATE enrollment_revision SET {column} = "  # noqa: S608 - our own names
            f"(SELECT {column} FROM enrollment WHERE enrollment.id = enrollment_revision.enrollment_id)"
        )
    with op.batch_alter_table("enrollment_revision") as table:
        for column in OWN:
            table.alter_column(column, nullable=False)
        table.create_foreign_key(PERSON, "person", ["person_id"], ["id"])
    # "As known then" reads what was recorded lately to leave it out.
    op.create_index("ix_enrollment_recorded_at", "enrollment", ["recorded_at"])


def downgrade() -> None:
    """Drop them again."""
    op.drop_index("ix_enrollment_recorded_at", "enrollment")
    with op.batch_alter_table("enrollment_revision") as table:
        table.drop_constraint(PERSON, type_="foreignkey")
        for column in OWN:
            table.drop_column(column)
