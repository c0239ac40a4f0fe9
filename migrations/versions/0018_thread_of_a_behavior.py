"""the thread of a behavior: what was asked by item set, and what was told of an item, are read from indexes alone."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Widen the index of item sets, and add one of items."""
    op.drop_index("ix_observation_item_set", table_name="observation")
    op.create_index(
        "ix_observation_item_set",
        "observation",
        ["item_set_id", "occasion", "observer_kind", "observed_on", "center_id", "superseded_at"],
    )
    op.create_index("ix_observation_result_item", "observation_result", ["item_id", "met", "observation_id"])


def downgrade() -> None:
    """Narrow it, and drop the other."""
    op.drop_index("ix_observation_result_item", table_name="observation_result")
    op.drop_index("ix_observation_item_set", table_name="observation")
    op.create_index("ix_observation_item_set", "observation", ["item_set_id"])
