"""The procedure `lone-occupancy`: when did a weights zone hold anybody, but fewer than two authorised people?

The badge reads are streamed twice through the kernels of `occupancy`; beyond KEPT_EVENTS nothing grows with their
number but one byte each. What a read, a stay and a missing read mean is what `controls/sql/reads.sql` and
`presence.sql` say.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy

from auditor.canon.instant import format_duration
from auditor.model.bundle import Period
from auditor.procedures import occupancy
from auditor.procedures.badge_reads import CHUNK, BadgeReads, count_events, number_badge_reads, population
from auditor.procedures.occupancy import FOUND_FIELDS, NO_REF, NONE, PERSON_FIELDS, STAY_FIELDS, ZONE_FIELDS, Numbers
from auditor.procedures.raw import RawException, RawResult, Tables
from auditor.procedures.two_speeds import compile_kernels

COMPILE_FROM = 1_000_000
"""Badge events from which loading machine code costs less than it saves."""

KEPT_EVENTS = 12_000_000
"""Badge events up to which the first pass keeps the reads for the second (24 bytes each) instead of asking again."""


class _Kernels(NamedTuple):
    """The sweep's functions at one speed, and the sequences that speed likes."""

    gather: Any
    number: Any
    mark: Any
    open_edges: Any
    sweep: Any
    close_edges: Any
    compiled: bool

    def numbers(self, values: Any) -> Numbers:
        array = numpy.asarray(values, dtype=numpy.int64)
        return array if self.compiled else array.tolist()

    def filled(self, length: int, value: int) -> Numbers:
        return numpy.full(length, value, dtype=numpy.int64) if self.compiled else [value] * length

    def flags(self, length: int) -> Numbers:
        return numpy.zeros(length, dtype=numpy.uint8) if self.compiled else bytearray(length)


_DEFINED = (
    occupancy.gather, occupancy.number, occupancy.mark, occupancy.open_edges, occupancy.sweep, occupancy.close_edges,
)  # fmt: skip
_HELPERS = (occupancy.look_up, occupancy.covered, occupancy.count, occupancy.settle)


@functools.cache
def kernels_at(compiled: bool) -> _Kernels:
    """The same kernels as Python (ready at once) or as machine code (ready after seconds, then 100 times faster)."""
    gather, number, mark, open_edges, sweep, close_edges = compile_kernels(_DEFINED, _HELPERS) if compiled else _DEFINED
    kernels = _Kernels(gather, number, mark, open_edges, sweep, close_edges, compiled)
    # The first call of all is the one that takes long: an empty table is given no pairs.
    gather(kernels.filled(3, 0), kernels.filled(0, 0))
    return kernels


def lone_occupancy(
    tables: Tables,
    numbers: Mapping[str, int],
    arguments: Mapping[str, str | int],  # noqa: ARG001 - it takes none
    period: Period,
    as_of: int,  # noqa: ARG001 - a stay ends with the export, whenever that is looked at
) -> RawResult:
    """Every maximal run longer than `handover_tolerance` of a weights zone with fewer than two authorised people.

    A run is a violation if the evidence leaves no other reading for longer than the tolerance on end, and
    possible otherwise. Reads pacs_events, portals, zones and pacs_access; the unit is a weights zone, and one is
    examined if leaving it is read at each of its doors.
    """
    compiled = count_events(tables) >= COMPILE_FROM
    with ThreadPoolExecutor(1) as beside:
        # Machine code takes as long to load as the people take to number, and the database leaves Python free.
        loaded = beside.submit(kernels_at, compiled)
        reads = number_badge_reads(tables)
        loaded.result()
    return sweep_reads(reads, numbers["handover_tolerance"], period, compiled=compiled)


