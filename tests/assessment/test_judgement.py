"""Observe, find, derive over the small catalog: outcomes, gates, and that missing evidence never helps."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.assessment.assess import assess
from auditor.assessment.observe import Evidence, judge
from auditor.canon.json import canonical_bytes, parse_strict
from auditor.catalog.resolve import resolve
from auditor.errors import ContentError
from auditor.evidence.tables import Tables
from auditor.model.assessment import (
    AssessmentResults,
    BundleRecord,
    EngineRecord,
    Outcome,
    Reason,
    State,
)
from auditor.model.bundle import Facility, Period
from auditor.model.evidence import RECORD_BITS, EvidenceRef, Gap, StreamCoverage
from auditor.model.test_result import Population, TestResult
from tests import small

PERIOD = Period.model_validate({"from": "2026-10-01T00:00:00Z", "to": "2026-10-08T00:00:00Z"})
DAY = 86_400_000_000
FACILITY = Facility(id="f", name="F", operator="O", address="A", country="NO", timezone="Europe/Oslo")
GOOD_DOORS = [{"ts": PERIOD.began + i * DAY, "door": "d", "person": "p"} for i in range(3)]
GOOD_CLOCKS = [{"host": "h", "offset": 5}, {"host": "i", "offset": -9}]


def coverage(
    stream: str, rows: int, *, items: Sequence[str] = ("x",), rejected: int = 0, gaps: int = 0
) -> StreamCoverage:
    listed = tuple(Gap(stream=stream, scope="", period=PERIOD, reason="silence") for _ in range(gaps))
    return StreamCoverage(stream=stream, items=tuple(items), rows=rows, rejected=rejected, gaps=listed, gap_count=gaps)


def run(
    doors: Sequence[dict[str, object]] | None = None,
    clocks: Sequence[dict[str, object]] | None = None,
    changes: dict[str, str] | None = None,
    covered: dict[str, StreamCoverage] | None = None,
    threads: int = 1,
) -> AssessmentResults:
    catalog = small.catalog(changes)
    doors = GOOD_DOORS if doors is None else doors
    clocks = GOOD_CLOCKS if clocks is None else clocks
    tables = Tables.from_rows(catalog.streams, {"doors": doors, "clocks": clocks}, threads=threads)
    names = sorted(catalog.streams)
    evidence = Evidence(
        tables,
        {"doors": coverage("doors", len(doors)), "clocks": coverage("clocks", len(clocks)), **(covered or {})},
        lambda ref: EvidenceRef(item=names[ref >> RECORD_BITS], record=ref & ((1 << RECORD_BITS) - 1)),
    )
    bundle = BundleRecord(root="0" * 64, size=1, items=(), coverage=(), rejects=(), reject_count=0)
    return assess(
        catalog, resolve(catalog, "small"), evidence, bundle, FACILITY, PERIOD, PERIOD.ended,
        EngineRecord(name="auditor", version="0"), {},
    )  # fmt: skip


def outcome(results: AssessmentResults, control: str) -> Outcome:
    return next(f.outcome for f in results.findings if f.control == control)


NOBODY = {"ts": PERIOD.began, "door": "d", "person": None}
MAYBE = {"ts": PERIOD.began, "door": "maybe", "person": None}


def test_good_evidence_is_met_and_the_level_is_reached() -> None:
    results = run()
    assert {f.state for f in results.findings} == {State.SATISFIED}
    assert results.verdict.level == "L2"
    assert results.risks == ()


def test_a_violation_is_not_met_and_cites_its_row() -> None:
    results = run(doors=[*GOOD_DOORS, NOBODY])
    observation = next(o for o in results.observations if o.control == "D-01")
    assert (observation.outcome, observation.violations) == (Outcome.NOT_MET, 1)
    # The table is sorted by time, but a row keeps the number it had in its file.
    assert observation.exceptions[0].evidence == (EvidenceRef(item="doors", record=4),)
    assert results.verdict.level == "L1"
    assert [r.id for r in results.risks] == ["R-D-01-a"]


def test_a_failed_gate_makes_its_dependents_untrusted_and_keeps_what_was_computed() -> None:
    results = run(doors=[*GOOD_DOORS, NOBODY], clocks=[{"host": "h", "offset": 5_000_000}])
    observation = next(o for o in results.observations if o.control == "D-01")
    assert (observation.outcome, observation.computed) == (Outcome.UNTRUSTED, Outcome.NOT_MET)
    assert (observation.gates, observation.reason) == (("G-01",), Reason.GATE_NOT_HELD)
    assert observation.exceptions
    assert "said not-met" in next(f.detail for f in results.findings if f.control == "D-01")


def test_an_unseen_gate_does_not_hold() -> None:
    results = run(covered={"clocks": coverage("clocks", 0, items=())})
    assert (outcome(results, "G-01"), outcome(results, "D-01")) == (Outcome.NOT_EVIDENCED, Outcome.UNTRUSTED)


@pytest.mark.parametrize(
    ("doors", "covered", "expected", "reason"),
    [
        (None, coverage("doors", 0, items=()), Outcome.NOT_EVIDENCED, Reason.EVIDENCE_MISSING),
        ([], coverage("doors", 0), Outcome.NOT_EVIDENCED, Reason.EVIDENCE_MISSING),
        (None, coverage("doors", 3, rejected=1), Outcome.NOT_EVIDENCED, Reason.EVIDENCE_UNREADABLE),
        (None, coverage("doors", 3, gaps=2), Outcome.NOT_EVIDENCED, Reason.COVERAGE_GAP),
        ([MAYBE], coverage("doors", 1, gaps=1), Outcome.NOT_EVIDENCED, Reason.COVERAGE_GAP),
        ([NOBODY], coverage("doors", 1, gaps=1), Outcome.NOT_MET, Reason.EXCEPTIONS),
        ([NOBODY], coverage("doors", 1, rejected=1), Outcome.NOT_MET, Reason.EXCEPTIONS),
        ([MAYBE], coverage("doors", 1), Outcome.POSSIBLE, Reason.EXCEPTIONS),
        ([{"ts": PERIOD.ended, "door": "d", "person": "p"}], coverage("doors", 1), Outcome.NOT_EVIDENCED,
         Reason.EMPTY_POPULATION),
    ],
)  # fmt: skip
def test_anything_missing_keeps_a_finding_from_satisfied(
    doors: list[dict[str, object]] | None, covered: StreamCoverage, expected: Outcome, reason: Reason
) -> None:
    finding = next(f for f in run(doors=doors, covered={"doors": covered}).findings if f.control == "D-01")
    assert (finding.outcome, finding.reason, finding.state) == (expected, reason, State.OTHER_THAN_SATISFIED)


def test_a_population_only_partly_examined_is_not_evidenced() -> None:
    result = TestResult(population=Population(unit="doors", expected=5, examined=4))
    assert judge(result, [coverage("doors", 9)], small.catalog())[:2] == (
        Outcome.NOT_EVIDENCED, Reason.PARTIAL_POPULATION,
    )  # fmt: skip


def test_a_stale_register_is_named_as_stale() -> None:
    result = TestResult(population=Population(unit="clocks", expected=1, examined=1))
    assert judge(result, [coverage("clocks", 2, gaps=1)], small.catalog())[1] is Reason.EVIDENCE_STALE


def test_a_required_method_that_nobody_performed_is_never_satisfied() -> None:
    profile = small.PROFILE.replace("methods: [test]", "methods: [test, interview]")
    results = run(changes={"profiles/small.yaml": profile})
    assert {f.control: f.reason for f in results.findings} == {
        "G-01": Reason.METHOD_NOT_PERFORMED,
        "D-01": Reason.GATE_NOT_HELD,
    }
    assert results.verdict.satisfied == 0


door = st.fixed_dictionaries(
    {
        "ts": st.integers(PERIOD.began - DAY, PERIOD.ended + DAY),
        "door": st.sampled_from(["d", "e", "maybe"]),
        "person": st.none() | st.sampled_from(["p", "q"]),
    }
)
clock = st.fixed_dictionaries({"host": st.sampled_from(["h", "i"]), "offset": st.integers(-3_000_000, 3_000_000)})


@settings(max_examples=60, deadline=None)
@given(st.lists(door, max_size=6), st.lists(clock, max_size=4), st.data())
def test_withholding_a_stream_never_turns_a_finding_towards_satisfied(
    doors: list[dict[str, object]], clocks: list[dict[str, object]], data: st.DataObject
) -> None:
    whole = run(doors, clocks)
    withheld = data.draw(st.sampled_from(["doors", "clocks"]))
    less = run(
        [] if withheld == "doors" else doors,
        [] if withheld == "clocks" else clocks,
        covered={withheld: coverage(withheld, 0, items=())},
    )
    for before, after in zip(whole.findings, less.findings, strict=True):
        assert not (after.state is State.SATISFIED and before.state is not State.SATISFIED)


@settings(max_examples=40, deadline=None)
@given(st.lists(door, max_size=8), st.lists(clock, max_size=4))
def test_every_determination_statement_gets_exactly_one_finding(
    doors: list[dict[str, object]], clocks: list[dict[str, object]]
) -> None:
    results = run(doors, clocks)
    assert sorted((f.control, f.objective) for f in results.findings) == [("D-01", "a"), ("G-01", "a")]


@settings(max_examples=25, deadline=None)
@given(st.lists(door, max_size=8))
def test_thread_counts_and_round_trips_change_no_byte(doors: list[dict[str, object]]) -> None:
    one = canonical_bytes(run(doors).document())
    assert canonical_bytes(run(doors, threads=4).document()) == one
    assert canonical_bytes(AssessmentResults.model_validate(parse_strict(one)).document()) == one


def test_many_exceptions_are_counted_whole_and_listed_to_a_limit() -> None:
    many = [{"ts": PERIOD.began + n, "door": "d" if n % 3 else "maybe", "person": None} for n in range(900)]
    observation = next(o for o in run(doors=many).observations if o.control == "D-01")
    assert (observation.violations, observation.possibles, len(observation.exceptions)) == (600, 300, 200)
    assert [e.began for e in observation.exceptions[:3]] == [PERIOD.began + n for n in (1, 2, 4)]
    assert {e.certainty for e in observation.exceptions} == {"violation"}


def test_a_certainty_of_another_kind_is_a_fault_of_the_content() -> None:
    odd = small.CONTROL_SQL.replace("'violation' END", "'certain' END")
    with pytest.raises(ContentError, match="neither"):
        run(doors=[NOBODY], changes={"physical/D-01-doors/doors.sql": odd})


FAR_CLOCKS = [*GOOD_CLOCKS, {"host": "z", "offset": -(2**63)}]
FAR_MOMENT = small.CONTROL_SQL.replace("NULL::BIGINT AS ended", "ts + 300000000000000000 AS ended")
FAR_SUM = small.CONTROL_SQL.replace("count(*) AS value", "CAST(sum(ts) * 4000000 AS BIGINT) AS value")


@pytest.mark.parametrize(
    ("clocks", "changes", "control", "detail"),
    [
        (FAR_CLOCKS, {}, "G-01", "a figure is too large to compute with"),
        (GOOD_CLOCKS, {"physical/D-01-doors/doors.sql": FAR_SUM}, "D-01", "a figure is too large to compute with"),
        (GOOD_CLOCKS, {"physical/D-01-doors/doors.sql": FAR_MOMENT}, "D-01", "outside the years 1 to 9999"),
    ],
    ids=["overflow", "overflow in a cast", "no day of any calendar"],
)
def test_a_figure_that_evidence_made_too_large_is_not_evidenced_and_stops_nothing(
    clocks: list[dict[str, object]], changes: dict[str, str], control: str, detail: str
) -> None:
    results = run(doors=[*GOOD_DOORS, NOBODY], clocks=clocks, changes=changes)
    observation = next(o for o in results.observations if o.control == control)
    assert (observation.computed, observation.reason) == (Outcome.NOT_EVIDENCED, Reason.EVIDENCE_UNREADABLE)
    assert detail in observation.detail
    assert canonical_bytes(results.document())
