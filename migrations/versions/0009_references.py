"""indexes that removing a person looks through, and what their whole history is read by."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

INDEXES = (
    ("ix_posting_history", "posting", "person_id", None),
    ("ix_duty_history", "duty", "person_id", None),
    ("ix_leave_history", "leave", "person_id", None),
    ("ix_enrollment_recorded_by", "enrollment", "recorded_by_id", "recorded_by_id IS NOT NULL"),
    ("ix_enrollment_revision_recorded_by", "enrollment_revision", "recorded_by_id", "recorded_by_id IS NOT NULL"),
)


def upgrade() -> None:
    """Add the indexes."""
    for name, table, column, only in INDEXES:
        where = sa.text(only) if only else None
        op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Drop them again."""
    for name, table, _, _ in INDEXES:
        op.drop_index(name, table)
