"""Badge reads as integers: people, doors and zones numbered by the database, reads streamed in order of time.

The tables made here (`occupancy_...`) only number what the evidence names; they are made once for a table store.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy

from auditor.procedures.raw import Tables

Array = numpy.ndarray[Any, Any]
Arrays = dict[str, Array]

CHUNK = 65_536
"""Reads handed over at a time."""

_MEASURED = "SELECT count(*), coalesce(min(ts), 0), coalesce(max(ts), 0) FROM pacs_events"

_POPULATION = """
SELECT count(*) AS expected,
  count(CASE WHEN ways > 0 AND unread = 0 THEN 1 END) AS examined
FROM (
  SELECT z.zone, count(p.portal) AS ways, count(CASE WHEN NOT p.exit_reader THEN 1 END) AS unread
  FROM zones AS z
  LEFT JOIN portals AS p ON (p.from_zone = z.zone OR p.to_zone = z.zone) AND p.kind <> 'emergency'
  WHERE z.weights
  GROUP BY z.zone
)"""

_PEOPLE = """
SELECT person, row_number() OVER (ORDER BY person) - 1 AS code
FROM (SELECT DISTINCT person FROM pacs_events WHERE event = 'granted' AND person IS NOT NULL)"""

_ZONES = """
SELECT zone, weights, row_number() OVER (ORDER BY weights DESC, zone) - 1 AS code
FROM (
  SELECT named.zone, coalesce(z.weights AND z.kind <> 'outside', false) AS weights
  FROM (SELECT zone FROM zones UNION SELECT from_zone FROM portals UNION SELECT to_zone FROM portals) AS named
  LEFT JOIN zones AS z ON z.zone = named.zone
)"""

# Move 2n goes inwards through portal n, move 2n + 1 outwards.
_MOVES = """
SELECT p.portal, f.code AS outer_zone, t.code AS inner_zone, 2 * (row_number() OVER (ORDER BY p.portal) - 1) AS code
FROM portals AS p
JOIN occupancy_zones AS f ON f.zone = p.from_zone
JOIN occupancy_zones AS t ON t.zone = p.to_zone"""

_GRANTS = """
SELECT people.code AS person, z.code AS zone, a.valid_from AS began, coalesce(a.valid_to, 4611686018427387904) AS ended
FROM pacs_access AS a
JOIN occupancy_people AS people ON people.person = a.person
JOIN occupancy_zones AS z ON z.zone = a.zone AND z.weights
ORDER BY 1, 2, 3, 4"""

_NUMBERED = """
SELECT e.ts, e.ref,
  people.code * 4294967296
    + (m.code + CASE WHEN e.direction = 'in' THEN 0 ELSE 1 END) * 2
    + CASE WHEN e.entered IN ('yes', 'assumed') THEN 1 ELSE 0 END AS code
FROM pacs_events AS e
JOIN occupancy_people AS people ON people.person = e.person
JOIN occupancy_moves AS m ON m.portal = e.portal
WHERE e.event = 'granted' AND e.direction IN ('in', 'out') AND e.entered <> 'no'
ORDER BY e.ts, e.ref"""

# One table and no join, since only then the database keeps the table's order; names come as hashes of 63 bits.
_HASHED = """
SELECT ts, ref, CAST(hash(person) >> 1 AS BIGINT) AS person, CAST(hash(portal) >> 1 AS BIGINT) AS portal,
  CASE WHEN direction = 'in' THEN 0 ELSE 2 END + CASE WHEN entered IN ('yes', 'assumed') THEN 1 ELSE 0 END AS way
