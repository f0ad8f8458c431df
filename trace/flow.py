"""State machines as data: what may follow what, who may do it, who must sign too.

``apply`` is the one way a stateful row moves. It locks the row, lets a repeated request
pass as done, checks state, rights and persons, makes the change and writes the audit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import audit
from .db import Base
from .errors import N_, Conflict
from .people import Actor


@dataclass(frozen=True, slots=True)
class Step:
    """One arrow of a machine."""

    sources: tuple[str, ...]
    """States it may leave from."""
    target: str
    right: str
    """The right its actor needs."""
    not_by: tuple[str, ...] = ()
    """Columns with persons who may not be the actor: four eyes are two persons."""


@dataclass(frozen=True, slots=True)
class Machine:
    """The states of one kind of row, and the steps between them."""

    name: str
    """Prefix of the audited actions, e.g. ``hold``."""
    column: str
    """The column that holds the state."""
    steps: Mapping[str, Step]
    since: str = ""
    """The column, if any, that says when the row came to its state."""


def apply(
    session: Session,
    machine: Machine,
    row: Base,
    step_name: str,
    actor: Actor,
    now: datetime,
    **changes: Any,
) -> bool:
    """Take a step, writing ``changes`` to the row's columns with it.

    Returns False, and changes nothing, when the row is already where the step leads and
    ``changes`` says nothing new: a request sent twice is one request. Raises Forbidden
    without the right, Conflict in the wrong state or for the wrong person.
    """
    step = machine.steps[step_name]
    actor.require(step.right)
    # Without "of", PostgreSQL refuses to lock the outer side of rows read along.
    session.refresh(row, with_for_update={"of": type(row)})
    state = getattr(row, machine.column)
    if state == step.target and all(
        getattr(row, column) == value
        for column, value in changes.items()
        if not column.endswith("_at")
    ):
        return False
    if state not in step.sources:
        raise Conflict(
            "wrong_state",
            N_("%(machine)s is %(state)s: %(step)s is possible only from %(sources)s."),
            machine=machine.name,
            state=state,
            step=step_name,
            sources=", ".join(step.sources),
        )
    if actor.login in [getattr(row, column) for column in step.not_by]:
        raise second_needed(actor)
    (key,) = sa.inspect(type(row)).primary_key_from_instance(row)
    for column, value in {machine.column: step.target, **changes}.items():
        setattr(row, column, value)
    if machine.since:
        setattr(row, machine.since, now)
    audit.record(
        session,
        actor.login,
        f"{machine.name}.{step_name}",
        f"{machine.name}:{key}",
        now,
        state=[state, step.target],
        **changes,
    )
    session.flush()
    return True


def second_needed(actor: Actor) -> Conflict:
    """Who signed an earlier step cannot sign the one that takes a second person."""
    return Conflict(
        "second_person",
        N_(
            "%(name)s signed an earlier step: this one needs a second person. "
            "Ask somebody else to log in and sign."
        ),
        name=actor.name,
    )
