"""first tables."""

import secrets
from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# code, Korean title, English title, family, where, onboarding days, meets customers
JOB_ROLES = (
    ("SA", "서비스 어드바이저(접수)", "Service advisor (reception of repair orders)", "접수·상담", "CENTER", 30, True),
    ("RC", "고객 안내(리셉션)", "Front-desk receptionist", "접수·상담", "CENTER", 30, True),
    ("CC", "콜·예약 상담", "Booking / call agent", "접수·상담", "CENTER", 30, True),
    ("HC", "해피콜 담당", "After-service follow-up caller", "접수·상담", "CENTER", 30, True),
    ("MT", "정비사(일반수리)", "Technician (general repair)", "정비", "CENTER", 45, True),
    ("MM", "정비반장", "Workshop foreman", "정비", "CENTER", 45, True),
    ("BP", "판금·도장 기사", "Body & paint technician", "정비", "CENTER", 45, False),
    ("PT", "부품 담당", "Parts clerk", "부품", "CENTER", 30, True),
    ("WR", "보증 담당", "Warranty administrator", "부품", "CENTER", 30, False),
    ("DV", "세차·차량 인도", "Wash / vehicle hand-over", "지원", "CENTER", 21, True),
    ("GD", "주차·현장 안내", "Yard & parking guide", "지원", "CENTER", 21, True),
    ("CM", "센터장(서비스 매니저)", "Center / service manager", "관리", "CENTER", 30, True),
    ("OW", "서비스네트워크 대표자", "Service-network representative (owner / head)", "관리", "CENTER", 60, True),
    ("CO", "CS 코디네이터", "CS coordinator", "관리", "CENTER", 30, True),
    ("AM", "지역 담당자", "Area manager", "본사 현장", "HQ", 30, False),
    ("RG", "권역장", "Regional head", "본사 현장", "HQ", 30, False),
    ("TR", "서비스교육 담당", "Service-training administrator", "본사", "HQ", 30, False),
    ("CS", "CS 기획 담당", "CS planning officer", "본사", "HQ", 30, False),
    ("MS", "미스터리 쇼퍼", "Mystery shopper", "외부", "EXTERNAL", 0, False),
    ("VW", "경영진(조회)", "Executive viewer", "본사", "HQ", 0, False),
    ("PV", "개인정보 보호·감사 담당", "Privacy & audit officer", "본사", "HQ", 0, False),
    ("SY", "시스템 관리자", "System administrator", "본사", "HQ", 0, False),
)
TIERS = (
    (0, "0단계 입문", "Tier 0 Introduction"),
    (1, "1단계 기본", "Tier 1 Basics"),
    (2, "2단계 직무", "Tier 2 Job skills"),
    (3, "3단계 심화", "Tier 3 Advanced"),
    (4, "4단계 리더", "Tier 4 Leaders"),
    (9, "상시 보수·전파", "Rolling: refreshers and cascade"),
)
COMPETENCIES = (
    ("C", 1, "Connect · 고객과 소통하는 자세", "Connect"),
    ("A", 2, "Answer · 고객의 문제를 해결하는 자세", "Answer"),
    ("R", 3, "Represent · 전문가다운 자세", "Represent"),
    ("E", 4, "Exceed · 고객의 기대를 넘어서는 자세", "Exceed"),
)
EPOCH = date(1900, 1, 1)
SEEDED_AT = datetime(2018, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("origin", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=120), nullable=False),
        sa.Column("subject_ids", sa.JSON(), nullable=True),
        sa.Column("subject_count", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_at"), ["at"], unique=False)
        batch_op.create_index("ix_audit_event_object", ["object_type", "object_id"], unique=False)

    op.create_table(
        "competency",
        sa.Column("code", sa.String(length=1), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_ko", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_competency")),
    )
    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.String(length=255), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("preview", sa.JSON(), nullable=False),
        sa.Column("restore", sa.JSON(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("requested_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
        sa.UniqueConstraint("public_id", name=op.f("uq_import_run_public_id")),
    )
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_run_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_run_state"), ["state"], unique=False)

    op.create_table(
        "job_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("title_ko", sa.String(length=80), nullable=False),
        sa.Column("title_en", sa.String(length=80), nullable=False),
        sa.Column("family_ko", sa.String(length=40), nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("onboarding_days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_role")),
        sa.UniqueConstraint("code", name=op.f("uq_job_role_code")),
    )
    op.create_table(
        "org_unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_ko", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("network_type", sa.String(length=20), nullable=True),
        sa.Column("ownership", sa.String(length=20), nullable=True),
        sa.Column("city_ko", sa.String(length=60), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("headcount_plan", sa.Integer(), nullable=True),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_org_unit")),
        sa.UniqueConstraint("kind", "code", name=op.f("uq_org_unit_kind_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_org_unit_public_id")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_no", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("search_text", sa.String(length=600), nullable=False),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.id"], name=op.f("fk_person_import_id_import_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_public_id")),
        sa.UniqueConstraint("staff_no", name=op.f("uq_person_staff_no")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_import_id"), ["import_id"], unique=False)

    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_no", sa.String(length=64), nullable=False),
        sa.Column("ip", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_attempt_ip", ["ip", "at"], unique=False)
        batch_op.create_index("ix_sign_in_attempt_staff_no", ["staff_no", "at"], unique=False)

    op.create_table(
        "tier",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name_ko", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("level", name=op.f("pk_tier")),
    )
    op.create_table(
        "account",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=True),
        sa.Column("theme", sa.String(length=5), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_account")),
    )
    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title_ko", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("tier_level", sa.Integer(), nullable=False),
        sa.Column("delivery", sa.String(length=12), nullable=False),
        sa.Column("trigger", sa.String(length=12), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_days", sa.Integer(), nullable=True),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        sa.Column("is_critical", sa.Boolean(), nullable=False),
        sa.Column("weight", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("field_check_required", sa.Boolean(), nullable=False),
        sa.Column("field_check_from_days", sa.Integer(), nullable=True),
        sa.Column("field_check_to_days", sa.Integer(), nullable=True),
        sa.Column("recheck_days", sa.Integer(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.ForeignKeyConstraint(["tier_level"], ["tier.level"], name=op.f("fk_course_tier_level_tier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("code", name=op.f("uq_course_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_course_public_id")),
    )
    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_tier_level"), ["tier_level"], unique=False)

    op.create_table(
        "duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("superseded_by_import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name=op.f("ck_duty_interval")),
        sa.ForeignKeyConstraint(["granted_by_id"], ["person.id"], name=op.f("fk_duty_granted_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_duty_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_duty_unit_id_org_unit")),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.id"], name=op.f("fk_duty_import_id_import_run")),
        sa.ForeignKeyConstraint(
            ["superseded_by_import_id"],
            ["import_run.id"],
            name=op.f("fk_duty_superseded_by_import_id_import_run"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
    )
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_import_id"), ["import_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_duty_superseded_by_import_id"), ["superseded_by_import_id"], unique=False)
        batch_op.create_index(
            "ix_duty_person",
            ["person_id"],
            unique=False,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.create_index(
            "ix_duty_unit",
            ["unit_id"],
            unique=False,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "job_role_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("is_frontline", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name=op.f("ck_job_role_term_interval")),
        sa.ForeignKeyConstraint(["role_id"], ["job_role.id"], name=op.f("fk_job_role_term_role_id_job_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_role_term")),
    )
    with op.batch_alter_table("job_role_term", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_role_term_role_id"), ["role_id"], unique=False)

    op.create_table(
        "leave",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("superseded_by_import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name=op.f("ck_leave_interval")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_leave_person_id_person")),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.id"], name=op.f("fk_leave_import_id_import_run")),
        sa.ForeignKeyConstraint(
            ["superseded_by_import_id"],
            ["import_run.id"],
            name=op.f("fk_leave_superseded_by_import_id_import_run"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave")),
    )
    with op.batch_alter_table("leave", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_leave_import_id"), ["import_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_leave_superseded_by_import_id"), ["superseded_by_import_id"], unique=False)
        batch_op.create_index(
            "ix_leave_person",
            ["person_id"],
            unique=False,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "name_purpose",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.Column("purpose", sa.String(length=300), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_name_purpose_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_name_purpose_unit_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_name_purpose")),
        sa.UniqueConstraint(
            "person_id", "unit_id", "stated_on", name=op.f("uq_name_purpose_person_id_unit_id_stated_on")
        ),
    )
    op.create_table(
        "org_placement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name=op.f("ck_org_placement_interval")),
        sa.ForeignKeyConstraint(["parent_id"], ["org_unit.id"], name=op.f("fk_org_placement_parent_id_org_unit")),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_org_placement_unit_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_org_placement")),
    )
    with op.batch_alter_table("org_placement", schema=None) as batch_op:
        batch_op.create_index(
            "ix_org_placement_current",
            ["unit_id", "starts_on"],
            unique=False,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.create_index(
            "ix_org_placement_parent",
            ["parent_id"],
            unique=False,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "posting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("center_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("superseded_by_import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name=op.f("ck_posting_interval")),
        sa.ForeignKeyConstraint(["center_id"], ["org_unit.id"], name=op.f("fk_posting_center_id_org_unit")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_posting_person_id_person")),
        sa.ForeignKeyConstraint(["role_id"], ["job_role.id"], name=op.f("fk_posting_role_id_job_role")),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.id"], name=op.f("fk_posting_import_id_import_run")),
        sa.ForeignKeyConstraint(
            ["superseded_by_import_id"],
            ["import_run.id"],
            name=op.f("fk_posting_superseded_by_import_id_import_run"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
    )
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_posting_import_id"), ["import_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_posting_superseded_by_import_id"), ["superseded_by_import_id"], unique=False
        )
        batch_op.create_index(
            "ix_posting_center",
            ["center_id", "starts_on", "ends_on", "is_primary", "person_id", "role_id", "superseded_at"],
            unique=False,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.create_index(
            "ix_posting_person",
            ["person_id", "starts_on", "ends_on", "is_primary", "center_id", "role_id", "superseded_at"],
            unique=False,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "refused_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("column", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.id"], name=op.f("fk_refused_row_import_id_import_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_row")),
    )
    with op.batch_alter_table("refused_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refused_row_import_id"), ["import_id"], unique=False)

    op.create_table(
        "sign_in_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ip", sa.String(length=60), nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_session_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_session")),
        sa.UniqueConstraint("public_id", name=op.f("uq_sign_in_session_public_id")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_sign_in_session_token_sha256")),
    )
    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_session_person_id"), ["person_id"], unique=False)

    op.create_table(
        "staff_number",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("staff_no", sa.String(length=40), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_staff_number_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_number")),
        sa.UniqueConstraint("staff_no", name=op.f("uq_staff_number_staff_no")),
    )
    with op.batch_alter_table("staff_number", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_number_person_id"), ["person_id"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("role_codes", sa.JSON(), nullable=False),
        sa.Column("unit_codes", sa.JSON(), nullable=False),
        sa.Column("assigned_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_days", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enrolled", sa.Integer(), nullable=False),
        sa.Column("request_key", sa.String(length=40), nullable=False),
        sa.Column("public_id", sa.String(length=11), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_assignment_course_id_course")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_assignment_created_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_assignment_public_id")),
        sa.UniqueConstraint("request_key", name=op.f("uq_assignment_request_key")),
    )
    op.create_table(
        "course_audience",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_audience_course_id_course")),
        sa.ForeignKeyConstraint(["role_id"], ["job_role.id"], name=op.f("fk_course_audience_role_id_job_role")),
        sa.PrimaryKeyConstraint("course_id", "role_id", name=op.f("pk_course_audience")),
    )
    op.create_table(
        "course_competency",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("competency_code", sa.String(length=1), nullable=False),
        sa.ForeignKeyConstraint(
            ["competency_code"], ["competency.code"], name=op.f("fk_course_competency_competency_code_competency")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_competency_course_id_course")),
        sa.PrimaryKeyConstraint("course_id", "competency_code", name=op.f("pk_course_competency")),
    )
    op.create_table(
        "course_prerequisite",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("requires_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_prerequisite_course_id_course")),
        sa.ForeignKeyConstraint(["requires_id"], ["course.id"], name=op.f("fk_course_prerequisite_requires_id_course")),
        sa.PrimaryKeyConstraint("course_id", "requires_id", name=op.f("pk_course_prerequisite")),
    )
    op.create_table(
        "course_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("chapters", sa.Integer(), nullable=True),
        sa.Column("pass_progress_pct", sa.Integer(), nullable=False),
        sa.Column("pass_score", sa.Integer(), nullable=False),
        sa.Column("max_chapters_per_day", sa.Integer(), nullable=True),
        sa.Column("validity_months", sa.Integer(), nullable=False),
        sa.Column("renewal_window_days", sa.Integer(), nullable=False),
        sa.Column("requires_retake", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_version_course_id_course")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_version")),
        sa.UniqueConstraint("course_id", "number", name=op.f("uq_course_version_course_id_number")),
    )
    op.create_table(
        "enrollment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("has_later_cycle", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("assigned_on", sa.Date(), nullable=False),
        sa.Column("nominal_due_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("score", sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column("voided_on", sa.Date(), nullable=True),
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cycle >= 1", name=op.f("ck_enrollment_cycle")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_enrollment_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_enrollment_course_id_course")),
        sa.ForeignKeyConstraint(
            ["course_version_id"], ["course_version.id"], name=op.f("fk_enrollment_course_version_id_course_version")
        ),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.id"], name=op.f("fk_enrollment_import_id_import_run")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrollment_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollment")),
        sa.UniqueConstraint("person_id", "course_id", "cycle", name=op.f("uq_enrollment_person_id_course_id_cycle")),
    )
    with op.batch_alter_table("enrollment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enrollment_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(
            "ix_enrollment_course_rate",
            [
                "course_id",
                "person_id",
                "required",
                "due_on",
                "assigned_on",
                "completed_on",
                "voided_on",
                "has_later_cycle",
                "cycle",
            ],
            unique=False,
        )
        batch_op.create_index("ix_enrollment_import", ["import_id"], unique=False)
        batch_op.create_index(
            "ix_enrollment_person_rate",
            [
                "person_id",
                "required",
                "due_on",
                "assigned_on",
                "completed_on",
                "voided_on",
                "has_later_cycle",
                "course_id",
                "cycle",
            ],
            unique=False,
        )

    op.create_table(
        "enrollment_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrollment_id", sa.Integer(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("assigned_on", sa.Date(), nullable=False),
        sa.Column("nominal_due_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("score", sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column("voided_on", sa.Date(), nullable=True),
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_version_id"],
            ["course_version.id"],
            name=op.f("fk_enrollment_revision_course_version_id_course_version"),
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollment.id"], name=op.f("fk_enrollment_revision_enrollment_id_enrollment")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_run.id"], name=op.f("fk_enrollment_revision_import_id_import_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollment_revision")),
    )
    with op.batch_alter_table("enrollment_revision", schema=None) as batch_op:
        batch_op.create_index("ix_enrollment_revision_enrollment", ["enrollment_id", "recorded_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_enrollment_revision_superseded_at"), ["superseded_at"], unique=False)
    _seed()


def _seed() -> None:
    bind = op.get_bind()
    meta = sa.MetaData()
    meta.reflect(bind, only=["job_role", "job_role_term", "tier", "competency", "org_unit"])
    table = meta.tables
    bind.execute(
        table["job_role"].insert(),
        [
            {"code": code, "title_ko": ko, "title_en": en, "family_ko": family, "scope": scope, "onboarding_days": days}
            for code, ko, en, family, scope, days, _ in JOB_ROLES
        ],
    )
    role_ids = {
        code: role_id for role_id, code in bind.execute(sa.select(table["job_role"].c.id, table["job_role"].c.code))
    }
    bind.execute(
        table["job_role_term"].insert(),
        [
            {"role_id": role_ids[role[0]], "starts_on": EPOCH, "is_frontline": role[6], "recorded_at": SEEDED_AT}
            for role in JOB_ROLES
        ],
    )
    bind.execute(table["tier"].insert(), [{"level": level, "name_ko": ko, "name_en": en} for level, ko, en in TIERS])
    bind.execute(
        table["competency"].insert(),
        [{"code": code, "position": position, "name_ko": ko, "name_en": en} for code, position, ko, en in COMPETENCIES],
    )
    units = (
        ("NETWORK", "NETWORK", "네트워크 전체", "Whole network", None),
        ("CENTER", "HQ", "본사", "Head office", "HEAD_OFFICE"),
    )
    bind.execute(
        table["org_unit"].insert(),
        [
            {
                "public_id": "".join(secrets.choice("23456789bcdfghjkmnpqrstvwxz") for _ in range(11)),
                "kind": kind, "code": code, "name_ko": ko, "name_en": en, "network_type": network_type,
            }
            for kind, code, ko, en, network_type in units
        ],
    )  # fmt: skip


def downgrade() -> None:
    with op.batch_alter_table("enrollment_revision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enrollment_revision_superseded_at"))
        batch_op.drop_index("ix_enrollment_revision_enrollment")

    op.drop_table("enrollment_revision")
    with op.batch_alter_table("enrollment", schema=None) as batch_op:
        batch_op.drop_index("ix_enrollment_person_rate")
        batch_op.drop_index("ix_enrollment_import")
        batch_op.drop_index("ix_enrollment_course_rate")
        batch_op.drop_index(batch_op.f("ix_enrollment_assignment_id"))

    op.drop_table("enrollment")
    op.drop_table("course_version")
    op.drop_table("course_prerequisite")
    op.drop_table("course_competency")
    op.drop_table("course_audience")
    op.drop_table("assignment")
    with op.batch_alter_table("staff_number", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_number_person_id"))

    op.drop_table("staff_number")
    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_session_person_id"))

    op.drop_table("sign_in_session")
    with op.batch_alter_table("refused_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_refused_row_import_id"))

    op.drop_table("refused_row")
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_posting_superseded_by_import_id"))
        batch_op.drop_index(batch_op.f("ix_posting_import_id"))
        batch_op.drop_index(
            "ix_posting_person",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_posting_center",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.drop_table("posting")
    with op.batch_alter_table("org_placement", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_org_placement_parent",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_org_placement_current",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.drop_table("org_placement")
    op.drop_table("name_purpose")
    with op.batch_alter_table("leave", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_leave_superseded_by_import_id"))
        batch_op.drop_index(batch_op.f("ix_leave_import_id"))
        batch_op.drop_index(
            "ix_leave_person",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.drop_table("leave")
    with op.batch_alter_table("job_role_term", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_role_term_role_id"))

    op.drop_table("job_role_term")
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duty_superseded_by_import_id"))
        batch_op.drop_index(batch_op.f("ix_duty_import_id"))
        batch_op.drop_index(
            "ix_duty_unit",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_duty_person",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.drop_table("duty")
    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_tier_level"))

    op.drop_table("course")
    op.drop_table("account")
    op.drop_table("tier")
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_attempt_staff_no")
        batch_op.drop_index("ix_sign_in_attempt_ip")

    op.drop_table("sign_in_attempt")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_import_id"))

    op.drop_table("person")
    op.drop_table("org_unit")
    op.drop_table("job_role")
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_run_state"))
        batch_op.drop_index(batch_op.f("ix_import_run_kind"))

    op.drop_table("import_run")
    op.drop_table("competency")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_event_object")
        batch_op.drop_index(batch_op.f("ix_audit_event_at"))
        batch_op.drop_index(batch_op.f("ix_audit_event_actor_id"))
        batch_op.drop_index(batch_op.f("ix_audit_event_action"))

    op.drop_table("audit_event")
