"""The values on the label of a case or pallet."""

import re
from dataclasses import dataclass, fields

from ...trace.errors import N_, InvalidInput
from ...trace.identity.gs1 import Sscc
from .bars import Element
from .values import CONTROL, SHOWN_URL, shown

_VALUE = re.compile(r"[!-~]{1,30}")
"""Printable ASCII, of which GS1's set 82 is a part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRecord:
    """What one case or pallet label says; every text is ready to print.

    Raises ``InvalidInput`` for a URL of another form, what is no SSCC, an element that
    is not one, and control characters anywhere.

    >>> UnitRecord(
    ...     url="HTTPS://Q.EXAMPLE.CN/00/069012340000000016",
    ...     sscc="069012340000000016",
    ...     kind="箱",
    ... ).sscc_grouped
    '0 6901 2340 0000 0001 6'
    """

    url: str
    """What the QR code says."""
    sscc: str
    """18 digits; the bars with AI (00) say the same."""
    kind: str
    """箱 or 托盘."""
    elements: tuple[Element, ...] = ()
    """What else bars may say: an AI each, e.g. ``("10", "L2-261118-03")``."""
    product: str = ""
    """Name in Chinese, or how many products there are."""
    product_en: str = ""
    quantity: str = ""
    """With its unit, e.g. ``240 袋`` or ``12.5 kg``."""
    cases: str = ""
    """On a pallet, how many stand on it."""
    batch_no: str = ""
    """As the plant writes it, or how many batches there are."""
    production_date: str = ""
    expiry_date: str = ""
    """ISO 8601; of several the one that ends first."""
    storage: str = ""
    firm: str = ""
    """Who packed it."""

    def __post_init__(self) -> None:
        if not SHOWN_URL.fullmatch(self.url):
            raise InvalidInput(
                "label_url_invalid",
                N_("Expected a URL of ASCII characters for the code, got %(url)s."),
                url=shown(self.url),
            )
        Sscc(self.sscc)
        for ai, value in self.elements:
            if not (ai.isdecimal() and 2 <= len(ai) <= 4 and _VALUE.fullmatch(value)):
                raise InvalidInput(
                    "label_element_invalid",
                    N_(
                        "Expected an identifier and its value for the bars, got %(it)s."
                    ),
                    it=shown(f"({ai}){value}"),
                )
        for name in UNIT_VALUES - {"sscc_grouped"}:
            if CONTROL.search(getattr(self, name)):
                raise InvalidInput(
                    "label_text_invalid",
                    N_(
                        "The label's %(field)s holds a line break or control character."
                    ),
                    field=name,
                )

    @property
    def sscc_grouped(self) -> str:
        """The number as people read it aloud: extension, fours, check digit."""
        middle = " ".join(self.sscc[i : i + 4] for i in range(1, 17, 4))
        return f"{self.sscc[0]} {middle} {self.sscc[17]}"

    def some(self, wanted: tuple[str, ...]) -> tuple[Element, ...]:
        """Those of the wanted elements that there are, in the order wanted."""
        values = {"00": self.sscc, **dict(self.elements)}
        return tuple((ai, values[ai]) for ai in wanted if values.get(ai))


UNIT_VALUES = frozenset(
    {field.name for field in fields(UnitRecord)} - {"url", "elements"}
    | {"sscc_grouped"}
)
"""What the texts of a stock for cases and pallets may name."""
