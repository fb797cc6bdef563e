"""Find: from observations to exactly one finding for each determination statement, and the verdict over them."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.model.assessment import (
    Baseline,
    BaselineControl,
    DomainVerdict,
    Finding,
    LevelVerdict,
    Observation,
    Outcome,
    State,
    Verdict,
)
from auditor.model.control import Domain, Objective

# Of several methods the outcome furthest from met speaks for the finding.
_WORST_FIRST = (Outcome.NOT_MET, Outcome.UNTRUSTED, Outcome.NOT_EVIDENCED, Outcome.POSSIBLE, Outcome.MET)


def find(baseline: Baseline, observations: Sequence[Observation]) -> tuple[Finding, ...]:
    """One finding for each objective, in the order of the profile's levels.

    Satisfied only if every required method was observed and each observation is met.
    """
    findings: list[Finding] = []
    for entry in _by_level(baseline):
        for objective in entry.control.objectives:
            seen = [o for o in observations if (o.control, o.objective) == (entry.control.id, objective.id)]
            findings.append(_finding(baseline, entry, objective, seen))
    return tuple(findings)


def _by_level(baseline: Baseline) -> list[BaselineControl]:
    rank = {level: index for index, level in enumerate(baseline.levels)}
    domains = {domain: index for index, domain in enumerate(Domain)}
    return sorted(baseline.controls, key=lambda e: (domains[e.control.domain], rank[e.level], e.control.id))


def _finding(baseline: Baseline, entry: BaselineControl, objective: Objective, seen: Sequence[Observation]) -> Finding:
    control = entry.control
    unobserved = [method for method in baseline.methods if method not in {o.method for o in seen}]
    assert not unobserved, f"{control.id}{objective.id}: no observation for {unobserved}"
    worst = min(seen, key=lambda o: _WORST_FIRST.index(o.outcome))
    return Finding(
        control=control.id,
        objective=objective.id,
        title=control.title,
        determine=objective.determine,
        domain=control.domain,
        severity=control.severity,
        role=control.role,
        level=entry.level,
        state=State.SATISFIED if worst.outcome is Outcome.MET else State.OTHER_THAN_SATISFIED,
        outcome=worst.outcome,
        reason=worst.reason,
        detail=_detail(worst),
    )


def _detail(observation: Observation) -> str:
    if observation.outcome is not Outcome.UNTRUSTED:
        return observation.detail
    gates = ", ".join(observation.gates)
    return f"{gates} did not hold; the computation itself said {observation.computed}: {observation.detail}"


def summarise(baseline: Baseline, findings: Sequence[Finding]) -> Verdict:
    """The verdict: counts by domain, and the highest level whose every control is satisfied."""
    satisfied = {finding.control: True for finding in findings}
    for finding in findings:
        satisfied[finding.control] &= finding.state is State.SATISFIED
    levels: list[LevelVerdict] = []
    reached: str | None = None
    unbroken = True
    for level, title in zip(baseline.levels, baseline.level_titles, strict=True):
        names = [entry.control.id for entry in baseline.controls if entry.level == level]
        binding = tuple(sorted(name for name in names if not satisfied[name]))
        unbroken = unbroken and not binding
        reached = level if unbroken else reached
        levels.append(
            LevelVerdict(
                level=level,
                title=title,
                reached=unbroken,
                satisfied=len(names) - len(binding),
                total=len(names),
                binding=binding,
            )
        )
    return Verdict(
        satisfied=sum(finding.state is State.SATISFIED for finding in findings),
        total=len(findings),
        level=reached,
        levels=tuple(levels),
        domains=tuple(_domain(domain, findings) for domain in Domain if any(f.domain is domain for f in findings)),
    )


def _domain(domain: Domain, findings: Sequence[Finding]) -> DomainVerdict:
    mine = [finding for finding in findings if finding.domain is domain]
    return DomainVerdict(domain=domain, satisfied=sum(f.state is State.SATISFIED for f in mine), total=len(mine))
