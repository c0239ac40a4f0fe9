"""index the later cycles of a course, which are few."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index(
        "ix_enrollment_later_cycle",
        "enrollment",
        ["person_id", "course_id", "cycle", "required", "due_on", "assigned_on", "voided_on"],
        sqlite_where=sa.text("cycle > 1"),
        postgresql_where=sa.text("cycle > 1"),
    )


def downgrade() -> None:
    op.drop_index("ix_enrollment_later_cycle", "enrollment")
