"""What codes are called on staff screens: a status is always word + colour + shape.

Each entry is ``(kind, word)``: the kind is the ``is-…`` class that gives colour and
shape, the word is the key of its translation (domain.md §1.1).
"""

from ..trace.errors import N_

Word = tuple[str, str]

LOT: dict[str, Word] = {
    "planned": ("none", N_("Planned")),
    "in_production": ("run", N_("In production")),
    "produced": ("run", N_("Produced")),
    "testing": ("run", N_("Being tested")),
    "released": ("ok", N_("Released")),
    "recalled": ("bad", N_("Recalled")),
    "closed": ("none", N_("Batch closed")),
    "rejected": ("bad", N_("Rejected")),
}

HOLD: dict[str, Word] = {
    "active": ("hold", N_("On hold")),
    "release_requested": ("hold", N_("On hold, release requested")),
    "released": ("ok", N_("Hold lifted")),
}

HAZARD: dict[str, str] = {
    "health": N_("Health"),
    "quality": N_("Quality"),
    "label": N_("Label"),
    "other": N_("Other"),
}

COMPLAINT: dict[str, Word] = {
    "received": ("none", N_("Not accepted yet")),
    "acknowledged": ("run", N_("Accepted")),
    "investigating": ("run", N_("Trace verification")),
    "proposed": ("run", N_("Answer proposed")),
    "closed": ("ok", N_("Case closed")),
    "invalid": ("none", N_("Not a complaint")),
}

COMPLAINT_KIND: dict[str, str] = {
    "swollen": N_("Swollen or leaking"),
    "foreign": N_("Foreign matter"),
    "smell": N_("Bad smell or taste"),
    "ill": N_("Unwell after eating"),
    "label": N_("Label or date"),
    "other": N_("Something else"),
}

SEVERITY: dict[str, Word] = {
    "health": ("bad", N_("Health")),
    "quality": ("warn", N_("Quality")),
    "service": ("none", N_("Service")),
}

CHANNEL: dict[str, str] = {
    "qr": N_("Scanned"),
    "typed": N_("Typed code"),
    "phone": N_("Hotline"),
    "store": N_("Shop"),
}

JOB: dict[str, Word] = {
    "created": ("none", N_("Waiting to be drawn")),
    "rendering": ("run", N_("Drawing labels")),
    "finished": ("ok", N_("Labels ready")),
    "failed": ("bad", N_("Labels failed")),
}

LINE: dict[str, Word] = {
    "running": ("ok", N_("In use")),
    "stopped": ("none", N_("Stopped")),
    "rectifying": ("warn", N_("Being put right")),
}

CHECK: dict[str, str] = {
    "vacuum": N_("Vacuum"),
    "sterilisation": N_("Sterilisation"),
    "metal": N_("Metal detection"),
    "weight": N_("Weight"),
    "seal": N_("Seal"),
    "temperature": N_("Temperature"),
}

RESULT: dict[str, Word] = {
    "pass": ("ok", N_("Passed")),
    "fail": ("bad", N_("Failed")),
    "missing": ("warn", N_("No record")),
}

CLEANING: dict[str, str] = {
    "dry": N_("Dry cleaning"),
    "wet": N_("Wet cleaning"),
    "full": N_("Full cleaning"),
    "allergen": N_("Allergen cleaning"),
}

EDGE: dict[str, str] = {
    "consumption": N_("Consumption"),
    "rework": N_("Rework"),
    "repack": N_("Repacking"),
}

ORIGIN: dict[str, str] = {
    "unknown": N_("Not known yet"),
    "ingredient": N_("An ingredient"),
    "line": N_("The line or equipment"),
    "logistics": N_("Transport or storage"),
    "label": N_("The label"),
}

TIER: dict[int, Word] = {
    1: ("bad", N_("Confirmed")),
    2: ("warn", N_("Probable")),
    3: ("warn", N_("Possible")),
}

COMPLAINT_STEP: dict[str, str] = {
    "received": N_("Accept"),
    "acknowledged": N_("Conclusion"),
    "investigating": N_("Conclusion"),
    "proposed": N_("Close the case"),
}
"""What is due in each state of a complaint."""

COMPLAINT_EVENT: dict[str, str] = {
    "file": N_("Complaint filed"),
    "acknowledge": N_("Accepted"),
    "investigate": N_("Trace verification begun"),
    "propose_answer": N_("Answer proposed"),
    "close": N_("Case closed"),
    "mark_invalid": N_("Put aside"),
    "note": N_("Note"),
}
