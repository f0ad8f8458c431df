"""From a payload to the modules of its QR symbol (ISO/IEC 18004:2015)."""

import itertools
from collections.abc import Iterator
from typing import Literal, TypeAlias

import numpy as np
import qrcode
from numpy.typing import NDArray
from qrcode.constants import (
    ERROR_CORRECT_H,
    ERROR_CORRECT_L,
    ERROR_CORRECT_M,
    ERROR_CORRECT_Q,
)
from qrcode.exceptions import DataOverflowError

from ...trace.errors import N_, TooLarge

Level: TypeAlias = Literal["L", "M", "Q", "H"]
Modules: TypeAlias = NDArray[np.bool_]

QUIET = 4
"""White modules round a symbol. ISO/IEC 18004:2015 6.3.8."""

_LEVELS = {
    "L": ERROR_CORRECT_L,
    "M": ERROR_CORRECT_M,
    "Q": ERROR_CORRECT_Q,
    "H": ERROR_CORRECT_H,
}


def modules(payload: str, level: Level = "M") -> Modules:
    """The dark modules of ``payload``'s symbol: a square array without quiet zone.

    The smallest version that holds it is chosen; a payload wholly of digits, capitals
    and ``$%*+-./:`` or space goes in alphanumeric mode, any other in mixed modes.
    Raises ``TooLarge`` when not even version 40 holds it.

    >>> modules("HTTPS://Q.EXAMPLE.CN/T/7K3M9QXW2D5RVT8H").shape
    (29, 29)
    """
    code = qrcode.QRCode(error_correction=_LEVELS[level], border=0)
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
