"""A group's shares of compute by country, compared with the limits of Supplement No. 10, paragraph 6, and what is left.

Shares are compared as products, never divided; what is exactly at a limit is within it.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from auditor.model.base import Date, Frozen, Name
from auditor.model.exact import Amount, percent
from auditor.model.facts import Condition
from auditor.model.law import Limit
from auditor.regulation.destinations.places import US, blocked, in_5a, treated_as
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.quantities.holdings import HELD, Key, Lot, Measure, Move, by_day, measure, stock
from auditor.regulation.working import Working

OUTSIDE_5A = "uveu.outside-5a.percent"
SINGLE_COUNTRY = "uveu.single-country.percent"
OUTSIDE_US = "uveu.outside-us.percent"
ACCOUNTING = "chip-accounting"
"""The duty whose days are the reporting dates."""


class Bound(Frozen):
    """A limit that applies to the entity."""

    limit: Name
    percent: Amount
    meaning: str


class Share(Frozen):
    """A part of the total under a limit, on a day; `share` is in percent, rounded for display only."""

    limit: Name
    country: Name | None = None
    """For the limit on a single country."""
    part: Amount
    total: Amount
    share: Amount | None
    """Absent where the total is zero."""
    within: bool


class CountryShare(Frozen):
    """What a country holds on a day; `share` is in percent of the total, rounded for display only."""

    country: Name
    in_5a: bool
    tpp: Amount
    share: Amount | None


class Point(Frozen):
    """The shares at the end of a day."""

    date: Date
    reporting: bool
    """One of the days of the chip accounting."""
    binding: bool
    """On or after the day from which paragraph 6 has to be met."""
    total: Amount
    outside_5a: Amount
    outside_us: Amount
    countries: tuple[CountryShare, ...]
    shares: tuple[Share, ...]
    """Those outside 5(a), the largest single country's, and those outside the United States, as far as they apply."""
    shipments: tuple[Name, ...]
    """Shipments of the day."""


class InChips(Frozen):
    """A headroom in whole chips of a kind."""

    chip: Name
    count: int


class Headroom(Frozen):
    """The most that can be added in one country on a day, nothing else changing; TPP rounded down to whole ones."""

    date: Date
    country: Name | None
    """None: any other country outside Supplement 5(a), where nothing is held."""
    in_5a: bool
    tpp: Amount | None
    """None: no limit of paragraph 6 sets one there."""
    limit: Name | None
    """The limit that is reached first."""
    chips: tuple[InChips, ...]
    """For each kind of chip the plan names."""


class Effect(Frozen):
    """What one planned shipment does."""

    shipment: Name
    date: Date
    site: Name
    country: Name
    chips: int
    tpp: Amount
    """As the limits count it: 0 for chips below 3A090.a."""
    new_site: bool
    """Nothing was held there before."""
    new_country: bool
    """Nothing was held in that country before."""
    barred: bool
    """The site is in Macau or Country Group D:5, which no UVEU covers (748.15(b)(2))."""
    before: tuple[Share, ...]
    after: tuple[Share, ...]


@dataclass(slots=True)
class Sums:
    """TPP by country, and the sums the limits compare."""

    countries: dict[str, Decimal] = field(default_factory=dict)
    total: Decimal = Decimal(0)
    outside_5a: Decimal = Decimal(0)
    outside_us: Decimal = Decimal(0)

    def add(self, country: str, inside: bool, tpp: Decimal) -> None:
        """Add TPP in a country; `inside`: it is in Supplement 5(a)."""
        self.countries[country] = self.countries.get(country, Decimal(0)) + tpp
        self.total += tpp
        if not inside:
            self.outside_5a += tpp
        if country != US:
            self.outside_us += tpp


