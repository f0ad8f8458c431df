"""The lists of what happened on the lines and what went into what."""

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ...errors import N_
from ...parties.tables import Article, Line, Lot, Site
from ...production.tables import (
    Cleaning,
    LineRun,
    LineStop,
    LotInput,
    ProcessCheck,
)
from .parts import (
    LINE_CODE,
    article_columns,
    article_filter,
    entry_column,
    lot_column,
    origin_column,
    supplier_column,
    zone_of,
)
from .shape import FILES, IMPORTED, SEEN, Column, Filter, Listing, Period

GROUP = "production"
RESULTS = ("pass", "fail")
CHECKS_OF = ("vacuum", "sterilisation", "metal", "weight", "seal", "temperature")
CLEANING_KINDS = ("dry", "wet", "full", "allergen")
EDGES = ("consumption", "rework", "repack")

_zone = zone_of(Site)
_line_column = Column("line", N_("Line"), LINE_CODE, "code")
_line_filters = (
    Filter("site", N_("Site"), Site.code, among="site"),
    Filter("line", N_("Line"), LINE_CODE, among="line"),
)
_start = N_("Start")

RUNS = Listing(
    "runs",
    N_("Line runs"),
    GROUP,
    N_("Which batch ran on which line, from when to when."),
    sa.join(LineRun, Lot, Lot.id == LineRun.lot_id)
    .join(Article, Article.id == Lot.article_id)
    .join(Line, Line.id == LineRun.line_id)
    .join(Site, Site.id == Line.site_id),
    (
        lot_column(),
        *article_columns(FILES),
        _line_column,
        Column("start", _start, LineRun.started_at, "moment", _zone),
        Column("end", N_("End"), LineRun.ended_at, "moment", _zone),
        Column("team", N_("Team"), LineRun.team),
    ),
    (LineRun.id,),
    search=(Lot.code, Lot.ai10, Article.name, Article.name_en, LineRun.team),
    filters=(*_line_filters, article_filter()),
    period=Period(_start, LineRun.started_at),
    sorts={"start": LineRun.started_at, "lot": Lot.code},
)

CLEANINGS = Listing(
    "cleanings",
    N_("Cleanings"),
    GROUP,
    N_(
        "Each cleaning of a line or of equipment; one that passed is a clean break, "
        "unless it was withdrawn."
    ),
    sa.join(Cleaning, Line, Line.id == Cleaning.line_id).join(
        Site, Site.id == Line.site_id
    ),
    (
        _line_column,
        Column("start", _start, Cleaning.started_at, "moment", _zone),
        Column("end", N_("End"), Cleaning.ended_at, "moment", _zone),
        Column("kind", N_("Kind"), Cleaning.kind, "word", words="cleaning"),
        Column("result", N_("Result"), Cleaning.result, "word", words="result"),
        Column("equipment", N_("Equipment"), Cleaning.equipment, "code"),
        Column("verified_by", N_("Verified by"), Cleaning.verified_by),
        Column(
            "withdrawn_at", N_("Withdrawn at"), Cleaning.withdrawn_at, "moment", _zone
        ),
        Column(
            "withdrawn_reason",
            N_("Why withdrawn"),
            Cleaning.withdrawn_reason,
            uses=FILES,
        ),
        Column("withdrawn_by", N_("Withdrawn by"), Cleaning.withdrawn_by, uses=FILES),
        entry_column(Cleaning.id),
    ),
    (Cleaning.id,),
    search=(Line.code, Line.name, Line.name_en, Cleaning.verified_by),
    filters=(
        *_line_filters,
        Filter("kind", N_("Kind"), Cleaning.kind, CLEANING_KINDS, "cleaning"),
        Filter("result", N_("Result"), Cleaning.result, RESULTS, "result"),
    ),
    period=Period(_start, Cleaning.started_at),
    sorts={"start": Cleaning.started_at},
)

_checks = sa.select(
    ProcessCheck.id, sa.func.row_number().over(order_by=ProcessCheck.id).label("entry")
).subquery("checks")
"""Checks by their entry in their own file."""
STOPS = Listing(
    "stops",
    N_("Line stops"),
    GROUP,
    N_("When nothing was made on a line, why, and the check that let it run again."),
    sa.join(LineStop, Line, Line.id == LineStop.line_id)
    .join(Site, Site.id == Line.site_id)
    .outerjoin(ProcessCheck, ProcessCheck.id == LineStop.check_id)
    .outerjoin(_checks, _checks.c.id == LineStop.check_id),
    (
        _line_column,
        Column("start", _start, LineStop.started_at, "moment", _zone),
        Column(
            "rectified_at",
            N_("Put right since"),
            LineStop.rectified_at,
            "moment",
            _zone,
        ),
        Column("end", N_("End"), LineStop.ended_at, "moment", _zone),
        Column(
            "checked_at",
            N_("Check before"),
            ProcessCheck.at,
            "moment",
            _zone,
            uses=SEEN,
        ),
        Column("check", "", _checks.c.entry, "count", uses=IMPORTED),
        Column("reason", N_("Reason"), LineStop.reason),
        entry_column(LineStop.id),
    ),
    (LineStop.id,),
    search=(Line.code, Line.name, Line.name_en, LineStop.reason),
    filters=_line_filters,
    period=Period(_start, LineStop.started_at),
    sorts={"start": LineStop.started_at},
)