def sweep_reads(reads: BadgeReads, tolerance: int, period: Period, *, compiled: bool) -> RawResult:
    """The procedure at the speed asked for; both speeds give equal results."""
    kernels = kernels_at(compiled)
    rule = kernels.numbers([tolerance, period.began, period.ended, 0])
    runs = _runs(reads, rule, kernels)
    expected, examined = population(reads.tables)
    people = _people(reads.tables, runs)
    return RawResult(
        expected,
        examined,
        [_exception(run, reads.zones, people, tolerance) for run in runs],
        [("longest time certainly with fewer than two authorised people", int(rule[3]), "microseconds")],
    )


_Chunk = tuple[int, Numbers, Numbers, Numbers]


class _Marked(NamedTuple):
    """What the first pass leaves to the second: the reads, the flags of each, and the other stays sorted by read."""

    chunks: Iterable[_Chunk]
    people: Numbers
    flags: Numbers
    other_rows: Numbers
    other_stays: Numbers


def _marked(
    reads: BadgeReads, names: _Names | None, grants: Numbers, starts: Numbers, kernels: _Kernels
) -> _Marked | None:
    """The first pass, or None if the reads do not come in order of time."""
    people = kernels.filled(reads.people * PERSON_FIELDS, -1)
    flags = kernels.flags(reads.events)
    before, after = kernels.numbers(reads.before), kernels.numbers(reads.after)
    clock = kernels.numbers([NONE, NO_REF])
    room = min(CHUNK, reads.events)
    rows, stays = kernels.filled(room, 0), kernels.filled(room, 0)
    others = [numpy.zeros((2, 0), dtype=numpy.int64)]
    kept: list[_Chunk] = []
    for chunk in _chunks(reads, names, kernels):
        base, ts, codes, refs = chunk
        written = kernels.mark(
            ts, codes, refs, base, clock, before, after, reads.weights, grants, starts, people, flags, rows, stays
        )
        if written < 0:
            return None
        if reads.events <= KEPT_EVENTS:
            kept.append(chunk)
        if written:
            others.append(numpy.array([rows[:written], stays[:written]], dtype=numpy.int64))
    merged = numpy.concatenate(others, axis=1)
    merged = merged[:, numpy.argsort(merged[0])]
    # One more row, which no read has, so that the sweep need not ask whether any is left.
    return _Marked(
        chunks=kept if reads.events <= KEPT_EVENTS else _chunks(reads, names, kernels),
        people=people,
        flags=flags,
        other_rows=kernels.numbers(numpy.append(merged[0], -1)),
        other_stays=kernels.numbers(numpy.append(merged[1], 0)),
    )


class _Names(NamedTuple):
    """Hash tables of the people and portals among the reads; see `occupancy.gather`."""

    people: Numbers
    portals: Numbers


def _names(reads: BadgeReads, kernels: _Kernels) -> _Names | None:
    """The tables, or None where two names have one hash: whoever chooses names could make them so."""
    tables = []
    for pairs in reads.hashes():
        slots = 1 << (2 * len(pairs)).bit_length()
        tables.append(kernels.filled(3 * slots, 0))
        if not kernels.gather(tables[-1], kernels.numbers(pairs.reshape(-1))):
            return None
    return _Names(*tables)


def _chunks(reads: BadgeReads, names: _Names | None, kernels: _Kernels) -> Iterator[_Chunk]:
    """(number of the first read, ts, codes, refs): with `names` in the table's order, without in order of time."""
    base = 0
    for chunk in reads.hashed() if names else reads.numbered():
        given = {name: kernels.numbers(column) for name, column in chunk.items()}
        if names:
            given["code"] = kernels.filled(len(given["ts"]), 0)
            kernels.number(*names, given["person"], given["portal"], given["way"], given["code"])
        yield base, given["ts"], given["code"], given["ref"]
        base += len(given["ts"])


