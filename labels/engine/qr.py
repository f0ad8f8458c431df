"""From a payload to the modules of its QR symbol (ISO/IEC 18004:2015)."""

import itertools
from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import qrcode
from numpy.typing import NDArray
from qrcode.exceptions import DataOverflowError

from ...trace.errors import N_, TooLarge
from .qr_block import encode
from .qr_linear import LEVELS, Level

__all__ = ["QUIET", "Level", "Modules", "dark_runs", "modules"]

Modules: TypeAlias = NDArray[np.bool_]

QUIET = 4
"""White modules round a symbol. ISO/IEC 18004:2015 6.3.8."""


def modules(payload: str, level: Level = "M") -> Modules:
    """The dark modules of ``payload``'s symbol: a square array without quiet zone.

    The smallest version that holds it is chosen; a payload wholly of digits, capitals
    and ``$%*+-./:`` or space goes in alphanumeric mode, any other in byte mode. What
    our own encoder's versions do not hold, the ``qrcode`` library draws.
    Raises ``TooLarge`` when not even version 40 holds it.

    >>> modules("HTTPS://Q.EXAMPLE.CN/T/7K3M9QXW2D5RVT8H").shape
    (29, 29)
    """
    try:
        return encode([payload], level).modules(0)
    except TooLarge:
        return _large(payload, level)


def _large(payload: str, level: Level) -> Modules:
    code = qrcode.QRCode(error_correction=LEVELS[level], border=0)
    code.add_data(payload)
    try:
        code.make()
    except (DataOverflowError, ValueError):
        raise TooLarge(
            "qr_payload_too_long",
            N_("A QR code cannot hold %(count)d characters; shorten the address."),
            count=len(payload),
        ) from None
    return np.array(code.get_matrix(), dtype=np.bool_)


def dark_runs(dark: Modules) -> Iterator[tuple[int, int, int]]:
    """Row, first column and length of every horizontal run of dark modules.

    >>> import numpy as np
    >>> list(dark_runs(np.array([[True, True, False], [False, False, True]])))
    [(0, 0, 2), (1, 2, 1)]
    """
    for row, cells in enumerate(dark.tolist()):
        column = 0
        for black, group in itertools.groupby(cells):
            length = len(list(group))
            if black:
                yield row, column, length
            column += length
