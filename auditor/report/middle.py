"""The middle of the document: the summary of findings, each finding in full, and the risks that follow."""

from __future__ import annotations

from datetime import tzinfo

from auditor.canon.instant import format_duration
from auditor.model.assessment import AssessedControl, AssessmentResults, Finding, Observation, State
from auditor.model.control import Domain, Role
from auditor.model.evidence import Gap
from auditor.model.test_result import Certainty, ExceptionRecord, Measure
from auditor.report import times
from auditor.report.front import DOMAINS, tally
from auditor.report.index import Index
from auditor.report.parts import (
    ControlView,
    DomainView,
    ExceptionRow,
    Fact,
    FindingView,
    GapRow,
    ObservationView,
    ParameterRow,
    RiskRow,
    SummaryRow,
)
from auditor.report.text import capital, count, literal, number, prose, sentence
from auditor.report.words import MAPPINGS, describe

_MICROSECONDS = ("us", "µs", "microsecond", "microseconds")
_STATES = {State.SATISFIED: "satisfied", State.OTHER_THAN_SATISFIED: "other than satisfied"}


def compose_summary(results: AssessmentResults, index: Index) -> tuple[SummaryRow, ...]:
    """One row for each finding, in the order of the results."""
    return tuple(
        SummaryRow(
            anchor=index.anchor(finding.control),
            control=literal(finding.control),
            objective=literal(finding.objective),
            title=prose(finding.title, 300),
            domain=DOMAINS[finding.domain],
            level=literal(finding.level),
            severity=str(finding.severity),
            outcome=index.outcome(finding),
        )
        for finding in results.findings
    )


def compose_domains(results: AssessmentResults, index: Index, zone: tzinfo | None) -> tuple[DomainView, ...]:
    """Every finding in full, domain by domain."""
    present = [domain for domain in Domain if any(control.domain is domain for control in results.controls)]
    return tuple(
        _domain(results, index, zone, domain, f"4.{position}") for position, domain in enumerate(present, start=1)
    )


def _domain(results: AssessmentResults, index: Index, zone: tzinfo | None, domain: Domain, number_: str) -> DomainView:
    controls = [control for control in results.controls if control.domain is domain]
    findings = [finding for control in controls for finding in index.findings_of(control.id)]
    satisfied = sum(finding.state is State.SATISFIED for finding in findings)
    return DomainView(
        number=number_,
        anchor=f"domain-{domain}",
        title=DOMAINS[domain],
        tally=tally(satisfied, len(findings)),
        controls=tuple(_control(control, index, zone) for control in controls),
    )


def _control(control: AssessedControl, index: Index, zone: tzinfo | None) -> ControlView:
    gate = "; a gate: it judges the evidence itself" if control.role is Role.EVIDENCE_TRUST else ""
    return ControlView(
        anchor=index.anchor(control.id),
        id=literal(control.id),
        title=prose(control.title, 300),
        meta=f"Level {literal(control.level)}; severity {control.severity}{gate}",
        statement=prose(control.statement),
        mappings=tuple(
            Fact(MAPPINGS.get(name, literal(name)), ", ".join(prose(entry, 400) for entry in entries))
            for name, entries in control.maps.items()
            if entries
        ),
        depends_on=", ".join(map(literal, control.depends_on)),
        parameters=tuple(
            ParameterRow(
                literal(parameter.name),
                literal(parameter.spoken, 200),
                prose(parameter.meaning),
                f"{prose(parameter.source)}; confidence {literal(parameter.confidence)}; set by the {parameter.set_by}",
            )
            for parameter in control.parameters
        ),
        findings=tuple(_finding(finding, index, zone) for finding in index.findings_of(control.id)),
        limits=tuple(prose(limit) for limit in control.limits),
        foreseen=_foreseen(control),
    )


