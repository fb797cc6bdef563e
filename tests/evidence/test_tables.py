"""Tables: what queries get, and what they cannot reach."""

from __future__ import annotations

import os
from pathlib import Path

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.canon.instant import EARLIEST, LATEST, format_duration, format_instant
from auditor.errors import EvidenceFormatError, SchemaError
from auditor.evidence.tables import Tables
from auditor.model.evidence import row_reference
from tests.evidence.bundles import stream

EVENTS = stream("""
id: events
title: Events
meaning: Events.
order: [ts, name]
complete: {by: declaration}
columns:
  ts: {type: instant, meaning: when}
  name: {type: text, meaning: who}
  kind: {type: code, values: [a, b], optional: true, meaning: what}
  seen: {type: boolean, optional: true, meaning: whether}
""")


@pytest.fixture(scope="module")
def tables() -> Tables:
    rows = [
        {"ts": 3, "name": "å", "kind": "a", "seen": True},
        {"ts": 1, "name": "y"},
        {"ts": 1, "name": "x", "kind": "b"},
    ]
    return Tables.from_rows({"events": EVENTS}, {"events": rows})


def test_rows_lie_in_the_streams_order_and_know_their_reference(tables: Tables) -> None:
    names, rows = tables.rows("SELECT * FROM events")
    assert names == ["ts", "name", "kind", "seen", "ref"]
    assert rows == [
        (1, "x", "b", None, row_reference(0, 3)),
        (1, "y", None, None, row_reference(0, 2)),
        (3, "å", "a", True, row_reference(0, 1)),
    ]


def test_only_parameters_used_are_passed(tables: Tables) -> None:
    assert tables.rows("SELECT ts FROM events WHERE ts > $low", {"low": 1, "other": 9})[1] == [(3,)]


def test_columns_and_chunks_are_the_same_arrays(tables: Tables) -> None:
    sql = "SELECT ts, name, kind, seen, ref FROM events ORDER BY ref"
    whole = tables.columns(sql)
    chunks = list(tables.chunks(sql, rows=2))
    assert [len(chunk["ts"]) for chunk in chunks] == [2, 1]
    for name, array in whole.items():
        assert [value for chunk in chunks for value in chunk[name].tolist()] == array.tolist()
    assert whole["ts"].dtype == numpy.int64
    assert numpy.ma.is_masked(whole["kind"])
    assert list(tables.chunks("SELECT ts FROM events WHERE ts > 99")) == []


def test_other_queries_may_run_while_chunks_are_read(tables: Tables) -> None:
    for chunk in tables.chunks("SELECT ts FROM events ORDER BY ts", rows=1):
        assert tables.rows("SELECT count(*) FROM events")[1] == [(3,)]
        assert len(chunk["ts"]) == 1


def test_chunks_of_many_row_groups_keep_the_order() -> None:
    tables = Tables.memory(threads=2)
    tables.create("many", "SELECT range AS n FROM range(500000)")
    chunks = list(tables.chunks("SELECT n, CAST(n AS VARCHAR) AS t FROM many ORDER BY n", rows=100_000))
    assert all(len(chunk["n"]) <= 100_000 for chunk in chunks)
    assert numpy.array_equal(numpy.concatenate([chunk["n"] for chunk in chunks]), numpy.arange(500_000))
    assert chunks[-1]["t"][-1] == "499999"


def test_derived_tables() -> None:
    own = Tables.from_rows({"events": EVENTS}, {})
    own.create("derived", "SELECT $x AS x -- a comment", {"x": 5})
    assert own.rows("SELECT * FROM derived")[1] == [(5,)]
    assert own.names() == ("derived", "events")


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("DROP TABLE events", "one SELECT"),
        ("SELECT 1; SELECT 2", "one SELECT"),
        ("INSERT INTO events SELECT * FROM events", "one SELECT"),
        ("", "one SELECT"),
        ("PRAGMA version", "one SELECT"),
        ("SELECT $missing", "parameter"),
        ("SELEC 1", "refused"),
        ("SELECT nothing FROM events", "refused"),
        ("SELECT CAST('x' AS BIGINT)", "refused"),
    ],
)
def test_what_is_not_one_good_select_is_refused(tables: Tables, sql: str, problem: str) -> None:
    with pytest.raises(SchemaError, match=problem):
        tables.rows(sql)


