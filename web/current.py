"""What a view needs of the moment: the installation, the person, their sessions."""

from typing import cast

from flask import current_app, g

from ..trace.errors import N_, Forbidden
from ..trace.people import Actor
from .installation import Installation


def house() -> Installation:
    """The installation this application serves."""
    return cast(Installation, current_app.extensions["lotmark"])


def actor() -> Actor:
    """The person logged in. Raises Forbidden for a stranger."""
    person: Actor | None = g.get("actor")
    if person is None:
        raise Forbidden("not_logged_in", N_("Log in first."))
    return person
