"""A run's symbols as the dots a label printer darkens, row after row in whole bytes."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .columns import Bytes
from .qr_block import packed_rows
from .runs import Run


def module_rows(run: Run) -> NDArray[np.uint8]:
    """``(labels, modules, bytes)``: one row of dots for each row of modules.

    The printer darkens every row ``run.module`` times. A set bit is black.
    """
    rows = packed_rows(run.symbols).reshape(len(run), run.size, -1)
    wide = _widened(run.module)[rows].reshape(len(run), run.size, -1)
    return wide[:, :, : (run.size * run.module + 7) // 8]


@lru_cache(maxsize=16)
def _widened(times: int) -> Bytes:
    """For every byte its bits, each so many times."""
    bits = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)
    return np.packbits(np.repeat(bits, times, axis=1), axis=1)
