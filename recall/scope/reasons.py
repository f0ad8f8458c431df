"""Why a lot is in a scope: data for machines, sentences for people."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from ...trace.errors import N_

Params = tuple[tuple[str, int | str], ...]

SENTENCES = {
    "named_lot": N_("This lot is named as unsafe."),
    "named_items": N_(
        "Items %(items)s are named as unsafe; the whole batch counts with them."
    ),
    "named_input": N_("This lot is named as a bad input."),
    "ran_in_window": N_(
        "It ran on line %(line)s in the suspect time, from %(start)s to %(end)s."
    ),
    "ran_in_open_window": N_(
        "It ran on line %(line)s in the suspect time, which starts %(start)s and is "
        "not ended by a clean break yet."
    ),
    "produced_then": N_("It was produced from %(first)s to %(last)s."),
    "artwork": N_(
        "Its label has version %(version)s of the artwork of article %(article)s."
    ),
    "complained": N_("Complaint %(complaint)s is about it."),
    "supplied_then": N_(
        "It was received of supplier %(partner)s from %(first)s to %(last)s."
    ),
    "supplied_undated": N_(
        "It was received of supplier %(partner)s; when is not on record, so it may "
        "have been then."
    ),
    "in_named_cycle": N_("It was in equipment cycle %(cycle)s."),
    "in_equipment": N_(
        "It was in %(equipment)s in the suspect time, from %(start)s to %(end)s."
    ),
    "in_open_equipment": N_(
        "It was in %(equipment)s in the suspect time, which starts %(start)s and is "
        "not ended by a cleaning of it yet."
    ),
    "in_named_shipment": N_("It travelled in shipment %(shipment)s."),
    "items_in_named_shipment": N_(
        "Items %(items)s travelled in shipment %(shipment)s; the whole batch counts."
    ),
    "stored_then": N_("It was at %(place)s some time from %(start)s to %(end)s."),
    "delivered_then": N_(
        "Consignee %(partner)s had it, or it was on the way there, some time from "
        "%(start)s to %(end)s."
    ),
    "packed_then": N_(
        "Some of it was in %(unit)s some time from %(start)s to %(end)s."
    ),
    "narrowed": N_(
        "Only the packs filled in the suspect time are affected: packing times are "
        "known of %(timed)s of its %(packs)s packs."
    ),
    "not_narrowed_open": N_(
        "It counts whole: the suspect time on line %(line)s does not have a clean "
        "break on both sides."
    ),
    "not_narrowed_other": N_(
        "It counts whole: something besides the suspect time makes it affected too."
    ),
    "not_narrowed_labels": N_(
        "It counts whole: no packing times are known, because on that line its labels "
        "do not go on as packs are filled."
    ),
    "not_narrowed_numbers": N_(
        "It counts whole: %(made)s packs were made of it, but only %(packs)s have a "
        "number."
    ),
    "not_narrowed_times": N_(
        "It counts whole: packing times are known of %(timed)s of its %(packs)s packs, "
        "and 99.9 %% are needed."
    ),
    "not_narrowed_tail": N_(
        "It counts whole: labels went on outside the run of their batch, so that their "
        "times do not tell its packs."
    ),
    "consumed": N_("It consumed lot %(lot)s, which is affected."),
    "took_rework": N_("It took rework from lot %(lot)s, which is affected."),
    "repacked_from": N_("It was repacked from lot %(lot)s, which is affected."),
    "drawn_from_tank": N_(
        "It was drawn from tank filling %(cycle)s after lot %(lot)s, which is "
        "affected, had been put in."
    ),
    "tank_not_emptied": N_(
        "Tank filling %(cycle)s has not been emptied and cleaned since %(start)s: all "
        "that is drawn from it goes on being affected. Somebody must decide."
    ),
    "same_window": N_(
        "It ran on line %(line)s with a suspect batch, from %(start)s to %(end)s "
        "without a clean break between."
    ),
    "same_open_window": N_(
        "It ran on line %(line)s with a suspect batch, since %(start)s; no clean break "
        "has come between."
    ),
    "from_good_check": N_(
        "The suspect time on line %(line)s starts with the last good check "
        "(%(measured)s), %(start)s."
    ),
    "until_good_check": N_(
        "The suspect time on line %(line)s ends with the first good check "
        "(%(measured)s) after the correction, %(end)s."
    ),
    "until_stop": N_(
        "The suspect time on line %(line)s ends %(end)s: the line was stopped, put "
        "right, and ran again only after a passed re-sample."
    ),
    "until_standstill": N_(
        "The suspect time on line %(line)s ends %(end)s: the line has stood still "
        "since. When it runs again without a clean break, this scope grows."
    ),
    "window_unbounded": N_(
        "No passed cleaning of line %(line)s is recorded before; %(start)s, the start "
        "of the day before, was taken. Somebody must approve that."
    ),
    "same_cycle": N_("It was in equipment cycle %(cycle)s with a suspect batch."),
    "same_equipment": N_(
        "It was in %(equipment)s between the same two cleanings as a suspect batch, "
        "from %(start)s to %(end)s."
    ),
    "same_open_equipment": N_(
        "It was in %(equipment)s, which has not been cleaned since a suspect batch was "
        "in it; the suspect time starts %(start)s."
    ),
    "equipment_unbounded": N_(
        "No passed cleaning of %(equipment)s is recorded before; %(start)s, the start "
        "of the day before, was taken. Somebody must approve that."
    ),
    "labels_on_other": N_(
        "Labels of it went on from %(start)s to %(end)s on line %(line)s, outside its "
        "run, while lot %(lot)s, which is affected, ran there: packs with its number "
        "may hold that lot."
    ),
    "bears_labels": N_(
        "It ran on line %(line)s while labels of lot %(lot)s, which is affected, went "
        "on outside that lot's run, from %(start)s to %(end)s: some of it may bear "
        "that number."
    ),
    "gave_rework": N_("It gave rework to lot %(lot)s: the hazard may come from here."),
    "may_have_left_with": N_(
        "Goods left with shipment %(shipment)s and no batch was written down, on a day "
        "when it could be sent: it may have been among them."
    ),
    "took_possible": N_("It contains lot %(lot)s, which is possibly affected."),
    "shared_input": N_(
        "It went into %(used)s of the %(of)s suspect batches and into %(others)s other "
        "lots: the hazard may come from here."
    ),
    "shares_lot": N_("It contains lot %(lot)s, which also went into a suspect batch."),
}
"""Every reason code with its sentence, in the order they are told."""

_RANK = {code: rank for rank, code in enumerate(SENTENCES)}


class Reason(NamedTuple):
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


def in_order(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """Each reason once, in the order of ``SENTENCES``, then by parameters."""
    if len(reasons) < 2:  # most lots have one
        return tuple(reasons)
    return tuple(
        sorted(set(reasons), key=lambda reason: (_RANK[reason.code], reason.params))
    )


def stamp(moment: datetime) -> str:
    """A moment as reasons and names tell it, ISO 8601 in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
