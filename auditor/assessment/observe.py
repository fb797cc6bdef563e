"""Observe: run each planned activity and say what it showed. Missing evidence never helps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from auditor.assessment.run_test import Resolve, run_test
from auditor.catalog.catalog import Catalog
from auditor.errors import EvidenceFormatError
from auditor.model.assessment import Activity, AssessmentPlan, Baseline, BaselineControl, Observation, Outcome, Reason
from auditor.model.bundle import Period
from auditor.model.control import Method, Objective, Role
from auditor.model.evidence import Gap, StreamCoverage
from auditor.model.test_result import TestResult
from auditor.procedures.raw import Tables

MAX_GAPS = 20


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence as the assessment sees it: locked tables, coverage by stream, and how to cite a row."""

    tables: Tables
    coverage: Mapping[str, StreamCoverage]
    resolve: Resolve
    hide: Callable[[str], str] = lambda text: text
    """Puts pseudonyms in place of the names of persons in a text."""


Step = Callable[[Activity], None]
"""Called before each activity, so that the caller can show progress."""


def observe(
    catalog: Catalog,
    baseline: Baseline,
    plan: AssessmentPlan,
    evidence: Evidence,
    period: Period,
    as_of: int,
    on_step: Step = lambda activity: None,
) -> tuple[Observation, ...]:
    """One observation for each activity that is planned, or required by the profile though not planned."""
    entries = {entry.control.id: entry for entry in baseline.controls}
    observed: list[Observation] = []
    held: dict[str, bool] = {}
    for activity in plan.activities:
        entry = entries[activity.control]
        objective = next(o for o in entry.control.objectives if o.id == activity.objective)
        if activity.planned:
            on_step(activity)
            seen = _test(catalog, entry, objective, evidence, period, as_of)
        elif activity.method in baseline.methods:
            seen = _not_performed(activity)
        else:
            continue
        seen = _gated(_hidden(seen, evidence.hide), entry, entries, held)
        held[activity.control] = held.get(activity.control, True) and seen.outcome is Outcome.MET
        observed.append(seen)
    return tuple(observed)


def _hidden(seen: Observation, hide: Callable[[str], str]) -> Observation:
    """The observation as it may be published: no verdict depends on what is changed here."""
    exceptions = tuple(
        one.model_copy(update={"subject": hide(one.subject), "sentence": hide(one.sentence)}) for one in seen.exceptions
    )
    return seen.model_copy(update={"detail": hide(seen.detail), "exceptions": exceptions})


def _not_performed(activity: Activity) -> Observation:
    return Observation(
        control=activity.control,
        objective=activity.objective,
        method=activity.method,
        outcome=Outcome.NOT_EVIDENCED,
        computed=Outcome.NOT_EVIDENCED,
        reason=Reason.METHOD_NOT_PERFORMED,
        detail=f"the profile requires the method {activity.method}, which was not performed",
    )


def _gated(
    seen: Observation, entry: BaselineControl, entries: Mapping[str, BaselineControl], held: Mapping[str, bool]
) -> Observation:
    """Nothing that rests on evidence which failed its own test can be relied on, whatever it computed."""
    failed = tuple(
        gate
        for gate in entry.control.depends_on
        if gate in entries and entries[gate].control.role is Role.EVIDENCE_TRUST and not held.get(gate, False)
    )
    if not failed:
        return seen
    return seen.model_copy(update={"outcome": Outcome.UNTRUSTED, "reason": Reason.GATE_NOT_HELD, "gates": failed})


def _test(
    catalog: Catalog, entry: BaselineControl, objective: Objective, evidence: Evidence, period: Period, as_of: int
) -> Observation:
    control = entry.control
    coverage = [evidence.coverage[name] for name in objective.test.streams]
    missing = [stream.stream for stream in coverage if not stream.delivered]
    if missing:
        return _without_result(
            entry, objective, Reason.EVIDENCE_MISSING, f"not delivered: {', '.join(missing)}", coverage
        )
    query = catalog.controls[control.id].queries.get(objective.test.query or "")
    try:
        result = run_test(catalog, objective, query, evidence.tables, entry.numbers, period, as_of, evidence.resolve)
    except EvidenceFormatError as error:
        return _without_result(entry, objective, Reason.EVIDENCE_UNREADABLE, str(error), coverage)
    outcome, reason, detail = judge(result, coverage, catalog)
    return Observation(
        control=control.id,
        objective=objective.id,
        method=Method.TEST,
        outcome=outcome,
        computed=outcome,
        reason=reason,
        detail=detail,
        population=result.population,
        violations=result.violations,
        possibles=result.possibles,
        exceptions=result.exceptions,
        measures=result.measures,
        gaps=_gaps(coverage),
    )


def _without_result(
    entry: BaselineControl, objective: Objective, reason: Reason, detail: str, coverage: Sequence[StreamCoverage]
) -> Observation:
    return Observation(
        control=entry.control.id,
        objective=objective.id,
        method=Method.TEST,
        outcome=Outcome.NOT_EVIDENCED,
        computed=Outcome.NOT_EVIDENCED,
        reason=reason,
        detail=detail,
        gaps=_gaps(coverage),
    )


def _gaps(coverage: Sequence[StreamCoverage]) -> tuple[Gap, ...]:
    return tuple(gap for stream in coverage for gap in stream.gaps)[:MAX_GAPS]


def judge(
    result: TestResult, coverage: Sequence[StreamCoverage], catalog: Catalog
) -> tuple[Outcome, Reason | None, str]:
    """The outcome of a test over evidence of this coverage.

    The order decides: a violation stands even on partial evidence; after that, anything missing keeps the
    outcome from being better than not evidenced; only then may the result speak.
    """
    population = result.population
    if result.violations:
        also = f", and {result.possibles} more possible" if result.possibles else ""
        return Outcome.NOT_MET, Reason.EXCEPTIONS, f"{_count(result.violations, 'violation')}{also}"
    empty = [s.stream for s in coverage if s.rows == 0 and catalog.streams[s.stream].empty == "refused"]
    if empty:
        return Outcome.NOT_EVIDENCED, Reason.EVIDENCE_MISSING, f"delivered without any record: {', '.join(empty)}"
    rejected = [s for s in coverage if s.rejected]
    if rejected:
        named = ", ".join(f"{s.stream} ({s.rejected})" for s in rejected)
        return Outcome.NOT_EVIDENCED, Reason.EVIDENCE_UNREADABLE, f"records that do not fit their stream: {named}"
    gapped = [s for s in coverage if s.gap_count]
    if gapped:
        stale = all(catalog.streams[s.stream].complete.by == "snapshot" for s in gapped)
        named = ", ".join(f"{s.stream} ({_count(s.gap_count, 'gap')})" for s in gapped)
        return (
            Outcome.NOT_EVIDENCED,
            Reason.EVIDENCE_STALE if stale else Reason.COVERAGE_GAP,
            f"the period is not covered: {named}",
        )
    if population.expected <= 0:
        return Outcome.NOT_EVIDENCED, Reason.EMPTY_POPULATION, f"there are no {population.unit} to look at"
    if population.examined < population.expected:
        return (
            Outcome.NOT_EVIDENCED,
            Reason.PARTIAL_POPULATION,
            f"only {population.examined} of {population.expected} {population.unit} could be examined",
        )
    if result.possibles:
        return Outcome.POSSIBLE, Reason.EXCEPTIONS, f"{_count(result.possibles, 'possible violation')}"
    return Outcome.MET, None, f"no exception in {population.examined} {population.unit}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
