"""What goes into a batch, what is kept of it, and what the laboratory says."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from ...trace.identity.items import ItemSet
from ...trace.parties.lots import find_place
from ...trace.people import Actor
from ...trace.production.consumption import use_lot
from ...trace.production.inspections import Finding, record_inspection
from ...trace.production.samples import keep_sample, remove_sample
from ..uploads import Upload
from .lots import find_lot
from .much import PlacedIn, items_named
from .papers import Content, read_content
from .records import TAG, InputOut, InspectionOut, SampleOut
from .room import writes
from .values import Code, Id, Items, Line, Moment, Quantity, Reason, Told


class InputIn(Told):
    """Some of a lot that went into a batch."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "input_id": 9,
                    "output_id": 17,
                    "place": "RM1",
                    "quantity": 250000000,
                }
            ]
        }
    )

    input_id: Id
    """The lot that was used."""
    output_id: Id
    """The batch it went into."""
    place: Code
    """Code of the place it was taken from."""
    quantity: Quantity
    """In the base unit of the input."""
    at: Moment | None = None
    """Now when left out."""
    kind: Literal["consumption", "rework", "repack"] = "consumption"
    """Rework and repacking take `rework.approve`, and so a person’s own key."""
    reason: Line = ""
    """Needed for rework and repacking."""
    old_items: Items | None = None
    """Which packs of the input were repacked …"""
    new_items: Items | None = None
    """… and which packs of the batch they became."""


@writes("/inputs", None, InputIn, InputOut, tag=TAG)
def post_inputs(session: Session, body: InputIn, actor: Actor, now: datetime) -> Any:
    """Record consumption, rework or repacking: some of a lot went into a batch.

    Right: `batch.finish`; for rework and repacking `rework.approve`.
    """
    plain = body.kind == "consumption"
    actor.require("batch.finish" if plain else "rework.approve")
    used = find_lot(session, body.input_id)
    made = find_lot(session, body.output_id)
    edge = use_lot(
        session,
        used.id,
        made.id,
        place_id=find_place(session, body.place).id,
        quantity=body.quantity,
        at=body.at or now,
        kind=body.kind,
        reason=body.reason,
        actor=actor,
        now=now,
        old=ItemSet.parse(body.old_items) if body.old_items else None,
        new=ItemSet.parse(body.new_items) if body.new_items else None,
    )
    return _shown(edge, InputOut, input_lot=used.code, output_lot=made.code)


class SampleIn(PlacedIn):
    """Packs taken to be kept, and the place they were taken from."""

    shelf: Annotated[Line, Field(min_length=1)]
    """Where they stand now."""


@writes("/samples", "sample.keep", SampleIn, SampleOut, tag=TAG)
def post_samples(session: Session, body: SampleIn, actor: Actor, now: datetime) -> Any:
    """Record packs kept back as samples; they move to the sample place."""
    sample = keep_sample(
        session,
        body.lot_id,
        place_id=find_place(session, body.place).id,
        quantity=body.quantity,
        items=items_named(session, body),
        shelf=body.shelf,
        actor=actor,
        now=now,
    )
    return _shown(sample, SampleOut, lot=find_lot(session, body.lot_id).code)


class RemovalIn(Told):
    """Why a sample is no longer kept."""

    reason: Reason


@writes(
    "/samples/<int:sample_id>/remove",
    "sample.keep",
    RemovalIn,
    SampleOut,
    tag=TAG,
    status=200,
)
def remove_kept(
    session: Session, body: RemovalIn, sample_id: int, actor: Actor, now: datetime
) -> Any:
    """A kept sample was used up in a test, or its time is over: it is destroyed."""
    sample = remove_sample(session, sample_id, body.reason, actor, now)
    return _shown(sample, SampleOut, lot=find_lot(session, sample.lot_id).code)


class FindingIn(Told):
    """A line of the report."""

    parameter: Line
    limit: Line
    value: Line


class InspectionIn(Told):
    """What a laboratory says of a lot."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "lot_id": 17,
                    "kind": "outgoing",
                    "result": "pass",
                    "certificate": "JY-26-0312",
                    "findings": [
                        {"parameter": "菌落总数", "limit": "≤ 10^4", "value": "80"}
                    ],
                }
            ]
        }
    )

    lot_id: Id
    kind: Literal["receiving", "outgoing", "incubation", "retained", "returned"]
    result: Literal["pass", "fail"]
    at: Moment | None = None
    """Now when left out."""
    lab: Line = ""
    """Empty for our own."""
    method: Line = ""
    findings: list[FindingIn] = Field(default_factory=list, max_length=60)
    certificate: Line = ""
    content: Content | None = None
    """The report."""


def _report_of(body: InspectionIn) -> dict[str, Any]:
    return {"upload": read_content(body.content)}


@writes(
    "/inspections",
    "inspection.record",
    InspectionIn,
    InspectionOut,
    tag=TAG,
    before=_report_of,
)
def post_inspections(
    session: Session,
    body: InspectionIn,
    upload: Upload | None,
    actor: Actor,
    now: datetime,
) -> Any:
    """Record an inspection; a person releases the batch."""
    inspection = record_inspection(
        session,
        body.lot_id,
        kind=body.kind,
        result=body.result,
        at=body.at or now,
        lab=body.lab,
        method=body.method,
        findings=[
            Finding(one.parameter, one.limit, one.value) for one in body.findings
        ],
        certificate=body.certificate,
        report=upload.keep(session, now) if upload else None,
        actor=actor,
        now=now,
    )
    return _shown(inspection, InspectionOut, lot=find_lot(session, body.lot_id).code)


def _shown(row: Any, answer: type[Any], **more: str) -> dict[str, Any]:
    """A row as answers show it, with the names of what it points at."""
    names = set(answer.model_fields) - set(more)
    return {name: getattr(row, name) for name in names} | more
