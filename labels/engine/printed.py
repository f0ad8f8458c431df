"""What a label printer makes of our commands, read back from the exact bytes.

Two small interpreters of what the writers send, and of nothing else: for previews and
proofs. Their QR symbols come from another encoder than ours, as a printer's do. What
the printer writes with its own fonts is kept as text, with the box it fills.
"""

import re
from dataclasses import dataclass, field

import numpy as np
import zxingcpp
from numpy.typing import NDArray

Dots = NDArray[np.bool_]
Box = tuple[int, int, int, int]

_ZPL_FONTS = {"A": (9, 5, 1), "B": (11, 7, 2), "D": (18, 10, 2), "F": (26, 13, 3)}
"""Height, width and gap. Written apart from ``printer_fonts``, which they check."""
_TSPL_FONTS = {"1": (12, 8), "2": (20, 12), "3": (24, 16), "4": (32, 24), "5": (48, 32)}

_TSPL = re.compile(
    rb'QRCODE (?P<qr>\d+,\d+,[LMQH],\d+),A,0,M2,S7,"(?P<payload>[^"]*)"\r\n'
    rb"|BITMAP (?P<bitmap>\d+,\d+,\d+,\d+),0,"
    rb'|TEXT (?P<text>\d+,\d+,"\d",0,\d+,\d+),"(?P<said>[^"]*)"\r\n'
    rb"|ERASE (?P<erase>\d+,\d+,\d+,\d+)\r\n"
    rb"|(?P<clear>CLS)\r\n|(?P<print>PRINT 1)\r\n"
)
_ZPL = re.compile(
    r"\^FO(?P<x>\d+),(?P<y>\d+)(?:"
    r"\^GFA,(?P<total>\d+),(?P<again>\d+),(?P<wide>\d+),(?P<body>[^^]*)"
    r"|\^BQN,2,(?P<module>\d+)\^FN(?P<code>\d+)"
    r"|\^A(?P<font>[A-Z])N,(?P<high>\d+),(?P<each>\d+)\^FN(?P<text>\d+)"
    r")\^FS\n?"
)
_FIELD = re.compile(r"\^FN(\d+)(\^FH_)?\^FD([^^]*)\^FS")


@dataclass
class Printed:
    """What came out of the printer."""

    dots: Dots
    texts: list[tuple[str, Box]] = field(default_factory=list)
    """In the printer's fonts."""


def symbol(payload: str, level: str, module: int) -> Dots:
    """A QR symbol as printers draw it, ``module`` dots a module."""
    code = zxingcpp.create_barcode(
        payload, zxingcpp.BarcodeFormat.QRCode, ec_level=level
    )
    image = code.to_image(scale=1, add_quiet_zones=False)
    return np.kron(np.asarray(image) == 0, np.ones((module, module), dtype=np.bool_))


def _put(page: Dots, x: int, y: int, dots: Dots, over: bool) -> None:
    """What leaves the paper is lost."""
    area = page[y : y + dots.shape[0], x : x + dots.shape[1]]
    dots = dots[: area.shape[0], : area.shape[1]]
    area[...] = dots if over else area | dots


def tspl_labels(data: bytes, dpi: int) -> list[Printed]:
    """What a TSC printer prints: each row of labels on its paper.

    Raises ValueError for commands that ``write_tspl`` does not send.
    """
    size = re.match(rb"SIZE ([\d.]+) mm,([\d.]+) mm\r\nGAP [\d.]+ mm,0 mm\r\n", data)
    start = data.find(b"CLS\r\n")
    if size is None or start < 0:
        raise _unknown(data)
    width, height = (round(float(mm) / 25.4 * dpi) for mm in size.groups())
    page = Printed(np.zeros((height, width), dtype=np.bool_))
    printed = []
    while start < len(data):
        match = _TSPL.match(data, start)
        if match is None:
            raise _unknown(data[start:])
        start = match.end()
        if match["print"]:
            printed.append(Printed(page.dots.copy(), list(page.texts)))
        elif match["clear"]:
            page = Printed(np.zeros_like(page.dots))
        elif match["bitmap"]:
            x, y, wide, high = map(int, match["bitmap"].split(b","))
            bits = np.frombuffer(data[start : start + wide * high], np.uint8)
            dots = np.unpackbits(bits.reshape(high, wide), axis=1) == 0
            _put(page.dots, x, y, dots, over=True)
            start += wide * high + len(b"\r\n")
        else:
            _draw_tspl(page, match)
    return printed


