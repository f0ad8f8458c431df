"""What people add to a lot's record: inspections, samples, papers, charts, labels."""

from datetime import datetime

from flask import request, send_file
from flask.typing import ResponseReturnValue

from ...trace import files
from ...trace.db import Session
from ...trace.errors import LotmarkError
from ...trace.parties.lots import find_lot, find_place
from ...trace.production import inspections, papers
from ...trace.production.consumption import use_lot
from ...trace.production.cycles import file_chart
from ...trace.production.inspections import Finding, record_inspection
from ...trace.production.items import report_missing, void_items
from ...trace.production.label_balance import label_balance
from ...trace.production.label_counts import countersign_count, last_count
from ...trace.production.papers import add_paper, find_file
from ...trace.production.samples import keep_sample, remove_sample
from ..current import actor, house
from ..forms import choice_field, moment_field, number_field, text_field
from ..uploads import Upload, read_upload
from .fields import amount_field, scanned_field, span_field
from .lot_page import MOST_REASON, find, refused, take
from .room import room

MOST_LINE = 200
MOST_PACKS = 100_000
MOST_ID = 2**53


@room.post("/quality/lots/<int:lot_id>/inspections")
def inspect(lot_id: int) -> ResponseReturnValue:
    actor().require("inspection.record")

    def step(session: Session, now: datetime) -> None:
        record_inspection(
            session,
            lot_id,
            kind=choice_field("kind", inspections.KINDS[find(session, lot_id).own]),
            result=choice_field("result", inspections.RESULTS),
            at=moment_field("at"),
            lab=text_field("lab", MOST_LINE),
            method=text_field("method", MOST_LINE),
            findings=_findings(),
            certificate=text_field("certificate", MOST_LINE),
            report=report.keep(session, now) if report else None,
            actor=actor(),
            now=now,
        )

    try:
        report = read_upload("report")
    except LotmarkError as error:
        return refused(lot_id, error)
    return take(lot_id, step, "h-inspections")


@room.post("/quality/lots/<int:lot_id>/samples")
def sample(lot_id: int) -> ResponseReturnValue:
    actor().require("sample.keep")

    def step(session: Session, now: datetime) -> None:
        items = scanned_field(session, find(session, lot_id), "codes")
        keep_sample(
            session,
            lot_id,
            place_id=number_field("place", 1, MOST_ID),
            quantity=None if items else number_field("quantity", 1, MOST_PACKS),
            items=items,
            shelf=text_field("shelf", MOST_LINE, required=True),
            actor=actor(),
            now=now,
        )

    return take(lot_id, step, "h-samples")


@room.post("/quality/lots/<int:lot_id>/samples/<int:sample_id>/remove")
def take_sample(lot_id: int, sample_id: int) -> ResponseReturnValue:
    actor().require("sample.keep")

    def step(session: Session, now: datetime) -> None:
        why = text_field("why", MOST_REASON, required=True)
        remove_sample(session, sample_id, why, actor(), now)

    return take(lot_id, step, "h-samples")


@room.post("/quality/lots/<int:lot_id>/papers")
def paper(lot_id: int) -> ResponseReturnValue:
    actor().require("paper.add")

    def step(session: Session, now: datetime) -> None:
        add_paper(
            session,
            lot_id,
            kind=choice_field("paper", papers.KINDS),
            number=text_field("number", MOST_LINE),
            file=scan.keep(session, now) if scan else None,
            actor=actor(),
            now=now,
        )

    try:
        scan = read_upload("scan")
    except LotmarkError as error:
        return refused(lot_id, error)
    return take(lot_id, step, "h-papers")


