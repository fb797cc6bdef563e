"""Chips where they are: those of an inventory, then every shipment since by date, those made and those of a plan.

A shipment counts on its date, as transferring and installing do (Supp. No. 10 to part 748, paragraph 6). All
shipments of one day count together. A shipment on the inventory's day or before is in the inventory already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple, TypeVar

from pydantic import Field

from auditor.errors import UnknownReferenceError
from auditor.model.base import Date, Frozen, Name
from auditor.model.exact import Amount
from auditor.model.facts import Authorization, Condition, Shipment
from auditor.model.law import Unit
from auditor.regulation.chips.chip import counts_a, tpp_table
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.facts.happenings import consignee
from auditor.regulation.working import Working, measured

HELD = frozenset({Condition.INSTALLED, Condition.TRANSFERRED})
ATTRITION = frozenset(Condition) - HELD
"""Loss, damage, failure, relocation, resale (paragraph 10.b)."""
GONE = frozenset({Condition.RELOCATED, Condition.RESOLD})
"""Attrition after which the chip is somewhere else, or somebody else's."""

FARTHEST_YEARS = 50

T = TypeVar("T")


class Lot(Frozen):
    """Chips of an inventory that are alike in all columns but their serial."""

    site: Name
    chip: Name
    owner: Name | None = None
    """The party that owns them; without it, the site's owner."""
    condition: Condition
    received: Date | None = None
    """The day received; of chips received on several days of one calendar year, the last of them."""
    authorization: Authorization | None = None
    count: int = Field(ge=1)
    on: Date | None = None
    """The inventory's day; without it the inventory is taken to be older than every shipment of the facts."""


class Count(Frozen):
    """So many chips, and their TPP together."""

    chips: int
    tpp: Amount


class Key(NamedTuple):
    """Whose chips of which kind, where."""

    site: str
    chip: str
    owner: str


@dataclass(frozen=True, slots=True)
class Move:
    """Chips that leave `source`, reach `target`, or both; on the shipment's date."""

    shipment: Shipment
    place: str
    """Where the facts file has the shipment."""
    planned: bool
    source: Key | None
    target: Key | None

    @property
    def date(self) -> date:
        """The day it counts from."""
        return self.shipment.date

    @property
    def changes(self) -> Iterator[tuple[Key, int]]:
        """What is added where."""
        if self.source is not None:
            yield self.source, -self.shipment.quantity
        if self.target is not None:
            yield self.target, self.shipment.quantity


@dataclass(frozen=True, slots=True)
class Position:
    """How many chips are held at the end of a day."""

    on: date
    chips: Mapping[Key, int]


def position(work: Working, file: FactsFile, lots: Iterable[Lot], until: date) -> Position:
    """The installed base at the end of the day `until`: the inventory and the shipments made since; attrition is out.

    A day before the inventory's cannot be determined.
    """
    lots = tuple(lots)
    refuse_earlier(work, file, lots, until)
    held = stock(file, lots)
    for move in moves(work, file, lots):
        if move.date <= until:
            shift(held, move)
    return Position(until, {key: count for key, count in held.items() if count})


def stock(file: FactsFile, lots: Iterable[Lot], conditions: frozenset[Condition] = HELD) -> Counter[Key]:
    """Chips of the inventory in one of the conditions."""
    held: Counter[Key] = Counter()
    for lot in lots:
        if lot.condition in conditions:
            held[key_of(file, lot)] += lot.count
    return held


def key_of(file: FactsFile, lot: Lot) -> Key:
    """Whose chips of which kind the lot holds, where."""
    return Key(lot.site, lot.chip, lot.owner or file.sites[lot.site].owner)


def shift(held: Counter[Key], move: Move) -> None:
    """Apply a move."""
    for key, count in move.changes:
        held[key] += count


def taken(lots: Iterable[Lot]) -> date | None:
    """The latest day of the inventories, if they name one."""
    return max((lot.on for lot in lots if lot.on is not None), default=None)


