"""What counts against a country's allocation: which chips of an inventory, and which shipments, under each reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from auditor.model.base import Frozen
from auditor.model.exact import Amount
from auditor.model.facts import Authorization
from auditor.regulation.destinations.places import called, in_5a, treated_as
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.quantities.holdings import HELD, Lot, Measure, Move, figure, key_of, measure
from auditor.regulation.working import Working


class Excluded(Frozen):
    """Chips of the inventory in the country that do not count, and why."""

    why: str
    chips: int
    tpp: Amount


class Ledger:
    """What counts of the inventory and of each shipment."""

    def __init__(self, work: Working, file: FactsFile, lots: tuple[Lot, ...], course: Sequence[Move], at: str) -> None:
        self.sites = {site.id for site in file.facts.sites if treated_as(site.country) == at}
        self.course = [move for move in course if self._crosses(move)]
        self.first_year = int(work.limit("country.counting.first-year").value)
        here = [lot for lot in lots if lot.site in self.sites]
        chips = {lot.chip for lot in here} | {move.shipment.chip for move in self.course}
        self.measured: Measure = measure(work, file, chips)
        self.counted: list[tuple[Lot, int]] = []
        """Lots that count, each with its year."""
        self.held: Counter[str] = Counter()
        """Chips in the country by kind, whatever their authorization."""
        self.unknown_tpp = Decimal(0)
        self._excluded: dict[str, tuple[int, Decimal]] = {}
        unknown = 0
        owners: set[str] = set()
        for lot in here:
            if lot.chip not in self.measured.counted:
                continue
            if lot.condition in HELD:
                self.held[lot.chip] += lot.count
            tpp = self.measured.tpp[lot.chip] * lot.count
            why = self._why_not(lot)
            if why is not None:
                count, total = self._excluded.get(why, (0, Decimal(0)))
                self._excluded[why] = (count + lot.count, total + tpp)
            elif lot.received is None or lot.authorization is None:
                unknown += lot.count
                self.unknown_tpp += tpp
            else:
                self.counted.append((lot, lot.received.year))
                owners.add(key_of(file, lot).owner)
        if unknown:
            work.missing(
                f"whether {unknown:,} chips ({figure(self.unknown_tpp)}) in {called(at)} count",
                "the inventory does not give their authorization, or the day they were received",
                place=inventory_place(file), fix="fill the columns authorization and received",
            )  # fmt: skip
        owners |= {move.target.owner for move in self.course if move.target is not None and licensed(move)}
        _favored(work, file, owners)

    def _crosses(self, move: Move) -> bool:
        """Whether the move enters or leaves the country; within it nothing is licensed to it anew."""
        shipment = move.shipment
        entered = shipment.to in self.sites and move.target is not None
        left = shipment.from_site in self.sites and move.source is not None
        inside = shipment.to in self.sites and shipment.from_site in self.sites
        return (entered or left) and not inside

    def _why_not(self, lot: Lot) -> str | None:
        if lot.received is not None and lot.received.year < self.first_year:
            return f"received before {self.first_year}"
        if lot.authorization not in (None, Authorization.LICENSE):
            return f"not licensed: {lot.authorization}"
        return None

    def excluded(self) -> Iterator[Excluded]:
        """Chips of the inventory that do not count, by reason."""
        for why, (chips, tpp) in sorted(self._excluded.items()):
            yield Excluded(why=why, chips=chips, tpp=tpp)


def inventory_place(file: FactsFile) -> str | None:
    """Where the facts file names its first inventory, if it names any."""
    return file.place_of("inventories", file.facts.inventories[0].id) if file.facts.inventories else None


def _favored(work: Working, file: FactsFile, owners: set[str]) -> None:
    """Entities with headquarters in Supplement 5(a): the text may spare them; counting them is the cautious figure."""
    homes = {owner: file.parties[owner].headquarters for owner in sorted(owners)}
    spared = [owner for owner, home in homes.items() if home is not None and in_5a(work, home)]
    if spared:
        work.caution(
            "The allocation is for entities without headquarters in Supplement 5(a). Licensed chips of "
            f"{', '.join(file.parties[owner].name for owner in spared[:5])} are counted all the same, with caution."
        )


class Tally:
    """What counts under one combination of readings, by kind of chip and year."""

    def __init__(self, ledger: Ledger, attrition: str, counting: str) -> None:
        self.attrition = attrition
        self.counting = counting
        self._ledger = ledger
        self._held = Counter(ledger.held)
        self._by: Counter[tuple[str, int]] = Counter()
        for lot, year in ledger.counted:
            if attrition == "text" or lot.condition in HELD:
                self._by[lot.chip, self._year(year)] += lot.count

    def _year(self, year: int) -> int:
        return year if self.counting == "calendar-year" else 0

    def apply(self, move: Move) -> None:
        """A shipment into the country counts if it is licensed; one out of it is relocation, which is attrition."""
        shipment = move.shipment
        if shipment.chip not in self._ledger.measured.counted:
            return
        if shipment.to in self._ledger.sites:
            self._held[shipment.chip] += shipment.quantity
            if licensed(move) and shipment.date.year >= self._ledger.first_year:
                self._by[shipment.chip, self._year(shipment.date.year)] += shipment.quantity
            return
        for key in [key for key in self._by if key[0] == shipment.chip]:
            # Which serials left is not known: those that do not count are taken to leave first.
            apart = max(self._held[shipment.chip] - self._by[key], 0)
            if self.attrition == "preamble":
                self._by[key] -= min(max(shipment.quantity - apart, 0), self._by[key])
        self._held[shipment.chip] -= shipment.quantity

    def used(self, day: date) -> Decimal:
        """TPP that counts on the day."""
        year = self._year(day.year)
        tpp = self._ledger.measured.tpp
        return sum((tpp[chip] * count for (chip, of), count in self._by.items() if of == year), Decimal(0))


def licensed(move: Move) -> bool:
    """Whether the shipment is under a licence, which is what the allocation counts."""
    return move.shipment.authorization is Authorization.LICENSE
