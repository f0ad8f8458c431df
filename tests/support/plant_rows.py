"""The rows of a small random plant."""

from plant_plans import (
    BEGUN,
    CYCLES,
    EMPTIED,
    EQUIPMENT,
    ITEMS,
    SHIPPED,
    START,
    WASHABLE,
    Plan,
    at,
    day,
)

Row = dict[str, object]


def site_row() -> Row:
    return {"code": "QD", "name": "青岛厂", "name_en": "Qingdao plant"}


def article_row(kind: str) -> Row:
    unit = "piece" if kind == "product" else "mg"
    return {
        "code": f"A-{kind}",
        "kind": kind,
        "name": kind,
        "name_en": kind,
        "base_unit": unit,
    }


def partner_row(code: str, kind: str) -> Row:
    return {"code": code, "kind": kind, "name": code, "name_en": code}


def place_row(code: str, shop: int) -> Row:
    kind = {"W1": "warehouse", "C01": "consignee", "C01/T": "transit"}[code]
    return {
        "code": code,
        "kind": kind,
        "name": code,
        "name_en": code,
        "partner_id": None if kind == "warehouse" else shop,
    }


def line_row(number: int, site: int, plan: Plan) -> Row:
    return {
        "site_id": site,
        "code": f"L{number}",
        "name": "",
        "name_en": "",
        "labels_at_packing": number in plan.packing,
    }


def lot_row(
    plan: Plan, number: int, article: int, lines: list[int], suppliers: list[int]
) -> Row:
    code = f"B{number}"
    supplier, received = plan.suppliers.get(number, (None, None))
    return {
        "code": code,
        "ai10": code,
        "article_id": article,
        "next_item": ITEMS,
        "origin": "" if supplier is None else f"S{supplier}",
        "supplier_id": None if supplier is None else suppliers[supplier],
        "received_on": None if received is None else day(received),
        "produced_on": day(plan.days[number]) if number in plan.days else None,
        "line_id": lines[plan.homes[number]] if number in plan.homes else None,
        "artwork": plan.artworks.get(number, ""),
        **(
            {"status": "released", "status_since": at(plan.released[number])}
            if number in plan.released
            else {}
        ),
    }


def cycle_row(number: int, site: int) -> Row:
    return {
        "site_id": site,
        "number": f"R1-{number}",
        "equipment": EQUIPMENT[number],
        "kind": CYCLES[number],
        "started_at": at(BEGUN[number]),
        "ended_at": None if (end := EMPTIED[number]) is None else at(end),
        "result": "pass",
    }


def ship_row(number: int, site: int, shop: int) -> Row:
    return {
        "number": f"SH-{number}",
        "site_id": site,
        "consignee_id": shop,
        "shipped_at": at(SHIPPED[number]),
    }


def left_rows(plan: Plan, shipments: list[int], articles: list[int]) -> list[Row]:
    return [
        {
            "shipment_id": shipments[shipment],
            "article_id": articles[article],
            "quantity": 1,
        }
        for shipment, article in plan.left
    ]


def cleaning_rows(plan: Plan, lines: list[int]) -> list[Row]:
    return [
        {
            "line_id": lines[line],
            "started_at": at(start),
            "ended_at": at(end),
            "kind": kind,
            **_cleaned(result, end),
        }
        for line, start, end, kind, result in plan.cleanings
    ]


def _cleaned(result: str, end: int) -> Row:
    """What a cleaning found; one that was withdrawn was recorded as passed."""
    withdrawn = result == "withdrawn"
    return {
        "result": "pass" if withdrawn else result,
        "withdrawn_at": at(end) if withdrawn else None,
        "withdrawn_reason": "a slip" if withdrawn else "",
    }


def washed_rows(plan: Plan, lines: list[int]) -> list[Row]:
    return [
        {
            "line_id": lines[0],
            "equipment": WASHABLE[which],
            "started_at": at(start),
            "ended_at": at(end),
            "kind": kind,
            **_cleaned(result, end),
        }
        for which, start, end, kind, result in plan.washed
    ]


def check_rows(plan: Plan, lots: list[int], lines: list[int]) -> list[Row]:
    return [
        {
            "lot_id": lots[0],
            "line_id": lines[line],
            "at": at(hour),
            "kind": kind,
            "result": result,
            "corrected_at": None if corrected is None else at(corrected),
        }
        for line, hour, kind, result, corrected in plan.checks
    ]


def stop_rows(plan: Plan, lines: list[int], checks: list[int]) -> list[Row]:
    return [
        {
            "line_id": lines[line],
            "started_at": at(start),
            "ended_at": None if end is None else at(end),
            "rectified_at": None if check is None else at(start),
            "check_id": None if check is None else checks[check],
            "reason": "整改",
        }
        for line, start, end, check in plan.stops
    ]


def unit_rows(level: str, count: int) -> list[Row]:
    first = {"case": 1, "pallet": 101}[level]
    return [{"sscc": f"{first + n:018}", "level": level} for n in range(count)]


def content_rows(plan: Plan, cases: list[int], lots: list[int]) -> list[Row]:
    return [
        {
            "unit_id": cases[case],
            "lot_id": lots[lot],
            "quantity": 1,
            "packed_at": None if start is None else at(start),
            "removed_at": None if end is None else at(end),
        }
        for case, lot, start, end in plan.packed
    ]


def stay_rows(plan: Plan, cases: list[int], pallets: list[int]) -> list[Row]:
    return [
        {
            "unit_id": cases[case],
            "parent_id": pallets[pallet],
            "since": None if start is None else at(start),
            "until": None if end is None else at(end),
        }
        for case, pallet, start, end in plan.stays
    ]


def complaint_rows(plan: Plan, lots: list[int]) -> list[Row]:
    return [
        {
            "number": f"KS-{number}",
            "token": f"token {number}",
            "request_key": f"key {number}",
            "kind": "swollen",
            "severity": "health",
            "channel": "qr",
            "lot_id": lots[lot],
            "reported_at": START,
        }
        for number, lot in enumerate(plan.complaints)
    ]


def segment_rows(plan: Plan, lots: list[int]) -> list[Row]:
    applied = [
        (lot, "applied", *segment)
        for lot, segments in plan.applied.items()
        for segment in segments
    ]
    voided = [(lot, "voided", lo, hi, 0, 0) for lot, (lo, hi) in plan.voided.items()]
    return [
        {
            "lot_id": lots[lot],
            "kind": kind,
            "lo": lo,
            "hi": hi,
            "t0": at(start),
            "t1": at(end),
            "actor": "li",
        }
        for lot, kind, lo, hi, start, end in applied + voided
    ]


def move_row(
    lot: int,
    source: int,
    target: int,
    hour: int,
    items: tuple[int, int] | None = None,
) -> Row:
    return {
        "document": "S",
        "lot_id": lot,
        "from_id": source,
        "to_id": target,
        "quantity": 1 if items is None else items[1] - items[0],
        "lo": items and items[0],
        "hi": items and items[1],
        "at": at(hour),
        "recorded_at": START,
        "actor": "li",
        "shipment_id": None,
    }
