"""A long, thin stream of badge events for benchmarks: legal walks, teams in weights zones, planted lone intervals.

Made in batches with NumPy, so memory does not grow with the number of rows. In every slot of half an hour another
part of the people comes in: most go to one or two rooms for up to several hours; some go in pairs to a weights zone
for less than the slot, each pair to a zone of its own, so the planted lone intervals are exactly those there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from samples.simulator.chance import numbers
from samples.simulator.clock import MINUTE, SECOND, instant

Columns = dict[str, npt.NDArray[np.generic]]
"""ts (int64 microseconds, sorted), person, portal (int32), direction (uint8: 0 in, 1 out), entered (uint8: 0, 1)."""
DTYPES = {"ts": np.int64, "person": np.int32, "portal": np.int32, "direction": np.uint8, "entered": np.uint8}

Doors = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], int]
"""Passages of one kind: times, people, zones whose door it is, direction."""

BEGINS = instant("2026-01-01T00:00:00Z")
SLOT = 30 * MINUTE
_SHIFTS = 20
_ROOMS_OF_HALL = 40
_BATCH_ROWS = 1_000_000
_LONE_IN = 400
"""One pair in so many leaves one of the two alone for minutes."""


@dataclass(frozen=True)
class FloorPlan:
    """Zones by number; zone 0 is outside, and portal n leads from `outer[n]` to zone n + 1."""

    layer: npt.NDArray[np.int32]
    weights: npt.NDArray[np.bool_]
    outer: npt.NDArray[np.int32]

    @property
    def halls(self) -> npt.NDArray[np.int32]:
        """The zones one enters from outside."""
        return np.flatnonzero(self.layer == 1).astype(np.int32)


def floor_plan(zones: int) -> FloorPlan:
    """Halls around the outside, rooms around each hall; the first two rooms of every hall are weights zones."""
    if zones < 2 * _ROOMS_OF_HALL:
        raise ValueError(f"a floor plan has at least {2 * _ROOMS_OF_HALL} zones")
    number = np.arange(zones, dtype=np.int32)
    place = (number - 1) % _ROOMS_OF_HALL
    hall = number - place
    layer = np.where(place == 0, 1, 2).astype(np.int32)
    layer[0] = 0
    weights = ((place == 1) | (place == 2)) & (number > 0)
    outer = np.where(place == 0, 0, hall).astype(np.int32)
    return FloorPlan(layer, weights, outer[1:])


def badge_events(rows: int, seed: int = 1, people: int = 20_000, zones: int = 4_000) -> Iterator[Columns]:
    """So many badge events in order of time, in batches of about a million.

    >>> sum(len(batch["ts"]) for batch in badge_events(5_000, people=400, zones=200))
    5000
    """
    left = rows
    for batch, _ in _batches(seed, people, zones):
        if len(batch["ts"]) >= left:
            yield {name: column[:left] for name, column in batch.items()}
            return
        left -= len(batch["ts"])
        yield batch


def lone_intervals(rows: int, seed: int = 1, people: int = 20_000, zones: int = 4_000) -> npt.NDArray[np.int64]:
    """What is planted in that stream: rows of (zone, person, began, ended), by time of beginning."""
    left, last, found = rows, BEGINS, []
    for batch, lone in _batches(seed, people, zones):
        found.append(lone)
        if len(batch["ts"]) >= left:
            last = int(batch["ts"][left - 1])
            break
        left -= len(batch["ts"])
    every = np.concatenate(found)
    every = every[every[:, 3] <= last]
    return every[np.lexsort((every[:, 0], every[:, 2]))]


def _batches(seed: int, people: int, zones: int) -> Iterator[tuple[Columns, npt.NDArray[np.int64]]]:
    plan = floor_plan(zones)
    shifts = max(min(_SHIFTS, people // 16), 1)
    present = people // shifts
    if present < 2 or shifts < 2:
        raise ValueError("at least 32 people are needed")
    # Time within a batch and position in it share 63 bits, so a batch is no longer than a thousand slots.
    slots = min(max(_BATCH_ROWS // (6 * present), 24), 1000)
    kept: Columns = {name: np.empty(0, dtype) for name, dtype in DTYPES.items()}
    number = 0
    while True:
        rng = numbers(seed, f"badge batch {number}")
        first = number * slots
        pairs, lone = _pairs(plan, rng, first, slots, present, shifts)
        walks = _walks(plan, rng, first, slots, present, shifts)
        ends = BEGINS + (first + slots) * SLOT
        whole = _in_order([kept, pairs, walks], BEGINS + first * SLOT)
        cut = int(np.searchsorted(whole["ts"], ends))
        kept = {name: column[cut:].copy() for name, column in whole.items()}
        yield {name: column[:cut] for name, column in whole.items()}, lone
        number += 1


def _in_order(parts: list[Columns], begins: int) -> Columns:
    """All parts by time. Time and position share one integer, since sorting plain integers is fastest."""
    joined = {name: np.concatenate([part[name] for part in parts]) for name in DTYPES}
    count = len(joined["ts"])
    bits = max(count.bit_length(), 1)
    key = ((joined["ts"] - begins) << bits) | np.arange(count)
    key.sort()
    order = key & ((1 << bits) - 1)
    ordered: Columns = {name: joined[name][order] for name in DTYPES if name != "ts"}
    ordered["ts"] = (key >> bits) + begins
    return ordered


def _people(first: int, slots: int, wanted: npt.NDArray[np.int64], shifts: int) -> npt.NDArray[np.int64]:
    """People of a slot's shift: a (slots, wanted) table of numbers, nobody twice within `shifts` slots."""
    shift = (np.arange(first, first + slots) % shifts)[:, None]
    return shift + wanted[None, :] * shifts


