"""The question *UVEU*: shares of a group's compute by country on the reporting dates, headroom, a plan's first breach.

Supplement No. 10 to part 748, paragraph 6: of the aggregate TPP of chips at or above 3A090.a owned by the entity with
all its parents and subsidiaries, not more than so many percent outside Supplement 5(a) destinations, not more in any
single one of them, and, for an entity with headquarters in the United States, not more outside the United States.
Shares are compared as products, never divided; what is exactly at a limit is within it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from auditor.model.base import Date, Frozen, Name
from auditor.model.exact import spoken
from auditor.model.facts import Condition
from auditor.model.law import Limit
from auditor.regulation.destinations.places import US, called, in_5a, treated_as
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.ownership.eligibility import UVEU_FIX, uveu_home
from auditor.regulation.ownership.parties import Ownership
from auditor.regulation.quantities.holdings import (
    GONE,
    HELD,
    Lot,
    Move,
    figure,
    key_of,
    moves,
    refuse_earlier,
    wanted,
)
from auditor.regulation.quantities.shares import (
    OUTSIDE_5A,
    OUTSIDE_US,
    SINGLE_COUNTRY,
    Book,
    Bound,
    Effect,
    Headroom,
    Path,
    Point,
    Share,
    reporting_dates,
)
from auditor.regulation.working import Working, question

ALL_LIMITS, US_LIMIT_ONLY = "all-limits", "us-limit-only"


class Breach(Frozen):
    """The first day on which a limit is exceeded."""

    date: Date
    share: Share
    shipments: tuple[Name, ...]
    """Those since the day before it that was compared."""


class UnderMeasurement(Frozen):
    """The first breach under one reading of when the limits are measured; None if there is none."""

    reading: Name
    breach: Breach | None


class Shares(Frozen):
    """The answer for a UVEU and its group."""

    party: Name
    group: tuple[Name, ...]
    headquarters: Name
    parent_headquarters: Name
    plan: Name | None
    until: Date
    """The last day looked at: a reporting date after every shipment."""
    bounds: tuple[Bound, ...]
    """The limits that apply, or may; none if the entity cannot be a UVEU by where it and its parent belong."""
    points: tuple[Point, ...]
    """As of the day, on every day of a shipment, and on every reporting date; by date."""
    headroom: tuple[Headroom, ...]
    """As of the day, and on every reporting date."""
    effects: tuple[Effect, ...]
    breaches: tuple[UnderMeasurement, ...]
    """Under each reading; the one shown first is first."""


@question("uveu")
def uveu(
    work: Working, file: FactsFile, lots: tuple[Lot, ...], party_id: str, plan_id: str | None = None
) -> tuple[str, Shares]:
    """The shares of the party's group from `as_of` to the reporting date after the last shipment.

    Raises:
        UnknownReferenceError: no such party or plan.
    """
    party = wanted(file.parties, party_id, "party")
    work.subject = party.name if plan_id is None else f"{party.name}, plan {plan_id}"
    refuse_earlier(work, file, lots, work.as_of)
    ownership = Ownership(file)
    parent = ownership.ultimate_parent(work, party_id)
    family = ownership.family(work, party_id)
    _doubtful(work, file, lots, ownership.doubtful(work, party_id))
    home, parent_home = _headquarters(work, file, party_id), _headquarters(work, file, parent)
    work.leave_if_missing()
    bounds = _bounds(work, home, parent_home, file.place_of("parties", party_id))
    course = tuple(
        move for move in moves(work, file, lots, plan_id) if any(key.owner in family for key, _ in move.changes)
    )
    book = Book(work, file, family, lots, course, bounds)
    until = _horizon(work, course)
    path = Path(book, course, until)
    effects = tuple(path.follow())
    breaches = _breaches(work, path.points, [bound.id for bound in bounds])
    _tell(work, file, path, bounds, len(family))
    _attrition(work, file, lots, family, course, bounds, until, breaches)
    _sisters(work, file, ownership, party_id, book)
    barred = [one for one in effects if one.barred]
    if barred:
        work.caution(
            f"Planned for Macau or Country Group D:5, which no UVEU covers (748.15(b)(2)): "
            f"{', '.join(one.shipment for one in barred[:10])}."
        )
    result = Shares(
        party=party_id,
        group=tuple(sorted(family)),
        headquarters=home,
        parent_headquarters=parent_home,
        plan=plan_id,
        until=until,
        bounds=tuple(Bound(limit=one.id, percent=one.value, meaning=one.meaning) for one in bounds),
        points=tuple(path.points),
        headroom=tuple(path.headroom),
        effects=effects,
        breaches=breaches,
    )
    return _conclusion(work, result), result


def _doubtful(work: Working, file: FactsFile, lots: tuple[Lot, ...], parties: frozenset[str]) -> None:
    """Chips of parties that may belong to the group or not: neither counting them nor leaving them out is safe."""
    owners = {key_of(file, lot).owner for lot in lots}
    for party in sorted(parties & owners):
        work.missing(
            f"whether the chips of {file.parties[party].name} count", "it may or may not belong to the group",
            place=file.place_of("parties", party), fix="say who owns or controls it",
        )  # fmt: skip


def _headquarters(work: Working, file: FactsFile, party_id: str) -> str:
    party = file.parties[party_id]
    if party.headquarters is None:
        work.missing(
            f"the headquarters of {party.name}", "the limits depend on it, and the facts do not say",
            place=file.place_of("parties", party_id), fix="add headquarters: with its country code",
        )  # fmt: skip
        return ""
    return treated_as(party.headquarters)


def _bounds(work: Working, home: str, parent_home: str, place: str) -> tuple[Limit, ...]:
    """The limits of paragraph 6 that apply, or may apply, by the headquarters of the entity and its ultimate parent."""
    can, why = uveu_home(work, home, parent_home)
    says = f"{why[0].upper()}{why[1:]}."
    rows = (work.definition("uveu.eligibility"), work.paragraph("supplement-10.6"))
    if can is False:
        work.step(f"{says} It cannot be a UVEU, and paragraph 6 sets it no share.", rows=rows)
        return ()
    found = [work.limit(OUTSIDE_5A), work.limit(SINGLE_COUNTRY)]
    if can is None:
        work.missing("whether it can be a UVEU", why, place=place, fix=UVEU_FIX)
        says += " The shares are computed as if it can."
    if US in (home, parent_home):
        found.append(work.limit(OUTSIDE_US))
        says += " The limit outside the United States applies too."
        if home != parent_home:
            work.caution(
                "Paragraph 6 speaks of an entity with headquarters in the United States; here only the entity's or "
                "only its ultimate parent's are there. The limit outside the United States is computed all the same."
            )
    work.step(says, rows=(*rows, *found))
    return tuple(found)


def _horizon(work: Working, course: Sequence[Move]) -> date:
    last = max((move.date for move in course), default=work.as_of)
    return next(day for day in reporting_dates(work) if day >= last)


def _breaches(work: Working, points: Sequence[Point], limits: Sequence[str]) -> tuple[UnderMeasurement, ...]:
    """The first breach under each reading of when the limits are measured, the reading shown first at the head."""
    if not limits:
        return ()
    found = {
        ALL_LIMITS: _first(points, dict.fromkeys(limits, False)),
        US_LIMIT_ONLY: _first(points, {name: name != OUTSIDE_US for name in limits}),
    }
    us = ", that outside the United States on the reporting dates" if OUTSIDE_US in limits else ""
    work.ambiguous(
        "uveu-measurement",
        {
            ALL_LIMITS: f"Every limit measured on the reporting dates: {_told(found[ALL_LIMITS])}",
            US_LIMIT_ONLY: f"The limits outside Supplement 5(a) on every day{us}: {_told(found[US_LIMIT_ONLY])}",
        },
        differs=_what(found[ALL_LIMITS]) != _what(found[US_LIMIT_ONLY]),
    )
    row = work.law.ambiguity("uveu-measurement", work.as_of)
    first = row.shown_first if row is not None else ALL_LIMITS
    order = sorted(found, key=lambda reading: reading != first)
    return tuple(UnderMeasurement(reading=reading, breach=found[reading]) for reading in order)


def _first(points: Sequence[Point], every_day: Mapping[str, bool]) -> Breach | None:
    """The first point at which a limit is exceeded; `every_day` says which limits hold on other days than reporting."""
    since: list[str] = []
    for point in points:
        since += point.shipments
        over = [
            share
            for share in point.shares
            if not share.within and point.binding and (point.reporting or every_day[share.limit])
        ]
        if over:
            return Breach(date=point.date, share=over[0], shipments=tuple(since))
        if point.reporting:
            since = []
    return None


def _what(breach: Breach | None) -> object:
    return breach and (breach.date, breach.share.limit)


def _told(breach: Breach | None) -> str:
    return "no limit is exceeded." if breach is None else f"first exceeded on {breach.date}: {_spoken(breach.share)}."


_WHERE = {OUTSIDE_5A: "outside Supplement 5(a)", OUTSIDE_US: "outside the United States"}


def _spoken(share: Share) -> str:
    where = f"in {called(share.country)}" if share.country else _WHERE[share.limit]
    shown = "" if share.share is None else f", about {spoken(share.share)} percent"
    return f"{where} {figure(share.part)} of {figure(share.total)}{shown}"


def _tell(work: Working, file: FactsFile, path: Path, bounds: Sequence[Limit], members: int) -> None:
    facts = tuple(file.place_of("inventories", one.id) for one in file.facts.inventories)
    point = path.points[0]
    work.step(
        f"Counted: chips at or above 3A090.a owned by the {members} parties under one ultimate parent, those "
        "transferred and not installed with them, without attrition; a shipment counts from its date, as transferring "
        f"and installing do. On {point.date} together {figure(point.total)}.",
        rows=(work.paragraph("supplement-10.6"), work.paragraph("supplement-10.10.b")),
        facts=facts,
    )
    values = {bound.id: bound for bound in bounds}
    for share in point.shares:
        bound = values[share.limit]
        work.step(
            f"On {point.date} {_spoken(share)}: {spoken(share.part)} x 100 is "
            f"{'not more' if share.within else 'more'} than {spoken(bound.value)} x {spoken(share.total)}.",
            rows=(bound,),
            facts=facts,
        )
    for room in path.headroom:
        if room.date == point.date and room.tpp is not None and room.limit is not None:
            where = called(room.country) if room.country else "any other country outside Supplement 5(a)"
            work.step(
                f"Headroom on {room.date} in {where}: {figure(room.tpp)}, the largest addition within "
                f"{spoken(values[room.limit].value)} percent; the addition counts in the total too.",
                rows=(values[room.limit],),
            )


def _sisters(work: Working, file: FactsFile, ownership: Ownership, party_id: str, book: Book) -> None:
    """Say so where companies are counted that are neither parents nor subsidiaries of the entity itself."""
    above = ownership.above(work, party_id)
    owners = {key.owner for key, count in book.held.items() if count} - {party_id, *above}
    sisters = sorted(owner for owner in owners if party_id not in ownership.above(work, owner))
    if sisters and book.bounds:
        held = sum(
            (book.measured.of(key, count) for key, count in book.held.items() if key.owner in sisters), Decimal(0)
        )
        names = ", ".join(file.parties[one].name for one in sisters[:5])
        work.caution(
            f"Paragraph 6 names the entity with its subsidiaries and parents. {names}, with {figure(held)} in the "
            "inventory, are counted as subsidiaries of its parent."
        )


def _attrition(
    work: Working, file: FactsFile, lots: tuple[Lot, ...], family: frozenset[str], course: Sequence[Move],
    bounds: tuple[Limit, ...], until: date, breaches: Sequence[UnderMeasurement],
) -> None:  # fmt: skip
    """Say so where the outcome hangs on whether lost, damaged and failed chips still count."""
    kept = frozenset(Condition) - GONE
    lost = any(lot.condition in kept - HELD for lot in lots)
    if not lost or not bounds:
        return
    path = Path(Book(work, file, family, lots, course, bounds, kept), course, until)
    for _ in path.follow():
        pass
    every_day = {ALL_LIMITS: {one.id: False for one in bounds},
                 US_LIMIT_ONLY: {one.id: one.id != OUTSIDE_US for one in bounds}}  # fmt: skip
    other = {reading: _first(path.points, days) for reading, days in every_day.items()}
    says = "Paragraph 6 does not say whether chips lost, damaged or failed count; they are left out here"
    if any(_what(one.breach) != _what(other[one.reading]) for one in breaches):
        first = breaches[0].reading
        work.caution(f"{says}. Counting them changes the result: {_told(other[first])}")
    else:
        work.caution(f"{says}. Counting them changes no first breach.")


def _conclusion(work: Working, result: Shares) -> str:
    name = work.subject
    now = result.points[0]
    if not result.bounds:
        return (
            f"{name}: headquarters in {called(result.headquarters)}, ultimate parent's in "
            f"{called(result.parent_headquarters)}: no UVEU, and paragraph 6 sets no share. On {now.date} the group "
            f"holds {figure(now.total)}."
        )
    shares = "; ".join(_spoken(share) for share in now.shares) or "nothing is held outside"
    if in_5a(work, result.headquarters) != in_5a(work, result.parent_headquarters):
        name += ", if it can be a UVEU"
    return f"{name}, on {now.date}: {shares}. Until {result.until}: {_told(result.breaches[0].breach)}"
