"""Every module that has tables: imported here, so that none is ever forgotten."""

from ...labels.jobs import tables as jobs
from ...recall.complaints import tables as complaints
from ...recall.notices import tables as notices
from ...recall.quarantine import tables as quarantine
from ...recall.recalls import tables as recalls
from ...recall.scope import tables as scope
from ...recall.signals import tables as signals
from ...trace import api_keys, audit, files, numbers, outbox, people
from ...trace.exchange import tables as exchange
from ...trace.identity import tables as identity
from ...trace.parties import tables as parties
from ...trace.production import tables as production
from ...trace.stock import tables as stock
from .. import sent_forms
from ..api import tables as api

__all__ = [
    "api",
    "api_keys",
    "audit",
    "complaints",
    "exchange",
    "files",
    "identity",
    "jobs",
    "notices",
    "numbers",
    "outbox",
    "parties",
    "people",
    "production",
    "quarantine",
    "recalls",
    "scope",
    "sent_forms",
    "signals",
    "stock",
]
