"""The middle of the document: the summary of findings, each finding in full, and the risks that follow."""

from __future__ import annotations

from datetime import tzinfo

from auditor.canon.instant import format_duration
from auditor.report import times
from auditor.report.index import Index
from auditor.report.parts import (
    ControlView,
    DomainView,
    ExceptionRow,
    Fact,
    FindingView,
    GapRow,
    ObservationView,
    OutcomeView,
    ParameterRow,
    RiskRow,
    SummaryRow,
)
from auditor.report.signed import Node, Printed
from auditor.report.text import capital, count, literal, number, prose, sentence
from auditor.report.words import DOMAINS, MAPPINGS, SATISFIED, STATES, describe

_MICROSECONDS = ("us", "µs", "microsecond", "microseconds")


def compose_summary(results: Node, index: Index) -> tuple[SummaryRow, ...]:
    """One row for each finding, in the order of the results."""
    return tuple(
        SummaryRow(
            anchor=index.anchor(finding.control),
            control=finding.printed("name", f"{literal(finding.control)} {literal(finding.objective)}"),
            title=finding.printed("title", prose(finding.title, 300)),
            level=finding.printed("level", literal(finding.level)),
            severity=finding.printed("severity", literal(finding.severity)),
            outcome=index.word(finding),
        )
        for finding in results.findings
    )


def compose_domains(results: Node, index: Index, zone: tzinfo | None) -> tuple[DomainView, ...]:
    """Every finding in full, domain by domain."""
    present = [domain for domain in DOMAINS if any(control.domain == domain for control in results.controls)]
    return tuple(
        _domain(results, index, zone, domain, f"4.{position}") for position, domain in enumerate(present, start=1)
    )


def _domain(results: Node, index: Index, zone: tzinfo | None, domain: str, number_: str) -> DomainView:
    controls = [control for control in results.controls if control.domain == domain]
    findings = [finding for control in controls for finding in index.findings_of(control.id)]
    satisfied = sum(finding.state == SATISFIED for finding in findings)
    tally = f"{number(satisfied)} of {count(len(findings), 'determination statement')} satisfied"
    return DomainView(
        number=number_,
        anchor=f"domain-{domain}",
        title=DOMAINS[domain],
        tally=results.printed(f"tally:{domain}", tally),
        controls=tuple(_control(control, index, zone) for control in controls),
    )


def _control(control: Node, index: Index, zone: tzinfo | None) -> ControlView:
    gate = "; a gate: it judges the evidence itself" if control.role == "evidence-trust" else ""
    return ControlView(
        anchor=index.anchor(control.id),
        id=control.printed("id", literal(control.id)),
        title=control.printed("title", prose(control.title, 300)),
        meta=control.printed("meta", f"Level {literal(control.level)}; severity {literal(control.severity)}{gate}"),
        statement=control.printed("statement", prose(control.statement)),
        mappings=tuple(
            Fact(
                MAPPINGS.get(name, literal(name)),
                Printed(f"{control.pointer}/maps/{name}#text", ", ".join(prose(entry, 400) for entry in entries)),
            )
            for name, entries in control.maps.entries()
            if entries
        ),
        depends_on=control.printed("dependsOn", ", ".join(map(literal, control.depends_on)))
        if control.depends_on
        else "",
        parameters=tuple(_parameter(parameter) for parameter in control.parameters),
        findings=tuple(_finding(finding, index, zone) for finding in index.findings_of(control.id)),
        limits=control.each("limits", prose),
        foreseen=_foreseen(control),
    )


def _parameter(parameter: Node) -> ParameterRow:
    source = f"{prose(parameter.source)}; confidence {literal(parameter.confidence)}; set by the {parameter.set_by}"
    return ParameterRow(
        parameter.printed("name", literal(parameter.name)),
        parameter.printed("spoken", literal(parameter.spoken, 200)),
        parameter.printed("meaning", prose(parameter.meaning)),
        parameter.printed("source", source),
    )


def _foreseen(control: Node) -> tuple[Printed, ...]:
    examine = [
        one.printed(
            "text",
            f"Examine: {prose(one.object)} ({literal(one.kind)}; depth {literal(one.depth)}, "
            f"coverage {literal(one.coverage)})",
        )
        for one in control.examine
    ]
    interview = [
        one.printed(
            "text",
            f"Interview: {prose(one.who)}, about {prose(one.about)} (depth {literal(one.depth)}, "
            f"coverage {literal(one.coverage)})",
        )
        for one in control.interview
    ]
    return (*examine, *interview)


