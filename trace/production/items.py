"""Labels that are on no pack for sale: voided, sampled, missing (domain.md §3.9)."""

from datetime import datetime

from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, Conflict, Forbidden, InvalidInput
from ..identity.items import ItemSet
from ..parties.lots import lock_lots
from ..parties.tables import Lot
from ..people import Actor
from .figures import MILLION, figure
from .label_balance import LabelBalance, label_balance
from .marks import mark_items
from .told import check_reason


def void_items(
    session: Session,
    lot_id: int,
    items: ItemSet,
    reason: str,
    actor: Actor,
    now: datetime,
) -> ItemSet:
    """Labels were destroyed and are on no pack (L4); those newly voided.

    A label that was missing and turned up is voided too. Again changes nothing.

    Raises Conflict ``item_on_pack`` for a label on a pack: then the pack itself is
    moved, as a sample or to destruction.
    """
    actor.require("labels.void")
    reason = check_reason(reason)
    lot, balance = _locked(session, lot_id, items)
    if on_packs := items & balance.applied:
        raise Conflict(
            "item_on_pack",
            N_(
                "Items %(items)s of batch %(lot)s are on packs: a label is voided only "
                "off a pack. Move the packs themselves, as samples or to destruction."
            ),
            items=str(on_packs)[:80],
            lot=lot.code,
        )
    return _mark(session, lot, items - balance.voided, "voided", reason, actor, now)


def sample_items(
    session: Session,
    lot_id: int,
    items: ItemSet,
    reason: str,
    actor: Actor,
    now: datetime,
) -> ItemSet:
    """Labels or packs were taken for samples, e.g. the first-label check; the new ones.

    Packs move to the sample place besides (``samples.keep_sample``).
    """
    actor.require("sample.keep")
    reason = check_reason(reason)
    lot, balance = _locked(session, lot_id, items)
    if gone := items & (balance.voided | balance.missing):
        raise Conflict(
            "item_voided",
            N_(
                "Items %(items)s of batch %(lot)s were voided, sampled or reported "
                "missing: their labels may not be on packs for sale."
            ),
            items=str(gone)[:80],
            lot=lot.code,
        )
    new = items - balance.taken
    return _mark(session, lot, new, "sampled", reason, actor, now)


def report_missing(
    session: Session,
    lot_id: int,
    items: ItemSet,
    reason: str,
    actor: Actor,
    now: datetime,
) -> ItemSet:
    """Printed labels that nobody can account for (L5); those newly reported.

    The line leader reports up to 0.1 % of what was printed, counting what was reported
    before; beyond that QA signs.

    Raises Conflict ``item_accounted`` for a label that is no longer open, Forbidden
    ``missing_needs_qa`` beyond the limit.
    """
    if not actor.may("batch.release"):
        actor.require("labels.void")
    reason = check_reason(reason)
    lot, balance = _locked(session, lot_id, items)
    if wrong := items - balance.open - balance.missing:
        raise Conflict(
            "item_accounted",
            N_(
                "Items %(items)s of batch %(lot)s are accounted for already, or were "
                "never printed: only open labels can be missing."
            ),
            items=str(wrong)[:80],
            lot=lot.code,
        )
    _check_share(balance, items, lot, actor, now)
    return _mark(session, lot, items & balance.open, "missing", reason, actor, now)


def _check_share(
    balance: LabelBalance, items: ItemSet, lot: Lot, actor: Actor, now: datetime
) -> None:
    missing = (balance.missing | items).count
    allowed = figure("labels.missing_ppm", now.date())
    few = missing * MILLION <= balance.printed.count * allowed
    if not few and not actor.may("batch.release"):
        raise Forbidden(
            "missing_needs_qa",
            N_(
                "%(missing)s of %(printed)s printed labels of %(lot)s would be "
                "missing, more than %(percent)s %%: the QA manager has to report that."
            ),
            missing=missing,
            printed=balance.printed.count,
            lot=lot.code,
            percent=allowed * 100 / MILLION,
        )


def _locked(session: Session, lot_id: int, items: ItemSet) -> tuple[Lot, LabelBalance]:
    lot = lock_lots(session, [lot_id])[lot_id]
    if not items:
        raise InvalidInput("items_empty", N_("Expected at least one item, got none."))
    if strange := items - ItemSet.range(0, lot.next_item):
        raise InvalidInput(
            "items_not_issued",
            N_("No codes were issued for items %(items)s of this batch."),
            items=str(strange)[:80],
        )
    return lot, label_balance(session, lot_id)


def _mark(
    session: Session,
    lot: Lot,
    items: ItemSet,
    kind: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> ItemSet:
    if items:
        mark_items(session, lot.id, items, kind, actor, now, reason=reason)
        told = {"items": str(items)[:200], "count": items.count, "reason": reason}
        audit.record(
            session, actor.login, f"items.{kind}", f"lot:{lot.id}", now, **told
        )
    return items
