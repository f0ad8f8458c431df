"""The Chinese catalog: complete, up to date, compiled, in our words, and shown."""

import html
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import notice_scene
import pytest
import small_plant
import sqlalchemy as sa
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from complaining import complain
from flask import Flask, template_rendered
from flask.testing import FlaskClient
from jinja2 import Template
from jinja2.meta import find_referenced_templates
from line_pc import line_pc
from line_work import clear, serials
from press_room import PressRoom
from recall_pages import recall_store
from shelves import LOT, csrf, fill
from small_plant import PASSWORD
from staff_pages import change, fill_in, said, shown
from stored_goods import CASES, CODE, Store, fill_store

from lotmark.recall.complaints.service import MACHINE
from lotmark.recall.quarantine.orders import ORDER
from lotmark.recall.quarantine.tables import ConsigneeLink
from lotmark.recall.recalls.machine import RECALL
from lotmark.recall.signals.service import SIGNAL
from lotmark.trace import clock
from lotmark.trace.errors import Conflict
from lotmark.trace.flow import Machine
from lotmark.trace.numbers import next_number
from lotmark.trace.parties.tables import Lot
from lotmark.trace.production.batches import BATCH
from lotmark.trace.production.lines import LINE
from lotmark.trace.stock.holds import HOLD
from lotmark.web import app as shell
from lotmark.web import i18n, worker
from lotmark.web.installation import Installation

WEB = Path(shell.__file__).resolve().parent
MESSAGES = WEB / "translations" / "zh" / "LC_MESSAGES" / "messages"

PLACE = re.compile(r"%(?:\(\w+\)[#0 +-]*[\d.]*[a-z]|%)")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]")
NOT_OUR_WORDS = re.compile(
    "序列号|生产线班次|批次谱系|清洁切断点|下级收货|真空失效|闭环|线长|有效期|已响应|假货"
)
"""domain.md §1.1, the column "not": words that mean something else to a plant."""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    with MESSAGES.with_suffix(".po").open("rb") as file:
        return read_po(file)


def texts(catalog: Catalog) -> dict[str, str]:
    """Translations by msgid, without the header; of plurals the last form."""
    return {_last(m.id): _last(m.string) for m in catalog if m.id}


def _last(text: str | Sequence[str] | None) -> str:
    return text[-1] if isinstance(text, list | tuple) else str(text)


def test_it_has_the_texts_of_the_source(catalog: Catalog, tmp_path: Path) -> None:
    fresh = tmp_path / "messages.pot"
    pybabel = Path(sys.executable).with_name("pybabel")
    subprocess.run(
        [pybabel, "-q", "extract", "-F", "web/babel.cfg", "-k", "N_", "-o", fresh, "."],
        cwd=WEB.parent,
        check=True,
    )
    with fresh.open("rb") as file:
        wanted = texts(read_po(file))
    assert len(wanted) > 500
    assert set(wanted) == set(texts(catalog)), "run make catalogs"
    assert not catalog.obsolete


def test_every_text_is_translated_with_its_places(catalog: Catalog) -> None:
    wrong = [
        msgid
        for msgid, msgstr in texts(catalog).items()
        if not msgstr or set(PLACE.findall(msgid)) != set(PLACE.findall(msgstr))
    ]
    assert wrong == []
    assert not any(message.fuzzy for message in catalog if message.id)


def test_it_is_compiled(catalog: Catalog) -> None:
    with MESSAGES.with_suffix(".mo").open("rb") as file:
        compiled = texts(read_mo(file))
    wanted = {msgid: msgstr for msgid, msgstr in texts(catalog).items() if msgstr}
    assert compiled == wanted, "run make catalogs"


def test_it_keeps_to_our_words_and_signs(catalog: Catalog) -> None:
    found = {
        msgid: msgstr
        for msgid, msgstr in texts(catalog).items()
        if HALF_WIDTH.search(msgstr) or NOT_OUR_WORDS.search(msgstr)
    }
    assert found == {}


