"""A label record cannot hold what must not be printed."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from lotmark.labels.engine.values import LabelRecord, LabelSeries
from lotmark.trace.errors import InvalidInput

Records = Callable[[int], list[LabelRecord]]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "7K3M9QXW2D5RVT8H",
        "HTTPS://Q.CN/ 1",
        'HTTPS://Q.CN/"\r\nPRINT 99',
        "HTTPS://Q.CN/^XZ",
        "HTTPS://Q.CN/中",
        "HTTPS://Q.CN/1\n",
    ],
)
def test_a_url_cannot_carry_a_printer_command(beef: LabelRecord, url: str) -> None:
    with pytest.raises(InvalidInput, match=r"^Expected a URL") as refused:
        replace(beef, url=url)
    assert refused.value.code == "label_url_invalid"


@pytest.mark.parametrize(
    "serial", ["", "7K3M9QXW2D5RVT8", "7K3M9QXW2D5RVT8I", "7k3m9qxw2d5rvt8h"]
)
def test_a_serial_is_sixteen_crockford_letters(beef: LabelRecord, serial: str) -> None:
    with pytest.raises(InvalidInput, match=r"^Expected a serial of 16"):
        replace(beef, serial=serial)


@pytest.mark.parametrize("product", ["", "  "])
def test_a_label_names_its_product(beef: LabelRecord, product: str) -> None:
    with pytest.raises(InvalidInput, match=r"^A label needs a product name"):
        replace(beef, product=product)


@pytest.mark.parametrize("text", ["L2\n03", "L2\x00", "L2\x1b", "L2\u2028"])
def test_texts_are_one_line(beef: LabelRecord, text: str) -> None:
    with pytest.raises(InvalidInput, match="batch_no holds a line break"):
        replace(beef, batch_no=text)


def test_an_address_without_the_serial_at_its_end_is_refused(beef: LabelRecord) -> None:
    with pytest.raises(InvalidInput, match="ends in 7K3M9QXW2D5RVT8H"):
        replace(beef, url=beef.url + "?x=1")


def test_a_series_is_its_labels_one_by_one(records: Records, beef: LabelRecord) -> None:
    serials = [record.serial for record in records(50)]
    series = LabelSeries(beef, np.array(serials, "S16"))
    assert list(series) == [
        replace(beef, serial=serial, url=beef.url[:-16] + serial) for serial in serials
    ]
    parts = list(series.parts(20))
    assert [len(part) for part in parts] == [20, 20, 10]
    assert [record for part in parts for record in part] == list(series)


@pytest.mark.parametrize("serial", ["7K3M9QXW2D5RVT8I", "7K3M9QXW2D5RVT8", ""])
def test_a_series_with_a_serial_of_another_form_is_refused(
    beef: LabelRecord, serial: str
) -> None:
    with pytest.raises(InvalidInput, match="Expected a serial of 16 digits"):
        LabelSeries(beef, np.array([beef.serial, serial], "S16"))
