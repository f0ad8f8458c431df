"""The pages of a pack, a batch and a product, and what is said to strangers' codes."""

from urllib.parse import quote

from flask.typing import ResponseReturnValue

from ...trace import clock
from ..current import house
from ..i18n import PLANT_ZONE
from .pages import emphasised, house_site, nutrients, said_day, said_time, show
from .room import guesses, room
from .verdicts import Pack, look_up
from .visits import count_scan


@room.get("/01/<path:rest>")
@guesses
def by_link(rest: str) -> ResponseReturnValue:
    """``/01/{gtin}[/10/{lot}][/21/{serial}]``, qualifiers in any order."""
    return _page(f"/01/{rest}")


@room.get("/t/<path:rest>")
@room.get("/T/<path:rest>")
@guesses
def by_short(rest: str) -> ResponseReturnValue:
    """``/t/{serial}``; upper case is how labels have it."""
    return _page(f"/t/{rest}")


@room.get("/privacy")
def privacy() -> ResponseReturnValue:
    """What becomes of personal data (PIPL 17; domain.md §10)."""
    with house().plant.reading() as session:
        site = house_site(session)
    return show("privacy", site)


def show_pack(pack: Pack) -> str:
    """The page of something of ours."""
    now = clock.now()
    with house().plant.reading() as session:
        first = house_site(session)
    site = (pack.lot.site if pack.lot else None) or first
    scans = count_scan(pack.item, now) if pack.item else None
    return show(
        "pack",
        site,
        pack=pack,
        now=now,
        today=now.astimezone(PLANT_ZONE).date(),
        scans=scans,
        said_day=said_day,
        said_time=said_time,
        emphasised=emphasised,
        nutrients=nutrients,
    )


def _page(address: str) -> ResponseReturnValue:
    with house().plant.reading() as session:
        pack = look_up(session, house().keys, quote(address))
        site = house_site(session)
    if pack is None:
        return show("unknown", site), 404
    return show_pack(pack)
