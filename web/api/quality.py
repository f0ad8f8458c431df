"""What goes into a batch, what is kept of it, and what the laboratory says."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from ...trace.identity.items import ItemSet
from ...trace.parties.lots import find_place
from ...trace.people import Actor
from ...trace.production.consumption import use_lot
from ...trace.production.inspections import Finding, record_inspection
from ...trace.production.samples import keep_sample
from .lots import find_lot
from .records import TAG, InputOut, InspectionOut, SampleOut
from .room import writes
from .values import Code, Id, Items, Line, Moment, Quantity, Told


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


@writes("/inputs", "batch.finish", InputIn, InputOut, tag=TAG)
def post_inputs(session: Session, body: InputIn, actor: Actor, now: datetime) -> Any:
    """Record consumption: some of a lot went into a batch.

    Rework and repacking need a person's approval, so no key can record them.
    """
    used = find_lot(session, body.input_id)
    made = find_lot(session, body.output_id)
    edge = use_lot(
        session,
        used.id,
        made.id,
        place_id=find_place(session, body.place).id,
        quantity=body.quantity,
        at=body.at or now,
        actor=actor,
        now=now,
    )
    return _shown(edge, InputOut, input_lot=used.code, output_lot=made.code)


class SampleIn(Told):
    """Packs taken to be kept."""

    lot_id: Id
    place: Code
    """Code of the place they were taken from."""
    quantity: Quantity | None = None
    items: Items | None = None
    """Which items, where they were scanned."""
    shelf: Annotated[Line, Field(min_length=1)]
    """Where they stand now."""

    @model_validator(mode="after")
    def says_how_much(self) -> "SampleIn":
        if (self.quantity is None) == (self.items is None):
            raise ValueError("give a quantity or items, one of the two")
        return self


@writes("/samples", "sample.keep", SampleIn, SampleOut, tag=TAG)
def post_samples(session: Session, body: SampleIn, actor: Actor, now: datetime) -> Any:
    """Record packs kept back as samples; they move to the sample place."""
    sample = keep_sample(
        session,
        body.lot_id,
        place_id=find_place(session, body.place).id,
        quantity=body.quantity,
        items=ItemSet.parse(body.items) if body.items else None,
        shelf=body.shelf,
        actor=actor,
        now=now,
    )
    return _shown(sample, SampleOut, lot=find_lot(session, body.lot_id).code)


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


@writes("/inspections", "inspection.record", InspectionIn, InspectionOut, tag=TAG)
def post_inspections(
    session: Session, body: InspectionIn, actor: Actor, now: datetime
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
        actor=actor,
        now=now,
    )
    return _shown(inspection, InspectionOut, lot=find_lot(session, body.lot_id).code)


def _shown(row: Any, answer: type[Any], **more: str) -> dict[str, Any]:
    """A row as answers show it, with the names of what it points at."""
    names = set(answer.model_fields) - set(more)
    return {name: getattr(row, name) for name in names} | more
