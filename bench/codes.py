"""Item codes: ours in bulk and singly beside an independent FF1, in one run.

Run with ``make bench``; prints a row of Markdown for RESULTS.md.
"""

import statistics
import time
from collections.abc import Callable

from fastfpe import ff1

from lotmark.trace.identity.bulk import decode_many, encode_many
from lotmark.trace.identity.codes import CodeKey, ItemCode, Serial
from lotmark.trace.identity.items import ItemSet

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SECRET = bytes(range(32))
KEY = CodeKey(1, SECRET)
BULK = 1_000_000
SINGLE = 5_000
ROUNDS = 5


def rate(count: int, work: Callable[[], object]) -> float:
    """Median units a second of CPU time over some rounds."""
    rates = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        rates.append(count / (time.process_time() - start))
    return statistics.median(rates)


def main() -> None:
    items = ItemSet.range(0, BULK)
    serials = encode_many(KEY, 7, items)
    few = [Serial(text.decode()) for text in serials[:SINGLE]]
    tweak = b"LM\x01\x01".hex()
    plain = ["0" * 16] * SINGLE
    rows = {
        "encode in bulk": rate(BULK, lambda: encode_many(KEY, 7, items)),
        "decode in bulk": rate(BULK, lambda: decode_many(KEY, serials)),
        "encode singly": rate(
            SINGLE, lambda: [KEY.encode(ItemCode(7, n)) for n in range(SINGLE)]
        ),
        "verify singly": rate(SINGLE, lambda: [KEY.decode(one) for one in few]),
        "fastfpe singly": rate(
            SINGLE,
            lambda: [ff1.encrypt(SECRET.hex(), tweak, ALPHABET, one) for one in plain],
        ),
    }
    other = rows["fastfpe singly"]
    print("| serials | a second | against fastfpe |\n|---|---:|---:|")
    for name, value in rows.items():
        print(f"| {name} | {value:,.0f} | {value / other:.1f} × |")


if __name__ == "__main__":
    main()