def _foreseen(control: AssessedControl) -> tuple[str, ...]:
    examine = [f"Examine: {prose(one.object)} ({one.kind}; depth {one.depth}, coverage {one.coverage})"
               for one in control.examine]  # fmt: skip
    interview = [f"Interview: {prose(one.who)}, about {prose(one.about)} (depth {one.depth}, coverage {one.coverage})"
                 for one in control.interview]  # fmt: skip
    return (*examine, *interview)


def _finding(finding: Finding, index: Index, zone: tzinfo | None) -> FindingView:
    observations = index.observations_of(finding)
    return FindingView(
        label=f"{literal(finding.control)} {literal(finding.objective)}",
        determine=prose(finding.determine),
        satisfied=finding.state is State.SATISFIED,
        state=_STATES[finding.state],
        outcome=index.outcome(finding),
        detail=sentence(prose(index.detail(finding))),
        observations=tuple(_observation(observation, finding, zone) for observation in observations),
    )


def _observation(observation: Observation, finding: Finding, zone: tzinfo | None) -> ObservationView:
    facts = []
    population = observation.population
    if population is not None:
        facts.append(
            Fact("Population", f"{number(population.examined)} examined of {number(population.expected)} expected; "
                               f"unit: {prose(population.unit, 300)}")
        )  # fmt: skip
    elif observation.method == "test":
        facts.append(Fact("Population", "none could be established"))
    if population is not None:
        facts.append(Fact("Exceptions", f"{count(observation.violations, 'violation')}, "
                                        f"{number(observation.possibles)} possible"))  # fmt: skip
    facts.extend(Fact(capital(prose(measure.name, 300)), _measure(measure)) for measure in observation.measures)
    listed = len(observation.exceptions)
    total = observation.violations + observation.possibles
    note = f"{number(listed)} of {number(total)} are listed; the counts are of all of them." if total > listed else ""
    return ObservationView(
        method=str(observation.method),
        outcome=None
        if (observation.outcome, observation.reason) == (finding.outcome, finding.reason)
        else describe(observation.outcome, observation.computed, observation.reason, observation.gates),
        detail=sentence(prose(observation.detail)) if observation.detail not in finding.detail else "",
        facts=tuple(facts),
        exceptions=tuple(_exception(exception, zone) for exception in observation.exceptions),
        exceptions_note=note,
        gaps=tuple(gap_row(gap, zone) for gap in observation.gaps),
    )


def _measure(measure: Measure) -> str:
    if measure.unit in _MICROSECONDS:
        return format_duration(measure.value)
    return f"{number(measure.value)} {prose(measure.unit, 300)}"


def _exception(exception: ExceptionRecord, zone: tzinfo | None) -> ExceptionRow:
    violation = exception.certainty is Certainty.VIOLATION
    cited = ", ".join(f"{literal(ref.item)}#{ref.record}" for ref in exception.evidence)
    more = exception.cited - len(exception.evidence)
    if more > 0:
        cited = f"{cited} and {count(more, 'more row', 'more rows')}"
    return ExceptionRow(
        certainty=str(exception.certainty),
        mark="not-met" if violation else "possible",
        subject=literal(exception.subject),
        when=times.span_lines(exception.began, exception.ended, zone),
        sentence=prose(exception.sentence),
        evidence=cited or "none",
    )


def gap_row(gap: Gap, zone: tzinfo | None) -> GapRow:
    """A gap in a stream, with the span it leaves open."""
    period = gap.period
    return GapRow(
        stream=literal(gap.stream),
        scope=literal(gap.scope) or "whole stream",
        when=times.span_lines(period.began, period.ended, zone) if period else ("whole period",),
        reason=prose(gap.reason),
    )


def compose_risks(results: AssessmentResults, index: Index) -> tuple[RiskRow, ...]:
    """One POA&M item for each finding that is other than satisfied."""
    return tuple(
        RiskRow(
            id=literal(risk.id),
            anchor=index.anchor(risk.control),
            control=f"{literal(risk.control)} {literal(risk.objective)}",
            severity=str(risk.severity),
            statement=prose(risk.statement),
            remedy=prose(risk.remedy),
        )
        for risk in results.risks
    )
