"""The story by command, on the demo as a new user builds it."""

import csv
import json
import re
import subprocess
import sys
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import lotmark_demo
import pypdfium2
import pytest
import pyzipper
import sqlalchemy as sa
from lotmark_demo import Demo
from PIL import Image

from lotmark.labels.engine.proof import read_pdf
from lotmark.trace import clock
from lotmark.trace.stock.tables import LogisticUnit

ROOT = Path(__file__).parents[2]
YESTERDAY = (clock.now() - timedelta(days=1)).isoformat()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return lotmark_demo.build(tmp_path_factory.mktemp("commands") / "demo")


@pytest.fixture(scope="module")
def told(demo: Demo) -> dict[str, Any]:
    return demo.document


def check_schema(document: Any, name: str) -> None:
    schema = json.loads((ROOT / "docs" / f"{name}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)


def test_the_demo_names_what_to_look_at(demo: Demo, told: dict[str, Any]) -> None:
    assert told["base_url"] == f"http://127.0.0.1:{demo.port}"
    assert told["gtin"] == "09506000134352"
    assert len(told["urls"]) == len(set(told["urls"])) == 240
    assert Path(told["labels_pdf"]).is_file()
    assert {"role", "user", "password"} <= set(told["logins"][0])
    names = {path.name for path in (demo.folder / "labels").iterdir()}
    assert names == {"a4-24.pdf", "roll-60x40.pdf", "roll-60x40.tspl", "codes.csv"}


def test_a_second_demo_changes_nothing(demo: Demo) -> None:
    before = (demo.folder / "demo.json").read_bytes()
    said = demo.run("demo", "--no-serve", "--dir", str(demo.folder))
    assert "is there already: nothing was changed" in said
    assert (demo.folder / "demo.json").read_bytes() == before


def test_every_printed_label_is_a_good_code(demo: Demo, told: dict[str, Any]) -> None:
    answers = demo.json("verify", *told["urls"])
    check_schema(answers, "verify")
    assert [answer["item"] for answer in answers] == list(range(240))
    assert {answer["lot"] for answer in answers} == {told["open_lot"]}
    assert {answer["status"] for answer in answers} == {"applied"}


def test_a_photo_of_labels_is_read(
    demo: Demo, told: dict[str, Any], tmp_path: Path
) -> None:
    document = pypdfium2.PdfDocument(told["labels_pdf"])
    page = document[0].render(scale=200 / 72).to_pil()
    document.close()
    photo = tmp_path / "photo.jpg"
    page.rotate(12, expand=True, fillcolor="white").convert("RGB").save(photo)
    answers = demo.json("verify", str(photo))
    assert {answer["input"] for answer in answers} == set(told["urls"][:24])


def tampered(url: str) -> str:
    last = url[-1]
    return url[:-1] + ("0" if last != "0" else "1")


def test_bad_codes_say_why_and_exit_with_1(
    demo: Demo, told: dict[str, Any], tmp_path: Path
) -> None:
    url = told["urls"][0]
    blank = tmp_path / "blank.png"
    Image.new("L", (200, 200), 255).save(blank)
    other = url.replace("09506000134352", "09506000134369")
    answers = demo.json(
        "verify",
        tampered(url),
        "0000 0000 0000 0000",
        "hello",
        other,
        url.replace(told["open_lot"], told["held_lot"]),
        str(blank),
        code=1,
    )
    check_schema(answers, "verify")
    assert [answer["reason"] for answer in answers] == [
        "unknown",
        "unknown",
        "unreadable",
        "gtin_contradicts",
        "lot_contradicts",
        "no_code",
    ]
    unknown = [{**answer, "input": "", "serial": ""} for answer in answers[:2]]
    assert unknown[0] == unknown[1], "a guess must not tell how close it was"


def test_a_picture_that_is_not_there_is_a_mistake(demo: Demo, tmp_path: Path) -> None:
    for given in ("nosuch.png", str(tmp_path)):
        said = demo.run("verify", given, code=2)
        assert said.startswith(f"There is no file {given}."), said
        assert said.count("\n") == 1


def test_typed_codes_are_read_as_people_write_them(
    demo: Demo, told: dict[str, Any]
) -> None:
    serial = told["urls"][7].rsplit("/", 1)[1]
    spoken = " ".join(re.findall("....", serial)).lower()
    answers = demo.json("verify", spoken, f"http://x.example/t/{serial.lower()}?a=b")
    assert [answer["item"] for answer in answers] == [7, 7]


def test_the_scope_counts_every_unit(demo: Demo, told: dict[str, Any]) -> None:
    scope = demo.json("scope", "--lot", told["held_lot"])
    check_schema(scope, "scope")
    first = scope["lots"][0]
    assert (first["lot"], first["tier"]) == (told["held_lot"], 1)
    assert sum(place["max"] for place in scope["positions"]) == scope["made"]
    assert all(place["min"] == place["max"] for place in scope["positions"])
    assert len(scope["consignees"]) >= 5
    again = demo.json("scope", "--lot", told["held_lot"])
    assert again["hash"] == scope["hash"]


def test_scopes_start_from_anything(demo: Demo, told: dict[str, Any]) -> None:
    by_cycle = demo.json("scope", "--cycle", "R1-0461")
    assert told["held_lot"] in [lot["lot"] for lot in by_cycle["lots"]]
    beef = next(
        node["lot"]
        for node in demo.json("trace", told["held_lot"], "--back")["nodes"]
        if node["article"] == "RM-BEEF"
    )
    by_beef = demo.json("scope", "--input-lot", beef)
    assert {lot["tier"] for lot in by_beef["lots"] if lot["kind"] == "product"} >= {1}


def test_the_trace_goes_both_ways(demo: Demo, told: dict[str, Any]) -> None:
    trace = demo.json("trace", told["held_lot"][:-1] + "2")
    check_schema(trace, "trace")
    kinds = {edge["kind"] for edge in trace["edges"]}
    assert kinds == {"consumption", "rework"}
    assert all(edge["quantity"] > 0 for edge in trace["edges"])


def test_the_trace_says_whether_it_adds_up_and_whom_to_ring(
    demo: Demo, told: dict[str, Any]
) -> None:
    trace = demo.json("trace", told["held_lot"])
    balance, shown = trace["balance"], demo.run("trace", told["held_lot"])
    found = balance["base"] - balance["unexplained"]
    assert f"Balance: {found:,} of {balance['base']:,} piece" in shown
    assert f" -> {told['held_lot']}  3,840 kg (consumption)" in shown
    assert ("ERROR" in shown) == (balance["verdict"] in ("short", "over"))
    assert sum(one["shipped"] - one["returned"] for one in trace["consignees"]) == sum(
        one["coming"] + one["there"] for one in trace["consignees"]
    )
    assert all(one["phone"] in shown for one in trace["consignees"])
    scope = demo.json("scope", "--lot", told["held_lot"])
    listed = demo.run("scope", "--lot", told["held_lot"])
    for one in scope["consignees"]:
        assert f"{one['contact']} {one['phone']}" in listed


def test_codes_are_issued_for_the_open_batch_only(
    demo: Demo, told: dict[str, Any], tmp_path: Path
) -> None:
    issued = demo.json("codes", "issue", "--lot", told["open_lot"], "--count", "3")
    assert len(issued["codes"]) == 3
    path = tmp_path / "codes.csv"
    demo.run(
        *("codes", "issue", "--lot", told["open_lot"], "--count", "2"),
        *("--csv", str(path)),
    )
    assert len(path.read_text("utf-8-sig").splitlines()) == 3
    refused = demo.run(
        "codes", "issue", "--lot", told["held_lot"], "--count", "3", code=2
    )
    assert "batch in production" in refused


def test_a_roll_printed_early_gets_its_batch_later(
    demo: Demo, told: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "roll.csv"
    demo.run("codes", "roll", "--count", "50", "--csv", str(path))
    with path.open(encoding="utf-8-sig", newline="") as file:
        serials = [row["serial"] for row in csv.DictReader(file)]
    (unbound,) = demo.json("verify", serials[20])
    assert (unbound["ok"], unbound["status"], unbound["lot"]) == (True, "unbound", None)
    said = demo.run(
        *("codes", "bind", "--lot", told["open_lot"]),
        *("--first", serials[40], "--last", serials[11]),
    )
    assert "Bound 30 codes" in said
    bound, still = demo.json("verify", serials[20], serials[5])
    assert (bound["lot"], still["status"]) == (told["open_lot"], "unbound")
    demo.run(
        *("codes", "bind", "--lot", told["open_lot"]),
        *("--first", serials[0], "--last", serials[15]),
        code=2,
    )


def test_labels_in_every_form(demo: Demo, told: dict[str, Any], tmp_path: Path) -> None:
    pdf = tmp_path / "labels.pdf"
    demo.run(
        *("labels", "--lot", told["open_lot"], "--first", "10", "--count", "5"),
        *("--format", "pdf", "--stock", "roll-60x40", "-o", str(pdf)),
    )
    read = [code for page in read_pdf(pdf.read_bytes()) for code in page]
    assert read == told["urls"][10:15]
    for form in ("tspl", "zpl", "csv"):
        path = tmp_path / f"labels.{form}"
        demo.run(
            *("labels", "--lot", told["open_lot"], "--count", "2"),
            *("--format", form, "--stock", "roll-60x40", "-o", str(path)),
        )
        assert path.stat().st_size > 100


def test_codes_go_to_a_print_house_and_come_back(demo: Demo, tmp_path: Path) -> None:
    order = demo.json(
        *("codes", "order", "--house", "印得快", "--product", "BJ200"),
        *("--count", "20"),
    )["order"]
    sealed = tmp_path / "codes.zip"
    password = demo.run("codes", "fetch", order, "-o", str(sealed)).strip()
    with pyzipper.AESZipFile(sealed) as archive:
        archive.setpassword(password.encode())
        rows = archive.read("codes.csv").decode("utf-8-sig").splitlines()[1:]
    assert len(rows) == 20
    twice = demo.run("codes", "fetch", order, "-o", str(sealed), code=2)
    assert "nobody gets them twice" in twice
    serials = [row.split(",")[0] for row in rows]
    said = demo.run(
        *("codes", "returned", order, "--first", serials[0], "--last", serials[17]),
        *("--faulty", f"{serials[2]}~{serials[3]}", "--delivered", "16"),
        *("--paper", "D7"),
    )
    assert "16 labels delivered, 4 codes void" in said


def test_a_case_gets_its_label(
    demo: Demo, told: dict[str, Any], tmp_path: Path
) -> None:
    house = demo.open()
    try:
        with house.plant.reading() as session:
            sscc = session.scalars(sa.select(LogisticUnit.sscc)).first()
    finally:
        house.close()
    assert sscc
    pdf = tmp_path / "case.pdf"
    demo.run("labels", "--sscc", sscc, "-o", str(pdf))
    (read,) = read_pdf(pdf.read_bytes())
    assert f"(00){sscc}" in read
    both = ("labels", "--lot", told["open_lot"], "--sscc", sscc, "-o", str(pdf))
    assert "what the labels are for" in demo.run(*both, code=2)
    assert "what the labels are for" in demo.run("labels", "-o", str(pdf), code=2)


def test_a_batch_is_opened_on_a_line(demo: Demo, told: dict[str, Any]) -> None:
    day = date.fromisoformat(f"20{told['open_lot'].split('-')[1]}")
    opened = demo.json(
        *("batch", "open", "--line", "L1", "--product", "YB150"),
        *("--date", day.isoformat(), "--planned", "500"),
    )
    assert opened["lot"] == f"L1-{day:%y%m%d}-01"
    assert opened["gtin"] == "09506000134376"


def test_the_audit_chain_holds(demo: Demo) -> None:
    assert demo.json("audit", "verify")["ok"]


def test_a_bad_import_changes_nothing(
    demo: Demo, told: dict[str, Any], tmp_path: Path
) -> None:
    before = demo.json("scope", "--lot", told["held_lot"])
    moves = tmp_path / "moves.csv"
    moves.write_text(
        "document,article,lot,from,to,quantity,unit,items,at,reason\n"
        f"D1,BJ200,{told['held_lot']},FG1,C01,10,袋,,{YESTERDAY},\n"
        f"D2,BJ200,NO-SUCH-LOT,FG1,FG2,10,袋,,{YESTERDAY},\n"
        f"D3,BJ200,{told['open_lot']},FG1,FG2,-5,袋,,{YESTERDAY},\n"
    )
    said = demo.run("import", str(moves), code=2)
    for line, word in ((3, "NO-SUCH-LOT"), (4, "-5")):
        assert re.search(rf"moves\.csv.*{line}.*{word}", said), said
    after = demo.json("scope", "--lot", told["held_lot"])
    assert after["positions"] == before["positions"]


def test_a_movement_of_held_stock_is_refused_with_its_line(
    demo: Demo, told: dict[str, Any], tmp_path: Path
) -> None:
    moves = tmp_path / "moves.csv"
    moves.write_text(
        "document,article,lot,from,to,quantity,unit,items,at,reason\n"
        f"D1,BJ200,{told['held_lot']},FG1,C01,10,袋,,{YESTERDAY},\n"
    )
    said = demo.run("import", str(moves), code=2)
    assert re.search(rf"moves\.csv.*2.*{told['held_lot']} is on hold", said), said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("trace", "NO-SUCH-LOT"), "No lot NO-SUCH-LOT is recorded"),
        (("scope",), "Say where to start"),
        (("scope", "--line", "L2"), "give --from and --to"),
        (("scope", "--items", "0-5"), "give one --lot"),
        (("scope", "--cycle", "R9"), "No equipment cycle R9"),
        (("labels", "--lot", "x", "--stock", "y", "-o", "z"), "No label stock y"),
        (("user", "add", "x", "--role", "boss", "--password", "12345678"), "No role"),
        (("init",), "has users already"),
        (
            ("codes", "roll", "--count", "1", "--csv", "/no/such/folder/x"),
            "No such file",
        ),
        (("codes", "roll", "--count", "0"), "a number of labels from 1, got 0"),
        (
            ("scope", "--line", "L2", "--from", "0001-01-01", "--to", "9999-12-31"),
            "Expected a time such as",
        ),
        (("labels", "--lot", "x", "-o", "/no/such/folder/x"), "No lot x"),
    ],
)
def test_refusals_are_one_sentence(
    demo: Demo, arguments: tuple[str, ...], sentence: str
) -> None:
    said = demo.run(*arguments, code=2)
    assert sentence in said
    assert "Traceback" not in said