MACHINES = [BATCH, HOLD, LINE, MACHINE, ORDER, RECALL, SIGNAL]


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)
def test_every_state_and_step_has_a_word(machine: Machine) -> None:
    states = {state for step in machine.steps.values() for state in step.sources}
    states |= {step.target for step in machine.steps.values()}
    spoken = set(i18n.SPOKEN[machine.name])
    assert states | {machine.name, *machine.steps} <= spoken


def test_states_in_a_refusal_are_words(app: Flask) -> None:
    error = Conflict(
        "wrong_state",
        "%(machine)s is %(state)s: %(step)s is possible only from %(sources)s.",
        machine="complaint",
        state="closed",
        step="propose_answer",
        sources="acknowledged, investigating",
    )
    with app.test_request_context("/?lang=zh"):
        assert i18n.say(error) == (
            "客诉现在是“已办结”，只有“已受理、溯源核查”时才能“出处理方案”。请刷新页面。"
        )
    with app.test_request_context("/?lang=en"):
        assert i18n.say(error) == str(error)


def test_names_are_not_taken_for_states(app: Flask) -> None:
    error = Conflict(
        "batch_not_running",
        "Codes are issued for a batch in production, but %(lot)s is %(status)s. "
        "Open a new batch on the line.",
        lot="closed",
        status="closed",
    )
    with app.test_request_context("/?lang=zh"):
        assert "closed 现在是“已结束”。" in i18n.say(error)


def test_a_refused_form_answers_in_chinese(
    log_in: small_plant.LogIn, house: Installation
) -> None:
    with house.plant.writing() as session:
        number = complain(session, clock.now()).number
    zhou = in_chinese(log_in("zhou"))
    refused = change(zhou, f"/desk/{number}/close")
    assert refused.status_code == 409
    assert "客诉现在是“待受理”，只有“已出处理方案”时才能“办结”。" in said(refused)


@pytest.fixture
def rendered() -> Iterator[set[str]]:
    """Names of the templates that pages were made of."""
    names: set[str] = set()

    def note(sender: Flask, template: Template, **_: object) -> None:
        names.add(str(template.name))

    with template_rendered.connected_to(note):
        yield names


def test_no_page_has_english_left_in_it(
    app: Flask,
    house: Installation,
    log_in: small_plant.LogIn,
    catalog: Catalog,
    rendered: set[str],
    tmp_path: Path,
) -> None:
    sentences = [
        msgid
        for msgid, msgstr in texts(catalog).items()
        if "%" not in msgid and len(msgid.split()) > 2 and msgid != msgstr
    ]
    left = {
        (path, sentence)
        for path, page in (
            *pages(app, house, log_in),
            *line_pc_pages(app, house, tmp_path),
        )
        for sentence in sentences
        if sentence in page
    }
    assert left == set()
    assert page_templates(app) - rendered == set()


def pages(
    app: Flask, house: Installation, log_in: small_plant.LogIn
) -> Iterator[tuple[str, str]]:
    """Path and visible text of pages that use every template, in Chinese."""
    shelf = fill(house)
    with house.plant.writing() as session:
        case = complain(session, clock.now(), lot_id=shelf.lot_id)
        number, token = case.number, case.token
        planned = Lot(article_id=1, code="P-1", ai10="P-1", line_id=2, planned=9)
        session.add(planned)
        session.flush()
        plan_id = planned.id
    zhao = log_in("zhao")
    zhao.set_cookie("line", "2")
    opened = fill_in(zhao, "/line/products/2", code=LOT, planned="100")
    clear(zhao, opened.location)
    order = {"count": "12", "stock": "roll-60x40", "format": "pdf", "key": "one"}
    job = change(zhao, f"{opened.location}/print", **order).location
    yield from line_pages(zhao, house, opened.location)
    lot = f"/quality/lots/{shelf.lot_id}"
    walks = {
        "": ["/", "/privacy", "/complaints/new", f"/c/{token}", "/c/x", "/x", "/login"]
        + [f"/t/{serial}" for serial in vars(shelf).values() if serial != 1],
        "zhao": ["/line/lines", "/line/products", "/line/products/1", "/line/jobs", job]
        + [opened.location, f"{opened.location}/plan", f"/line/planned/{plan_id}"]
        + [f"{opened.location}/{page}" for page in ("print", "packs", "finish")],
        "zhou": ["/desk", f"/desk/{number}"],
        "qian": [
            *("/quality", lot, f"{lot}/trace", f"/quality/scope?lot=BJ200/{LOT}"),
            *("/quality/lines", "/quality/registers", "/quality/tanks"),
        ],
        "dong": ["/admin/components", "/admin/stocks"],
    }
    for login, paths in walks.items():
        client = in_chinese(log_in(login) if login else app.test_client())
        client.set_cookie("line", "2")
        for path in paths:
            yield path, visible(client.get(path).text)
    yield from store_pages(house, log_in)
    yield from office_pages(app, log_in)
    yield from import_pages(house, log_in)
    yield from print_house_pages(log_in)
    yield from notice_pages(app, house, log_in)
    yield from recall_pages(log_in)
    chen = in_chinese(app.test_client())
    two_batches = {"code": LOT, **csrf(chen, "/")}
    yield "/check", visible(chen.post("/check", data=two_batches).text)


