"""Cost grows with events, not items: a scope over 10^3 … 10^9 packs, events fixed.

    python bench/curve.py docs/pictures/cost-curve.png

A spice lot went into a hundred batches; each was shipped in ten lots of packs to shops.
Only the number of packs changes. Beside it the same question to a row for every pack,
up to ten million. Prints the table, draws the picture.
"""

import argparse
import math
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import rows
import sqlalchemy as sa
from measure import ENGINES, Place, in_turn, place, table, told
from PIL import Image, ImageDraw, ImageFont
from plant import load
from scope import NOW

from lotmark.recall.scope.criteria import Criteria, InputLot
from lotmark.recall.scope.service import compute_scope
from lotmark.trace import scans
from lotmark.trace.db import Database
from lotmark.web import migrations

SIZES = [10**power for power in range(3, 10)]
MOST_ROWS = 10**7
BATCHES, PARTS, SHOPS = 100, 10, 50
SPICE = BATCHES + 1
Series = list[tuple[int, float]]
"""Packs and seconds."""
AT = int(NOW.timestamp()) - 86_400


def events(packs: int, made: int) -> dict[str, dict[str, Any]]:
    """The tables of the little plant; ``made`` is the place of production."""
    batches, shops = np.arange(1, BATCHES + 1), np.arange(1, SHOPS + 1)
    lot = np.repeat(batches, PARTS)
    part = np.arange(BATCHES * PARTS)
    size = packs // (BATCHES * PARTS)
    lo = part % PARTS * size
    shop = part % SHOPS + 1
    codes = np.array([f"K{number:02}" for number in shops])
    lots = np.array([f"B{number:03}" for number in range(1, SPICE + 1)])
    names = {"name": "午餐肉", "name_en": "Luncheon meat"}
    line = {"lot_id": lot, "lo": lo, "hi": lo + size}
    return {
        "site": {"id": np.array([1]), "code": "F1", **names},
        "article": {
            **{"id": np.array([1, 2]), "code": np.array(["P", "S"]), **names},
            "kind": np.array(["product", "ingredient"]),
        },
        "partner": {"id": shops, "code": codes, "kind": "consignee", **names},
        "location": {
            **{"id": 100 + shops, "code": codes, "kind": "consignee", **names},
            "partner_id": shops,
        },
        "lot": {
            **{"id": np.arange(1, SPICE + 1), "code": lots, "ai10": lots},
            "article_id": np.append(np.ones(BATCHES, int), 2),
            **{"next_item": size * PARTS, "status": "released"},
        },
        "lot_input": {
            **{"id": batches, "input_id": SPICE, "output_id": batches},
            **{"kind": "consumption", "quantity": 1, "at": AT},
        },
        "shipment": {
            **{"id": part + 1, "number": np.array([f"SH{n:04}" for n in part])},
            **{"site_id": 1, "consignee_id": shop, "shipped_at": AT},
            "delivered_at": AT + 3600,
        },
        "movement": {
            **{"id": part + 1, **line, "quantity": size, "from_id": made},
            **{"to_id": 100 + shop, "at": AT, "recorded_at": AT, "actor": "wang"},
            **{"document": "SH", "shipment_id": part + 1},
        },
        "stock": {
            "lot_id": np.append(lot, batches),
            "location_id": np.append(100 + shop, np.full(BATCHES, made)),
            "quantity": np.append(np.full(len(lot), size), [-size * PARTS] * BATCHES),
        },
        "stock_item": {**line, "location_id": 100 + shop, "sure": True},
    }


def build(where: Place, engine: str, packs: int) -> Database:
    """The little plant with so many packs, and the rows of all but the largest."""
    database = where.database(engine, f"curve{packs}")
    log = scans.open_scans(database.url) if database.is_sqlite else database
    migrations.upgrade(database, log)
    with database.reading() as session:
        made = sa.text("SELECT id FROM location WHERE code = 'made'")
        tables = events(packs, session.execute(made).scalar_one())
    load(database, tables)
    assert ours(database) == packs
    if packs <= MOST_ROWS:
        rows.add_items(database, list(range(1, BATCHES + 1)), packs)
        assert rows.scope_joined(database, SPICE) == packs
    return database


