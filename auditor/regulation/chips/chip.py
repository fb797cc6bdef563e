"""What a chip's figures make of it under ECCN 3A090 and 4A090, and how many chips an amount of TPP is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from auditor.model.base import Frozen, Name
from auditor.model.exact import Exact, quotient, spoken
from auditor.model.facts import Chip
from auditor.model.law import Allocation, Definition, Limit
from auditor.model.law import Unit as LawUnit
from auditor.regulation.chips.entry import NOTE, Entry, Level, Limits, entry
from auditor.regulation.chips.performance import Performance, Range, performance
from auditor.regulation.working import Working, measured, question

Z_ITEMS = "3A001.z, 4A003.z, 4A004.z, 4A005.z, 5A002.z, 5A004.z, 5A992.z, 5D002.z, 5D992.z"
"""Entries whose .z paragraphs take what also meets these parameters (Related Controls of 3A090; not those of .c)."""
_ASSEMBLY = {Level.A: "4A090.a", Level.B: "4A090.b"}


class Classified(Frozen):
    """A chip's figures and its place in ECCN 3A090; what is not certain is absent, and `possible` says what remains."""

    chip: Name
    name: str
    tpp: Exact | None = None
    tpp_at_least: Exact
    tpp_at_most: Exact | None = None
    """Absent where nothing bounds it."""
    area_mm2: Exact | None = None
    """The applicable die area."""
    density: Exact | None = None
    """TPP per mm2, rounded to four places for display; comparisons are exact."""
    level: Level | None = None
    possible: tuple[Level, ...]
    """The levels that remain possible; more than one where the level is not determined."""
    paragraphs: tuple[str, ...] = ()
    """The paragraphs whose words it certainly meets, such as 3A090.a.1."""
    eccn: tuple[str, ...] = ()
    """Its entry: 3A090.a, 3A090.b, 3A090.c or none of them."""
    assembly: str | None = None
    """The entry of a computer, electronic assembly or component that contains it."""
    controlled_a: bool | None = None
    """Whether it meets or exceeds 3A090.a, which is what quantity limits count; absent if not determined."""
    china_case_by_case: bool | None = None
    """Whether it is within both figures for case-by-case review of exports to China and Macau, where determined."""
    memory: bool = False
    """It is memory without a processing unit, so that 3A090.c was asked."""


class Equivalents(Frozen):
    """How many chips of one kind an amount of TPP is."""

    amount: Exact
    """TPP."""
    chip: Name
    tpp: Exact
    """Of one chip."""
    count: int
    """Whole chips within the amount."""
    remainder: Exact
    """TPP left over."""


def tpp(work: Working, chip: Chip) -> Decimal:
    """The chip's total processing performance, with its steps; undetermined where its figures leave it open."""
    found = performance(chip)
    _steps(work, chip, found)
    return _exact(work, chip, found)


def tpp_table(work: Working, chips: Mapping[str, Chip], wanted: Iterable[str]) -> dict[str, Decimal]:
    """The TPP of each wanted chip by id, one step a chip; undetermined at the first whose figures leave it open."""
    table: dict[str, Decimal] = {}
    for name in sorted(set(wanted)):
        if name not in chips:
            work.undetermined(f"the TPP of {name}", "no chip has this id", fix="add the chip to the facts file")
        chip = chips[name]
        found = performance(chip)
        table[name] = _exact(work, chip, found)
        _begin(work, chip)
        work.step(f"{chip.name}: {spoken(table[name])} TPP each.", rows=(_tpp(work),), facts=found.facts)
    return table


def counts_a(work: Working, chip: Chip) -> bool:
    """Whether the chip meets or exceeds 3A090.a, the measure of every quantity limit; undetermined if that is open."""
    found = performance(chip)
    _refuse(work, chip, found)
    result = entry(work, chip, found)
    if Level.A in result.possible and len(result.possible) > 1:
        _report(work, chip, result)
        work.leave_if_missing()
    return result.possible == (Level.A,)


def classify(work: Working, chip: Chip) -> Classified:
    """The chip's figures and entry, with steps; notes what is missing where the possibilities that remain disagree."""
    if not chip.units and chip.dies and all(die.kind == "memory" for die in chip.dies):
        return _memory(work, chip)
    found = performance(chip)
    _steps(work, chip, found)
    _refuse(work, chip, found)
    result = entry(work, chip, found)
    density = _density(work, chip, result)
    _tests(work, result)
    if len(result.possible) > 1:
        _report(work, chip, result)
    level = result.possible[0] if len(result.possible) == 1 else None
    assembly = None if level is None else _ASSEMBLY.get(level)
    if assembly is not None:
        work.step(
            f"A computer, electronic assembly or component that contains it is {assembly}; an item of another entry "
            f"that meets the same parameters is in that entry's .z paragraph ({Z_ITEMS}).",
            rows=(work.definition(assembly.lower()),),
        )
    return Classified(
        chip=chip.id,
        name=chip.name,
        tpp=result.tpp.exact,
        tpp_at_least=result.tpp.low,
        tpp_at_most=result.tpp.high,
        area_mm2=result.area.exact,
        density=density,
        level=level,
        possible=result.possible,
        paragraphs=tuple(name for name, met in result.tests.items() if name != NOTE and met == {True}),
        eccn=() if level in (None, Level.NONE) else (str(level),),
        assembly=assembly,
        controlled_a=None if level is None else level is Level.A,
        china_case_by_case=_china(work, chip, result.tpp) if Level.A in result.possible else None,
    )


