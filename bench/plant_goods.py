"""Customers, shipments, and every movement with the balances that follow from it."""

from typing import Any

import numpy as np
from plant_lots import (
    CASE,
    DAY,
    END,
    LINES,
    PRODUCTS,
    REWORK,
    RUN,
    SAMPLE,
    SITES,
    SLOTS,
    Batches,
    Columns,
    Ints,
    Plant,
)

CUSTOMERS, LINES_SHIPPED = 1, 20
"""Per batch."""
PER_SHIPMENT = 5
"""Lines of a shipment."""
SUPPLIERS = 30
SPREAD = 0.97
"""How much customers differ: sigma of the logarithm of what they order."""
FIRST_PLACE = 100
"""Locations below it are those of the migrations."""
PROVINCES = ("山东", "河北", "江苏", "浙江", "广东", "四川", "湖北", "辽宁")


def write_masters(plant: Plant) -> None:
    """Sites, lines, articles, partners and places."""
    sites, lines = np.arange(1, SITES + 1), np.arange(1, LINES + 1)
    plant.tables["site"] = {
        **{"id": sites, "code": _named("F{}", sites), "name": "肉制品厂"},
        **{"name_en": "Meat works", "phone": "400-820-0000"},
    }
    plant.tables["line"] = {
        **{"id": lines, "site_id": (lines - 1) // (LINES // SITES) + 1},
        **{"code": _named("L{}", lines), "name": "灌装线", "name_en": "Filling line"},
    }
    kinds = ["product"] * PRODUCTS
    for _, kind, many, _ in SLOTS:
        kinds += [kind] * many
    kinds += ["ingredient"] * 7
    articles = np.arange(1, len(kinds) + 1)
    plant.tables["article"] = {
        **{"id": articles, "code": _named("A{:03}", articles), "kind": np.array(kinds)},
        **{"name": "午餐肉 340 g", "name_en": "Luncheon meat 340 g"},
        "base_unit": np.where(np.array(kinds) == "ingredient", "mg", "piece"),
    }
    _write_partners(plant)


def _write_partners(plant: Plant) -> None:
    customers = CUSTOMERS * plant.batches
    partners = np.arange(1, SUPPLIERS + customers + 1)
    supplies = partners <= SUPPLIERS
    names = np.where(
        supplies, _named("SUP{:02}", partners), _named("K{:06}", partners - SUPPLIERS)
    )
    plant.tables["partner"] = {
        **{"id": partners, "code": names, "name": names, "name_en": names},
        "kind": np.where(supplies, "supplier", "consignee"),
        **{"address": "人民路 1 号", "contact": "王经理", "phone": "13800000000"},
        "email": "recall@example.com",
        "region": np.array(PROVINCES)[partners % len(PROVINCES)],
    }
    stores = np.arange(SITES)
    shops = np.arange(customers)
    code = names[SUPPLIERS:]
    nobody = np.full(customers, -1)
    plant.tables["location"] = {
        "id": np.concatenate([FIRST_PLACE + stores, _shop(shops), _truck(shops)]),
        "code": np.concatenate(
            [_named("W{}", stores + 1), code, np.strings.add(code, "/T")]
        ),
        "kind": np.repeat(
            ["warehouse", "consignee", "transit"], [SITES, customers, customers]
        ),
        **{"name": "仓", "name_en": "Store"},
        "site_id": np.concatenate([stores + 1, nobody, nobody]),
        "partner_id": np.concatenate([np.full(SITES, -1), *[partners[SUPPLIERS:]] * 2]),
    }


def write_goods(
    plant: Plant, own: Batches, fixed: dict[str, int], chance: np.random.Generator
) -> None:
    """Shipments, movements and stock; ``fixed`` are the places of the migrations."""
    lot, lo, hi = _portions(plant, own, chance)
    sent, truck, shop, day_sent, arrived = _shipments(plant, own, lot, chance)
    numbers = plant.tables["shipment"]["number"]
    home = FIRST_PLACE + own.site
    end = own.start + RUN
    left = own.made - SAMPLE - _given(plant, own)
    line = {"lot_id": lot, "lo": lo, "hi": hi, "shipment_id": sent}
    line |= {"document": numbers[sent - 1]}
    there = np.flatnonzero(arrived > 0)
    batch = {"lot_id": own.id, "document": plant.tables["lot"]["code"][: len(own.id)]}
    given = np.flatnonzero(own.made - SAMPLE > left)
    moves = [
        _move(batch, fixed["made"], home, end, lo=0, hi=own.made),
        _move(batch, home, fixed["sample"], end, lo=own.made - SAMPLE, hi=own.made),
        _move(
            {name: column[given] for name, column in batch.items()},
            *(home[given], fixed["consumed"], end[given]),
            **{"lo": left[given], "hi": own.made[given] - SAMPLE, "reason": "rework"},
        ),
        *_materials(plant, len(own.id), fixed),
        _move(line, home[lot - 1], truck, day_sent, reason="shipped"),
        _move(
            {name: column[there] for name, column in line.items()},
            *(truck[there], shop[there], arrived[there]),
            reason="delivered",
        ),
    ]
    _write_movements(plant, moves)
    _write_stock(plant)
    _write_items(
        plant, own, line, np.where(arrived > 0, shop, truck), left, home, fixed
    )


def _given(plant: Plant, own: Batches) -> Ints:
    """Packs each batch gave to others."""
    edges = plant.tables["lot_input"]
    mixed = edges["input_id"][edges["kind"] != "consumption"]
    return REWORK * np.bincount(mixed, minlength=len(own.id) + 1)[1 : len(own.id) + 1]


def _portions(
    plant: Plant, own: Batches, chance: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """The shipment lines: which items of which batch, whole cases in a row."""
    share = own.made / own.made.sum()
    many = 1 + chance.multinomial((LINES_SHIPPED - 1) * plant.batches, share)
    lot = np.repeat(own.id, many)
    sold = np.where(own.start > END - 3 * DAY, 0.4, 0.97) * own.made
    weight = chance.uniform(0.5, 1.5, len(lot))
    of_all = np.bincount(lot, weight)[lot]
    quantity = np.maximum(1, sold[lot - 1] * weight / of_all // CASE).astype(int) * CASE
    total = np.cumsum(quantity)
    before = np.concatenate([[0], total])[np.cumsum(many) - many]
    hi = total - before[lot - 1]
    return lot, hi - quantity, hi


def _shipments(
    plant: Plant, own: Batches, lot: Ints, chance: np.random.Generator
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """By line: shipment, its truck and shop, when sent, when delivered or 0.

    A site sends what is ready, five lines to a customer; a few order most.
    """
    site = own.site[lot - 1]
    lag = RUN + chance.exponential(4 * DAY, len(lot)).astype(int)
    ready = np.minimum(
        own.start[lot - 1] + lag, END - chance.integers(0, DAY, len(lot))
    )
    order = np.lexsort((ready, site))
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    sent = rank // PER_SHIPMENT
    count = int(sent.max()) + 1
    at = np.zeros(count, np.int64)
    np.maximum.at(at, sent, ready)
    area = np.zeros(count, np.int64)
    area[sent] = site
    here = CUSTOMERS * plant.batches // SITES
    wants = np.cumsum(chance.lognormal(0, SPREAD, here))
    pick = np.searchsorted(wants / wants[-1], chance.random(count))
    customer = np.minimum(pick, here - 1) * SITES + area
    arrived = np.where(at + DAY < END, at + DAY, 0)
    plant.tables["shipment"] = {
        **{"id": np.arange(1, count + 1), "site_id": area + 1},
        "number": _named("SH-{:06}", np.arange(1, count + 1)),
        "consignee_id": SUPPLIERS + 1 + customer,
        **{"carrier": "顺丰冷运", "vehicle": "鲁B12345", "driver_phone": "13900000000"},
        **{"shipped_at": at, "delivered_at": arrived},
    }
    by_line = (_truck(customer), _shop(customer), at, arrived)
    return sent + 1, *(each[sent] for each in by_line)


def _materials(plant: Plant, own: int, fixed: dict[str, int]) -> list[Columns]:
    """What was received or made for use here, and used up but for a little."""
    lots = {
        name: column for name, column in plant.tables["lot"].items() if name != "status"
    }
    rest = {name: column[own:] for name, column in lots.items()}
    uses = np.bincount(
        plant.tables["lot_input"]["input_id"], minlength=len(lots["id"]) + 1
    )
    used = 50_000 * uses[rest["id"]]
    bought = rest["origin"] != ""
    home = FIRST_PLACE + rest["site_id"].astype(int) - 1
    day = np.where(bought, rest["received_on"], rest["produced_on"]).astype(int) * DAY
    source = np.where(bought, fixed["supplied"], fixed["made"])
    paper = {"lot_id": rest["id"], "document": rest["code"]}
    return [
        _move(paper, source, home, day, quantity=used + 10_000),
        _move(paper, home, fixed["consumed"], day + DAY, quantity=used),
    ]


def _move(paper: Columns, source: Any, target: Any, at: Ints, **more: Any) -> Columns:
    row = {"lo": None, "hi": None, "shipment_id": None, "reason": ""}
    row |= {**paper, "from_id": source, "to_id": target, "at": at, **more}
    if "quantity" not in row:
        row["quantity"] = row["hi"] - row["lo"]
    return row


def _write_movements(plant: Plant, moves: list[Columns]) -> None:
    sizes = [len(move["at"]) for move in moves]
    columns = {}
    for name in moves[0]:
        parts = [
            np.broadcast_to(-1 if move[name] is None else move[name], size)
            for move, size in zip(moves, sizes, strict=True)
        ]
        columns[name] = np.concatenate(parts)
    order = np.argsort(columns["at"], kind="stable")
    columns = {name: column[order] for name, column in columns.items()}
    columns |= {"id": np.arange(1, len(order) + 1), "recorded_at": columns["at"]}
    plant.tables["movement"] = {**columns, "actor": "wang"}


def _write_stock(plant: Plant) -> None:
    """The sum of the movements, by lot and place; empty balances stay, as in use."""
    moves = plant.tables["movement"]
    places = 1 << 24
    keys = np.concatenate(
        [moves["lot_id"] * places + moves[e] for e in ("to_id", "from_id")]
    )
    signed = np.concatenate([moves["quantity"], -moves["quantity"]])
    pairs, which = np.unique(keys, return_inverse=True)
    plant.tables["stock"] = {
        "lot_id": pairs // places,
        "location_id": pairs % places,
        "quantity": np.bincount(which, signed).astype(np.int64),
    }


def _write_items(
    plant: Plant,
    own: Batches,
    line: Columns,
    where: Ints,
    left: Ints,
    home: Ints,
    fixed: dict[str, int],
) -> None:
    """Where each numbered item is: with whom, kept, used up, or still here."""
    sold = np.zeros(len(own.id) + 1, np.int64)
    np.maximum.at(sold, line["lot_id"], line["hi"])
    kept = np.broadcast_to(fixed["sample"], len(own.id))
    used = np.broadcast_to(fixed["consumed"], len(own.id))
    rows = {
        "lot_id": np.concatenate([line["lot_id"], own.id, own.id, own.id]),
        "location_id": np.concatenate([where, home, used, kept]),
        "lo": np.concatenate([line["lo"], sold[1:], left, own.made - SAMPLE]),
        "hi": np.concatenate([line["hi"], left, own.made - SAMPLE, own.made]),
    }
    some = rows["lo"] < rows["hi"]
    order = np.lexsort((rows["lo"], rows["lot_id"]))
    order = order[some[order]]
    plant.tables["stock_item"] = {name: column[order] for name, column in rows.items()}
    plant.tables["stock_item"]["sure"] = True


def _shop(customer: Ints) -> Ints:
    return 1000 + 2 * customer


def _truck(customer: Ints) -> Ints:
    return 1001 + 2 * customer


def _named(pattern: str, numbers: Ints) -> Any:
    return np.array([pattern.format(number) for number in numbers.tolist()])
