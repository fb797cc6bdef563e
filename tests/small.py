"""A catalog small enough to read: two streams, a gate, and a control that depends on it."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.catalog.catalog import Catalog
from auditor.catalog.read import read_catalog

STREAM = """\
id: doors
title: Door events
meaning: What the doors recorded.
key: [door, ts]
order: [ts]
time: ts
complete: {by: declaration}
columns:
  ts: {type: instant, meaning: when}
  door: {type: text, meaning: which door}
  person: {type: text, optional: true, meaning: who}
"""

OTHER_STREAM = """\
id: clocks
title: Clock readings
meaning: Offsets of clocks.
order: [host]
complete: {by: snapshot, max_age: P7D}
columns:
  host: {type: text, meaning: which host}
  offset: {type: integer, meaning: microseconds}
"""

GATE = """\
id: G-01
title: Clocks agree
domain: physical
role: evidence-trust
statement: Clocks agree.
severity: high
from: L1
parameters:
  most: {kind: duration, value: PT1S, meaning: greatest offset, source: house, confidence: high}
maps: {nist_800_53r5: [AU-8]}
objectives:
  - id: a
    determine: every clock is within the limit
    test: {query: clocks.sql, streams: [clocks], unit: clocks}
    examine: [{object: the time policy, kind: specification}]
limits: [a clock nobody reads is not judged]
"""

GATE_SQL = """\
-- name: population
SELECT count(*) AS expected, count(*) AS examined FROM clocks
-- name: exceptions
SELECT 'violation' AS certainty, host AS subject, NULL::BIGINT AS began, NULL::BIGINT AS ended,
       'the clock is off' AS sentence, ref
FROM clocks WHERE abs("offset") > $most
"""

CONTROL = """\
id: D-01
title: Doors have people
domain: physical
role: control
statement: Nobody unknown opens a door.
severity: critical
from: L2
maps: {nist_800_53r5: [PE-3]}
depends_on: [G-01]
objectives:
  - id: a
    determine: every door event names a person
    test: {query: doors.sql, streams: [doors], unit: door events}
    interview: [{who: the guard, about: doors}]
limits: [tailgating is invisible]
"""

CONTROL_SQL = """\
-- name: population
SELECT count(*) AS expected, count(*) AS examined FROM doors WHERE ts >= $period_from AND ts < $period_to
-- name: exceptions
SELECT CASE WHEN door = 'maybe' THEN 'possible' ELSE 'violation' END AS certainty, door AS subject, ts AS began,
       NULL::BIGINT AS ended, 'opened by nobody' AS sentence, ref
FROM doors WHERE person IS NULL AND ts >= $period_from AND ts < $period_to
-- name: measures
SELECT 'events' AS name, count(*) AS value, 'records' AS unit FROM doors
"""

PROFILE = """\
id: small
title: Small profile
meaning: For tests.
status: Invented.
methods: [test]
claims:
  - {level: L1, title: First, controls: [G-01]}
  - {level: L2, title: Second, controls: [D-01]}
settings:
  - {control: G-01, parameter: most, value: PT2S, source: the profile}
"""


def case(kind: str, stream: str, block: str, outcome: str, exceptions: str = "[]") -> str:
    body = "\n".join(f"    {line}" for line in block.splitlines())
    return (
        f"shows: a {kind} case\nkind: {kind}\nstreams:\n  {stream}: |\n{body}\n"
        f"expect: {{outcome: {outcome}, exceptions: {exceptions}}}\n"
    )


_VIOLATION = "[{certainty: violation, subject: %s, rows: {%s: [1]}}]"

FILES: dict[str, str] = {
    "streams/doors.yaml": STREAM,
    "streams/clocks.yaml": OTHER_STREAM,
    "physical/G-01-clocks/control.yaml": GATE,
    "physical/G-01-clocks/clocks.sql": GATE_SQL,
    "physical/G-01-clocks/cases/good.yaml": case("good", "clocks", "host, offset\nx, 5", "met"),
    "physical/G-01-clocks/cases/bad.yaml": case(
        "bad", "clocks", "host, offset\nx, -1000001", "not-met", _VIOLATION % ("x", "clocks")
    ),
    "physical/G-01-clocks/cases/near.yaml": case("near-miss", "clocks", "host, offset\nx, 1000000", "met"),
    "physical/D-01-doors/control.yaml": CONTROL,
    "physical/D-01-doors/doors.sql": CONTROL_SQL,
    "physical/D-01-doors/cases/good.yaml": case("good", "doors", "ts, door, person\n2026-10-01T00:00:00Z, d, p", "met"),
    "physical/D-01-doors/cases/bad.yaml": case(
        "bad", "doors", "ts, door\n2026-10-01T00:00:00Z, d", "not-met", _VIOLATION % ("d", "doors")
    ),
    "physical/D-01-doors/cases/near.yaml": case(
        "near-miss", "doors", "ts, door, person\n2026-10-07T23:59:59Z, d, p\n2026-10-08T00:00:00Z, e,", "met"
    ),
    "profiles/small.yaml": PROFILE,
}


def files(changes: Mapping[str, str | None] | None = None) -> dict[str, bytes]:
    """The small catalog's files with some replaced, added or (None) removed."""
    chosen = {**FILES, **(changes or {})}
    return {path: text.encode() for path, text in chosen.items() if text is not None}


def catalog(changes: Mapping[str, str | None] | None = None) -> Catalog:
    return read_catalog(files(changes))