def print_house_pages(log_in: small_plant.LogIn) -> Iterator[tuple[str, str]]:
    """An order of codes at a print house, just fetched."""
    dong = in_chinese(log_in("dong"))
    order = {"house": "印得快", "kind": "roll", "article": "1", "count": "5"}
    page = change(dong, "/codes", **order).location
    yield "/codes", visible(shown(dong, "/codes"))
    yield page, visible(change(dong, f"{page}/fetch").text)
    yield page, visible(shown(dong, page))


def notice_pages(
    app: Flask, house: Installation, log_in: small_plant.LogIn
) -> Iterator[tuple[str, str]]:
    """A notice that is written, waits for signatures, is out, and is followed."""
    now = clock.now()
    with house.plant.writing() as session:
        scene = notice_scene.add_recalls(session, now)
    luo, dong = in_chinese(log_in("luo")), in_chinese(log_in("dong"))
    page = f"/notices/{scene.real}/1"
    yield "/notices", visible(shown(luo, "/notices"))
    change(luo, f"/notices/{scene.real}/new", kind="")
    for path in ("/notices", "/notices/channels", page, f"{page}/write"):
        yield path, visible(shown(luo, path))
    yield "check", visible(change(luo, f"{page}/check").text)
    with house.plant.writing() as session:
        notice = notice_scene.submitted(session, scene.real, now)
        assert notice.version == 1
    yield page, visible(shown(dong, page))
    change(dong, f"{page}/alone", reason="夜间无人")
    for path in (page, f"{page}/deliveries", f"{page}/deliveries?show=all"):
        yield path, visible(shown(dong, path))
    stranger = in_chinese(app.test_client())
    for path in ("/recalls", f"/recalls/{scene.real}", f"/recalls/{scene.real}/1"):
        yield path, visible(shown(stranger, path))


def recall_pages(log_in: small_plant.LogIn) -> Iterator[tuple[str, str]]:
    """A signal and its recall, begun and started by one person in an emergency."""
    qian = in_chinese(log_in("qian"))
    yield "/recall/signals/new", visible(shown(qian, "/recall/signals/new"))
    told = {"kind": "illness", "text": "胀袋", "lots": f"BJ200/{LOT}"}
    signal = change(qian, "/recall/signals", once="first-form-of-all", **told).location
    yield signal, visible(shown(qian, signal))
    case = change(qian, f"{signal}/assess", title="酱牛肉").location
    for path in (case, "/recall", signal):
        yield path, visible(shown(qian, path))
    yield case, visible(change(qian, f"{case}/take", step="start_alone").text)


