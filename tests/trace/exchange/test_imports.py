"""What good files bring in: records, codes, edges and balances."""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from plant_files import File, base_files, bring, workbook

from lotmark.trace import audit, people
from lotmark.trace.db import Database, Session
from lotmark.trace.exchange.imports import Imported, import_files
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.tables import CodeBlock, ItemSegment
from lotmark.trace.parties.lots import find_lot, find_place
from lotmark.trace.parties.tables import Article, Location
from lotmark.trace.production.tables import CycleLoad, EquipmentCycle, LineRun, LotInput
from lotmark.trace.stock.balance import Balance
from lotmark.trace.stock.places import Place
from lotmark.trace.stock.queries import balances
from lotmark.trace.stock.tables import LogisticUnit, Movement, Shipment, Unbatched


def csv(name: str, text: str) -> File:
    return name, text.encode()


def at(session: Session, lot: str, place: str) -> Balance:
    """What of a lot is at a place."""
    found = find_lot(session, lot)
    where = find_place(session, place)
    ledger = balances(session, [found.id])[found.id]
    return ledger.at(Place(where.id, where.code, where.kind))


def test_files_are_applied_in_order_of_kind(database: Database, now: datetime) -> None:
    told: list[tuple[str, int, int]] = []
    with database.writing() as session:
        report = import_files(
            session,
            base_files()[::-1],
            people.system(),
            now,
            key_version=1,
            progress=lambda step, done, total: told.append((step, done, total)),
        )
    assert [file.kind for file in report.files] == [
        *("sites", "lines", "places", "partners", "articles", "lots", "lots", "cases")
    ]
    assert report.files[0] == Imported("sites.csv", "sites", 2)
    assert report.rows == 27
    ends = {step: (done, total) for step, done, total in told}
    assert list(ends) == ["read", "check", "write"]
    assert ends["read"] == ends["check"] == (27, 27)
    assert ends["write"][0] == ends["write"][1] > 27


def test_master_data_comes_with_its_places(plant: Database) -> None:
    with plant.reading() as session:
        places = session.scalars(sa.select(Location).order_by(Location.code)).all()
        kinds = {place.code: place.kind for place in places}
        assert kinds["YL1/L1"] == kinds["YL2/L1"] == "line"
        assert (kinds["C1"], kinds["C1/T"]) == ("consignee", "transit")
        assert "S1" not in kinds
        pack = session.scalars(sa.select(Article).filter_by(code="PACK")).one()
        assert (pack.gtin, pack.base_unit, pack.case_size) == (
            *("09506000134352", "piece", 40),
        )
        assert pack.name_en == pack.name


def test_lots_come_from_supplier_or_production(plant: Database) -> None:
    with plant.reading() as session:
        assert at(session, "BEEF/B-7", "RM1").quantity == 900_000_000
        assert at(session, "SOY/B-7", "RM1").quantity == 100_500_000
        assert at(session, "BEEF/B-7", "supplied").quantity == -900_000_000
        assert at(session, "P-2", "FG1").quantity == 1000
        assert not at(session, "P-2", "FG1").known
        lot = find_lot(session, "P-1")
        assert (lot.status, lot.origin, lot.expires_on) == (
            *("released", "", date(2027, 5, 9)),
        )
        assert find_lot(session, "BEEF/B-7").origin == "S1"


def test_coded_lots_get_their_codes(plant: Database) -> None:
    with plant.reading() as session:
        lot = find_lot(session, "P-1")
        assert lot.next_item == 1000
        assert at(session, "P-1", "FG1").known == ItemSet.range(0, 1000)
        [block] = session.scalars(sa.select(CodeBlock))
        assert (block.count, block.key_version, block.issued_by) == (1000, 1, "system")
        [segment] = session.scalars(sa.select(ItemSegment))
        assert (segment.lo, segment.hi, segment.kind) == (0, 1000, "applied")
        # no runs: put on some time on the day it was made, at the plant
        assert segment.t0 == datetime(2026, 11, 9, 16, tzinfo=UTC)
        assert segment.t1 == datetime(2026, 11, 10, 16, tzinfo=UTC)


