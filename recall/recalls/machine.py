"""The states of a recall and the ways between them (domain.md §3.3 A1-A13), as data."""

from ...trace.flow import Machine, Step

FIRST = "recall.assess"
"""The right to ask for a step that a second person takes."""
FIRST_OF = {"dispose": "recall.recover"}
"""Steps whose first person is another: who has the goods in hand."""

OPEN = (
    *("assessment", "decided", "scope_locked", "started", "published", "expanded"),
    *("completed", "dispositioned"),
)
"""States in which somebody still has something to do."""
BEFORE_START = ("assessment", "decided", "scope_locked")
ENDED = ("not_required", "closed", "cancelled")

RECALL = Machine(
    "recall",
    "state",
    {
        # A2, with two persons
        "dismiss": Step(
            ("assessment",), "not_required", "recall.dismiss", not_by=("asked_by",)
        ),
        "decide": Step(("assessment",), "decided", "recall.decide"),  # A3
        # A4; the second person is checked against who proposed the scope
        "lock": Step(("decided", "expanded"), "scope_locked", "recall.lock"),
        "start": Step(("scope_locked",), "started", "recall.lead"),  # A5
        "start_alone": Step(BEFORE_START, "started", "recall.alone"),
        # A6, with two persons
        "publish": Step(
            ("started",), "published", "recall.publish", not_by=("asked_by",)
        ),
        "publish_alone": Step(("started",), "published", "recall.alone"),
        # A8: one person widens it, a second one locks
        "expand": Step(
            ("scope_locked", "started", "published", "completed"),
            "expanded",
            "recall.assess",
        ),
        "complete": Step(("published",), "completed", "recall.complete"),  # A9
        # A10, with two persons
        "dispose": Step(
            ("completed",), "dispositioned", "recall.dispose", not_by=("asked_by",)
        ),
        "close": Step(("dispositioned",), "closed", "recall.close"),  # A11
        # A12, with two persons
        "cancel": Step(
            BEFORE_START, "cancelled", "recall.cancel", not_by=("asked_by",)
        ),
    },
    since="state_at",
)
ASKED = ("dismiss", "publish", "dispose", "cancel")
"""Steps that wait for a second signature after the first person asked."""
LOWER = "recall.lower"
"""The right to sign as the second person that a level is lowered."""
