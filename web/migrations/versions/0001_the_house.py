"""The house"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# What happened is never rewritten, and nothing is less than nothing where it really is.
_NEGATIVE = """WHEN NEW.quantity < 0 AND NOT EXISTS (
  SELECT 1 FROM location WHERE id = NEW.location_id AND kind IN ('made', 'supplied'))
BEGIN SELECT RAISE(ABORT, 'stock_not_negative'); END"""
_OVERLAP = """WHEN EXISTS (
  SELECT 1 FROM code_binding WHERE id <> NEW.id
  AND series_id = NEW.series_id AND lo < NEW.hi AND hi > NEW.lo)
BEGIN SELECT RAISE(ABORT, 'ex_code_binding_items'); END"""
SQLITE_GUARDS = [
    *(
        f"""CREATE TRIGGER {table}_no_{step} BEFORE {step} ON {table}
        BEGIN SELECT RAISE(ABORT, '{table}_append_only'); END"""
        for table in ("movement", "audit")
        for step in ("update", "delete")
    ),
    *(
        f"CREATE TRIGGER stock_{step} BEFORE {step} ON stock {_NEGATIVE}"
        for step in ("insert", "update")
    ),
    *(
        f"CREATE TRIGGER binding_{step} AFTER {step} ON code_binding {_OVERLAP}"
        for step in ("insert", "update")
    ),
]
POSTGRESQL_GUARDS = [
    """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
        MESSAGE = TG_TABLE_NAME || '_append_only';
    END $$""",
    *(
        f"""CREATE TRIGGER {table}_append_only
        BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"""
        for table in ("movement", "audit")
    ),
    """CREATE FUNCTION refuse_negative() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT EXISTS (
        SELECT 1 FROM location
        WHERE id = NEW.location_id AND kind IN ('made', 'supplied')
      ) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation',
          MESSAGE = 'stock_not_negative';
      END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER stock_not_negative BEFORE INSERT OR UPDATE ON stock
    FOR EACH ROW WHEN (NEW.quantity < 0) EXECUTE FUNCTION refuse_negative()""",
    # A series has at most 2^24 items, so this puts the items of all in one row.
    """ALTER TABLE code_binding ADD CONSTRAINT ex_code_binding_items
    EXCLUDE USING gist (
      int8range(series_id * 16777216 + lo, series_id * 16777216 + hi) WITH &&)""",
]

# Where goods come from and where they end: the ledger's fixed places.
PLACES = (
    ("made", "made", "本厂生产", "Made here"),
    ("supplied", "supplied", "供应商", "Supplied"),
    ("sample", "sample", "留样", "Retained samples"),
    ("consumer", "consumer", "消费者处", "With consumers"),
    ("consumed", "consumed", "已投料", "Used up in production"),
    ("destroyed", "destroyed", "已销毁", "Destroyed"),
    ("lost", "lost", "去向不明", "Unaccounted for"),
)


def upgrade() -> None:
    op.create_table(
        "article",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("gtin", sa.String(length=14), nullable=True),
        sa.Column("base_unit", sa.Text(), nullable=False),
        sa.Column(
            "case_size",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "shelf_life_days",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("net_content", sa.Text(), nullable=False),
        sa.Column("net_content_en", sa.Text(), nullable=False),
        sa.Column("ingredients", sa.Text(), nullable=False),
        sa.Column("ingredients_en", sa.Text(), nullable=False),
        sa.Column("allergens", sa.Text(), nullable=False),
        sa.Column("allergens_en", sa.Text(), nullable=False),
        sa.Column("storage", sa.Text(), nullable=False),
        sa.Column("storage_en", sa.Text(), nullable=False),
        sa.Column("standard", sa.Text(), nullable=False),
        sa.Column("nutrition", sa.JSON(), nullable=True),
        sa.Column("picture", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "base_unit IN ('piece', 'mg', 'ul')", name=op.f("ck_article_base_unit")
        ),
        sa.CheckConstraint(
            "kind IN ('product', 'ingredient', 'packaging')",
            name=op.f("ck_article_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("code", name=op.f("uq_article_code")),
        sa.UniqueConstraint("gtin", name=op.f("uq_article_gtin")),
    )
    op.create_table(
        "audit",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_subject"), ["subject"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "count",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "code_key",
        sa.Column(
            "version",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("check_value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_code_key")),
    )
    op.create_table(
        "code_series",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "issued",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id > 0 AND id < 268435456", name=op.f("ck_code_series_id")),
        sa.CheckConstraint(
            "issued >= 0 AND issued <= 16777216", name=op.f("ck_code_series_issued")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_series")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "year", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "value",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("name", "year", name=op.f("pk_counter")),
    )
    op.create_table(
        "logistic_unit",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("sscc", sa.String(length=18), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column(
            "parent_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.CheckConstraint(
            "level IN ('case', 'pallet')", name=op.f("ck_logistic_unit_level")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["logistic_unit.id"], name=op.f("fk_logistic_unit_parent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logistic_unit")),
        sa.UniqueConstraint("sscc", name=op.f("uq_logistic_unit_sscc")),
    )
    with op.batch_alter_table("logistic_unit", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_logistic_unit_parent_id"), ["parent_id"], unique=False
        )

    op.create_table(
        "outbox",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("dedup_key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column(
            "attempts",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'done', 'manual')", name=op.f("ck_outbox_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_outbox_dedup_key")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_due", ["state", "due_at"], unique=False)

    op.create_table(
        "partner",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('supplier', 'consignee', 'carrier', 'authority', 'lab')",
            name=op.f("ck_partner_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("code", name=op.f("uq_partner_code")),
    )
    op.create_table(
        "site",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_en", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("authority_phone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("code", name=op.f("uq_site_code")),
    )
    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_file")),
    )
    op.create_table(
        "user",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("login", name=op.f("uq_user_login")),
    )
    op.create_table(
        "code_block",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "series_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "first",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "count",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "key_version",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_code_block_count")),
        sa.CheckConstraint("first >= 0", name=op.f("ck_code_block_first")),
        sa.ForeignKeyConstraint(
            ["series_id"], ["code_series.id"], name=op.f("fk_code_block_series_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_block")),
        sa.UniqueConstraint(
            "series_id", "first", name=op.f("uq_code_block_series_id_first")
        ),
    )
    op.create_table(
        "equipment_cycle",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "site_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("equipment", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('retort', 'kettle', 'chiller')",
            name=op.f("ck_equipment_cycle_kind"),
        ),
        sa.CheckConstraint(
            "result IN ('pass', 'fail', 'missing')",
            name=op.f("ck_equipment_cycle_result"),
        ),
        sa.CheckConstraint(
            "ended_at IS NULL OR started_at < ended_at",
            name=op.f("ck_equipment_cycle_times"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_equipment_cycle_site_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment_cycle")),
        sa.UniqueConstraint(
            "site_id", "number", name=op.f("uq_equipment_cycle_site_id_number")
        ),
    )
    op.create_table(
        "line",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "site_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('running', 'stopped', 'rectifying')",
            name=op.f("ck_line_status"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_line_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line")),
        sa.UniqueConstraint("site_id", "code", name=op.f("uq_line_site_id_code")),
    )
    op.create_table(
        "location",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column(
            "site_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "partner_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.CheckConstraint(
            "kind IN ('made', 'supplied', 'line', 'warehouse', 'hold', 'quarantine', 'returns', 'sample', 'transit', 'consignee', 'consumer', 'consumed', 'destroyed', 'lost')",
            name=op.f("ck_location_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_location_partner_id")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_location_site_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        sa.UniqueConstraint("code", name=op.f("uq_location_code")),
    )
    op.create_table(
        "login_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "user_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_login_session_user_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_session")),
    )
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_login_session_user_id"), ["user_id"], unique=False
        )

    op.create_table(
        "shipment",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "site_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "consignee_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("vehicle", sa.Text(), nullable=False),
        sa.Column("driver_phone", sa.Text(), nullable=False),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["consignee_id"], ["partner.id"], name=op.f("fk_shipment_consignee_id")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_shipment_site_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment")),
        sa.UniqueConstraint("number", name=op.f("uq_shipment_number")),
    )
    with op.batch_alter_table("shipment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_shipment_consignee_id"), ["consignee_id"], unique=False
        )

    op.create_table(
        "user_role",
        sa.Column(
            "user_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("role", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_user_role_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "role", name=op.f("pk_user_role")),
    )
    op.create_table(
        "cleaning",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "line_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("verified_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('dry', 'wet', 'full', 'allergen')", name=op.f("ck_cleaning_kind")
        ),
        sa.CheckConstraint(
            "result IN ('pass', 'fail')", name=op.f("ck_cleaning_result")
        ),
        sa.CheckConstraint("started_at < ended_at", name=op.f("ck_cleaning_times")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["line.id"], name=op.f("fk_cleaning_line_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cleaning")),
    )
    with op.batch_alter_table("cleaning", schema=None) as batch_op:
        batch_op.create_index("ix_cleaning_line", ["line_id", "ended_at"], unique=False)

    op.create_table(
        "lot",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "article_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("ai10", sa.String(length=20), nullable=False),
        sa.Column(
            "supplier_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "site_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "line_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("produced_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column(
            "planned",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column(
            "next_item",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("caution_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "version",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "grade IN ('quantity', 'case', 'item')", name=op.f("ck_lot_grade")
        ),
        sa.CheckConstraint(
            "status IN ('planned', 'in_production', 'produced', 'testing', 'released', 'recalled', 'closed', 'rejected')",
            name=op.f("ck_lot_status"),
        ),
        sa.CheckConstraint("next_item >= 0", name=op.f("ck_lot_next_item")),
        sa.CheckConstraint("planned > 0", name=op.f("ck_lot_planned")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_lot_article_id")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_lot_line_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_lot_site_id")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["partner.id"], name=op.f("fk_lot_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.UniqueConstraint(
            "article_id", "origin", "ai10", name=op.f("uq_lot_article_id_origin_ai10")
        ),
        sa.UniqueConstraint(
            "article_id", "origin", "code", name=op.f("uq_lot_article_id_origin_code")
        ),
    )
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lot_code"), ["code"], unique=False)

    op.create_table(
        "code_binding",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "series_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "lo", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "hi", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "lot_lo",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bound_by", sa.Text(), nullable=False),
        sa.CheckConstraint("lo >= 0 AND lo < hi", name=op.f("ck_code_binding_range")),
        sa.CheckConstraint("lot_lo >= 0", name=op.f("ck_code_binding_lot_lo")),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_code_binding_lot_id")
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["code_series.id"], name=op.f("fk_code_binding_series_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_binding")),
        sa.UniqueConstraint(
            "lot_id", "lot_lo", name=op.f("uq_code_binding_lot_id_lot_lo")
        ),
        sa.UniqueConstraint(
            "series_id", "lo", name=op.f("uq_code_binding_series_id_lo")
        ),
    )
    op.create_table(
        "complaint",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "item", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("pack_text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column(
            "version",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "channel IN ('qr', 'typed', 'phone', 'store')",
            name=op.f("ck_complaint_channel"),
        ),
        sa.CheckConstraint(
            "kind IN ('swollen', 'foreign', 'smell', 'ill', 'label', 'other')",
            name=op.f("ck_complaint_kind"),
        ),
        sa.CheckConstraint(
            "severity IN ('health', 'quality', 'service')",
            name=op.f("ck_complaint_severity"),
        ),
        sa.CheckConstraint(
            "state IN ('received', 'acknowledged', 'investigating', 'proposed', 'closed', 'invalid')",
            name=op.f("ck_complaint_state"),
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_complaint_lot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        sa.UniqueConstraint("number", name=op.f("uq_complaint_number")),
        sa.UniqueConstraint("request_key", name=op.f("uq_complaint_request_key")),
        sa.UniqueConstraint("token", name=op.f("uq_complaint_token")),
    )
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.create_index("ix_complaint_lot", ["lot_id", "kind"], unique=False)
        batch_op.create_index("ix_complaint_state", ["state", "due_at"], unique=False)

    op.create_table(
        "cycle_load",
        sa.Column(
            "cycle_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "quantity",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_cycle_load_quantity")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["equipment_cycle.id"], name=op.f("fk_cycle_load_cycle_id")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_cycle_load_lot_id")
        ),
        sa.PrimaryKeyConstraint("cycle_id", "lot_id", name=op.f("pk_cycle_load")),
    )
    with op.batch_alter_table("cycle_load", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_cycle_load_lot_id"), ["lot_id"], unique=False
        )

    op.create_table(
        "hold",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "lo", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "hi", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("hazard", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("request_reason", sa.Text(), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "version",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "hazard IN ('health', 'quality', 'label', 'other')",
            name=op.f("ck_hold_hazard"),
        ),
        sa.CheckConstraint(
            "state <> 'released' OR (released_by IS NOT NULL AND requested_by IS NOT NULL AND released_by <> requested_by AND released_by <> placed_by)",
            name=op.f("ck_hold_two_persons"),
        ),
        sa.CheckConstraint(
            "state IN ('active', 'release_requested', 'released')",
            name=op.f("ck_hold_state"),
        ),
        sa.CheckConstraint(
            "(lo IS NULL AND hi IS NULL) OR (lo >= 0 AND lo < hi)",
            name=op.f("ck_hold_range"),
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_hold_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index("ix_hold_lot", ["lot_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_hold_number"), ["number"], unique=False)

    op.create_table(
        "item_mark",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "lo", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "hi", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("public_no", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('recalled', 'suspect')", name=op.f("ck_item_mark_kind")
        ),
        sa.CheckConstraint("lo >= 0 AND lo < hi", name=op.f("ck_item_mark_range")),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_item_mark_lot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_mark")),
    )
    with op.batch_alter_table("item_mark", schema=None) as batch_op:
        batch_op.create_index("ix_item_mark_lot", ["lot_id", "lo"], unique=False)

    op.create_table(
        "item_segment",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "lo", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "hi", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("t0", sa.DateTime(timezone=True), nullable=False),
        sa.Column("t1", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('printed', 'applied', 'voided', 'sampled', 'missing')",
            name=op.f("ck_item_segment_kind"),
        ),
        sa.CheckConstraint("lo >= 0 AND lo < hi", name=op.f("ck_item_segment_range")),
        sa.CheckConstraint("t0 <= t1", name=op.f("ck_item_segment_times")),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_item_segment_lot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_segment")),
    )
    with op.batch_alter_table("item_segment", schema=None) as batch_op:
        batch_op.create_index("ix_item_segment_lot", ["lot_id", "lo"], unique=False)

    op.create_table(
        "line_run",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "line_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("team", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "ended_at IS NULL OR started_at < ended_at", name=op.f("ck_line_run_times")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["line.id"], name=op.f("fk_line_run_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_line_run_lot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_run")),
    )
    with op.batch_alter_table("line_run", schema=None) as batch_op:
        batch_op.create_index(
            "ix_line_run_line", ["line_id", "started_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_line_run_lot_id"), ["lot_id"], unique=False
        )
        batch_op.create_index(
            "uq_line_run_open",
            ["line_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "lot_input",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "input_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "output_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "quantity",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('consumption', 'rework', 'repack')",
            name=op.f("ck_lot_input_kind"),
        ),
        sa.CheckConstraint("input_id <> output_id", name=op.f("ck_lot_input_lots")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_lot_input_quantity")),
        sa.ForeignKeyConstraint(
            ["input_id"], ["lot.id"], name=op.f("fk_lot_input_input_id")
        ),
        sa.ForeignKeyConstraint(
            ["output_id"], ["lot.id"], name=op.f("fk_lot_input_output_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_input")),
    )
    with op.batch_alter_table("lot_input", schema=None) as batch_op:
        batch_op.create_index(
            "ix_lot_input_input", ["input_id", "output_id"], unique=False
        )
        batch_op.create_index(
            "ix_lot_input_output", ["output_id", "input_id"], unique=False
        )

    op.create_table(
        "movement",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "from_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "to_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "quantity",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "lo", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "hi", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column(
            "shipment_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(lo IS NULL AND hi IS NULL) OR (lo >= 0 AND hi - lo = quantity)",
            name=op.f("ck_movement_items"),
        ),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_movement_places")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_movement_quantity")),
        sa.ForeignKeyConstraint(
            ["from_id"], ["location.id"], name=op.f("fk_movement_from_id")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_movement_lot_id")
        ),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["shipment.id"], name=op.f("fk_movement_shipment_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["location.id"], name=op.f("fk_movement_to_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement")),
    )
    with op.batch_alter_table("movement", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_movement_document"), ["document"], unique=False
        )
        batch_op.create_index("ix_movement_lot", ["lot_id", "at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_movement_shipment_id"), ["shipment_id"], unique=False
        )

    op.create_table(
        "print_job",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "lo", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "hi", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("stock", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column(
            "skip", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "done", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('created', 'rendering', 'finished', 'failed')",
            name=op.f("ck_print_job_state"),
        ),
        sa.CheckConstraint(
            "done >= 0 AND done <= hi - lo", name=op.f("ck_print_job_done")
        ),
        sa.CheckConstraint("lo >= 0 AND lo < hi", name=op.f("ck_print_job_range")),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_print_job_lot_id")
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["stored_file.sha256"], name=op.f("fk_print_job_sha256")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_job")),
        sa.UniqueConstraint("number", name=op.f("uq_print_job_number")),
        sa.UniqueConstraint("request_key", name=op.f("uq_print_job_request_key")),
    )
    with op.batch_alter_table("print_job", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_print_job_lot_id"), ["lot_id"], unique=False
        )

    op.create_table(
        "process_check",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "line_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("limits", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('vacuum', 'sterilisation', 'metal', 'weight', 'seal', 'temperature')",
            name=op.f("ck_process_check_kind"),
        ),
        sa.CheckConstraint(
            "result IN ('pass', 'fail')", name=op.f("ck_process_check_result")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["line.id"], name=op.f("fk_process_check_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_process_check_lot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_check")),
    )
    with op.batch_alter_table("process_check", schema=None) as batch_op:
        batch_op.create_index("ix_process_check_line", ["line_id", "at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_process_check_lot_id"), ["lot_id"], unique=False
        )

    op.create_table(
        "stock",
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "location_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "quantity",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_stock_location_id")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_stock_lot_id")),
        sa.PrimaryKeyConstraint("lot_id", "location_id", name=op.f("pk_stock")),
    )
    with op.batch_alter_table("stock", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_stock_location_id"), ["location_id"], unique=False
        )

    op.create_table(
        "stock_item",
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "location_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("sure", sa.Boolean(), nullable=False),
        sa.Column(
            "lo", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "hi", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.CheckConstraint("lo >= 0 AND lo < hi", name=op.f("ck_stock_item_range")),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_stock_item_location_id")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_stock_item_lot_id")
        ),
        sa.PrimaryKeyConstraint(
            "lot_id", "location_id", "sure", "lo", name=op.f("pk_stock_item")
        ),
    )
    with op.batch_alter_table("stock_item", schema=None) as batch_op:
        batch_op.create_index("ix_stock_item_lot", ["lot_id", "lo"], unique=False)

    op.create_table(
        "unit_content",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "unit_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "quantity",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "lo", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "hi", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "(lo IS NULL AND hi IS NULL) OR (lo >= 0 AND hi - lo = quantity)",
            name=op.f("ck_unit_content_items"),
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_unit_content_quantity")),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_unit_content_lot_id")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["logistic_unit.id"], name=op.f("fk_unit_content_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_content")),
    )
    with op.batch_alter_table("unit_content", schema=None) as batch_op:
        batch_op.create_index("ix_unit_content_lot", ["lot_id", "lo"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_unit_content_unit_id"), ["unit_id"], unique=False
        )

    op.create_table(
        "complainant",
        sa.Column(
            "complaint_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.id"], name=op.f("fk_complainant_complaint_id")
        ),
        sa.PrimaryKeyConstraint("complaint_id", name=op.f("pk_complainant")),
    )
    op.create_table(
        "complaint_event",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "complaint_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaint.id"],
            name=op.f("fk_complaint_event_complaint_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_event")),
    )
    with op.batch_alter_table("complaint_event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_complaint_event_complaint_id"),
            ["complaint_id"],
            unique=False,
        )

    op.create_table(
        "complaint_photo",
        sa.Column(
            "complaint_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaint.id"],
            name=op.f("fk_complaint_photo_complaint_id"),
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["stored_file.sha256"], name=op.f("fk_complaint_photo_sha256")
        ),
        sa.PrimaryKeyConstraint(
            "complaint_id", "sha256", name=op.f("pk_complaint_photo")
        ),
    )
    op.create_table(
        "health_report",
        sa.Column(
            "complaint_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaint.id"],
            name=op.f("fk_health_report_complaint_id"),
        ),
        sa.PrimaryKeyConstraint("complaint_id", name=op.f("pk_health_report")),
    )

    sqlite = op.get_context().dialect.name == "sqlite"
    for statement in SQLITE_GUARDS if sqlite else POSTGRESQL_GUARDS:
        op.execute(statement)

    place = sa.table("location", *map(sa.column, ("code", "kind", "name", "name_en")))
    op.bulk_insert(
        place,
        [
            dict(zip(("code", "kind", "name", "name_en"), p, strict=True))
            for p in PLACES
        ],
    )
    head = sa.table("audit_head", *map(sa.column, ("id", "count", "hash")))
    op.bulk_insert(head, [{"id": 1, "count": 0, "hash": "0" * 64}])
