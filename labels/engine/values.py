"""The values on labels: one, or a series that differs only in the serial."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from ...trace.errors import N_, InvalidInput
from .columns import beside

# RFC 3986 2: reserved, unreserved and percent; "^" and quotation marks are not among
# them, so a URL cannot end a printer command early.
SHOWN_URL = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+"
)
_SERIAL = re.compile(r"[0-9A-HJKMNP-TV-Z]{16}")
SERIAL_LENGTH = 16
_GOOD = np.isin(
    np.arange(256), np.frombuffer(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", np.uint8)
)
"""Which bytes a serial may have."""
_MARK = re.compile(r"(R[0-9]{1,3})?")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRecord:
    """What one label says; every text is ready to print, in the label's language.

    Raises ``InvalidInput`` for a URL or serial of another form, a URL that does not end
    in the serial, a label without a product name and control characters anywhere.

    >>> LabelRecord(
    ...     url="HTTPS://Q.EXAMPLE.CN/T/7K3M9QXW2D5RVT8H",
    ...     serial="7K3M9QXW2D5RVT8H",
    ...     product="五香酱牛肉",
    ... ).serial_grouped
    '7K3M 9QXW 2D5R VT8H'
    """

    url: str
    """What the QR code says; it ends in the serial. Upper case keeps it small."""
    serial: str
    """The item code: 16 characters of Crockford Base32 (DESIGN, frozen format 1)."""
    product: str
    """Name in Chinese, the biggest text on the label."""
    product_en: str = ""
    """Second name, or empty."""
    net_content: str = ""
    """With its unit, e.g. ``200 克``."""
    batch_no: str = ""
    """As the plant writes it, e.g. ``L2-261124-01``."""
    production_date: str = ""
    """ISO 8601, e.g. ``2026-11-24``."""
    expiry_date: str = ""
    """ISO 8601: the last day of the shelf life."""
    line_code: str = ""
    """Production line, e.g. ``L2`` or ``2 号线``."""
    mark: str = ""
    """Stands behind the serial people read, e.g. ``R1`` on a first reprint."""

    def __post_init__(self) -> None:
        if not SHOWN_URL.fullmatch(self.url):
            raise InvalidInput(
                "label_url_invalid",
                N_("Expected a URL of ASCII characters for the code, got %(url)s."),
                url=shown(self.url),
            )
        if not _SERIAL.fullmatch(self.serial):
            raise InvalidInput(
                "label_serial_invalid",
                N_(
                    "Expected a serial of 16 digits and capital letters"
                    " without I, L, O and U, got %(serial)s."
                ),
                serial=shown(self.serial),
            )
        if not self.url.endswith(self.serial):
            raise InvalidInput(
                "label_url_without_serial",
                N_("Expected an address that ends in %(serial)s, got %(url)s."),
                serial=self.serial,
                url=shown(self.url),
            )
        if not _MARK.fullmatch(self.mark):
            raise InvalidInput(
                "label_mark_invalid",
                N_("Expected a mark like R1 behind the serial, got %(mark)s."),
                mark=shown(self.mark),
            )
        if not self.product.strip():
            raise InvalidInput(
                "label_product_missing",
                N_("A label needs a product name; give the article one."),
            )
        for field in fields(self):
            if CONTROL.search(getattr(self, field.name)):
                raise InvalidInput(
                    "label_text_invalid",
                    N_(
                        "The label's %(field)s holds a line break or control character."
                    ),
                    field=field.name,
                )

    @property
    def serial_grouped(self) -> str:
        """The serial in four groups of four, as people read it aloud, and its mark."""
        groups = " ".join(self.serial[i : i + 4] for i in range(0, 16, 4))
        return f"{groups} /{self.mark}" if self.mark else groups


@dataclass(frozen=True, slots=True, eq=False)
class LabelSeries:
    """Labels that say the same but for the serial, in URL and text.

    Raises ``InvalidInput`` ``label_serial_invalid`` for a serial of another form.
    """

    model: LabelRecord
    """What they all say; its own serial need not be among them."""
    serials: NDArray[np.bytes_]
    """In the order they are printed, dtype ``S16``."""

    def __post_init__(self) -> None:
        signs = self.signs
        if wrong := np.flatnonzero(~_GOOD[signs].all(axis=1)).tolist():
            replace(self.model, serial=self.serials[wrong[0]].decode("latin-1"))

    @classmethod
    def of(cls, record: LabelRecord) -> "LabelSeries":
        """The series of a single label."""
        return cls(record, np.array([record.serial], "S16"))

    def __len__(self) -> int:
        return len(self.serials)

    def __iter__(self) -> Iterator[LabelRecord]:
        for serial in self.serials.astype(str).tolist():
            yield replace(self.model, url=self.before + serial, serial=serial)

    @property
    def before(self) -> str:
        """The URL up to the serial."""
        return self.model.url.removesuffix(self.model.serial)

    @property
    def signs(self) -> NDArray[np.uint8]:
        """The serials' characters, 16 a row."""
        serials = np.ascontiguousarray(self.serials)
        return serials.view(np.uint8).reshape(-1, SERIAL_LENGTH)

    @property
    def grouped(self) -> NDArray[np.uint8]:
        """The characters of each ``serial_grouped``."""
        first, *others = (self.signs[:, i : i + 4] for i in range(0, SERIAL_LENGTH, 4))
        mark = f" /{self.model.mark}".encode() if self.model.mark else b""
        spaced = (piece for group in others for piece in (b" ", group))
        return beside(len(self), first, *spaced, *([mark] if mark else []))

    def parts(self, most: int) -> Iterator["LabelSeries"]:
        """The series in pieces of at most so many labels."""
        for start in range(0, len(self), most):
            yield LabelSeries(self.model, self.serials[start : start + most])


def shown(text: str) -> str:
    """``text`` short enough for an error, with anything odd escaped."""
    return ascii(text[:60]) + ("…" if len(text) > 60 else "")


SERIALS = frozenset({"serial", "serial_grouped"})
"""What differs from label to label besides the URL."""
VALUE_NAMES = frozenset(
    {field.name for field in fields(LabelRecord)} - {"url", "mark"} | {"serial_grouped"}
)
"""What a stock's texts may name."""
