"""Which requests are consumers' scans, counted without knowing who they are."""

import hashlib
import hmac
import re
from datetime import datetime

from flask import current_app, g, request

from ...trace.scans import ScanSummary, record_scan, scan_summary
from ...trace.stock.item_status import ItemStatus
from ..current import house
from ..i18n import PLANT_ZONE

_MACHINES = re.compile(
    r"bot\b|bot/|crawl|spider|preview|externalhit|whatsapp/|slurp|monitor|lighthouse",
    re.I,
)
"""Link checkers and previews. An app's own browser (MicroMessenger) is a person."""


def count_scan(item: ItemStatus, now: datetime) -> ScanSummary:
    """The scans of a code so far, this one included if it is a consumer's."""
    if not is_consumer():
        with house().scans.reading() as session:
            return scan_summary(session, item.series, item.item)
    with house().scans.writing() as session:
        record_scan(session, item.series, item.item, visitor(now), now)
        return scan_summary(session, item.series, item.item)


def is_consumer() -> bool:
    """A person with a phone, as far as one can tell: not staff, not a machine."""
    agent = request.headers.get("User-Agent", "")
    purpose = request.headers.get("Sec-Purpose") or request.headers.get("Purpose", "")
    return (
        request.method == "GET"
        and g.actor is None
        and bool(agent)
        and not _MACHINES.search(agent)
        and "prefetch" not in purpose
    )


def visitor(now: datetime) -> str:
    """A name for a browser that holds for one day and tells nobody who it is."""
    secret = current_app.config["SECRET_KEY"].encode()
    day = now.astimezone(PLANT_ZONE).date()
    agent = request.headers.get("User-Agent", "")
    seen = f"visitor|{day}|{request.remote_addr}|{agent}"
    return hmac.new(secret, seen.encode(), hashlib.sha256).hexdigest()[:32]
