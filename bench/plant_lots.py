"""Batches, what went into them, and what happened on the lines, as numpy arrays."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Ints = np.ndarray[Any, np.dtype[np.int64]]
Columns = dict[str, Any]
"""Of a table: arrays, or one value for all rows; whole seconds stand for times."""

SITES, LINES, PRODUCTS = 4, 20, 60
END = int(np.datetime64("2026-11-24T02:02:00").astype(np.int64))
RUN, TURN, DAY = 4 * 3600, 18_900, 86_400
"""Seconds a batch runs, from its start to the next one's on that line, and a day."""
ITEMS, CASE, SAMPLE, REWORK = 10_000, 20, 5, 40
"""Packs of a batch on average, in a case, kept as samples, and given as rework."""
EDGES = 19
"""Genealogy edges a batch."""
SERIES = 1 << 24
"""Most items of a code series."""
SALT_SHARE = 0.195
"""Of all batches, those made with one lot of curing salt."""
BRINE, ADDITIVE = 20, 1000
"""Batches of a site made with a lot of brine, and with an additive inside it."""
SLOTS = (
    ("spice", "ingredient", 5, 490),
    ("packaging", "packaging", 6, 150),
    ("meat", "ingredient", 6, 15),
)
"""What goes into a batch beside brine: how many of it, and batches of a site a lot."""


@dataclass
class Plant:
    """The rows of every table, and what the benchmarks ask about."""

    batches: int
    """Own batches: lots 1 to ``batches``, in order of their start."""
    tables: dict[str, Columns] = field(default_factory=dict)
    lots: list[Columns] = field(default_factory=list)
    edges: list[tuple[Ints, Ints, str]] = field(default_factory=list)
    spices: list[int] = field(default_factory=list)
    """Lots whose recall is a typical scope: no first or last one of its kind."""
    salts: list[int] = field(default_factory=list)
    """Lots whose recall is a huge one."""


@dataclass
class Batches:
    """The own batches, each line's in turn."""

    line: Ints
    turn: Ints
    site: Ints
    nth: Ints
    """The how-many-eth batch of its site."""
    start: Ints
    made: Ints
    id: Ints