def time_all(where: Place, engine: str) -> tuple[Series, Series]:
    """Seconds of the scope by number of packs, and of the same over rows."""
    plants = {packs: build(where, engine, packs) for packs in SIZES}
    lines = in_turn({n: partial(ours, plants[n]) for n in SIZES}, 31)
    others: dict[int, float] = {}
    for packs in filter(lambda packs: packs <= MOST_ROWS, SIZES):
        asked = [rows.scope_joined, rows.scope_listed]
        found = in_turn({ask: partial(ask, plants[packs], SPICE) for ask in asked}, 5)
        others[packs] = min(found.values())
    for database in plants.values():
        database.dispose()
    return list(lines.items()), list(others.items())


def ours(database: Database) -> int:
    with database.reading() as session:
        return compute_scope(session, Criteria((InputLot(SPICE),)), NOW).made


WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 1280, 720, 110, 330, 90, 90
LOW, HIGH = -4, 2
"""Seconds on the vertical axis, as powers of ten."""
WORDS = ("1 k", "10 k", "100 k", "1 M", "10 M", "100 M", "1 billion")
TOLD = dict(zip(SIZES, WORDS, strict=True))
INK, FAINT = "#1f2933", "#d9dfe5"
COLOURS = {"SQLite": "#1d5fbf", "PostgreSQL": "#0e8a7d"}
GREYS = {"SQLite": "#b4462f", "PostgreSQL": "#c98a1b"}


def draw(found: dict[str, tuple[Series, Series]], file: Path) -> None:
    """A picture of both axes in powers of ten, each line named at its end."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(image)
    title = "Time of a recall's scope, with positions and consignees"
    pen.text((LEFT, 24), title, INK, ImageFont.load_default(26))
    small = ImageFont.load_default(19)
    for power in range(LOW, HIGH + 1):
        y = _spot(1, 10.0**power)[1]
        pen.line((LEFT, y, WIDTH - RIGHT, y), FAINT, 1)
        text = f"{10**power} s" if power >= 0 else f"{10 ** (power + 3):g} ms"
        pen.text((LEFT - 12, y), text, INK, small, anchor="rm")
    for packs in SIZES:
        spot = (_spot(packs, 1)[0], HEIGHT - BOTTOM + 14)
        pen.text(spot, TOLD[packs], INK, small, anchor="mt")
    about = "packs; 100 batches and 1,000 shipment lines all along"
    middle = (LEFT + WIDTH - RIGHT) / 2
    pen.text((middle, HEIGHT - BOTTOM + 48), about, INK, small, anchor="mt")
    for kind, colours in enumerate((COLOURS, GREYS)):
        who = ("Lotmark", "a row for every pack")[kind]
        # The slower one's name goes above its end, the other's below: they may touch.
        slow = max(found, key=lambda name: found[name][kind][-1][1])
        for name, series in found.items():
            off = -14 if name == slow else 14
            _line(pen, series[kind], colours[name], f"{who}, {name}", off, small)
    image.save(file, optimize=True)


def _line(
    pen: ImageDraw.ImageDraw,
    series: Series,
    colour: str,
    name: str,
    off: int,
    font: Any,
) -> None:
    spots = [_spot(*one) for one in series]
    pen.line(spots, colour, 4, joint="curve")
    for x, y in spots:
        pen.ellipse((x - 6, y - 6, x + 6, y + 6), colour)
    x, y = spots[-1]
    pen.text((x + 16, y + off), name, colour, font, anchor="lm")


def _spot(packs: int, seconds: float) -> tuple[float, float]:
    across = (math.log10(packs) - 3) / 6 * (WIDTH - LEFT - RIGHT)
    up = (math.log10(seconds) - LOW) / (HIGH - LOW) * (HEIGHT - TOP - BOTTOM)
    return LEFT + across, HEIGHT - BOTTOM - up


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", type=Path)
    found: dict[str, tuple[Series, Series]] = {}
    lines = {packs: [f"{packs:,}"] for packs in SIZES}
    arguments = parser.parse_args()
    with place() as where:
        for engine, name in ENGINES.items():
            found[name] = time_all(where, engine)
            for packs in SIZES:
                both = (dict(series).get(packs) for series in found[name])
                lines[packs] += [told(one) if one else "–" for one in both]
    head = [f"{who}, {name}" for name in found for who in ("Lotmark", "row a pack")]
    table(("packs", *head), [tuple(line) for line in lines.values()])
    draw(found, arguments.picture)


if __name__ == "__main__":
    main()
