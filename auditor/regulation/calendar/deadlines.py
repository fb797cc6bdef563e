"""One duty around one happening: the day it falls due, and where it stands on the day of the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from auditor.model.law import Duty
from auditor.regulation.calendar.agenda import State
from auditor.regulation.calendar.days import plus
from auditor.regulation.facts.happenings import Happening


@dataclass(frozen=True, slots=True)
class Deadline:
    """`due`, and what can be said of it; `earliest` is the first day the event could be moved to if it is too late."""

    due: date
    state: State
    says: str
    done: date | None = None
    earliest: date | None = None


def before(duty: Duty, event: Happening, as_of: date) -> Deadline:
    """A duty that precedes the event, by its lead where it has one."""
    lead = duty.lead or 0
    due = plus(event.day, -lead, duty.lead_unit)
    span = f"{lead} {duty.lead_unit} before" if lead else "before"
    says = f"{event.what} is on {event.day}. {duty.content} Due {span}" + (f", by {due}." if lead else " it.")
    done = event.done if event.done is not None and event.done <= as_of else None
    if done is not None:
        return _done(says, due, done)
    if as_of <= due:
        return Deadline(due, State.DUE, says)
    if event.day < as_of:
        return Deadline(due, State.OVERDUE, f"{says} The facts name no notice, and the day has passed.")
    earliest = plus(as_of, lead, duty.lead_unit)
    says += f" That day has passed: with notice on {as_of}, the earliest day is {earliest}."
    return Deadline(due, State.TOO_LATE, says, earliest=earliest)


def after(duty: Duty, event: Happening, as_of: date) -> Deadline:
    """A duty that follows the event within its lead."""
    due = plus(event.day, duty.lead or 0, duty.lead_unit)
    says = f"{event.what}, on {event.day}. {duty.content} Due within {duty.lead} {duty.lead_unit}, by {due}."
    done = event.done if event.done is not None and event.done <= as_of else None
    if done is not None:
        return _done(says, due, done)
    return Deadline(due, State.DUE if as_of <= due else State.OVERDUE, says)


def kept(duty: Duty, event: Happening, as_of: date) -> Deadline:
    """Records of the event, kept for the duty's lead."""
    due = plus(event.day, duty.lead or 0, duty.lead_unit)
    says = f"{event.what}, on {event.day}. {duty.content} They are kept {duty.lead} {duty.lead_unit}, until {due}."
    return Deadline(due, State.DUE if as_of <= due else State.REACHED, says)


def _done(says: str, due: date, done: date) -> Deadline:
    state = State.DONE if done <= due else State.DONE_LATE
    return Deadline(due, state, f"{says} Done on {done}.", done=done)