CHECKS = Listing(
    "checks",
    N_("Process checks"),
    GROUP,
    N_("What was measured at the line: vacuum, sterilisation, metal, weight."),
    sa.join(ProcessCheck, Lot, Lot.id == ProcessCheck.lot_id)
    .join(Article, Article.id == Lot.article_id)
    .join(Line, Line.id == ProcessCheck.line_id)
    .join(Site, Site.id == Line.site_id),
    (
        lot_column(),
        *article_columns(FILES),
        _line_column,
        Column("at", N_("When"), ProcessCheck.at, "moment", _zone),
        Column("kind", N_("Check"), ProcessCheck.kind, "word", words="check"),
        Column("value", N_("Value"), ProcessCheck.value),
        Column("limits", N_("Limits"), ProcessCheck.limits),
        Column("result", N_("Result"), ProcessCheck.result, "word", words="result"),
        Column(
            "corrected_at",
            N_("Corrected at"),
            ProcessCheck.corrected_at,
            "moment",
            _zone,
            uses=FILES,
        ),
        Column("correction", N_("Correction"), ProcessCheck.correction, uses=FILES),
        Column(
            "corrected_by", N_("Corrected by"), ProcessCheck.corrected_by, uses=FILES
        ),
        entry_column(ProcessCheck.id),
    ),
    (ProcessCheck.id,),
    search=(Lot.code, Lot.ai10, Article.name, Article.name_en, ProcessCheck.value),
    filters=(
        *_line_filters,
        Filter("kind", N_("Check"), ProcessCheck.kind, CHECKS_OF, "check"),
        Filter("result", N_("Result"), ProcessCheck.result, RESULTS, "result"),
        article_filter(),
    ),
    period=Period(N_("When"), ProcessCheck.at),
    sorts={"at": ProcessCheck.at, "lot": Lot.code},
)

_input, _output = aliased(Lot), aliased(Lot)
_bought, _made = aliased(Article), aliased(Article)

_fed = (
    sa.join(LotInput, _input, _input.id == LotInput.input_id)
    .join(_output, _output.id == LotInput.output_id)
    .join(_bought, _bought.id == _input.article_id)
    .join(_made, _made.id == _output.article_id)
    .outerjoin(Site, Site.id == _output.site_id)
)

CONSUMPTION = Listing(
    "consumption",
    N_("Consumption"),
    GROUP,
    N_("What went into which batch: ingredients, packaging, rework and repacking."),
    _fed,
    (
        lot_column("output_lot", N_("Into batch"), _output),
        Column("output_article", N_("Article"), _made.code, "code", uses=FILES),
        Column(
            "output_name", N_("Product"), _made.name, "name", _made.name_en, uses=SEEN
        ),
        lot_column("input_lot", N_("From lot"), _input),
        Column("input_article", N_("Article"), _bought.code, "code", uses=FILES),
        Column(
            "input_name", N_("Input"), _bought.name, "name", _bought.name_en, uses=SEEN
        ),
        supplier_column(_input, uses=SEEN),
        origin_column(_input),
        Column(
            "quantity", N_("Quantity"), LotInput.quantity, "amount", _bought.base_unit
        ),
        Column("unit", N_("Unit"), _bought.base_unit, "unit", uses=FILES),
        Column("at", N_("When"), LotInput.at, "moment", _zone),
        Column("kind", N_("How"), LotInput.kind, "word", words="edge"),
        Column("reason", N_("Reason"), LotInput.reason, uses=FILES),
        Column("approved_by", N_("Approved by"), LotInput.approved_by, uses=FILES),
        Column("booked", "", sa.literal("yes"), "code", uses=IMPORTED),
        Column("old_items", N_("Old packs"), LotInput.old_items, uses=FILES),
        Column("new_items", N_("New packs"), LotInput.new_items, uses=FILES),
        entry_column(LotInput.id),
    ),
    (LotInput.id,),
    search=(
        _input.code,
        _output.code,
        _bought.name,
        _bought.name_en,
        _made.name,
        _made.name_en,
    ),
    filters=(
        Filter("kind", N_("How"), LotInput.kind, EDGES, "edge"),
        Filter("article", N_("Input"), _bought.code, among="article"),
        Filter("into", N_("Product"), _made.code, among="article"),
        Filter("supplier", N_("Supplier"), _input.origin, among="partner"),
    ),
    period=Period(N_("When"), LotInput.at),
    sorts={"at": LotInput.at, "output_lot": _output.code, "input_lot": _input.code},
)
