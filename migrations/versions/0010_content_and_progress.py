"""content of courses, and progress in them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "content_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("measures", sa.JSON(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_content_file_course_id_course")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["person.id"], name=op.f("fk_content_file_uploaded_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_file")),
        sa.UniqueConstraint("public_id", name=op.f("uq_content_file_public_id")),
    )
    with op.batch_alter_table("content_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_content_file_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_content_file_uploaded_by_id"), ["uploaded_by_id"], unique=False)

    op.create_table(
        "edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("course_version_id", sa.Integer(), nullable=True),
        sa.Column("summary_ko", sa.Text(), nullable=False),
        sa.Column("summary_en", sa.Text(), nullable=False),
        sa.Column("chapters", sa.JSON(), nullable=False),
        sa.Column("pass_progress_pct", sa.Integer(), nullable=False),
        sa.Column("pass_score", sa.Integer(), nullable=False),
        sa.Column("max_chapters_per_day", sa.Integer(), nullable=True),
        sa.Column("min_minutes", sa.Integer(), nullable=True),
        sa.Column("asks_survey", sa.Boolean(), nullable=False),
        sa.Column("asks_recall", sa.Boolean(), nullable=False),
        sa.Column("keeps", sa.String(length=10), nullable=True),
        sa.Column("top_up_due_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.CheckConstraint("pass_progress_pct BETWEEN 0 AND 100", name=op.f("ck_edition_pass_progress_pct")),
        sa.CheckConstraint("pass_score BETWEEN 0 AND 100", name=op.f("ck_edition_pass_score")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_edition_course_id_course")),
        sa.ForeignKeyConstraint(
            ["course_version_id"], ["course_version.id"], name=op.f("fk_edition_course_version_id_course_version")
        ),
        sa.ForeignKeyConstraint(["published_by_id"], ["person.id"], name=op.f("fk_edition_published_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("course_version_id", name=op.f("uq_edition_course_version_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_edition_public_id")),
    )
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_edition_course_id"), ["course_id"], unique=False)
        batch_op.create_index(
            "ix_edition_draft",
            ["course_id"],
            unique=True,
            sqlite_where=sa.text("course_version_id IS NULL"),
            postgresql_where=sa.text("course_version_id IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_edition_published_by_id"), ["published_by_id"], unique=False)

    op.create_table(
        "edition_file",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_edition_file_edition_id_edition")),
        sa.ForeignKeyConstraint(["file_id"], ["content_file.id"], name=op.f("fk_edition_file_file_id_content_file")),
        sa.PrimaryKeyConstraint("edition_id", "name", name=op.f("pk_edition_file")),
    )
    with op.batch_alter_table("edition_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_edition_file_file_id"), ["file_id"], unique=False)

    op.create_table(
        "module",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=11), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("chapter", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("title_ko", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("summary_ko", sa.Text(), nullable=False),
        sa.Column("summary_en", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("body_ko", sa.Text(), nullable=False),
        sa.Column("body_en", sa.Text(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("captions_id", sa.Integer(), nullable=True),
        sa.Column("poster_id", sa.Integer(), nullable=True),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.ForeignKeyConstraint(["captions_id"], ["content_file.id"], name=op.f("fk_module_captions_id_content_file")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_module_edition_id_edition")),
        sa.ForeignKeyConstraint(["file_id"], ["content_file.id"], name=op.f("fk_module_file_id_content_file")),
        sa.ForeignKeyConstraint(["poster_id"], ["content_file.id"], name=op.f("fk_module_poster_id_content_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_module")),
        sa.UniqueConstraint("edition_id", "key", name=op.f("uq_module_edition_id_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_module_public_id")),
    )
    with op.batch_alter_table("module", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_module_file_id"), ["file_id"], unique=False)
        batch_op.create_index("ix_module_order", ["edition_id", "position"], unique=False)

    op.create_table(
        "study_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrollment_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_key", sa.String(length=11), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence_level", sa.String(length=12), nullable=True),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_study_record_edition_id_edition")),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollment.id"], name=op.f("fk_study_record_enrollment_id_enrollment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_record")),
        sa.UniqueConstraint("enrollment_id", name=op.f("uq_study_record_enrollment_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_study_record_public_id")),
    )
    with op.batch_alter_table("study_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_study_record_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "module_progress",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("module_key", sa.String(length=11), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("position", sa.JSON(), nullable=False),
        sa.Column("ranges", sa.JSON(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attended_on", sa.Date(), nullable=True),
        sa.Column("witness_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id"], ["study_record.id"], name=op.f("fk_module_progress_record_id_study_record")
        ),
        sa.ForeignKeyConstraint(["witness_id"], ["person.id"], name=op.f("fk_module_progress_witness_id_person")),
        sa.PrimaryKeyConstraint("record_id", "module_key", name=op.f("pk_module_progress")),
    )
    with op.batch_alter_table("module_progress", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_module_progress_witness_id"), ["witness_id"], unique=False)

    op.create_table(
        "progress_post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("module_key", sa.String(length=11), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id"], ["study_record.id"], name=op.f("fk_progress_post_record_id_study_record")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_post")),
        sa.UniqueConstraint("record_id", "key", name=op.f("uq_progress_post_record_id_key")),
    )
    with op.batch_alter_table("progress_post", schema=None) as batch_op:
        batch_op.create_index("ix_progress_post_device", ["device", "received_at"], unique=False)
        batch_op.create_index("ix_progress_post_received", ["record_id", "received_at"], unique=False)
    _keep_what_is_published()


def downgrade() -> None:
    """Drop them again."""
    with op.batch_alter_table("progress_post", schema=None) as batch_op:
        batch_op.drop_index("ix_progress_post_received")
        batch_op.drop_index("ix_progress_post_device")

    op.drop_table("progress_post")
    with op.batch_alter_table("module_progress", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_module_progress_witness_id"))

    op.drop_table("module_progress")
    with op.batch_alter_table("study_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_study_record_edition_id"))

    op.drop_table("study_record")
    with op.batch_alter_table("module", schema=None) as batch_op:
        batch_op.drop_index("ix_module_order")
        batch_op.drop_index(batch_op.f("ix_module_file_id"))

    op.drop_table("module")
    with op.batch_alter_table("edition_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_edition_file_file_id"))

    op.drop_table("edition_file")
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_edition_published_by_id"))
        batch_op.drop_index(
            "ix_edition_draft",
            sqlite_where=sa.text("course_version_id IS NULL"),
            postgresql_where=sa.text("course_version_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_edition_course_id"))

    op.drop_table("edition")
    with op.batch_alter_table("content_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_content_file_uploaded_by_id"))
        batch_op.drop_index(batch_op.f("ix_content_file_course_id"))

    op.drop_table("content_file")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_published_change")
        op.execute("DROP FUNCTION refuse_change_of_kept")


# Not who published, nor when people were moved to it: a person may turn out to be another row, and moving takes time.
KEPT_OF_EDITION = (
    "course_id, course_version_id, summary_ko, summary_en, chapters, pass_progress_pct, pass_score, "
    "max_chapters_per_day, min_minutes, asks_survey, asks_recall, keeps, top_up_due_on, published_at, public_id"
)
KEPT_OF_FILE = "course_id, name, media_type, sha256, size, measures, public_id"
PUBLISHED = "EXISTS (SELECT 1 FROM edition WHERE id {which} AND course_version_id IS NOT NULL)"
REFUSE_PUBLISHED = """
    CREATE FUNCTION refuse_published_change() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        touched integer[];
    BEGIN
        IF TG_OP = 'INSERT' THEN touched := ARRAY[NEW.edition_id];
        ELSIF TG_OP = 'DELETE' THEN touched := ARRAY[OLD.edition_id];
        ELSE touched := ARRAY[OLD.edition_id, NEW.edition_id];
        END IF;
        IF EXISTS (SELECT 1 FROM edition WHERE id = ANY(touched) AND course_version_id IS NOT NULL) THEN
            RAISE EXCEPTION 'what is published never changes';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END $$
