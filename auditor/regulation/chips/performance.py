"""A chip's total processing performance and applicable die area from its figures, as far as they determine them.

By the technical notes of ECCN 3A090: TPP is the tera operations a second times the bit length of the operation's
largest input, the highest over bit lengths, dense where both are stated, summed over processing units. The applicable
die area is that of logic dies made with non-planar transistors. Figures are the data sheet's, at the maker's highest
claim. What the figures leave open is a range, with the gaps that leave it open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from auditor.model.exact import spoken
from auditor.model.facts import Chip, Die, Unit


class Gap(NamedTuple):
    """Why a figure is not determined."""

    why: str
    place: str
    fix: str


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`, both included; no `high` where nothing bounds it."""

    low: Decimal
    high: Decimal | None

    @property
    def exact(self) -> Decimal | None:
        """The one value it can be; None if there are more."""
        return self.low if self.low == self.high else None

    def spoken(self, unit: str) -> str:
        """For people: "4,992 TPP", "between 0 and 9,984 TPP", "at least 0 TPP"."""
        if self.high is None:
            return f"at least {spoken(self.low)} {unit}"
        if self.low == self.high:
            return f"{spoken(self.low)} {unit}"
        return f"between {spoken(self.low)} and {spoken(self.high)} {unit}"


@dataclass(frozen=True, slots=True)
class Performance:
    """A chip's TPP, how it comes about in sentences, and what keeps it from being exact."""

    tpp: Range
    says: tuple[str, ...]
    facts: tuple[str, ...]
    """Places of the rates."""
    gaps: tuple[Gap, ...]
    contradictions: tuple[Gap, ...]
    """Figures that cannot both be right; with any of them nothing is determined."""


def performance(chip: Chip) -> Performance:
    """The chip's TPP, summed over its processing units, each at its highest bit length."""
    low, high = Decimal(0), Decimal(0)
    says: list[str] = []
    facts: list[str] = []
    gaps: list[Gap] = []
    if not chip.units:
        gaps.append(
            Gap("it has no figures of performance", chip.origin, "add its processing units and their peak rates")
        )
    for number, unit in enumerate(chip.units, 1):
        found, sentence, missing = _unit(unit, f"unit {number}" if len(chip.units) > 1 else "its processing unit")
        says.append(sentence)
        gaps += missing
        facts += (rate.origin for rate in unit.rates if rate.origin)
        low += found.low * unit.count
        high += found.high * unit.count
    tpp = Range(low, high if chip.units else None)
    if len(chip.units) > 1 or any(unit.count > 1 for unit in chip.units):
        says.append(f"Over all processing units: {tpp.spoken('TPP')}.")
    return Performance(tpp, tuple(says), tuple(dict.fromkeys(facts)), tuple(gaps), tuple(_contradictions(chip)))


class _Bounded(NamedTuple):
    low: Decimal
    high: Decimal


def _unit(unit: Unit, label: str) -> tuple[_Bounded, str, list[Gap]]:
    """What one processing unit reaches, a sentence on it, and why it is not exact where it is not."""
    dense = [rate for rate in unit.rates if not rate.sparse]
    known = {rate.bits for rate in dense}
    # A sparse figure counts skipped zeros, so the dense one it hides is between nothing and it.
    hidden = [rate for rate in unit.rates if rate.sparse and rate.bits not in known]
    low = max((rate.tops * rate.bits for rate in dense), default=Decimal(0))
    high = max([low, *(rate.tops * rate.bits for rate in hidden)])
    gaps = [_sparse_only(label, rate) for rate in hidden if rate.tops * rate.bits > low]
    products = ", ".join(
        f"{spoken(rate.tops)} x {rate.bits} bits = {spoken(rate.tops * rate.bits)}"
        for rate in sorted(dense, key=lambda rate: (-rate.bits, -rate.tops))
    )
    found = _Bounded(low, high)
    times = f"; {unit.count:,} such units" if unit.count > 1 else ""
    said = f"dense tera operations a second times input bit length: {products}" if products else "no dense figure"
    return (
        found,
        f"{label[0].upper()}{label[1:]}: {said}; the highest counts, {Range(*found).spoken('TPP')}{times}.",
        gaps,
    )


def _sparse_only(label: str, rate: Unit.Rate) -> Gap:
    why = (
        f"{label} has only a sparse figure at {rate.bits} bits ({spoken(rate.tops)}), so its TPP there is at most "
        f"{spoken(rate.tops * rate.bits)}"
    )
    return Gap(why, rate.origin, "add the dense figure, which Technical Note 3 of 3A090 asks for")


def _contradictions(chip: Chip) -> Iterator[Gap]:
    """Figures given as dense that cannot be."""
    for unit in chip.units:
        for rate in unit.rates:
            if rate.contradicts:
                why = (
                    f"{spoken(rate.tops)} at {rate.bits} bits is given as dense, but is the sparse figure of the same "
                    f"chip: {rate.contradicts}"
                )
                yield Gap(why, rate.origin, "write sparse: true, and add the dense figure")
        for bits in sorted({rate.bits for rate in unit.rates}):
            yield from _not_below(bits, [rate for rate in unit.rates if rate.bits == bits])


def _not_below(bits: int, rates: list[Unit.Rate]) -> Iterator[Gap]:
    """The dense figure at a bit length that is not below the sparse one, of all operations or of one; at most one."""
    for operation in (None, *sorted({rate.operation for rate in rates})):
        alike = [rate for rate in rates if operation in (None, rate.operation)]
        dense = max((rate for rate in alike if not rate.sparse), key=lambda rate: rate.tops, default=None)
        sparse = max((rate for rate in alike if rate.sparse), key=lambda rate: rate.tops, default=None)
        if dense and sparse and dense.tops >= sparse.tops:
            why = (
                f"at {bits} bits the dense figure {spoken(dense.tops)} is not below the sparse figure "
                f"{spoken(sparse.tops)}"
            )
            yield Gap(why, dense.origin, "check which of the two the data sheet gives with sparsity")
            return


def die_area(chip: Chip) -> tuple[Range, list[Gap]]:
    """The applicable die area in mm2: logic dies with non-planar transistors; and what leaves it open."""
    sure, perhaps = Decimal(0), Decimal(0)
    gaps: list[Gap] = []
    if not chip.dies:
        gaps.append(Gap("its die area is not stated", chip.origin, "add its dies with their areas in mm2"))
    for die in chip.dies:
        if die.kind == "memory" or die.non_planar is False:
            continue
        if die.kind == "logic" and die.non_planar:
            sure += die.mm2 * die.count
        else:
            perhaps += die.mm2 * die.count
            gaps.append(Gap(_unsure(die), chip.origin, "state the kind of the die, and whether non_planar"))
    if chip.dies and not sure + perhaps:
        why = "it has no logic die with non-planar transistors, so that its TPP would be divided by no area"
        gaps.append(Gap(why, chip.origin, "check the process node of its dies"))
    # Where no area is sure there may be none at all, and then no density either: nothing bounds it.
    return Range(sure, sure + perhaps if sure else None), gaps


def _unsure(die: Die) -> str:
    if die.kind == "io":
        return f"whether its input-output die of {spoken(die.mm2)} mm2 is a logic die in the sense of the note is open"
    return f"whether its die of {spoken(die.mm2)} mm2 has non-planar transistors is not known"
