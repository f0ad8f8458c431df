"""What people say of labels that came out: on a pack, or void."""

from sqlalchemy.orm import Session

from ...trace.errors import N_, Conflict
from ...trace.identity.items import ItemSet
from .events import note_event, noted
from .held import Place, blocks_of
from .spans import OUT, places_in
from .steering import settle_scan
from .times import Tick

_ALL = 1 << 30


def void(
    session: Session, block_id: int, places: ItemSet, reason: str, by: str, at: Tick
) -> ItemSet:
    """Printed labels were destroyed off a pack; those newly void.

    Raises Conflict ``item_on_pack``, ``label_not_printed``.
    """
    if places & noted(session, block_id, "applied"):
        raise Conflict(
            "label_on_pack",
            N_(
                "A label on a pack is not voided here: put the pack aside for QA. Void "
                "only labels that are on no pack."
            ),
        )
    if places - places_in(session, block_id, *OUT, "needs_scan"):
        raise Conflict(
            "label_not_printed",
            N_("That label was not printed here, so there is nothing to void."),
        )
    new = places - noted(session, block_id, "voided")
    note_event(session, block_id, "voided", new, at, by=by, reason=reason)
    return new


def last_printed(session: Session, lot_id: int, count: int) -> dict[int, ItemSet]:
    """The last labels that came out and are neither on packs nor void, by block; what
    the printer still has is in nobody's hands."""
    found: dict[int, ItemSet] = {}
    for block in reversed(blocks_of(session, lot_id)):
        loose = places_in(session, block.id, "confirmed")
        loose -= noted(session, block.id, "applied") | noted(
            session, block.id, "voided"
        )
        if loose and count:
            skipped = max(loose.count - count, 0)
            here = loose - loose.take(skipped) if skipped else loose
            found[block.id] = here
            count -= here.count
    return found


def loose_state(session: Session, lot_id: int) -> str:
    """Changes whenever labels come out, are put on packs or voided."""
    found = last_printed(session, lot_id, _ALL)
    return " ".join(f"{block}:{some}" for block, some in sorted(found.items()))[-60:]


def require_shown(session: Session, lot_id: int, shown: str) -> None:
    """The last labels are others once some are printed: a form sent twice would void
    twice. Raises Conflict ``labels_changed``."""
    if shown != loose_state(session, lot_id):
        raise Conflict(
            "labels_changed",
            N_(
                "Since this form was opened, labels were printed, put on packs or "
                "voided: the last ones are others now. Look again, then void."
            ),
        )


def apply(session: Session, place: Place, by: str, at: Tick) -> bool:
    """A label is on a pack; whether that is news.

    Raises Conflict ``label_void``, ``label_not_printed``.
    """
    settle_scan(session, place, by, at)
    if place.alone & noted(session, place.block_id, "voided"):
        raise Conflict(
            "label_void",
            N_("This label is void. Take the pack off the line and destroy the label."),
        )
    if place.alone - places_in(session, place.block_id, *OUT):
        raise Conflict(
            "label_never_sent",
            N_(
                "This PC never printed that label. Stop the line, keep the pack, and "
                "call QA."
            ),
        )
    if place.alone & noted(session, place.block_id, "applied"):
        return False
    note_event(session, place.block_id, "applied", place.alone, at, by=by)
    return True
