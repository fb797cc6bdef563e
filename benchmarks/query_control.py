"""A query control as shipped (P-03 objective a, through `run_test`) beside its hand-written SQL on the same tables.

Ours checks each statement, binds parameters, makes the sentences, and turns rows into cited exceptions;
`leavers.sql` has the numbers in place and no sentences.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import ROOT, Clock, Row, Settings, in_turns, report, run_worker

if TYPE_CHECKING:
    from auditor.catalog.catalog import Catalog, ControlFolder
    from auditor.model.bundle import Period
    from auditor.model.control import Objective

CONTROL, OBJECTIVE = "P-03", "a"


def measure(settings: Settings) -> list[Row]:
    count = 4_000_000 if settings.quick else 40_000_000
    path = settings.scratch / "badges.duckdb"
    run_worker("lone_occupancy", "make", path, count)
    ours, theirs = in_turns(
        3 if settings.quick else 7, lambda: run_worker("query_control", "run", path),
        lambda: run_worker("query_control", "hand", path), warm=1,
    )  # fmt: skip
    found = {(run.output["violations"], run.output["possibles"]) for run in [*ours.runs, *theirs.runs]}
    what = f"{CONTROL} {OBJECTIVE}, {count:,} events"
    note = f"(violations, possibles): {sorted(found)}{', the same in both' if len(found) == 1 else ''}"
    return [
        Row("query-control", f"{what}, wall clock", ours.walls, theirs.walls, goal=1.15, peak=ours.peak,
            peer_peak=theirs.peak, note=note, holds=len(found) == 1),
        Row("query-control", f"{what}, user+system", ours.cpus, theirs.cpus, goal=1.15),
    ]  # fmt: skip


def _settings() -> tuple[Catalog, ControlFolder, Objective, dict[str, int], Period]:
    from auditor.jobs.content import load_catalog
    from auditor.model.bundle import Period
    from benchmarks.badges import BEGAN, YEARS

    catalog = load_catalog()
    entry = catalog.controls[CONTROL]
    objective = next(one for one in entry.control.objectives if one.id == OBJECTIVE)
    numbers = {name: parameter.number for name, parameter in entry.control.parameters.items()}
    return catalog, entry, objective, numbers, Period(began=BEGAN, ended=BEGAN + YEARS)


def _run(path: Path) -> None:
    from auditor.assessment.run_test import run_test
    from auditor.evidence.tables import Tables, connect
    from auditor.model.evidence import EvidenceRef

    catalog, entry, objective, numbers, period = _settings()
    tables = Tables(connect(path, threads=2, memory_limit="2GB"))
    tables.lock()

    def resolve(ref: int) -> EvidenceRef:
        return EvidenceRef(item="badges", record=ref & ((1 << 36) - 1))

    with Clock() as clock:
        query = entry.queries.get(objective.test.query or "")
        result = run_test(catalog, objective, query, tables, numbers, period, period.ended, resolve)
    report(clock, violations=result.violations, possibles=result.possibles)


def _hand(path: Path) -> None:
    import duckdb

    _, _, _, numbers, period = _settings()
    text = (ROOT / "benchmarks" / "leavers.sql").read_text()
    text = text.format(**numbers, as_of=period.ended, period_from=period.began, period_to=period.ended)
    statements = [part.partition("\n")[2] for part in text.split("-- name: ")[1:]]
    with duckdb.connect(str(path), config={"threads": 2, "memory_limit": "2GB"}) as connection, Clock() as clock:
        _, exceptions, _ = (connection.execute(statement).fetchall() for statement in statements)
    violations = sum(row[0] == "violation" for row in exceptions)
    report(clock, violations=violations, possibles=len(exceptions) - violations)


if __name__ == "__main__":
    (_run if sys.argv[1] == "run" else _hand)(Path(sys.argv[2]))
