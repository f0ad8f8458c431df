"""Applying inspections, retained samples and papers of lots."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ..bulk import plain_moment
from ..db import Base
from ..errors import N_, InvalidInput
from ..production.inspections import KINDS
from ..production.tables import Inspection, LotDocument, RetainedSample
from .book import already_there
from .job import Job
from .known_lots import KnownLot, found_among
from .rows import Row, WrongCell

Values = dict[str, Any]
"""One record, by column."""


def add_inspections(job: Job, rows: list[Row]) -> None:
    """What laboratories say of lots."""

    def add(row: Row) -> Iterator[Values]:
        lot, zone = lot_of(job, row)
        kind, result = row["kind"], row["result"]
        if kind not in KINDS[lot.own]:
            raise WrongCell(
                "kind",
                InvalidInput(
                    "choice_unknown",
                    N_("Expected one of %(known)s, found %(found)s."),
                    known=", ".join(KINDS[lot.own]),
                    found=kind,
                ),
            )
        certificate = row.get("certificate", "")
        if kind == "outgoing" and result == "pass" and not certificate:
            # Food Safety Law art. 51: the record names the certificate
            raise WrongCell(
                "certificate",
                InvalidInput(
                    "certificate_missing",
                    N_("Expected the number of the inspection certificate."),
                ),
            )
        at = job.moment(row, "at", zone).at
        if kind == "outgoing" and result == "pass":
            job.inspected.passed.add(lot.id)
        if kind == "receiving":
            job.inspected.received.setdefault(lot.id, []).append((at, result))
        yield {
            "lot_id": lot.id,
            "kind": kind,
            "at": at,
            "lab": row.get("lab", ""),
            "method": row.get("method", ""),
            "findings": row.get("findings", []),
            "result": result,
            "certificate": certificate,
            "actor": row.get("actor", job.actor.login),
        }

    key = ("lot_id", "kind", "at", "result", "certificate")
    add_records(job, "inspections", rows, Inspection, key, add)


def add_samples(job: Job, rows: list[Row]) -> None:
    """Packs that were kept back; the ledger has them at ``sample`` by a movement."""

    def add(row: Row) -> Iterator[Values]:
        lot, zone = lot_of(job, row)
        told = row.only(("keep_until", "removed_by", "removed_reason"))
        kept = job.moment(row, "kept_at", zone).at
        yield told | {
            "lot_id": lot.id,
            "quantity": job.quantity(row, lot.article),
            "shelf": row["shelf"],
            "kept_at": kept,
            "kept_by": row.get("kept_by", job.actor.login),
            "removed_at": time_of(job, row, "removed_at", zone),
        }

    key = ("lot_id", "shelf", "kept_at", "quantity")
    add_records(job, "samples", rows, RetainedSample, key, add)


def add_papers(job: Job, rows: list[Row]) -> None:
    """Papers of lots, by their numbers."""

    def add(row: Row) -> Iterator[Values]:
        lot, zone = lot_of(job, row)
        yield {
            "lot_id": lot.id,
            "kind": row["kind"],
            "number": row.get("number", ""),
            "at": job.moment(row, "at", zone).at,
            "actor": row.get("actor", job.actor.login),
        }

    key = ("lot_id", "kind", "number", "at")
    add_records(job, "papers", rows, LotDocument, key, add)


def lot_of(job: Job, row: Row) -> tuple[KnownLot, ZoneInfo]:
    """The lot of a row, bought or made, and the time zone of its site."""
    lot = job.book.lot(row, supplier="supplier")
    return lot, job.book.zone(lot.site_id)


def time_of(job: Job, row: Row, column: str, zone: ZoneInfo) -> datetime | None:
    """A time that need not be there."""
    return job.moment(row, column, zone).at if column in row.values else None


def add_records(
    job: Job,
    kind: str,
    rows: list[Row],
    table: type[Base],
    key: tuple[str, ...],
    read: Callable[[Row], Iterable[Values]],
) -> None:
    """Plan the records that ``read`` gives of each row. Of recorded lots, none may have
    the same ``key``; it begins with ``lot_id``."""
    told: list[tuple[Row, tuple[Any, ...]]] = []

    def add(row: Row) -> None:
        for values in list(read(row)):
            job.plan.record(table, values, row)
            if values["lot_id"] > 0:
                told.append((row, _plain(values.get(name) for name in key)))

    job.each(kind, rows, add)
    if not told:
        return
    columns = table.__table__.c
    select = sa.select(*(columns[name] for name in key))
    found = found_among(
        job.session, select, columns.lot_id, {key[0] for _, key in told}
    )
    taken = {_plain(row) for row in found}
    for row, values in told:
        if values in taken:
            job.bad.note(row, "lot", already_there(kind, row["lot"]))


def _plain(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(
        plain_moment(one) if isinstance(one, datetime) else one for one in values
    )
