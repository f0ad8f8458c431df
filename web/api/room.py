"""The machines' room: who is asking, with which right, and how an operation is built.

Machines show a key in every request; cookies count for nothing here, so no form of
another site can act through somebody's browser. What an operation needs stands beside
its path and is asked before anything of the request is read.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from apiflask import APIBlueprint
from flask import Response, g, request
from pydantic import BaseModel

from ...trace import clock
from ...trace.api_keys import SIGNED_RIGHTS, ApiKey, actor_of, find_key
from ...trace.errors import N_, Forbidden, InvalidInput
from ..current import house
from ..limits import limiter
from ..problems import Unauthenticated
from .idempotency import Action, Finish, answer_once

room = APIBlueprint("api", __name__, url_prefix="/api/v1")

RIGHTS: dict[str, str | None] = {}
"""Each endpoint and the right it takes; None where what is sent decides."""

FILES_SENT: dict[str, Any] = {}
"""The content of operations that answer with a file, by their names."""

View = Callable[..., Any]


def bearer() -> str:
    """The key of the request, or nothing."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


def _whose_limit() -> str:
    """A key has its own limit; who knows only its beginning cannot use that up."""
    return f"key:{hashlib.sha256(bearer().encode()).hexdigest()}"


def _stranger(answer: Response) -> bool:
    return answer.status_code == 401


limiter.shared_limit("1200/minute", scope="machine", key_func=_whose_limit)(room)
limiter.shared_limit("60/minute", scope="stranger", deduct_when=_stranger)(room)


@room.before_request
def let_in() -> None:
    """Know the key, and whether it may do this."""
    now = clock.now()
    with house().plant.reading() as session:
        key = find_key(session, bearer(), now)
        actor = actor_of(session, key) if key else None
    if key is None or actor is None:
        raise Unauthenticated(
            "key_invalid",
            N_(
                "Expected a key that is in use: Authorization: Bearer lm_…. It may be "
                "mistyped, expired or revoked."
            ),
        )
    g.api_key, g.actor = key, actor
    needed = RIGHTS.get(request.endpoint or "")
    if needed is not None:
        g.actor.require(needed)
    _check_body()


@room.after_request
def say_how(answer: Response) -> Response:
    """What HTTP wants beside a 401 (RFC 9110, 11.6.1), and no copies on the way."""
    if answer.status_code == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="Lotmark"'
    if request.method in ("GET", "HEAD") and answer.status_code == 200:
        answer.headers.setdefault("Cache-Control", "private, no-cache")
        if not answer.is_streamed:  # who asks again and again gets 304 meanwhile
            answer.add_etag()
            answer.make_conditional(request)
            return answer
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer


def key_in_use() -> ApiKey:
    """The key of this request."""
    key: ApiKey = g.api_key
    return key


def reads(
    path: str,
    right: str,
    answer: type[BaseModel],
    *,
    tag: str,
    query: type[BaseModel] | None = None,
) -> Callable[[View], View]:
    """A GET whose view takes a session, and ``query`` where there is one."""

    def decorate(view: View) -> View:
        @wraps(view)
        def look(**given: Any) -> Any:
            if query is not None:
                given["query"] = given.pop("query_data")
            with house().plant.reading() as session:
                return view(session, **given)

        built = room.output(answer)(look)
        if query is not None:
            built = room.input(query, location="query")(built)
        return described("GET", path, right, tag, built)

    return decorate


def asks(
    path: str, right: str, body: type[BaseModel], answer: type[BaseModel], *, tag: str
) -> Callable[[View], View]:
    """A POST that changes nothing: its view takes a session and the body."""

    def decorate(view: View) -> View:
        @wraps(view)
        def look(json_data: BaseModel, **given: Any) -> Any:
            with house().plant.reading() as session:
                return view(session, json_data, **given)

        built = room.input(body)(room.output(answer)(look))
        return described("POST", path, right, tag, built, once=False)

    return decorate


def writes(
    path: str,
    right: str | None,
    body: type[BaseModel] | None,
    answer: type[BaseModel],
    *,
    tag: str,
    status: int = 201,
    finish: Finish | None = None,
    before: Callable[[Any], dict[str, Any]] | None = None,
    person: bool = False,
) -> Callable[[View], View]:
    """A POST that acts: its view takes a session, the body, the actor and the time.

    It is done once for one ``Idempotency-Key``. ``finish`` completes the answer with
    what is too long to keep. ``before`` does what takes long before the transaction,
    such as reading a picture, and gives the view more arguments. What a ``person`` has
    to sign takes a person's own key.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def act(json_data: BaseModel | None = None, **given: Any) -> Any:
            if person and key_in_use().user_id is None:
                raise _person_needed()
            now = clock.now()
            said = () if json_data is None else (json_data,)
            if before is not None:
                given |= before(json_data)
            action: Action = lambda session: view(  # noqa: E731 - typed here
                session, *said, actor=g.actor, now=now, **given
            )
            return answer_once(key_in_use(), action, status, now, finish=finish)

        built = room.output(answer, status_code=status)(act)
        if body is not None:
            built = room.input(body)(built)
        return described("POST", path, right, tag, built, person=person)

    return decorate


def sends(
    path: str,
    right: str,
    *kinds: str,
    tag: str,
    query: type[BaseModel] | None = None,
) -> Callable[[View], View]:
    """A GET that answers with a file of one of these media types; its view makes it."""

    def decorate(view: View) -> View:
        @wraps(view)
        def send(**given: Any) -> Any:
            if query is not None:
                given["query"] = given.pop("query_data")
            return view(**given)

        built = room.input(query, location="query")(send) if query else send
        file = {"schema": {"type": "string", "format": "binary"}}
        FILES_SENT[view.__name__] = dict.fromkeys(kinds, file)
        return described("GET", path, right, tag, built)

    return decorate


def _person_needed() -> Forbidden:
    return Forbidden(
        "person_needed",
        N_(
            "A person answers for this: send it with a key of their own, which they "
            "make under /me/keys."
        ),
    )


def described(
    method: str,
    path: str,
    right: str | None,
    tag: str,
    view: View,
    *,
    once: bool = True,
    person: bool = False,
) -> View:
    """Serve a view at a path, with its right, and describe it.

    ``once`` says that a POST heeds an ``Idempotency-Key``, ``person`` that it takes a
    person's own key.
    """
    RIGHTS[f"api.{view.__name__}"] = right
    told = f"Right: `{right}`." if right else "The right depends on what is sent."
    if person or right in SIGNED_RIGHTS:
        told += " Takes a person’s own key."
    view = room.doc(
        tags=[tag],
        operation_id=view.__name__,
        security="key",
        extensions={
            "x-right": right or "depends",
            "x-idempotent": once or method == "GET",
        },
        description="\n\n".join(filter(None, (_rest(view.__doc__), told))),
    )(view)
    route: View = room.route(path, methods=[method])(view)
    return route


def _rest(doc: str | None) -> str:
    """What stands under the first line of a docstring, as one paragraph each."""
    rest = (doc or "").partition("\n")[2]
    return "\n\n".join(" ".join(part.split()) for part in rest.split("\n\n")).strip()


def _check_body() -> None:
    """Read a JSON body here: nested too deeply, Python gives up on it."""
    if request.method != "POST" or request.mimetype == "multipart/form-data":
        return
    if not request.content_length and not request.data:
        return
    try:
        request.get_json()
    except RecursionError:
        raise InvalidInput(
            "json_too_deep", N_("The JSON is nested too deeply to be read.")
        ) from None
