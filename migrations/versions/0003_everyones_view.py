"""what accounts, duties, audit reviews and saved views need."""

import secrets
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the tables of everyone's own view."""
    _add_recording()
    _add_accounts()
    _add_organization()
    _list_subjects()
    _add_reviews()
    _guard_trail()
    _spell_names()
    _add_saved_views()


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("saved_view")
    _unguard_trail()
    op.drop_table("audit_review")
    _unlist_subjects()
    _drop_recording()
    _drop_organization()
    _drop_accounts()


def _add_organization() -> None:
    instant = sa.DateTime(timezone=True)
    current = sa.text("superseded_at IS NULL")
    op.create_table(
        "org_closure",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("org_unit.id"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("recorded_at", instant, nullable=False),
        sa.Column("superseded_at", instant),
        sa.CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="interval"),
    )
    columns = ["unit_id", "starts_on"]
    op.create_index("ix_org_closure_current", "org_closure", columns, sqlite_where=current, postgresql_where=current)
    op.create_table(
        "org_change",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(11), nullable=False, unique=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("org_unit.id"), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("recorded_at", instant, nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("undone_at", instant),
    )
    op.create_index("ix_org_change_unit", "org_change", ["unit_id", "id"])
    op.create_table(
        "person_merge",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(11), nullable=False, unique=True),
        sa.Column("kept_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("merged_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("restore", sa.JSON(), nullable=False),
        sa.Column("recorded_at", instant, nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("undone_at", instant),
    )
    op.create_index("ix_person_merge_kept_id", "person_merge", ["kept_id"])
    op.create_index("ix_person_merge_merged_id", "person_merge", ["merged_id"])


def _drop_organization() -> None:
    for table in ("person_merge", "org_change", "org_closure"):
        op.drop_table(table)


def _add_accounts() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "account_code",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("center_id", sa.Integer(), sa.ForeignKey("org_unit.id")),
        sa.Column("code_digest", sa.String(64), nullable=False),
        sa.Column("issued_at", instant, nullable=False),
        sa.Column("issued_by_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("expires_at", instant, nullable=False),
        sa.Column("used_at", instant),
        sa.Column("revoked_at", instant),
    )
    op.create_index("ix_account_code_person_id", "account_code", ["person_id"])
    with op.batch_alter_table("account") as account:
        account.add_column(sa.Column("must_change_password", sa.Boolean(), nullable=False, server_default=sa.false()))


def _drop_accounts() -> None:
    with op.batch_alter_table("account") as account:
        account.drop_column("must_change_password")
    op.drop_index("ix_account_code_person_id", "account_code")
    op.drop_table("account_code")


RECORDED = ("enrollment", "enrollment_revision")


def _add_recording() -> None:
    op.create_table(
        "recording",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(11), nullable=False, unique=True),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("evidence_kind", sa.String(20), nullable=False),
        sa.Column("evidence_note", sa.String(300), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("created_by_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded", sa.Integer(), nullable=False),
        sa.Column("request_key", sa.String(40), nullable=False, unique=True),
    )
    for table in RECORDED:
        # In words: Alembic would write every row of a SQLite table anew for the foreign key.
        name = f"fk_{table}_recorded_by_id_person"
        op.execute(f"ALTER TABLE {table} ADD COLUMN recorded_by_id INTEGER CONSTRAINT {name} REFERENCES person (id)")
        op.add_column(table, sa.Column("evidence_kind", sa.String(20)))
        op.add_column(table, sa.Column("evidence_note", sa.String(300)))
        op.add_column(table, sa.Column("completion_reason", sa.String(300)))


def _drop_recording() -> None:
    columns = ("completion_reason", "evidence_note", "evidence_kind", "recorded_by_id")
    for column in columns:
        op.drop_column("enrollment", column)
    # A later step wrote this table anew, whereupon SQLite keeps the reference apart from its column.
    with op.batch_alter_table("enrollment_revision") as table:
        for column in columns:
            table.drop_column(column)
    op.drop_table("recording")


# --- the audit trail: whom each line is about as rows of their own, so that "who saw this person" is one look-up

NEW_INDEXES = (
    ("ix_audit_event_at", ["at", "id"]),
    ("ix_audit_event_actor", ["actor_id", "at", "id"]),
    ("ix_audit_event_action", ["action", "at", "id"]),
    ("ix_audit_event_origin", ["origin", "at", "id"]),
)
OLD_INDEXES = (
    ("ix_audit_event_at", ["at"]),
    ("ix_audit_event_actor_id", ["actor_id"]),
    ("ix_audit_event_action", ["action"]),
)
# Numbers in a text are quoted nowhere; SQLite reads JSON text, PostgreSQL its own type.
SUBJECTS_OF = {
    "sqlite": """
        INSERT INTO audit_subject (event_id, person_id)
        SELECT DISTINCT audit_event.id, one.value FROM audit_event, json_each(audit_event.subject_ids) AS one
        WHERE json_type(audit_event.subject_ids) = 'array'
    """,
    "postgresql": """
        INSERT INTO audit_subject (event_id, person_id)
        SELECT DISTINCT audit_event.id, one.value::integer FROM audit_event, json_array_elements_text(
            CASE json_typeof(audit_event.subject_ids) WHEN 'array' THEN audit_event.subject_ids ELSE '[]' END
        ) AS one
    """,
}
IDS_OF = {
    "sqlite": """
        UPDATE audit_event SET subject_ids = (
            SELECT json_group_array(person_id) FROM audit_subject WHERE event_id = audit_event.id
        )
    """,
    "postgresql": """
        UPDATE audit_event SET subject_ids = (
            SELECT coalesce(json_agg(person_id), '[]') FROM audit_subject WHERE event_id = audit_event.id
        )
    """,
}
LETTERS = "23456789bcdfghjkmnpqrstvwxz"


def _list_subjects() -> None:
    bind = op.get_bind()
    event = sa.table("audit_event", sa.column("id", sa.Integer()), sa.column("public_id", sa.String()))
    with op.batch_alter_table("audit_event") as table:
        for name, _columns in OLD_INDEXES:
            table.drop_index(name)
        table.add_column(sa.Column("public_id", sa.String(11)))
        table.add_column(sa.Column("is_listed", sa.Boolean(), nullable=False, server_default=sa.true()))
    ids = bind.scalars(sa.select(event.c.id)).all()
    named = sa.update(event).where(event.c.id == sa.bindparam("event_id")).values(public_id=sa.bindparam("name"))
    for start in range(0, len(ids), 5000):
        rows = [{"event_id": one, "name": _random_name()} for one in ids[start : start + 5000]]
        bind.execute(named, rows)
    with op.batch_alter_table("audit_event") as table:
        table.alter_column("public_id", existing_type=sa.String(11), nullable=False)
        table.alter_column("is_listed", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
        table.create_unique_constraint("uq_audit_event_public_id", ["public_id"])
        for name, columns in NEW_INDEXES:
            table.create_index(name, columns)
    op.create_table(
        "audit_subject",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["audit_event.id"], "fk_audit_subject_event_id_audit_event", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "person_id", name="pk_audit_subject"),
        sqlite_with_rowid=False,
    )
    op.execute(SUBJECTS_OF[bind.dialect.name])
    op.create_index("ix_audit_subject_person", "audit_subject", ["person_id", "event_id"])
    listed = "(SELECT count(*) FROM audit_subject WHERE event_id = audit_event.id)"
    op.execute(f"UPDATE audit_event SET is_listed = {listed} >= subject_count")  # noqa: S608
    op.drop_column("audit_event", "subject_ids")
    few = {"sqlite_where": sa.text("is_listed = 0"), "postgresql_where": sa.text("is_listed = false")}
    op.create_index("ix_audit_event_unlisted", "audit_event", ["at", "id"], **few)


def _unlist_subjects() -> None:
    bind = op.get_bind()
    op.add_column("audit_event", sa.Column("subject_ids", sa.JSON()))
    op.execute(IDS_OF[bind.dialect.name])
    # As it was written before: more than were listed stand as the JSON null.
    op.execute("UPDATE audit_event SET subject_ids = 'null' WHERE NOT is_listed AND subject_count > 1000")
    op.drop_index("ix_audit_event_unlisted", "audit_event")
    op.drop_table("audit_subject")
    with op.batch_alter_table("audit_event") as table:
        for name, _columns in NEW_INDEXES:
            table.drop_index(name)
        table.drop_constraint("uq_audit_event_public_id", type_="unique")
        table.drop_column("public_id")
        table.drop_column("is_listed")
        for name, columns in OLD_INDEXES:
            table.create_index(name, columns)


def _random_name() -> str:
    number, letters = secrets.randbelow(len(LETTERS) ** 11), []
    for _ in range(11):
        number, place = divmod(number, len(LETTERS))
        letters.append(LETTERS[place])
    return "".join(letters)


def _add_reviews() -> None:
    op.create_table(
        "audit_review",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by_id", sa.Integer(), nullable=False),
        sa.Column("signed_by", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("month", name="pk_audit_review"),
    )


# --- the database itself refuses to change the trail. A later migration that copies one of these tables (as batch mode
# does on SQLite) loses the guards and must put them back.

# (table, when a DELETE is refused). A line may go once it was kept for 730 days, and its subjects go with it.
GUARDED = {
    "sqlite": (
        ("audit_event", "OLD.at > datetime('now', '-730 days')"),
        ("audit_subject", "EXISTS (SELECT 1 FROM audit_event WHERE id = OLD.event_id)"),
        ("audit_review", "1"),
    ),
    "postgresql": (
        ("audit_event", "OLD.at > now() - interval '730 days'"),
        ("audit_subject", None),
        ("audit_review", "true"),
    ),
}
REFUSE = """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% only ever grows', TG_TABLE_NAME;
    END $$
"""
REFUSE_SUBJECT = """
    CREATE FUNCTION refuse_subject_removal() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM audit_event WHERE id = OLD.event_id) THEN
            RAISE EXCEPTION 'audit_subject only ever grows';
        END IF;
        RETURN OLD;
    END $$
"""


def _guard_trail() -> None:
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute(REFUSE)
        op.execute(REFUSE_SUBJECT)
    for table, refused in GUARDED[dialect]:
        if dialect == "sqlite":
            _refuse_on_sqlite(table, refused)
        else:
            _refuse_on_postgresql(table, refused)


def _refuse_on_sqlite(table, refused) -> None:
    complaint = f"SELECT RAISE(ABORT, '{table} only ever grows');"
    op.execute(f"CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table} BEGIN {complaint} END")
    op.execute(f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} WHEN {refused} BEGIN {complaint} END")


def _refuse_on_postgresql(table, refused) -> None:
    each = f"ON {table} FOR EACH ROW"
    op.execute(f"CREATE TRIGGER {table}_kept BEFORE UPDATE {each} EXECUTE FUNCTION refuse_change()")
    condition = f"WHEN ({refused}) EXECUTE FUNCTION refuse_change()" if refused else ""
    op.execute(
        f"CREATE TRIGGER {table}_stays BEFORE DELETE {each} {condition or 'EXECUTE FUNCTION refuse_subject_removal()'}"
    )
    op.execute(
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _unguard_trail() -> None:
    dialect = op.get_bind().dialect.name
    for table, _refused in GUARDED[dialect]:
        for name in ("kept", "stays") if dialect == "sqlite" else ("kept", "stays", "whole"):
            op.execute(f"DROP TRIGGER {table}_{name}" + ("" if dialect == "sqlite" else f" ON {table}"))
    if dialect == "postgresql":
        op.execute("DROP FUNCTION refuse_change")
        op.execute("DROP FUNCTION refuse_subject_removal")


# --- people search: names spelled so that syllables, initials and both mixed are found (as the product does it)

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"


def _spell_names() -> None:
    bind = op.get_bind()
    person = sa.table("person", *(sa.column(name) for name in ("id", "name", "search_text")))
    held = sa.table("staff_number", *(sa.column(name) for name in ("person_id", "staff_no")))
    numbers = {}
    for person_id, staff_no in bind.execute(sa.select(held.c.person_id, held.c.staff_no).order_by(held.c.staff_no)):
        numbers.setdefault(person_id, []).append(staff_no.casefold())
    rows = [
        {"person": person_id, "text": _search_text(name, numbers.get(person_id, []))}
        for person_id, name in bind.execute(sa.select(person.c.id, person.c.name))
    ]
    written = sa.update(person).where(person.c.id == sa.bindparam("person"))
    for start in range(0, len(rows), 5000):
        bind.execute(written.values(search_text=sa.bindparam("text")), rows[start : start + 5000])


def _search_text(name, numbers) -> str:
    letters = "".join(unicodedata.normalize("NFC", name).casefold().split())
    spelled = "".join((INITIALS[(ord(one) - 0xAC00) // 588] if "가" <= one <= "힣" else one) + one for one in letters)
    return " ".join([*numbers, spelled])[:600]


def _add_saved_views() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(11), nullable=False, unique=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("address", sa.String(2000), nullable=False),
        sa.Column("is_start", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("person_id", "name"),
    )
    chosen = {"sqlite_where": sa.text("is_start"), "postgresql_where": sa.text("is_start")}
    op.create_index("ix_saved_view_start", "saved_view", ["person_id"], unique=True, **chosen)
