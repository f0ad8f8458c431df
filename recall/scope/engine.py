"""Which lots are affected, how surely, and why: the one place that decides.

The contract (domain.md §4.2 to §4.5), with these sets of lots:

- **Criterion batches** C: lots named by a ``LotCriterion``; lots with a run in the
  window of a ``LineWindow``, a ``CleaningFailed`` or a ``CheckFailed``, as ``windows``
  says; lots in a ``Cycle`` or a ``Shipped``; lots that the records give for a
  ``Complained``, a ``Produced``, an ``Artwork``, a ``Stored`` or a ``Delivered``.
- **Bad inputs** I: lots named by an ``InputLot`` or a ``Supplied``. They are not
  criterion batches: the cause is known, so nothing is searched beside or behind them.
- **Forward** F(S): the lots of S and all reached from them over edges of any kind. A
  tank makes an edge from each lot put in to each batch last drawn from it after that,
  until it is emptied and cleaned (§4.4.3).
- **Inputs** B(C): the lots that went into a criterion batch over one or more edges of
  any kind, back to the first. A semi-finished product counts like an ingredient.
- **Window neighbours** W: lots with a run in the window around any run of a criterion
  batch. **Cycle neighbours** K: lots in an equipment cycle with a criterion batch.
  **Equipment neighbours** E: where the hazard sticks to equipment, lots in another
  load of the same retort, kettle or chiller between the same two cleanings of it.
  **Donors** D: lots that reach a criterion batch over rework and repack edges alone.
  Criterion batches are in none of the four, and only they seed them, never what they
  find: otherwise one batch pulls in a year.
- **Possibly meant** P: lots that may have been among goods that left without a batch
  (``unbatched``) in the shipment of a ``Shipped``, or for the consignee of a
  ``Delivered`` before its end. They are no criterion batches: what is searched beside
  one that may never have been there is no evidence (§4.6.2).
- **Mislabelled** X: lots not in T1 whose labels went on outside their run while a lot
  of T1 ran, or that ran while labels of a lot of T1 did so: a pack of one may bear the
  number of the other (§9.7).

==============  =======================  ==========================
tier            lots                     for a hazard's origin
==============  =======================  ==========================
T1 confirmed    F(C or I)                any
T2 probable     F(W or K or E or D)      unknown, ingredient, line
T2 probable     F(X)                     any
T3 possible     F(B(C) without T1)       unknown, ingredient
T3 possible     F(P)                     any
==============  =======================  ==========================

A lot has the best (lowest) tier it qualifies for. An affected lot is affected as a
whole: any amount received counts, and items named are evidence (§4.2, §4.5); the one
exception are packs of a criterion batch told apart as ``narrowing`` says. Reasons
accumulate over the tiers that apply:

- for C and I, each criterion that names the lot, with its window, and whether and why
  it was narrowed;
- for W each window met, for K each cycle shared, for E each time between two
  cleanings, for D each rework or repack edge to a criterion batch or a donor, for X
  each lot of T1; for P each shipment;
- for every lot, each edge from a T1 or T2 lot, and for a tank that was not emptied
  and cleaned since, that it was not;
- for a lot of T3, each edge from a lot of F(P) in T3;
- for a lot of B(C) without T1, in how many of the criterion batches it is, and in how
  many other lots: one in all of these and in no other ranks first (§4.4.6);
- for every lot but the criterion batches, each lot of B(C) without T1, itself apart,
  that reaches it by a path which avoids the criterion batches.
"""

from collections.abc import Iterable, Set
from typing import NamedTuple

from ...trace.identity.items import ItemSet
from .criteria import Criteria
from .evidence import (
    beside_lots,
    criterion_batches,
    input_lots,
    maybe_named,
    mislabelled,
    named_lots,
)
from .graph import Graph
from .narrowing import Narrowed, narrow
from .reasons import Params, Reason, in_order, stamp
from .walk import Neighbours, members, neighbours, reached, reaching

RECEIVED = {
    "consumption": "consumed",
    "rework": "took_rework",
    "repack": "repacked_from",
    "tank": "drawn_from_tank",
}
"""Reason for having received, by kind of edge."""


