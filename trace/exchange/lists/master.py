"""The lists of what the plant has: sites, lines, places, partners, articles."""

import sqlalchemy as sa

from ...errors import N_
from ...parties.tables import LOCATION_KINDS, Article, Line, Location, Partner, Site
from .shape import FILES, IMPORTED, Column, Filter, Listing

GROUP = "master"
KINDS_OF_PLACE = ("warehouse", "hold", "quarantine", "returns")
"""Places an import can make; those of lines and consignees come with them."""

SITES = Listing(
    "sites",
    N_("Sites"),
    GROUP,
    N_("Each plant, with the authority it reports to."),
    Site.__table__,
    (
        Column("code", N_("Code"), Site.code, "code", leads=("lines", "site")),
        Column("name", N_("Name"), Site.name, "name", Site.name_en),
        Column("name_en", N_("English name"), Site.name_en, uses=FILES),
        Column("time_zone", N_("Time zone"), Site.time_zone),
        Column("address", N_("Address"), Site.address),
        Column("address_en", N_("English address"), Site.address_en, uses=FILES),
        Column("licence", N_("Production licence"), Site.licence, "code"),
        Column("phone", N_("Telephone"), Site.phone, "code"),
        Column("authority", N_("Authority"), Site.authority),
        Column(
            "authority_phone",
            N_("Authority’s telephone"),
            Site.authority_phone,
            "code",
            uses=FILES,
        ),
    ),
    (Site.code,),
    newest_first=False,
    search=(Site.code, Site.name, Site.name_en),
)

LINES = Listing(
    "lines",
    N_("Production lines"),
    GROUP,
    N_("Each production line and whether it may run."),
    sa.join(Line, Site, Site.id == Line.site_id),
    (
        Column("site", N_("Site"), Site.code, "code"),
        Column("code", N_("Code"), Line.code, "code"),
        Column("name", N_("Name"), Line.name, "name", Line.name_en),
        Column("name_en", N_("English name"), Line.name_en, uses=FILES),
        Column(
            "status",
            N_("State"),
            Line.status,
            "word",
            words="line",
        ),
        Column(
            "labels_at_packing",
            "",
            sa.case((Line.labels_at_packing, "yes"), else_=sa.null()),
            "code",
            uses=IMPORTED,
        ),
    ),
    (Site.code, Line.code),
    newest_first=False,
    search=(Site.code, Line.code, Line.name, Line.name_en),
    filters=(
        Filter("site", N_("Site"), Site.code, among="site"),
        Filter(
            "status",
            N_("State"),
            Line.status,
            ("running", "stopped", "rectifying"),
            "line",
        ),
    ),
)

PLACES = Listing(
    "places",
    N_("Places"),
    GROUP,
    N_("Every place of the ledger: stores, lines, consignees, and where goods end."),
    sa.outerjoin(Location, Site, Site.id == Location.site_id),
    (
        Column("site", N_("Site"), Site.code, "code"),
        Column("code", N_("Code"), Location.code, "code", leads=("stock", "q")),
        Column("kind", N_("Kind"), Location.kind, "word", words="place"),
        Column("name", N_("Name"), Location.name, "name", Location.name_en),
        Column("name_en", N_("English name"), Location.name_en, uses=FILES),
    ),
    (Location.code,),
    newest_first=False,
    search=(Location.code, Location.name, Location.name_en),
    filters=(
        Filter("site", N_("Site"), Site.code, among="site"),
        Filter("kind", N_("Kind"), Location.kind, LOCATION_KINDS, "place"),
    ),
    import_where=(Location.kind.in_(KINDS_OF_PLACE), Site.code.is_not(None)),
)

PARTNERS = Listing(
    "partners",
    N_("Partners"),
    GROUP,
    N_("Suppliers, consignees, carriers, authorities, laboratories: whom to ring."),
    Partner.__table__,
    (
        Column(
            "code", N_("Code"), Partner.code, "code", link=("partner", Partner.kind)
        ),
        Column("kind", N_("Kind"), Partner.kind, "word", words="partner"),
        Column("name", N_("Name"), Partner.name, "name", Partner.name_en),
        Column("name_en", N_("English name"), Partner.name_en, uses=FILES),
        Column("contact", N_("Contact person"), Partner.contact),
        Column("phone", N_("Telephone"), Partner.phone, "code"),
        Column("email", N_("E-mail"), Partner.email, "code", uses=FILES),
        Column("region", N_("Province"), Partner.region),
        Column("address", N_("Address"), Partner.address, uses=FILES),
        Column(
            "backup_contact", N_("Second contact"), Partner.backup_contact, uses=FILES
        ),
        Column(
            "backup_phone",
            N_("Second telephone"),
            Partner.backup_phone,
            "code",
            uses=FILES,
        ),
        Column(
            "contact_checked_on",
            N_("Last reached on"),
            Partner.contact_checked_on,
            "day",
        ),
    ),
    (Partner.code,),
    newest_first=False,
    search=(
        Partner.code,
        Partner.name,
        Partner.name_en,
        Partner.contact,
        Partner.phone,
    ),
    filters=(
        Filter(
            "kind",
            N_("Kind"),
            Partner.kind,
            ("supplier", "consignee", "carrier", "authority", "lab"),
            "partner",
        ),
    ),
    sorts={"name": Partner.name, "region": Partner.region},
)

ARTICLES = Listing(
    "articles",
    N_("Articles"),
    GROUP,
    N_("Products, ingredients and packaging, as they stand on labels and orders."),
    Article.__table__,
    (
        Column("code", N_("Code"), Article.code, "code", leads=("lots", "article")),
        Column("name", N_("Name"), Article.name, "name", Article.name_en),
        Column("name_en", N_("English name"), Article.name_en, uses=FILES),
        Column("kind", N_("Kind"), Article.kind, "word", words="article"),
        Column("gtin", N_("GTIN"), Article.gtin, "code"),
        Column("unit", N_("Unit"), Article.base_unit, "unit"),
        Column("case_size", N_("Packs in a case"), Article.case_size, "count"),
        Column("net_content", N_("Net content"), Article.net_content),
        Column(
            "net_content_en",
            N_("English net content"),
            Article.net_content_en,
            uses=FILES,
        ),
        Column(
            "shelf_life_days",
            N_("Shelf life in days"),
            Article.shelf_life_days,
            "count",
        ),
        Column("storage", N_("Storage"), Article.storage, uses=FILES),
        Column("storage_en", N_("English storage"), Article.storage_en, uses=FILES),
        Column("ingredients", N_("Ingredients"), Article.ingredients, uses=FILES),
        Column(
            "ingredients_en",
            N_("English ingredients"),
            Article.ingredients_en,
            uses=FILES,
        ),
        Column("allergens", N_("Allergens"), Article.allergens, uses=FILES),
        Column(
            "allergens_en", N_("English allergens"), Article.allergens_en, uses=FILES
        ),
        Column(
            "standard", N_("Product standard"), Article.standard, "code", uses=FILES
        ),
        Column("picture", N_("Drawing"), Article.picture, "code", uses=FILES),
        Column(
            "nutrition", N_("Nutrition"), Article.nutrition, "nutrition", uses=FILES
        ),
    ),
    (Article.code,),
    newest_first=False,
    search=(Article.code, Article.name, Article.name_en, Article.gtin),
    filters=(
        Filter(
            "kind",
            N_("Kind"),
            Article.kind,
            ("product", "ingredient", "packaging"),
            "article",
        ),
    ),
    sorts={"name": Article.name},
)