FROM pacs_events
WHERE event = 'granted' AND person IS NOT NULL AND direction IN ('in', 'out') AND entered <> 'no'"""

_PEOPLE_HASHED = "SELECT CAST(hash(person) >> 1 AS BIGINT) AS hashed, code FROM occupancy_people ORDER BY code"

# Every name among the events, so that one that only hashes like a portal is noticed; -1 is no portal we know.
_PORTALS_HASHED = """
SELECT CAST(hash(e.portal) >> 1 AS BIGINT) AS hashed, coalesce(m.code, -1) AS code
FROM (SELECT DISTINCT portal FROM pacs_events WHERE event = 'granted') AS e
LEFT JOIN occupancy_moves AS m ON m.portal = e.portal
ORDER BY 1, 2"""


@dataclass(frozen=True, slots=True)
class BadgeReads:
    """What the reads are about, all int64.

    `before` and `after` give the zone on either side of each move; zones are numbered weights zones first, of
    which there are `weights`. `grants` has three integers for each authorisation in a weights zone (zone, from,
    to), sorted, and those of person n lie from `starts[n]` to `starts[n + 1]`.
    """

    tables: Tables
    events: int
    first_ts: int
    last_ts: int
    people: int
    zones: tuple[str, ...]
    before: Array
    after: Array
    grants: Array
    starts: Array

    @property
    def weights(self) -> int:
        """How many weights zones there are."""
        return len(self.zones)

    def numbered(self) -> Iterator[Arrays]:
        """The reads in order of time and reference: ts, code and ref; a code is person << 32 | move << 1 | known.

        The database joins and sorts for this.
        """
        return self.tables.chunks(_NUMBERED, rows=CHUNK)

    def hashed(self) -> Iterator[Arrays]:
        """The reads as they lie in the table: ts, ref, hashes of person and portal, and way (outwards << 1 | known).

        This costs half as much as `numbered`; the caller checks the order and looks the hashes up.
        """
        return self.tables.chunks(_HASHED, rows=CHUNK)

    def hashes(self) -> tuple[Array, Array]:
        """(hash, number) of every person, and (hash, move inwards, or -1) of every portal the reads name, as pairs."""
        return _gathered(self.tables, _PEOPLE_HASHED), _gathered(self.tables, _PORTALS_HASHED)


def count_events(tables: Tables) -> int:
    """How many badge events there are, of whatever kind."""
    (events,), *_ = tables.rows("SELECT count(*) FROM pacs_events")[1]
    return int(events)


def number_badge_reads(tables: Tables) -> BadgeReads:
    """Number people, zones and doors, and gather the authorisations by person."""
    for name, select in (("people", _PEOPLE), ("zones", _ZONES), ("moves", _MOVES)):
        if not tables.has(f"occupancy_{name}"):
            tables.create(f"occupancy_{name}", select)
    (events, first_ts, last_ts), *_ = tables.rows(_MEASURED)[1]
    (people,), *_ = tables.rows("SELECT count(*) FROM occupancy_people")[1]
    zones = tables.rows("SELECT zone FROM occupancy_zones WHERE weights ORDER BY code")[1]
    moves = _gathered(tables, "SELECT outer_zone, inner_zone FROM occupancy_moves ORDER BY code")
    grants = _gathered(tables, _GRANTS)
    starts = numpy.searchsorted(grants[:, 0], numpy.arange(people + 1)) if len(grants) else numpy.zeros(people + 1)
    return BadgeReads(
        tables=tables,
        events=events,
        first_ts=first_ts,
        last_ts=last_ts,
        people=people,
        zones=tuple(zone for (zone,) in zones),
        before=moves.reshape(-1).copy(),
        after=moves[:, ::-1].reshape(-1).copy(),
        grants=grants[:, 1:].reshape(-1).copy(),
        starts=starts.astype(numpy.int64),
    )


def population(tables: Tables) -> tuple[int, int]:
    """How many weights zones there are, and how many of them are read on leaving at every ordinary door."""
    (expected, examined), *_ = tables.rows(_POPULATION)[1]
    return int(expected), int(examined)


def _gathered(tables: Tables, sql: str) -> Array:
    """The whole result of integers as an array of (rows, columns)."""
    chunks = [numpy.column_stack(list(chunk.values())) for chunk in tables.chunks(sql)]
    width = sql.split("FROM", 1)[0].count(",") + 1
    return numpy.concatenate(chunks).astype(numpy.int64) if chunks else numpy.zeros((0, width), dtype=numpy.int64)
