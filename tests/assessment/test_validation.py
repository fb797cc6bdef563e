"""Cases and mutants: a case says what differs, a mutant is one change, and the ledger follows the content."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.assessment.mutants import query_mutants, statement_mutants
from auditor.assessment.validation import validate
from auditor.errors import SchemaError
from auditor.jobs.content import LEDGER, encode_ledger, load_catalog, validation_ledger
from auditor.jobs.folders import content_folder
from tests import small
from tests.small import FILES, case

BAD = "physical/D-01-doors/cases/bad.yaml"


def test_cases_that_agree_pass_and_mutants_are_counted() -> None:
    validated = validate(small.catalog(), "D-01")
    assert validated.failures == {}
    assert validated.validation.cases == 3
    assert 0 < validated.validation.killed <= validated.validation.mutants


@pytest.mark.parametrize(
    ("text", "difference"),
    [
        (case("bad", "doors", "ts, door\n2026-10-01T00:00:00Z, d", "met"), "outcome: got not-met"),
        (case("bad", "doors", "ts, door\n2026-10-01T00:00:00Z, d", "not-met"), "unexpected exception"),
        (case("bad", "doors", "ts, door\n2026-10-01T00:00:00Z, d", "not-met", "[{subject: e}]"), "not found"),
        (case("bad", "doors", "ts, door\n2026-10-01T00:00:00Z, d", "not-met", "[{rows: {doors: [2]}}]"), "not found"),
        (FILES[BAD].replace("expect: {", "expect: {population: {expected: 9}, "), "population expected: got 1"),
        (FILES[BAD].replace("expect: {", "expect: {result: x, "), "unknown fields: result"),
    ],
)
def test_a_case_that_differs_says_how(text: str, difference: str) -> None:
    failures = validate(small.catalog({BAD: text}), "D-01").failures
    assert difference in " ".join(failures["bad"])


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        ("ts, door\n2026-10-01, d", "not an instant"),
        ("ts, gate\n2026-10-01T00:00:00Z, d", "unknown or repeated"),
        ("ts, ts\n2026-10-01T00:00:00Z, 2026-10-01T00:00:00Z", "unknown or repeated"),
        ("ts, door\n2026-10-01T00:00:00Z", "has 1 fields"),
    ],
)
def test_a_case_row_that_does_not_fit_is_named(block: str, problem: str) -> None:
    with pytest.raises(SchemaError, match=problem):
        validate(small.catalog({BAD: case("bad", "doors", block, "not-met")}), "D-01")


def test_mutants_are_single_changes_and_leave_sentences_alone() -> None:
    sql = "SELECT 'violation' AS certainty, 'a > b' || c AS sentence FROM t WHERE a > 3 AND NOT b = 'x' OR c IS NULL"
    changes = [change for change, _ in statement_mutants(sql)]
    assert "a > 3 → a >= 3" in changes
    assert "'violation' → 'possible'" in changes
    assert "'x' → 'x~'" in changes
    assert not any("a > b" in change for change in changes)
    texts = [text for _, text in statement_mutants(sql)]
    assert len(set(texts)) == len(texts)


def test_the_ledger_is_only_read_for_content_it_was_measured_on() -> None:
    catalog = small.catalog()
    ledger = encode_ledger(catalog, [validate(catalog, "D-01")]).decode()
    assert json.loads(ledger)
    with_ledger = small.catalog({LEDGER: ledger})
    assert set(validation_ledger(with_ledger)) == {"D-01"}
    edited = small.catalog({LEDGER: ledger, "physical/D-01-doors/doors.sql": small.CONTROL_SQL + "\n-- edited"})
    assert validation_ledger(edited) == {}


def test_the_shipped_ledger_stands_for_the_shipped_content() -> None:
    catalog = load_catalog()
    assert set(validation_ledger(catalog)) == set(catalog.controls), "run: auditor catalog test --write"


FOLDERS = sorted(path.parent for path in content_folder("controls").glob("*/*/control.yaml"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_case_of_every_control_passes(folder: Path) -> None:
    control = "-".join(folder.name.split("-")[:2])
    assert validate(load_catalog(), control, mutate=False).failures == {}


def test_what_is_common_to_the_statements_is_changed_once_for_all_of_them() -> None:
    common = (
        "-- name: common\nWITH seen AS (SELECT * FROM doors WHERE ts >= $period_from AND ts < $period_to)\n"
        "-- name: population\nSELECT count(*) AS expected, count(*) AS examined FROM seen\n"
        "-- name: exceptions\n, nobody AS (SELECT * FROM seen WHERE person IS NULL)\n"
        "SELECT 'violation' AS certainty, door AS subject, ts AS began, NULL::BIGINT AS ended, 'x' AS sentence, ref\n"
        "FROM nobody\n"
    )
    validated = validate(small.catalog({"physical/D-01-doors/doors.sql": common}), "D-01")
    assert validated.failures == {}
    query = small.catalog({"physical/D-01-doors/doors.sql": common}).controls["D-01"].queries["doors.sql"]
    changes = [change for change, _ in query_mutants(query)]
    assert [c for c in changes if "ts <" in c or "ts >=" in c]
    assert len(changes) == len(set(changes))
    assert all(c.startswith("common: ") for c in changes if "$period" in c)
    assert any(c.startswith("exceptions: ") for c in changes)