def line_pages(
    zhao: FlaskClient, house: Installation, batch: str
) -> Iterator[tuple[str, str]]:
    """The line's pages, with labels on packs, at a printer and a verdict."""
    worker.work_once(house)
    PressRoom(house, 1).add_at("127.0.0.1:9")
    lot_id = int(batch.rsplit("/", 1)[1])
    (serial,) = serials(house, lot_id, 0, 1)
    client = in_chinese(zhao)
    job = shown(client, "/line/jobs").split("/line/jobs/")[1].split('"')[0]
    verdict = change(client, f"/line/jobs/{job}/first", code=serial)
    yield "first", visible(verdict.text)
    form = {"count": "5", "printer": "P1", "key": "two"}
    assert change(client, f"{batch}/print", **form).location == batch
    at_printer = f"/line/jobs/{job[:-1]}{int(job[-1]) + 1}"
    paths = [f"{at_printer}/{name}" for name in ("resume", "settle", "cancel", "first")]
    paths += [
        "/line/rolls",
        f"{batch}/bind",
        "/line/counts",
        "/line/scan",
        "/line/commands",
        "/line/operator",
    ]
    paths += [
        f"{batch}/{name}"
        for name in ("clearance", "void", "count", "more", "reprint", "print")
    ]
    paths += ["/admin/printers", "/admin/printers/P1"]
    for path in [batch, *paths]:
        yield path, visible(shown(client, path))
    yield "badge", visible(shown(client, "/me/badge"))
    badge = change(client, "/me/badge/new", password=PASSWORD)
    yield "new badge", visible(badge.text)


LINE_PC_PAGES = (
    *("/print", "/void", "/reprint"),
    *("/batches", "/operator", "/clearance"),
)


def line_pc_pages(
    app: Flask, house: Installation, folder: Path
) -> Iterator[tuple[str, str]]:
    """The pages of a line PC: before it was ever connected, and at work."""
    with line_pc(house, app, folder, first_check=True) as pc:
        in_chinese(pc.client)
        for path in ("/line", "/line/operator", "/line/reports", "/line/nowhere"):
            yield f"station{path}", visible(pc.shown(path))
        pc.sync()
        yield "station refuses", visible(pc.order(3).text)
        pc.work_as("li")
        for name in ("", *LINE_PC_PAGES):
            yield f"station/line{name}", visible(pc.shown(f"/line{name}"))
        pc.order(3)
        pc.print_all()
        for name in ("", "/resume", "/cancel", "/reports"):
            yield f"station/line{name}", visible(pc.shown(f"/line{name}"))
        yield "station scan", visible(pc.change("/line/scan", code="7" * 16).text)


def store_pages(
    house: Installation, log_in: small_plant.LogIn
) -> Iterator[tuple[str, str]]:
    """The warehouse's pages, with goods, a case, a shipment and a count to show."""
    store = fill_store(house)
    wang = in_chinese(log_in("wang"))
    here = str(store.places["FG1"])
    case = {"level": "case", "place": here, "number": "scan", "sscc": CASES[0]}
    change(wang, "/stock/units", **case)
    goods = {"from": here, "goods": f"BJ200/{CODE} 40", "consignee": str(store.shop)}
    sent = change(wang, "/stock/ship", step="book", **goods).location
    count = change(wang, "/stock/counts", place=here).location
    left = {"quantity": "6", "unit": "case", "shipped_at": "2026-11-20T10:00"}
    left |= {"article": str(store.product), "site": str(store.site)}
    left |= {"consignee": str(store.shop)}
    gone = change(wang, "/stock/unbatched/new", **left).location
    for path in (
        *("/stock", f"/stock/places/{here}", "/stock/move", "/stock/take"),
        f"/stock/pick?article={store.product}&from={here}&quantity=3&unit=case",
        "/stock/seen?place=FG1&done=yes",
        *("/stock/receive", "/stock/returns", "/stock/spare", "/stock/ship"),
        *("/stock/unbatched", "/stock/unbatched/new", gone),
        *("/stock/shipments", sent, sent.replace("shipments", "papers")),
        *("/stock/units", f"/stock/units/{CASES[0]}", f"/stock/units?code={CODE}"),
        f"/stock/units/{CASES[0]}/label",
        *("/stock/counts", count, f"{count}/sheet", f"{count}/lots/{store.lot_id}"),
    ):
        yield path, visible(wang.get(path.split("?saved")[0]).text)
    checked = change(wang, "/stock/ship", step="check", **goods)
    yield "/stock/ship", visible(checked.text)
    yield from recovery_pages(house, log_in, store)


