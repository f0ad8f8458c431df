"""The screen of a line PC, wired: a small application of its own, without the plant."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import (
    Flask,
    Response,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
)
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from ...trace.db import Database
from ...trace.errors import LotmarkError
from .. import clocks, i18n
from ..app import asset, choose_language
from ..paths import CONVERTERS
from ..problems import SENTENCES, status_of
from ..public.pages import drawing
from .events import server_now
from .operators import Operator, find_operator
from .printer import Place
from .times import tick
from .views import room

HERE = Path(__file__).parent.parent
COOKIE = "lotmark_station"


def create_station_app(
    store: Database, place: Place, secret: str, *, first_check: bool
) -> Flask:
    """The application for one line PC."""
    app = Flask(
        "lotmark.web.station",
        instance_path=str((store.path or Path()).parent.resolve()),
        root_path=str(HERE),
        static_folder=str(HERE / "static"),
        template_folder=str(HERE / "templates"),
    )
    app.config |= {
        "SECRET_KEY": secret,
        "SESSION_COOKIE_NAME": COOKIE,
        "SESSION_COOKIE_SAMESITE": "Strict",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=16),
        "MAX_CONTENT_LENGTH": 100_000,
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(days=7),
        "WTF_CSRF_TIME_LIMIT": None,
        "WEB_FOLDER": HERE,
    }
    app.url_map.converters.update(CONVERTERS)
    app.extensions["station"] = {
        "store": store,
        "place": place,
        "first_check": first_check,
    }
    app.jinja_options |= {"trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.globals |= {"asset": asset, "drawing": drawing}
    CSRFProtect(app)
    i18n.set_up(app)
    app.context_processor(_shown)
    app.register_blueprint(room)
    app.add_url_rule("/language/<code>", "language", choose_language)
    app.before_request(_know_operator)
    app.after_request(_protect)
    app.register_error_handler(LotmarkError, _refuse)
    app.register_error_handler(HTTPException, _refuse_request)
    return app


def _know_operator() -> None:
    store: Database = current_app.extensions["station"]["store"]
    with store.reading() as kept:
        g.now = server_now(kept, tick())
        g.actor = find_operator(kept, session.get("who", ""))


def _shown() -> dict[str, Any]:
    """What every page can show."""
    actor: Operator | None = g.get("actor")
    return {
        "now": g.now,
        "when": clocks.when,
        "span": clocks.span,
        "plant_zone": i18n.PLANT_ZONE.key,
        "may": lambda right: actor is not None and right in actor.rights,
    }


def _refuse(error: LotmarkError) -> ResponseReturnValue:
    return render_template("station/refused.html", error=error), status_of(error)


def _refuse_request(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error, CSRFError):
        return redirect("/line")  # the PC was started again: a new page has a new form
    code = error.code or 500
    sentence = SENTENCES.get(code, SENTENCES[400])
    page = render_template("station/refused.html", error=LotmarkError("http", sentence))
    return page, code


def _protect(answer: Response) -> Response:
    answer.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        "frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    )
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    if request.endpoint != "static":
        answer.headers.setdefault("Cache-Control", "private, no-store")
    return answer
