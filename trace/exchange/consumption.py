"""Applying what went into batches: an edge of the genealogy and a movement each."""

from datetime import datetime

import sqlalchemy as sa

from ..errors import N_, Conflict, InvalidInput
from ..parties.tables import Location, Lot
from ..production.tables import LotInput
from ..stock.service import Move
from ..stock.tables import Stock
from .amounts import to_base
from .book import OURS, already_there, found_among
from .job import Job, Post, cell
from .rows import Row, WrongCell

Key = tuple[int, int, str, int, datetime]


def add_consumption(job: Job, rows: list[Row]) -> None:
    """Consumption, rework, repacking: the input's stock goes to ``consumed``."""
    places = _stocked(job, rows)
    edges: list[tuple[Row, LotInput]] = []
    for row in rows:
        with job.row("consumption", row):
            edge, source = _read(job, row, places)
            edges.append((row, edge))
            move = Move(
                lot_id=edge.input_id,
                source_id=source.id,
                target_id=job.book.places["consumed"].id,
                at=edge.at,
                document=row["output_lot"],
                quantity=edge.quantity,
                reason=edge.kind,
            )
            job.posts.append(Post(row, "quantity", move))
    _check_new(job, edges)
    job.session.add_all(edge for _, edge in edges)
    job.session.flush()


def _read(job: Job, row: Row, places: dict[int, set[str]]) -> tuple[LotInput, Location]:
    book = job.book
    output = book.own_lot(row, "output_lot", "output_article")
    used = book.lot(row, "input_lot", "input_article", "supplier")
    kind = row.get("kind", "consumption")
    if used.id == output.id:
        raise WrongCell("input_lot", _into_itself(used))
    source = _source(job, row, used, places)
    at = job.moment(row, "at", book.zone(source.site_id))
    _check_usable(row, used, kind, at)
    with cell("quantity"):
        quantity = to_base(used.article, row["quantity"], row.get("unit"))
    edge = LotInput(
        input_id=used.id, output_id=output.id, kind=kind, quantity=quantity, at=at
    )
    return edge, source


def _source(job: Job, row: Row, used: Lot, places: dict[int, set[str]]) -> Location:
    """The place a row names, or the only one of ours where the lot is."""
    if "place" in row.values:
        return job.book.our_place(row)
    found = places.get(used.id, set())
    if len(found) != 1:
        raise WrongCell(
            "place",
            InvalidInput(
                "place_missing",
                N_(
                    "Lot %(lot)s is at several of our places or at none (%(places)s): "
                    "say where it was taken from."
                ),
                lot=used.code,
                places=", ".join(sorted(found)) or "–",
            ),
        )
    return job.book.places[found.pop()]


def _stocked(job: Job, rows: list[Row]) -> dict[int, set[str]]:
    """Where lots are in our hands, recorded or about to be."""
    names = {place.id: place for place in job.book.places.values()}
    places: dict[int, set[str]] = {}
    lots = {lot.id for row in rows for lot in job.book.lots.get(row["input_lot"], ())}
    columns = Stock.lot_id, Stock.location_id
    stocked = sa.select(*columns).where(Stock.quantity > 0)
    pairs = [
        tuple(row) for row in found_among(job.session, stocked, Stock.lot_id, lots)
    ]
    pairs += [(post.move.lot_id, post.move.target_id) for post in job.posts]
    for lot_id, place_id in pairs:
        if names[place_id].kind in OURS:
            places.setdefault(lot_id, set()).add(names[place_id].code)
    return places


def _check_usable(row: Row, used: Lot, kind: str, at: datetime) -> None:
    if used.expires_on is not None and at.date() > used.expires_on:
        # domain.md §2.2 IngredientLot: expired or failed lots are not consumed
        raise WrongCell(
            "input_lot",
            Conflict(
                "lot_expired",
                N_("Lot %(lot)s expired on %(day)s, before it was used."),
                lot=used.code,
                day=used.expires_on,
            ),
        )
    if used.status in ("rejected", "recalled"):
        # Food Safety Law art. 34(1): recalled food is no raw material (domain.md §2.2)
        raise WrongCell(
            "input_lot",
            Conflict(
                "lot_unusable",
                N_("Lot %(lot)s is %(status)s: it may not go into food."),
                lot=used.code,
                status=used.status,
            ),
        )
    if kind == "rework" and not used.own:
        raise WrongCell(
            "kind",
            InvalidInput(
                "rework_not_own",
                N_("Only goods of our own are reworked, but %(lot)s was received."),
                lot=used.code,
            ),
        )


def _check_new(job: Job, edges: list[tuple[Row, LotInput]]) -> None:
    columns = (
        LotInput.input_id,
        LotInput.output_id,
        LotInput.kind,
        LotInput.quantity,
        LotInput.at,
    )
    outputs = {edge.output_id for _, edge in edges}
    with job.session.no_autoflush:
        found = found_among(
            job.session, sa.select(*columns), LotInput.output_id, outputs
        )
        taken: set[Key] = {tuple(row) for row in found}
    for row, edge in edges:
        key = edge.input_id, edge.output_id, edge.kind, edge.quantity, edge.at
        with job.row("consumption", row):
            if key in taken:
                raise WrongCell("at", already_there("consumption", row["input_lot"]))
        taken.add(key)


def _into_itself(lot: Lot) -> InvalidInput:
    return InvalidInput(
        "lot_into_itself",
        N_("Lot %(lot)s cannot go into itself."),
        lot=lot.code,
    )