def recovery_pages(
    house: Installation, log_in: small_plant.LogIn, store: Store
) -> Iterator[tuple[str, str]]:
    """A recall's consignee, its figures, and goods on their way to an end."""
    with house.plant.writing() as session:
        next_number(session, "ZH", clock.now().year)  # the notices have made their own
    number = recall_store(house, store)
    dong, wang = in_chinese(log_in("dong")), in_chinese(log_in("wang"))
    recall = f"/recall/{number}"
    with house.plant.reading() as session:
        token = session.scalars(sa.select(ConsigneeLink.token)).one()
    change(dong, f"{recall}/effectiveness", deed="draw")
    goods = {"from": str(store.places["FG1"]), "kind": "scrap", "reason": "压坏"}
    text = f"BJ200/{CODE} 1"
    refused = change(wang, "/stock/dispositions/new", **goods, goods=text, remedy="")
    yield "/stock/dispositions/new", visible(refused.text)
    apart = {"from": goods["from"], "to": str(store.places["QZ1"]), "goods": text}
    change(wang, "/stock/move", **apart, step="book", reason="")
    goods |= {"from": apart["to"], "kind": "destroy"}
    asked = change(wang, "/stock/dispositions/new", **goods, goods=text, remedy="")
    assert asked.status_code == 302, asked.text
    zone = f"/stock/zones/{store.places['QZ1']}"
    for client, path in (
        *((dong, f"{recall}/{page}") for page in ("ledger", "effectiveness")),
        (dong, f"{recall}/consignees"),
        (dong, f"{recall}/consignees/{store.shop}"),
        (dong, f"/r/{token}"),
        *((wang, path) for path in ("/stock/zones", zone, "/stock/dispositions")),
        (wang, asked.location),
    ):
        yield path, visible(shown(client, path))


def import_pages(
    house: Installation, log_in: small_plant.LogIn
) -> Iterator[tuple[str, str]]:
    """Imports that wait, that came in, that came in before and that were refused."""
    wang = in_chinese(log_in("wang"))
    for row in ("YL9,九厂,", "YL9,九厂,", "YL8,,"):
        text = f"code,name,time_zone\n{row}"
        files = [(BytesIO(text.encode()), "厂区.csv")]
        sent = change(wang, "/imports", files=files).location
        for _ in range(2):
            yield sent, visible(wang.get(sent).text)
            worker.work_once(house, worker.LONG)
    for path in ("/imports", "/imports/kinds/lots", "/records/imports"):
        yield path, visible(wang.get(path).text)


def office_pages(app: Flask, log_in: small_plant.LogIn) -> Iterator[tuple[str, str]]:
    """Records, kept scopes, keys, and the log-in that takes a form along."""
    qian, xu = in_chinese(log_in("qian")), in_chinese(log_in("xu"))
    for path in ("/records", "/records/lots", "/quality/scopes", "/me"):
        yield path, visible(qian.get(path).text)
    form = {"name": "贴标机 2", "right": "trace.read", "days": "30"}
    made = change(xu, "/admin/keys", **form)
    found = re.search(r"lm_\w{4,9}", made.text)
    assert found, made.text
    for path in ("/admin/keys", f"/admin/keys/{found[0]}/revoke"):
        yield path, visible(xu.get(path).text)
    yield "/admin/keys", visible(made.text)
    yield "/me/keys", visible(xu.get("/me/keys").text)
    yield "/admin/badges", visible(xu.get("/admin/badges").text)
    stranger = in_chinese(app.test_client())
    again = {"carried-text": "好", "next": "/desk/1/note", **csrf(stranger, "/login")}
    who = {"login": "qian", "password": small_plant.PASSWORD}
    yield "/login", visible(stranger.post("/login", data=again | who).text)


def page_templates(app: Flask) -> set[str]:
    """Names of the templates that are pages: no other one extends or imports them."""
    files = {
        "/".join(path.parts[-2:]): path.read_text("utf-8")
        for path in WEB.rglob("templates/*/*.html")
    }
    used = {
        name
        for source in files.values()
        for name in find_referenced_templates(app.jinja_env.parse(source))
    }
    return set(files) - used


def in_chinese(client: FlaskClient) -> FlaskClient:
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN,zh;q=0.9,en;q=0.8"
    return client


def visible(page: str) -> str:
    """What a page says: its text, and the texts in its attributes."""
    page = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(html.unescape(page).split())
