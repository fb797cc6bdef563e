"""P-04: the compiled one-pass sweep beside the same rule in window functions, and what they found compared.

The sweep is the shipped procedure through the table store, from its call to its result: numbering people and
doors, both passes over the reads, and loading numba and its cached machine code, which every process pays once.
The SQL is `lone_occupancy.sql` over the catalog's own derived tables `reads` and `presence`, which it needs and the
sweep does not, as views.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import ROOT, Clock, Row, Run, Settings, in_turns, report, run_worker

if TYPE_CHECKING:
    from auditor.evidence.tables import Tables

TOLERANCE = 60_000_000
LIMIT = 1_500_000_000
DERIVED = ("reads", "presence")


def measure(settings: Settings) -> list[Row]:
    cold = run_worker("lone_occupancy", "compile", settings.scratch / "numba-cold")
    rows = [Row("lone-occupancy", "compiling the kernels for the first time", [cold.wall],
                note="once for an installation; afterwards loaded from numba's cache")]  # fmt: skip
    for count in (1_000_000, 4_000_000) if settings.quick else (10_000_000, 100_000_000):
        path = settings.scratch / f"{count}.duckdb"
        made = run_worker("lone_occupancy", "make", path, count)
        settings.say(f"lone-occupancy: {count:,} events made in {made.wall:.0f} s, {path.stat().st_size >> 20} MiB")
        rows += _compared(settings, path, count)
        path.unlink()
    return rows


def _compared(settings: Settings, path: Path, count: int) -> list[Row]:
    def ours() -> Run:
        return run_worker("lone_occupancy", "sweep", path, settings.scratch / "numba-warm")

    def theirs() -> Run:
        return run_worker("lone_occupancy", "sql", path)

    ours()
    if count > 20_000_000:
        # Minutes of window functions: once.
        (swept,), (asked,) = in_turns(3, ours), in_turns(1, theirs)
    else:
        swept, asked = in_turns(3, ours, theirs)
    digests = {run.output["digest"] for run in [*swept.runs, *asked.runs]}
    found = swept.runs[0].output
    small = swept.peak < LIMIT
    note = (
        f"{found['found']} exceptions, {'the same' if len(digests) == 1 else 'NOT THE SAME'} in both, "
        f"{found['certain']} of them violations ({found['planted']} were planted); our peak "
        f"{'under' if small else 'NOT UNDER'} {LIMIT / 1e9} GB"
    )
    what = f"{count:,} rows"
    return [
        Row("lone-occupancy", f"{what}, wall clock", swept.walls, asked.walls, kind="faster", goal=10,
            peak=swept.peak, peer_peak=asked.peak, holds=len(digests) == 1 and small, note=note),
        Row("lone-occupancy", f"{what}, user+system", swept.cpus, asked.cpus, kind="faster"),
        Row("lone-occupancy", f"{what}, wall clock, numba loaded before", [run.output["again"] for run in swept.runs],
            asked.walls, kind="faster", goal=10, note="the procedure once more in the same process"),
    ]  # fmt: skip


def _digest(found: list[tuple[str, str, int | None, int | None]]) -> str:
    """Of certainty, zone, began and ended of every exception, in order."""
    return hashlib.sha256(json.dumps(sorted(found)).encode()).hexdigest()


def _sweep(path: Path) -> None:
    from auditor.evidence.tables import Tables, connect
    from auditor.model.bundle import Period
    from auditor.procedures import PROCEDURES
    from benchmarks.badges import BEGAN, YEARS, planted

    tables = Tables(connect(path, threads=2, memory_limit="768MB", temp_directory=str(path.parent / "spill")))
    numbers, period = {"handover_tolerance": TOLERANCE}, Period(began=BEGAN, ended=BEGAN + YEARS)
    with Clock() as clock:
        result = PROCEDURES["lone-occupancy"](tables, numbers, {}, period, period.ended)
    _forget(tables)
    with Clock() as again:
        PROCEDURES["lone-occupancy"](tables, numbers, {}, period, period.ended)
    _forget(tables)
    found = [(e.certainty, e.subject, e.began, e.ended) for e in result.exceptions]
    certain = sum(e.certainty == "violation" for e in result.exceptions)
    (count,) = tables.rows("SELECT count(*) FROM pacs_events")[1][0]
    report(clock, digest=_digest(found), found=len(found), certain=certain, planted=planted(count, TOLERANCE),
           again=again.wall)  # fmt: skip


def _forget(tables: Tables) -> None:
    """Drop the procedure's own tables, so that each run makes them."""
    for name in tables.names():
        if name.startswith("occupancy_"):
            tables.connection.execute(f'DROP TABLE "{name}"')


def _sql(path: Path) -> None:
    import duckdb

    from auditor.evidence.tables import _MACROS
    from benchmarks.badges import BEGAN, YEARS

    config: dict[str, Any] = {"threads": 2, "memory_limit": "7GB", "temp_directory": str(path.parent / "spill")}
    with duckdb.connect(str(path), config=config) as connection:
        connection.execute(_MACROS)
        for name in DERIVED:
            text = (ROOT / "controls" / "sql" / f"{name}.sql").read_text()
            connection.execute(f"CREATE TEMP VIEW {name} AS {text}")
        numbers = {"handover_tolerance": TOLERANCE, "period_from": BEGAN, "period_to": BEGAN + YEARS}
        with Clock() as clock:
            rows = connection.execute((ROOT / "benchmarks" / "lone_occupancy.sql").read_text(), numbers).fetchall()
    found = [(row[-1], row[0], row[1], row[2]) for row in rows]
    report(clock, digest=_digest(found), found=len(found))


def _compile() -> None:
    from auditor.evidence.tables import Tables
    from auditor.model.bundle import Period
    from auditor.procedures.badge_reads import number_badge_reads
    from auditor.procedures.lone_occupancy import sweep_reads
    from benchmarks.badges import BEGAN, YEARS, registers, streams

    known = {name: streams()[name] for name in ("pacs_events", "portals", "zones", "pacs_access")}
    event = {
        "ts": BEGAN, "recorded": None, "controller": "acu-0", "sequence": 1, "portal": "door-0", "direction": "in",
        "credential": None, "person": "E100000", "event": "granted", "entered": "yes",
    }  # fmt: skip
    rows: dict[str, Any] = {"pacs_events": [event], "zones": registers("zones"), "portals": registers("portals")}
    tables = Tables.from_rows(known, rows)
    reads = number_badge_reads(tables)
    with Clock() as clock:
        sweep_reads(reads, TOLERANCE, Period(began=BEGAN, ended=BEGAN + YEARS), compiled=True)
    report(clock)


if __name__ == "__main__":
    word, place = sys.argv[1], Path(sys.argv[2])
    if word == "compile":
        os.environ["NUMBA_CACHE_DIR"] = str(place)
        _compile()
    elif word == "sweep":
        os.environ["NUMBA_CACHE_DIR"] = sys.argv[3]
        _sweep(place)
    elif word == "sql":
        _sql(place)
    else:
        from benchmarks.badges import make_store

        with Clock() as clock:
            make_store(place, int(sys.argv[3]))
        report(clock)