def test_without_an_installation(tmp_path: Path) -> None:
    done = subprocess.run(
        [lotmark_demo.LOTMARK, "--home", str(tmp_path / "none"), "config"],
        capture_output=True,
        text=True,
        env=lotmark_demo.clean_environment(),
    )
    assert done.returncode == 2
    assert "run lotmark init or lotmark demo" in done.stderr


def test_a_new_installation_from_nothing(tmp_path: Path) -> None:
    home = tmp_path / "plant"
    fresh = Demo(home, 8000)
    assert "Password:" in fresh.run("init", "--login", "dong", "--name", "董海")
    fresh.run("db", "upgrade")
    fresh.run(
        "user", "add", "qian", "--role", "qa_manager", "--password", "sample-qian"
    )
    shown = fresh.json("config")
    assert shown["code_key_versions"] == [1]
    assert (home / "code-keys.json").stat().st_mode & 0o077 == 0
    assert "Key version 2" in fresh.run("key", "rotate")
    assert fresh.json("config")["code_key_versions"] == [2, 1]
    assert fresh.json("audit", "verify")["rows"] == 2


def test_a_lost_key_file_is_noticed(tmp_path: Path) -> None:
    home = tmp_path / "plant"
    fresh = Demo(home, 8000)
    fresh.run("init")
    assert home.stat().st_mode & 0o077 == 0
    (home / "code-keys.json").rename(home / "elsewhere")
    assert "Restore it from the backup" in fresh.run("config", code=2)
    other = Demo(tmp_path / "other", 8000)
    other.run("init")
    (tmp_path / "other" / "code-keys.json").rename(home / "code-keys.json")
    assert "is not the key that codes were made with" in fresh.run("config", code=2)


