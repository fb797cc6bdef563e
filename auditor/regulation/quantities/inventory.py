"""The question *inventory*: how much compute is where, and whose; beside it, how two inventories differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import partial

from auditor.model.base import Date, Frozen, Name
from auditor.model.exact import Amount, counted
from auditor.model.facts import Condition
from auditor.regulation.destinations.places import blocked, in_5a, treated_as
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.ownership.parties import Ownership, Unresolved
from auditor.regulation.quantities.holdings import (
    ATTRITION,
    HELD,
    Count,
    Key,
    Lot,
    Measure,
    figure,
    key_of,
    measure,
    moves,
    refuse_earlier,
    taken,
)
from auditor.regulation.working import Working, question


class Lost(Frozen):
    """Attrition of one kind."""

    condition: Condition
    count: Count


class Held(Frozen):
    """What a site, country, party or group has of chips at or above 3A090.a.

    `total` is `installed`, `transferred` and `since` together; attrition is not in it, nor are chips below 3A090.a.
    """

    of: Name
    """Id of the site or party, code of the country, or id of the group's ultimate parent."""
    name: str
    total: Count
    installed: Count
    transferred: Count
    """Transferred to the site and not installed: counted, and shown apart (paragraph 10.b)."""
    since: Count
    """Shipped in, less shipped out, after the inventory; whether they are installed is not known."""
    attrition: tuple[Lost, ...]
    before: Count
    """Held chips of the inventory received before the country allocations began to count."""
    undated: Count
    """Held chips of the inventory without a day of receipt."""
    below: Count
    """Held chips below 3A090.a, shown apart."""


class Stocked(Frozen):
    """A kind of chip, and how many are held."""

    chip: Name
    name: str
    each: Amount
    """TPP of one."""
    counted: bool
    """At or above 3A090.a."""
    chips: int


class Inventoried(Frozen):
    """An inventory's aggregate TPP on a day, by site, country, owner and group, each sorted by id."""

    on: Date
    taken: Date | None
    total: Held
    sites: tuple[Held, ...]
    countries: tuple[Held, ...]
    parties: tuple[Held, ...]
    groups: tuple[Held, ...]
    """By ultimate parent; parties whose ultimate parent is not known are in none."""
    chips: tuple[Stocked, ...]


@question("inventory")
def inventory(work: Working, file: FactsFile, lots: tuple[Lot, ...], on: date) -> tuple[str, Inventoried]:
    """The aggregate TPP at the end of the day `on`: the inventory, and the shipments made since.

    Lots and shipments of equal meaning give equal answers, in whatever order or pieces they come.
    """
    work.subject = f"inventory on {on}"
    refuse_earlier(work, file, lots, on)
    later = [move for move in moves(work, file, lots) if move.date <= on]
    changes = Counter[Key]()
    for move in later:
        for key, count in move.changes:
            changes[key] += count
    begin = int(work.limit("country.counting.first-year").value)
    measured = measure(work, file, {lot.chip for lot in lots} | {key.chip for key in changes})
    board = _Board(file, measured, begin)
    for lot in lots:
        board.add_lot(lot)
    for key, count in changes.items():
        board.add_since(key, count)
    total = board.held("all", "all sites", list(board.keys))
    countries = board.by(lambda key: treated_as(file.sites[key.site].country), lambda name: name)
    parties = board.by(lambda key: key.owner, lambda name: file.parties[name].name)
    sites = board.by(lambda key: key.site, lambda name: file.sites[name].name)
    parents = _parents(work, file, {key.owner for key in board.keys})
    groups = board.by(lambda key: parents.get(key.owner), lambda name: file.parties[name].name)
    _tell(work, file, lots, total, len(later), begin)
    _scope(work, file, board)
    result = Inventoried(
        on=on,
        taken=taken(lots),
        total=total,
        sites=sites,
        countries=countries,
        parties=parties,
        groups=groups,
        chips=tuple(board.kinds()),
    )
    conclusion = (
        f"On {on} {total.total.chips:,} chips at or above 3A090.a with {figure(total.total.tpp)} together are held "
        f"at {counted(len(sites), 'site')} in {counted(len(countries), 'country', 'countries')}"
    )
    if total.transferred.chips:
        conclusion += f"; {total.transferred.chips:,} of them transferred and not installed"
    return conclusion + f". Attrition, not counted: {_attrition(total)}.", result


def _attrition(held: Held) -> str:
    parts = [f"{one.count.chips:,} {one.condition} ({figure(one.count.tpp)})" for one in held.attrition]
    return ", ".join(parts) or "none"


def _tell(work: Working, file: FactsFile, lots: tuple[Lot, ...], total: Held, shipped: int, begin: int) -> None:
    places = tuple(file.place_of("inventories", one.id) for one in file.facts.inventories)
    breakdown, accounting = work.paragraph("supplement-10.10.b"), work.paragraph("supplement-10.10")
    work.step(
        f"Installed: {total.installed.chips:,} chips, {figure(total.installed.tpp)}. Transferred and not installed: "
        f"{total.transferred.chips:,} chips, {figure(total.transferred.tpp)}; paragraph 10.b counts them.",
        rows=(breakdown,),
        facts=places,
    )
    work.step(
        f"Attrition: {_attrition(total)}. It is reported, and is not in the total.", rows=(breakdown,), facts=places
    )
    work.step(
        f"Shipments since the inventory: {shipped}, together {total.since.chips:,} chips more, "
        f"{figure(total.since.tpp)}; each counts from its date.",
        rows=(accounting,),
        facts=(file.place("shipments"),) if file.facts.shipments else (),
    )
    first = work.limit("country.counting.first-year")
    work.step(
        f"Received before {begin}: {total.before.chips:,} chips, {figure(total.before.tpp)}; "
        "they do not count against a country's allocation.",
        rows=(first,),
        facts=places,
    )
    if total.undated.chips:
        work.caution(
            f"{total.undated.chips:,} chips ({figure(total.undated.tpp)}) have no day of receipt; "
            f"whether they came before {begin} is not known."
        )
    if not lots:
        work.caution("No inventory was given: only the shipments of the facts file are counted.")