def make_batches(count: int, chance: np.random.Generator) -> Batches:
    number = np.arange(count)
    line, turn = number % LINES, number // LINES
    here = LINES // SITES
    start = END - (turn.max() + 1 - turn) * TURN + line * 200
    made = chance.integers(300, 701, count) * CASE
    made += (count * ITEMS - made.sum()) // count // CASE * CASE
    rest = count * ITEMS - made.sum()
    made[: rest // CASE] += CASE
    made[0] += rest % CASE
    nth = turn * here + line % here
    return Batches(line, turn, line // here, nth, start, made, number + 1)


def add_own_lots(plant: Plant, own: Batches) -> None:
    product = (own.line * 3 + own.turn // 7 % 3) % PRODUCTS
    code = _codes("B{:06}", own.id)
    plant.lots.append(
        {
            **{"id": own.id, "article_id": product + 1, "origin": "", "code": code},
            **{"ai10": code, "supplier_id": None, "site_id": own.site + 1},
            **{"line_id": own.line + 1, "produced_on": own.start // DAY},
            **{"received_on": None, "next_item": own.made, "grade": "item"},
        }
    )


def add_inputs(plant: Plant, own: Batches, chance: np.random.Generator) -> None:
    """Ingredients and packaging, direct and by way of the brine."""
    article = PRODUCTS
    for name, _, many, lasting in SLOTS:
        for _ in range(many):
            article += 1
            lots = _window(plant, own, article, lasting, chance)
            plant.edges.append((lots, own.id, "consumption"))
            if name == "spice":
                plant.spices += np.unique(lots).tolist()
    meat = plant.edges[-1][0]
    brine = _window(plant, own, article + 1, BRINE, chance, bought=False)
    plant.edges.append((brine, own.id, "consumption"))
    made, first = np.unique(brine, return_index=True)
    salts = _next_id(plant) + own.id[first] // max(1, int(plant.batches * SALT_SHARE))
    _add_lots(plant, np.unique(salts), article + 2, own, first)
    plant.salts = np.unique(salts).tolist()
    plant.edges.append((salts, made, "consumption"))
    for extra in range(5):
        lots = _window(plant, own, article + 3 + extra, ADDITIVE, chance)
        plant.edges.append((lots[first], made, "consumption"))
    _add_rework(plant, own, chance)
    _fill(plant, own, meat, chance)


def _window(
    plant: Plant,
    own: Batches,
    article: int,
    lasting: int,
    chance: np.random.Generator,
    *,
    bought: bool = True,
) -> Ints:
    """New lots of an article, each for so many batches of a site in a row; by batch."""
    phase = chance.integers(0, lasting, SITES)
    key = own.site * 10_000_000 + (own.nth + phase[own.site]) // lasting
    keys, first, which = np.unique(key, return_index=True, return_inverse=True)
    ids = _next_id(plant) + np.arange(len(keys))
    _add_lots(plant, ids, article, own, first, bought=bought)
    return ids[which]


def _add_lots(
    plant: Plant,
    ids: Ints,
    article: int,
    own: Batches,
    first: Ints,
    *,
    bought: bool = True,
) -> None:
    """Lots that came a day before the first batch they went into."""
    first = first[: len(ids)]
    code = _codes("R{:06}" if bought else "S{:06}", ids)
    day = own.start[first] // DAY - 1
    origin = f"SUP{article % 30:02}" if bought else ""
    plant.lots.append(
        {
            **{"id": ids, "article_id": article, "origin": origin, "code": code},
            **{"ai10": code, "supplier_id": article % 30 + 1 if bought else None},
            **{"site_id": own.site[first] + 1, "line_id": None},
            **{"produced_on": None if bought else day, "next_item": 0},
            **{"received_on": day if bought else None, "grade": "quantity"},
        }
    )


def _add_rework(plant: Plant, own: Batches, chance: np.random.Generator) -> None:
    """A third of the batches give to one of the next two on the line, in the same week;
    a few get some repacked back, so that the genealogy has cycles.
    """
    gives = np.flatnonzero(chance.random(plant.batches) < 0.35)
    takes = gives + LINES * chance.integers(1, 3, len(gives))
    inside = takes < plant.batches
    gives, takes = gives[inside], takes[inside]
    same = own.turn[gives] // 32 == own.turn[takes] // 32
    gives, takes = own.id[gives[same]], own.id[takes[same]]
    plant.edges.append((gives, takes, "rework"))
    back = chance.random(len(gives)) < 0.005
    plant.edges.append((takes[back], gives[back], "repack"))


def _fill(plant: Plant, own: Batches, meat: Ints, chance: np.random.Generator) -> None:
    """Second lots of meat, up to the number of edges."""
    missing = EDGES * plant.batches - sum(len(edge[0]) for edge in plant.edges)
    some = np.sort(chance.choice(plant.batches - 5 * LINES, missing, replace=False))
    last = some + 5 * LINES
    plant.edges.append((meat[some], own.id[last], "consumption"))


def write_lots(plant: Plant, own: Batches) -> None:
    """The tables ``lot`` and ``lot_input``."""
    sizes = [len(lots["id"]) for lots in plant.lots]
    plant.tables["lot"] = {
        name: np.concatenate(
            [
                column if isinstance(column, np.ndarray) else np.full(size, column)
                for column, size in zip(
                    (lots[name] for lots in plant.lots), sizes, strict=True
                )
            ]
        )
        for name in plant.lots[0]
    }
    plant.tables["lot"]["status"] = "released"
    source, target = (np.concatenate([e[end] for e in plant.edges]) for end in (0, 1))
    kinds = np.concatenate([np.full(len(e[0]), e[2]) for e in plant.edges])
    begun = np.full(sum(sizes) + 1, END)
    begun[own.id] = own.start
    order = np.argsort(begun[target], kind="stable")
    plant.tables["lot_input"] = {
        "id": np.arange(1, len(order) + 1),
        "input_id": source[order],
        "output_id": target[order],
        "kind": kinds[order],
        "quantity": np.where(kinds[order] == "consumption", 50_000, REWORK),
        "at": begun[target[order]],
    }


def write_lines(plant: Plant, own: Batches, chance: np.random.Generator) -> None:
    """Runs, a cleaning every night, and the retort loads, some of two batches."""
    plant.tables["line_run"] = {
        **{"id": own.id, "lot_id": own.id, "line_id": own.line + 1},
        **{"started_at": own.start, "ended_at": own.start + RUN},
    }
    nights = np.arange(own.start.min() // DAY, END // DAY) * DAY + 20 * 3600
    line, night = (each.ravel() for each in np.meshgrid(np.arange(LINES), nights))
    passed = chance.random(len(line)) < 0.97
    plant.tables["cleaning"] = {
        **{"id": np.arange(len(line)) + 1, "line_id": line + 1, "kind": "wet"},
        **{"started_at": night, "ended_at": night + 1800},
        "result": np.where(passed, "pass", "fail"),
    }
    cycles = np.arange(2 * plant.batches)
    lot = own.id[cycles // 2]
    plant.tables["equipment_cycle"] = {
        **{"id": cycles + 1, "site_id": own.site[lot - 1] + 1, "kind": "retort"},
        **{"number": _codes("R-{:07}", cycles), "equipment": "R1", "result": "pass"},
        "started_at": own.start[lot - 1] + RUN // 2,
        "ended_at": own.start[lot - 1] + RUN,
    }
    shared = cycles[(chance.random(len(cycles)) < 0.05) & (lot <= len(own.id) - LINES)]
    plant.tables["cycle_load"] = {
        "cycle_id": np.concatenate([cycles, shared]) + 1,
        "lot_id": np.concatenate([lot, lot[shared] + LINES]),
        "quantity": own.made.min() // 2,
    }


def write_codes(plant: Plant, own: Batches) -> None:
    """Codes of each batch as one range, and when they were printed and applied."""
    series, first = (np.array(each) for each in zip(*_issue(own.made), strict=True))
    used = np.unique(series)
    common = {"series_id": series, "lot_id": own.id}
    plant.tables["code_series"] = {"id": used, "issued": SERIES, "created_at": END}
    plant.tables["code_block"] = {
        **{"id": own.id, "series_id": series, "first": first, "count": own.made},
        **{"key_version": 1, "issued_at": own.start, "issued_by": "li"},
    }
    bindings = {
        **common,
        **{"id": own.id, "lo": first, "hi": first + own.made, "lot_lo": 0},
        **{"bound_at": own.start, "bound_by": "li"},
    }
    # The last first: SQLite's trigger looks at the bindings below a new one.
    plant.tables["code_binding"] = {
        name: column[::-1] if isinstance(column, np.ndarray) else column
        for name, column in bindings.items()
    }
    both = np.concatenate([own.id, own.id])
    plant.tables["item_segment"] = {
        **{"id": np.arange(1, len(both) + 1), "lot_id": both, "lo": 0},
        **{"hi": own.made[both - 1], "t0": own.start[both - 1], "actor": "li"},
        "t1": own.start[both - 1] + RUN,
        "kind": np.repeat(["printed", "applied"], len(own.id)),
    }


def _issue(counts: Ints) -> Iterator[tuple[int, int]]:
    series, used = 1, 0
    for count in counts.tolist():
        if used + count > SERIES:
            series, used = series + 1, 0
        yield series, used
        used += count


def _next_id(plant: Plant) -> int:
    return sum(len(lots["id"]) for lots in plant.lots) + 1


def _codes(pattern: str, numbers: Ints) -> Any:
    return np.array([pattern.format(number) for number in numbers.tolist()])