def _teams(plan: FloorPlan, present: int) -> int:
    return max(min(int(plan.weights.sum()), present // 8), 1)


def _pairs(
    plan: FloorPlan, rng: np.random.Generator, first: int, slots: int, present: int, shifts: int
) -> tuple[Columns, npt.NDArray[np.int64]]:
    """Pairs in weights zones; now and then one of the two leaves early."""
    teams = _teams(plan, present)
    rooms = np.flatnonzero(plan.weights)
    shape = (slots, teams)
    turn = (np.arange(first, first + slots) * 7)[:, None]
    room = rooms[(np.arange(teams)[None, :] + turn) % len(rooms)]
    hall = plan.outer[room - 1].astype(np.int64)
    slot = BEGINS + np.arange(first, first + slots)[:, None] * SLOT
    entry = slot + rng.integers(2 * MINUTE, 6 * MINUTE, shape)
    leave = entry + rng.integers(17 * MINUTE, 20 * MINUTE, shape)
    early = np.where(rng.integers(0, _LONE_IN, shape) == 0, rng.integers(2 * MINUTE, 15 * MINUTE, shape), 0)
    behind = rng.integers(4 * SECOND, 15 * SECOND, shape)
    walk_in, walk_out = (rng.integers(30 * SECOND, 90 * SECOND, shape) for _ in range(2))
    members = _people(first, slots, np.arange(2 * teams), shifts)
    lead, second = members[:, 0::2], members[:, 1::2]
    leave_second = leave + behind - early - np.where(early > 0, behind, 0)
    parts: list[Doors] = []
    for who, come, go in ((lead, entry, leave), (second, entry + behind, leave_second)):
        parts += [
            (come - walk_in, who, hall, 0),
            (come, who, room, 0),
            (go, who, room, 1),
            (go + walk_out, who, hall, 1),
        ]
    chosen = early > 0
    lone = np.stack([np.broadcast_to(column, shape)[chosen] for column in (room, lead, leave_second, leave)], axis=1)
    return _columns(parts), lone.astype(np.int64)


def _walks(plan: FloorPlan, rng: np.random.Generator, first: int, slots: int, present: int, shifts: int) -> Columns:
    """Single people in one room and then another of the same hall; some open a door they do not go through."""
    alone = np.arange(2 * _teams(plan, present), present)
    shape = (slots, len(alone))
    who = _people(first, slots, alone, shifts)
    halls = plan.halls[:-1].astype(np.int64)
    hall = halls[rng.integers(0, len(halls), shape)]
    one, two = (hall + rng.integers(3, _ROOMS_OF_HALL, shape) for _ in range(2))
    longest = max((shifts - 2) * SLOT // 3, 20 * MINUTE)
    at = BEGINS + np.arange(first, first + slots)[:, None] * SLOT + rng.integers(0, SLOT // 2, shape)
    parts: list[Doors] = [(at, who, hall, 0)]
    for room in (one, two):
        at = at + rng.integers(30 * SECOND, 150 * SECOND, shape)
        parts.append((at, who, room, 0))
        at = at + rng.integers(5 * MINUTE, longest, shape)
        parts.append((at, who, room, 1))
    parts.append((at + rng.integers(30 * SECOND, 150 * SECOND, shape), who, hall, 1))
    columns = _columns(parts)
    unused = rng.integers(0, 500, shape) == 0
    tried = _columns([(parts[1][0][unused] - 9 * SECOND, who[unused], two[unused], 0)])
    tried["entered"][:] = 0
    return {name: np.concatenate([columns[name], tried[name]]) for name in DTYPES}


def _columns(parts: list[Doors]) -> Columns:
    """The passages as columns."""
    ts = np.concatenate([np.ravel(part[0]) for part in parts])
    directions = np.concatenate([np.full(np.size(part[0]), part[3], dtype=np.uint8) for part in parts])
    return {
        "ts": ts.astype(np.int64),
        "person": np.concatenate([np.ravel(part[1]) for part in parts]).astype(np.int32),
        "portal": (np.concatenate([np.ravel(part[2]) for part in parts]) - 1).astype(np.int32),
        "direction": directions,
        "entered": np.ones(len(ts), dtype=np.uint8),
    }


def write_badges(rows: int, seed: int, people: int, zones: int, out: Path) -> None:
    """Write the stream as one .npy file for each column, with floor-plan.csv and lone-intervals.csv beside them."""
    out.mkdir(parents=True, exist_ok=True)
    files = {
        name: np.lib.format.open_memmap(out / f"{name}.npy", mode="w+", dtype=np.dtype(dtype), shape=(rows,))
        for name, dtype in DTYPES.items()
    }
    at = 0
    for batch in badge_events(rows, seed, people, zones):
        count = len(batch["ts"])
        for name, column in batch.items():
            files[name][at : at + count] = column
        at += count
    for file in files.values():
        file.flush()
    plan = floor_plan(zones)
    lines = ["portal,from_zone,to_zone,layer,weights"]
    lines += [
        f"{n},{outer},{n + 1},{plan.layer[n + 1]},{int(plan.weights[n + 1])}" for n, outer in enumerate(plan.outer)
    ]
    (out / "floor-plan.csv").write_text("\n".join(lines) + "\n")
    lone = lone_intervals(rows, seed, people, zones)
    lines = ["zone,person,began,ended", *(",".join(map(str, row)) for row in lone.tolist())]
    (out / "lone-intervals.csv").write_text("\n".join(lines) + "\n")
