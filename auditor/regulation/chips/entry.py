"""Which paragraphs of ECCN 3A090.a and .b a chip's figures meet, certainly or possibly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from auditor.model.facts import Chip
from auditor.model.law import Limit
from auditor.regulation.chips.performance import Gap, Performance, Range, die_area
from auditor.regulation.working import Working

NOTE = "the Note to 3A090.a and .b"


class Level(StrEnum):
    """What a chip's performance amounts to."""

    A = "3A090.a"
    B = "3A090.b"
    NONE = "neither 3A090.a nor 3A090.b"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the figures leave possible."""

    tpp: Range
    area: Range
    """The applicable die area in mm2."""
    possible: tuple[Level, ...]
    tests: Mapping[str, frozenset[bool]]
    """Of each paragraph, and of the note, whether it can be met and can be not met."""
    gaps: tuple[Gap, ...]
    """What leaves the figures open, whether or not it leaves the level open."""


def entry(work: Working, chip: Chip, found: Performance) -> Entry:
    """Every level the chip's figures leave possible."""
    limits = Limits.on(work)
    area, gaps = die_area(chip)
    markets = (True, False) if chip.data_center is None else (chip.data_center,)
    if chip.data_center is None:
        why = "it is not stated whether it is designed or marketed for data centers"
        gaps.append(Gap(why, chip.origin, "state data_center: true or false"))
    levels: set[Level] = set()
    tests: dict[str, set[bool]] = {}
    for total, density in _samples(found.tpp, area, limits):
        met = limits.met(total, density)
        for market in markets:
            outside = not market and total < limits.note.value
            levels.add(Level.NONE if outside else _level(met))
            tests.setdefault(NOTE, set()).add(outside)
            for name, result in met.items():
                tests.setdefault(name, set()).add(result and not outside)
    return Entry(
        tpp=found.tpp,
        area=area,
        possible=tuple(level for level in Level if level in levels),
        tests={name: frozenset(results) for name, results in tests.items()},
        gaps=(*found.gaps, *gaps),
    )


def _level(met: Mapping[str, bool]) -> Level:
    # The words of .b.2 have no upper TPP, so a chip can meet .a.1 and .b.2; .a is the stricter entry.
    if met["3A090.a.1"] or met["3A090.a.2"]:
        return Level.A
    return Level.B if met["3A090.b.1"] or met["3A090.b.2"] else Level.NONE


class _Density:
    """A performance density known as TPP over area, or as a figure; compared without dividing."""

    def __init__(self, value: Decimal, area: Decimal = Decimal(1)) -> None:
        self._value, self._area = value, area

    def at_least(self, limit: Decimal) -> bool:
        return self._value >= limit * self._area


@dataclass(frozen=True, slots=True)
class Limits:
    """The rows of 3A090.a and .b, and of the note to them, on one day."""

    a1: Limit
    a2: Limit
    a2_density: Limit
    b1_from: Limit
    b1_below: Limit
    b1_density_from: Limit
    b1_density_below: Limit
    b2_from: Limit
    b2_density_from: Limit
    b2_density_below: Limit
    note: Limit

    @classmethod
    def on(cls, work: Working) -> Limits:
        """Those of the working's day."""
        return cls(
            a1=work.limit("3a090.a.1.tpp"),
            a2=work.limit("3a090.a.2.tpp"),
            a2_density=work.limit("3a090.a.2.density"),
            b1_from=work.limit("3a090.b.1.tpp-min"),
            b1_below=work.limit("3a090.b.1.tpp-below"),
            b1_density_from=work.limit("3a090.b.1.density-min"),
            b1_density_below=work.limit("3a090.b.1.density-below"),
            b2_from=work.limit("3a090.b.2.tpp-min"),
            b2_density_from=work.limit("3a090.b.2.density-min"),
            b2_density_below=work.limit("3a090.b.2.density-below"),
            note=work.limit("3a090.note.tpp-below"),
        )

    def totals(self) -> set[Decimal]:
        """Every TPP at which something changes."""
        return {row.value for row in (self.a1, self.a2, self.b1_from, self.b1_below, self.b2_from, self.note)}

    def densities(self) -> set[Decimal]:
        """Every performance density at which something changes."""
        b1, b2 = (self.b1_density_from, self.b1_density_below), (self.b2_density_from, self.b2_density_below)
        return {row.value for row in (self.a2_density, *b1, *b2)}

    def met(self, total: Decimal, density: _Density) -> dict[str, bool]:
        """Whether the words of each paragraph are met, the note aside."""
        return {
            "3A090.a.1": total >= self.a1.value,
            "3A090.a.2": total >= self.a2.value and density.at_least(self.a2_density.value),
            "3A090.b.1": self.b1_from.value <= total < self.b1_below.value
            and density.at_least(self.b1_density_from.value)
            and not density.at_least(self.b1_density_below.value),
            "3A090.b.2": total >= self.b2_from.value
            and density.at_least(self.b2_density_from.value)
            and not density.at_least(self.b2_density_below.value),
        }


def _samples(total: Range, area: Range, limits: Limits) -> Iterator[tuple[Decimal, _Density]]:
    """One TPP and density from every region the limits cut the possible ones into.

    Every condition is "at or above a limit" or its opposite, so the regions begin at the lowest value and at limits.
    """
    edges = limits.totals() | {d * a for d in limits.densities() for a in (area.low, area.high) if a is not None}
    totals = {total.low, *(t for t in edges if t > total.low and (total.high is None or t <= total.high))}
    for value in sorted(totals):
        lowest = _Density(Decimal(0)) if area.high is None else _Density(value, area.high)
        yield value, lowest
        for density in sorted(limits.densities()):
            if not lowest.at_least(density) and value >= density * area.low:
                yield value, _Density(density)
