"""Derive: the risk and the remedy that follow from each finding that is other than satisfied."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.model.assessment import Finding, Outcome, Reason, Risk, State

_REMEDIES = {
    Reason.EVIDENCE_MISSING: "Deliver the named records for the whole assessment period.",
    Reason.EVIDENCE_STALE: "Export the named registers again, close to the end of the period.",
    Reason.EVIDENCE_UNREADABLE: "Correct the export so that every record fits its stream, and deliver it again.",
    Reason.COVERAGE_GAP: "Deliver the records of the named gaps, or show that the source was not in use.",
    Reason.EMPTY_POPULATION: "Show that the population exists, or take the control out of the claim.",
    Reason.PARTIAL_POPULATION: "Deliver the records of the part that could not be examined.",
    Reason.GATE_NOT_HELD: "First remedy the control that vouches for the evidence, then assess again.",
    Reason.METHOD_NOT_PERFORMED: "Have an assessor perform the method and record the judgement.",
    Reason.EXCEPTIONS: "Find the cause of each exception, remedy it, and show a period without one.",
}


def derive_risks(findings: Sequence[Finding]) -> tuple[Risk, ...]:
    """One POA&M item for each finding that is other than satisfied, in the order of the findings."""
    return tuple(_risk(finding) for finding in findings if finding.state is not State.SATISFIED)


def _risk(finding: Finding) -> Risk:
    shown = {
        Outcome.NOT_MET: "does not hold",
        Outcome.POSSIBLE: "may not hold",
        Outcome.NOT_EVIDENCED: "is not shown",
        Outcome.UNTRUSTED: "rests on evidence that cannot be trusted",
    }[finding.outcome]
    return Risk(
        id=f"R-{finding.control}-{finding.objective}",
        control=finding.control,
        objective=finding.objective,
        severity=finding.severity,
        statement=f"{finding.title}: this {shown} ({finding.detail}).",
        remedy=_REMEDIES[finding.reason or Reason.EXCEPTIONS],
    )