def test_codes_are_put_on_during_the_runs(database: Database, now: datetime) -> None:
    runs = csv(
        "runs.csv",
        "lot,line,start,end,team\n"
        "P-1,YL1/L1,2026-11-10 08:00,2026-11-10 09:00,甲\n"
        "P-1,YL1/L1,2026-11-10T10:30+09:00,2026-11-10T02:30Z,乙\n"
        "P-2,YL1/L2,2026-11-11 08:00,,\n",
    )
    bring(database, [*base_files(), runs], now)
    with database.reading() as session:
        [segment] = session.scalars(sa.select(ItemSegment))
        assert segment.t0 == datetime(2026, 11, 10, 0, tzinfo=UTC)
        assert segment.t1 == datetime(2026, 11, 10, 2, 30, tzinfo=UTC)
        ends = session.scalars(sa.select(LineRun.ended_at)).all()
        assert ends.count(None) == 1


def test_what_went_into_a_batch_leaves_stock(plant: Database, now: datetime) -> None:
    used = csv(
        "used.csv",
        "成品批号,原料编码,原料批号,供应商,数量,单位,时间,类型\n"
        "P-1,BEEF,B-7,S1,320,公斤,2026-11-10 05:30,投料\n"
        "P-1,SOY,B-7,,250.5,ml,2026-11-10 05:30,\n"
        "P-3,PACK,P-2,,2,箱,2026-11-11 05:30,返工\n",
    )
    bring(plant, [used], now)
    with plant.reading() as session:
        edges = session.scalars(sa.select(LotInput).order_by(LotInput.id)).all()
        assert [(edge.kind, edge.quantity) for edge in edges] == [
            *(("consumption", 320_000_000), ("consumption", 250_500), ("rework", 80)),
        ]
        assert edges[0].at == datetime(2026, 11, 9, 21, 30, tzinfo=UTC)
        assert at(session, "BEEF/B-7", "RM1").quantity == 580_000_000
        assert at(session, "BEEF/B-7", "consumed").quantity == 320_000_000
        assert at(session, "P-2", "FG1").quantity == 920


def test_cycles_hold_parts_of_batches(plant: Database, now: datetime) -> None:
    loads = csv(
        "loads.csv",
        "site,equipment,kind,number,start,end,result,lot,quantity\n"
        "YL1,R1,retort,R1-0461,2026-11-10 08:00,2026-11-10 09:25,missing,P-1,600\n"
        "YL1,R1,retort,R1-0461,2026-11-10 08:00,2026-11-10 09:25,missing,P-2,400\n",
    )
    bring(plant, [loads], now)
    with plant.reading() as session:
        [cycle] = session.scalars(sa.select(EquipmentCycle))
        assert (cycle.number, cycle.result) == ("R1-0461", "missing")
        inside = session.scalars(sa.select(CycleLoad.quantity)).all()
        assert sorted(inside) == [400, 600]


def test_what_left_without_a_batch_moves_no_stock(
    plant: Database, now: datetime
) -> None:
    ships = csv(
        "ships.csv",
        "number,site,consignee,shipped_at,delivered_at,article,lot,quantity,unit,place\n"
        "F1,YL1,C1,2026-11-12 08:00,2026-11-12 10:00,PACK,,30,箱,\n"
        "F2,,C2,2026-11-13 08:00,,PACK,,12,袋,FG1\n"
        "F2,,C2,2026-11-13 08:00,,PACK,P-1,5,袋,FG1\n",
    )
    bring(plant, [ships], now)
    with plant.reading() as session:
        rows = session.scalars(sa.select(Unbatched).order_by(Unbatched.id)).unique()
        assert [(one.shipment.number, one.quantity) for one in rows] == [
            ("F1", 1200),
            ("F2", 12),
        ]
        assert at(session, "P-1", "FG1").quantity == 995
        assert at(session, "P-1", "C2/T").quantity == 5


