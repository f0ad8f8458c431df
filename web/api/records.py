"""What happened on the lines: runs, loads, cleanings, checks, inspections, inputs."""

from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from ...trace.parties.tables import Line, Lot, Site
from ...trace.production.tables import (
    Cleaning,
    EquipmentCycle,
    Inspection,
    LineRun,
    LotInput,
    ProcessCheck,
    RetainedSample,
)
from .master import columns, equal
from .paging import PageQuery, page, page_of
from .room import reads
from .values import AskedId, Code, Shown

TAG = "Records"


class RunOut(Shown):
    """A lot on a line between two changeovers."""

    id: int
    lot_id: int
    lot: str
    line: str
    started_at: datetime
    ended_at: datetime | None
    """Null while it runs."""
    team: str


class OnLineQuery(PageQuery):
    lot_id: AskedId | None = None
    line: Code | None = None
    """Code of the line."""


@reads("/runs", "trace.read", page_of(RunOut), tag=TAG, query=OnLineQuery)
def list_runs(session: Session, query: OnLineQuery) -> Any:
    """Runs of batches on lines."""
    select = sa.select(*columns(LineRun, RunOut, lot=Lot.code, line=Line.code))
    select = select.join(Lot, Lot.id == LineRun.lot_id)
    select = select.join(Line, Line.id == LineRun.line_id)
    return page(
        session, equal(select, query, LineRun, line=Line.code), query, LineRun.id
    )


class CycleOut(Shown):
    """A load of a retort, kettle, chiller or tank."""

    id: int
    site: str
    number: str
    equipment: str
    kind: Literal["retort", "kettle", "chiller", "tank"]
    started_at: datetime
    ended_at: datetime | None
    result: Literal["pass", "fail", "missing"]
    chart: str | None
    """SHA-256 of its chart; `GET /files/{sha256}` gives it."""


class CycleQuery(PageQuery):
    number: Code | None = None
    result: Literal["pass", "fail", "missing"] | None = None


@reads("/cycles", "trace.read", page_of(CycleOut), tag=TAG, query=CycleQuery)
def list_cycles(session: Session, query: CycleQuery) -> Any:
    """Loads of retorts, kettles, chillers and tanks."""
    select = sa.select(*columns(EquipmentCycle, CycleOut, site=Site.code)).join(Site)
    return page(session, equal(select, query, EquipmentCycle), query, EquipmentCycle.id)


class CleaningOut(Shown):
    """A cleaning of a line, or of one equipment at it."""

    id: int
    line: str
    started_at: datetime
    ended_at: datetime
    kind: Literal["dry", "wet", "full", "allergen"]
    result: Literal["pass", "fail"]
    verified_by: str
    equipment: str
    """Empty for the whole line."""
    withdrawn_at: datetime | None
    """When it was withdrawn as recorded by mistake: it ends no suspect time."""
    withdrawn_reason: str
    withdrawn_by: str


class LineQuery(PageQuery):
    line: Code | None = None
    """Code of the line."""


@reads("/cleanings", "trace.read", page_of(CleaningOut), tag=TAG, query=LineQuery)
def list_cleanings(session: Session, query: LineQuery) -> Any:
    """Cleanings of lines."""
    select = sa.select(*columns(Cleaning, CleaningOut, line=Line.code))
    select = select.join(Line, Line.id == Cleaning.line_id)
    return page(
        session, equal(select, query, Cleaning, line=Line.code), query, Cleaning.id
    )


class CheckOut(Shown):
    """A measurement on the line."""

    id: int
    lot_id: int
    lot: str
    line: str
    at: datetime
    kind: Literal["vacuum", "sterilisation", "metal", "weight", "seal", "temperature"]
    value: str
    limits: str
    result: Literal["pass", "fail"]
    corrected_at: datetime | None
    """When what a failed check found was put right, if that is on record."""
    correction: str


class CheckQuery(OnLineQuery):
    result: Literal["pass", "fail"] | None = None


@reads("/checks", "trace.read", page_of(CheckOut), tag=TAG, query=CheckQuery)
def list_checks(session: Session, query: CheckQuery) -> Any:
    """Process checks: vacuum, sterilisation, metal, weight, seal, temperature."""
    select = sa.select(*columns(ProcessCheck, CheckOut, lot=Lot.code, line=Line.code))
    select = select.join(Lot, Lot.id == ProcessCheck.lot_id)
    select = select.join(Line, Line.id == ProcessCheck.line_id)
    return page(
        session,
        equal(select, query, ProcessCheck, line=Line.code),
        query,
        ProcessCheck.id,
    )


class InspectionOut(Shown):
    """What the laboratory says of a lot."""

    id: int
    lot_id: int
    lot: str
    kind: Literal["receiving", "outgoing", "incubation", "retained", "returned"]
    at: datetime
    lab: str
    """Empty for our own."""
    method: str
    findings: list[list[str]]
    """Rows of parameter, limit and value, as on the report."""
    result: Literal["pass", "fail"]
    certificate: str
    report: str | None
    """SHA-256 of the report; `GET /files/{sha256}` gives it."""


class InspectionQuery(PageQuery):
    lot_id: AskedId | None = None
    result: Literal["pass", "fail"] | None = None


@reads(
    "/inspections",
    "trace.read",
    page_of(InspectionOut),
    tag=TAG,
    query=InspectionQuery,
)
def list_inspections(session: Session, query: InspectionQuery) -> Any:
    """Laboratory inspections of lots."""
    select = sa.select(*columns(Inspection, InspectionOut, lot=Lot.code))
    select = select.join(Lot, Lot.id == Inspection.lot_id)
    return page(session, equal(select, query, Inspection), query, Inspection.id)


class SampleOut(Shown):
    """Packs of a batch kept back."""

    id: int
    lot_id: int
    lot: str
    quantity: int
    shelf: str
    kept_at: datetime
    keep_until: date | None
    removed_at: datetime | None
    removed_reason: str


class LotPageQuery(PageQuery):
    lot_id: AskedId | None = None


@reads("/samples", "trace.read", page_of(SampleOut), tag=TAG, query=LotPageQuery)
def list_samples(session: Session, query: LotPageQuery) -> Any:
    """Retained samples."""
    select = sa.select(*columns(RetainedSample, SampleOut, lot=Lot.code))
    select = select.join(Lot, Lot.id == RetainedSample.lot_id)
    return page(session, equal(select, query, RetainedSample), query, RetainedSample.id)


class InputOut(Shown):
    """Some of one lot went into another."""

    id: int
    input_id: int
    input_lot: str
    output_id: int
    output_lot: str
    kind: Literal["consumption", "rework", "repack"]
    quantity: int
    """In the base unit of the input."""
    at: datetime
    reason: str
    approved_by: str
    old_items: str
    """Of repacked packs: which of the input …"""
    new_items: str
    """… became which of the output; empty where nobody scanned them."""


class InputQuery(PageQuery):
    input_id: AskedId | None = None
    output_id: AskedId | None = None
    kind: Literal["consumption", "rework", "repack"] | None = None


@reads("/inputs", "trace.read", page_of(InputOut), tag=TAG, query=InputQuery)
def list_inputs(session: Session, query: InputQuery) -> Any:
    """Consumption, rework and repacking: the edges of the genealogy."""
    source, target = aliased(Lot), aliased(Lot)
    named = {"input_lot": source.code, "output_lot": target.code}
    select = sa.select(*columns(LotInput, InputOut, **named))
    select = select.join(source, source.id == LotInput.input_id)
    select = select.join(target, target.id == LotInput.output_id)
    return page(session, equal(select, query, LotInput), query, LotInput.id)
