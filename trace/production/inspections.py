"""What the laboratory says of a lot, as it came or before it goes (domain.md §2.2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, InvalidInput
from ..parties.lots import lock_lots
from ..parties.tables import Lot
from ..people import Actor
from ..stock.books import by_ids
from .tables import Inspection
from .told import check_choice, check_past

KINDS = {
    True: ("outgoing", "incubation", "retained", "returned"),
    False: ("receiving", "retained", "returned"),
}
"""What can be inspected: of our own batches (True), of received lots (False)."""
RESULTS = ("pass", "fail")
MOST_FINDINGS, MOST_TEXT = 60, 200


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of the report: what was looked for, its limit, what was found."""

    parameter: str
    limit: str
    value: str


def record_inspection(
    session: Session,
    lot_id: int,
    *,
    kind: str,
    result: str,
    at: datetime,
    lab: str = "",
    method: str = "",
    findings: Sequence[Finding] = (),
    certificate: str = "",
    report: str | None = None,
    actor: Actor,
    now: datetime,
) -> Inspection:
    """Note an inspection of a lot; ``report`` is the name of a stored file.

    Raises Forbidden without ``inspection.record``, InvalidInput for a kind that does
    not fit the lot, a time ahead, or a passed outgoing inspection without certificate.
    """
    actor.require("inspection.record")
    lot = lock_lots(session, [lot_id])[lot_id]
    check_choice(kind, KINDS[lot.own])
    check_choice(result, RESULTS)
    check_past(at, now)
    certificate = certificate.strip()
    if kind == "outgoing" and result == "pass" and not certificate:
        # Food Safety Law art. 51: the record names the certificate
        raise InvalidInput(
            "certificate_missing",
            N_("Expected the number of the inspection certificate."),
        )
    inspection = Inspection(
        lot_id=lot.id,
        kind=kind,
        at=at,
        lab=lab.strip(),
        method=method.strip(),
        findings=_rows(findings),
        result=result,
        certificate=certificate,
        report=report,
        actor=actor.login,
    )
    session.add(inspection)
    told = {"kind": kind, "result": result, "certificate": certificate}
    audit.record(
        session,
        actor.login,
        "inspection.record",
        f"lot:{lot.id}",
        now,
        **told,
        report=report,
    )
    session.flush()
    return inspection


def inspections_of(session: Session, lot_id: int) -> Sequence[Inspection]:
    """The inspections of a lot, in the order they were made."""
    return session.scalars(
        sa.select(Inspection)
        .where(Inspection.lot_id == lot_id)
        .order_by(Inspection.at, Inspection.id)
    ).all()


Result = tuple[datetime, str]
"""When a lot was inspected, and what was said of it."""


def has_failed(session: Session, lot: Lot, at: datetime) -> bool:
    """Whether the last receiving inspection before a moment says the lot is bad."""
    return is_bad(receiving_results(session, [lot.id]).get(lot.id, ()), at)


def is_bad(results: Iterable[Result], at: datetime) -> bool:
    """Whether the last of some results before a moment is a failure."""
    before = [result for result in results if result[0] <= at]
    return bool(before) and max(before, key=lambda result: result[0])[1] == "fail"


def receiving_results(
    session: Session, lot_ids: Iterable[int]
) -> dict[int, list[Result]]:
    """What receiving inspections said, by lot, the last first."""
    select = (
        sa.select(Inspection.lot_id, Inspection.at, Inspection.result)
        .where(Inspection.kind == "receiving")
        .order_by(Inspection.at.desc(), Inspection.id.desc())
    )
    found: dict[int, list[Result]] = {}
    for lot_id, at, result in by_ids(session, select, Inspection.lot_id, lot_ids):
        found.setdefault(lot_id, []).append((at, result))
    return found


def _rows(findings: Sequence[Finding]) -> list[list[str]]:
    rows = [
        [one.parameter.strip(), one.limit.strip(), one.value.strip()]
        for one in findings
    ]
    rows = [row for row in rows if any(row)]
    for row in rows:
        if not row[0] or not row[2] or max(map(len, row)) > MOST_TEXT:
            raise InvalidInput(
                "finding_incomplete",
                N_(
                    "Expected what was tested and what was found in every line, each "
                    "of at most %(most)s characters; found %(found)s."
                ),
                most=MOST_TEXT,
                found=" / ".join(row)[:80],
            )
    if len(rows) > MOST_FINDINGS:
        raise InvalidInput(
            "findings_too_many",
            N_("Expected at most %(most)s lines of findings, got %(found)s."),
            most=MOST_FINDINGS,
            found=len(rows),
        )
    return rows
