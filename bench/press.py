"""From the click to the first byte at a printer that waits, by the size of the job.

    python bench/press.py [--rounds N] [--against 20000]

A demo of its own (SQLite) with its worker, and a printer at a loopback port that
answers at once and prints 200 labels a second. The click is the order as a view makes
it: codes issued and committed, in another process than the worker. Small and large
jobs take turns. The bound is 0.3 s for the first label, whatever the job's size; run it
on a quiet machine. Prints rows of Markdown.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))
import lotmark_demo
import sqlalchemy as sa
from fake_printer import FakePrinter, with_printer
from press_room import PressRoom, wait_for

from lotmark.labels.jobs.steering import cancel_rest
from lotmark.trace.parties.tables import Lot

BOUND = 0.3
SMALL = 10


def measure(rounds: int, large: int) -> dict[int, list[float]]:
    """Seconds to the first byte of each job, by its labels."""
    found: dict[int, list[float]] = {SMALL: [], large: []}
    with tempfile.TemporaryDirectory() as folder, with_printer(rate=200) as printer:
        demo = lotmark_demo.build(Path(folder) / "demo")
        house = demo.open()
        with house.plant.writing() as session:
            code = demo.document["open_lot"]
            lot = session.scalars(sa.select(Lot).filter_by(code=code)).unique().one()
            lot.planned = 10_000_000
            room = PressRoom(house, lot.id)
        room.add(printer)
        command = [lotmark_demo.LOTMARK, "--home", str(demo.folder), "worker"]
        worker = subprocess.Popen(
            command, env=demo.environment, stderr=subprocess.DEVNULL
        )
        try:
            for number in range(rounds + 1):  # the first round warms up
                for labels, times in found.items():
                    seconds = click(room, printer, labels, f"b{number}-{labels}")
                    times += [seconds] if number else []
        finally:
            worker.terminate()
            worker.wait(20)
            house.close()
    return found


def click(room: PressRoom, printer: FakePrinter, labels: int, key: str) -> float:
    """Order, wait for the first byte, cancel the rest, wait until it is quiet."""
    printer.first_byte_at = None
    clicked = time.monotonic()
    job = room.order(labels, key)
    wait_for(lambda: printer.first_byte_at, 30)
    first = printer.first_byte_at or 0.0
    if labels > SMALL:
        room.deed(cancel_rest, job.number)
    wait_for(lambda: room.job(job.number).state in ("finished", "cancelled"), 30)
    wait_for(lambda: not served(room, job.number), 30)
    return first - clicked


def served(room: PressRoom, number: str) -> bool:
    """Whether the press still holds the job's printer."""
    printer = room.job(number).printer
    return printer is not None and printer.token is not None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--against", type=int, default=20_000)
    asked = parser.parse_args()
    print("| labels of the job | median ms | worst ms | within 300 ms |")
    print("|---:|---:|---:|---:|")
    for labels, times in measure(asked.rounds, asked.against).items():
        middle, worst = 1000 * statistics.median(times), 1000 * max(times)
        within = sum(one <= BOUND for one in times)
        print(f"| {labels:,} | {middle:.0f} | {worst:.0f} | {within} of {len(times)} |")


if __name__ == "__main__":
    main()
