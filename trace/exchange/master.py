"""Applying sites, lines, places, partners and articles."""

import sqlalchemy as sa

from ..errors import N_, InvalidInput
from ..parties.tables import Article, Line, Location, Partner, Site
from ..stock.tables import SparePolicy
from .amounts import base_unit
from .book import DEFAULT_ZONE, already_there
from .job import Job, cell, plan_record
from .rows import Row, WrongCell


def add_sites(job: Job, rows: list[Row]) -> None:
    book = job.book

    def add(row: Row) -> None:
        book.check_free("site", book.sites, row["code"])
        site = Site(**{"time_zone": DEFAULT_ZONE} | _named(row))
        _plan(job, site, row)
        book.sites[site.code] = site

    job.each("sites", rows, add)


def add_lines(job: Job, rows: list[Row]) -> None:
    """Lines, each with its place of kind line and code ``SITE/LINE``."""

    def add(row: Row) -> None:
        site = job.book.site(row)
        place = f"{site.code}/{row['code']}"
        job.book.check_free("line", job.book.places, place)
        values = _named(row)
        del values["site"]
        line = Line(site=site, site_id=site.id, **values)
        _plan(job, line, row)
        job.book.lines[site.code, line.code] = line
        named = {"name": line.name, "name_en": line.name_en, "code": place}
        _add_place(job, Location(kind="line", site_id=site.id, **named), row)

    job.each("lines", rows, add)


def add_places(job: Job, rows: list[Row]) -> None:
    def add(row: Row) -> None:
        site = job.book.site(row)
        job.book.check_free("place", job.book.places, row["code"])
        values = _named(row)
        del values["site"]
        _add_place(job, Location(site_id=site.id, **values), row)

    job.each("places", rows, add)


def add_partners(job: Job, rows: list[Row]) -> None:
    """Partners; a consignee with its two places, its own and the way to it."""
    book = job.book

    def add(row: Row) -> None:
        book.check_free("partner", book.partners, row["code"])
        book.check_free("place", book.places, row["code"])
        partner = Partner(**_named(row))
        if partner.kind == "consignee":
            book.check_free("place", book.places, f"{partner.code}/T")
        _plan(job, partner, row)
        book.partners[partner.code] = partner
        if partner.kind != "consignee":
            return
        for kind, tail in (("consignee", ""), ("transit", "/T")):
            place = Location(
                code=partner.code + tail,
                kind=kind,
                name=partner.name,
                name_en=partner.name_en,
                partner_id=partner.id,
            )
            _add_place(job, place, row)

    job.each("partners", rows, add)


def add_articles(job: Job, rows: list[Row]) -> None:
    def add(row: Row) -> None:
        job.book.check_free("article", job.book.articles, row["code"])
        values = _named(row)
        del values["unit"]
        with cell("unit"):
            base = base_unit(row["unit"])
        if "case_size" in values and base != "piece":
            raise WrongCell("case_size", _not_counted(row["code"]))
        if row.get("gtin") in job.book.gtins:
            raise WrongCell("gtin", already_there("GTIN", row["gtin"]))
        article = Article(base_unit=base, **values)
        _plan(job, article, row)
        job.book.articles[article.code] = article
        if article.gtin is not None:
            job.book.gtins.add(article.gtin)

    job.each("articles", rows, add)


def add_spares(job: Job, rows: list[Row]) -> None:
    """How much of an article is kept as spare stock."""
    taken = set(job.session.scalars(sa.select(SparePolicy.article_id)))
    taken |= job.plan.values("spare_policy", "article_id")

    def add(row: Row) -> None:
        article = job.book.article(row)
        if article.id in taken:
            raise WrongCell("article", already_there("spare", article.code))
        if row["permille"] > 1000:
            raise WrongCell("permille", _share_beyond(row["permille"]))
        taken.add(article.id)
        values = {"article_id": article.id, "permille": row["permille"]}
        job.plan.record(SparePolicy, values, row)

    job.each("spares", rows, add)


def _add_place(job: Job, place: Location, row: Row) -> None:
    _plan(job, place, row)
    job.book.places[place.code] = place


def _plan(
    job: Job, record: Site | Line | Partner | Location | Article, row: Row
) -> None:
    """Plan a new record under an id of its own."""
    record.id = job.plan.new_id(type(record))
    plan_record(job, record, row)


def _named(row: Row) -> dict[str, object]:
    """The row's values; the name serves as English name where there is none."""
    return {"name_en": row["name"]} | row.values


def _not_counted(article: str) -> InvalidInput:
    return InvalidInput(
        "case_size_not_counted",
        N_("Article %(article)s is not counted in pieces, so it has no case size."),
        article=article,
    )


def _share_beyond(found: int) -> InvalidInput:
    return InvalidInput(
        "share_beyond",
        N_("Expected a share of at most 1000 thousandths, found %(found)s."),
        found=found,
    )
