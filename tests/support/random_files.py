"""Small random plants as files for the importer, at mixed tracking grades."""

import csv
import io
from collections.abc import Mapping
from datetime import datetime, timedelta

from hypothesis import strategies as st
from plant_files import BASE

from lotmark.trace.exchange.reading import File
from lotmark.trace.identity.gs1 import Sscc

START = datetime.fromisoformat("2026-11-12T06:00")
"""At the plant; everything that moves does so later, a minute apart at least."""
GRADES = ("quantity", "case", "item")
SHOPS = ("C1", "C2")

Rows = list[dict[str, object]]


class _Plant:
    """Rows under way; ``clock`` only goes forward."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.clock = START
        self.made: dict[str, tuple[str, int]] = {}
        """Batch to grade and packs."""
        self.scanned: dict[str, int] = {}
        """Batch to the first item that no case or row has named yet."""
        self.left: dict[str, int] = {}
        self.rows: dict[str, Rows] = {
            name: []
            for name in (
                "lots",
                "batches",
                "runs",
                "cycles",
                "cleanings",
                "checks",
                "consumption",
                "cases",
                "shipments",
                "movements",
            )
        }

    def number(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))

    def one_of(self, *things: str) -> str:
        return self.draw(st.sampled_from(things))

    def moment(self) -> str:
        """A little later, sometimes at the same moment, sometimes with seconds."""
        self.clock += timedelta(seconds=self.draw(st.sampled_from((0, 60, 61, 7_200))))
        return self.clock.isoformat(sep=" ")


@st.composite
def plants(draw: st.DrawFn) -> list[File]:
    """Ingredients, batches of every grade, and what became of them."""
    plant = _Plant(draw)
    for number in range(plant.number(1, 3)):
        _buy(plant, number)
    for number in range(plant.number(2, 4)):
        _make(plant, number)
    _line_work(plant)
    for _ in range(plant.number(1, 5)):
        _use(plant)
    for number in range(plant.number(0, 3)):
        _pack(plant, number)
    for number in range(plant.number(2, 8)):
        step = plant.draw(st.sampled_from((_ship, _ship, _move, _give_back)))
        step(plant, number)
    return _files(plant)


def _buy(plant: _Plant, number: int) -> None:
    plant.rows["lots"].append(
        {
            "article": plant.one_of("BEEF", "SOY"),
            "lot": f"00{number}",
            "supplier": plant.one_of("S1", "S2"),
            "received_on": "2026-11-01",
            "expires_on": "2027-10-20",
            "quantity": f"{plant.number(10, 900)}.{plant.number(0, 999_999):06}",
            "place": "RM1",
        }
    )
    bought = plant.rows["lots"][-1]
    bought["unit"] = "kg" if bought["article"] == "BEEF" else "l"


def _make(plant: _Plant, number: int) -> None:
    grade = plant.one_of(*GRADES)
    packs = plant.number(0 if number else 20, 200)
    code = f"P-{number}"
    plant.rows["batches"].append(
        {
            "article": plant.one_of("PACK", "TRAY"),
            "lot": code,
            "site": "YL1",
            "line": plant.one_of("L1", "L2"),
            "produced_on": "2026-11-11",
            "quantity": packs,
            "place": plant.one_of("FG1", "YL1/L1") if packs else "",
            "grade": grade,
            "coded": "yes" if grade != "quantity" else plant.one_of("yes", "no"),
            "status": "released",
            "certificate": plant.one_of("=C-1", "'C-2", "-3", "C,4"),
            "planned": packs or 1000,
        }
    )
    if packs:
        plant.made[code] = grade, packs
        plant.scanned[code] = 0
        plant.left[code] = packs


def _line_work(plant: _Plant) -> None:
    for number, batch in enumerate(plant.rows["batches"]):
        start = START + timedelta(hours=3 * number)
        end = start + timedelta(hours=2, seconds=plant.number(0, 59))
        line = f"YL1/{batch['line']}"
        plant.rows["runs"].append(
            {
                "lot": batch["lot"],
                "line": line,
                "start": start,
                "end": end,
                "team": "甲",
            }
        )
        plant.rows["checks"].append(
            {
                "lot": batch["lot"],
                "line": line,
                "at": start,
                "kind": "vacuum",
                "value": plant.one_of("−0.09 MPa", "+1", "@x"),
                "result": plant.one_of("pass", "fail"),
            }
        )
        if plant.number(0, 1):
            plant.rows["cleanings"].append(
                {
                    "line": line,
                    "start": end,
                    "end": end + timedelta(minutes=20),
                    "kind": "full",
                    "result": plant.one_of("pass", "fail"),
                }
            )
        plant.rows["cycles"].append(
            {
                "site": "YL1",
                "equipment": "R1",
                "kind": "retort",
                "number": f"R1-{number // 2}",
                "start": START,
                "end": "",
                "result": "missing",
                "lot": batch["lot"],
                "quantity": plant.number(1, 50),
            }
        )


def _use(plant: _Plant) -> None:
    """An ingredient goes into a batch, or rework of one batch into another."""
    output = plant.draw(st.sampled_from(plant.rows["batches"]))
    if plant.number(0, 3) or not plant.made:
        bought = plant.draw(st.sampled_from(plant.rows["lots"]))
        used = {
            "input_article": bought["article"],
            "input_lot": bought["lot"],
            "supplier": bought["supplier"],
            "quantity": plant.number(1, 4),
            "unit": bought["unit"],
            "place": "RM1",
        }
    else:
        batch = plant.draw(st.sampled_from(plant.rows["batches"]))
        if batch is output or batch["lot"] not in plant.made:
            return
        count = plant.number(1, 3)
        plant.left[str(batch["lot"])] -= count
        used = {
            "input_article": batch["article"],
            "input_lot": batch["lot"],
            "quantity": count,
            "kind": plant.one_of("rework", "repack"),
            "place": batch["place"],
        }
    plant.rows["consumption"].append(
        {"output_lot": output["lot"], "output_article": output["article"], **used}
        | {"at": plant.moment()}
    )


def _pack(plant: _Plant, number: int) -> None:
    """A case, perhaps of two batches, on a pallet."""
    sscc, pallet = _sscc(number), _sscc(100 + number)
    parent = pallet if plant.number(0, 1) else ""
    plant.rows["cases"].append({"sscc": pallet})
    batches = st.lists(st.sampled_from(sorted(plant.made)), max_size=2, unique=True)
    for code in plant.draw(batches):
        count = plant.number(2, 8)
        grade, packs = plant.made[code]
        row: dict[str, object] = {"sscc": sscc, "parent": parent, "lot": code}
        first = plant.scanned[code]
        if grade != "quantity" and first + count <= packs:
            row["items"] = f"{first}-{first + count - 2},{first + count - 1}"
            plant.scanned[code] = first + count
        else:
            row["quantity"] = count
        plant.rows["cases"].append(row)


def _ship(plant: _Plant, number: int) -> None:
    code, how = _some(plant)
    if not code:
        return
    batch = _batch(plant, code)
    shop = plant.one_of(*SHOPS)
    shipped = plant.moment()
    delivered = plant.moment() if plant.number(0, 1) else ""
    if delivered == shipped:
        delivered = ""
    plant.rows["shipments"].append(
        {
            "number": f"FH-{number}",
            "consignee": shop,
            "carrier": "货运",
            "shipped_at": shipped,
            "delivered_at": delivered,
            "lot": code,
            "article": batch["article"],
            "place": batch["place"],
            **how,
        }
    )


def _move(plant: _Plant, number: int) -> None:
    code, how = _some(plant)
    if code:
        batch = _batch(plant, code)
        to = plant.one_of("sample", "QZ1", "RT1", "lost", "consumed")
        _moved(plant, number, code, batch["place"], to, how)


def _give_back(plant: _Plant, number: int) -> None:
    """Goods come back from a shop; more of a batch of no grade is made."""
    sent = [row for row in plant.rows["shipments"] if row["delivered_at"]]
    if sent and plant.number(0, 1):
        row = plant.draw(st.sampled_from(sent))
        names = ("quantity", "items")
        how = {name: row[name] for name in names if name in row}
        _moved(plant, number, str(row["lot"]), row["consignee"], "RT1", how)
    for code, (grade, _) in plant.made.items():
        batch = _batch(plant, code)
        if grade == "quantity" and batch["coded"] == "no" and plant.number(0, 1):
            _moved(plant, number, code, "made", batch["place"], {"quantity": 5})


def _moved(
    plant: _Plant,
    number: int,
    code: str,
    source: object,
    target: object,
    how: Mapping[str, object],
) -> None:
    plant.rows["movements"].append(
        {
            "document": f"DB-{number}",
            "lot": code,
            "article": _batch(plant, code)["article"],
            "from": source,
            "to": target,
            "at": plant.moment(),
            "reason": plant.one_of("", "调拨", "=1+1"),
            **how,
        }
    )


def _some(plant: _Plant) -> tuple[str, dict[str, object]]:
    """Some packs of a batch, scanned or not; no batch when too few are left."""
    if not plant.made:
        return "", {}
    code = plant.draw(st.sampled_from(sorted(plant.made)))
    count = plant.number(1, 9)
    grade, packs = plant.made[code]
    first = plant.scanned[code]
    if plant.left[code] < count:
        return "", {}
    plant.left[code] -= count
    if grade == "item" and first + count <= packs and plant.number(0, 2):
        plant.scanned[code] = first + count
        return code, {"items": f"{first}-{first + count - 1}"}
    return code, {"quantity": count}


def _batch(plant: _Plant, code: str) -> dict[str, object]:
    return next(row for row in plant.rows["batches"] if row["lot"] == code)


def _sscc(number: int) -> str:
    return Sscc.build("9506000", number).digits


def _files(plant: _Plant) -> list[File]:
    kept = ("sites.csv", "lines.csv", "places.csv", "partners.csv", "articles.csv")
    files: list[File] = [(name, BASE[name].encode()) for name in kept]
    for name, rows in plant.rows.items():
        if rows:
            header = list(dict.fromkeys(key for row in rows for key in row))
            out = io.StringIO()
            writer = csv.DictWriter(out, header, restval="")
            writer.writeheader()
            writer.writerows(rows)
            files.append((f"{name}.csv", out.getvalue().encode()))
    return files
