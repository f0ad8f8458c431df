"""What a line PC needs to print without a network, and what it gives back."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, StringConstraints
from sqlalchemy.orm import Session

from ...labels.jobs.service import specimen
from ...trace.badges import people_at_lines
from ...trace.errors import N_, Conflict
from ...trace.identity.items import ItemSet
from ...trace.people import Actor
from ...trace.production.blocks import find_block, read_paper
from ...trace.production.clearance import confirm_clearance, open_run
from ...trace.production.code_returns import return_codes, returned_items
from ...trace.stock.holds import held_items
from ..current import house
from .items import PAPER, TAG
from .lots import State, find_lot
from .room import reads, writes
from .values import Code, DeviceTime, Items, Shown, Told


class LabelOut(Shown):
    """What every label of a batch says, but for its serial."""

    lot_id: int
    batch_no: str
    status: State
    planned: int | None
    issued: int
    """Codes given out, without those that were given back."""
    holds: list[str]
    """Numbers of the holds in force on it."""
    cleared: bool
    """The line is clear for it, or it runs on none: labels may be printed."""
    url: str
    """In the symbol, up to the serial."""
    product: str
    product_en: str
    net_content: str
    production_date: str
    expiry_date: str
    line_code: str
    picture: str
    """Of the product, as its article names it."""


@reads("/lots/<int:lot_id>/label", "labels.print", LabelOut, tag=TAG)
def get_label(session: Session, lot_id: int) -> Any:
    """What the labels of a batch say, for a machine that draws them itself."""
    lot = find_lot(session, lot_id)
    if not lot.own:
        raise Conflict(
            "lot_not_ours",
            N_("%(lot)s came from a supplier: we print no labels for its packs."),
            lot=lot.code,
        )
    said = specimen(lot, house().settings.base_url)
    held = held_items(session, [lot_id]).get(lot_id)
    run = open_run(session, lot)
    texts = ("product", "product_en", "net_content", "batch_no", "line_code")
    return {
        **{name: getattr(said, name) for name in texts},
        "production_date": said.production_date,
        "expiry_date": said.expiry_date,
        "lot_id": lot.id,
        "status": lot.status,
        "planned": lot.planned,
        "issued": lot.next_item - returned_items(session, lot_id).count,
        "holds": list(held.numbers) if held else [],
        "cleared": run is None or run.cleared_at is not None,
        "url": said.url.removesuffix(said.serial),
        "picture": lot.article.picture,
    }


class ClearanceIn(Told):
    """Somebody at a line PC said that the line is clear."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"by": "li", "at": "2026-11-24T07:41:00Z"}]}
    )

    by: Code
    """Log-in name of who said so."""
    at: DeviceTime | None = None
    """When. A time before the run began, or in the future, is put right."""


class ClearanceOut(Shown):
    """The clearance of a batch's line, as recorded first."""

    lot_id: int
    cleared_by: str
    cleared_at: datetime


@writes(
    "/lots/<int:lot_id>/clearance",
    "batch.open",
    ClearanceIn,
    ClearanceOut,
    tag=TAG,
    status=200,
)
def post_clearance(
    session: Session, body: ClearanceIn, lot_id: int, actor: Actor, now: datetime
) -> Any:
    """Tell that the line was cleared for a batch that runs on it.

    The same again, or somebody else's later, gives the first answer.
    """
    lot = find_lot(session, lot_id)
    run = confirm_clearance(session, lot.id, actor, now, by=body.by, at=body.at)
    return {
        "lot_id": lot.id,
        "cleared_by": run.cleared_by,
        "cleared_at": run.cleared_at,
    }


class OperatorOut(Shown):
    """Somebody who works at lines."""

    login: str
    name: str
    badge: str
    """SHA-256 of the text of their badge; empty without one."""
    rights: list[str]
    """What they may do at a line."""


class OperatorsOut(Shown):
    """Everybody who may print labels."""

    operators: list[OperatorOut]


@reads("/operators", "codes.issue", OperatorsOut, tag=TAG)
def list_operators(session: Session) -> Any:
    """Who may print labels at a line, so that a line PC knows them without a network.

    Badges are told as digests; a PIN never leaves the server.
    """
    found = [
        {
            "login": user.login,
            "name": user.name,
            "badge": badge,
            "rights": sorted(rights),
        }
        for user, rights, badge in people_at_lines(session)
    ]
    return {"operators": found}


class ReturnIn(Told):
    """Codes of a block that were never printed and never will be."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0193a5b0-6c1e-7c3a-9f2e-2b6f0a4d8e12",
                    "device": "L2-station",
                    "places": "4200-4999",
                    "paper": "eyJhbGciOiJFZERTQSJ9.eyJibG9jayI6MTF9.c2ln",
                }
            ]
        }
    )

    id: UUID
    """Made up by the device."""
    device: Code
    places: Items
    """Places in the block."""
    paper: Annotated[str, StringConstraints(max_length=2000, pattern=PAPER)]
    """The signed paper of the block."""


class ReturnOut(Shown):
    """What was given back."""

    id: UUID
    block_id: int
    returned: str
    """Places newly given back."""
    returned_count: int
    received_at: datetime


@writes(
    "/blocks/<int:block_id>/returns",
    "labels.print",
    ReturnIn,
    ReturnOut,
    tag=TAG,
    status=200,
)
def give_back(
    session: Session, body: ReturnIn, block_id: int, actor: Actor, now: datetime
) -> Any:
    """Give back codes of a block that were never printed, after the shift.

    They count no longer against the plan of the batch. The same again changes nothing.
    """
    block = read_paper(session, house().keys, body.paper, body.device)
    if block.id != find_block(session, block_id).id:
        raise Conflict(
            "paper_of_other_block",
            N_(
                "The paper is of block %(paper)s, not of block %(block)s. Send the "
                "paper of that block."
            ),
            paper=block.id,
            block=block_id,
        )
    new = return_codes(session, block, ItemSet.parse(body.places), actor, now)
    return {
        "id": body.id,
        "block_id": block.id,
        "returned": str(new),
        "returned_count": new.count,
        "received_at": now,
    }
