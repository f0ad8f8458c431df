"""Every module that has tables: imported here, so that none is ever forgotten."""

from ...labels.jobs import tables as jobs
from ...recall.complaints import tables as complaints
from ...trace import audit, files, numbers, outbox, people
from ...trace.identity import tables as identity
from ...trace.parties import tables as parties
from ...trace.production import tables as production
from ...trace.stock import tables as stock

__all__ = [
    "audit",
    "complaints",
    "files",
    "identity",
    "jobs",
    "numbers",
    "outbox",
    "parties",
    "people",
    "production",
    "stock",
]
