"""The steps of ``plant_life``: every service that changes what trace has on record."""

from plant_goods import GOODS_STEPS
from plant_life import Life, Step
from plant_lines import LINE_STEPS
from plant_making import MAKING_STEPS
from plant_units import UNIT_STEPS

from lotmark.trace.db import Session
from lotmark.trace.parties.tables import Partner
from lotmark.trace.stock.spare import set_policy


def _master(session: Session, life: Life) -> None:
    article = life.article(session, "product")
    share = life.random.choice((0, 50, 1000))
    set_policy(session, article.id, share, life.someone(), life.now)
    partner = life.one_of(session, Partner)
    assert isinstance(partner, Partner)
    partner.backup_contact, partner.backup_phone = "孙", "+86 1"
    partner.contact_checked_on = life.now.date()


STEPS: dict[str, tuple[int, Step]] = {
    **MAKING_STEPS,
    **GOODS_STEPS,
    **UNIT_STEPS,
    **LINE_STEPS,
    "master": (1, _master),
}
"""By name, with how often each is taken."""