def _runs(reads: BadgeReads, rule: Numbers, kernels: _Kernels) -> list[list[int]]:
    """Both passes: the runs found, FOUND_FIELDS integers each."""
    # Few reads are sorted sooner than their names are looked up by Python.
    names = _names(reads, kernels) if kernels.compiled else None
    runs = _swept(reads, names, rule, kernels)
    if runs is None and names:
        # The table does not lie in order of time.
        runs = _swept(reads, None, rule, kernels)
    if runs is None:
        raise AssertionError("two badge reads with one time and one reference")
    return runs


def _swept(reads: BadgeReads, names: _Names | None, rule: Numbers, kernels: _Kernels) -> list[list[int]] | None:
    """Both passes over the reads in one way, or None if they do not come in order of time."""
    rule[3] = 0
    grants, starts = kernels.numbers(reads.grants), kernels.numbers(reads.starts)
    marked = _marked(reads, names, grants, starts, kernels)
    if marked is None:
        return None
    stays = kernels.filled(reads.people * STAY_FIELDS, -1)
    zones = kernels.numbers(numpy.tile(_untouched_zone(reads.first_ts), reads.weights))
    kernels.open_edges(
        reads.first_ts, reads.last_ts, reads.weights, grants, starts, marked.people, marked.flags, stays, zones
    )
    found = kernels.filled(FOUND_FIELDS * max(4 * min(CHUNK, reads.events), 2 * reads.weights), 0)
    after, cursor, clock = kernels.numbers(reads.after), kernels.filled(1, 0), kernels.numbers([NONE, NO_REF])
    runs: list[list[int]] = []
    for base, ts, codes, refs in marked.chunks:
        ended = kernels.sweep(
            ts, codes, refs, base, cursor, clock, after, marked.flags, marked.other_rows, marked.other_stays,
            stays, zones, rule, found,
        )  # fmt: skip
        if ended < 0:
            return None
        runs.extend(_cut(found, ended))
    runs.extend(_cut(found, kernels.close_edges(reads.last_ts, reads.weights, zones, rule, found)))
    return runs


def _untouched_zone(first_ts: int) -> list[int]:
    fields = [0] * ZONE_FIELDS
    fields[occupancy.SINCE] = first_ts
    fields[occupancy.SINCE_REF] = NO_REF
    fields[occupancy.RUN] = fields[occupancy.SURE] = NONE
    return fields


def _cut(found: Numbers, runs: int) -> list[list[int]]:
    return [[int(n) for n in found[at : at + FOUND_FIELDS]] for at in range(0, runs * FOUND_FIELDS, FOUND_FIELDS)]


def _people(tables: Tables, runs: Sequence[Sequence[int]]) -> Mapping[int, str]:
    """Names of the people whom the runs name."""
    codes = sorted({run[occupancy.F_WHO] for run in runs if run[occupancy.F_BEST] > 0} - {-1})
    if not codes:
        return {}
    sql = "SELECT code, person FROM occupancy_people WHERE code BETWEEN $least AND $greatest"
    return dict(tables.rows(sql, {"least": codes[0], "greatest": codes[-1]})[1])


def _exception(run: Sequence[int], zones: Sequence[str], people: Mapping[int, str], tolerance: int) -> RawException:
    zone, began, ended, from_ref, to_ref, best, best_from, best_to, who = run
    certain = best > tolerance
    if certain:
        sentence = f"{zones[zone]} held somebody, but fewer than two authorised people, for {format_duration(best)}"
        sentence += f"; {people[who]} was the only one certainly there." if who >= 0 else "."
        if best < ended - began:
            sentence += f" With the time in which this is only possible: {format_duration(ended - began)}."
    else:
        sentence = (
            f"For {format_duration(ended - began)} the records allow that {zones[zone]} held somebody, "
            "but fewer than two authorised people."
        )
    refs = {from_ref, to_ref, *((best_from, best_to) if certain else ())} - {NO_REF}
    return RawException(
        "violation" if certain else "possible", zones[zone], began, ended, sentence, tuple(sorted(refs))
    )
