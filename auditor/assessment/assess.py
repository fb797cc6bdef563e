"""The whole assessment in order: plan, observe, find, derive; and the results as one value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.assessment.derive import derive_risks
from auditor.assessment.find import find, summarise
from auditor.assessment.observe import Evidence, Step, observe
from auditor.assessment.plan import plan
from auditor.catalog.catalog import Catalog
from auditor.model.assessment import (
    AssessedControl,
    AssessmentResults,
    Baseline,
    BaselineControl,
    BundleRecord,
    CatalogRecord,
    EngineRecord,
    ProfileRecord,
    Validation,
)
from auditor.model.bundle import Facility, Period
from auditor.model.control import Examine, Interview


def assess(
    catalog: Catalog,
    baseline: Baseline,
    evidence: Evidence,
    bundle: BundleRecord,
    facility: Facility,
    period: Period,
    as_of: int,
    engine: EngineRecord,
    validation: Mapping[str, Validation],
    on_step: Step = lambda activity: None,
) -> AssessmentResults:
    """Assess `evidence` against `baseline` as of an instant in microseconds.

    The same arguments give the same results, byte for byte: nothing here reads a clock, a path or a seed.
    """
    planned = plan(baseline)
    observations = observe(catalog, baseline, planned, evidence, period, as_of, on_step)
    findings = find(baseline, observations)
    return AssessmentResults(
        engine=engine,
        facility=facility,
        period=period,
        as_of=as_of,
        catalog=CatalogRecord(digest=baseline.catalog_digest, controls=len(catalog.controls)),
        profile=ProfileRecord(
            id=baseline.profile,
            title=baseline.title,
            status=baseline.status,
            digest=baseline.profile_digest,
            methods=baseline.methods,
        ),
        bundle=bundle,
        controls=_assessed(baseline, validation),
        plan=planned,
        observations=observations,
        findings=findings,
        risks=derive_risks(findings),
        verdict=summarise(baseline, findings),
    )


def _assessed(baseline: Baseline, validation: Mapping[str, Validation]) -> tuple[AssessedControl, ...]:
    entries: Sequence[BaselineControl] = sorted(baseline.controls, key=lambda e: e.control.id)
    return tuple(
        AssessedControl(
            id=entry.control.id,
            title=entry.control.title,
            domain=entry.control.domain,
            role=entry.control.role,
            level=entry.level,
            severity=entry.control.severity,
            statement=entry.control.statement,
            maps=entry.control.maps,
            depends_on=entry.control.depends_on,
            parameters=entry.parameters,
            limits=entry.control.limits,
            examine=_distinct_examine(entry),
            interview=_distinct_interview(entry),
            validation=validation.get(entry.control.id),
        )
        for entry in entries
    )


def _distinct_examine(entry: BaselineControl) -> tuple[Examine, ...]:
    return tuple(dict.fromkeys(e for objective in entry.control.objectives for e in objective.examine))


def _distinct_interview(entry: BaselineControl) -> tuple[Interview, ...]:
    return tuple(dict.fromkeys(i for objective in entry.control.objectives for i in objective.interview))
