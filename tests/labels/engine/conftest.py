"""Label values as a plant prints them, and pictures of printed labels."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import pytest

from lotmark.labels.engine.values import LabelRecord

Records: TypeAlias = Callable[[int], list[LabelRecord]]

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PRODUCTS = (
    "五香酱牛肉",
    "卤鸭脖",
    "云岭精制五香酱牛肉（家庭装）",
    "Beef jerky 原味",
    "麻辣牛肉干 · 特辣",
)


@pytest.fixture
def beef() -> LabelRecord:
    """The batch and item that the documentation shows."""
    return LabelRecord(
        url="HTTPS://Q.YUNLING-FOODS.CN/01/09506000134352/10/L2-261118-03"
        "/21/7K3M9QXW2D5RVT8H",
        serial="7K3M9QXW2D5RVT8H",
        product="五香酱牛肉",
        product_en="Five-spice braised beef",
        net_content="200 克",
        batch_no="L2-261118-03",
        production_date="2026-11-18",
        expiry_date="2027-05-16",
        line_code="L2",
    )


@pytest.fixture
def records(beef: LabelRecord) -> Records:
    """So many labels with random serials, batches and products, always the same."""

    def make(count: int) -> list[LabelRecord]:
        chance = random.Random(count)  # noqa: S311
        made = []
        for _ in range(count):
            serial = "".join(chance.choices(LETTERS, k=16))
            batch = f"L{chance.randint(1, 9)}-{chance.randint(260101, 261231)}-01"
            made.append(
                replace(
                    beef,
                    url=f"HTTPS://Q.YUNLING-FOODS.CN/01/09506000134352/10/{batch}"
                    f"/21/{serial}",
                    serial=serial,
                    product=chance.choice(PRODUCTS),
                    product_en=chance.choice(("", "Five-spice braised beef")),
                    batch_no=batch,
                    line_code=chance.choice(("L2", "2 号线", "")),
                )
            )
        return made

    return make