class Affected(NamedTuple):
    """How a lot is affected."""

    items: ItemSet | None
    """Which of its items; None is the whole lot."""
    tier: int
    """1 confirmed, 2 probable, 3 possible."""
    why: tuple[Reason, ...]
    """In the order of ``reasons.SENTENCES``."""
    narrowed: Narrowed | None = None
    """How ``items`` were told from their batch; None for a whole lot."""


def decide(graph: Graph, criteria: Criteria) -> dict[int, Affected]:
    """The affected lots by id; see the module for the rules."""
    ahead = neighbours((edge.input, edge.output) for edge in graph.edges)
    suspects = criterion_batches(graph, criteria)
    named = named_lots(graph, criteria, criteria.facts)
    first = reached(ahead, named)
    beside = beside_lots(graph, criteria, suspects)
    mixed_up = mislabelled(graph, first)
    second = reached(ahead, beside.keys() | mixed_up.keys()) - first
    sources: set[int] = set()
    if criteria.spreads_from_inputs:
        sources = input_lots(graph, suspects) - first
    maybe = maybe_named(graph, criteria.facts)
    possible = reached(ahead, maybe) - first - second
    third = (reached(ahead, sources) - first - second) | possible

    why: dict[int, list[Reason]] = {lot: [] for lot in first | second | third}
    for found in (named, beside, mixed_up, maybe):
        for lot, reasons in found.items():
            why[lot] += reasons
    for lot, reason in _received(graph, first | second):
        why[lot].append(reason)
    for edge in graph.edges:
        if edge.input in possible and edge.output in third:
            why[edge.output].append(Reason("took_possible", (("lot", edge.input),)))
    for lot, reason in _traces_of_inputs(graph, ahead, suspects, sorted(sources)):
        why[lot].append(reason)
    narrowed = narrow(graph, criteria, suspects, first | second)
    for lot, found_of in narrowed.items():
        why[lot].append(_told(found_of))
    tiers = ((1, first), (2, second), (3, third))
    return {
        lot: _affected(tier, in_order(why[lot]), narrowed.get(lot))
        for tier, lots in tiers
        for lot in sorted(lots)
    }


def _affected(
    tier: int, why: tuple[Reason, ...], found: Narrowed | Reason | None
) -> Affected:
    if isinstance(found, Narrowed):
        return Affected(found.items, tier, why, found)
    return Affected(None, tier, why)


def _told(found: Narrowed | Reason) -> Reason:
    if isinstance(found, Reason):
        return found
    return Reason("narrowed", (("timed", found.timed), ("packs", found.packs)))


def _received(graph: Graph, affected: Set[int]) -> Iterable[tuple[int, Reason]]:
    made: dict[tuple[int, str, int], Reason] = {}  # thousands of edges share a reason
    for source, target, kind, cycle in graph.edges:
        if source in affected:
            reason = made.get((source, kind, cycle))
            if reason is None:
                of: Params = (("cycle", cycle),) if cycle else ()
                reason = Reason(RECEIVED[kind], (*of, ("lot", source)))
                made[source, kind, cycle] = reason
            yield target, reason
            if cycle in graph.open_tanks:
                since = stamp(graph.open_tanks[cycle])
                yield (
                    target,
                    Reason("tank_not_emptied", (("cycle", cycle), ("start", since))),
                )


def _traces_of_inputs(
    graph: Graph, ahead: Neighbours, suspects: Set[int], sources: list[int]
) -> Iterable[tuple[int, Reason]]:
    """Where the inputs of the criterion batches went, these batches apart."""
    if not sources:
        return
    back = neighbours((edge.output, edge.input) for edge in graph.edges)
    used = reaching(back, sorted(suspects))
    of = len(suspects)
    shared = {lot: Reason("shares_lot", (("lot", lot),)) for lot in sources}
    others = dict.fromkeys(sources, 0)
    for lot, bits in reaching(ahead, sources, closed=suspects).items():
        for source in members(bits, sources):
            if source != lot:
                others[source] += 1
                yield lot, shared[source]
    for source in sources:
        counts = ("used", used[source].bit_count()), ("of", of)
        yield source, Reason("shared_input", (*counts, ("others", others[source])))
