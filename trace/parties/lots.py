"""Finding and locking lots: whoever changes a lot's stock, codes or state locks it."""

import unicodedata
from collections.abc import Container, Iterable
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..among import among, plain_rows
from ..errors import N_, Conflict, InvalidInput, NotFound
from .tables import Article, Line, Location, Lot, Site

YEARS = range(2000, 2100)
"""Years a date is believed in: a line PC that lost its clock says 1970."""
MOST_ARTWORK = 40
"""Longest version of an artwork, in characters."""
MOST_WORK_ORDER = 40
"""Longest number of a work order, in characters."""
BATCH_NUMBER_LIMIT = 64
"""Longest batch number, in characters."""
MOST_SLASHES = 8
"""Slashes of a name at which it may be parted into article and batch number."""


def check_artwork(version: str) -> str:
    """A version of the label's artwork as it is written on it, or nothing.

    Raises InvalidInput ``artwork_unreadable``.
    """
    version = version.strip()
    if len(version) > MOST_ARTWORK or not version.isprintable():
        raise InvalidInput(
            "artwork_unreadable",
            N_("Expected a version of the artwork such as V7, got %(found)s."),
            found=ascii(version[:MOST_ARTWORK]),
        )
    return version


def check_work_order(number: str) -> str:
    """The number of a work order as its bar code says it, or nothing.

    Raises InvalidInput ``work_order_unreadable``.
    """
    number = number.strip()
    if len(number) > MOST_WORK_ORDER or not number.isprintable():
        raise InvalidInput(
            "work_order_unreadable",
            N_("Expected the number of a work order such as WO-11873, got %(found)s."),
            found=ascii(number[:MOST_WORK_ORDER]),
        )
    return number


def check_batch_number(text: str) -> str:
    """A batch number as people write it, without blanks around it.

    Raises InvalidInput ``batch_number_unreadable`` for one that is too long, or holds
    what nobody can read off a pack and type.
    """
    number = text.strip()
    kinds = {unicodedata.category(character) for character in number}
    hidden = any(kind[0] == "C" or kind in ("Zl", "Zp") for kind in kinds)
    if len(number) > BATCH_NUMBER_LIMIT or hidden or set("<>") & set(number):
        raise InvalidInput(
            "batch_number_unreadable",
            N_(
                "Expected a batch number of at most %(limit)s characters that can be "
                "read and typed, without < and >, found %(found)s."
            ),
            limit=BATCH_NUMBER_LIMIT,
            found=ascii(number[:40]) if hidden else repr(number[:40]),
        )
    return number


class LotNumbers(NamedTuple):
    """What of a lot says which items it has."""

    id: int
    code: str
    next_item: int


# Built once: to build them takes longer than to run them.
_LOCKED = (
    sa.select(Lot)
    .where(among(Lot.id, "lots"))
    .order_by(Lot.id)
    .with_for_update(of=Lot)
    .execution_options(populate_existing=True)
)
_LOCKED_NUMBERS = (
    sa.select(Lot.id, Lot.code, Lot.next_item)
    .where(among(Lot.id, "lots"))
    .order_by(Lot.id)
    .with_for_update()
)


def lock_lots(session: Session, lot_ids: Iterable[int]) -> dict[int, Lot]:
    """Lock lots in ascending id and read them anew.

    Without it a hold placed between check and move leaves goods held *and* shipped.
    """
    wanted = set(lot_ids)
    found = {lot.id: lot for lot in session.scalars(_LOCKED, {"lots": wanted}).unique()}
    _check_found(wanted, found)
    return found


def lock_numbers(session: Session, lot_ids: Iterable[int]) -> dict[int, LotNumbers]:
    """Lock lots as ``lock_lots`` does, and read no more of them than their numbers.

    To make twenty thousand lots and their articles takes ten times as long.
    """
    wanted = set(lot_ids)
    found = plain_rows(session, _LOCKED_NUMBERS, lots=wanted)
    lots = {row[0]: LotNumbers._make(row) for row in found}
    _check_found(wanted, lots)
    return lots


def _check_found(wanted: Iterable[int], found: Container[int]) -> None:
    for lot_id in sorted(wanted):
        if lot_id not in found:
            raise NotFound("lot_unknown", N_("No lot %(lot)s is recorded."), lot=lot_id)


def find_lot(session: Session, text: str) -> Lot:
    """The lot people mean: its batch number, or ``article code/batch number``.

    Raises NotFound, or Conflict when lots of several articles have that number.
    """
    whole = text.strip()
    named = [sa.or_(Lot.code == whole, Lot.ai10 == whole)]
    for at, mark in enumerate(whole):  # a batch number may itself hold a slash
        if mark == "/":
            code = whole[at + 1 :]
            numbered = sa.or_(Lot.code == code, Lot.ai10 == code)
            named.append(sa.and_(Article.code == whole[:at], numbered))
    same = sa.select(Lot).join(Article).where(sa.or_(*named[: MOST_SLASHES + 1]))
    lots = session.scalars(same.order_by(Lot.id)).unique().all()
    if not lots:
        raise NotFound("lot_unknown", N_("No lot %(lot)s is recorded."), lot=text)
    if len(lots) > 1:
        raise Conflict(
            "lot_ambiguous",
            N_("Several lots have the number %(lot)s. Write one of: %(candidates)s."),
            lot=text,
            candidates=", ".join(f"{lot.article.code}/{lot.code}" for lot in lots),
        )
    return lots[0]


def find_line(session: Session, text: str) -> Line:
    """The line people mean: its code, or ``site code/line code``."""
    site, slash, code = text.strip().rpartition("/")
    same = sa.select(Line).join(Site).where(Line.code == code)
    if slash:
        same = same.where(Site.code == site)
    lines = session.scalars(same.order_by(Line.id)).unique().all()
    if not lines:
        raise NotFound("line_unknown", N_("No line %(line)s is recorded."), line=text)
    if len(lines) > 1:
        raise Conflict(
            "line_ambiguous",
            N_("Several sites have a line %(line)s. Write one of: %(candidates)s."),
            line=text,
            candidates=", ".join(f"{line.site.code}/{line.code}" for line in lines),
        )
    return lines[0]


def find_place(session: Session, code: str) -> Location:
    """The place with that code, e.g. a warehouse or a consignee."""
    place = session.scalar(sa.select(Location).where(Location.code == code.strip()))
    if place is None:
        raise NotFound(
            "place_unknown", N_("No place %(place)s is recorded."), place=code
        )
    return place
