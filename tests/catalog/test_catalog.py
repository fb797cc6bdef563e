"""Reading, linting and resolving content: each fault gets one message with its place and fix."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.catalog.lint import lint
from auditor.catalog.resolve import resolve
from auditor.errors import ContentError, ParameterError, SchemaError, UnknownReferenceError
from auditor.jobs.content import load_catalog
from auditor.jobs.folders import folder_files
from tests import small
from tests.small import CONTROL, CONTROL_SQL, FILES, GATE, PROFILE, STREAM

GATE_PATH = "physical/G-01-clocks/control.yaml"
CONTROL_PATH = "physical/D-01-doors/control.yaml"
SQL_PATH = "physical/D-01-doors/doors.sql"


def test_the_small_catalog_has_no_problem() -> None:
    assert lint(small.catalog(), ()) == []


def test_committed_records_name_streams() -> None:
    assert lint(small.catalog({"profiles/small.yaml": PROFILE + "committed_records: [doors]\n"}), ()) == []
    (problem,) = lint(small.catalog({"profiles/small.yaml": PROFILE + "committed_records: [doors, gates]\n"}), ())
    assert isinstance(problem, UnknownReferenceError)
    assert (problem.value, (problem.place or "").partition(":")[0]) == ("gates", "profiles/small.yaml")


def test_the_shipped_catalog_has_no_problem() -> None:
    assert len(load_catalog().controls) >= 16


@pytest.mark.parametrize(
    ("path", "text", "problem"),
    [
        (GATE_PATH, GATE.replace("severity: high", "severity: huge"), "severity"),
        (GATE_PATH, GATE.replace("title: Clocks agree\n", ""), "title is missing"),
        (GATE_PATH, GATE + "colour: red\n", "colour"),
        (GATE_PATH, GATE.replace("value: PT1S", "value: 1 second"), "not a duration"),
        (GATE_PATH, GATE.replace("id: G-01", "id: G-02"), "named for its id"),
        (GATE_PATH, GATE.replace("domain: physical", "domain: cyber"), "differs from the folder"),
        (GATE_PATH, GATE.replace("query: clocks.sql, ", ""), "either query or procedure"),
        (GATE_PATH, GATE.replace("limits: [a clock nobody reads is not judged]", "limits: []"), "limits"),
        (GATE_PATH, GATE.replace("depends_on", "x") + "depends_on: [G-01]\n", "depend on itself"),
        (SQL_PATH, CONTROL_SQL.replace("-- name: population", "-- name: people"), "unknown or given twice"),
        (SQL_PATH, CONTROL_SQL.split("-- name: exceptions")[0], "exceptions is missing"),
        (SQL_PATH, CONTROL_SQL + "-- name: exceptions\nSELECT 1", "unknown or given twice"),
        ("streams/doors.yaml", STREAM.replace("order: [ts]", "order: [when]"), "columns it does not have"),
        ("streams/doors.yaml", STREAM.replace("type: text", "type: varchar"), "type"),
        ("streams/doors.yaml", STREAM.replace("id: doors", "id: gates"), "differs from the file's name"),
        ("streams/doors.yaml", STREAM.replace("meaning: who}", "meaning: who, values: [a]}"), "lists its values"),
        ("profiles/small.yaml", PROFILE.replace("controls: [D-01]", "controls: [D-01, G-01]"), "selected twice"),
        ("profiles/small.yaml", PROFILE.replace("methods: [test]", "methods: []"), "methods"),
        ("physical/D-01-doors/notes.txt", "x", "nothing reads"),
        ("sql/walk.sql", "SELECT 1", "says which streams"),
        ("physical/D-01-doors/cases/bad.yaml", "shows: x\nkind: awful\nstreams: {}\nexpect: {}", "kind"),
    ],
)
def test_a_file_without_its_shape_is_refused_with_its_place(path: str, text: str, problem: str) -> None:
    with pytest.raises(SchemaError) as refused:
        small.catalog({path: text})
    assert problem in str(refused.value)
    assert refused.value.place is not None
    assert refused.value.place.startswith(path.rsplit("/", 1)[0])


@pytest.mark.parametrize(
    ("path", "text", "kind", "problem"),
    [
        (CONTROL_PATH, CONTROL.replace("streams: [doors]", "streams: [gates]"), UnknownReferenceError, "stream"),
        (CONTROL_PATH, CONTROL.replace("query: doors.sql", "query: windows.sql"), UnknownReferenceError, "query file"),
        (CONTROL_PATH, CONTROL.replace("query: doors.sql", "procedure: magic"), UnknownReferenceError, "procedure"),
        (CONTROL_PATH, CONTROL.replace("[G-01]", "[G-09]"), UnknownReferenceError, "depends_on"),
        (CONTROL_PATH, CONTROL.replace("streams: [doors]", "streams: [doors], derived: [walk]"),
         UnknownReferenceError, "derived table"),
        (SQL_PATH, CONTROL_SQL.replace("$period_to", "$period_end"), ParameterError, "period_end"),
        (GATE_PATH, GATE.replace("value: PT1S, ", ""), ParameterError, "no value"),
        ("physical/G-01-clocks/clocks.sql", small.GATE_SQL.replace("$most", "5"), ParameterError, "used by no test"),
        ("physical/D-01-doors/spare.sql", CONTROL_SQL, SchemaError, "no objective names"),
        ("physical/D-01-doors/cases/near.yaml", None, SchemaError, "no near-miss case"),
        ("physical/D-01-doors/cases/bad.yaml", FILES["physical/D-01-doors/cases/bad.yaml"] + "base: x\n",
         UnknownReferenceError, "base"),
        ("physical/D-01-doors/cases/bad.yaml", FILES["physical/D-01-doors/cases/bad.yaml"] + "objective: z\n",
         UnknownReferenceError, "objective"),
        ("profiles/small.yaml", PROFILE.replace("[D-01]", "[D-01, D-77]"), UnknownReferenceError, "D-77"),
        ("profiles/small.yaml", PROFILE.replace("parameter: most", "parameter: least"), UnknownReferenceError, "least"),
        ("profiles/small.yaml", PROFILE.replace("  - {level: L1, title: First, controls: [G-01]}\n", "").split(
            "settings")[0], UnknownReferenceError, "does not select"),
        ("sql/doors.sql", "-- streams: doors\nSELECT 1", SchemaError, "name of a stream"),
        ("sql/walk.sql", "-- streams: stairs\nSELECT 1", UnknownReferenceError, "stream"),
        ("sql/walk.sql", "-- streams: doors\nSELECT now() AS x", SchemaError, "now("),
        (SQL_PATH, CONTROL_SQL.replace("count(*) AS value", "random() AS value"), SchemaError, "random("),
        (SQL_PATH, CONTROL_SQL.replace("count(*) AS value", "CURRENT_DATE AS value"), SchemaError, "CURRENT_DATE"),
        (SQL_PATH, CONTROL_SQL.replace("FROM doors WHERE person", "FROM read_csv('x') WHERE person"), SchemaError,
         "read_csv("),
    ],
)  # fmt: skip
def test_lint_names_what_does_not_fit_together(
    path: str, text: str | None, kind: type[ContentError], problem: str
) -> None:
    problems = lint(small.catalog({path: text}), ())
    assert any(isinstance(p, kind) and problem in f"{p} {p.hint}" for p in problems), problems
    assert all(p.place and p.hint for p in problems)
    named = next(p for p in problems if isinstance(p, kind) and problem in f"{p} {p.hint}")
    assert named.place is not None
    # What is not there at all has a file or folder for its place, but no line.
    assert named.place[-1].isdigit() or named.value is None or "spare" in named.place or "doors.sql" in named.place


def test_a_derived_table_rests_on_streams_that_the_test_must_list() -> None:
    problems = lint(
        small.catalog(
            {
                "sql/walk.sql": "-- streams: clocks\nSELECT 1 AS x",
                CONTROL_PATH: CONTROL.replace("streams: [doors]", "streams: [doors], derived: [walk]"),
            }
        ),
        (),
    )
    assert ["clocks" in str(p) for p in problems] == [True]


def test_gates_come_first_and_the_profile_sets_parameters() -> None:
    baseline = resolve(small.catalog(), "small")
    assert [entry.control.id for entry in baseline.controls] == ["G-01", "D-01"]
    (most,) = baseline.controls[0].parameters
    assert (most.number, most.spoken, most.set_by, most.source) == (2_000_000, "2 s", "profile", "the profile")


@pytest.mark.parametrize(
    ("changes", "profile", "kind", "problem"),
    [
        ({}, "large", UnknownReferenceError, "unknown profile"),
        ({"profiles/small.yaml": PROFILE.replace("[D-01]", "[D-02]")}, "small", UnknownReferenceError, "D-02"),
        ({"profiles/small.yaml": PROFILE.replace("PT2S", "two")}, "small", ParameterError, "not a duration"),
        ({"profiles/small.yaml": PROFILE.split("settings")[0], GATE_PATH: GATE.replace("value: PT1S, ", "")},
         "small", ParameterError, "is unset"),
        ({GATE_PATH: GATE + "depends_on: [D-01]\n"}, "small", ContentError, "circle"),
    ],
)  # fmt: skip
def test_a_profile_that_cannot_be_resolved_is_refused(
    changes: dict[str, str], profile: str, kind: type[ContentError], problem: str
) -> None:
    with pytest.raises(kind, match=problem):
        resolve(small.catalog(changes), profile)


@given(st.sampled_from(sorted(FILES)))
def test_the_digest_moves_with_every_file_but_the_profiles(path: str) -> None:
    before = small.catalog()
    after = small.catalog({path: FILES[path] + "\n"})
    assert (before.digest == after.digest) == path.startswith("profiles/")
    if path.startswith("profiles/"):
        assert before.profile_digest("small") != after.profile_digest("small")


def test_links_and_hidden_files_are_not_content(tmp_path: object) -> None:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    (tmp_path / "a.yaml").write_text("x")
    (tmp_path / ".hidden.yaml").write_text("x")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "a.yaml")
    assert list(folder_files(tmp_path)) == ["a.yaml"]
