"""Where the AI Diffusion rule and its neighbours stand on a day, and on what evidence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from auditor.model.answer import Standing
from auditor.model.base import Date, Frozen, Name
from auditor.model.law import Confidence, Provision, Status
from auditor.regulation.tables.law import Law
from auditor.regulation.working import Working, question

BORNE_ON = ("ai-diffusion", "dc-veu", "licence-requirement")
"""The provisions an attestation bears on: every printed one says where they stand."""


class Happened(Frozen):
    """Something that happened to the law on or before the day; of some only the month is known."""

    id: Name
    date: Date
    month_only: bool
    event: str
    cite: str
    confidence: Confidence
    origin: str


class Standings(Frozen):
    """Every provision the tables know on the day, a rule before its parts; and all that had happened by then."""

    provisions: tuple[Standing, ...]
    unconfirmed: tuple[Name, ...]
    """Provisions whose last evidence is older than the day."""
    events: tuple[Happened, ...]
    """In order of time."""


@question("status")
def status(work: Working) -> tuple[str, Standings]:
    """Where every provision stands on the day; before the tables begin it cannot be determined."""
    law, day = work.law, work.as_of
    work.subject = "the AI Diffusion rule and its neighbours"
    begins = min(rows[0].since for rows in law.periods.values())
    if day < begins:
        work.undetermined(
            f"where the law stands on {day}", f"the tables begin on {begins}", fix=f"ask about {begins} or a later day"
        )
    stands = tuple(_standings(work))
    happened = tuple(
        Happened(
            id=event.id, date=event.date, month_only=event.precision == "month", event=event.event,
            cite=event.cite, confidence=event.confidence, origin=event.origin,
        )
        for event in sorted(law.events.values(), key=lambda event: event.date)
        if event.date <= day
    )  # fmt: skip
    unconfirmed = tuple(one.provision for one in stands if not one.confirmed)
    return _conclusion(day, stands), Standings(provisions=stands, unconfirmed=unconfirmed, events=happened)


def in_order(law: Law) -> Iterator[Provision]:
    """The provisions as the table gives them, each followed by its parts."""
    for provision in law.provisions.values():
        if provision.part_of is None:
            yield provision
            yield from (part for part in law.provisions.values() if part.part_of == provision.id)


def _standings(work: Working) -> Iterator[Standing]:
    for provision in in_order(work.law):
        period = work.law.period(provision.id, work.as_of)
        if period is not None:
            stands = work.stands(provision.id)
            work.step(_sentence(stands), cite=provision.cite, rows=(period,))
            yield stands


def _conclusion(day: date, stands: tuple[Standing, ...]) -> str:
    by: dict[Status, list[str]] = {}
    for one in stands:
        by.setdefault(one.status, []).append(one.title)
    groups = " ".join(f"{str(status).capitalize()}: {'; '.join(titles)}." for status, titles in by.items())
    late = [one for one in stands if not one.confirmed]
    if not late:
        return f"On {day}. {groups}"
    first, last = min(one.last_evidence for one in late), max(one.last_evidence for one in late)
    span = f"since {last}" if first == last else f"since days between {first} and {last}"
    return f"On {day}. {groups} {len(late)} of {len(stands)} are not confirmed {span}, the days of the last evidence."


def _sentence(stands: Standing) -> str:
    says = f"{stands.title}: {stands.status} since {stands.since}. {stands.statement}"
    if stands.confirmed:
        return says
    late = "The last evidence is of" if stands.status is Status.NOT_CONFIRMED else "Not confirmed since"
    return f"{says} {late} {stands.last_evidence}."
