"""Badge events at scale: the simulator's long, thin stream as canonical tables in a DuckDB file, with its registers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SECOND = 1_000_000
BEGAN = 1_767_225_600 * SECOND
"""2026-01-01T00:00:00Z, when the stream begins."""
YEARS = 4 * 365 * 86_400 * SECOND
"""Longer than any number of rows measured here; the period judged."""
SEED, PEOPLE, ZONES, CONTROLLERS = 1, 20_000, 4_000, 64
STREAMS = ("pacs_events", "portals", "zones", "pacs_access", "pacs_credentials", "hr_roster")

# Whole seconds, as access control systems write them.
_EVENTS = f"""
INSERT INTO pacs_events
SELECT ts // {SECOND} * {SECOND}, ts // {SECOND} * {SECOND} + {SECOND}, 'acu-' || (portal % {CONTROLLERS}), sequence,
  'door-' || portal, CASE direction WHEN 0 THEN 'in' ELSE 'out' END, 'B' || (500000 + person), 'E' || (100000 + person),
  'granted', CASE entered WHEN 1 THEN 'yes' ELSE 'no' END, ref
FROM block"""


# Those who come in pairs are the first quarter of the people, and each may enter every weights zone.
_GRANTS = f"""
INSERT INTO pacs_access
SELECT 'E' || (100000 + person), zone, {BEGAN - YEARS}, NULL,
  (2::BIGINT << 36) + row_number() OVER (ORDER BY person, zone)
FROM range({PEOPLE // 4}) AS people(person), zones
WHERE weights
ORDER BY person, zone"""


def make_store(path: Path, rows: int) -> None:
    """Fill a DuckDB file with the streams of STREAMS, so many badge events in them."""
    import numpy

    from auditor.evidence.tables import Tables, connect, table_definition
    from auditor.model.evidence import row_reference
    from samples.simulator.bench import badge_events

    tables = Tables(connect(path, threads=2, memory_limit="4GB", temp_directory=str(path.parent)))
    for name, stream in streams().items():
        if name != "pacs_events":
            given = registers(name)
            tables.add_stream(stream, given, [row_reference(1, n) for n in range(1, len(given) + 1)])
    connection = tables.connection
    connection.execute(_GRANTS)
    connection.execute(table_definition(streams()["pacs_events"]))
    written, counted = 0, numpy.zeros(CONTROLLERS, numpy.int64)
    for batch in badge_events(rows, SEED, PEOPLE, ZONES):
        block: dict[str, Any] = dict(batch)
        block["sequence"] = _running_counts(block["portal"] % CONTROLLERS, counted)
        block["ref"] = row_reference(0, 1) + written + numpy.arange(len(block["ts"]))
        connection.register("block", block)
        connection.execute(_EVENTS)
        connection.unregister("block")
        written += len(block["ts"])
    connection.execute("CHECKPOINT")
    tables.close()


def _running_counts(kinds: Any, counted: Any) -> Any:
    """For each entry, which of its kind it is; `counted` goes on from block to block."""
    import numpy

    order = numpy.argsort(kinds, kind="stable")
    each = numpy.bincount(kinds, minlength=len(counted))
    starts = numpy.cumsum(each) - each
    numbers = numpy.empty(len(kinds), numpy.int64)
    numbers[order] = numpy.arange(len(kinds)) - numpy.repeat(starts, each) + numpy.repeat(counted, each) + 1
    counted += each
    return numbers


def planted(rows: int, longer_than: int) -> int:
    """How many lone intervals longer than so many microseconds the simulator planted among so many events."""
    from samples.simulator.bench import lone_intervals

    lone = lone_intervals(rows, SEED, PEOPLE, ZONES) // SECOND * SECOND
    return int((lone[:, 3] - lone[:, 2] > longer_than).sum())


def streams() -> dict[str, Any]:
    """The shapes of the streams, as the catalog has them."""
    from auditor.canon.yaml import parse_yaml
    from auditor.model.shape import shape
    from auditor.model.stream import Stream

    folder = Path(__file__).parents[1] / "controls" / "streams"
    return {n: shape(Stream, parse_yaml((folder / f"{n}.yaml").read_bytes(), f"{n}.yaml")) for n in STREAMS}


def registers(name: str) -> list[dict[str, object]]:
    """The rows of a stream other than the events and the grants."""
    if name == "pacs_access":
        return []
    if name in ("zones", "portals"):
        return _floor(name)
    # Each thousandth person left after a month, and every other of these kept a live badge.
    people = [(n, f"E{100_000 + n}", n % 1000 == 0) for n in range(PEOPLE)]
    left_at = BEGAN + 30 * 86_400 * SECOND
    if name == "pacs_credentials":
        return [
            {"credential": f"B{500_000 + n}", "person": person, "kind": "employee", "valid_from": BEGAN - YEARS,
             "disabled": left_at if left and n % 2000 == 0 else None}
            for n, person, left in people
        ]  # fmt: skip
    return [
        {"person": person, "employer": "Site AS", "role": "technician", "team": f"team-{n % 40}", "manager": None,
         "hired": BEGAN - YEARS, "terminated": left_at if left else None, "transferred": None, "custodian": False,
         "screening": None, "screened": None, "trained": None}
        for n, person, left in people
    ]  # fmt: skip


def _floor(name: str) -> list[dict[str, object]]:
    from samples.simulator.bench import floor_plan

    plan = floor_plan(ZONES)
    if name == "portals":
        return [
            {"portal": f"door-{n}", "from_zone": f"zone-{outer}", "to_zone": f"zone-{n + 1}", "kind": "door",
             "exit_reader": True, "controller": f"acu-{n % CONTROLLERS}"}
            for n, outer in enumerate(plan.outer.tolist())
        ]  # fmt: skip
    return [
        {"zone": f"zone-{n}", "parent": None, "layer": int(plan.layer[n]), "weights": bool(plan.weights[n]),
         "kind": "outside" if n == 0 else "vault" if plan.weights[n] else "technical"}
        for n in range(ZONES)
    ]  # fmt: skip
