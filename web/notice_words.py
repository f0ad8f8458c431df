"""What fields, states and channels of a notice are called on screens and papers."""

from ..trace.errors import N_
from .words import Word

NOTICE: dict[str, Word] = {
    "draft": ("none", N_("Draft")),
    "linted": ("run", N_("Checked")),
    "in_review": ("warn", N_("Waits for signatures")),
    "approved": ("ok", N_("Approved, not out yet")),
    "publishing": ("warn", N_("Out, not on all channels yet")),
    "published": ("ok", N_("Published")),
    "superseded": ("none", N_("Superseded")),
    "corrected": ("none", N_("Corrected")),
    "retired": ("none", N_("Retired")),
}

NOTICE_STEP: dict[str, str] = {
    "notice": N_("The notice"),
    "revise": N_("Change the notice"),
    "lint": N_("Check the notice"),
    "submit": N_("Hand it in for signing"),
    "decline": N_("Give the notice back"),
    "approve": N_("Approve the notice"),
    "publish": N_("Publish now"),
    "publish_alone": N_("Publish alone, in an emergency"),
    "complete": N_("Complete the publication"),
    "supersede": N_("Supersede the notice"),
    "correct": N_("Correct the notice"),
    "retire": N_("Retire the notice"),
}

NOTICE_FIELD: dict[str, str] = {
    "company": N_("Company"),
    "address": N_("Address"),
    "legal_representative": N_("Legal representative"),
    "person_in_charge": N_("Person in charge"),
    "phone": N_("Telephone"),
    "email": N_("E-mail"),
    "brand": N_("Brand"),
    "reason": N_("Why it is recalled"),
    "hazard": N_("What may happen"),
    "groups_at_risk": N_("Who is most at risk"),
    "area": N_("Where it was sold"),
    "sold": N_("When, where and by whom sold"),
    "where_code": N_("Where batch and code stand"),
    "stop_use": N_("What to do now"),
    "operator_duties": N_("What shops and dealers must do"),
    "consumer_steps": N_("Returning it, refund and compensation"),
    "remedy": N_("What you get"),
    "illness_advice": N_("If you feel unwell"),
    "quantity": N_("Quantity"),
    "credit_code": N_("Unified social credit code"),
    "approval_mark": N_("Approval mark"),
    "apology": N_("Apology"),
    "regulator": N_("Supervising authority"),
    "regulator_phone": N_("Authority's telephone"),
}

SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        N_("What may happen"),
        ("hazard", "groups_at_risk", "reason"),
    ),
    (
        N_("What to do"),
        ("stop_use", "consumer_steps", "remedy", "illness_advice", "where_code"),
    ),
    (N_("For shops and dealers"), ("operator_duties", "area", "sold", "quantity")),
    (
        N_("Who recalls it"),
        (
            *("company", "brand", "address", "legal_representative"),
            *("person_in_charge", "credit_code", "approval_mark", "email", "apology"),
        ),
    ),
)
"""How a reader meets the fields: danger, deeds, trade, firm; telephones stand apart."""

CHANNEL_KIND: dict[str, str] = {
    "company_site": N_("Our own site and feeds"),
    "factory_broadcast": N_("Factory broadcast"),
    "e_commerce": N_("E-commerce shops"),
    "regulator_site": N_("The authority's website"),
    "media": N_("Media"),
    "direct_contact": N_("Consignees directly"),
    "trade_letter": N_("Trade letters"),
    "press_release": N_("Press release"),
    "point_of_sale": N_("Posters in shops"),
    "safety_business_gateway": N_("Safety Business Gateway"),
    "partner_system": N_("Partners' systems"),
    "staff": N_("Our own staff"),
}

CHANNEL_TASK: dict[str, str] = {
    "factory_broadcast": N_("Read the script aloud in stores and on the lines."),
    "e_commerce": N_("Delist the product and pin the notice; add a screenshot."),
    "regulator_site": N_("Submit the notice to the authority; note the receipt."),
    "media": N_("Send the notice to the media; note to whom."),
    "direct_contact": N_("Call, and write down whom you spoke to."),
    "trade_letter": N_("Send the letter, and note the way and the number."),
    "press_release": N_("Send the press release; note to whom."),
    "point_of_sale": N_("Have the poster put up where the product was sold."),
    "safety_business_gateway": N_("Submit it in the Safety Business Gateway."),
    "partner_system": N_("Tell the partner."),
    "staff": N_("Tell the staff."),
}

DELIVERY: dict[str, Word] = {
    "queued": ("run", N_("Queued")),
    "sending": ("run", N_("Being sent")),
    "sent": ("ok", N_("Out")),
    "delivered": ("ok", N_("Delivered")),
    "acknowledged": ("ok", N_("Answered")),
    "bounced": ("bad", N_("Refused: do it by hand")),
    "retry": ("warn", N_("Failed, tried again soon")),
    "manual": ("warn", N_("To be done by hand")),
    "unreachable": ("bad", N_("Nobody reached: visit or letter")),
}

PART: dict[str, str] = {
    "text": N_("The wording"),
    "safety": N_("What it says of the danger"),
    "director": N_("The notice as a whole"),
}

LAW: dict[str, str] = {
    "cn_food": N_("China, food"),
    "cn_goods": N_("China, consumer goods"),
    "eu_food": N_("European Union, food"),
    "eu_goods": N_("European Union, consumer goods"),
    "us_food": N_("United States, food"),
    "us_meat": N_("United States, meat"),
}
RECALL_LEVEL: dict[str, str] = {
    "I": N_("Level I"),
    "II": N_("Level II"),
    "III": N_("Level III"),
}
