"""A notice for machines: what stands on the page, field by field.

Stable format 1: fields are added, never renamed or taken away.
"""

from typing import Any

from .publishing import public_path
from .values import Product, Published, Wording


def notice_document(notice: Published, base_url: str) -> dict[str, Any]:
    """As ``/recalls/{no}.json`` gives it, and signed webhooks carry it."""
    url = base_url + public_path(notice.number)
    return {
        "format": 1,
        "number": notice.number,
        "version": notice.version,
        "newest_version": notice.newest,
        "kind": notice.kind,
        "state": notice.state,
        "change": notice.change,
        "drill": notice.drill,
        "url": url,
        "published": notice.since.isoformat(),
        "updated": notice.updated.isoformat(),
        "levels": notice.content.levels,
        "starts_on": notice.content.starts_on,
        "ends_on": notice.content.ends_on,
        "products": [_product(one) for one in notice.content.products],
        "photos": [
            {"url": f"{url}/photos/{one.sha256}", "alt": one.alt}
            for one in notice.content.photos
        ],
        "texts": [_wording(one) for one in notice.wordings],
        "check_pack_url": f"{base_url}/",
    }


def _product(one: Product) -> dict[str, Any]:
    return {
        "name": one.name,
        "name_en": one.name_en,
        "gtin": one.gtin or None,
        "batch": one.code,
        "net_content": one.net,
        "made_on": one.made_on or None,
        "expires_on": one.expires_on or None,
        "items": one.items,
    }


def _wording(one: Wording) -> dict[str, Any]:
    return {
        "jurisdiction": one.jurisdiction,
        "language": one.language,
        "title": one.title,
        **one.fields,
    }
