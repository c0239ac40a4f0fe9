"""exemptions, extensions, outages, credit."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the tables."""


def downgrade() -> None:
    """Drop them again."""
