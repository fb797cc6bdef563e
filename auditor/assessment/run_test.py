"""One test run over the tables: the query's rows or the procedure's result as a TestResult."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from auditor.canon.instant import EARLIEST, LATEST
from auditor.canon.json import MAX_SAFE_INTEGER
from auditor.catalog.catalog import Catalog, Query
from auditor.errors import ContentError, EvidenceFormatError
from auditor.model.bundle import Period
from auditor.model.control import Objective
from auditor.model.evidence import EvidenceRef
from auditor.model.test_result import Certainty, ExceptionRecord, Measure, Population, TestResult
from auditor.procedures import PROCEDURES
from auditor.procedures.raw import RawException, RawResult, Tables

MAX_LISTED = 200
MAX_CITED = 12

Resolve = Callable[[int], EvidenceRef]


def run_test(
    catalog: Catalog,
    objective: Objective,
    query: Query | None,
    tables: Tables,
    numbers: Mapping[str, int],
    period: Period,
    as_of: int,
    resolve: Resolve,
) -> TestResult:
    """Run the objective's test; `numbers` are its control's parameters as integers.

    Raises:
        ContentError: a statement does not return what docs/content.md asks of it.
    """
    moments = {"period_from": period.began, "period_to": period.ended, "as_of": as_of}
    for name in objective.test.derived:
        make_derived(catalog, tables, name, moments)
    if objective.test.procedure:
        procedure = PROCEDURES[objective.test.procedure]
        raw = procedure(tables, numbers, objective.test.arguments, period, as_of)
    else:
        assert query is not None
        raw = _ask(query, tables, {**numbers, **moments})
    return _shaped(raw, objective, resolve)


def make_derived(catalog: Catalog, tables: Tables, name: str, moments: Mapping[str, int]) -> None:
    """Create a derived table, and first those it rests on, unless it is there already.

    `moments` are `period_from`, `period_to` and `as_of`; no control's parameter reaches a table that others share.
    """
    if tables.has(name):
        return
    derived = catalog.derived[name]
    for other in derived.derived:
        make_derived(catalog, tables, other, moments)
    tables.create(name, derived.select, moments)


def _ask(query: Query, tables: Tables, bound: Mapping[str, int]) -> RawResult:
    expected, examined = _population(query, tables, bound)
    names, rows, counts = _first_rows(query, tables, bound)
    required = ("certainty", "subject", "began", "ended", "sentence")
    missing = [name for name in required if name not in names]
    references = [index for index, name in enumerate(names) if name.startswith("ref")]
    if missing or not references:
        raise ContentError(
            "the exceptions statement lacks columns",
            place=query.place,
            value=", ".join(missing or ["ref"]),
            hint="see docs/content.md, Query files",
        )
    at = {name: names.index(name) for name in required}
    exceptions = [
        RawException(
            certainty=row[at["certainty"]],
            subject=str(row[at["subject"]]),
            began=row[at["began"]],
            ended=row[at["ended"]],
            sentence=str(row[at["sentence"]]),
            refs=_references(row, references),
        )
        for row in rows
    ]
    return RawResult(expected, examined, exceptions, _measures(query, tables, bound), counts)


def _first_rows(
    query: Query, tables: Tables, bound: Mapping[str, int]
) -> tuple[list[str], list[tuple[Any, ...]], tuple[int, int]]:
    """Names and rows of the exceptions listed, in the order of `_rank`; then how many violations and possible ones.

    Counted and cut by the database, so that a million exceptions cost no more memory here than two hundred.
    """
    # Kept once and read twice: DuckDB 2.0 takes quadratic time for `count(*) FILTER (...) OVER ()`.
    names, rows = tables.rows(
        f"WITH found AS MATERIALIZED (\n{query.statement('exceptions')}\n), counted AS (\n"
        "SELECT count(*) FILTER (certainty = 'violation') AS of_violations,\n"
        "count(*) FILTER (certainty = 'possible') AS of_possibles, count(*) AS of_all FROM found)\n"
        "SELECT found.*, counted.* FROM found CROSS JOIN counted\n"
        "ORDER BY certainty DESC, began NULLS LAST, coalesce(ended, 0), subject, sentence, found\n"
        f"LIMIT {MAX_LISTED}",
        bound,
    )
    violations, possibles, total = rows[0][-3:] if rows else (0, 0, 0)
    if violations + possibles != total:
        raise ContentError("certainty is neither 'violation' nor 'possible'", place=query.place)
    return names[:-3], rows, (violations, possibles)


def _population(query: Query, tables: Tables, bound: Mapping[str, int]) -> tuple[int, int]:
    names, rows = tables.rows(query.statement("population"), bound)
    if set(names) != {"expected", "examined"} or len(rows) != 1:
        raise ContentError("the population statement returns one row of expected, examined", place=query.place)
    row = dict(zip(names, rows[0], strict=True))
    return int(row["expected"] or 0), int(row["examined"] or 0)


def _measures(query: Query, tables: Tables, bound: Mapping[str, int]) -> list[tuple[str, int, str]]:
    if query.measures is None:
        return []
    names, rows = tables.rows(query.statement("measures"), bound)
    if names != ["name", "value", "unit"]:
        raise ContentError("the measures statement returns name, value, unit", place=query.place)
    return [(str(name), int(value), str(unit)) for name, value, unit in rows if value is not None]


def _references(row: Sequence[Any], positions: Sequence[int]) -> tuple[int, ...]:
    found: list[int] = []
    for position in positions:
        value = row[position]
        if isinstance(value, list | tuple):
            found.extend(entry for entry in value if entry is not None)
        elif value is not None:
            found.append(value)
    return tuple(dict.fromkeys(found))


def _refuse_beyond(raw: RawResult, objective: Objective) -> None:
    # Evidence chooses these numbers: beyond 2^53-1 no two JSON readers agree on one, and no calendar goes on for ever.
    numbers = [raw.expected, raw.examined, *(value for _, value, _ in raw.measures)]
    huge = next((number for number in numbers if abs(number) > MAX_SAFE_INTEGER), None)
    if huge is not None:
        raise EvidenceFormatError("a figure is beyond 2^53-1", place=objective.test.unit, value=huge)
    moments = [moment for found in raw.exceptions for moment in (found.began, found.ended) if moment is not None]
    far = [moment for moment in moments if not EARLIEST <= moment <= LATEST]
    if far:
        raise EvidenceFormatError("a moment is outside the years 1 to 9999", place=objective.test.unit, value=min(far))


def _shaped(raw: RawResult, objective: Objective, resolve: Resolve) -> TestResult:
    _refuse_beyond(raw, objective)
    exceptions = sorted(raw.exceptions, key=_rank)
    violations, possibles = raw.counts or _counted(exceptions)
    listed = tuple(
        ExceptionRecord(
            certainty=Certainty(found.certainty),
            subject=found.subject,
            began=found.began,
            ended=found.ended,
            sentence=found.sentence,
            evidence=tuple(resolve(reference) for reference in sorted(found.refs)[:MAX_CITED]),
            cited=len(found.refs),
        )
        for found in exceptions[:MAX_LISTED]
    )
    return TestResult(
        population=Population(unit=objective.test.unit, expected=raw.expected, examined=raw.examined),
        exceptions=listed,
        violations=violations,
        possibles=possibles,
        measures=tuple(Measure(name=name, value=value, unit=unit) for name, value, unit in raw.measures),
    )


def _counted(exceptions: Sequence[RawException]) -> tuple[int, int]:
    violations = sum(1 for found in exceptions if found.certainty == Certainty.VIOLATION)
    return violations, len(exceptions) - violations


def _rank(found: RawException) -> tuple[Any, ...]:
    return (
        found.certainty != Certainty.VIOLATION,
        found.began is None,
        found.began or 0,
        found.ended or 0,
        found.subject,
        found.sentence,
        sorted(found.refs),
    )
