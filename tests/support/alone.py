"""Labels drawn one by one, as if no two of them were alike."""

from collections.abc import Iterable, Iterator

from lotmark.labels.engine.values import LabelRecord, LabelSeries


def alone(records: Iterable[LabelRecord]) -> Iterator[LabelSeries]:
    """Each label as a series of its own."""
    return map(LabelSeries.of, records)
