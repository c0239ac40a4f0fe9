"""frozen months."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

GUARDED = ("month_close", "month_figure")


def upgrade() -> None:
    """Add the tables, and have the database refuse to change what is frozen."""
    _add_closes()
    _add_figures()
    _add_company_days()
    _guard()


def downgrade() -> None:
    """Drop them again; their triggers go with them."""
    for table in ("company_day", "month_figure", "month_close"):
        op.drop_table(table)


def _add_closes() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "month_close",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(11), nullable=False, unique=True),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("known_at", instant, nullable=False),
        sa.Column("definition", sa.Integer(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("snapshot", sa.LargeBinary(), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("on_time", sa.Integer(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("delta", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(300)),
        sa.Column("closed_by_id", sa.Integer()),
        sa.Column("closed_by", sa.String(120), nullable=False),
        sa.Column("recorded_at", instant, nullable=False),
        sa.UniqueConstraint("month", "number"),
    )


def _add_figures() -> None:
    keys = ("close_id", "tier_level", "center_id", "role_id")
    counts = ("due", "done", "on_time", "people", "people_short", "people_done")
    op.create_table(
        "month_figure",
        *(sa.Column(name, sa.Integer(), nullable=False, autoincrement=False) for name in keys),
        sa.Column("area_id", sa.Integer()),
        sa.Column("region_id", sa.Integer()),
        sa.Column("is_frontline", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.ForeignKeyConstraint(["close_id"], ["month_close.id"], "fk_month_figure_close_id_month_close"),
        *(
            sa.ForeignKeyConstraint([name], ["org_unit.id"], f"fk_month_figure_{name}_org_unit")
            for name in ("center_id", "area_id", "region_id")
        ),
        sa.ForeignKeyConstraint(["role_id"], ["job_role.id"], "fk_month_figure_role_id_job_role"),
        sa.PrimaryKeyConstraint(*keys, name="pk_month_figure"),
        sqlite_with_rowid=False,
    )


def _add_company_days() -> None:
    instant = sa.DateTime(timezone=True)
    current = sa.text("superseded_at IS NULL")
    op.create_table(
        "company_day",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("recorded_by", sa.String(120), nullable=False),
        sa.Column("recorded_at", instant, nullable=False),
        sa.Column("superseded_at", instant),
    )
    op.create_index(
        "ix_company_day_current", "company_day", ["day"], unique=True, sqlite_where=current, postgresql_where=current
    )


def _guard() -> None:
    dialect = op.get_bind().dialect.name
    for table in GUARDED:
        if dialect == "sqlite":
            complaint = f"SELECT RAISE(ABORT, '{table} only ever grows');"
            op.execute(f"CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table} BEGIN {complaint} END")
            op.execute(f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} BEGIN {complaint} END")
        else:
            # The function came with the guards of the audit trail.
            for name, event in (("kept", "UPDATE"), ("stays", "DELETE")):
                each = f"BEFORE {event} ON {table} FOR EACH ROW"
                op.execute(f"CREATE TRIGGER {table}_{name} {each} EXECUTE FUNCTION refuse_change()")
            whole = f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
            op.execute(f"CREATE TRIGGER {table}_whole {whole} EXECUTE FUNCTION refuse_change()")
