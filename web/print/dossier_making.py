"""The part of a dossier about the making: inputs, runs, loads, checks, inspections."""

from flask_babel import gettext as _

from ...trace.production.record import Record
from .. import words
from ..amounts import amount
from ..counted import counted
from ..i18n import day, local, moment
from .document import Column, Section, Table


def inputs(record: Record) -> Section:
    """What went into a batch, with its suppliers and their papers."""
    rows = tuple(
        (
            moment(one.edge.at),
            f"{local(one.lot.article, 'name')}",
            one.lot.code,
            local(one.supplier, "name") if one.supplier else _("our own"),
            counted(one.edge.quantity, one.lot.article.base_unit, one.lot.article.kind),
            "\n".join(
                text
                for text in (
                    _(words.EDGE[one.edge.kind]),
                    one.edge.reason,
                    one.approved,
                )
                if text
            ),
            "\n".join(
                [
                    *(f"{_(words.PAPER[p.kind])} {p.number}" for p in one.papers),
                    *([one.lot.certificate] if one.lot.certificate else []),
                ]
            )
            or "–",
        )
        for one in record.inputs
    )
    columns = (
        Column(_("When"), 1.5),
        Column(_("Ingredient or packaging"), 1.7),
        Column(_("Lot"), 1.3),
        Column(_("Supplier"), 1.7),
        Column(_("Quantity"), 1.1, "right"),
        Column(_("How"), 1.3),
        Column(_("Papers and certificates"), 2.1),
    )
    empty = _("Nothing is recorded of what went into it.")
    return Section(_("What went into it"), (Table(columns, rows, empty=empty),))


def papers(record: Record) -> Section:
    """The papers of a received lot."""
    rows = tuple(
        (_(words.PAPER[paper.kind]), paper.number or "–", day(paper.at.date()))
        for paper in record.papers
    )
    columns = (Column(_("Paper"), 2), Column(_("Number"), 2), Column(_("Added"), 1))
    empty = _("No paper is recorded of it.")
    return Section(_("Papers and certificates"), (Table(columns, rows, empty=empty),))


def runs(record: Record) -> Section:
    """When it ran on which line."""
    rows = tuple(
        (
            local(run.line, "name"),
            moment(run.started_at),
            moment(run.ended_at) if run.ended_at else _("running"),
            run.team or "–",
        )
        for run in record.runs
    )
    columns = (
        Column(_("Line")),
        Column(_("Begun")),
        Column(_("Ended")),
        Column(_("Team")),
    )
    empty = _("No run is recorded.")
    return Section(_("Line runs"), (Table(columns, rows, empty=empty),))


def cycles(record: Record) -> Section:
    """Retort loads it was in; their charts are among the files at the end."""
    unit = record.lot.article.base_unit
    rows = tuple(
        (
            f"{cycle.number} ({_(words.EQUIPMENT[cycle.kind])} {cycle.equipment})",
            moment(cycle.started_at),
            moment(cycle.ended_at) if cycle.ended_at else _("running"),
            amount(quantity, unit),
            _(words.RESULT[cycle.result][1]),
            _("at the end") if cycle.chart else _("none filed"),
        )
        for cycle, quantity in record.cycles
    )
    columns = (
        Column(_("Load"), 2.2),
        Column(_("Begun"), 1.5),
        Column(_("Ended"), 1.5),
        Column(_("Packs inside"), 1, "right"),
        Column(_("Result"), 1),
        Column(_("Chart"), 1),
    )
    empty = _("No sterilisation load is recorded.")
    return Section(_("Retort loads"), (Table(columns, rows, empty=empty),))


def checks(record: Record) -> Section:
    """What was measured on the line."""
    rows = tuple(
        (
            moment(check.at),
            _(words.CHECK[check.kind]),
            check.value or "–",
            check.limits or "–",
            _(words.RESULT[check.result][1]),
        )
        for check in record.checks
    )
    columns = (
        Column(_("When"), 1.3),
        Column(_("Check"), 1.3),
        Column(_("Measured"), 2.2),
        Column(_("Limit"), 2.2),
        Column(_("Result"), 0.9),
    )
    empty = _("No process check is recorded.")
    return Section(_("Process checks"), (Table(columns, rows, empty=empty),))


def cleanings(record: Record) -> Section:
    """The cleanings around its runs."""
    rows = tuple(
        (
            _(words.CLEANING[one.kind]),
            moment(one.started_at),
            moment(one.ended_at),
            one.verified_by or "–",
            _(words.RESULT[one.result][1]),
        )
        for one in record.cleanings
    )
    columns = (
        Column(_("Cleaning"), 1.3),
        Column(_("Begun"), 1.3),
        Column(_("Ended"), 1.3),
        Column(_("Checked by"), 1.3),
        Column(_("Result"), 0.9),
    )
    empty = _("No cleaning around its runs is recorded.")
    title = _("Cleanings before and after")
    return Section(title, (Table(columns, rows, empty=empty),))


def inspections(record: Record) -> Section:
    """What the laboratory found."""
    rows = tuple(
        (
            moment(one.at),
            _(words.INSPECTION[one.kind]),
            one.lab or _("our own laboratory"),
            "\n".join(
                [
                    *([one.method] if one.method else []),
                    *(
                        f"{what}: {value}" + (f" ({limit})" if limit else "")
                        for what, limit, value in one.findings
                    ),
                ]
            )
            or "–",
            _(words.RESULT[one.result][1]),
            one.certificate or "–",
        )
        for one in record.inspections
    )
    columns = (
        Column(_("When"), 1.4),
        Column(_("Inspection"), 1.3),
        Column(_("Laboratory"), 1.3),
        Column(_("Method and findings"), 2.8),
        Column(_("Result"), 0.8),
        Column(_("Certificate"), 1.2),
    )
    empty = _("No inspection is recorded.")
    return Section(_("Inspections"), (Table(columns, rows, empty=empty),))
