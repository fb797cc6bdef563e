"""The installed base in one country day by day, against the allocation of each quarter (748.15(a)(2)(iii)(B))."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from auditor.model.base import Date, Frozen, Name
from auditor.model.exact import Amount
from auditor.model.facts import Condition
from auditor.model.law import Allocation, Quarter
from auditor.regulation.destinations.places import treated_as
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.quantities.holdings import Key, Lot, Measure, Move, by_day, figure, measure, stock
from auditor.regulation.working import Working


class Point(Frozen):
    """The installed base at the end of a day."""

    date: Date
    quarter: Quarter
    tpp: Amount
    allocation: Amount | None
    """None: the table sets none for the quarter."""
    within: bool | None
    shipments: tuple[Name, ...]


class QuarterUse(Frozen):
    """A quarter's highest position from the day asked about on, and what is left of its allocation."""

    quarter: Quarter
    allocation: Amount | None
    peak: Amount
    peak_on: Date
    headroom: Amount | None
    """The most that can be added during the whole quarter, nothing else changing; 0 if it is exceeded."""
    within: bool | None


class Effect(Frozen):
    """What one planned shipment does."""

    shipment: Name
    date: Date
    quarter: Quarter
    site: Name
    chips: int
    tpp: Amount
    """As the allocation counts it: 0 for chips below 3A090.a."""
    new_site: bool
    before: Amount
    after: Amount
    allocation: Amount | None
    within: bool | None


class Breach(Frozen):
    """The first day on which the allocation of its quarter is exceeded."""

    date: Date
    quarter: Quarter
    tpp: Amount
    allocation: Amount
    over: Amount
    shipments: tuple[Name, ...]
    """Those of the day."""


def quarter_of(day: date) -> str:
    """The calendar quarter: "2026-Q2"."""
    return f"{day.year}-Q{(day.month - 1) // 3 + 1}"


def first_day(quarter: str) -> date:
    """The quarter's first day."""
    return date(int(quarter[:4]), 3 * int(quarter[-1]) - 2, 1)


def quarters(first: str, last: str) -> Iterator[str]:
    """The quarters from `first` to `last`, both included."""
    while first <= last:
        yield first
        year, number = int(first[:4]), int(first[-1])
        first = f"{year}-Q{number + 1}" if number < 4 else f"{year + 1}-Q1"


def touching(course: Sequence[Move], mine: Callable[[Key], bool]) -> tuple[Move, ...]:
    """The moves that change what `mine` picks."""
    return tuple(move for move in course if any(mine(key) for key, _ in move.changes))


class Here:
    """The sites of the country, and what the measure makes of the chips there."""

    def __init__(
        self, work: Working, file: FactsFile, lots: tuple[Lot, ...], course: Sequence[Move], country: str
    ) -> None:
        self.sites = {site.id for site in file.facts.sites if treated_as(site.country) == country}
        self.course = course
        self._file = file
        self._lots = tuple(lot for lot in lots if lot.site in self.sites)
        self.held = stock(file, self._lots)
        chips = {lot.chip for lot in self._lots}
        chips |= {key.chip for move in course for key, _ in move.changes if key.site in self.sites}
        self.measured: Measure = measure(work, file, chips)

    def mine(self, *parties: str) -> Callable[[Key], bool]:
        """Whether a key is of the country and one of the parties."""
        owners = frozenset(parties)
        return lambda key: key.site in self.sites and key.owner in owners

    def lots_tpp(self, party: str) -> Callable[[frozenset[Condition]], Decimal]:
        """The inventory's TPP of the party by condition."""

        def total(conditions: frozenset[Condition]) -> Decimal:
            found = stock(self._file, self._lots, conditions)
            return self.tpp({key: count for key, count in found.items() if key.owner == party})

        return total

    def tpp(self, held: Mapping[Key, int]) -> Decimal:
        """TPP together."""
        return sum((self.measured.of(key, count) for key, count in held.items()), Decimal(0))

    def owners(self) -> set[str]:
        """Who has or gets anything there."""
        moved = {key.owner for move in self.course for key, _ in move.changes if key.site in self.sites}
        return {key.owner for key in self.held} | moved


