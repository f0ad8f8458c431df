"""What every printout adds to its paper, in the reader's language."""

from datetime import datetime

from flask_babel import gettext as _

from ..i18n import moment
from .document import Imprint


def imprint(name: str, now: datetime) -> Imprint:
    """Printed now, by somebody of that name."""
    return Imprint(
        printed=_("printed %(time)s by %(name)s", time=moment(now), name=name),
        content=_("content check"),
        page=_("page {page} of {pages}"),
    )