def _scope(work: Working, file: FactsFile, board: _Board) -> None:
    """Paragraph 10.a under each reading: which installed chips the list has to hold."""
    inside, outside = Decimal(0), Decimal(0)
    chips_inside, chips_outside = 0, 0
    places = {file.sites[key.site].country for key in board.lots}
    listed = {place: in_5a(work, place) for place in places if not blocked(work, place)}
    for key, by in board.lots.items():
        count, country = by[Condition.INSTALLED], file.sites[key.site].country
        if key.chip not in board.measured.counted or not count or country not in listed:
            continue
        if listed[country]:
            inside, chips_inside = inside + board.measured.of(key, count), chips_inside + count
        else:
            outside, chips_outside = outside + board.measured.of(key, count), chips_outside + count
    work.ambiguous(
        "accounting-scope",
        {
            "supplement-5a-only": f"The list of installed chips holds {chips_inside:,} chips, {figure(inside)}.",
            "all-destinations": f"The list of installed chips holds {chips_inside + chips_outside:,} chips, "
            f"{figure(inside + outside)}.",
        },
    )


def _parents(work: Working, file: FactsFile, owners: Iterable[str]) -> dict[str, str]:
    """The ultimate parent of each owner; one that cannot be determined is noted, and the others are kept."""
    ownership = Ownership(file)
    found: dict[str, str] = {}
    for owner in sorted(owners):
        parent = ownership.parent(work, owner)
        if isinstance(parent, Unresolved):
            work.missing(parent.what, parent.why, place=parent.place, fix=parent.fix)
        else:
            found[owner] = parent.party
    return found


class _Board:
    """Counts of chips by key and condition, from which every sum is taken."""

    def __init__(self, file: FactsFile, measured: Measure, begin: int) -> None:
        self._file = file
        self._begin = begin
        self.measured = measured
        self.lots: dict[Key, Counter[Condition]] = {}
        self._before: Counter[Key] = Counter()
        self._undated: Counter[Key] = Counter()
        self._since: Counter[Key] = Counter()
        self.keys: dict[Key, None] = {}

    def add_lot(self, lot: Lot) -> None:
        key = key_of(self._file, lot)
        self.keys[key] = None
        self.lots.setdefault(key, Counter())[lot.condition] += lot.count
        if lot.condition in HELD and lot.received is None:
            self._undated[key] += lot.count
        elif lot.condition in HELD and lot.received is not None and lot.received.year < self._begin:
            self._before[key] += lot.count

    def add_since(self, key: Key, count: int) -> None:
        self.keys[key] = None
        self._since[key] += count

    def by(self, group: Callable[[Key], str | None], name: Callable[[str], str]) -> tuple[Held, ...]:
        """What each group holds, sorted by its id; keys without a group are in none."""
        members: dict[str, list[Key]] = {}
        for key in self.keys:
            which = group(key)
            if which is not None:
                members.setdefault(which, []).append(key)
        return tuple(self.held(which, name(which), keys) for which, keys in sorted(members.items()))

    def held(self, of: str, name: str, keys: list[Key]) -> Held:
        """What the keys hold together."""
        counted = [key for key in keys if key.chip in self.measured.counted]
        by = {condition: self._sum(counted, partial(self._in, condition)) for condition in Condition}
        installed, transferred = by[Condition.INSTALLED], by[Condition.TRANSFERRED]
        since = self._sum(counted, lambda key: self._since[key])
        others = [key for key in keys if key.chip not in self.measured.counted]
        return Held(
            of=of,
            name=name,
            total=Count(
                chips=installed.chips + transferred.chips + since.chips,
                tpp=installed.tpp + transferred.tpp + since.tpp,
            ),
            installed=installed,
            transferred=transferred,
            since=since,
            attrition=tuple(
                Lost(condition=one, count=by[one]) for one in Condition if one in ATTRITION and by[one].chips
            ),
            before=self._sum(counted, lambda key: self._before[key]),
            undated=self._sum(counted, lambda key: self._undated[key]),
            below=self._sum(others, lambda key: sum(self._in(c, key) for c in HELD) + self._since[key]),
        )

    def _in(self, condition: Condition, key: Key) -> int:
        return self.lots[key][condition] if key in self.lots else 0

    def _sum(self, keys: list[Key], count: Callable[[Key], int]) -> Count:
        chips, tpp = 0, Decimal(0)
        for key in keys:
            number = count(key)
            if number:
                chips += number
                tpp += self.measured.tpp[key.chip] * number
        return Count(chips=chips, tpp=tpp)

    def kinds(self) -> Iterator[Stocked]:
        """Every kind of chip, with how many are held."""
        for chip in sorted({key.chip for key in self.keys}):
            keys = [key for key in self.keys if key.chip == chip]
            count = sum(sum(self._in(c, key) for c in HELD) + self._since[key] for key in keys)
            yield Stocked(
                chip=chip,
                name=self._file.chips[chip].name,
                each=self.measured.tpp[chip],
                counted=chip in self.measured.counted,
                chips=count,
            )
