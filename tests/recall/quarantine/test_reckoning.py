"""The ledgers against the numbers of domain.md and a naive count of single packs."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from lotmark.recall.quarantine.figures import Figures, contradictions
from lotmark.recall.quarantine.reckoning import (
    LabelBalance,
    ProductionBalance,
    RecallLedger,
    control_rate,
    percent,
    time_to_control,
    total,
)
from lotmark.recall.quarantine.sampling import PERMILLE, Volume, draw, strata

T0 = datetime(2026, 11, 2, 1, 10, tzinfo=UTC)


def test_appendix_b_9() -> None:
    labels = LabelBalance(10_000, 9_940, 55)
    assert (labels.missing, percent(labels.missing_share)) == (5, "0.05")
    made = ProductionBalance(applied=9_940, own=2_100, inside=40, shipped=7_795)
    assert (made.unexplained, percent(made.found)) == (5, "99.95")
    assert made.needs_signature(0)
    assert not made.needs_signature(5_000)


def test_appendix_b_10() -> None:
    ledger = RecallLedger(7_795, 5_200, 300, 0, 2_100)
    assert ledger.unaccounted == 195
    assert percent(ledger.accounted) == "97.50"
    assert percent(ledger.recovery) == "66.71"
    assert percent(control_rate(2_100, 5_200, 300, 9_940)) == "76.46"
    assert not ledger.is_over


def test_more_than_everything_is_an_error_not_a_success() -> None:
    ledger = RecallLedger(100, 101, 0, 0, 0)
    assert ledger.is_over
    assert ledger.unaccounted == -1
    assert percent(ledger.accounted) == "101.00"
    hidden = total([ledger, RecallLedger(100, 99, 0, 0, 0)])
    assert not hidden.is_over, "a sum hides it: each row is asked"
    assert percent(RecallLedger(0, 0, 0, 0, 0).accounted) == "–"


FATES = ("recovered", "destroyed", "corrected", "used", "unaccounted")


@given(st.lists(st.lists(st.sampled_from(FATES), max_size=60), max_size=5))
def test_ledgers_equal_a_count_of_single_packs(shops: list[list[str]]) -> None:
    ledgers = []
    for packs in shops:
        many = Counter(packs)
        ledgers.append(
            RecallLedger(
                shipped=len(packs),
                recovered=many["recovered"],
                destroyed=many["destroyed"],
                corrected=many["corrected"],
                used=many["used"],
            )
        )
        assert ledgers[-1].unaccounted == many["unaccounted"]
    everything = total(ledgers)
    packs = [pack for shop in shops for pack in shop]
    gone = packs.count("unaccounted")
    assert (everything.shipped, everything.unaccounted) == (len(packs), gone)
    if packs:
        known = sum(1 for pack in packs if pack != "unaccounted")
        assert everything.accounted == Fraction(known, len(packs))


@given(st.integers(-10_000, 20_000), st.integers(1, 10_000))
def test_percent_is_the_schoolbook_rounding(part: int, whole: int) -> None:
    said = percent(Fraction(part, whole))
    exact = Fraction(part, whole) * 100
    if part >= 0 and exact != 100 and said not in ("99.99", "100.01"):
        with_decimals = Decimal(exact.numerator) / Decimal(exact.denominator)
        rounded = with_decimals.quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert said == f"{rounded:.2f}"
    assert (said == "100.00") == (part == whole)
    assert abs(Fraction(said) - exact) <= Fraction(1, 100)


def test_time_to_control_is_when_95_percent_had_acknowledged() -> None:
    times = [T0 + timedelta(hours=hour) for hour in range(1, 20)]
    assert time_to_control(T0, [*times, None]) == timedelta(hours=19)
    assert time_to_control(T0, [*times, None, None]) is None
    assert time_to_control(T0, []) is None


volumes = st.dictionaries(st.integers(1, 400), st.integers(0, 500), max_size=80).map(
    lambda some: {n: Volume(f"K{n:03}", units) for n, units in some.items()}
)


@given(
    volumes, st.sampled_from(sorted(PERMILLE)), st.text("0123456789abcdef", min_size=1)
)
def test_a_sample_is_random_but_can_be_drawn_again(
    shops: dict[int, Volume], level: str, seed: str
) -> None:
    drawn = draw(shops, PERMILLE[level], seed)
    again = dict(sorted(shops.items(), key=lambda one: -one[0]))
    assert draw(again, PERMILLE[level], seed) == drawn
    for number, stratum in enumerate(strata(shops), start=1):
        mine = [one for one in stratum if drawn.get(one) == number]
        assert len(mine) * 1000 >= len(stratum) * PERMILLE[level]
        assert (len(mine) - 1) * 1000 < len(stratum) * PERMILLE[level] or not mine
    assert sorted(one for stratum in strata(shops) for one in stratum) == sorted(shops)


def test_another_seed_draws_others() -> None:
    shops = {n: Volume(f"K{n:03}", n) for n in range(300)}
    assert draw(shops, 100, "a") != draw(shops, 100, "b")


def test_contradictions_are_named() -> None:
    fine = Figures(received=40, on_hand=10, sold_on=25, returned=5)
    assert contradictions(fine, shipped=40, booked=5) == ()
    more = Figures(received=40, returned=50)
    assert contradictions(more, shipped=40, booked=0) == (
        "returned_more",
        "sum_over",
        "returned_unbooked",
    )
    assert contradictions(Figures(), shipped=40, booked=0) == ("received_less",)
    assert "never_shipped" in contradictions(Figures(received=1), shipped=0, booked=0)
    assert contradictions(fine, shipped=40, booked=6) == ("booked_more",)
