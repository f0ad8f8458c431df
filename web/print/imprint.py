"""What every printout adds to its paper, in the reader's language."""

from datetime import datetime

from flask_babel import gettext as _

from ..i18n import PLANT_ZONE, moment
from .document import Imprint


def imprint(name: str, now: datetime) -> Imprint:
    """Printed now, by somebody of that name."""
    return Imprint(
        printed=_(
            "printed %(time)s by %(name)s, all times %(zone)s",
            time=moment(now),
            name=name,
            zone=PLANT_ZONE.key,
        ),
        content=_("content check"),
        page=_("page {page} of {pages}"),
    )
