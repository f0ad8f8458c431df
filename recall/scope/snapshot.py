"""A copy of the whole genealogy in memory, for "what if this lot were bad?".

A screen may ask for every lot at once, before anything has happened. The answers are as
of the moment of loading: they warn, while a recall is decided on ``service``'s.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.errors import N_, NotFound
from ...trace.parties.tables import Article, Location, Lot
from ...trace.production.tables import CycleLoad, LotInput, TankFill
from ...trace.production.tanks import DRAWN_AFTER
from ...trace.stock.places import SOURCES
from ...trace.stock.tables import Stock
from .network import Floats, Ints, Layers, Network, spread_totals


@dataclass(frozen=True, slots=True)
class Blast:
    """What a lot's hazard would reach: the lot itself and all made with it."""

    lot_id: int
    lots: int
    """Product lots counted in pieces."""
    units: int
    """Made of them."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What the hazard of some lots together would reach."""

    lot_ids: tuple[int, ...]
    """All reached, ascending, ingredients and packaging included."""
    lots: int
    """Product lots counted in pieces among them."""
    units: int
    """Made of these."""
    consignees: int
    """Firms that have, get or had some of these."""


@dataclass(frozen=True)
class Snapshot:
    """The plant's genealogy at one moment; lots are known by their place in ``ids``."""

    ids: Ints
    """Of every lot, ascending."""
    network: Network
    """Into which lots each lot went."""
    layers: Layers
    received: Ints
    """The lots that are not products."""
    weights: Floats
    """For each lot: whether it is a product lot counted in pieces, and if so its
    units."""
    holders: Network
    """To which partners, by their id, each of these lots went."""

    def what_if(self, lot_ids: Collection[int]) -> WhatIf:
        """What is reached from these lots. Raises NotFound ``lot_unknown``."""
        reached = self.network.reached(self._places(lot_ids))
        lots, units = self.weights[reached].sum(axis=0)
        _, partners = self.holders.follow(reached)
        firms = len(np.unique(partners))
        ids: list[int] = self.ids[reached].tolist()
        return WhatIf(tuple(ids), int(lots), int(units), firms)

    def blast_radius(self, lot_ids: Collection[int] | None = None) -> list[Blast]:
        """What each of these lots alone would reach, the most units first.

        Without ``lot_ids``, for every ingredient and packaging lot. Raises NotFound
        ``lot_unknown``.
        """
        seeds = self.received if lot_ids is None else self._places(lot_ids)
        totals = spread_totals(self.layers, seeds, self.weights).astype(np.int64)
        order = np.lexsort((self.ids[seeds], -totals[:, 0], -totals[:, 1]))
        columns = (self.ids[seeds], totals[:, 0], totals[:, 1])
        return list(map(Blast, *(column[order].tolist() for column in columns)))

    def _places(self, lot_ids: Collection[int]) -> Ints:
        wanted = np.fromiter(lot_ids, np.int64)
        places = np.searchsorted(self.ids, wanted)
        after = np.searchsorted(self.ids, wanted, "right")
        for lot in wanted[places == after].tolist():
            raise NotFound("lot_unknown", N_("No lot %(lot)s is recorded."), lot=lot)
        return places


def load_snapshot(session: Session) -> Snapshot:
    """Read the whole plant: six queries, seconds for a million edges."""
    lots = _numbers(session, _LOTS, 3)
    ids = lots[:, 0]
    pairs = [_numbers(session, some, 2) for some in (_EDGES, _DRAWN)]
    edges = np.searchsorted(ids, np.concatenate(pairs))
    network = Network.from_edges(len(ids), edges[:, 0], edges[:, 1])
    counted = lots[:, 1] & lots[:, 2]
    made = _numbers(session, _MADE, 2)
    units = np.zeros(len(ids))
    units[np.searchsorted(ids, made[:, 0])] = made[:, 1]
    return Snapshot(
        ids,
        network,
        Layers.of(network),
        np.flatnonzero(lots[:, 1] == 0),
        np.column_stack([counted, counted * units]),
        _holders(session, ids[counted == 1], ids),
    )


def _holders(session: Session, counted: Ints, ids: Ints) -> Network:
    """The partners of each counted lot, as edges beyond the lots' places."""
    owners = _numbers(session, _PLACES, 2)
    held = _numbers(session, _STOCK, 2)
    held = held[np.isin(held[:, 0], counted) & np.isin(held[:, 1], owners[:, 0])]
    partners = owners[np.searchsorted(owners[:, 0], held[:, 1]), 1]
    size = max(len(ids), int(partners.max(initial=0)) + 1)
    return Network.from_edges(size, np.searchsorted(ids, held[:, 0]), partners)


_LOTS = (
    sa.select(
        Lot.id,
        sa.cast(Article.kind == "product", sa.Integer),
        sa.cast(Article.base_unit == "piece", sa.Integer),
    )
    .join(Lot.article)
    .order_by(Lot.id)
)
_EDGES = sa.select(LotInput.input_id, LotInput.output_id)
_DRAWN = sa.select(TankFill.lot_id, CycleLoad.lot_id).join(CycleLoad, DRAWN_AFTER)
_MADE = (
    sa.select(Stock.lot_id, sa.cast(-sa.func.sum(Stock.quantity), sa.BigInteger))
    .join(Location, Location.id == Stock.location_id)
    .where(Location.kind.in_(SOURCES))
    .group_by(Stock.lot_id)
)
_PLACES = (
    sa.select(Location.id, Location.partner_id)
    .where(Location.partner_id.is_not(None))
    .order_by(Location.id)
)
_STOCK = sa.select(Stock.lot_id, Stock.location_id)


def _numbers(
    session: Session, statement: sa.Select[*tuple[Any, ...]], width: int
) -> Ints:
    """The rows of whole numbers, as an array."""
    rows: Iterable[Any] = session.execute(statement)
    return np.fromiter(chain.from_iterable(rows), np.int64).reshape(-1, width)