class Book:
    """What is known of sites and chips, and the comparing with limits."""

    def __init__(
        self,
        work: Working,
        file: FactsFile,
        family: frozenset[str],
        lots: tuple[Lot, ...],
        course: Sequence[Move],
        bounds: tuple[Limit, ...],
        conditions: frozenset[Condition] = HELD,
        measured: Measure | None = None,
    ) -> None:
        held = {key: count for key, count in stock(file, lots, conditions).items() if key.owner in family}
        keys = set(held) | {key for move in course for key, _ in move.changes if key.owner in family}
        self.work = work
        self.family = family
        self.held = held
        self.bounds = {bound.id: bound for bound in bounds}
        self.measured = measured or measure(work, file, {key.chip for key in keys})
        self.country = {site: treated_as(file.sites[site].country) for site in {key.site for key in keys}}
        self.inside = {place: in_5a(work, place) for place in set(self.country.values())}
        self.barred = {place for place in self.inside if blocked(work, place)}

    def sums(self) -> Sums:
        """The sums of the inventory."""
        found = Sums()
        for key, count in self.held.items():
            self.add(found, key, count)
        return found

    def add(self, sums: Sums, key: Key, count: int) -> None:
        """Add so many of the chips to the sums; others than the group's do not count."""
        if key.owner in self.family:
            country = self.country[key.site]
            sums.add(country, self.inside[country], self.measured.of(key, count))

    def apply(self, sums: Sums, move: Move) -> None:
        """Apply a move to the sums."""
        for key, count in move.changes:
            self.add(sums, key, count)

    def shares(self, sums: Sums, *, every: bool = False) -> tuple[Share, ...]:
        """Each limit's share; of single countries the largest, or with `every` all of them."""
        found: list[Share] = []
        if OUTSIDE_5A in self.bounds:
            found.append(self._share(OUTSIDE_5A, sums.outside_5a, sums.total))
        if SINGLE_COUNTRY in self.bounds:
            single = sorted(
                ((tpp, country) for country, tpp in sums.countries.items() if tpp and not self.inside[country]),
                key=lambda one: (-one[0], one[1]),
            )
            for tpp, country in single if every else single[:1]:
                found.append(self._share(SINGLE_COUNTRY, tpp, sums.total, country))
        if OUTSIDE_US in self.bounds:
            found.append(self._share(OUTSIDE_US, sums.outside_us, sums.total))
        return tuple(found)

    def _share(self, limit: str, part: Decimal, total: Decimal, country: str | None = None) -> Share:
        return Share(
            limit=limit,
            country=country,
            part=part,
            total=total,
            share=percent(part, total) if total else None,
            within=part * 100 <= self.bounds[limit].value * total,
        )

    def room(self, sums: Sums, day: date, country: str | None, chips: Sequence[str]) -> Headroom:
        """The headroom in a country, or in any other outside 5(a) that has nothing."""
        inside = country is not None and self.inside[country]
        tight: list[tuple[Decimal, Decimal, str]] = []
        parts = {} if inside else {
            OUTSIDE_5A: sums.outside_5a, SINGLE_COUNTRY: sums.countries.get(country or "", Decimal(0)),
        }  # fmt: skip
        if country != US:
            parts[OUTSIDE_US] = sums.outside_us
        for limit, part in parts.items():
            if limit in self.bounds and self.bounds[limit].value < 100:
                # (part + x) * 100 <= limit * (total + x), solved for x: adding to the part adds to the total.
                value = self.bounds[limit].value
                tight.append((max(value * sums.total - part * 100, Decimal(0)), 100 - value, limit))
        if not tight:
            return Headroom(date=day, country=country, in_5a=inside, tpp=None, limit=None, chips=())
        above, below, limit = min(tight, key=lambda one: (one[0] * _others(tight, one), one[2]))
        counts = [
            InChips(chip=chip, count=int(above // (below * self.measured.tpp[chip])))
            for chip in chips
            if chip in self.measured.counted and self.measured.tpp[chip]
        ]
        return Headroom(date=day, country=country, in_5a=inside, tpp=above // below, limit=limit, chips=tuple(counts))


def _others(tight: Sequence[tuple[Decimal, Decimal, str]], one: tuple[Decimal, Decimal, str]) -> Decimal:
    """The product of the other denominators, so that fractions compare without dividing."""
    found = Decimal(1)
    for other in tight:
        if other is not one:
            found *= other[1]
    return found


def reporting_dates(work: Working) -> Iterator[date]:
    """The days of the chip accounting, from `as_of` on, without end."""
    rows = work.law.duties.get(ACCOUNTING, ())
    row = next((row for row in rows if row.valid(work.as_of)), None)
    if row is None or not row.days:
        work.undetermined(
            f"the reporting dates on {work.as_of}", "the law tables have none that are valid on that day",
            fix="ask about another day, or give newer tables with --tables",
        )  # fmt: skip
    work.use(row)
    for year in range(work.as_of.year, date.max.year + 1):
        for day in sorted(row.days):
            month, number = int(day[:2]), int(day[3:])
            found = date(year, month, min(number, monthrange(year, month)[1]))
            if found >= work.as_of:
                yield found


class Path:
    """The group's shares day by day."""

    def __init__(self, book: Book, course: Sequence[Move], until: date) -> None:
        self._book = book
        self._course = course
        self._until = until
        as_of = book.work.as_of
        self._reporting = set(_until(reporting_dates(book.work), until))
        compliance = book.work.paragraph("supplement-10.6").compliance
        self._compliance = compliance or date.min
        self._sums = book.sums()
        self._sites = {key.site for key, count in book.held.items() if count}
        self._as_of = as_of
        self._planned_chips = sorted({move.shipment.chip for move in course if move.planned})
        self.points: list[Point] = []
        self.headroom: list[Headroom] = []

    def follow(self) -> Iterator[Effect]:
        """Walk the days; gives each planned shipment's effect, and fills `points` and `headroom`."""
        days = dict(by_day(self._course))
        for day in [day for day in days if day < self._as_of]:
            for move in days.pop(day):
                self._step(move)
        for day in sorted({*days, *self._reporting, self._as_of}):
            group = days.get(day, ())
            for move in group:
                before = self._book.shares(self._sums)
                new_site, new_country = self._news(move)
                self._step(move)
                if move.planned and move.target is not None and move.target.owner in self._book.family:
                    yield self._effect(move, before, new_site, new_country)
            self._note(day, group)

    def _news(self, move: Move) -> tuple[bool, bool]:
        site = move.shipment.to
        known = {self._book.country[one] for one in self._sites}
        return site not in self._sites, self._book.country.get(site) not in known

    def _step(self, move: Move) -> None:
        self._book.apply(self._sums, move)
        if move.target is not None and move.target.owner in self._book.family:
            self._sites.add(move.target.site)

    def _effect(self, move: Move, before: tuple[Share, ...], new_site: bool, new_country: bool) -> Effect:
        shipment = move.shipment
        country = self._book.country[shipment.to]
        assert move.target is not None
        return Effect(
            shipment=shipment.id,
            date=shipment.date,
            site=shipment.to,
            country=country,
            chips=shipment.quantity,
            tpp=self._book.measured.of(move.target, shipment.quantity),
            new_site=new_site,
            new_country=new_country,
            barred=country in self._book.barred,
            before=before,
            after=self._book.shares(self._sums),
        )

    def _note(self, day: date, group: Sequence[Move]) -> None:
        sums, book = self._sums, self._book
        self.points.append(
            Point(
                date=day,
                reporting=day in self._reporting,
                binding=day >= self._compliance,
                total=sums.total,
                outside_5a=sums.outside_5a,
                outside_us=sums.outside_us,
                countries=tuple(
                    CountryShare(
                        country=country,
                        in_5a=book.inside[country],
                        tpp=tpp,
                        share=percent(tpp, sums.total) if sums.total else None,
                    )
                    for country, tpp in sorted(sums.countries.items())
                    if tpp
                ),
                shares=book.shares(sums),
                shipments=tuple(move.shipment.id for move in group),
            )
        )
        if book.bounds and (day in self._reporting or day == self._as_of):
            for country in (*sorted(book.inside), None):
                if country not in book.barred:
                    self.headroom.append(book.room(sums, day, country, self._planned_chips))


def _until(days: Iterator[date], last: date) -> Iterator[date]:
    for day in days:
        if day > last:
            return
        yield day