@pytest.mark.parametrize("name", ["events", "Events", "a b", "1a", "", "a;b", 'a"b'])
def test_names_of_derived_tables(tables: Tables, name: str) -> None:
    with pytest.raises(SchemaError):
        tables.create(name, "SELECT 1")


@pytest.mark.parametrize("sql", ["SELECT 1.5 AS x", "SELECT sum(ts) AS x FROM events", "SELECT CAST(1 AS DOUBLE) AS x"])
def test_arrays_refuse_what_they_would_round(tables: Tables, sql: str) -> None:
    with pytest.raises(SchemaError, match="arrays carry"):
        tables.columns(sql)
    with pytest.raises(SchemaError, match="arrays carry"):
        list(tables.chunks(sql))


def test_an_error_in_the_middle_of_chunks_is_a_refusal(tables: Tables) -> None:
    with pytest.raises(SchemaError):
        list(
            tables.chunks(
                "SELECT CAST(CAST(range AS VARCHAR) || CASE WHEN range > 250000 THEN 'x' ELSE '' END AS BIGINT) AS n "
                "FROM range(300000)"
            )
        )


@pytest.mark.parametrize(
    "row",
    [
        {"name": "x"},
        {"ts": "1", "name": "x"},
        {"ts": True, "name": "x"},
        {"ts": 1.0, "name": "x"},
        {"ts": 1, "name": 5},
        {"ts": 1, "name": "x", "kind": "c"},
        {"ts": 1, "name": "x", "seen": 1},
        {"ts": 1, "name": "x", "other": 1},
    ],
)
def test_rows_that_do_not_fit_are_refused(row: dict[str, object]) -> None:
    with pytest.raises(EvidenceFormatError):
        Tables.from_rows({"events": EVENTS}, {"events": [row]})


ATTACKS = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_json('/etc/passwd')",
    "SELECT * FROM read_parquet('/etc/passwd')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM read_csv('https://example.org/x.csv')",
    "SELECT getenv('HOME')",
    "SELECT * FROM secret_of_python",
    "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
    "SELECT * FROM query_table('/etc/passwd')",
    "COPY events TO '/tmp/stolen.csv'",
    "EXPORT DATABASE '/tmp/stolen'",
    "ATTACH '/tmp/x.duckdb'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '/tmp/evil.duckdb_extension'",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "RESET enable_external_access",
    "PRAGMA enable_profiling",
    "CREATE SECRET s (TYPE s3)",
    "CALL pragma_version()",
    "CHECKPOINT",
]


@pytest.mark.parametrize("sql", ATTACKS)
def test_content_cannot_reach_the_machine(tables: Tables, sql: str, tmp_path: Path) -> None:
    secret_of_python = numpy.array([1])
    assert len(secret_of_python) == 1
    with pytest.raises(SchemaError):
        tables.rows(sql)
    with pytest.raises(SchemaError):
        tables.create("stolen", sql)
    assert not os.path.exists("/tmp/stolen.csv")


@pytest.mark.parametrize(
    "sql", [s for s in ATTACKS if not s.startswith(("SELECT getenv", "CALL", "CHECKPOINT", "PRAGMA"))]
)
def test_the_lock_is_duckdbs_own(tables: Tables, sql: str) -> None:
    import duckdb

    with pytest.raises(duckdb.Error):
        tables.connection.execute(sql).fetchall()


@given(st.lists(st.integers(-(10**17), 10**17) | st.integers(-200_000_000, 200_000_000), min_size=1, max_size=50))
@settings(max_examples=60, deadline=None)
def test_spoken_says_what_the_report_says(values: list[int]) -> None:
    _, rows = _MEMORY.rows(" UNION ALL ".join(f"SELECT {v}::BIGINT AS v, spoken({v}::BIGINT) AS t" for v in values))
    assert rows == [(v, format_duration(v)) for v in values]


@given(st.lists(st.integers(EARLIEST, LATEST), min_size=1, max_size=50))
@settings(max_examples=60, deadline=None)
def test_utc_says_what_the_report_says(values: list[int]) -> None:
    _, rows = _MEMORY.rows(" UNION ALL ".join(f"SELECT {v}::BIGINT AS v, utc({v}::BIGINT) AS t" for v in values))
    assert rows == [(v, format_instant(v)) for v in values]


_MEMORY = Tables.memory()
