"""Consignees' answers, checks of effectiveness, zones and dispositions"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "consignee_link",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("recall_id", NUMBER, nullable=False),
        sa.Column("partner_id", NUMBER, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("told_how", sa.Text(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.Column("acknowledged_at", MOMENT, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closed_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "closed_at IS NULL OR (closed_by IS NOT NULL AND closed_reason <> '')",
            name=op.f("ck_consignee_link_closed"),
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_consignee_link_partner_id")
        ),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["recall.id"], name=op.f("fk_consignee_link_recall_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consignee_link")),
        sa.UniqueConstraint(
            "recall_id",
            "partner_id",
            name=op.f("uq_consignee_link_recall_id_partner_id"),
        ),
        sa.UniqueConstraint("token", name=op.f("uq_consignee_link_token")),
    )
    op.create_index(
        op.f("ix_consignee_link_partner_id"),
        "consignee_link",
        ["partner_id"],
        unique=False,
    )
    op.create_table(
        "disposition",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("recall_id", NUMBER, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("planned_at", MOMENT, nullable=True),
        sa.Column("planned_place", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("authority_told_at", MOMENT, nullable=True),
        sa.Column("authority_receipt", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("witness_1", sa.Text(), nullable=False),
        sa.Column("witness_2", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.CheckConstraint(
            "kind IN ('release', 'relabel', 'harmless', 'destroy', 'scrap', 'supplier_return')",
            name=op.f("ck_disposition_kind"),
        ),
        sa.CheckConstraint(
            "state <> 'done' OR (done_by IS NOT NULL AND done_at IS NOT NULL)",
            name=op.f("ck_disposition_done"),
        ),
        sa.CheckConstraint(
            "state <> 'done' OR kind NOT IN ('harmless', 'destroy') OR (witness_1 <> '' AND witness_2 <> '' AND witness_1 <> witness_2)",
            name=op.f("ck_disposition_witnesses"),
        ),
        sa.CheckConstraint(
            "state <> 'done' OR kind NOT IN ('harmless', 'destroy') OR recall_id IS NULL OR (authority_told_at IS NOT NULL AND authority_told_at < done_at)",
            name=op.f("ck_disposition_told_before"),
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'approved', 'done', 'declined', 'withdrawn')",
            name=op.f("ck_disposition_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'done') OR kind = 'scrap' OR approved_by IS NOT NULL",
            name=op.f("ck_disposition_approved"),
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR (approved_at IS NOT NULL AND approved_by <> asked_by)",
            name=op.f("ck_disposition_two_persons"),
        ),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["recall.id"], name=op.f("fk_disposition_recall_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposition")),
        sa.UniqueConstraint("number", name=op.f("uq_disposition_number")),
    )
    op.create_index(
        op.f("ix_disposition_recall_id"), "disposition", ["recall_id"], unique=False
    )
    op.create_index(
        "ix_disposition_state", "disposition", ["state", "id"], unique=False
    )
    op.create_table(
        "effectiveness_check",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("recall_id", NUMBER, nullable=False),
        sa.Column("partner_id", NUMBER, nullable=False),
        sa.Column("attempt", NUMBER, nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("received", sa.Boolean(), nullable=False),
        sa.Column("understood", sa.Boolean(), nullable=False),
        sa.Column("acted", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("spoke_with", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "method IN ('page', 'phone', 'letter', 'electronic', 'visit')",
            name=op.f("ck_effectiveness_check_method"),
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["partner.id"],
            name=op.f("fk_effectiveness_check_partner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["recall.id"], name=op.f("fk_effectiveness_check_recall_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effectiveness_check")),
        sa.UniqueConstraint(
            "recall_id",
            "partner_id",
            "attempt",
            name=op.f("uq_effectiveness_check_recall_id_partner_id_attempt"),
        ),
    )
    op.create_table(
        "effectiveness_draw",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("recall_id", NUMBER, nullable=False),
        sa.Column("scope_version", NUMBER, nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("permille", NUMBER, nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("drawn_at", MOMENT, nullable=False),
        sa.Column("drawn_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "level IN ('A', 'B', 'C', 'D', 'E')",
            name=op.f("ck_effectiveness_draw_level"),
        ),
        sa.CheckConstraint(
            "permille >= 0 AND permille <= 1000",
            name=op.f("ck_effectiveness_draw_permille"),
        ),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["recall.id"], name=op.f("fk_effectiveness_draw_recall_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effectiveness_draw")),
    )
    op.create_index(
        op.f("ix_effectiveness_draw_recall_id"),
        "effectiveness_draw",
        ["recall_id"],
        unique=False,
    )
    op.create_table(
        "consignee_answer",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("link_id", NUMBER, nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("subs_told", sa.Boolean(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "way IN ('page', 'phone', 'letter', 'electronic', 'visit')",
            name=op.f("ck_consignee_answer_way"),
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["consignee_link.id"], name=op.f("fk_consignee_answer_link_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consignee_answer")),
        sa.UniqueConstraint(
            "request_key", name=op.f("uq_consignee_answer_request_key")
        ),
    )
    op.create_index(
        "ix_consignee_answer_link", "consignee_answer", ["link_id", "id"], unique=False
    )
    op.create_table(
        "consignee_call",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("link_id", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("spoke_with", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('asked', 'reached', 'no_answer', 'wrong_number', 'refused')",
            name=op.f("ck_consignee_call_outcome"),
        ),
        sa.CheckConstraint(
            "way IN ('page', 'phone', 'letter', 'electronic', 'visit')",
            name=op.f("ck_consignee_call_way"),
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["consignee_link.id"], name=op.f("fk_consignee_call_link_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consignee_call")),
    )
    op.create_index(
        "ix_consignee_call_link", "consignee_call", ["link_id", "id"], unique=False
    )
    op.create_table(
        "disposition_file",
        sa.Column("order_id", NUMBER, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["disposition.id"], name=op.f("fk_disposition_file_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["stored_file.sha256"], name=op.f("fk_disposition_file_sha256")
        ),
        sa.PrimaryKeyConstraint("order_id", "sha256", name=op.f("pk_disposition_file")),
    )
    op.create_table(
        "effectiveness_drawn",
        sa.Column("draw_id", NUMBER, nullable=False),
        sa.Column("partner_id", NUMBER, nullable=False),
        sa.Column("stratum", NUMBER, nullable=False),
        sa.Column("volume", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["draw_id"],
            ["effectiveness_draw.id"],
            name=op.f("fk_effectiveness_drawn_draw_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["partner.id"],
            name=op.f("fk_effectiveness_drawn_partner_id"),
        ),
        sa.PrimaryKeyConstraint(
            "draw_id", "partner_id", name=op.f("pk_effectiveness_drawn")
        ),
    )
    op.create_table(
        "zone_scan",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("zone_id", NUMBER, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("scanned_at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('moved', 'there', 'refused', 'unknown')",
            name=op.f("ck_zone_scan_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["zone_id"], ["location.id"], name=op.f("fk_zone_scan_zone_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_scan")),
    )
    op.create_index(
        "ix_zone_scan_zone", "zone_scan", ["zone_id", "received_at"], unique=False
    )
    op.create_table(
        "consignee_answer_line",
        sa.Column("answer_id", NUMBER, nullable=False),
        sa.Column("lot_id", NUMBER, nullable=False),
        sa.Column("received", NUMBER, nullable=False),
        sa.Column("on_hand", NUMBER, nullable=False),
        sa.Column("sold_on", NUMBER, nullable=False),
        sa.Column("used", NUMBER, nullable=False),
        sa.Column("returned", NUMBER, nullable=False),
        sa.Column("destroyed", NUMBER, nullable=False),
        sa.Column("corrected", NUMBER, nullable=False),
        sa.CheckConstraint(
            "corrected >= 0", name=op.f("ck_consignee_answer_line_corrected")
        ),
        sa.CheckConstraint(
            "destroyed >= 0", name=op.f("ck_consignee_answer_line_destroyed")
        ),
        sa.CheckConstraint(
            "on_hand >= 0", name=op.f("ck_consignee_answer_line_on_hand")
        ),
        sa.CheckConstraint(
            "received >= 0", name=op.f("ck_consignee_answer_line_received")
        ),
        sa.CheckConstraint(
            "returned >= 0", name=op.f("ck_consignee_answer_line_returned")
        ),
        sa.CheckConstraint(
            "sold_on >= 0", name=op.f("ck_consignee_answer_line_sold_on")
        ),
        sa.CheckConstraint("used >= 0", name=op.f("ck_consignee_answer_line_used")),
        sa.ForeignKeyConstraint(
            ["answer_id"],
            ["consignee_answer.id"],
            name=op.f("fk_consignee_answer_line_answer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_consignee_answer_line_lot_id")
        ),
        sa.PrimaryKeyConstraint(
            "answer_id", "lot_id", name=op.f("pk_consignee_answer_line")
        ),
    )
    op.create_index(
        op.f("ix_consignee_answer_line_lot_id"),
        "consignee_answer_line",
        ["lot_id"],
        unique=False,
    )
    op.create_table(
        "disposition_line",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("order_id", NUMBER, nullable=False),
        sa.Column("lot_id", NUMBER, nullable=False),
        sa.Column("location_id", NUMBER, nullable=False),
        sa.Column("quantity", NUMBER, nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("sscc", sa.Text(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_disposition_line_quantity")),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
            name=op.f("fk_disposition_line_location_id"),
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_disposition_line_lot_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["disposition.id"], name=op.f("fk_disposition_line_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposition_line")),
    )
    op.create_index(
        "ix_disposition_line_lot",
        "disposition_line",
        ["lot_id", "location_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_disposition_line_order_id"),
        "disposition_line",
        ["order_id"],
        unique=False,
    )
