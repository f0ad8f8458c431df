"""What must be so before a step: one named function each, by step.

A room that can look for itself puts its function in place of the signed attestation::

    GUARDS["publish"]["notices"] = notices_are_approved
"""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.errors import N_, Conflict
from ..complaints.tables import Complaint
from ..signals.tables import SignalLot
from .history import open_countersignatures
from .scopes import current_scope
from .tables import Recall, RecallAttestation, RecallSignal

Guard = Callable[[Session, Recall], bool]
"""Whether what it stands for is done."""

_ENDED_COMPLAINTS = ("closed", "invalid")


def attested(name: str) -> Guard:
    """A guard that somebody signs: the attestation of that name, for this expansion."""

    def is_signed(session: Session, recall: Recall) -> bool:
        signed = sa.select(RecallAttestation.id).where(
            RecallAttestation.recall_id == recall.id,
            RecallAttestation.guard == name,
            RecallAttestation.wave == wave_of(session, recall),
        )
        return session.scalar(signed.limit(1)) is not None

    return is_signed


def no_illness_open(session: Session, recall: Recall) -> bool:
    """No complaint of somebody unwell about the signals' batches is open (A2)."""
    about = (
        sa.select(SignalLot.lot_id)
        .join(RecallSignal, RecallSignal.signal_id == SignalLot.signal_id)
        .where(RecallSignal.recall_id == recall.id)
    )
    ill = sa.select(Complaint.id).where(
        Complaint.lot_id.in_(about),
        Complaint.kind == "ill",
        Complaint.state.not_in(_ENDED_COMPLAINTS),
    )
    return session.scalar(ill.limit(1)) is None


def has_scope(session: Session, recall: Recall) -> bool:
    """There is a scope, if only a provisional one."""
    return current_scope(session, recall.id) is not None


def scope_is_locked(_session: Session, recall: Recall) -> bool:
    """A recall begun on a provisional scope has a locked one by now."""
    return not recall.provisional


def all_countersigned(session: Session, recall: Recall) -> bool:
    """Whatever one person did alone has a second signature."""
    return not open_countersignatures(session, recall.id)


def aware_confirmed(_session: Session, recall: Recall) -> bool:
    """A person said when the firm became aware."""
    return recall.aware_confirmed


GUARDS: dict[str, dict[str, Guard]] = {
    "dismiss": {
        "no_illness": no_illness_open,
        "risk_assessment": attested("risk_assessment"),
    },
    "decide": {"aware": aware_confirmed},
    "start": {"plan": attested("plan"), "submission": attested("submission")},
    "start_alone": {"scope": has_scope},
    "publish": {"notices": attested("notices")},
    "publish_alone": {"notices": attested("notices")},
    "complete": {
        "scope_locked": scope_is_locked,
        "countersigned": all_countersigned,
        "plan": attested("plan"),
        "submission": attested("submission"),
        "effectiveness": attested("effectiveness"),
    },
    "dispose": {
        "advance_notice": attested("advance_notice"),
        "dispositions": attested("dispositions"),
    },
    "close": {
        "countersigned": all_countersigned,
        "summary": attested("summary"),
        "root_cause": attested("root_cause"),
        "capa": attested("capa"),
        "settlement": attested("settlement"),
    },
    "cancel": {"evidence": attested("evidence")},
}
"""Guards of each step by name; a step without an entry has none."""

ATTESTATIONS = (
    *("risk_assessment", "plan", "submission", "notices", "effectiveness"),
    *("advance_notice", "dispositions", "summary", "root_cause", "capa"),
    *("settlement", "evidence"),
)
"""What can be signed, in the order of the way (docs/recall.md)."""


def wave_of(session: Session, recall: Recall) -> int:
    """Which expansion the recall is in; 1 is what it began with."""
    scope = current_scope(session, recall.id)
    return scope.wave if scope else 1


def unmet(session: Session, recall: Recall, step: str) -> list[str]:
    """Names of guards of a step that are not fulfilled."""
    guards = GUARDS.get(step, {})
    return [name for name, guard in guards.items() if not guard(session, recall)]


def check_guards(session: Session, recall: Recall, step: str) -> None:
    """Raises Conflict ``recall_guard`` with what is missing."""
    if missing := unmet(session, recall, step):
        raise Conflict(
            "recall_guard",
            N_("%(number)s cannot take this step yet. Still missing: %(what)s."),
            number=recall.number,
            machine="recall",
            what=", ".join(missing),
        )
