"""The lists of what protects: holds, inspections, retained samples, papers, codes."""

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ...errors import N_
from ...identity.tables import CodeBinding, CodeBlock
from ...parties.tables import Article, Lot, Site
from ...production.tables import Inspection, LotDocument, RetainedSample
from ...stock.tables import Hold
from .parts import (
    article_columns,
    article_filter,
    entry_column,
    lot_column,
    origin_column,
    span,
    supplier_column,
    zone_of,
)
from .shape import FILES, LISTED, SEEN, Column, Filter, Listing, Period

GROUP = "quality"
HAZARDS = ("health", "quality", "label", "other")
HOLD_STATES = ("active", "release_requested", "released")
INSPECTIONS_OF = ("receiving", "outgoing", "incubation", "retained", "returned")
PAPER_KINDS = (
    "animal_quarantine",
    "meat_inspection",
    "test_report",
    "supplier_licence",
    "delivery_note",
    "other",
)

_zone = zone_of(Site)


def _of_lot(
    table: type[Hold] | type[Inspection] | type[RetainedSample] | type[LotDocument],
) -> sa.Join:
    return (
        sa.join(table, Lot, Lot.id == table.lot_id)
        .join(Article, Article.id == Lot.article_id)
        .outerjoin(Site, Site.id == Lot.site_id)
    )


HOLDS = Listing(
    "holds",
    N_("Holds"),
    GROUP,
    N_("Who froze which goods and why, and which two persons let them go."),
    _of_lot(Hold),
    (
        Column("number", N_("Number"), Hold.number, "code"),
        lot_column(),
        *article_columns(FILES),
        origin_column(),
        entry_column(Hold.id),
        Column("items", N_("Items"), span(Hold.lo, Hold.hi)),
        Column("state", N_("State"), Hold.state, "word", words="hold"),
        Column("hazard", N_("What is feared"), Hold.hazard, "word", words="hazard"),
        Column("reason", N_("Reason"), Hold.reason),
        Column("placed_by", N_("Placed by"), Hold.placed_by, "code"),
        Column("placed_at", N_("Held since"), Hold.placed_at, "moment", _zone),
        Column(
            "requested_by",
            N_("Lifting asked by"),
            Hold.requested_by,
            "code",
            uses=FILES,
        ),
        Column(
            "requested_at",
            N_("Lifting asked"),
            Hold.requested_at,
            "moment",
            _zone,
            uses=FILES,
        ),
        Column(
            "request_reason",
            N_("Proof that the goods are good"),
            Hold.request_reason,
            uses=FILES,
        ),
        Column("released_by", N_("Lifted by"), Hold.released_by, "code"),
        Column("released_at", N_("Lifted on"), Hold.released_at, "moment", _zone),
    ),
    (Hold.id,),
    search=(
        Hold.number,
        Lot.code,
        Lot.ai10,
        Article.name,
        Article.name_en,
        Hold.reason,
    ),
    filters=(
        Filter("state", N_("State"), Hold.state, HOLD_STATES, "hold"),
        Filter("hazard", N_("What is feared"), Hold.hazard, HAZARDS, "hazard"),
        article_filter(),
    ),
    period=Period(N_("Held since"), Hold.placed_at),
    sorts={"placed_at": Hold.placed_at, "lot": Lot.code},
)

INSPECTIONS = Listing(
    "inspections",
    N_("Inspections"),
    GROUP,
    N_("What the laboratory says of a lot, on receipt, before release, and later."),
    _of_lot(Inspection),
    (
        lot_column(),
        *article_columns(FILES),
        origin_column(),
        entry_column(Inspection.id),
        Column("kind", N_("Kind"), Inspection.kind, "word", words="inspection"),
        Column("at", N_("When"), Inspection.at, "moment", _zone),
        Column("lab", N_("Laboratory"), Inspection.lab),
        Column("method", N_("Method"), Inspection.method, uses=FILES),
        Column("findings", N_("Findings"), Inspection.findings, "findings", uses=FILES),
        Column("result", N_("Result"), Inspection.result, "word", words="result"),
        Column("certificate", N_("Certificate"), Inspection.certificate, "code"),
        Column("actor", N_("Recorded by"), Inspection.actor, "code"),
    ),
    (Inspection.id,),
    search=(
        Lot.code,
        Lot.ai10,
        Article.name,
        Article.name_en,
        Inspection.certificate,
        Inspection.lab,
    ),
    filters=(
        Filter("kind", N_("Kind"), Inspection.kind, INSPECTIONS_OF, "inspection"),
        Filter("result", N_("Result"), Inspection.result, ("pass", "fail"), "result"),
        article_filter(),
    ),
    period=Period(N_("When"), Inspection.at),
    sorts={"at": Inspection.at, "lot": Lot.code},
)