@room.post("/quality/lots/<int:lot_id>/cycles/<int:cycle_id>/chart")
def chart(lot_id: int, cycle_id: int) -> ResponseReturnValue:
    actor().require("inspection.record")
    sent: Upload | None = None

    def step(session: Session, now: datetime) -> None:
        assert sent is not None  # noqa: S101 - it is required
        result = choice_field("shows", inspections.RESULTS)
        name = sent.keep(session, now)
        file_chart(session, cycle_id, name, result, actor(), now)

    try:
        sent = read_upload("chart", required=True)
    except LotmarkError as error:
        return refused(lot_id, error)
    return take(lot_id, step, "h-cycles")


@room.post("/quality/lots/<int:lot_id>/void")
def void(lot_id: int) -> ResponseReturnValue:
    actor().require("labels.void")

    def step(session: Session, now: datetime) -> None:
        items = span_field(session, find(session, lot_id))
        why = text_field("why", MOST_REASON, required=True)
        void_items(session, lot_id, items, why, actor(), now)

    return take(lot_id, step, "h-labels")


@room.post("/quality/lots/<int:lot_id>/missing")
def missing(lot_id: int) -> ResponseReturnValue:
    """The open labels cannot be found: many of them only QA may report."""
    if not actor().may("batch.release"):
        actor().require("labels.void")

    def step(session: Session, now: datetime) -> None:
        why = text_field("why", MOST_REASON, required=True)
        items = label_balance(session, lot_id).open
        report_missing(session, lot_id, items, why, actor(), now)

    return take(lot_id, step, "h-labels")


@room.post("/quality/lots/<int:lot_id>/count")
def count(lot_id: int) -> ResponseReturnValue:
    """QA signs a count with more labels missing than a line leader may sign for."""
    actor().require("batch.release")

    def step(session: Session, now: datetime) -> None:
        signed = last_count(session, lot_id)
        countersign_count(session, signed.id if signed else 0, actor(), now)

    return take(lot_id, step, "h-labels")


@room.post("/quality/lots/<int:lot_id>/use")
def use(lot_id: int) -> ResponseReturnValue:
    """Some of another lot went into this batch."""
    actor().require("batch.finish")
    return _use(lot_id, "consumption")


@room.post("/quality/lots/<int:lot_id>/rework")
def rework(lot_id: int) -> ResponseReturnValue:
    """Packs of another batch are worked into this one; QA allows it."""
    actor().require("rework.approve")
    return _use(lot_id, "rework")


@room.post("/quality/lots/<int:lot_id>/repack")
def repack(lot_id: int) -> ResponseReturnValue:
    """Packs of another batch were opened and packed again as packs of this one."""
    actor().require("rework.approve")
    return _use(lot_id, "repack")


@room.get("/quality/files/<sha256>")
def file(sha256: str) -> ResponseReturnValue:
    """A report, paper or chart; other stored files are not shown here."""
    with house().plant.reading() as session:
        media_type = find_file(session, sha256).media_type
    path = files.path_of(house().settings.files, sha256).resolve()
    return send_file(path, mimetype=media_type, max_age=0)


def _use(lot_id: int, kind: str) -> ResponseReturnValue:
    def step(session: Session, now: datetime) -> None:
        used = find_lot(session, text_field("input_lot", MOST_LINE, required=True))
        place = text_field("from", MOST_LINE, required=True)
        old = scanned_field(session, used, "old")
        new = scanned_field(session, find(session, lot_id), "new")
        counted = old.count if old and not request.form.get("amount") else None
        use_lot(
            session,
            used.id,
            lot_id,
            place_id=find_place(session, place).id,
            quantity=counted or amount_field("amount", used.article),
            at=moment_field("at"),
            kind=kind,
            reason=text_field("why", MOST_REASON),
            actor=actor(),
            now=now,
            old=old,
            new=new,
        )

    return take(lot_id, step, "h-inputs")


def _findings() -> list[Finding]:
    names = ("parameter", "limit", "value")
    columns = [request.form.getlist(name) for name in names]
    rows = zip(*columns, strict=False)
    return [Finding(*(text[: MOST_LINE + 1] for text in row)) for row in rows]
