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

UNIT: dict[str, Word] = {
    "open": ("run", N_("Being packed")),
    "closed": ("ok", N_("Sealed")),
    "dissolved": ("none", N_("Taken apart")),
}

LEVEL: dict[str, str] = {
    "case": N_("Case"),
    "pallet": N_("Pallet"),
}

COUNT: dict[str, Word] = {
    "open": ("run", N_("Being counted")),
    "counted": ("warn", N_("Counted, to be booked")),
    "booked": ("ok", N_("Booked")),
    "cancelled": ("none", N_("Given up")),
}

CODE_ORDER: dict[str, Word] = {
    "ordered": ("run", N_("At the print house")),
    "returned": ("ok", N_("Labels delivered")),
}

PLACE: dict[str, str] = {
    "warehouse": N_("Warehouse"),
    "line": N_("Line"),
    "hold": N_("Hold area"),
    "returns": N_("Returns area"),
    "quarantine": N_("Quarantine"),
    "sample": N_("Samples"),
}

SKIPPED: dict[str, Word] = {
    "held": ("hold", N_("On hold")),
    "not_released": ("run", N_("Not released yet")),
    "withdrawn": ("bad", N_("Recalled or rejected")),
    "expired": ("bad", N_("Expired")),
    "scan_needed": ("hold", N_("Some packs on hold: scan")),
}
"""Why a lot is passed over when goods are picked."""

USE: dict[str, str] = {
    "sample": N_("Sample"),
    "staff_sale": N_("Staff sale"),
    "donation": N_("Donation"),
    "lost": N_("Lost"),
}

SPARE: dict[str, Word] = {
    "below": ("bad", N_("Too little")),
    "above": ("warn", N_("Too much")),
    "right": ("ok", N_("Enough")),
    "none": ("none", N_("Nothing sold")),
}

UNIT_OF: dict[str, str] = {
    "kg": "kg",
    "g": "g",
    "l": "L",
    "ml": "mL",
    "piece": N_("packs"),
    "case": N_("cases"),
}
"""Units people choose a quantity in."""

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
    "sent": ("run", N_("Sent to the printer")),
    "printing": ("run", N_("Printing")),
    "paused": ("warn", N_("Paused")),
    "finished": ("ok", N_("Labels ready")),
    "cancelled": ("none", N_("Rest cancelled")),
    "failed": ("bad", N_("Labels failed")),
    "reconciled": ("ok", N_("Labels accounted for")),
}

PRINTER_KIND: dict[str, str] = {
    "tcp": N_("Network port (9100)"),
    "ipp": N_("Print queue (IPP, CUPS)"),
    "folder": N_("Folder"),
}

LINE: dict[str, Word] = {
    "running": ("ok", N_("In use")),
    "stopped": ("none", N_("Stopped")),
    "rectifying": ("warn", N_("Being put right")),
}

LINE_STEP: dict[str, str] = {
    "stop": N_("Stop the line"),
    "start": N_("Start the line"),
    "rectify": N_("Stop it and put it right"),
    "restart": N_("Let it run again"),
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

INSPECTION: dict[str, str] = {
    "receiving": N_("Receiving inspection"),
    "outgoing": N_("Outgoing inspection"),
    "incubation": N_("Incubation test"),
    "retained": N_("Test of the retained sample"),
    "returned": N_("Inspection of returned goods"),
}

PAPER: dict[str, str] = {
    "animal_quarantine": N_("Animal quarantine certificate"),
    "meat_inspection": N_("Meat inspection certificate"),
    "test_report": N_("Test report"),
    "supplier_licence": N_("Supplier's licence"),
    "delivery_note": N_("Delivery note"),
    "other": N_("Other paper"),
}

EQUIPMENT: dict[str, str] = {
    "retort": N_("Retort"),
    "kettle": N_("Kettle"),
    "chiller": N_("Chiller"),
    "tank": N_("Tank"),
}

VERDICT: dict[str, Word] = {
    "even": ("ok", N_("Adds up")),
    "within": ("ok", N_("Within the tolerance")),
    "short": ("bad", N_("Some is unexplained")),
    "over": ("bad", N_("More than there should be")),
}
"""What a mass balance says (``trace.production.balances``)."""

BALANCE: dict[str, str] = {
    "stock": N_("In our own stock"),
    "used": N_("Used in batches"),
    "tested": N_("Retained samples and tests"),
    "scrapped": N_("Destroyed"),
    "out": N_("Shipped less returned"),
    "unexplained": N_("Unexplained"),
}
"""Parts of a mass balance, in its order (domain.md §4.7)."""

LABELS: dict[str, str] = {
    "applied": N_("On packs"),
    "voided": N_("Voided"),
    "sampled": N_("Taken as samples"),
    "missing": N_("Missing"),
    "open": N_("Not explained yet"),
}
"""What becomes of printed labels."""

RECORDS: dict[str, str] = {
    "site": N_("Site"),
    "line": N_("Line"),
    "place": N_("Storage place"),
    "partner": N_("Partner"),
    "article": N_("Article"),
    "spare": N_("Spare stock"),
    "lot": N_("Lot"),
    "code": N_("Item code"),
    "block": N_("Block"),
    "cycle": N_("Equipment cycles"),
    "cleaning": N_("Cleaning"),
    "check": N_("Process checks"),
    "inspections": N_("Inspection"),
    "samples": N_("Retained sample"),
    "papers": N_("Paper"),
    "items": N_("Item codes"),
    "marks": N_("Item codes"),
    "hold": N_("Hold"),
    "holds": N_("Hold"),
    "consumption": N_("Consumption"),
    "case": N_("Case"),
    "shipment": N_("Shipment"),
    "movement": N_("Movements"),
    "count": N_("Stock counts"),
}
"""What a record is, in errors that say which one is there already."""

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
    "tank": N_("From a tank"),
}