"""
REFUSE_KEPT = """
    CREATE FUNCTION refuse_change_of_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'what is published never changes';
    END $$
"""


def _keep_what_is_published() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _keep_on_postgresql()
    else:
        _keep_on_sqlite()


def _keep_on_sqlite() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, 'what is published never changes'); END"
    was = "WHEN OLD.course_version_id IS NOT NULL"
    op.execute(f"CREATE TRIGGER edition_kept BEFORE UPDATE OF {KEPT_OF_EDITION} ON edition {was} {refuse}")
    op.execute(f"CREATE TRIGGER edition_stays BEFORE DELETE ON edition {was} {refuse}")
    op.execute(f"CREATE TRIGGER content_file_kept BEFORE UPDATE OF {KEPT_OF_FILE} ON content_file {refuse}")
    which = {
        "INSERT": "= NEW.edition_id",
        "UPDATE": "IN (OLD.edition_id, NEW.edition_id)",
        "DELETE": "= OLD.edition_id",
    }
    for table in ("module", "edition_file"):
        for deed, condition in which.items():
            published = PUBLISHED.format(which=condition)
            op.execute(f"CREATE TRIGGER {table}_{deed.lower()} BEFORE {deed} ON {table} WHEN {published} {refuse}")


def _keep_on_postgresql() -> None:
    op.execute(REFUSE_PUBLISHED)
    op.execute(REFUSE_KEPT)
    refuse = "FOR EACH ROW {when} EXECUTE FUNCTION refuse_change_of_kept()"
    was = refuse.format(when="WHEN (OLD.course_version_id IS NOT NULL)")
    op.execute(f"CREATE TRIGGER edition_kept BEFORE UPDATE OF {KEPT_OF_EDITION} ON edition {was}")
    op.execute(f"CREATE TRIGGER edition_stays BEFORE DELETE ON edition {was}")
    always = refuse.format(when="")
    op.execute(f"CREATE TRIGGER content_file_kept BEFORE UPDATE OF {KEPT_OF_FILE} ON content_file {always}")
    for table in ("module", "edition_file"):
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_published_change()"
        )
