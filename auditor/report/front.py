"""The front of the document: cover, scope and limits, and how it was tested."""

from __future__ import annotations

from collections import Counter
from datetime import tzinfo

from auditor.report import times
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
from auditor.report.signed import Node, Printed
from auditor.report.text import count, label, listing, literal, number, prose, short_digest
from auditor.report.words import DOMAINS, OUTCOME_MEANINGS, OUTCOMES

MAX_BINDING = 8


def compose_cover(predicate: Node, index: Index, beside: Node, zone: tzinfo | None) -> Cover:
    """The cover: who, where, when, and the verdict without an average."""
    results = predicate.results
    facility = results.facility
    statement, explanation = _statement(results)
    return Cover(
        title="Data-center security attestation",
        facility=facility.printed("name", prose(facility.name, 240)),
        facts=_cover_facts(predicate, zone),
        statement=statement,
        explanation=explanation,
        rungs=tuple(_rung(verdict, index) for verdict in results.verdict.levels),
        reached=_reached(results.verdict),
        domains=_domains(results),
        running_facility=label(facility.name),
        running_digest=short_digest(beside.report),
    )


def _cover_facts(predicate: Node, zone: tzinfo | None) -> tuple[Fact, ...]:
    results = predicate.results
    facility, period = results.facility, results.period
    as_of = results.at("asOf")
    here = times.local(as_of, zone)
    began, ended = period.at("from"), period.at("to")
    return (
        Fact("Operator", facility.printed("operator", prose(facility.operator, 400))),
        Fact("Address", facility.printed("address", f"{prose(facility.address, 400)} ({literal(facility.country)})")),
        Fact("Facility id", facility.printed("id", literal(facility.id)), mono=True),
        Fact(
            "Period assessed",
            period.printed(
                "days", f"{times.day(began)} up to, not including, {times.day(ended)} ({times.length(began, ended)})"
            ),
        ),
        Fact("Results as of", results.printed("asOf", times.utc(as_of) + (f" ({here} local)" if here else ""))),
        Fact("Concluded", predicate.printed("concludedAt", times.utc(predicate.at("concludedAt")))),
        Fact(
            "Profile",
            results.profile.printed("title", f"{prose(results.profile.title, 300)} ({literal(results.profile.id)})"),
        ),
        Fact("Package", predicate.printed("package", literal(predicate.package)), mono=True),
    )


def _statement(results: Node) -> tuple[Printed, Printed]:
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
    return verdict.printed("statement", statement), verdict.printed("counts", f"{counted} {rule}")


def _reached(verdict: Node) -> Printed:
    reached = [label(level.level) for level in verdict.levels if level.reached]
    return verdict.printed("reached", f"Reached: {listing(reached)}." if reached else "No level is reached.")


def _rung(verdict: Node, index: Index) -> Rung:
    shown = verdict.binding[:MAX_BINDING]
    more = len(verdict.binding) - len(shown)
    state = "reached" if verdict.reached else "not reached"
    if not verdict.reached and not verdict.binding:
        state = "a lower level is not reached"
    because = f"{literal(verdict.level)} ({prose(verdict.title, 240)}) is not satisfied because of"
    return Rung(
        level=verdict.printed("level", literal(verdict.level)),
        state=verdict.printed("state", state),
        reached=verdict.reached,
        tally=verdict.printed("tally", f"{number(verdict.satisfied)} of {count(verdict.total, 'control')} satisfied"),
        percent=_percent(verdict),
        because=verdict.printed("because", because),
        binding=tuple(
            Binding(
                index.anchor(name),
                Printed(f"{verdict.pointer}/binding/{n}#id", literal(name)),
                Printed(f"{verdict.pointer}/binding/{n}#title", index.title(name, 120)),
            )
            for n, name in enumerate(shown)
        ),
        more=verdict.printed("more", f"and {number(more)} more, marked in section 3") if more else "",
    )


