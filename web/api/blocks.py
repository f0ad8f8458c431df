"""Blocks of codes for line machines that work without a network."""

from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from ...labels.jobs.service import spoiled_codes
from ...trace import clock
from ...trace.identity.gs1 import Gtin, LotCode
from ...trace.identity.links import DigitalLink
from ...trace.identity.signing import public_key
from ...trace.identity.tables import CodeBinding, CodeBlock
from ...trace.parties.tables import Lot
from ...trace.people import Actor
from ...trace.production.blocks import (
    LASTS,
    MOST_IN_BLOCK,
    bind_block,
    check_printable,
    codes_of,
    find_block,
    issue_blocks,
    paper_of,
)
from ..current import house
from .items import TAG
from .master import columns, equal
from .paging import PageQuery, page, page_of
from .room import reads, writes
from .values import Asked, Code, Id, Shown, Told

MOST_SHOWN = 10_000


class BlockIn(Told):
    """A block that is wanted."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"device": "L2-coder", "count": 5000}]}
    )

    device: Code
    """Name of the machine that will hold it."""
    count: Annotated[int, Field(strict=True, ge=1, le=MOST_IN_BLOCK)]
    lot_id: Id | None = None
    """The batch, where it is known already."""


class BlockOut(Shown):
    """Codes that a machine holds."""

    id: int
    device: str
    count: int
    issued_at: datetime
    issued_by: str


class BlockGiven(BlockOut):
    """A block with its paper."""

    until: datetime
    """When the shift is over: no codes are to be taken from it any more."""
    paper: str
    """A compact JWS (RFC 7515, EdDSA) that says all this and the SHA-256 of the serials
    in their order. Reports by `places` show it."""


class BlocksOut(Shown):
    """The blocks a machine was given: one, or two at the end of a code series."""

    blocks: list[BlockGiven]


def _sign(session: Session, document: dict[str, Any]) -> dict[str, Any]:
    blocks = [find_block(session, one) for one in document["blocks"]]
    return {"blocks": [_given(session, block) for block in blocks]}


@writes("/blocks", "codes.issue", BlockIn, BlocksOut, tag=TAG, finish=_sign)
def post_blocks(session: Session, body: BlockIn, actor: Actor, now: datetime) -> Any:
    """Give a machine codes of its own, for one shift.

    Send an `Idempotency-Key`: without it a repeated request issues codes again.
    """
    version = house().keys.current.version
    spoiled = spoiled_codes(session, body.lot_id) if body.lot_id else 0
    blocks = issue_blocks(
        session,
        body.device,
        body.count,
        body.lot_id,
        version,
        actor,
        now,
        spoiled=spoiled,
    )
    return {"blocks": [block.id for block in blocks]}


def _given(session: Session, block: CodeBlock) -> dict[str, Any]:
    lot = _lot_of(session, block)
    return {
        **{name: getattr(block, name) for name in BlockOut.model_fields},
        "until": block.issued_at + LASTS,
        "paper": paper_of(house().keys, block, lot.id if lot else None),
    }


@reads("/blocks/<int:block_id>", "codes.issue", BlockGiven, tag=TAG)
def get_block(session: Session, block_id: int) -> Any:
    """A block with its paper, for a machine that lost it."""
    return _given(session, find_block(session, block_id))


class PublicKey(Shown):
    """A key that checks papers: a JWK (RFC 8037)."""

    kty: str
    crv: str
    x: str
    kid: str
    alg: str
    use: str


class PublicKeys(Shown):
    """The keys that check papers of blocks: a JWK set (RFC 7517)."""

    keys: list[PublicKey]


@reads("/blocks/keys", "codes.issue", PublicKeys, tag=TAG)
def list_block_keys(session: Session) -> Any:
    """The keys by which a device checks the paper of its block without a network."""
    return {"keys": [public_key(key) for key in house().keys.keys]}


class BlockQuery(PageQuery):
    device: Code | None = None


@reads("/blocks", "codes.issue", page_of(BlockOut), tag=TAG, query=BlockQuery)
def list_blocks(session: Session, query: BlockQuery) -> Any:
    """Blocks that machines hold."""
    select = sa.select(*columns(CodeBlock, BlockOut)).where(CodeBlock.device != "")
    return page(session, equal(select, query, CodeBlock), query, CodeBlock.id)


class BlockCodesQuery(Asked):
    first: int = Field(0, ge=0, lt=MOST_IN_BLOCK)
    count: int = Field(1000, ge=1, le=MOST_SHOWN)


class BlockCode(Shown):
    """One code of a block."""

    place: int
    """From 0, in the block."""
    serial: str
    url: str


class BlockCodesOut(Shown):
    """Codes of a block."""

    block_id: int
    first: int
    codes: list[BlockCode]


@reads(
    "/blocks/<int:block_id>/codes",
    "codes.issue",
    BlockCodesOut,
    tag=TAG,
    query=BlockCodesQuery,
)
def list_block_codes(session: Session, block_id: int, query: BlockCodesQuery) -> Any:
    """The codes of a block, for the machine that prints them in its shift."""
    block = find_block(session, block_id)
    check_printable(block, clock.now())
    serials = codes_of(house().keys, block, query.first, query.count)
    lot = _lot_of(session, block)
    gtin = Gtin.parse(lot.article.gtin) if lot and lot.article.gtin else None
    ai10 = LotCode.parse(lot.ai10) if lot else None
    base_url = house().settings.base_url
    return {
        "block_id": block.id,
        "first": query.first,
        "codes": [
            {
                "place": place,
                "serial": serial,
                "url": str(DigitalLink.build(base_url, serial, gtin, ai10)),
            }
            for place, serial in enumerate(serials, query.first)
        ],
    }


class BindIn(Told):
    """Which part of a block went onto which batch."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"lot_id": 17, "first": 0, "count": 4200}]}
    )

    lot_id: Id
    first: Annotated[int, Field(strict=True, ge=0, lt=MOST_IN_BLOCK)]
    """Place of the first code in the block."""
    count: Annotated[int, Field(strict=True, ge=1, le=MOST_IN_BLOCK)]


class BoundOut(Shown):
    """The items of the batch that the codes are now."""

    block_id: int
    lot_id: int
    first_item: int
    """Item number of the first code in the batch."""
    count: int


@writes(
    "/blocks/<int:block_id>/bind", "codes.issue", BindIn, BoundOut, tag=TAG, status=200
)
def bind_codes(
    session: Session, body: BindIn, block_id: int, actor: Actor, now: datetime
) -> Any:
    """Say after the fact which codes of a block went onto packs of which batch.

    The batch may be finished by now. The same again changes nothing.
    """
    binding = bind_block(
        session, block_id, body.lot_id, body.first, body.count, actor, now
    )
    return {
        "block_id": block_id,
        "lot_id": binding.lot_id,
        "first_item": binding.lot_lo,
        "count": binding.hi - binding.lo,
    }


def _lot_of(session: Session, block: CodeBlock) -> Lot | None:
    """The batch the whole block was issued for."""
    lot: Lot | None = session.scalar(
        sa.select(Lot)
        .join(CodeBinding, CodeBinding.lot_id == Lot.id)
        .where(
            CodeBinding.series_id == block.series_id,
            CodeBinding.lo <= block.first,
            CodeBinding.hi >= block.first + block.count,
        )
    )
    return lot
