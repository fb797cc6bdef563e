"""The question *country*: what counts against a country's allocation, what is left of it, and a plan's first breach.

742.6(b)(10)(iii)(B)-(C): TPP of items licensed to the destination from 2025 on. What came before, and what came under
another authorization, does not count. The preamble differs from the text in two places; all four combinations are
computed. The facts know one applicant's shipments only, so that every headroom is an upper bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from auditor.model.base import Date, Frozen, Name
from auditor.model.exact import Amount, spoken
from auditor.model.facts import Authorization
from auditor.regulation.destinations.places import Tier, called, tier, treated_as
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.quantities.country_count import Excluded, Ledger, Tally, inventory_place, licensed
from auditor.regulation.quantities.holdings import (
    Lot,
    Move,
    by_day,
    figure,
    moves,
    refuse_earlier,
)
from auditor.regulation.working import Working, question

ATTRITION_READINGS = ("text", "preamble")
COUNTING_READINGS = ("cumulative", "calendar-year")


class Reckoned(Frozen):
    """What is used under one combination of readings on a day."""

    attrition: Name
    """Reading of country-attrition."""
    counting: Name
    """Reading of country-counting."""
    used: Amount
    at_most: Amount
    """With chips whose authorization or day of receipt is not known."""
    headroom: Amount | None
    """Of `at_most`; an upper bound all the same, since others' shipments are not known. None where none is set."""
    within: bool | None
    """Of `used`; for a place on Supplement 5(b), None between the allocation and its highest increase."""


class Point(Frozen):
    """A day's figures under every combination; the first is that shown first."""

    date: Date
    allocation: Amount | None
    """None: the rule sets none for that year."""
    reckoned: tuple[Reckoned, ...]
    shipments: tuple[Name, ...]


class Effect(Frozen):
    """What one planned shipment does, under the readings shown first."""

    shipment: Name
    date: Date
    site: Name
    authorization: Authorization
    chips: int
    tpp: Amount
    """As the allocation counts it: 0 if it is not licensed, or below 3A090.a."""
    before: Amount
    after: Amount
    within: bool | None


class Breach(Frozen):
    """The first day on which the allocation is exceeded under one combination of readings; None if it is not."""

    attrition: Name
    counting: Name
    date: Date | None
    used: Amount | None
    shipments: tuple[Name, ...]


class CountryUse(Frozen):
    """The answer for a country."""

    country: Name
    tier: Tier
    applies: bool
    """Whether the place has an allocation at all."""
    allocation: Amount | None
    increased_at_most: Amount | None
    """For a place on Supplement 5(b): the highest allocation assurances can lead to; the agreed one is not known."""
    plan: Name | None
    until: Date
    unknown: Amount
    """Chips that may count or not: no authorization or no day of receipt is given."""
    excluded: tuple[Excluded, ...]
    points: tuple[Point, ...]
    """As of the day, on every day of a shipment, and on every 1 January; by date."""
    effects: tuple[Effect, ...]
    breaches: tuple[Breach, ...]


@question("country")
def country(
    work: Working, file: FactsFile, lots: tuple[Lot, ...], iso: str, plan_id: str | None = None
) -> tuple[str, CountryUse]:
    """What the facts' shipments use of the country's allocation from `as_of` to the end of its term or of the plan.

    Raises:
        UnknownReferenceError: no such plan.
    """
    work.subject = called(iso) + (f", plan {plan_id}" if plan_id else "")
    refuse_earlier(work, file, lots, work.as_of)
    found, at = tier(work, iso), treated_as(iso)
    if found in (Tier.SUPPLEMENT_5A, Tier.BLOCKED):
        return _none(work, found, at, plan_id)
    course = moves(work, file, lots, plan_id)
    ledger = Ledger(work, file, lots, course, at)
    base = work.limit("country.allocation")
    most = None
    if found is Tier.SUPPLEMENT_5B:
        rise = work.limit("country.assurances.percent")
        most = base.value + base.value * rise.value / 100
        work.step(
            f"{called(at)} is on Supplement 5(b): {figure(base.value)}, increased under government assurances by at "
            f"most {spoken(rise.value)} percent to at most {figure(most)} (our arithmetic).",
            rows=(base, rise, work.definition("country.assurances")),
        )
        work.missing(
            f"the allocation of {called(at)}", "the increase that the governments agreed is not in the tables",
            fix=f"ask BIS; it is {figure(base.value)} at least and {figure(most)} at most",
        )  # fmt: skip
    else:
        work.step(f"{called(at)}: {figure(base.value)}, {base.meaning}.", rows=(base, work.definition("country.scope")))
    path = _Path(work, ledger, base.value, most)
    effects = tuple(path.follow())
    breaches = tuple(path.breaches())
    _tell(work, file, ledger, path)
    _ambiguities(work, path, breaches)
    result = CountryUse(
        country=at,
        tier=found,
        applies=True,
        allocation=base.value,
        increased_at_most=most,
        plan=plan_id,
        until=path.until,
        unknown=ledger.unknown_tpp,
        excluded=tuple(ledger.excluded()),
        points=tuple(path.points),
        effects=effects,
        breaches=breaches,
    )
    return _conclusion(work, result), result