def test_the_address_on_labels_is_remembered(tmp_path: Path) -> None:
    home = tmp_path / "plant"
    command = [lotmark_demo.LOTMARK, "--home", str(home)]
    environment = lotmark_demo.clean_environment()
    for arguments in (["init", "--base-url", "https://q.plant.cn"], ["config"]):
        done = subprocess.run(
            [*command, *arguments],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
    assert "https://q.plant.cn" in done.stdout
    assert done.stderr == ""


def test_an_address_no_phone_can_open_is_warned_of(demo: Demo) -> None:
    done = subprocess.run(
        [lotmark_demo.LOTMARK, "--home", str(demo.folder), "config"],
        capture_output=True,
        text=True,
        check=True,
        env=lotmark_demo.clean_environment() | {"LOTMARK_BASE_ULR": "x"},
    )
    assert "which no phone can open" in done.stderr
    assert "LOTMARK_BASE_ULR" in done.stdout


def test_every_command_has_help() -> None:
    for arguments in ([], ["demo"], ["verify"], ["scope"], ["serve"]):
        done = subprocess.run(
            [sys.executable, "-P", "-m", "lotmark.web.cli", *arguments, "--help"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "Usage:" in done.stdout


def test_the_sample_is_package_data() -> None:
    names = {entry.name for entry in resources.files("lotmark.web.sample").iterdir()}
    assert {"articles.csv", "shipments.csv", "batches.csv"} <= names
