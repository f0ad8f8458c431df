"""What codes of signals and recalls are called on screens, as ``words`` does for the
rest of the house."""

from ..trace.errors import N_
from .words import Word

STATE: dict[str, Word] = {
    "assessment": ("warn", N_("Being assessed")),
    "not_required": ("none", N_("No recall needed")),
    "decided": ("bad", N_("Recall decided")),
    "scope_locked": ("bad", N_("Scope locked")),
    "started": ("bad", N_("Started and reported")),
    "published": ("bad", N_("Published")),
    "completed": ("run", N_("Goods recovered")),
    "dispositioned": ("run", N_("Goods disposed of")),
    "closed": ("ok", N_("Recall closed")),
    "cancelled": ("none", N_("Cancelled")),
    "expanded": ("bad", N_("Being widened")),
}
PATH = (
    *("assessment", "decided", "scope_locked", "started", "published"),
    *("completed", "dispositioned", "closed"),
)
"""The way of a recall, as its page draws it."""

STEP: dict[str, str] = {
    "aware": N_("Confirm when the firm became aware"),
    "dismiss": N_("No recall is needed"),
    "decide": N_("Decide the recall"),
    "propose": N_("Give it a scope"),
    "accept": N_("Accept what is unresolved"),
    "lock": N_("Lock the scope"),
    "start": N_("Start it and report it"),
    "start_alone": N_("Start at once, alone"),
    "publish": N_("Publish it"),
    "publish_alone": N_("Publish at once, alone"),
    "expand": N_("Widen the scope"),
    "complete": N_("Declare the goods recovered"),
    "dispose": N_("Declare the goods disposed of"),
    "close": N_("Close the recall"),
    "cancel": N_("Cancel the recall"),
    "lower": N_("Lower a level"),
}

EVENT: dict[str, str] = {
    **STEP,
    "start_assessment": N_("Assessment begun"),
    "add_jurisdiction": N_("Rules of another place added"),
    "confirm_aware": N_("Aware time confirmed"),
    "change_aware": N_("Aware time changed"),
    "dismiss": N_("Found not to be needed"),
    "decide": N_("Recall decided"),
    "propose_scope": N_("Scope proposed"),
    "accept_unresolved": N_("Unresolved points accepted"),
    "lock": N_("Scope locked"),
    "start": N_("Started and reported"),
    "start_alone": N_("Started by one person alone"),
    "publish": N_("Published"),
    "publish_alone": N_("Published by one person alone"),
    "expand": N_("Scope widened"),
    "complete": N_("Goods recovered"),
    "dispose": N_("Goods disposed of"),
    "close": N_("Recall closed"),
    "cancel": N_("Cancelled"),
    "ask": N_("First signature"),
    "withdraw": N_("Request taken back"),
    "attest": N_("Signed"),
    "countersign": N_("Countersigned"),
    "report": N_("Interim report filed"),
    "raise_level": N_("Level raised"),
    "lower": N_("Level lowered"),
}

GUARD: dict[str, str] = {
    "aware": N_("The aware time, confirmed by a person"),
    "no_illness": N_("Complaints of people unwell after eating are still open"),
    "risk_assessment": N_("Written risk assessment with test results"),
    "scope": N_("A scope"),
    "scope_locked": N_("The scope locked by a second person"),
    "countersigned": N_("A second signature under what one person did alone"),
    "plan": N_("Recall plan with its eight points"),
    "submission": N_("Report to the authority, with its receipt"),
    "notices": N_("Approved notices on all mandatory channels"),
    "effectiveness": N_("Effectiveness checks and recovery figures"),
    "advance_notice": N_("Advance notice of disposal to the authority"),
    "dispositions": N_("Disposition of every recovered unit, with witnesses"),
    "summary": N_("Summary report to the authority"),
    "root_cause": N_("Root cause"),
    "capa": N_("Corrective and preventive action, found effective"),
    "settlement": N_("Compensation settled"),
    "evidence": N_("Evidence why it is cancelled"),
}

CLOCK: dict[str, str] = {
    "start": N_("Start and report"),
    "completion": N_("Recover the goods"),
    "report": N_("Next interim report"),
    "scope": N_("Lock the scope"),
    "countersign": N_("Countersignature"),
    "disposition": N_("Dispose of the goods"),
    "summary": N_("Summary report"),
}

CLOCK_STATE: dict[str, Word] = {
    "running": ("run", N_("Running")),
    "late": ("bad", N_("Late")),
    "met": ("ok", N_("In time")),
    "met_late": ("bad", N_("Done late")),
    "unknown": ("warn", N_("No calendar")),
    "stopped": ("none", N_("Has ended")),
}

PLACE: dict[str, str] = {
    "cn_food": N_("China, food"),
    "cn_goods": N_("China, consumer goods"),
    "eu_food": N_("EU, food"),
    "eu_goods": N_("EU, consumer goods"),
    "us_food": N_("USA, food (FDA)"),
    "us_meat": N_("USA, meat (FSIS)"),
}

LEVEL: dict[str, str] = {
    "I": N_("Level I"),
    "II": N_("Level II"),
    "III": N_("Level III"),
}
LEVEL_MEANS: dict[str, str] = {
    "I": N_("may gravely harm health, or kill: pathogen, toxin, allergen, glass"),
    "II": N_("may harm health: spoilage, lost vacuum, foreign matter of low risk"),
    "III": N_("false label, without harm to health"),
}

ACTION: dict[str, str] = {
    "recall": N_("Recall, down to consumers"),
    "withdrawal": N_("Withdrawal from the market"),
    "stock_recovery": N_("Stock recovery"),
    "safety_warning": N_("Safety warning"),
}
INITIATION: dict[str, str] = {
    "voluntary": N_("The firm’s own decision"),
    "ordered": N_("Ordered by the authority"),
}
DEPTH: dict[str, str] = {
    "consumer": N_("Consumers"),
    "retail": N_("Retail shops"),
    "wholesale": N_("Wholesale"),
}

SIGNAL_KIND: dict[str, str] = {
    "lab_positive": N_("Laboratory result"),
    "complaint_cluster": N_("Many complaints"),
    "illness": N_("Somebody unwell"),
    "supplier_notice": N_("Notice of a supplier"),
    "authority_notice": N_("Notice of an authority"),
    "process_deviation": N_("Process out of limits"),
    "label_error": N_("Wrong label"),
    "tamper": N_("Tampering"),
    "cold_chain_break": N_("Cold chain broken"),
}
SIGNAL: dict[str, Word] = {
    "open": ("warn", N_("Not assessed yet")),
    "confirmed": ("bad", N_("Confirmed")),
    "dismissed": ("none", N_("Dismissed")),
}

UNRESOLVED: dict[str, str] = {
    "unbatched": N_("goods shipped without a batch"),
    "unbounded": N_("a line without a clean break before"),
    "unbounded_equipment": N_("equipment without a cleaning before"),
    "open_tanks": N_("tanks never emptied"),
}
SCOPE: dict[str, Word] = {
    "proposed": ("warn", N_("Proposed, to be locked")),
    "locked": ("ok", N_("Locked by two persons")),
    "superseded": ("none", N_("Replaced")),
}

SPOKEN: dict[str, str] = {
    **{state: word for state, (_, word) in STATE.items()},
    **STEP,
    **GUARD,
    **UNRESOLVED,
    "recall": N_("The recall"),
}
"""Words for the codes that stand in the errors of a recall."""