def _none(work: Working, found: Tier, at: str, plan_id: str | None) -> tuple[str, CountryUse]:
    policy = "presumption of approval" if found is Tier.SUPPLEMENT_5A else "presumption of denial"
    work.step(
        f"{called(at)} ({found}) has no country allocation; licence applications are reviewed under a {policy}.",
        rows=(work.definition("country.scope"), work.definition("review-policy")),
    )
    result = CountryUse(
        country=at, tier=found, applies=False, allocation=None, increased_at_most=None, plan=plan_id, until=work.as_of,
        unknown=Decimal(0), excluded=(), points=(), effects=(), breaches=(),
    )  # fmt: skip
    return f"{called(at)}: no country allocation applies ({found}); applications meet a {policy}.", result


class _Path:
    """The count day by day, under every combination of readings."""

    def __init__(self, work: Working, ledger: Ledger, allocation: Decimal, most: Decimal | None) -> None:
        self._work = work
        self._ledger = ledger
        self._allocation = allocation
        self._most = most
        first = {name: _shown_first(work, name) for name in ("country-attrition", "country-counting")}
        order = sorted(
            ((a, c) for a in ATTRITION_READINGS for c in COUNTING_READINGS),
            key=lambda pair: (pair[0] != first["country-attrition"]) + (pair[1] != first["country-counting"]),
        )
        self._counts = [Tally(ledger, attrition, counting) for attrition, counting in order]
        self._last = work.limit("country.counting.last-year")
        self._last_year = int(self._last.value)
        last = max((move.date for move in ledger.course), default=work.as_of)
        self.until = max(last, work.as_of, date(self._last_year, 12, 31))
        self.points: list[Point] = []

    def follow(self) -> Iterator[Effect]:
        """Walk the days; gives each planned shipment's effect, and fills `points`."""
        days = dict(by_day(self._ledger.course))
        as_of = self._work.as_of
        for day in [day for day in days if day < as_of]:
            for move in days.pop(day):
                self._step(move)
        years = {date(year, 1, 1) for year in range(as_of.year + 1, self.until.year + 1)}
        for day in sorted({*days, *years, as_of}):
            group = days.get(day, ())
            for move in group:
                before = self._counts[0].used(day)
                self._step(move)
                if move.planned and move.shipment.to in self._ledger.sites:
                    yield self._effect(move, before)
            self._note(day, group)

    def _step(self, move: Move) -> None:
        for count in self._counts:
            count.apply(move)

    def _effect(self, move: Move, before: Decimal) -> Effect:
        shipment = move.shipment
        counted = licensed(move) and shipment.chip in self._ledger.measured.counted
        after = self._counts[0].used(move.date)
        return Effect(
            shipment=shipment.id,
            date=shipment.date,
            site=shipment.to,
            authorization=shipment.authorization,
            chips=shipment.quantity,
            tpp=self._ledger.measured.tpp[shipment.chip] * shipment.quantity if counted else Decimal(0),
            before=before,
            after=after,
            within=self._within(after, move.date),
        )

    def _set(self, day: date) -> bool:
        return day.year <= self._last_year

    def _within(self, used: Decimal, day: date) -> bool | None:
        if not self._set(day):
            return None
        if self._most is not None and self._allocation < used <= self._most:
            return None
        return used <= (self._most or self._allocation)

    def _note(self, day: date, group: Sequence[Move]) -> None:
        known = self._set(day)
        if not known and all(self._set(point.date) for point in self.points):
            places = [move.place for move in self._ledger.course if not self._set(move.date)]
            self._work.missing(
                f"the allocation on {day}", f"the rule sets none after {self._last_year}",
                place=places[0] if places else None, fix="ask about an earlier day, or give newer tables",
            )  # fmt: skip
            self._work.use(self._last)
        reckoned = []
        for count in self._counts:
            used = count.used(day)
            at_most = used + self._ledger.unknown_tpp
            reckoned.append(
                Reckoned(
                    attrition=count.attrition,
                    counting=count.counting,
                    used=used,
                    at_most=at_most,
                    headroom=max(self._allocation - at_most, Decimal(0)) if known else None,
                    within=self._within(used, day),
                )
            )
        self.points.append(
            Point(
                date=day,
                allocation=self._allocation if known else None,
                reckoned=tuple(reckoned),
                shipments=tuple(move.shipment.id for move in group),
            )
        )

    def breaches(self) -> Iterator[Breach]:
        """The first day over the allocation under each combination."""
        for number, count in enumerate(self._counts):
            over = next((point for point in self.points if point.reckoned[number].within is False), None)
            yield Breach(
                attrition=count.attrition,
                counting=count.counting,
                date=over.date if over else None,
                used=over.reckoned[number].used if over else None,
                shipments=over.shipments if over else (),
            )


