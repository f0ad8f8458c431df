"""Which label somebody holds: the item of a scanned code."""

from sqlalchemy.orm import Session

from ...trace.errors import N_, Conflict, InvalidInput
from ...trace.identity.keys import KeyRing
from ...trace.identity.reading import read_code
from ...trace.production.codes import items_of
from .tables import PrintJob


def item_of(session: Session, ring: KeyRing, job: PrintJob, text: str) -> int:
    """The item number, within its batch, of a scanned or typed code.

    Raises InvalidInput for what is no item code, Conflict ``label_of_other_batch`` for
    a code of something else.
    """
    serial = read_code(text).serial
    if serial is None:
        raise InvalidInput(
            "not_an_item_code",
            N_("Expected the code of a label; this names a product. Scan the label."),
        )
    found, strange = items_of(session, ring, job.lot_id, [serial])
    if strange:
        raise Conflict(
            "label_of_other_batch",
            N_(
                "This label is not of batch %(lot)s. Take it away from the line, and "
                "scan the last label of job %(job)s."
            ),
            lot=job.lot.code,
            job=job.number,
        )
    return found.intervals[0][0]
