"""What everybody at a line does before labels: clear it, and check the first label."""

from flask.testing import FlaskClient
from staff_pages import change

from lotmark.labels.jobs.service import find_job
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.production.codes import serials_of
from lotmark.web.installation import Installation


def clear(client: FlaskClient, batch: str) -> str:
    """Confirm the line clearance for the batch at that address; the address."""
    assert change(client, f"{batch}/clearance").location == batch
    return batch


def serials(house: Installation, lot_id: int, lo: int, hi: int) -> list[str]:
    """The serials on the labels ``lo … hi-1`` of a batch."""
    with house.plant.reading() as session:
        pairs = serials_of(session, house.keys, lot_id, ItemSet.range(lo, hi))
        return [serial for _, serial in pairs]


def check_first(client: FlaskClient, house: Installation, job: str) -> None:
    """Scan the right first label of the job at that address."""
    with house.plant.reading() as session:
        found = find_job(session, job.rsplit("/", 1)[1])
    (serial,) = serials(house, found.lot_id, found.lo, found.lo + 1)
    page = change(client, f"{job}/first", code=serial)
    assert 'data-sound="ok"' in page.text, page.text