ORIGIN: dict[str, str] = {
    "unknown": N_("Not known yet"),
    "ingredient": N_("An ingredient"),
    "line": N_("The line or equipment"),
    "logistics": N_("Transport or storage"),
    "label": N_("The label"),
}

STICKS: dict[str, str] = {
    "any": N_("Anything else"),
    "allergen": N_("An allergen: only allergen cleanings end it"),
    "equipment": N_("It sticks to equipment"),
}
"""Kinds of hazards, by what a cleaning must have removed."""

SCOPE: dict[str, Word] = {
    "draft": ("ok", N_("Up to date")),
    "stale": ("bad", N_("Out of date")),
    "superseded": ("none", N_("Replaced")),
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

PRINTER: dict[str, Word] = {
    "ok": ("ok", N_("Ready to print")),
    "attention": ("bad", N_("Needs attention")),
    "no_answer": ("bad", N_("Does not answer")),
    "unknown": ("none", N_("Unknown: it does not say")),
}
"""What printers say of themselves."""

PRINTER_NEEDS: dict[str, tuple[str, str]] = {
    "paper_out": (N_("Labels used up"), N_("Put in a new roll and close it.")),
    "ribbon_out": (N_("Ribbon used up"), N_("Put in a new ribbon and close it.")),
    "head_open": (N_("Print head open"), N_("Close the print head.")),
    "paused": (N_("Paused at the printer"), N_("Press the printer’s own key.")),
    "jam": (N_("Labels jammed"), N_("Open it and take the jammed labels out.")),
    "hot": (N_("Print head too hot"), N_("Wait: it goes on when it is cooler.")),
    "memory": (
        N_("Memory full"),
        N_("Switch it off and on, then scan the last label."),
    ),
    "stopped": (N_("Stopped"), N_("Switch it off and on, then scan the last label.")),
    "nonsense": (
        N_("Answers make no sense"),
        N_("Check that it is the right printer, then switch it off and on."),
    ),
}
"""Why a printer needs somebody, and what to do."""

CONSIGNEE: dict[str, Word] = {
    "silent": ("bad", N_("Not told yet")),
    "told": ("warn", N_("Told, silent")),
    "acknowledged": ("run", N_("Stopped selling")),
    "answered": ("ok", N_("Answered")),
    "closed": ("none", N_("Given up")),
}
"""How far a consignee of a recall is."""

CALL: dict[str, Word] = {
    "asked": ("warn", N_("To be called")),
    "reached": ("ok", N_("Reached")),
    "no_answer": ("warn", N_("No answer")),
    "wrong_number": ("bad", N_("Wrong number")),
    "refused": ("bad", N_("Refuses")),
}
CALL_WAY: dict[str, str] = {
    "page": N_("on its page"),
    "phone": N_("by telephone"),
    "letter": N_("by letter"),
    "electronic": N_("by message"),
    "visit": N_("by a visit"),
}
"""How a consignee was reached."""

DISPOSITION: dict[str, str] = {
    "release": N_("Release"),
    "relabel": N_("Relabel"),
    "harmless": N_("Harmless treatment"),
    "destroy": N_("Destroy"),
    "scrap": N_("Scrap"),
    "supplier_return": N_("Back to the supplier"),
}
DISPOSITION_STATE: dict[str, Word] = {
    "asked": ("warn", N_("Waits for approval")),
    "approved": ("run", N_("Approved, to be done")),
    "done": ("ok", N_("Done")),
    "declined": ("none", N_("Declined")),
    "withdrawn": ("none", N_("Withdrawn")),
}
SCAN: dict[str, Word] = {
    "moved": ("ok", N_("Booked in")),
    "there": ("ok", N_("Is here already")),
    "refused": ("bad", N_("Refused")),
    "unknown": ("bad", N_("Not understood")),
}
"""What came of a scan into a zone."""
