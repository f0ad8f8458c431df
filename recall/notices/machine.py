"""The states of a notice and the ways between them (domain.md §3.6 N1-N6), as data."""

from ...trace.flow import Machine, Step

OPEN = ("draft", "linted", "in_review", "approved")
"""States in which it can be written."""
OUT = ("publishing", "published")
"""On our own site as the newest word."""
SHOWN = (*OUT, "superseded", "corrected", "retired")
"""At its public address, which stays for good."""

NOTICE = Machine(
    "notice",
    "state",
    {
        "revise": Step(("linted", "in_review", "approved"), "draft", "notice.draft"),
        "lint": Step(("draft",), "linted", "notice.draft"),  # N1
        "submit": Step(("linted",), "in_review", "notice.draft"),  # N2
        "decline": Step(("in_review", "approved"), "draft", "notice.sign"),
        "approve": Step(("in_review",), "approved", "notice.sign"),  # N2
        "publish": Step(("approved",), "publishing", "notice.publish"),  # N3
        "publish_alone": Step(
            ("linted", "in_review", "approved"), "publishing", "notice.alone"
        ),
        "complete": Step(("publishing",), "published", "notice.publish"),  # N3
        "supersede": Step(OUT, "superseded", "notice.publish"),  # N4
        "correct": Step(OUT, "corrected", "notice.publish"),  # N5
        "retire": Step(("published",), "retired", "notice.publish"),  # N6
    },
    since="state_at",
)
