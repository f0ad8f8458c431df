"""The trace picture: every lot drawn or counted, dangers in sight, the table beside."""

import csv
import io
import re
from datetime import timedelta
from itertools import pairwise

import pytest
import small_plant
from hypothesis import given
from hypothesis import strategies as st
from staff_pages import shown

from lotmark.trace import clock, people
from lotmark.trace.parties.tables import Lot
from lotmark.trace.production.genealogy import Edge, Genealogy, Node
from lotmark.trace.production.tables import LotInput
from lotmark.trace.stock.holds import place_hold
from lotmark.web.installation import Installation
from lotmark.web.quality import trace
from lotmark.web.quality.picture import BOX_HEIGHT, MOST_IN_COLUMN, ROW, draw

MADE = 25
"""Batches that one lot of beef went into."""
HELD = 19


@pytest.fixture
def beef(house: Installation) -> int:
    """A lot that went into many batches, one of them on hold; its id."""
    now, me = clock.now(), people.system()
    with house.plant.writing() as session:
        lots = [
            Lot(article_id=3, origin="S01", code="BY1", ai10="BY1", status="released")
        ]
        for n in range(MADE):
            code = f"=L{n:02}"
            ai10 = f"L{n:02}"
            lots.append(Lot(article_id=1, code=code, ai10=ai10, status="released"))
        session.add_all(lots)
        session.flush()
        for n, lot in enumerate(lots[1:]):
            session.add(
                LotInput(
                    input_id=lots[0].id,
                    output_id=lot.id,
                    kind="consumption",
                    quantity=1_500_000,
                    at=now + timedelta(minutes=n),
                )
            )
        session.flush()
        place_hold(
            session, [lots[HELD].id], hazard="quality", reason="–", actor=me, now=now
        )
        return lots[0].id


def test_a_long_column_is_folded_but_a_hold_is_in_sight(
    log_in: small_plant.LogIn, beef: int
) -> None:
    client = log_in("qian")
    page = shown(client, f"/quality/lots/{beef}/trace")
    picture = re.search(r"<svg class=\"tree\".*?</svg>", page, re.DOTALL)
    assert picture is not None
    boxes = re.findall(r'class="node [^"]*"', picture[0])
    assert len(boxes) == 1 + MOST_IN_COLUMN
    folded = MADE - (MOST_IN_COLUMN - 1)
    assert f"and {folded} more" in picture[0]
    assert f"L{HELD - 1:02}" in picture[0]
    assert "On hold" in picture[0]
    assert f"{folded * 1.5:g} kg" in picture[0]
    table = page[page.index('id="h-table"') :]
    assert all(f"=L{n:02}" in table for n in range(MADE))
    full = shown(client, f"/quality/lots/{beef}/trace?full=1")
    assert len(re.findall(r'class="node [^"]*"', full)) == 1 + MADE
    assert "more</text>" not in full


def test_steps_and_ways_are_kept_from_lot_to_lot(
    log_in: small_plant.LogIn, beef: int
) -> None:
    page = shown(log_in("qian"), f"/quality/lots/{beef}/trace?way=forward&steps=1")
    links = re.findall(r'<a href="(/quality/lots/\d+/trace\?[^"]*)"[^>]*><title>', page)
    assert len(links) > 1
    assert all("way=forward" in link and "steps=1" in link for link in links)
    odd = log_in("qian").get(f"/quality/lots/{beef}/trace?way=odd&steps=odd")
    assert odd.status_code == 200


def test_the_file_says_what_the_table_says(
    log_in: small_plant.LogIn, beef: int
) -> None:
    answer = log_in("qian").get(f"/quality/lots/{beef}/trace/csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == MADE
    assert {row["input_lot"] for row in rows} == {"BY1"}
    assert {row["output_lot"] for row in rows} == {f"'=L{n:02}" for n in range(MADE)}
    assert {(row["quantity"], row["unit"]) for row in rows} == {("1.5", "kg")}
    assert [row["output_status"] for row in rows].count("held") == 1


def test_what_is_left_out_is_said_and_is_in_the_file(
    log_in: small_plant.LogIn, beef: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, way = log_in("qian"), f"/quality/lots/{beef}/trace"
    assert "Not all are here" not in shown(client, way)
    monkeypatch.setattr(trace, "NEAREST", 3)
    page = shown(client, way)
    assert "show the nearest 3 lots each way; those farther away are left out" in page
    assert "up to 10,000 lots each way" in page
    assert len(list(csv.reader(io.StringIO(client.get(f"{way}/csv").text)))) == 1 + MADE


def _genealogy(depths: list[int], joined: list[tuple[int, int]]) -> Genealogy:
    now = clock.now()
    nodes = tuple(
        Node(
            lot_id=n,
            code=f"L{n}",
            article="A",
            name="",
            name_en="",
            kind="product",
            own=True,
            origin="",
            supplier="",
            supplier_en="",
            produced_on=None,
            received_on=None,
            made=1,
            unit="piece",
            depth=depth,
        )
        for n, depth in enumerate([0, *depths])
    )
    edges = tuple(
        Edge(a, b, "rework", 1, now, now)
        for a, b in joined
        if a != b and max(a, b) < len(nodes)
    )
    return Genealogy(0, "both", nodes, edges, False)


@given(
    st.lists(st.integers(-4, 4).filter(bool), max_size=60),
    st.sets(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=60),
    st.sets(st.integers(0, 60), max_size=5),
    st.none() | st.integers(3, 10),
)
def test_nothing_is_lost_and_nothing_overlaps(
    depths: list[int],
    joined: set[tuple[int, int]],
    danger: set[int],
    most: int | None,
) -> None:
    genealogy = _genealogy(depths, sorted(joined))
    picture = draw(genealogy, danger, most)
    drawn = [node.lot_id for box in picture.boxes for node in box.nodes]
    assert sorted(drawn) == [node.lot_id for node in genealogy.nodes]
    columns: dict[int, list[int]] = {}
    for box in picture.boxes:
        assert 0 <= box.x < picture.width
        assert 0 <= box.y <= picture.height - BOX_HEIGHT
        columns.setdefault(box.x, []).append(box.y)
    for tops in columns.values():
        assert most is None or len(tops) <= most
        tops.sort()
        assert all(b - a >= ROW for a, b in pairwise(tops))
    # A danger folds only where there are more of them than a column holds.
    for box in picture.boxes:
        inside = {node.lot_id for node in box.nodes} & danger
        if box.node is None and inside and most is not None:
            beside = [b.node for b in picture.boxes if b.x == box.x and b.node]
            assert {node.lot_id for node in beside} <= danger
    uses = sum(curve.uses for curve in picture.curves)
    within = sum(
        len({edge.input_id, edge.output_id} & {n.lot_id for n in box.nodes}) == 2
        for box in picture.boxes
        for edge in genealogy.edges
    )
    assert uses + within == len(genealogy.edges)
