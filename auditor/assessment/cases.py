"""Cases: small bundle fragments run through a control's test, and what differs from what they expect."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditor.assessment.observe import judge
from auditor.assessment.run_test import run_test
from auditor.canon.instant import format_instant, parse_duration, parse_instant
from auditor.catalog.catalog import Catalog, ControlFolder, Query
from auditor.errors import SchemaError
from auditor.evidence.tables import Tables
from auditor.model.bundle import Period
from auditor.model.control import Case, Objective, parse_number
from auditor.model.evidence import RECORD_BITS, EvidenceRef, StreamCoverage, row_reference
from auditor.model.stream import Column, ColumnType, Stream
from auditor.model.test_result import TestResult

_DEFAULT_PERIOD = ("2026-10-01T00:00:00Z", "2026-10-08T00:00:00Z")


@dataclass(frozen=True, slots=True)
class PreparedCase:
    """A case with its tables built, ready to be run against a query and its mutants."""

    name: str
    case: Case
    objective: Objective
    tables: Tables
    coverage: tuple[StreamCoverage, ...]
    numbers: Mapping[str, int]
    period: Period
    streams: tuple[str, ...]

    def resolve(self, reference: int) -> EvidenceRef:
        """A row of a case is cited by the stream's name and its line in the block."""
        record = reference & ((1 << RECORD_BITS) - 1)
        return EvidenceRef(item=self.streams[reference >> RECORD_BITS], record=record)


def prepare_case(catalog: Catalog, folder: ControlFolder, name: str) -> PreparedCase:
    """Build the tables of one case; SchemaError names the case, stream, line and value of a bad row."""
    case = folder.cases[name]
    control = folder.control
    objective = next(o for o in control.objectives if o.id == (case.objective or control.objectives[0].id))
    blocks = {**(folder.bases[case.base].streams if case.base else {}), **case.streams}
    streams = tuple(dict.fromkeys(objective.test.streams))
    unused = sorted(set(blocks) - set(streams) - ({*folder.bases[case.base].streams} if case.base else set()))
    if unused:
        raise SchemaError(
            "gives streams the test does not read", place=f"{folder.path}/cases/{name}.yaml", value=", ".join(unused)
        )
    tables = Tables.memory()
    coverage = []
    for ordinal, stream_id in enumerate(streams):
        stream = catalog.streams[stream_id]
        rows = _rows(stream, blocks.get(stream_id, ""), f"{folder.path}/cases/{name}.yaml: {stream_id}")
        tables.add_stream(stream, rows, [row_reference(ordinal, record + 1) for record in range(len(rows))])
        coverage.append(StreamCoverage(stream=stream_id, items=(stream_id,), rows=len(rows), rejected=0))
    tables.lock()
    began, ended = case.period or _DEFAULT_PERIOD
    return PreparedCase(
        name=name,
        case=case,
        objective=objective,
        tables=tables,
        coverage=tuple(coverage),
        numbers=_numbers(folder, case),
        period=Period(began=parse_instant(began), ended=parse_instant(ended)),
        streams=streams,
    )


def _numbers(folder: ControlFolder, case: Case) -> dict[str, int]:
    numbers = {name: parameter.number for name, parameter in folder.control.parameters.items()}
    for name, text in case.parameters.items():
        numbers[name] = parse_number(folder.control.parameters[name].kind, text)
    return numbers


def _rows(stream: Stream, block: str, place: str) -> list[dict[str, object]]:
    lines = list(csv.reader(block.splitlines(), skipinitialspace=True, strict=True))
    lines = [[cell.strip() for cell in line] for line in lines if line]
    if not lines:
        return []
    header, records = lines[0], lines[1:]
    unknown = sorted(set(header) - set(stream.columns))
    if unknown or len(set(header)) != len(header):
        raise SchemaError("unknown or repeated columns", place=place, value=", ".join(unknown or header))
    rows: list[dict[str, object]] = []
    for number, record in enumerate(records, start=1):
        if len(record) != len(header):
            raise SchemaError(f"row {number} has {len(record)} fields, not {len(header)}", place=place)
        given = dict(zip(header, record, strict=True))
        rows.append({c: _value(stream, c, column, given, number, place) for c, column in stream.columns.items()})
    return rows


def _value(stream: Stream, name: str, column: Column, given: Mapping[str, str], number: int, place: str) -> object:
    text = given.get(name)
    if text is None and stream.sequence and name == stream.sequence.column:
        return number
    if not text:
        if column.optional:
            return None
        return {ColumnType.TEXT: "-", ColumnType.CODE: "".join(column.values[:1]), ColumnType.BOOLEAN: False}.get(
            column.type, 0
        )
    try:
        return _parsed(column, text)
    except ValueError as error:
        raise SchemaError(f"row {number}, {name}: {error}", place=place, value=text) from error


def _parsed(column: Column, text: str) -> object:
    if column.type is ColumnType.INSTANT:
        return parse_instant(text)
    if column.type is ColumnType.DURATION:
        return parse_duration(text)
    if column.type is ColumnType.INTEGER:
        return int(text)
    if column.type is ColumnType.BOOLEAN:
        if text not in ("true", "false"):
            raise ValueError("not true or false")
        return text == "true"
    if column.type is ColumnType.CODE and text not in column.values:
        raise ValueError(f"not one of {', '.join(column.values)}")
    return text


def run_case(
    catalog: Catalog, prepared: PreparedCase, query: Query | None, numbers: Mapping[str, int] | None = None
) -> list[str]:
    """Differences between what the case expects and what the test says; none means the case passes."""
    result = run_test(
        catalog,
        prepared.objective,
        query,
        prepared.tables,
        numbers if numbers is not None else prepared.numbers,
        prepared.period,
        prepared.period.ended,
        prepared.resolve,
    )
    outcome, _, detail = judge(result, prepared.coverage, catalog)
    return _differences(prepared.case.expect, outcome, detail, result)


def _differences(expect: Mapping[str, Any], outcome: str, detail: str, result: TestResult) -> list[str]:
    found: list[str] = []
    unknown = set(expect) - {"outcome", "population", "exceptions"}
    if unknown:
        found.append(f"expect has unknown fields: {', '.join(sorted(unknown))}")
    if outcome != expect.get("outcome"):
        found.append(f"outcome: got {outcome} ({detail}), expected {expect.get('outcome')}")
    for name, count in expect.get("population", {}).items():
        if getattr(result.population, name) != count:
            found.append(f"population {name}: got {getattr(result.population, name)}, expected {count}")
    wanted = list(expect.get("exceptions", ()))
    left = [_shown(exception) for exception in result.exceptions]
    for want in wanted:
        match = next((shown for shown in left if all(shown.get(k) == v for k, v in want.items())), None)
        if match is None:
            found.append(f"exception not found: {want}")
        else:
            left.remove(match)
    found.extend(f"unexpected exception: {shown}" for shown in left)
    return found


def _shown(exception: Any) -> dict[str, Any]:
    rows: dict[str, list[int]] = {}
    for reference in exception.evidence:
        rows.setdefault(reference.item, []).append(reference.record)
    return {
        "certainty": str(exception.certainty),
        "subject": exception.subject,
        "began": None if exception.began is None else format_instant(exception.began),
        "ended": None if exception.ended is None else format_instant(exception.ended),
        "sentence": exception.sentence,
        "rows": rows,
    }
