"""The summary of an assessment for a terminal of 80 columns."""

from __future__ import annotations

import textwrap

from auditor.canon.instant import format_instant
from auditor.model.assessment import AssessmentResults, BundleRecord, Finding, Outcome, State

_MARK = {
    Outcome.MET: "ok",
    Outcome.NOT_MET: "NOT MET",
    Outcome.POSSIBLE: "possible",
    Outcome.NOT_EVIDENCED: "no evidence",
    Outcome.UNTRUSTED: "untrusted",
}
WIDTH = 80


def summary(results: AssessmentResults) -> str:
    """Facility, period, one line for each finding, the levels, and what was not performed."""
    lines = [
        f"{results.facility.name} ({results.facility.id}), profile {results.profile.id}",
        _span(results),
        _evidence(results.bundle),
        "",
    ]
    domain = None
    for finding in results.findings:
        if finding.domain is not domain:
            domain = finding.domain
            lines.append(f"{domain.upper()}")
        lines.extend(_finding(finding))
    lines += ["", *_levels(results), ""]
    lines += textwrap.wrap(
        "Examining and interviewing were not performed: this edition tests records only. "
        f"Status: {results.profile.status}",
        WIDTH,
    )
    return "\n".join(lines)


def _span(results: AssessmentResults) -> str:
    began, ended, as_of = map(format_instant, (results.period.began, results.period.ended, results.as_of))
    return f"{began} to {ended}, as of {as_of}"


def _evidence(bundle: BundleRecord) -> str:
    rows = sum(item.rows for item in bundle.items)
    return (
        f"{rows:,} records in {len(bundle.items)} items, {bundle.reject_count:,} rejected; bundle {bundle.root[:16]}…"
    )


def _finding(finding: Finding) -> list[str]:
    name = f"{finding.control}.{finding.objective}"
    lines = [f"  {_MARK[finding.outcome]:<11} {name:<7} {textwrap.shorten(finding.title, 57, placeholder='…')}"]
    if finding.state is not State.SATISFIED:
        lines += textwrap.wrap(finding.detail, WIDTH, initial_indent=" " * 22, subsequent_indent=" " * 22)
    return lines


def _levels(results: AssessmentResults) -> list[str]:
    verdict = results.verdict
    lines = [f"{verdict.satisfied} of {verdict.total} determination statements are satisfied."]
    for level in verdict.levels:
        reached = "reached" if level.reached else "not reached"
        binding = f"; in the way: {', '.join(level.binding)}" if level.binding else ""
        text = f"{level.level}: {reached}, {level.satisfied} of {level.total} controls{binding}"
        lines += textwrap.wrap(text, WIDTH - 2, initial_indent="  ", subsequent_indent="      ")
    return lines
