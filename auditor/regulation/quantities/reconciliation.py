"""The question *reconciliation*: how two inventories differ by serial, and what that is in TPP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import StrEnum

from auditor.model.base import Date, Frozen, Name
from auditor.model.facts import Condition
from auditor.regulation.destinations.places import treated_as
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.quantities.holdings import Count, Measure, figure, measure
from auditor.regulation.working import Working, question


class Kind(StrEnum):
    """How a serial differs between two inventories."""

    APPEARED = "appeared"
    VANISHED = "vanished without an attrition record"
    """Held in the earlier one, and not in the later one at all."""
    CLOSED = "no longer listed"
    """Attrition in the earlier one already, and not in the later one."""
    MOVED = "moved"
    CONDITION = "changed condition"
    RETURNED = "came back"
    """Attrition in the earlier one, held in the later one."""
    OWNER = "changed owner"
    CHIP = "changed kind of chip"
    """One serial on two kinds of chips: a contradiction."""


class Difference(Frozen):
    """Serials that differ in the same way; a serial can differ in several."""

    kind: Kind
    chip: Name
    """In the later inventory, or in the only one it is in."""
    count: int
    from_site: Name | None = None
    to_site: Name | None = None
    from_condition: Condition | None = None
    to_condition: Condition | None = None


class Differing(Frozen):
    """A serial that differs, and how; the first of each kind are listed."""

    kind: Kind
    serial: str
    was: str
    now: str


class Taken(Frozen):
    """One of the two inventories."""

    id: Name
    on: Date
    chips: int


class Changes(Frozen):
    """Two inventories compared by serial."""

    earlier: Taken
    later: Taken
    unchanged: int
    """Serials that are in both and differ in nothing."""
    differences: tuple[Difference, ...] = ()
    first: tuple[Differing, ...] = ()


class KindCount(Frozen):
    """Serials that differ in one way."""

    kind: Kind
    count: Count
    """Of all chips, those below 3A090.a included."""
    counted: Count
    """Of chips at or above 3A090.a."""


class Crossing(Frozen):
    """Chips that moved from one country to another."""

    from_country: Name
    to_country: Name
    count: Count


class Reconciliation(Frozen):
    """How two inventories differ, with the TPP of each way."""

    earlier: Taken
    later: Taken
    unchanged: int
    kinds: tuple[KindCount, ...]
    crossings: tuple[Crossing, ...]
    """Moves between countries, of which BIS is told beforehand (paragraph 5)."""
    differences: tuple[Difference, ...]
    first: tuple[Differing, ...]


@question("reconciliation")
def reconcile(work: Working, file: FactsFile, changes: Changes) -> tuple[str, Reconciliation]:
    """What became of the serials of the earlier inventory, and which are new in the later."""
    earlier, later = changes.earlier, changes.later
    work.subject = f"{earlier.id} and {later.id}"
    places = (file.place_of("inventories", earlier.id), file.place_of("inventories", later.id))
    measured = measure(work, file, {one.chip for one in changes.differences})
    kinds = tuple(_kinds(changes, measured))
    crossings = tuple(_crossings(file, changes, measured))
    breakdown = work.paragraph("supplement-10.10.b")
    work.step(
        f"{earlier.id} of {earlier.on} lists {earlier.chips:,} chips, {later.id} of {later.on} lists {later.chips:,}; "
        f"{changes.unchanged:,} serials are in both and differ in nothing.",
        rows=(work.paragraph("supplement-10.10"),),
        facts=places,
    )
    for one in kinds:
        work.step(f"{_ways(one)}.", rows=(breakdown,), facts=places)
    if crossings:
        told = "; ".join(f"{c.count.chips:,} chips from {c.from_country} to {c.to_country}" for c in crossings)
        notice, days = work.paragraph("supplement-10.5"), work.limit("uveu.transfer.days")
        work.step(
            f"Moved between countries: {told}. A UVEU tells BIS {days.value} days before.",
            rows=(notice, days),
            facts=places,
        )
    counts = {one.kind: one.count.chips for one in kinds}
    if counts.get(Kind.CHIP):
        work.missing(
            f"which kind of chip {counts[Kind.CHIP]:,} serials are", "the inventories name two kinds for one serial",
            place=places[1], fix=f"correct the inventories: {_serials(changes, Kind.CHIP)}",
        )  # fmt: skip
    result = Reconciliation(
        earlier=earlier,
        later=later,
        unchanged=changes.unchanged,
        kinds=kinds,
        crossings=crossings,
        differences=changes.differences,
        first=changes.first,
    )
    return _concluded(changes, kinds), result


def _concluded(changes: Changes, kinds: tuple[KindCount, ...]) -> str:
    said = f"From {changes.earlier.on} to {changes.later.on}: " + (
        "; ".join(_ways(one) for one in kinds) or "no serial differs"
    )
    vanished = any(one.kind is Kind.VANISHED for one in kinds)
    if not vanished:
        return f"{said}. Every chip of the earlier inventory is accounted for."
    return f"{said}. Not accounted for: {_serials(changes, Kind.VANISHED)}."


def _ways(one: KindCount) -> str:
    return f"{one.count.chips:,} {one.kind} ({figure(one.counted.tpp)} at or above 3A090.a)"


def _serials(changes: Changes, kind: Kind) -> str:
    found = [one.serial for one in changes.first if one.kind is kind]
    total = sum(one.count for one in changes.differences if one.kind is kind)
    more = f" and {total - len(found[:10]):,} more" if total > len(found[:10]) else ""
    return f"serial {', '.join(found[:10])}{more}"


def _kinds(changes: Changes, measured: Measure) -> Iterator[KindCount]:
    for kind in Kind:
        ways = [one for one in changes.differences if one.kind is kind]
        if ways:
            counted = [one for one in ways if one.chip in measured.counted]
            yield KindCount(kind=kind, count=_together(ways, measured), counted=_together(counted, measured))


def _together(ways: Iterable[Difference], measured: Measure) -> Count:
    chips, tpp = 0, Decimal(0)
    for one in ways:
        chips, tpp = chips + one.count, tpp + measured.tpp[one.chip] * one.count
    return Count(chips=chips, tpp=tpp)


def _crossings(file: FactsFile, changes: Changes, measured: Measure) -> Iterator[Crossing]:
    found: dict[tuple[str, str], list[Difference]] = {}
    for one in changes.differences:
        if one.kind is Kind.MOVED and one.from_site and one.to_site and one.chip in measured.counted:
            pair = (treated_as(file.sites[one.from_site].country), treated_as(file.sites[one.to_site].country))
            if pair[0] != pair[1]:
                found.setdefault(pair, []).append(one)
    for (left, reached), ways in sorted(found.items()):
        yield Crossing(from_country=left, to_country=reached, count=_together(ways, measured))
