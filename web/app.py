"""The web application, wired in one place."""

import hashlib
import secrets
from datetime import timedelta
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from . import current, i18n, problems
from .admin import views as admin
from .api import views as api
from .auth import views as auth
from .codes import views as codes
from .desk import views as desk
from .imports import views as imports
from .installation import Installation
from .limits import limiter
from .line import views as line
from .notices import views as notices
from .paths import CONVERTERS, safe_path
from .public import views as public
from .quality import views as quality
from .recalls import views as recalls
from .records import views as records
from .recovery import views as recovery
from .stock import views as stock

HERE = Path(__file__).parent
MAX_UPLOAD = 40 * 1024 * 1024
"""Bytes one request may carry: three photos of a phone."""
ROOMS: tuple[Blueprint, ...] = (
    public.room,
    auth.room,
    line.room,
    desk.room,
    quality.room,
    notices.room,
    recalls.room,
    records.room,
    imports.room,
    recovery.room,
    stock.room,
    codes.room,
    admin.room,
    api.room,
)
HTTPS_FOR = timedelta(days=365)
"""How long a browser that met us on https shall not try plain http (RFC 6797)."""


def create_app(house: Installation, **config: object) -> Flask:
    """The application for one installation; ``config`` overrides Flask's settings."""
    app = Flask(
        "lotmark.web",
        instance_path=str(house.settings.home.resolve()),
        root_path=str(HERE),
        static_folder=str(HERE / "static"),
        template_folder=str(HERE / "templates"),
    )
    app.config |= {
        "SECRET_KEY": house.settings.signing_key(),
        "MAX_CONTENT_LENGTH": MAX_UPLOAD,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": house.settings.base_url.startswith("https"),
        "PERMANENT_SESSION_LIFETIME": timedelta(days=1),
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(days=7),
        "WTF_CSRF_TIME_LIMIT": None,
        "WEB_FOLDER": HERE,
        **config,
    }
    app.url_map.converters.update(CONVERTERS)
    app.extensions["lotmark"] = house
    proxies = house.settings.trusted_proxies
    if proxies:
        # Otherwise all visitors have the proxy's address and share one limit.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    app.jinja_options |= {"trim_blocks": True, "lstrip_blocks": True}
    auth.set_up(app)
    imports.set_up(app)
    # Machines show a key and no cookie: nobody's browser can be made to act there.
    CSRFProtect(app).exempt(api.room)
    limiter.init_app(app)
    i18n.set_up(app)
    problems.set_up(app)
    api.set_up(app)
    for room in ROOMS:
        app.register_blueprint(room)
    app.jinja_env.globals["asset"] = asset
    app.add_url_rule("/language/<code>", "language", choose_language)
    app.before_request(_prepare)
    app.after_request(_protect)
    return app


@cache
def asset(name: str) -> str:
    """Address of a static file, with its content's hash: it may be kept for ever."""
    content = (HERE / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def choose_language(code: str) -> ResponseReturnValue:
    """Switch the language and go back to where the visitor was."""
    answer = redirect(safe_path(request.args.get("back", "/")))
    if code in i18n.LANGUAGES:
        answer.set_cookie(
            i18n.COOKIE, code, max_age=timedelta(days=365), samesite="Lax"
        )
    return answer


def _prepare() -> None:
    g.nonce = secrets.token_urlsafe(12)


def _protect(answer: Response) -> Response:
    nonce = g.get("nonce", "")
    answer.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' "
        f"'unsafe-inline'; script-src 'self' 'nonce-{nonce}'; frame-ancestors 'none'; "
        "form-action 'self'; base-uri 'none'",
    )
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Referrer-Policy", "same-origin")
    if current.house().settings.base_url.startswith("https"):
        lasts = int(HTTPS_FOR.total_seconds())
        answer.headers.setdefault("Strict-Transport-Security", f"max-age={lasts}")
    if answer.mimetype == "text/html":
        answer.headers.setdefault("Cache-Control", "private, no-store")
        answer.headers.setdefault("Vary", "Accept-Language, Cookie")
    return answer