def test_shipments_by_quantity_case_and_item(plant: Database, now: datetime) -> None:
    pallet = csv(
        "cases.csv",
        "sscc,parent,lot,items\n"
        "095060000000000046,095060000000000053,P-1,80-119\n"
        "095060000000000053,,,\n",
    )
    ships = csv(
        "ships.csv",
        "number,consignee,vehicle,shipped_at,delivered_at,lot,quantity,unit,items,"
        "sscc,place\n"
        "F1,C1,示A,2026-11-12 08:00,2026-11-12 10:00,P-2,2,箱,,,FG1\n"
        "F1,C1,示A,2026-11-12 08:00,2026-11-12 10:00,,,,,"
        "095060000000000015 095060000000000053,FG1\n"
        'F2,C2,示B,2026-11-13 08:00,,P-1,,,"200-239,300",,FG1\n'
        "F2,C2,示B,2026-11-13 08:00,,P-2,,,,095060000000000039,FG1\n",
    )
    bring(plant, [ships, pallet], now)
    with plant.reading() as session:
        assert at(session, "P-2", "C1").quantity == 80
        assert at(session, "P-1", "C1").known == ItemSet.parse("0-39,80-119")
        assert at(session, "P-1", "C1/T").quantity == 0
        assert at(session, "P-1", "C2/T").known == ItemSet.parse("200-239,300")
        assert at(session, "P-2", "C2/T").quantity == 40
        assert at(session, "P-1", "FG1").quantity == 1000 - 80 - 41
        first, second = session.scalars(sa.select(Shipment).order_by(Shipment.id))
        assert (first.number, first.vehicle) == ("F1", "示A")
        assert second.delivered_at is None
        moves = sa.select(sa.func.count()).where(Movement.shipment_id == first.id)
        assert session.scalar(moves) == 6  # three runs of goods, out and in
        unit = sa.select(LogisticUnit).filter_by(sscc="095060000000000046")
        assert session.scalars(unit).one().parent_id is not None


def test_movements_happen_in_the_order_of_their_times(
    plant: Database, now: datetime
) -> None:
    moves = csv(
        "moves.csv",
        "document,lot,from,to,quantity,items,at,reason\n"
        "D2,P-2,QZ1,destroyed,1000,,2026-11-13 08:00,销毁\n"
        "D1,P-2,FG1,QZ1,1000,,2026-11-12 08:00,隔离\n"
        "D3,P-1,FG1,sample,,988-999,2026-11-10 12:00,留样\n",
    )
    bring(plant, [moves], now)
    with plant.reading() as session:
        assert at(session, "P-2", "destroyed").quantity == 1000
        assert at(session, "P-1", "sample").known == ItemSet.range(988, 1000)
        kept = session.scalars(sa.select(Movement).filter_by(document="D3")).one()
        assert (kept.reason, kept.actor, kept.recorded_at) == ("留样", "system", now)


def test_a_workbook_of_two_sheets_is_one_import(plant: Database, now: datetime) -> None:
    book = workbook(
        [
            ["物料编码", "批号", "供应商", "收货日期", "数量", "单位", "仓库"],
            ["BEEF", "B-8", "S1", datetime(2026, 11, 2), 12.5, "kg", "RM1"],  # noqa: DTZ001
            ["BEEF", "B-9", "S1", 46328, 1, "吨", "RM1"],
        ],
        [
            ["document", "lot", "from", "to", "quantity", "unit", "at"],
            ["D1", "B-8", "RM1", "QZ1", 0.5, "kg", datetime(2026, 11, 3, 8, 30)],  # noqa: DTZ001
        ],
    )
    report = bring(plant, [("plant.xlsx", book)], now)
    assert [(file.name, file.kind, file.rows) for file in report.files] == [
        ("plant.xlsx/Sheet", "lots", 2),
        ("plant.xlsx/Sheet1", "movements", 1),
    ]
    with plant.reading() as session:
        assert find_lot(session, "B-9").received_on == date(2026, 11, 2)
        assert at(session, "B-8", "RM1").quantity == 12_000_000
        assert at(session, "B-8", "QZ1").quantity == 500_000


def test_an_import_is_audited_with_the_hash_of_each_file(
    plant: Database, now: datetime
) -> None:
    with plant.reading() as session:
        row = session.scalars(
            sa.select(audit.AuditRow).filter_by(action="import")
        ).one()
        assert '"sites.csv":"' in row.data
        assert '["cases.csv","cases",3]' in row.data
        assert audit.verify(session)[1] is None
