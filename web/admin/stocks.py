"""Label stocks: all of them drawn with sample values, and the plant's own."""

from io import BytesIO
from pathlib import Path, PurePath

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...labels.engine.preview import preview
from ...labels.engine.samples import sample_file, sample_format
from ...labels.engine.stock import (
    FOLDER,
    UNIT_FOLDER,
    Stock,
    is_ours,
    names_in,
    read_stock,
)
from ...labels.jobs.own_stocks import (
    MOST_BYTES,
    RIGHT,
    keep_own_stock,
    own_stocks,
    remove_own_stock,
)
from ...trace import clock
from ...trace.errors import N_, InvalidInput, LotmarkError, NotFound
from ..current import actor, house
from ..problems import status_of
from .room import room

MOST_PIXELS = 900
"""Width and height of a picture, at most."""


@room.get("/admin/stocks")
def stocks() -> ResponseReturnValue:
    actor().require(RIGHT)
    return _page()


@room.post("/admin/stocks")
def keep_stock() -> ResponseReturnValue:
    actor().require(RIGHT)
    try:
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise InvalidInput("file_missing", N_("Choose a stock file first."))
        name = PurePath(sent.filename).name.removesuffix(".toml")
        content = sent.read(MOST_BYTES + 1)
        with house().plant.writing() as session:
            folder = house().settings.stocks
            keep_own_stock(session, folder, name, content, actor(), clock.now())
    except LotmarkError as error:
        return _page(error), status_of(error)
    return redirect(url_for("admin.stocks", kept=name))


@room.post("/admin/stocks/<name>/remove")
def remove_stock(name: str) -> ResponseReturnValue:
    actor().require(RIGHT)
    try:
        with house().plant.writing() as session:
            folder = house().settings.stocks
            remove_own_stock(session, folder, name, actor(), clock.now())
    except LotmarkError as error:
        return _page(error), status_of(error)
    return redirect(url_for("admin.stocks"))


@room.get("/admin/stocks/<name>/picture")
def stock_picture(name: str) -> ResponseReturnValue:
    """A page or a row of sample labels, from the bytes a printer would get."""
    actor().require(RIGHT)
    stock = read_stock(_path(name))
    format = sample_format(stock)
    shown = preview(format, sample_file(stock, format), stock.dpi)
    shown.thumbnail((MOST_PIXELS, MOST_PIXELS))
    out = BytesIO()
    shown.save(out, "PNG")
    answer = Response(out.getvalue(), mimetype="image/png")
    answer.headers["Cache-Control"] = "private, max-age=60"
    return answer


@room.get("/admin/stocks/<name>/file")
def stock_file(name: str) -> ResponseReturnValue:
    """The stock's file, to begin one's own with."""
    actor().require(RIGHT)
    path = _path(name)
    answer = Response(path.read_bytes(), mimetype="application/toml")
    answer.headers["Content-Disposition"] = f'attachment; filename="{path.name}"'
    return answer


def _path(name: str) -> Path:
    for folder in (FOLDER, UNIT_FOLDER, house().settings.stocks):
        if name in names_in(folder):
            return folder / f"{name}.toml"
    raise NotFound(
        "stock_unknown", N_("There is no label stock %(name)s."), name=name[:60]
    )


def _ours() -> list[Stock]:
    return [
        read_stock(folder / f"{name}.toml")
        for folder in (FOLDER, UNIT_FOLDER)
        for name in names_in(folder)
    ]


def _page(error: LotmarkError | None = None) -> str:
    own = own_stocks(house().settings.stocks)
    kept = request.args.get("kept", "")[:60]
    return render_template(
        "admin/stocks.html",
        ours=_ours(),
        own=own,
        hidden={one.name for one in own if is_ours(one.name)},
        kept=kept if kept in {one.name for one in own} else "",
        folder=house().settings.stocks,
        error=error,
    )
