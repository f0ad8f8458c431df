"""Our own places: which there are, and which of them is meant."""

from collections.abc import Collection
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..errors import N_, Conflict, InvalidInput, NotFound
from ..parties.tables import Location, Site
from .places import Place

OWN_KINDS = ("warehouse", "line", "hold", "returns", "quarantine", "sample")
"""Kinds of places in our hands, the usual ones first."""
HOME_ZONE = "Asia/Shanghai"


def own_places(
    session: Session, kinds: Collection[str] = OWN_KINDS
) -> list[tuple[Location, Place]]:
    """Our places of these kinds, in the order of the kinds and then of their codes."""
    rows = session.scalars(
        sa.select(Location).where(Location.kind.in_(sorted(kinds)))
    ).all()
    ranked = sorted(rows, key=lambda row: (OWN_KINDS.index(row.kind), row.code))
    return [(row, place_value(row)) for row in ranked]


def own_place(session: Session, place_id: int) -> Location:
    """A place of ours. Raises NotFound ``place_unknown``, or InvalidInput
    ``place_not_ours`` for a customer's place or one where goods end."""
    place = session.get(Location, place_id)
    if place is None:
        raise NotFound(
            "place_unknown", N_("No place %(place)s is recorded."), place=place_id
        )
    if place.kind not in OWN_KINDS:
        raise InvalidInput(
            "place_not_ours",
            N_(
                "Expected a line, a warehouse or another place of ours, but %(place)s "
                "is none. Choose one of the list."
            ),
            place=place.code,
        )
    return place


def place_of_kind(session: Session, kind: str, site_id: int | None) -> Location:
    """Our place of a kind, at that site where it has one.

    Raises Conflict ``place_missing`` when the plant has none.
    """
    rows = session.scalars(
        sa.select(Location).where(Location.kind == kind).order_by(Location.code)
    ).all()
    if not rows:
        raise Conflict(
            "place_missing",
            N_(
                "The plant has no place of kind %(kind)s yet: add one to the places, "
                "with a sign at its door, then book again."
            ),
            kind=kind,
        )
    return next((row for row in rows if row.site_id == site_id), rows[0])


def day_at(session: Session, site_id: int | None, now: datetime) -> date:
    """The day it is at a site; at home where no site is said."""
    site = session.get(Site, site_id) if site_id else None
    return now.astimezone(ZoneInfo(site.time_zone if site else HOME_ZONE)).date()


def place_value(row: Location) -> Place:
    """A place as the ledger's plain value."""
    return Place(row.id, row.code, row.kind, row.partner_id)