def _finding(finding: Node, index: Index, zone: tzinfo | None) -> FindingView:
    observations = index.observations_of(finding)
    return FindingView(
        label=finding.printed("label", f"{literal(finding.control)} {literal(finding.objective)}"),
        determine=finding.printed("determine", prose(finding.determine)),
        state=finding.printed("state", STATES[finding.state]),
        outcome=index.outcome(finding, "finding"),
        detail=finding.printed("detail", sentence(prose(index.detail(finding)))) if index.detail(finding) else "",
        observations=tuple(_observation(observation, finding, zone) for observation in observations),
    )


def _observation(observation: Node, finding: Node, zone: tzinfo | None) -> ObservationView:
    listed = len(observation.exceptions)
    total = observation.violations + observation.possibles
    note = f"{number(listed)} of {number(total)} are listed; the counts are of all of them."
    outcome = None
    if (observation.outcome, observation.reason) != (finding.outcome, finding.reason):
        text = describe(observation.outcome, observation.computed, observation.reason, observation.gates)
        outcome = OutcomeView(observation.outcome, observation.printed("outcome", text))
    said = observation.detail and observation.detail not in finding.detail
    return ObservationView(
        method=observation.printed("method", literal(observation.method)),
        outcome=outcome,
        detail=observation.printed("detail", sentence(prose(observation.detail))) if said else "",
        facts=_facts(observation),
        exceptions=tuple(_exception(exception, zone) for exception in observation.exceptions),
        exceptions_note=observation.printed("listed", note) if total > listed else "",
        gaps=tuple(gap_row(gap, zone) for gap in observation.gaps),
    )


def _facts(observation: Node) -> tuple[Fact, ...]:
    facts = []
    population = observation.population
    if population is not None:
        text = (
            f"{number(population.examined)} examined of {number(population.expected)} expected; "
            f"unit: {prose(population.unit, 300)}"
        )
        facts.append(Fact("Population", population.printed("counts", text)))
        text = f"{count(observation.violations, 'violation')}, {number(observation.possibles)} possible"
        facts.append(Fact("Exceptions", observation.printed("counts", text)))
    elif observation.method == "test":
        facts.append(Fact("Population", observation.printed("population", "none could be established")))
    facts.extend(
        Fact(measure.printed("name", capital(prose(measure.name, 300))), measure.printed("value", _measure(measure)))
        for measure in observation.measures
    )
    return tuple(facts)


def _measure(measure: Node) -> str:
    if measure.unit in _MICROSECONDS:
        return format_duration(measure.value)
    return f"{number(measure.value)} {prose(measure.unit, 300)}"


def _exception(exception: Node, zone: tzinfo | None) -> ExceptionRow:
    cited = ", ".join(f"{literal(ref.item)}#{ref.record}" for ref in exception.evidence)
    more = exception.cited - len(exception.evidence)
    if more > 0:
        cited = f"{cited} and {count(more, 'more row', 'more rows')}"
    when = times.span_lines(exception.instant("began"), exception.instant("ended"), zone)
    return ExceptionRow(
        certainty=exception.printed("certainty", literal(exception.certainty)),
        mark="not-met" if exception.certainty == "violation" else "possible",
        subject=exception.printed("subject", literal(exception.subject)),
        when=_lines(exception, when),
        sentence=exception.printed("sentence", prose(exception.sentence)),
        evidence=exception.printed("evidence", cited or "none"),
    )


def _lines(node: Node, lines: tuple[str, ...]) -> tuple[Printed, ...]:
    return tuple(node.printed(f"when:{n}", line) for n, line in enumerate(lines))


def gap_row(gap: Node, zone: tzinfo | None) -> GapRow:
    """A gap in a stream, with the span it leaves open."""
    period = gap.period
    when = times.span_lines(period.at("from"), period.at("to"), zone) if period else ("whole period",)
    return GapRow(
        stream=gap.printed("stream", literal(gap.stream)),
        scope=gap.printed("scope", literal(gap.scope) or "whole stream"),
        when=_lines(gap, when),
        reason=gap.printed("reason", prose(gap.reason)),
    )


def compose_risks(results: Node, index: Index) -> tuple[RiskRow, ...]:
    """One POA&M item for each finding that is other than satisfied."""
    return tuple(
        RiskRow(
            id=risk.printed("id", literal(risk.id)),
            anchor=index.anchor(risk.control),
            control=risk.printed("control", f"{literal(risk.control)} {literal(risk.objective)}"),
            severity=risk.printed("severity", literal(risk.severity)),
            statement=risk.printed("statement", prose(risk.statement)),
            remedy=risk.printed("remedy", prose(risk.remedy)),
        )
        for risk in results.risks
    )
