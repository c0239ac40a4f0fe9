"""targets and center flags."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

CURRENT = sa.text("superseded_at IS NULL")
CHANGED = sa.text("state <> former")
# What was found at a cut stays as it was found, whatever target is decided later.
GUARDED = ("flag_cut", "flag_evaluation")


def upgrade() -> None:
    """Add the tables."""
    _add_targets()
    _add_flags()
    _add_holds()
    for table in GUARDED:
        _guard(table)


def downgrade() -> None:
    """Drop them again."""
    for table in ("flag_hold", "flag_evaluation", "flag_cut", "target"):
        op.drop_table(table)


def _add_targets() -> None:
    op.create_table(
        "target",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(11), nullable=False, unique=True),
        sa.Column("measure", sa.String(10), nullable=False),
        sa.Column("tier_level", sa.Integer(), sa.ForeignKey("tier.level")),
        sa.Column("role_id", sa.Integer(), sa.ForeignKey("job_role.id")),
        sa.Column("network_type", sa.String(20)),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
        sa.CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="interval"),
    )
    _index_current("ix_target_current", "target", ["measure", "starts_on"])


def _add_flags() -> None:
    op.create_table(
        "flag_cut",
        sa.Column("as_of", sa.Date(), primary_key=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "flag_evaluation",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("center_id", sa.Integer(), sa.ForeignKey("org_unit.id"), nullable=False),
        sa.Column("as_of", sa.Date(), sa.ForeignKey("flag_cut.as_of"), nullable=False),
        sa.Column("former", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("raised_on", sa.Date()),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("bound_ppm", sa.Integer(), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("critical", sa.JSON(), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("center_id", "as_of"),
    )
    op.create_index("ix_flag_evaluation_as_of", "flag_evaluation", ["as_of", "center_id"])
    op.create_index(
        "ix_flag_evaluation_changed",
        "flag_evaluation",
        ["center_id", "as_of"],
        sqlite_where=CHANGED,
        postgresql_where=CHANGED,
    )


def _add_holds() -> None:
    op.create_table(
        "flag_hold",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(11), nullable=False, unique=True),
        sa.Column("center_id", sa.Integer(), sa.ForeignKey("org_unit.id"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("ends_on > starts_on", name="interval"),
    )
    _index_current("ix_flag_hold_current", "flag_hold", ["center_id", "starts_on"])


def _index_current(name: str, table: str, columns: list[str]) -> None:
    op.create_index(name, table, columns, sqlite_where=CURRENT, postgresql_where=CURRENT)


def _guard(table: str) -> None:
    """Let the database itself refuse changes and removals; the function is that of the audit trail."""
    for name, what in (("kept", "UPDATE"), ("stays", "DELETE")):
        if op.get_bind().dialect.name == "sqlite":
            complaint = f"SELECT RAISE(ABORT, '{table} only ever grows');"
            op.execute(f"CREATE TRIGGER {table}_{name} BEFORE {what} ON {table} BEGIN {complaint} END")
        else:
            each = f"ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            op.execute(f"CREATE TRIGGER {table}_{name} BEFORE {what} {each}")
    if op.get_bind().dialect.name == "postgresql":
        whole = f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
        op.execute(f"CREATE TRIGGER {table}_whole {whole} EXECUTE FUNCTION refuse_change()")