def refuse_earlier(work: Working, file: FactsFile, lots: Iterable[Lot], day: date) -> None:
    """Cannot be determined for a day before the inventory's: what was there then is not known."""
    if not lots and not file.facts.inventories:
        work.missing(
            "the chips held before the first shipment", "the facts name no inventory",
            place=file.place("inventories"), fix="add one; an inventory of no rows says that nothing is held",
        )  # fmt: skip
    latest = taken(lots)
    if latest is not None and day < latest:
        places = [file.place_of("inventories", one.id) for one in file.facts.inventories if one.date == latest]
        work.undetermined(
            f"the chips held on {day}", f"the inventory is of {latest}", place=places[0] if places else None,
            fix="give an inventory of an earlier day, or ask about a later one",
        )  # fmt: skip


def moves(work: Working, file: FactsFile, lots: Iterable[Lot], plan_id: str | None = None) -> tuple[Move, ...]:
    """Every shipment after the inventory, made and of the plan, by date and id; what contradicts is noted as missing.

    Raises:
        UnknownReferenceError: no such plan.
    """
    lots = tuple(lots)
    course = _Course(work, file, lots)
    made = [(one, file.place("shipments", index), False) for index, one in enumerate(file.facts.shipments)]
    listed = [*made, *_planned(file, plan_id)]
    _refuse_distant(work, listed)
    listed.sort(key=lambda one: (one[0].date, one[0].id, one[2]))
    found: list[Move] = []
    for _, day in groupby(listed, key=lambda one: one[0].date):
        found += course.take(list(day))
    return tuple(found)


def by_day(course: Iterable[Move]) -> Iterator[tuple[date, tuple[Move, ...]]]:
    """The moves of each day."""
    for day, group in groupby(course, key=lambda move: move.date):
        yield day, tuple(group)


def wanted(entries: Mapping[str, T], name: str, what: str) -> T:
    """The entry of the facts file with the id.

    Raises:
        UnknownReferenceError: there is none.
    """
    if name not in entries:
        near = ", ".join(sorted(entries)[:8]) or "none yet"
        raise UnknownReferenceError(f"the facts file has no such {what}", value=name, hint=f"its ids are: {near}")
    return entries[name]


def _planned(file: FactsFile, plan_id: str | None) -> list[tuple[Shipment, str, bool]]:
    if plan_id is None:
        return []
    plan = wanted(file.plans, plan_id, "plan")
    number = next(index for index, one in enumerate(file.facts.plans) if one.id == plan_id)
    return [(one, file.place("plans", number, "shipments", index), True) for index, one in enumerate(plan.shipments)]


def _refuse_distant(work: Working, listed: list[tuple[Shipment, str, bool]]) -> None:
    for shipment, place, _ in listed:
        if shipment.date.year > work.as_of.year + FARTHEST_YEARS:
            work.undetermined(
                f"what holds on {shipment.date}", f"that is more than {FARTHEST_YEARS} years after {work.as_of}",
                place=place, fix=f"check the date of shipment {shipment.id}",
            )  # fmt: skip


