"""The list of print jobs; its tables are the labels room’s, unseen by ``trace``."""

import sqlalchemy as sa

from ..labels.jobs.tables import STATES, PrintJob
from ..trace.errors import N_
from ..trace.exchange.lists.parts import (
    article_columns,
    article_filter,
    lot_column,
    span,
    zone_of,
)
from ..trace.exchange.lists.shape import LISTED, Column, Filter, Listing, Period
from ..trace.parties.tables import Article, Lot, Site

_zone = zone_of(Site)

PRINT_JOBS = Listing(
    "print-jobs",
    N_("Print jobs"),
    "goods",
    N_("Which labels were drawn for which batch, when and by whom."),
    sa.join(PrintJob, Lot, Lot.id == PrintJob.lot_id)
    .join(Article, Article.id == Lot.article_id)
    .outerjoin(Site, Site.id == Lot.site_id),
    (
        Column("number", N_("Number"), PrintJob.number, "code"),
        lot_column(),
        *article_columns(),
        Column("items", N_("Items"), span(PrintJob.lo, PrintJob.hi)),
        Column("labels", N_("Labels"), PrintJob.labels, "count"),
        Column("stock", N_("Label stock"), PrintJob.stock, "code"),
        Column("format", N_("Format"), PrintJob.format, "code", uses=LISTED),
        Column("state", N_("State"), PrintJob.state, "word", words="job"),
        Column("created_by", N_("Ordered by"), PrintJob.created_by, "code"),
        Column("created_at", N_("Ordered at"), PrintJob.created_at, "moment", _zone),
        Column("finished_at", N_("Finished"), PrintJob.finished_at, "moment", _zone),
    ),
    (PrintJob.id,),
    search=(PrintJob.number, Lot.code, Lot.ai10, Article.name, Article.name_en),
    filters=(
        Filter(
            "state",
            N_("State"),
            PrintJob.state,
            STATES,
            "job",
        ),
        article_filter(),
    ),
    period=Period(N_("Ordered at"), PrintJob.created_at),
    sorts={"created_at": PrintJob.created_at, "lot": Lot.code},
)
