"""A form that is sent twice is booked once.

A thumb taps twice, a phone sends again when the answer is lost, somebody goes back and
presses the button a second time: without this each of them would ship the goods again.
Every form that books carries a number of its own, kept in the transaction of the deed.
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from datetime import datetime

from flask import redirect, request
from flask.typing import ResponseReturnValue

from ..trace import clock
from ..trace.db import Session, insert_if_new
from ..trace.errors import N_, Conflict, LotmarkError
from .current import actor, house
from .sent_forms import SentForm

FIELD = "once"
_FORM = re.compile(r"[A-Za-z0-9_-]{16,64}")
_UNTOLD = (FIELD, "csrf_token")
"""Fields that are no part of what the form says."""

Deed = Callable[[Session], str]
"""Books what the form asks; gives the address of the page that shows it."""


def form_number() -> str:
    """A number for a form that is shown now."""
    return secrets.token_urlsafe(18)


def book_once(deed: Deed, *, scans: bool = False) -> ResponseReturnValue:
    """Do it in one transaction and show its page; sent again, only show its page.

    ``scans`` is for forms that take one code after the other: a hand scanner sends the
    next one before the page is there anew, so another code is another deed.

    Raises Conflict ``form_sent`` for another form whose number was booked with other
    fields, and as ``deed``: what was refused can be mended and sent again.
    """
    with house().plant.writing() as session:
        sent = _sent(session, clock.now(), scans)
        if sent is None:
            address = deed(session)
        else:
            address = sent.address = sent.address or deed(session)
    return redirect(address)


def try_out(deed: Deed) -> LotmarkError | None:
    """Why it would be refused, with nothing booked; None where it would go well."""
    try:
        with house().plant.writing() as session:
            deed(session)
            raise _Fine
    except _Fine:
        return None
    except LotmarkError as error:
        return error


class _Fine(Exception):
    """It would go well: rolls back what was tried."""


def _sent(session: Session, now: datetime, scans: bool) -> SentForm | None:
    """The row of this form, with an address when it was booked before."""
    number = request.form.get(FIELD, "")
    if not _FORM.fullmatch(number):
        return None
    login, digest = actor().login, _digest()
    if scans:
        number = f"{number}.{digest}"
    values = {"digest": digest, "address": "", "sent_at": now}
    insert_if_new(session, SentForm, login=login, number=number, **values)
    row = session.get_one(SentForm, (login, number))
    if row.digest != digest:
        raise Conflict(
            "form_sent",
            N_(
                "This form was booked already, and then changed. Look at what was "
                "booked (%(page)s). If the change is another deed, press the button "
                "again."
            ),
            page=row.address.split("?")[0].rsplit("/", 1)[-1],
        )
    return row


def _digest() -> str:
    fields = sorted(
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in _UNTOLD
    )
    told = repr((request.path, fields)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(told).hexdigest()