class _Course:
    """Follows the shipments day by day, so that no site gives away what it does not have."""

    def __init__(self, work: Working, file: FactsFile, lots: tuple[Lot, ...]) -> None:
        self._work = work
        self._file = file
        self._held = stock(file, lots)
        self._owners: dict[tuple[str, str], set[str]] = {}
        for key in self._held:
            self._owners.setdefault((key.site, key.chip), set()).add(key.owner)
        self._seen = {(lot.site, lot.chip) for lot in lots}
        self._days = self._inventory_days(lots)
        self._latest = taken(lots)
        self._left = {(one.from_site, one.chip) for one in file.facts.shipments if one.from_site}

    def _inventory_days(self, lots: tuple[Lot, ...]) -> dict[str, date | None]:
        days: dict[str, set[date | None]] = {}
        for lot in lots:
            days.setdefault(lot.site, set()).add(lot.on)
        for site, found in sorted(days.items()):
            if len(found) > 1:
                self._work.missing(
                    f"the chips at site {site}", "two inventories of different days list it",
                    place=self._file.place_of("sites", site), fix="give one inventory of each site",
                )  # fmt: skip
        return {site: max((day for day in found if day), default=None) for site, found in days.items()}

    def _after(self, site: str, day: date) -> bool:
        """Whether the day is after the inventory of the site."""
        inventory = self._days.get(site, self._latest)
        return inventory is None or day > inventory

    def take(self, day: list[tuple[Shipment, str, bool]]) -> list[Move]:
        """The moves of one day, arrivals from outside first."""
        day = sorted(day, key=lambda one: one[0].from_site is not None)
        arrivals = [self._move(*one) for one in day if one[0].from_site is None]
        for move in arrivals:
            self._shift(move)
        transfers = []
        for one in day:
            if one[0].from_site is not None:
                move = self._move(*one)
                self._shift(move)
                transfers.append(move)
        # What a site gives is compared once the day is over, so that a chain of transfers may stand in any order.
        for move in transfers:
            if move.source is not None and self._held[move.source] < 0:
                self._short(move, self._held[move.source])
        return [move for move in (*arrivals, *transfers) if move.source or move.target]

    def _shift(self, move: Move) -> None:
        shift(self._held, move)
        if move.target is not None:
            self._owners.setdefault((move.target.site, move.target.chip), set()).add(move.target.owner)

    def _short(self, move: Move, left: int) -> None:
        shipment = move.shipment
        self._work.missing(
            f"the {-left:,} more {shipment.chip} that site {shipment.from_site} needs on {shipment.date}",
            f"shipment {shipment.id} and others of that day take more of them than it has",
            place=move.place, fix="correct the quantity, the date or the site, or add the shipment that brought them",
        )  # fmt: skip
        if move.source is not None:
            self._held[move.source] = 0

    def _move(self, shipment: Shipment, place: str, planned: bool) -> Move:
        target = source = None
        owner = consignee(self._file, shipment)
        if self._after(shipment.to, shipment.date):
            target = Key(shipment.to, shipment.chip, owner)
        else:
            self._in_inventory(shipment, place, planned)
        if shipment.from_site is not None and self._after(shipment.from_site, shipment.date):
            source = Key(shipment.from_site, shipment.chip, self._giver(shipment, shipment.from_site, place))
        if planned and shipment.date < self._work.as_of and target is not None:
            self._work.caution(
                f"Shipment {shipment.id} is planned for {shipment.date}, which has passed; it is counted as made then."
            )
        return Move(shipment, place, planned, source, target)

    def _giver(self, shipment: Shipment, site: str, place: str) -> str:
        known = self._owners.get((site, shipment.chip), set())
        owners = sorted(owner for owner in known if self._held[Key(site, shipment.chip, owner)] > 0)
        if len(owners) > 1:
            self._work.missing(
                f"whose {shipment.chip} leave site {site}", f"it has some of {', '.join(owners)}",
                place=place, fix="give each owner a site of its own",
            )  # fmt: skip
        return owners[0] if owners else self._file.sites[site].owner

    def _in_inventory(self, shipment: Shipment, place: str, planned: bool) -> None:
        """A shipment the inventory should have: a contradiction if it shows nothing of it."""
        day = self._days.get(shipment.to, self._latest)
        if planned:
            self._work.missing(
                f"whether shipment {shipment.id} is still planned", f"its date is not after the inventory of {day}",
                place=place, fix="give it a later date, or remove it from the plan",
            )  # fmt: skip
        elif (shipment.to, shipment.chip) not in self._seen and (shipment.to, shipment.chip) not in self._left:
            self._work.missing(
                f"the {shipment.quantity:,} {shipment.chip} of shipment {shipment.id}",
                f"it reached site {shipment.to} on {shipment.date}, but the inventory of {day} lists none there",
                place=place, fix="correct the inventory, or the shipment",
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measure:
    """The TPP of each kind of chip, and which kinds meet or exceed 3A090.a: what the limits count."""

    tpp: Mapping[str, Decimal]
    counted: frozenset[str]

    def of(self, key: Key, count: int = 1) -> Decimal:
        """TPP of so many of the chips, as the limits count them: 0 below 3A090.a."""
        return self.tpp[key.chip] * count if key.chip in self.counted else Decimal(0)


def measure(work: Working, file: FactsFile, chips: Iterable[str]) -> Measure:
    """The measure of the kinds of chips by id, with a step of the working for each."""
    names = sorted(set(chips))
    tpp = tpp_table(work, file.chips, names)
    return Measure(tpp, frozenset(name for name in names if counts_a(work, file.chips[name])))


def figure(tpp: Decimal) -> str:
    """TPP for people: "790,000,000 TPP"."""
    return f"-{measured(-tpp, Unit.TPP)}" if tpp < 0 else measured(tpp, Unit.TPP)