SAMPLES = Listing(
    "samples",
    N_("Retained samples"),
    GROUP,
    N_("Packs kept back of each batch, where they stand and until when."),
    _of_lot(RetainedSample),
    (
        lot_column(),
        *article_columns(FILES),
        origin_column(),
        entry_column(RetainedSample.id),
        Column(
            "quantity",
            N_("Quantity"),
            RetainedSample.quantity,
            "amount",
            Article.base_unit,
        ),
        Column("unit", N_("Unit"), Article.base_unit, "unit", uses=FILES),
        Column("shelf", N_("Shelf"), RetainedSample.shelf),
        Column("kept_at", N_("Kept since"), RetainedSample.kept_at, "moment", _zone),
        Column("keep_until", N_("Keep until"), RetainedSample.keep_until, "day"),
        Column("kept_by", N_("Kept by"), RetainedSample.kept_by, "code"),
        Column(
            "removed_at", N_("Removed on"), RetainedSample.removed_at, "moment", _zone
        ),
        Column(
            "removed_by",
            N_("Removed by"),
            RetainedSample.removed_by,
            "code",
            uses=FILES,
        ),
        Column(
            "removed_reason", N_("Reason"), RetainedSample.removed_reason, uses=FILES
        ),
    ),
    (RetainedSample.id,),
    search=(Lot.code, Lot.ai10, Article.name, Article.name_en, RetainedSample.shelf),
    filters=(
        Filter(
            "state",
            N_("State"),
            sa.case((RetainedSample.removed_at.is_(None), "kept"), else_="removed"),
            ("kept", "removed"),
            "sample",
        ),
        article_filter(),
    ),
    period=Period(N_("Kept since"), RetainedSample.kept_at),
    sorts={"lot": Lot.code, "kept_at": RetainedSample.kept_at},
)

PAPERS = Listing(
    "papers",
    N_("Papers of lots"),
    GROUP,
    N_("Certificates, reports, licences and delivery notes that go with a lot."),
    _of_lot(LotDocument),
    (
        lot_column(),
        *article_columns(FILES),
        supplier_column(uses=SEEN),
        origin_column(),
        entry_column(LotDocument.id),
        Column("kind", N_("Kind"), LotDocument.kind, "word", words="paper"),
        Column("number", N_("Number"), LotDocument.number, "code"),
        Column(
            "file",
            N_("File"),
            sa.case((LotDocument.file.is_(None), "no"), else_="yes"),
            "word",
            words="yes",
            uses=SEEN,
        ),
        Column("at", N_("Added"), LotDocument.at, "moment", _zone),
        Column("actor", N_("Added by"), LotDocument.actor, "code"),
    ),
    (LotDocument.id,),
    search=(Lot.code, Lot.ai10, Article.name, Article.name_en, LotDocument.number),
    filters=(
        Filter("kind", N_("Kind"), LotDocument.kind, PAPER_KINDS, "paper"),
        Filter("supplier", N_("Supplier"), Lot.origin, among="partner"),
        article_filter(),
    ),
    period=Period(N_("Added"), LotDocument.at),
    sorts={"at": LotDocument.at, "lot": Lot.code},
)

_below = aliased(CodeBinding)
_blocks = sa.select(
    *CodeBlock.__table__.c,
    sa.func.coalesce(
        sa.select(sa.func.max(_below.lo))
        .where(_below.series_id == CodeBlock.series_id, _below.lo <= CodeBlock.first)
        .correlate(CodeBlock)
        .scalar_subquery(),
        CodeBlock.first,
    ).label("start"),
).subquery("blocks")
_block = _blocks.c
# Bindings of a series do not overlap: the first that can reach into a block begins at
# its start. Without it every block meets every binding of its series.
_shared = sa.and_(
    CodeBinding.series_id == _block.series_id,
    CodeBinding.lo >= _block.start,
    CodeBinding.lo < _block["first"] + _block["count"],
    CodeBinding.hi > _block["first"],
)

CODES = Listing(
    "codes",
    N_("Item codes"),
    "goods",
    N_("Blocks of codes given out and the batches they became; never the codes."),
    sa.outerjoin(_blocks, CodeBinding, _shared)
    .outerjoin(Lot, Lot.id == CodeBinding.lot_id)
    .outerjoin(Article, Article.id == Lot.article_id)
    .outerjoin(Site, Site.id == Lot.site_id),
    (
        Column("block", N_("Block"), _block.id, "count", uses=LISTED),
        Column("issued_at", N_("Given out"), _block.issued_at, "moment", _zone),
        Column("issued_by", N_("Given out by"), _block.issued_by, "code"),
        Column("device", N_("Machine"), sa.func.nullif(_block.device, ""), "code"),
        Column("count", N_("Codes"), _block["count"], "count"),
        Column("key_version", N_("Key version"), _block.key_version, "count"),
        lot_column(),
        *article_columns(),
        Column(
            "items",
            N_("Items"),
            span(
                CodeBinding.lot_lo, CodeBinding.lot_lo + CodeBinding.hi - CodeBinding.lo
            ),
        ),
        Column(
            "bound_at", N_("Bound"), CodeBinding.bound_at, "moment", _zone, uses=LISTED
        ),
        Column("bound_by", N_("Bound by"), CodeBinding.bound_by, "code", uses=LISTED),
    ),
    (_block.id, sa.func.coalesce(CodeBinding.id, 0)),
    search=(
        Lot.code,
        Lot.ai10,
        Article.name,
        Article.name_en,
        _block.issued_by,
        _block.device,
    ),
    filters=(
        Filter(
            "state",
            N_("State"),
            sa.case((CodeBinding.id.is_(None), "unbound"), else_="bound"),
            ("bound", "unbound"),
            "code",
        ),
        article_filter(),
    ),
    period=Period(N_("Given out"), _block.issued_at),
    sorts={"issued_at": _block.issued_at},
)
