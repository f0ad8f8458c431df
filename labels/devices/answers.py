"""What label printers answer when they are asked how they are."""

import re

from .device import Status

ASK_ZPL = b"~HS"
ASK_COUNTER = b'! U1 getvar "odometer.total_label_count"\r\n'
"""Zebra's Set-Get-Do; printers that do not know it stay silent."""
ASK_TSPL = b"\x1b!?"

# Zebra, ZPL II Programming Guide, ~HS: three strings in STX … ETX CR LF.
_HOST_STATUS = re.compile(
    rb"\x02(?P<one>[0-9,]+)\x03\r\n\x02(?P<two>[0-9,]+)\x03\r\n\x02[0-9]+,[0-9]\x03\r\n"
)
_COUNTER = re.compile(rb'"(\d+)[^"]*"')

# TSC, TSPL/TSPL2 Programming, <ESC>!?: one byte, a bit for each trouble.
_TSPL_BITS = {
    0x01: "head_open",
    0x02: "jam",
    0x04: "paper_out",
    0x08: "ribbon_out",
    0x10: "paused",
    0x40: "head_open",
    0x80: "hot",
}
_TSPL_PRINTING = 0x20


def read_zpl(answer: bytes) -> Status | None:
    """The answer to ``~HS``, with a counter or without; None if it makes no sense.

    >>> read_zpl(b"\\x02030,1,0,0320,002,0,0,0,000,0,0,0\\x03\\r\\n"
    ...     b"\\x02000,0,0,0,0,2,4,0,00000000,1,000\\x03\\r\\n\\x021234,0\\x03\\r\\n")
    Status(words=('paper_out',), busy=True, counter=None, labels_left=None)
    """
    found = _HOST_STATUS.search(answer)
    if found is None:
        return None
    one, two = (found[part].decode().split(",") for part in ("one", "two"))
    if len(one) != 12 or len(two) != 11:
        return None
    flags = {
        "paper_out": one[1],
        "head_open": two[2],
        "ribbon_out": two[3],
        "paused": one[2],
        "hot": one[11],
        "memory": one[9],
    }
    waiting, partly, left = int(one[4]), int(one[7]), int(two[8])
    counter = _COUNTER.search(answer, found.end())
    return Status(
        words=tuple(word for word, flag in flags.items() if flag == "1"),
        busy=waiting + partly + left > 0,
        counter=int(counter[1]) if counter else None,
    )


def read_tspl(answer: bytes) -> Status | None:
    """The last byte of the answer to ``<ESC>!?``; None if there is none.

    >>> read_tspl(bytes([0x24]))
    Status(words=('paper_out',), busy=True, counter=None, labels_left=None)
    """
    if not answer:
        return None
    bits = answer[-1]
    words = [word for bit, word in _TSPL_BITS.items() if bits & bit]
    return Status(tuple(dict.fromkeys(words)), bool(bits & _TSPL_PRINTING))
