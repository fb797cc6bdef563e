"""The front of the document: cover, scope and limits, and how it was tested."""

from __future__ import annotations

from collections import Counter
from datetime import tzinfo
from typing import NamedTuple

from auditor.model.answer import Standing
from auditor.model.assessment import AssessmentResults, LevelVerdict, Outcome, Reason
from auditor.model.control import Domain, Method, Role
from auditor.report import figures, times
from auditor.report.index import Index
from auditor.report.parts import (
    Binding,
    Cover,
    DomainTally,
    Fact,
    Gate,
    LawRow,
    LedgerRow,
    MethodPart,
    Rung,
    Scope,
)
from auditor.report.text import count, label, listing, literal, number, prose, short_digest
from auditor.report.words import OUTCOME_MEANINGS

DOMAINS = {
    Domain.PHYSICAL: "Physical security",
    Domain.CYBER: "Cyber security",
    Domain.WEIGHTS: "Model-weight storage",
    Domain.PROGRAMME: "Authorization programme",
}
MAX_BINDING = 8


class LawFacts(NamedTuple):
    """Where the provisions an attestation bears on stood on the day of the report, by the tables with that digest."""

    standing: tuple[Standing, ...]
    tables: str


def compose_cover(results: AssessmentResults, index: Index, envelope_digest: str, zone: tzinfo | None) -> Cover:
    """The cover: who, where, when, and the verdict without an average."""
    facility = results.facility
    statement, explanation = _statement(results)
    return Cover(
        title="Data-center security attestation",
        facility=prose(facility.name, 240),
        facts=_cover_facts(results, zone),
        statement=statement,
        explanation=explanation,
        rungs=tuple(_rung(verdict, index) for verdict in results.verdict.levels),
        domains=_domains(results),
        ladder=figures.ladder(results.verdict.levels),
        running_facility=label(facility.name),
        running_digest=short_digest(envelope_digest),
    )


def _cover_facts(results: AssessmentResults, zone: tzinfo | None) -> tuple[Fact, ...]:
    facility, period = results.facility, results.period
    here = times.local(results.as_of, zone)
    return (
        Fact("Operator", prose(facility.operator, 400)),
        Fact("Address", f"{prose(facility.address, 400)} ({facility.country})"),
        Fact("Facility id", literal(facility.id), mono=True),
        Fact(
            "Period assessed",
            f"{times.day(period.began)} up to, not including, {times.day(period.ended)} "
            f"({times.length(period.began, period.ended)})",
        ),
        Fact("Results as of", times.utc(results.as_of) + (f" ({here} local)" if here else "")),
        Fact("Profile", f"{prose(results.profile.title, 300)} ({literal(results.profile.id)})"),
    )


def _statement(results: AssessmentResults) -> tuple[str, str]:
    verdict = results.verdict
    counted = f"{number(verdict.satisfied)} of {count(verdict.total, 'determination statement')} satisfied."
    rule = "A level counts as reached only if every control of it, and of every level below it, is satisfied."
    stopped = next((level for level in verdict.levels if not level.reached), None)
    if verdict.level is None:
        statement = "No level of this profile is supported by the evidence."
        if stopped is not None:
            statement = f"No level is supported by the evidence: {literal(stopped.level)} is not reached."
    elif stopped is None:
        statement = f"The evidence supports level {literal(verdict.level)}, the highest of this profile."
    else:
        statement = f"The evidence supports level {literal(verdict.level)}, and no higher."
    return statement, f"{counted} {rule}"


def _rung(verdict: LevelVerdict, index: Index) -> Rung:
    shown = verdict.binding[:MAX_BINDING]
    more = len(verdict.binding) - len(shown)
    return Rung(
        level=literal(verdict.level),
        title=prose(verdict.title, 240),
        reached=verdict.reached,
        tally=f"{number(verdict.satisfied)} of {count(verdict.total, 'control')}",
        binding=tuple(Binding(index.anchor(name), literal(name), index.title(name, 120)) for name in shown),
        more=f"and {number(more)} more, marked in section 3" if more else "",
    )


def _domains(results: AssessmentResults) -> tuple[DomainTally, ...]:
    tallies = []
    for verdict in results.verdict.domains:
        outcomes = Counter(finding.outcome for finding in results.findings if finding.domain is verdict.domain)
        tallies.append(
            DomainTally(
                title=DOMAINS[verdict.domain],
                satisfied=f"{number(verdict.satisfied)} of {number(verdict.total)}",
                counts=tuple(number(outcomes[outcome]) for outcome in Outcome),
                bar=figures.bar(verdict.satisfied, verdict.total),
            )
        )
    return tuple(tallies)


