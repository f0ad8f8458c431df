"""How a refusal reaches whoever asked: a page for people, RFC 9457 for machines."""

from http import HTTPStatus

from flask import (
    Flask,
    Response,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from ..trace.errors import (
    N_,
    Conflict,
    Forbidden,
    InvalidInput,
    LotmarkError,
    NotFound,
    TooLarge,
)
from .i18n import say


class Busy(LotmarkError):
    """Right in itself, but the server has its hands full: later it will do."""


class Unauthenticated(LotmarkError):
    """A machine that shows no key in use."""


class Unprocessable(LotmarkError):
    """A repeated request that says something else than the first."""


STATUS: dict[type[LotmarkError], HTTPStatus] = {
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Unprocessable: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    InvalidInput: HTTPStatus.BAD_REQUEST,
    NotFound: HTTPStatus.NOT_FOUND,
    Forbidden: HTTPStatus.FORBIDDEN,
    Conflict: HTTPStatus.CONFLICT,
    Busy: HTTPStatus.SERVICE_UNAVAILABLE,
}

SENTENCES = {
    400: N_("This request could not be understood. Go back and try again."),
    404: N_("There is no such page. Check the address, or start at the first page."),
    405: N_("This page does not take that kind of request. Go back and try again."),
    415: N_("Expected another kind of content. Send JSON as application/json."),
    413: N_("That is too much to send at once. Send a smaller file."),
    429: N_("Too many attempts. Wait a minute and try again."),
    500: N_("Something failed on our side. It has been noted; try again in a minute."),
}


def set_up(app: Flask) -> None:
    """Answer every refusal and fault in the form the asker reads."""
    app.register_error_handler(LotmarkError, refuse)
    app.register_error_handler(CSRFError, refuse_form)
    app.register_error_handler(HTTPException, refuse_request)
    app.register_error_handler(OperationalError, refuse_for_now)


def status_of(error: LotmarkError) -> HTTPStatus:
    """The HTTP status of an error, by its class."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def refuse(error: LotmarkError) -> tuple[Response | str, int]:
    """Answer an error of ours with its sentence."""
    return _answer(status_of(error), error.code, say(error))


def refuse_for_now(error: OperationalError) -> tuple[Response | str, int]:
    """Answer who waited in vain to write on SQLite, where only one may at a time."""
    if "database is locked" not in str(error.orig):
        raise error
    return refuse(
        Busy(
            "database_busy",
            N_(
                "Something large is being written just now, such as an import. Nothing "
                "of yours was saved; try again in a minute."
            ),
        )
    )


def refuse_form(error: CSRFError) -> ResponseReturnValue:
    """Answer a form that lay open too long, or was sent from elsewhere."""
    if request.endpoint == "auth.log_in_now":
        # Who logged in beside it in another tab goes on; who did not gets a new form.
        return redirect(url_for("auth.log_in", next=request.form.get("next")))
    sentence = gettext(
        N_("This form is no longer valid. Go back, reload the page and send it again.")
    )
    return _answer(HTTPStatus.BAD_REQUEST, "form_expired", sentence)


def refuse_request(error: HTTPException) -> ResponseReturnValue:
    """Answer what the framework refuses: no such page, too large, too often."""
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()
    status = HTTPStatus(error.code)
    sentence = gettext(SENTENCES.get(error.code, SENTENCES[400]))
    answer = _answer(status, status.phrase.lower().replace(" ", "_"), sentence)
    told = {k: v for k, v in error.get_headers() if k in ("Allow", "Retry-After")}
    return (*answer, told)


def wants_json() -> bool:
    """Whether the asker is a machine."""
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(
        ["text/html", "application/json", "application/problem+json"], "text/html"
    )
    return best != "text/html"


def problem(status: HTTPStatus, code: str, sentence: str, **more: object) -> Response:
    """A problem document (RFC 9457) with ``more`` members of its own."""
    document = jsonify(
        type=f"urn:lotmark:problem:{code}",
        title=status.phrase,
        status=status.value,
        detail=sentence,
        code=code,
        **more,
    )
    document.status_code = status.value
    document.mimetype = "application/problem+json"
    return document


def _answer(status: HTTPStatus, code: str, sentence: str) -> tuple[Response | str, int]:
    if wants_json():
        return problem(status, code, sentence), status.value
    g.setdefault("actor", None)
    page = render_template("house/problem.html", status=status, sentence=sentence)
    return page, status.value
