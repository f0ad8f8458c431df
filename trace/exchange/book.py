"""What rows may refer to: codes to records, loaded once and grown by the import."""

from collections.abc import Iterable, Mapping
from typing import TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..errors import N_, Conflict, InvalidInput, NotFound
from ..parties.tables import Article, Line, Location, Partner, Site
from .known_lots import KnownLot, load_lots
from .rows import AlreadyBad, Row, WrongCell

OURS = ("line", "warehouse", "hold", "quarantine", "returns")
"""Kinds of places in our hands, where stock can be taken in."""
DEFAULT_ZONE = "Asia/Shanghai"
OWN = "/"
"""Instead of a supplier's column: of several lots our own is meant."""
LOT_COLUMNS = ("lot", "input_lot", "output_lot")

T = TypeVar("T")


class Book:
    """Master data and lots by the codes that files use."""

    def __init__(self, session: Session, lots: Iterable[str]) -> None:
        self.sites = {site.code: site for site in session.scalars(sa.select(Site))}
        lines = session.scalars(sa.select(Line)).unique()
        self.lines = {(line.site.code, line.code): line for line in lines}
        partners = session.scalars(sa.select(Partner))
        self.partners = {partner.code: partner for partner in partners}
        places = session.scalars(sa.select(Location))
        self.places = {place.code: place for place in places}
        articles = session.scalars(sa.select(Article))
        self.articles = {article.code: article for article in articles}
        gtins = (article.gtin for article in self.articles.values())
        self.gtins = {gtin for gtin in gtins if gtin is not None}
        self.lots: dict[str, list[KnownLot]] = {}
        self.forms: set[tuple[int, str, str]] = set()
        """Article, origin and AI 10 form of each lot: unique among them."""
        self.bad: set[tuple[str, str]] = set()
        """What bad rows would have recorded: rows that refer to it are not told."""
        self._codes: dict[int, str] = {}
        """Of lots by id."""
        self._found_lots: dict[tuple[str | None, ...], KnownLot] = {}
        self._found_lines: dict[tuple[str, str | None], Line] = {}
        self._ours: dict[str | None, Location] = {}
        self._zones: dict[int | None, ZoneInfo] = {}
        for lot in load_lots(session, lots):
            self.add_lot(KnownLot.of(lot))

    def add_lot(self, lot: KnownLot) -> None:
        self.lots.setdefault(lot.code, []).append(lot)
        self._codes[lot.id] = lot.code
        self.forms.add((lot.article_id, lot.origin, lot.ai10))
        self._found_lots.clear()

    @property
    def recorded(self) -> set[int]:
        """Ids of the lots at hand that are not new."""
        return {lot_id for lot_id in self._codes if lot_id > 0}

    def code_of(self, lot_id: int) -> str:
        """The number of a lot at hand."""
        return self._codes[lot_id]

    def site(self, row: Row, column: str = "site") -> Site:
        return self._find("site", self.sites, row, column)

    def article(self, row: Row, column: str = "article") -> Article:
        return self._find("article", self.articles, row, column)

    def place(self, row: Row, column: str = "place") -> Location:
        return self._find("place", self.places, row, column)

    def our_place(self, row: Row, column: str = "place") -> Location:
        """A place in our hands."""
        code = row.values.get(column)
        if code in self._ours:
            return self._ours[code]
        place = self.place(row, column)
        if place.kind not in OURS:
            raise WrongCell(
                column,
                InvalidInput(
                    "place_not_ours",
                    N_(
                        "Expected one of our warehouses or lines, but %(place)s is not."
                    ),
                    place=place.code,
                ),
            )
        self._ours[place.code] = place
        return place

    def partner(self, row: Row, column: str, kind: str) -> Partner:
        partner = self._find("partner", self.partners, row, column)
        if partner.kind != kind:
            raise WrongCell(
                column,
                InvalidInput(
                    "partner_kind",
                    N_("Expected a %(kind)s, but %(partner)s is a %(found)s."),
                    kind=kind,
                    partner=partner.code,
                    found=partner.kind,
                ),
            )
        return partner

    def line(self, row: Row) -> Line:
        """The line of a row: ``L2`` beside its site, ``YL1/L2``, or the only ``L2``."""
        key = row["line"], row.get("site")
        known = self._found_lines.get(key)
        if known is None:
            known = self._found_lines[key] = self._find_line(row)
        return known

    def _find_line(self, row: Row) -> Line:
        site, slash, code = row["line"].rpartition("/")
        if not slash:
            site = row.get("site", "")
        if row.get("site", site) != site:
            raise WrongCell("line", _unknown("line", row["line"]))
        found = [
            line
            for (its_site, its_code), line in self.lines.items()
            if its_code == code and (not site or its_site == site)
        ]
        if len(found) == 1:
            return found[0]
        if ("line", code) in self.bad or ("site", site) in self.bad:
            raise AlreadyBad
        if found:
            sites = ", ".join(f"{line.site.code}/{code}" for line in found)
            raise WrongCell("line", _ambiguous(code, sites))
        raise WrongCell("line", _unknown("line", row["line"]))

    def lot(
        self,
        row: Row,
        column: str = "lot",
        article: str = "article",
        supplier: str = "",
    ) -> KnownLot:
        """The lot of a row, by its number and, where given, article and supplier."""
        values = row.values
        origin = values.get(supplier, supplier if supplier == OWN else None)
        key = values[column], values.get(article), origin
        known = self._found_lots.get(key)
        if known is None:
            known = self._find_lot(row, column, article, supplier)
            self._found_lots[key] = known
        return known

    def _find_lot(self, row: Row, column: str, article: str, supplier: str) -> KnownLot:
        code = row[column]
        found = self.lots.get(code, [])
        if article in row.values:
            wanted = self.article(row, article)
            found = [lot for lot in found if lot.article_id == wanted.id]
        if supplier in row.values:
            found = [lot for lot in found if lot.origin == row[supplier]]
        elif supplier == OWN:
            found = [lot for lot in found if lot.own] or found
        if len(found) == 1:
            return found[0]
        if ("lot", code) in self.bad:
            raise AlreadyBad
        if found:
            candidates = (f"{lot.origin} {lot.article.code}/{code}" for lot in found)
            raise WrongCell(column, _ambiguous(code, ", ".join(candidates)))
        raise WrongCell(column, _unknown("lot", code))

    def own_lot(
        self, row: Row, column: str = "lot", article: str = "article"
    ) -> KnownLot:
        """A batch of ours: a line makes nobody else's."""
        own = self.lot(row, column, article, OWN)
        if not own.own:
            raise WrongCell(
                column,
                InvalidInput(
                    "lot_not_own",
                    N_("Expected a batch of ours, but %(lot)s was received."),
                    lot=own.code,
                ),
            )
        return own

    def zone(self, site_id: int | None) -> ZoneInfo:
        """The time zone of a site; where none is named, of the first one."""
        if site_id not in self._zones:
            names = (
                site.time_zone
                for site in self.sites.values()
                if site_id is None or site.id == site_id
            )
            self._zones[site_id] = ZoneInfo(next(names, DEFAULT_ZONE))
        return self._zones[site_id]

    def check_free(self, what: str, known: Iterable[str], code: str) -> None:
        """Raises WrongCell when a code is taken, here or in an earlier row."""
        if code in known:
            raise WrongCell("code", already_there(what, code))

    def _find(self, what: str, known: Mapping[str, T], row: Row, column: str) -> T:
        code = row.get(column)
        if code is None:
            raise WrongCell(column, cell_missing(column))
        if code in known:
            return known[code]
        if (what, code) in self.bad:
            raise AlreadyBad
        raise WrongCell(column, _unknown(what, code))


def already_there(what: str, code: str) -> Conflict:
    return Conflict(
        "already_there",
        N_(
            "The %(what)s %(code)s is recorded already, or stands in an earlier row: "
            "take the row out."
        ),
        what=what,
        code=code,
    )


def cell_missing(column: str) -> InvalidInput:
    return InvalidInput(
        "cell_missing", N_("Expected a value for %(column)s."), column=column
    )


def _unknown(what: str, code: str) -> NotFound:
    sentences = {
        "site": N_("No site %(code)s is recorded."),
        "line": N_("No line %(code)s is recorded."),
        "article": N_("No article %(code)s is recorded."),
        "partner": N_("No partner %(code)s is recorded."),
        "place": N_("No place %(code)s is recorded."),
        "lot": N_("No such lot as %(code)s is recorded."),
    }
    return NotFound(f"{what}_unknown", sentences[what], code=code)


def _ambiguous(code: str, candidates: str) -> Conflict:
    return Conflict(
        "reference_ambiguous",
        N_(
            "%(code)s can be several: %(candidates)s. Fill the columns that tell which."
        ),
        code=code,
        candidates=candidates[:400],
    )
