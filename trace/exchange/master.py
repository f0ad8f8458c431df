"""Applying sites, lines, places, partners and articles."""

from ..errors import N_, InvalidInput
from ..parties.tables import Article, Line, Location, Partner, Site
from .amounts import base_unit
from .book import already_there
from .job import Job, cell
from .rows import Row, WrongCell


def add_sites(job: Job, rows: list[Row]) -> None:
    for row in rows:
        with job.row("sites", row):
            job.book.check_free("site", job.book.sites, row["code"])
            site = Site(**_named(row))
            job.session.add(site)
            job.book.sites[site.code] = site
    job.session.flush()


def add_lines(job: Job, rows: list[Row]) -> None:
    """Lines, each with its place of kind line and code ``SITE/LINE``."""
    for row in rows:
        with job.row("lines", row):
            site = job.book.site(row)
            place = f"{site.code}/{row['code']}"
            job.book.check_free("line", job.book.places, place)
            values = _named(row)
            del values["site"]
            line = Line(site=site, **values)
            job.session.add(line)
            job.book.lines[site.code, line.code] = line
            values["code"] = place
            _add_place(job, Location(kind="line", site_id=site.id, **values))
    job.session.flush()


def add_places(job: Job, rows: list[Row]) -> None:
    for row in rows:
        with job.row("places", row):
            site = job.book.site(row)
            job.book.check_free("place", job.book.places, row["code"])
            values = _named(row)
            del values["site"]
            _add_place(job, Location(site_id=site.id, **values))
    job.session.flush()


def add_partners(job: Job, rows: list[Row]) -> None:
    """Partners; a consignee with its two places, its own and the way to it."""
    consignees: list[Partner] = []
    for row in rows:
        with job.row("partners", row):
            book = job.book
            book.check_free("partner", book.partners, row["code"])
            book.check_free("place", book.places, row["code"])
            partner = Partner(**_named(row))
            if partner.kind == "consignee":
                book.check_free("place", book.places, f"{partner.code}/T")
                consignees.append(partner)
            job.session.add(partner)
            book.partners[partner.code] = partner
    job.session.flush()
    for partner in consignees:
        for kind, tail in (("consignee", ""), ("transit", "/T")):
            place = Location(
                code=partner.code + tail,
                kind=kind,
                name=partner.name,
                name_en=partner.name_en,
                partner_id=partner.id,
            )
            _add_place(job, place)
    job.session.flush()


def add_articles(job: Job, rows: list[Row]) -> None:
    for row in rows:
        with job.row("articles", row):
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
            job.session.add(article)
            job.book.articles[article.code] = article
            if article.gtin is not None:
                job.book.gtins.add(article.gtin)
    job.session.flush()


def _add_place(job: Job, place: Location) -> None:
    job.session.add(place)
    job.book.places[place.code] = place


def _named(row: Row) -> dict[str, object]:
    """The row's values; the name serves as English name where there is none."""
    return {"name_en": row["name"]} | row.values


def _not_counted(article: str) -> InvalidInput:
    return InvalidInput(
        "case_size_not_counted",
        N_("Article %(article)s is not counted in pieces, so it has no case size."),
        article=article,
    )
