"""The list of files that were imported, by whichever way."""

from ..trace.errors import N_
from ..trace.exchange.lists.shape import SEEN, Column, Listing, Period
from ..trace.exchange.tables import ImportFile

IMPORTED = Listing(
    "imports",
    N_("Imported files"),
    "master",
    N_("Which files were imported, when and by whom; the same content never twice."),
    ImportFile.__table__,
    (
        Column("name", N_("File"), ImportFile.name, uses=SEEN),
        Column("kinds", N_("Kinds of rows"), ImportFile.kinds, "code", uses=SEEN),
        Column("rows", N_("Rows"), ImportFile.rows, "count", uses=SEEN),
        Column(
            "imported_at",
            N_("Imported at"),
            ImportFile.imported_at,
            "moment",
            uses=SEEN,
        ),
        Column("imported_by", N_("Imported by"), ImportFile.imported_by, uses=SEEN),
        Column("sha256", "SHA-256", ImportFile.sha256, "code", uses=SEEN),
    ),
    (ImportFile.imported_at, ImportFile.sha256),
    search=(ImportFile.name, ImportFile.kinds, ImportFile.imported_by),
    period=Period(N_("Imported at"), ImportFile.imported_at),
    sorts={"rows": ImportFile.rows},
)