def _shown_first(work: Working, name: str) -> str:
    row = work.law.ambiguity(name, work.as_of)
    return row.shown_first if row is not None else ""


def _tell(work: Working, file: FactsFile, ledger: Ledger, path: _Path) -> None:
    place = inventory_place(file)
    facts = (place,) if place else ()
    rule, first = work.definition("country.count"), work.limit("country.counting.first-year")
    now = path.points[0]
    for one in ledger.excluded():
        work.step(f"Not counted, {one.why}: {one.chips:,} chips, {figure(one.tpp)}.", rows=(rule, first), facts=facts)
    work.step(
        f"Licensed to the country since {ledger.first_year} by these facts: {figure(now.reckoned[0].used)} on "
        f"{now.date}; a shipment counts from its date, and only under a licence.",
        rows=(rule, first),
        facts=facts,
    )
    work.caution(
        "The facts know one applicant's shipments. Others' count against the same allocation and are not known: every "
        "headroom here is an upper bound; BIS publishes the progress."
    )


def _ambiguities(work: Working, path: _Path, breaches: Sequence[Breach]) -> None:
    """Each preamble difference under each of its readings, the other held at the one shown first."""
    now = path.points[0]
    places = {(one.attrition, one.counting): number for number, one in enumerate(now.reckoned)}
    first = now.reckoned[0]
    for name, keys in (
        ("country-attrition", {reading: (reading, first.counting) for reading in ATTRITION_READINGS}),
        ("country-counting", {reading: (first.attrition, reading) for reading in COUNTING_READINGS}),
    ):
        numbers = {reading: places[key] for reading, key in keys.items()}
        work.ambiguous(
            name,
            {reading: _told(now.reckoned[number], breaches[number], now) for reading, number in numbers.items()},
            differs=any(len({point.reckoned[number].used for number in numbers.values()}) > 1 for point in path.points),
        )


def _told(one: Reckoned, breach: Breach, now: Point) -> str:
    room = "" if one.headroom is None else f", headroom at most {figure(one.headroom)}"
    when = f"first exceeded on {breach.date}" if breach.date else "not exceeded"
    return f"Used on {now.date}: {figure(one.used)}{room}; {when}."


def _conclusion(work: Working, result: CountryUse) -> str:
    now, breach = result.points[0], result.breaches[0]
    one = now.reckoned[0]
    said = f"{work.subject}, on {now.date}: these facts use {figure(one.used)}"
    if one.at_most != one.used:
        said += f" to {figure(one.at_most)}"
    if now.allocation is None:
        return f"{said}; for that year no allocation is set."
    if result.increased_at_most is not None:
        said += f" of {figure(now.allocation)}, or of up to {figure(result.increased_at_most)} under assurances"
    else:
        said += f" of {figure(now.allocation)}"
    said += f"; the headroom is at most {figure(one.headroom or Decimal(0))}, since others' shipments are not known"
    return f"{said}. " + (f"First exceeded on {breach.date}." if breach.date else f"Not exceeded up to {result.until}.")