def _percent(tallied: Node) -> str:
    return str(100 * tallied.satisfied // tallied.total if tallied.total else 0)


def _domains(results: Node) -> tuple[DomainTally, ...]:
    tallies = []
    for verdict in results.verdict.domains:
        outcomes = Counter(finding.outcome for finding in results.findings if finding.domain == verdict.domain)
        tallies.append(
            DomainTally(
                title=verdict.printed("domain", DOMAINS[verdict.domain]),
                satisfied=verdict.printed("tally", f"{number(verdict.satisfied)} of {number(verdict.total)}"),
                counts=tuple(verdict.printed(outcome, number(outcomes[outcome])) for outcome in OUTCOMES),
                percent=_percent(verdict),
            )
        )
    return tuple(tallies)


def compose_scope(results: Node, zone: tzinfo | None, beside: Node) -> Scope:
    """What was assessed and what was not, and where the law stood on the day."""
    records = [item for item in results.bundle.items if item.kind != "document"]
    systems = {item.system for item in results.bundle.items}
    period, profile = results.period, results.profile
    statements = count(len(results.findings), "determination statement")
    rows = count(sum(item.rows for item in records), "accepted row")
    local = times.LOCAL_BESIDE if times.local(results.at("asOf"), zone) else ""
    assessed = (
        ("Controls", results.printed("controls", f"{count(len(results.controls), 'control')} with {statements}")),
        (
            "Evidence period",
            period.printed("span", f"{times.utc(period.at('from'))} to {times.utc(period.at('to'))} (end excluded)"),
        ),
        (
            "Time zone of the facility",
            results.facility.printed("timezone", f"{literal(results.facility.timezone)}{local}"),
        ),
        (
            "Records",
            results.bundle.printed(
                "records",
                f"{rows} in {count(len(records), 'record file')}, from {count(len(systems), 'source system')}",
            ),
        ),
        ("Records rejected", results.bundle.printed("rejectCount", number(results.bundle.reject_count))),
        ("Standing of the profile", profile.printed("status", prose(profile.status))),
        (
            "Methods required by the profile",
            profile.printed("methods", listing([literal(method) for method in profile.methods])),
        ),
    )
    law = tuple(LawRow(*(row.printed(name, getattr(row, name)) for name in LawRow.WORDS)) for row in beside.law)
    return Scope(
        tuple(Fact(name, value) for name, value in assessed),
        _not_assessed(results),
        law,
        tuple(LawRow(*(row.printed(f"cover:{name}", getattr(row, name)) for name in LawRow.WORDS))
              for row in beside.law),
        beside.printed("lawTables", beside.law_tables),
    )  # fmt: skip


def _not_assessed(results: Node) -> tuple[Printed, ...]:
    lines = []
    skipped = Counter(activity.method for activity in results.plan.activities if not activity.planned)
    notes = {activity.method: activity.note for activity in results.plan.activities if not activity.planned}
    for method, times_skipped in sorted(skipped.items()):
        note = f" Reason: {prose(notes[method])}." if notes[method] else ""
        lines.append(
            f"The method {literal(method)} was not performed for {count(times_skipped, 'determination statement')} "
            f"that foresee it.{note}"
        )
    performed = {seen.method for seen in results.observations if seen.reason != "method-not-performed"}
    if not performed & {"examine", "interview"}:
        lines.append("Findings rest on records alone: nobody was interviewed, and nothing was examined on site.")
    documents = [item for item in results.bundle.items if item.kind == "document"]
    if documents:
        were = "1 document was" if len(documents) == 1 else f"{number(len(documents))} documents were"
        lines.append(f"{were} digested, not read: the digest is recorded, and no finding rests on the content.")
    lines.append("What the test of a control cannot see is printed with the control in section 4, under its limits.")
    lines.append("Anything outside the facility, the period and the records named here is outside this attestation.")
    return tuple(results.printed(f"not-assessed:{n}", line) for n, line in enumerate(lines))


def compose_method(results: Node, index: Index) -> MethodPart:
    """How it was tested: meanings of outcomes, gates, and the method-validation ledger."""
    validations = [(control, control.validation) for control in results.controls if control.validation is not None]
    ledger = tuple(
        LedgerRow(
            index.anchor(control.id),
            validation.printed("control", literal(control.id)),
            validation.printed("cases", number(validation.cases)),
            validation.printed("mutants", number(validation.mutants)),
            validation.printed("killed", number(validation.killed)),
            validation.printed(
                "survivors", listing([literal(name, 160) for name in validation.survivors], 6) or "none"
            ),
        )
        for control, validation in validations
    )
    cases = sum(validation.cases for _, validation in validations)
    mutants = sum(validation.mutants for _, validation in validations)
    killed = sum(validation.killed for _, validation in validations)
    total = f"{count(cases, 'case')}; {number(killed)} of {count(mutants, 'mutant')} caught"
    unvalidated = [literal(control.id) for control in results.controls if control.validation is None]
    return MethodPart(
        engine=results.engine.printed(
            "name", f"{prose(results.engine.name, 200)} {prose(results.engine.version, 200)}"
        ),
        meanings=OUTCOME_MEANINGS,
        gates=_gates(results, index),
        ledger=ledger,
        ledger_total=results.printed("ledger", total) if ledger else "",
        unvalidated=results.printed("unvalidated", listing(unvalidated)) if unvalidated else "",
    )


def _gates(results: Node, index: Index) -> tuple[Gate, ...]:
    return tuple(
        Gate(
            anchor=index.anchor(control.id),
            control=control.printed("gate", literal(control.id)),
            title=control.printed("gate-title", prose(control.title, 300)),
            outcomes=tuple(index.outcome(finding, "gate") for finding in index.findings_of(control.id)),
            dependants=control.printed(
                "dependants",
                listing([literal(o.id) for o in results.controls if control.id in o.depends_on], 40) or "none",
            ),
        )
        for control in results.controls
        if control.role == "evidence-trust"
    )
