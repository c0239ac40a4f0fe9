"""self-monitoring: campaigns, rounds, and checks that belong to a round instead of to a completion."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

OF_ITS_KIND = (
    "CASE WHEN kind = 'MONITORING' THEN round_id IS NOT NULL AND enrollment_id IS NULL AND course_id IS NULL"
    " AND completed_on IS NULL AND follows_id IS NULL"
    " ELSE round_id IS NULL AND enrollment_id IS NOT NULL AND course_id IS NOT NULL AND completed_on IS NOT NULL END"
)
# SQLite changes a table by writing it anew, and nothing may refer to its rows meanwhile.
REFERRING = ("field_check_answer", "field_check_photo")


def upgrade() -> None:
    """Add campaigns and rounds, and let a check belong to a round."""
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title_ko", sa.String(length=120), nullable=False),
        sa.Column("title_en", sa.String(length=120), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("network_types", sa.String(length=80), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.String(length=300), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_campaign_days")),
        sa.CheckConstraint("wanted > 0", name=op.f("ck_campaign_wanted")),
        sa.CheckConstraint("(cancelled_at IS NULL) = (cancel_reason IS NULL)", name=op.f("ck_campaign_cancel_reason")),
        sa.ForeignKeyConstraint(["version_id"], ["item_set.id"], name=op.f("fk_campaign_version_id_item_set")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("code", name=op.f("uq_campaign_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_campaign_public_id")),
    )
    op.create_index(op.f("ix_campaign_version_id"), "campaign", ["version_id"])
    op.create_table(
        "campaign_item",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_item_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["item_id"], ["standard_item.id"], name=op.f("fk_campaign_item_item_id_standard_item")),
        sa.PrimaryKeyConstraint("campaign_id", "item_id", name=op.f("pk_campaign_item")),
    )
    op.create_index(op.f("ix_campaign_item_item_id"), "campaign_item", ["item_id"])
    op.create_table(
        "monitoring_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("center_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.CheckConstraint("closes_on >= opens_on", name=op.f("ck_monitoring_round_window")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_monitoring_round_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(["center_id"], ["org_unit.id"], name=op.f("fk_monitoring_round_center_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitoring_round")),
        sa.UniqueConstraint("campaign_id", "center_id", name=op.f("uq_monitoring_round_campaign_id_center_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_monitoring_round_public_id")),
    )
    op.create_index("ix_monitoring_round_center", "monitoring_round", ["center_id"])
    of_month = sa.text("campaign_id IS NULL")
    op.create_index(
        "uq_monitoring_round_month",
        "monitoring_round",
        ["month", "center_id"],
        unique=True,
        sqlite_where=of_month,
        postgresql_where=of_month,
    )
    _write_anew(is_up=True)


def downgrade() -> None:
    """Take them back, with the checks that belong to rounds; what was observed in them stays."""
    of_rounds = "SELECT id FROM field_check WHERE kind = 'MONITORING'"
    for table in REFERRING:
        op.execute(f"DELETE FROM {table} WHERE check_id IN ({of_rounds})")  # noqa: S608 - the names are ours
    op.execute("DELETE FROM field_check WHERE kind = 'MONITORING'")
    _write_anew(is_up=False)
    for table in ("monitoring_round", "campaign_item", "campaign"):
        op.drop_table(table)


def _write_anew(*, is_up: bool) -> None:
    """Change the columns of checks, while nothing refers to them."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        for table in REFERRING:
            op.execute(f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table}")  # noqa: S608
        op.execute("UPDATE field_check_photo SET same_as_id = NULL")
        for table in REFERRING:
            op.execute(f"DELETE FROM {table}")  # noqa: S608
        op.execute("CREATE TEMP TABLE kept_follows AS SELECT id, follows_id FROM field_check")
        op.execute("UPDATE field_check SET follows_id = NULL")
    with op.batch_alter_table("field_check") as batch_op:
        _change(batch_op, is_up=is_up)
    if is_sqlite:
        op.execute(
            "UPDATE field_check SET follows_id = (SELECT follows_id FROM kept_follows WHERE id = field_check.id)"
        )
        for table in REFERRING:
            op.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")  # noqa: S608
        for table in ("follows", *REFERRING):
            op.execute(f"DROP TABLE kept_{table}")


def _change(batch_op: Any, *, is_up: bool) -> None:
    if not is_up:
        batch_op.drop_constraint(op.f("ck_field_check_kind"), type_="check")
        batch_op.drop_constraint(op.f("uq_field_check_round_id_person_id"), type_="unique")
        batch_op.drop_constraint(op.f("fk_field_check_round_id_monitoring_round"), type_="foreignkey")
        batch_op.drop_column("round_id")
    for column, kind in (("course_id", sa.Integer()), ("enrollment_id", sa.Integer()), ("completed_on", sa.Date())):
        batch_op.alter_column(column, existing_type=kind, nullable=is_up)
    lengths = (sa.String(8), sa.String(10)) if is_up else (sa.String(10), sa.String(8))
    batch_op.alter_column("kind", existing_type=lengths[0], type_=lengths[1], existing_nullable=False)
    if is_up:
        batch_op.add_column(sa.Column("round_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_field_check_round_id_monitoring_round"), "monitoring_round", ["round_id"], ["id"]
        )
        batch_op.create_unique_constraint(op.f("uq_field_check_round_id_person_id"), ["round_id", "person_id"])
        batch_op.create_check_constraint(op.f("ck_field_check_kind"), OF_ITS_KIND)
