"""Verify, scope and trace by command."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pypdfium2
from lotmark_demo import Demo
from PIL import Image

ROOT = Path(__file__).parents[3]


def check_schema(document: Any, name: str) -> None:
    schema = json.loads((ROOT / "docs" / f"{name}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)


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


def test_the_audit_chain_holds(demo: Demo) -> None:
    assert demo.json("audit", "verify")["ok"]