def _draw_tspl(page: Printed, match: re.Match[bytes]) -> None:
    if match["qr"]:
        across, down, level, module = match["qr"].decode().split(",")
        dots = symbol(match["payload"].decode(), level, int(module))
        _put(page.dots, int(across), int(down), dots, over=True)
    elif match["text"]:
        across, down, font, _, times, _ = match["text"].decode().split(",")
        high, wide = (n * int(times) for n in _TSPL_FONTS[font.strip('"')])
        said, x, y = match["said"].decode(), int(across), int(down)
        page.texts.append((said, (x, y, x + wide * len(said), y + high)))
    else:
        x, y, wide, high = map(int, match["erase"].split(b","))
        page.dots[y : y + high, x : x + wide] = False
        area = x, y, wide, high
        page.texts = [one for one in page.texts if not _meets(one[1], area)]


def _meets(box: Box, area: Box) -> bool:
    x, y, wide, high = area
    return box[0] < x + wide and box[2] > x and box[1] < y + high and box[3] > y


def zpl_labels(data: bytes) -> list[Printed]:
    """What a Zebra printer prints: each row of labels on its paper.

    Raises ValueError for commands that ``write_zpl`` does not send.
    """
    stored, printed = "", []
    for text in data.decode("ascii").split("^XA")[1:]:
        body = text.lstrip("\n")
        if body.startswith("^DFR:LOTMARK.ZPL^FS\n"):
            stored = body
        elif body.startswith("^PW") and body.endswith("^PQ1^XZ\n"):
            printed.append(_zpl_label("", body))
        elif body.startswith("^XFR:LOTMARK.ZPL^FS") and body.endswith("^PQ1^XZ\n"):
            printed.append(_zpl_label(stored, body.removeprefix("^XFR:LOTMARK.ZPL^FS")))
        else:
            raise _unknown(data)
    return printed


def _zpl_label(stored: str, own: str) -> Printed:
    width, height = (
        int((stored or own).split(f"^{key}")[1].split("\n")[0]) for key in ("PW", "LL")
    )
    sink = re.search(r"\^BY2,3,(\d+)\n", stored)
    page = Printed(np.zeros((height, width), dtype=np.bool_))
    said = {
        number: re.sub("_([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), data)
        if escaped
        else data
        for number, escaped, data in _FIELD.findall(own)
    }
    for found in (*_ZPL.finditer(stored), *_ZPL.finditer(own)):
        x, y = int(found["x"]), int(found["y"])
        if found["body"] is not None:
            dots = graphic(found["body"], int(found["total"]), int(found["wide"]))
            _put(page.dots, x, y, dots, over=False)
        elif found["code"]:
            mode, payload = said.pop(found["code"]).split(",", 1)
            dots = symbol(payload, mode[0], int(found["module"]))
            _put(page.dots, x, y + (int(sink[1]) if sink else 0), dots, over=False)
        else:
            page.texts.append(_zpl_text(found, said.pop(found["text"])))
    if said:
        raise _unknown(own.encode())
    return page


def _zpl_text(found: re.Match[str], said: str) -> tuple[str, Box]:
    high, wide, gap = _ZPL_FONTS[found["font"]]
    times = int(found["high"]) // high
    if (high * times, wide * times) != (int(found["high"]), int(found["each"])):
        raise _unknown(found[0].encode())
    x, y = int(found["x"]), int(found["y"])
    return said, (x, y, x + len(said) * (wide + gap) * times, y + high * times)


def _unknown(data: bytes) -> ValueError:
    return ValueError(f"not a command of ours: {data[:60]!r}")


def _unpack_row(text: str, wide: int) -> tuple[str, str]:
    """One row of hex digits off the front of ``text``, and the rest."""
    row, count = "", 0
    while len(row) < wide:
        sign, text = text[0], text[1:]
        if sign in ",!":
            return row.ljust(wide, "0" if sign == "," else "F"), text
        if "G" <= sign <= "Y":
            count += ord(sign) - ord("F")
        elif "g" <= sign <= "z":
            count += 20 * (ord(sign) - ord("f"))
        else:
            row, count = row + sign * max(count, 1), 0
    # A row of whole digits needs no comma, but may carry one.
    return row, text


def graphic(text: str, total: int, wide: int) -> Dots:
    """The dots of a ``^GFA`` field."""
    rows: list[str] = []
    while len(rows) < total // wide:
        if text.startswith(":"):
            row, text = rows[-1], text[1:]
        else:
            row, text = _unpack_row(text, wide * 2)
        rows.append(row)
    if text:
        raise _unknown(text.encode())
    bits = np.frombuffer(bytes.fromhex("".join(rows)), np.uint8).reshape(-1, wide)
    return np.unpackbits(bits, axis=1).astype(np.bool_)
