"""Who may have affected goods that left without a batch: the rule read aloud.

Days are numbers after ``START``, as in ``plant_plans``. Nothing is shared with the
code under test.
"""

from dataclasses import dataclass, field

from hypothesis import strategies as st

DAYS = 6
LOTS, SHOPS = 3, 2
MADE = 9
"""Packs of every batch that was made."""


@dataclass
class Life:
    """A batch: when it was made and released, and what left of it by its number."""

    article: int
    produced: int | None
    released: int | None
    sent: list[tuple[int, int]] = field(default_factory=list)
    """Day and how many, in order."""
    kept: int = 0
    """Retained samples, taken on the day it was made."""


@dataclass
class Left:
    """Goods of an article that left without a batch."""

    shop: int
    article: int
    day: int
    quantity: int


@dataclass
class Sales:
    lives: list[Life]
    left: list[Left]


def may_be_of(life: Life, one: Left) -> bool:
    """Every day it could have been sent, one after the other."""
    gone = life.kept
    possible = set()
    first_sent = min((day for day, _ in life.sent), default=None)
    for day in range(DAYS + 1):
        here = gone < MADE
        gone += sum(many for on, many in life.sent if on == day)
        if life.released is not None:
            begun = day >= life.released or (
                first_sent is not None and day >= first_sent
            )
        else:
            begun = life.produced is None or day >= life.produced
        # the day on which the last of it left is one of them
        if begun and here:
            possible.add(day)
    return one.article == life.article and one.day in possible


def expected(sales: Sales, affected: list[int]) -> set[tuple[int, tuple[int, ...]]]:
    """Number of what left, and the affected batches it may be of."""
    found = set()
    for number, one in enumerate(sales.left):
        lots = tuple(n for n in affected if may_be_of(sales.lives[n], one))
        if lots:
            found.add((number, lots))
    return found


@st.composite
def all_sales(draw: st.DrawFn) -> Sales:
    day = st.integers(0, DAYS)
    lives = []
    for _ in range(LOTS):
        life = Life(
            draw(st.integers(0, 1)),
            draw(st.none() | day),
            draw(st.none() | day),
            kept=draw(st.integers(0, 2)),
        )
        rest = MADE - life.kept
        for on in sorted(draw(st.lists(day, max_size=3))):
            many = draw(st.sampled_from((1, 4, rest)))
            if 0 < many <= rest:
                life.sent.append((on, many))
                rest -= many
        lives.append(life)
    left = st.builds(
        Left,
        st.integers(0, SHOPS - 1),
        st.integers(0, 1),
        day,
        st.integers(1, 40),
    )
    return Sales(lives, draw(st.lists(left, min_size=1, max_size=4)))