class InstalledBase:
    """The installed base day by day."""

    def __init__(self, work: Working, here: Here, course: Sequence[Move], mine: Callable[[Key], bool]) -> None:
        self._work = work
        self._here = here
        self._course = course
        self._mine = mine
        held = {key: count for key, count in here.held.items() if mine(key)}
        self._tpp = here.tpp(held)
        self._sites = {key.site for key, count in held.items() if count}
        self._table: dict[str, Allocation | None] = {}
        last_table = max((name for name in work.law.allocations if self._row(name)), default=quarter_of(work.as_of))
        last_move = max((move.date for move in course), default=work.as_of)
        last = max(last_table, quarter_of(max(last_move, work.as_of)))
        self._quarters = tuple(quarters(quarter_of(work.as_of), last))
        self.until = date(int(last[:4]), 3 * int(last[-1]), 30 if last[-1] in "23" else 31)
        self.points: list[Point] = []

    def _row(self, quarter: str) -> Allocation | None:
        if quarter not in self._table:
            self._table[quarter] = self._work.law.allocation(quarter, self._work.as_of)
        return self._table[quarter]

    def _allocation(self, quarter: str) -> Decimal | None:
        row = self._row(quarter)
        return None if row is None else row.tpp

    def follow(self) -> Iterator[Effect]:
        """Walk the days; gives each planned shipment's effect, and fills `points`."""
        days = dict(by_day(self._course))
        as_of = self._work.as_of
        for day in [day for day in days if day < as_of]:
            for move in days.pop(day):
                self._step(move)
        firsts = {day for day in map(first_day, self._quarters) if day > as_of}
        for day in sorted({*days, *firsts, as_of}):
            group = days.get(day, ())
            for move in group:
                before, new = self._tpp, move.shipment.to not in self._sites
                self._step(move)
                if move.planned and move.target is not None and self._mine(move.target):
                    yield self._effect(move, before, new)
            self._note(day, group)

    def _step(self, move: Move) -> None:
        for key, count in move.changes:
            if self._mine(key):
                self._tpp += self._here.measured.of(key, count)
                self._sites.add(key.site)

    def _effect(self, move: Move, before: Decimal, new_site: bool) -> Effect:
        assert move.target is not None
        quarter = quarter_of(move.date)
        allocation = self._allocation(quarter)
        return Effect(
            shipment=move.shipment.id,
            date=move.date,
            quarter=quarter,
            site=move.shipment.to,
            chips=move.shipment.quantity,
            tpp=self._here.measured.of(move.target, move.shipment.quantity),
            new_site=new_site,
            before=before,
            after=self._tpp,
            allocation=allocation,
            within=None if allocation is None else self._tpp <= allocation,
        )

    def _note(self, day: date, group: Sequence[Move]) -> None:
        quarter = quarter_of(day)
        allocation = self._allocation(quarter)
        self.points.append(
            Point(
                date=day,
                quarter=quarter,
                tpp=self._tpp,
                allocation=allocation,
                within=None if allocation is None else self._tpp <= allocation,
                shipments=tuple(move.shipment.id for move in group),
            )
        )

    def uses(self) -> Iterator[QuarterUse]:
        """Each quarter's highest position; a quarter the table does not have is noted as missing, once."""
        told = False
        for quarter in self._quarters:
            points = [point for point in self.points if point.quarter == quarter]
            peak = max(points, key=lambda point: point.tpp)
            row = self._row(quarter)
            if row is None and not told:
                told = True
                self._unspecified(quarter)
            if row is not None:
                left = row.tpp - peak.tpp
                self._work.step(
                    f"{quarter}: at most {figure(peak.tpp)} (from {peak.date}) of the {figure(row.tpp)} permitted: "
                    + (f"{figure(left)} left." if left >= 0 else f"exceeded by {figure(-left)}."),
                    rows=(row,),
                )
            yield QuarterUse(
                quarter=quarter,
                allocation=None if row is None else row.tpp,
                peak=peak.tpp,
                peak_on=peak.date,
                headroom=None if row is None else max(row.tpp - peak.tpp, Decimal(0)),
                within=None if row is None else peak.tpp <= row.tpp,
            )

    def _unspecified(self, quarter: str) -> None:
        places = [move.place for move in self._course if quarter_of(move.date) >= quarter and move.planned]
        self._work.missing(
            f"the NVEU allocation of {quarter}", "the rule sets none for that quarter, or the tables do not have it",
            place=places[0] if places else None, fix="ask about quarters of the table, or give newer tables",
        )  # fmt: skip

    def breach(self) -> Breach | None:
        """The first point over its quarter's allocation."""
        for point in self.points:
            if point.allocation is not None and point.tpp > point.allocation:
                return Breach(
                    date=point.date,
                    quarter=point.quarter,
                    tpp=point.tpp,
                    allocation=point.allocation,
                    over=point.tpp - point.allocation,
                    shipments=point.shipments,
                )
        return None