@question("chip")
def chip(work: Working, chip: Chip) -> tuple[str, Classified]:
    """A chip's TPP, performance density and entry, from its data sheet by the technical notes of 3A090."""
    work.subject = chip.name
    result = classify(work, chip)
    if result.memory:
        return f"{chip.name}: {result.eccn[0] if result.eccn else 'not 3A090.c'} on {work.as_of}.", result
    figure = Range(result.tpp_at_least, result.tpp_at_most).spoken("TPP")
    if result.density is not None:
        figure += f", {spoken(result.density)} TPP per mm2"
    if result.level is None:
        possible = "; ".join(result.possible)
        return f"Cannot be determined: {chip.name} has {figure}; still possible are {possible}.", result
    contains = f" What contains it is {result.assembly}." if result.assembly else ""
    return f"{chip.name}: {figure}; {result.level} on {work.as_of}.{contains}", result


def equivalents(work: Working, amount: Decimal, chip: Chip) -> Equivalents:
    """How many whole chips the amount of TPP is; a conversion for people, since the law counts TPP and not chips."""
    each = tpp(work, chip)
    count = int(amount // each)
    remainder = amount - count * each
    work.step(
        f"{spoken(amount)} TPP / {spoken(each)} TPP = {count:,} whole {chip.name}, {spoken(remainder)} TPP left. This "
        f"takes every chip to be a {chip.name}; the law counts TPP, and other chips give other numbers.",
        rows=(_tpp(work),),
        facts=_place(chip),
    )
    return Equivalents(amount=amount, chip=chip.id, tpp=each, count=count, remainder=remainder)


@question("equivalents")
def as_chips(work: Working, amount: Decimal | Limit | Allocation, chip: Chip) -> tuple[str, Equivalents]:
    """An amount of TPP, or a limit or allocation of the law, as a number of chips of one kind."""
    work.subject = chip.name
    if isinstance(amount, Decimal):
        total, what = amount, ""
    elif isinstance(amount, Limit):
        if amount.unit is not LawUnit.TPP:
            work.undetermined(
                f"{amount.id} in chips", f"it counts {amount.unit}, not TPP", fix="name a limit that counts TPP"
            )
        total, what = amount.value, f" ({amount.meaning})"
    else:
        total, what = amount.tpp, f" (allocation of one NVEU in one country, {amount.quarter})"
    if not isinstance(amount, Decimal):
        work.step(f"{spoken(total)} TPP{what}.", rows=(amount,))
    result = equivalents(work, total, chip)
    each = spoken(result.tpp)
    says = f"{spoken(total)} TPP{what} is {result.count:,} {chip.name} of {each} TPP each, taking every chip to be one."
    return says, result


def _tpp(work: Working) -> Definition:
    return work.definition("tpp")


def _begin(work: Working, chip: Chip) -> None:
    """Note the standing of 3A090, and what is doubtful about the chip's figures."""
    work.stands(_tpp(work).provision)
    if chip.confidence != "data sheet":
        known = "from memory, not read" if chip.confidence == "recalled" else "from a secondary source"
        work.caution(f"{chip.name}: at least one figure is {known}; compare with the maker's data sheet.")


def _steps(work: Working, chip: Chip, found: Performance) -> None:
    _begin(work, chip)
    for sentence in found.says:
        work.step(sentence, rows=(_tpp(work),), facts=found.facts)


def _exact(work: Working, chip: Chip, found: Performance) -> Decimal:
    _refuse(work, chip, found)
    exact = found.tpp.exact
    if exact is None:
        for gap in found.gaps:
            work.missing(f"the TPP of {chip.name}", gap.why, place=gap.place or None, fix=gap.fix)
        work.leave_if_missing()
        raise AssertionError("a TPP that is not exact has a gap")
    return exact


def _refuse(work: Working, chip: Chip, found: Performance) -> None:
    """Leave if the chip's figures contradict each other or the shipped table."""
    for gap in found.contradictions:
        work.missing(f"the TPP of {chip.name}", gap.why, place=gap.place or None, fix=gap.fix)
    if found.contradictions:
        work.leave_if_missing()


def _density(work: Working, chip: Chip, result: Entry) -> Decimal | None:
    area, total = result.area.exact, result.tpp.exact
    row = work.definition("performance-density")
    if area is None:
        work.step(f"The applicable die area is open: {result.area.spoken('mm2')}.", rows=(row,), facts=_place(chip))
        return None
    says = f"Applicable die area, logic dies with non-planar transistors: {spoken(area)} mm2."
    work.step(says, rows=(row,), facts=_place(chip))
    if total is None:
        return None
    density = quotient(total, area)
    says = f"Performance density: {spoken(total)} TPP / {spoken(area)} mm2 = {spoken(density)} TPP per mm2."
    work.step(says, rows=(row,))
    return density


def _tests(work: Working, result: Entry) -> None:
    """A step for each paragraph, with its rows."""
    rows = Limits.on(work)
    words = {frozenset({True}): "met", frozenset({False}): "not met"}
    said = {name: words.get(met, "open") for name, met in result.tests.items()}
    applies = {"met": "applies", "not met": "does not apply", "open": "may apply"}
    work.step(
        f"The note takes out of 3A090.a and .b what is neither designed nor marketed for data centers and below "
        f"{spoken(rows.note.value)} TPP: it {applies[said[NOTE]]}.",
        rows=(rows.note, work.definition("3a090.note")),
    )
    if said[NOTE] == "met":
        return
    work.step(f"3A090.a.1, from {spoken(rows.a1.value)} TPP: {said['3A090.a.1']}.", rows=(rows.a1,))
    work.step(
        f"3A090.a.2, from {spoken(rows.a2.value)} TPP and {measured(rows.a2_density.value, rows.a2_density.unit)}: "
        f"{said['3A090.a.2']}.",
        rows=(rows.a2, rows.a2_density),
    )
    below = measured(rows.b1_density_below.value, rows.b1_density_below.unit)
    work.step(
        f"3A090.b.1, from {spoken(rows.b1_from.value)} to below {spoken(rows.b1_below.value)} TPP and from "
        f"{spoken(rows.b1_density_from.value)} to below {below}: {said['3A090.b.1']}.",
        rows=(rows.b1_from, rows.b1_below, rows.b1_density_from, rows.b1_density_below),
    )
    below = measured(rows.b2_density_below.value, rows.b2_density_below.unit)
    work.step(
        f"3A090.b.2, from {spoken(rows.b2_from.value)} TPP and from {spoken(rows.b2_density_from.value)} to below "
        f"{below}: {said['3A090.b.2']}.",
        rows=(rows.b2_from, rows.b2_density_from, rows.b2_density_below),
    )


def _report(work: Working, chip: Chip, result: Entry) -> None:
    """Note every gap that keeps the level open, with the levels that remain."""
    possible = "; ".join(result.possible)
    for gap in result.gaps:
        why = f"{gap.why}; still possible are {possible}"
        work.missing(f"the entry of {chip.name}", why, place=gap.place or None, fix=gap.fix)


def _memory(work: Working, chip: Chip) -> Classified:
    """Memory by itself: its bandwidth over its area, against 3A090.c."""
    row = work.limit("3a090.c.bandwidth-density")
    _begin(work, chip)
    area = sum((die.mm2 * die.count for die in chip.dies), Decimal(0))
    bandwidth = chip.dram_gb_per_s
    if bandwidth is None:
        what, fix = f"the entry of {chip.name}", "add dram_gb_per_s"
        work.undetermined(what, "its bandwidth is not stated", place=chip.origin or None, fix=fix)
    met = bandwidth > row.value * area
    work.step(
        f"Memory bandwidth density: {spoken(bandwidth)} GB/s over {spoken(area)} mm2 is "
        f"{'above' if met else 'not above'} {measured(row.value, row.unit)}.",
        rows=(row,),
        facts=_place(chip),
    )
    return Classified(
        chip=chip.id,
        name=chip.name,
        memory=True,
        tpp_at_least=Decimal(0),
        level=Level.NONE,
        possible=(Level.NONE,),
        eccn=("3A090.c",) if met else (),
        controlled_a=False,
    )


def _china(work: Working, chip: Chip, total: Range) -> bool | None:
    """Whether the chip is within both figures for case-by-case review, on the day; a step, never a gap of the entry."""
    below, bandwidth = (work.law.limit(name, work.as_of) for name in ("china.tpp-below", "china.dram-below"))
    if below is None or bandwidth is None:
        return None
    dram = chip.dram_gb_per_s
    within = (_below(total, below.value), None if dram is None else dram < bandwidth.value)
    result = False if False in within else None if None in within else True
    said = {True: "within both", False: "not within both", None: "open"}[result]
    speed = "an unknown bandwidth" if dram is None else f"{spoken(dram)} GB/s"
    work.step(
        f"Case-by-case review of exports to China and Macau asks for below {spoken(below.value)} TPP and for total "
        f"DRAM bandwidth below {measured(bandwidth.value, bandwidth.unit)}. {total.spoken('TPP')} and "
        f"{speed}: {said}. These are its figures only; the certifications of Supp. No. 2 to part 748, paragraph (dd), "
        f"come on top.",
        rows=(below, bandwidth),
        facts=_place(chip),
    )
    return result


def _below(total: Range, limit: Decimal) -> bool | None:
    if total.low >= limit:
        return False
    return True if total.high is not None and total.high < limit else None


def _place(chip: Chip) -> tuple[str, ...]:
    return (chip.origin,) if chip.origin else ()