def compose_scope(results: AssessmentResults, zone: tzinfo | None, law: LawFacts) -> Scope:
    """What was assessed and what was not, and where the law stood on the day."""
    records = [item for item in results.bundle.items if item.kind != "document"]
    systems = {item.system for item in results.bundle.items}
    period = results.period
    statements = count(len(results.findings), "determination statement")
    rows = count(sum(item.rows for item in records), "accepted row")
    beside = "; local times are given beside UTC" if times.local(results.as_of, zone) else ""
    assessed = (
        Fact("Controls", f"{count(len(results.controls), 'control')} with {statements}"),
        Fact("Evidence period", f"{times.utc(period.began)} to {times.utc(period.ended)} (end excluded)"),
        Fact("Time zone of the facility", f"{literal(results.facility.timezone)}{beside}"),
        Fact("Records", f"{rows} in {count(len(records), 'record file')}, from {count(len(systems), 'source system')}"),
        Fact("Records rejected", number(results.bundle.reject_count)),
        Fact("Standing of the profile", prose(results.profile.status)),
        Fact("Methods required by the profile", listing([str(method) for method in results.profile.methods])),
    )  # fmt: skip
    return Scope(assessed, _not_assessed(results), tuple(_law_row(one) for one in law.standing), law.tables)


def _law_row(standing: Standing) -> LawRow:
    return LawRow(
        title=prose(standing.title),
        cite=prose(standing.cite),
        status=f"{standing.status} since {standing.since}",
        says=prose(standing.statement),
        known=f"Evidence to {standing.last_evidence}.",
    )


def _not_assessed(results: AssessmentResults) -> tuple[str, ...]:
    lines = []
    skipped = Counter(activity.method for activity in results.plan.activities if not activity.planned)
    notes = {activity.method: activity.note for activity in results.plan.activities if not activity.planned}
    for method, times_skipped in sorted(skipped.items()):
        note = f" Reason: {prose(notes[method])}." if notes[method] else ""
        lines.append(
            f"The method {method} was not performed for {count(times_skipped, 'determination statement')} "
            f"that foresee it.{note}"
        )
    performed = {seen.method for seen in results.observations if seen.reason is not Reason.METHOD_NOT_PERFORMED}
    if not performed & {Method.EXAMINE, Method.INTERVIEW}:
        lines.append("Findings rest on records alone: nobody was interviewed, and nothing was examined on site.")
    documents = [item for item in results.bundle.items if item.kind == "document"]
    if documents:
        were = "1 document was" if len(documents) == 1 else f"{number(len(documents))} documents were"
        lines.append(f"{were} digested, not read: the digest is recorded, and no finding rests on the content.")
    lines.append("What the test of a control cannot see is printed with the control in section 4, under its limits.")
    lines.append("Anything outside the facility, the period and the records named here is outside this attestation.")
    return tuple(lines)


def compose_method(results: AssessmentResults, index: Index) -> MethodPart:
    """How it was tested: meanings of outcomes, gates, and the method-validation ledger."""
    validated = [control for control in results.controls if control.validation is not None]
    ledger = []
    mutants = killed = cases = 0
    for control in validated:
        validation = control.validation
        assert validation is not None
        cases, mutants, killed = cases + validation.cases, mutants + validation.mutants, killed + validation.killed
        ledger.append(
            LedgerRow(
                index.anchor(control.id), literal(control.id), number(validation.cases), number(validation.mutants),
                number(validation.killed), listing([literal(name, 160) for name in validation.survivors], 6) or "none",
            )
        )  # fmt: skip
    unvalidated = [literal(control.id) for control in results.controls if control.validation is None]
    return MethodPart(
        engine=f"{prose(results.engine.name, 200)} {prose(results.engine.version, 200)}",
        meanings=OUTCOME_MEANINGS,
        gates=_gates(results, index),
        ledger=tuple(ledger),
        ledger_total=f"{count(cases, 'case')}; {number(killed)} of {count(mutants, 'mutant')} caught" if ledger else "",
        unvalidated=listing(unvalidated),
    )


def _gates(results: AssessmentResults, index: Index) -> tuple[Gate, ...]:
    return tuple(
        Gate(
            anchor=index.anchor(control.id),
            control=literal(control.id),
            title=prose(control.title, 300),
            outcomes=tuple(index.outcome(finding) for finding in index.findings_of(control.id)),
            dependants=listing([literal(o.id) for o in results.controls if control.id in o.depends_on], 40) or "none",
        )
        for control in results.controls
        if control.role is Role.EVIDENCE_TRUST
    )


def tally(satisfied: int, total: int) -> str:
    """A count of findings in words."""
    return f"{number(satisfied)} of {count(total, 'determination statement')} satisfied"
