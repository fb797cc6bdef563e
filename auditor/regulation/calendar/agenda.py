"""A calendar of duties: what is due, when, for whom, by which paragraph, and where that paragraph stands."""

from __future__ import annotations

from enum import StrEnum

from auditor.model.base import Date, Frozen, Name
from auditor.model.law import Status


class State(StrEnum):
    """Where a dated duty stands on the day of the answer."""

    DUE = "due"
    DONE = "done"
    DONE_LATE = "done late"
    OVERDUE = "overdue"
    TOO_LATE = "too late for the planned date"
    """The notice period no longer fits before the planned day; the entry names the earliest day it fits before."""
    REACHED = "reached"
    """A compliance date that has come: what it asks is due on every day since."""
    PAST = "past; the facts do not say whether it was done"


class Entry(Frozen):
    """Something due on a day."""

    date: Date
    duty: Name
    """Id of the duty, or of the paragraphs whose compliance date it is."""
    title: str
    subject: str
    """The party, site, shipment or incident it is about."""
    state: State
    says: str
    """What is due, why on that day, and what follows, in sentences with dates."""
    cite: str
    provision: Name
    status: Status
    """Of the provision, on the day of the answer: a duty can be codified and unenforced."""
    event: Date | None = None
    """The day it hangs on: the planned shipment, the incident."""
    done: Date | None = None
    earliest: Date | None = None
    """For `too late for the planned date`: the first day that keeps the notice period if notice is given at once."""
    facts: tuple[str, ...] = ()


class Undated(Frozen):
    """A duty without a day: on occurrence, promptly, or within a time nobody set."""

    duty: Name
    title: str
    says: str
    cite: str
    provision: Name
    status: Status


class Agenda(Frozen):
    """The calendar from `begins` to `ends`, both included, with what was overdue before; sorted by day."""

    begins: Date
    ends: Date
    entries: tuple[Entry, ...]
    undated: tuple[Undated, ...]
    left_out: tuple[str, ...]
    """Duties that concern nobody in the facts, and why."""
