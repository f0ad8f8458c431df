"""Why a lot is in a scope: data for machines, sentences for people."""

from collections.abc import Iterable
from dataclasses import dataclass

from ...trace.errors import N_

Params = tuple[tuple[str, int | str], ...]

SENTENCES = {
    "named_lot": N_("This lot is named as unsafe."),
    "named_items": N_(
        "Items %(items)s are named as unsafe; the whole batch counts with them."
    ),
    "named_input": N_("This lot is named as a bad input."),
    "ran_in_window": N_(
        "It ran on line %(line)s in the suspect time, between the passed cleanings of "
        "%(start)s and %(end)s."
    ),
    "ran_in_open_window": N_(
        "It ran on line %(line)s in the suspect time, which starts %(start)s and is "
        "not ended by a passed cleaning yet."
    ),
    "in_named_cycle": N_("It was in equipment cycle %(cycle)s."),
    "in_named_shipment": N_("It travelled in shipment %(shipment)s."),
    "items_in_named_shipment": N_(
        "Items %(items)s travelled in shipment %(shipment)s; the whole batch counts."
    ),
    "consumed": N_("It consumed lot %(lot)s, which is affected."),
    "took_rework": N_("It took rework from lot %(lot)s, which is affected."),
    "repacked_from": N_("It was repacked from lot %(lot)s, which is affected."),
    "same_window": N_(
        "It ran on line %(line)s with a suspect batch, between the passed cleanings of "
        "%(start)s and %(end)s."
    ),
    "same_open_window": N_(
        "It ran on line %(line)s with a suspect batch, since %(start)s; no passed "
        "cleaning has come between."
    ),
    "window_unbounded": N_(
        "No passed cleaning of line %(line)s is recorded before; %(start)s, the start "
        "of the day before, was taken. Somebody must approve that."
    ),
    "same_cycle": N_("It was in equipment cycle %(cycle)s with a suspect batch."),
    "gave_rework": N_("It gave rework to lot %(lot)s: the hazard may come from here."),
    "shared_input": N_(
        "It went into %(used)s of the %(of)s suspect batches: the hazard may come "
        "from here."
    ),
    "shares_lot": N_("It contains lot %(lot)s, which also went into a suspect batch."),
}
"""Every reason code with its sentence, in the order they are told."""

_RANK = {code: rank for rank, code in enumerate(SENTENCES)}


@dataclass(frozen=True)
class Reason:
    """One reason, e.g. ``Reason("consumed", (("lot", 7),))``.

    >>> Reason("in_named_cycle", (("cycle", "PLANT/R1-0461"),)).sentence
    'It was in equipment cycle PLANT/R1-0461.'
    """

    code: str
    """A key of ``SENTENCES``."""
    params: Params = ()
    """Values for its places. The engine puts ids, the service what people call them;
    times are ISO 8601 in UTC."""

    @property
    def template(self) -> str:
        """The English sentence with its places: the key of its translation."""
        return SENTENCES[self.code]

    @property
    def sentence(self) -> str:
        """The English sentence."""
        return self.template % dict(self.params)


def in_order(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Each reason once, in the order of ``SENTENCES``, then by parameters."""
    return tuple(sorted(set(reasons), key=lambda r: (_RANK[r.code], r.params)))
