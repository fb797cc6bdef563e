"""What every route of a plan looks at: the party, its family, the plan's shipments, their receivers and places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from auditor.model.answer import Answer, Outcome
from auditor.model.facts import Authorization, Party, Plan, Shipment
from auditor.regulation.check import Check, Checks, Finding, Verdict, verdict
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.facts.happenings import consignee
from auditor.regulation.ownership.parties import Ownership
from auditor.regulation.quantities.holdings import Lot
from auditor.regulation.route.types import Need, Route
from auditor.regulation.working import Working


@dataclass(frozen=True, slots=True)
class Scene:
    """The question's working and facts; `shipments` are the plan's that need a licence, or may need one."""

    work: Working
    file: FactsFile
    lots: tuple[Lot, ...]
    party: Party
    plan: Plan
    needs: tuple[Need, ...]
    ownership: Ownership

    @property
    def shipments(self) -> tuple[Shipment, ...]:
        """By date and id."""
        free = {need.shipment for need in self.needs if need.required is False}
        found = (one for one in self.plan.shipments if one.id not in free)
        return tuple(sorted(found, key=lambda one: (one.date, one.id)))

    @property
    def receivers(self) -> tuple[str, ...]:
        """The parties the shipments go to, by id."""
        return tuple(sorted({consignee(self.file, one) for one in self.shipments}))

    @property
    def countries(self) -> tuple[str, ...]:
        """The destinations, by code."""
        return tuple(sorted({self.file.sites[one.to].country for one in self.shipments}))

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites the shipments go to, by id."""
        return tuple(sorted({one.to for one in self.shipments}))

    def place(self, shipment: str) -> str:
        """Where the plan's shipment stands."""
        return next(need.place for need in self.needs if need.shipment == shipment)

    def places(self, shipments: Iterable[Shipment]) -> tuple[str, ...]:
        """Where the first twenty of them stand."""
        return tuple(self.place(one.id) for one in list(shipments)[:20])

    def under(self, authorization: Authorization) -> FactsFile:
        """The facts as if the plan's shipments that need a licence were made under the authorization."""
        wanted = {one.id for one in self.shipments}
        shipments = tuple(
            one.model_copy(update={"authorization": authorization}) if one.id in wanted else one
            for one in self.plan.shipments
        )
        plan = self.plan.model_copy(update={"shipments": shipments})
        plans = tuple(plan if one.id == plan.id else one for one in self.file.facts.plans)
        facts = self.file.facts.model_copy(update={"plans": plans})
        return replace(self.file, facts=facts, plans={**self.file.plans, plan.id: plan})

    def told(self, checks: Checks, condition: str, answer: Answer[Any], own: Iterable[Check] = ()) -> None:
        """Note what a nested answer leaves open, beyond what its own checks say.

        Where provisions stand and what is doubtful is taken over; the nested answer keeps its own working.
        """
        for one in answer.standing:
            self.work.stands(one.provision)
        for caution in answer.cautions:
            self.work.caution(caution)
        self.work.step(
            f"{answer.question} of {answer.subject}: {answer.conclusion}", cite=f"question {answer.question}"
        )
        if answer.result is None or (
            answer.outcome is Outcome.CANNOT_BE_DETERMINED and verdict(own) is Verdict.OPEN
        ):  # fmt: skip
            why = "; ".join(f"{gap.what}: {gap.why}" for gap in answer.missing)
            places = [gap.place for gap in answer.missing if gap.place]
            fixes = [gap.fix for gap in answer.missing if gap.fix]
            fix = fixes[0] if fixes else None
            checks.note(Finding.MISSING, condition, f"{answer.subject}: {why}.", facts=places[:20], fix=fix)


def concluded(authorization: Authorization, checks: tuple[Check, ...], **more: object) -> Route:
    """The route its checks make."""
    found = verdict(checks)
    deciding = {Verdict.CLOSED: Finding.NOT_MET, Verdict.UNDETERMINED: Finding.MISSING}.get(found)
    those = [check for check in checks if check.finding is deciding]
    count = sum(check.finding is Finding.DUTY for check in checks)
    says = {
        Verdict.OPEN: f"Open: no condition stands against it. Still to be done: {count}.",
        Verdict.CLOSED: f"Closed. Conditions not met: {len(those)}",
        Verdict.UNDETERMINED: f"Cannot be determined. Facts or texts missing: {len(those)}",
    }[found]
    if those:
        first = those[0]
        says += f", first {first.topic} ({first.cite}): {first.says}"
    return Route.model_validate(
        {"authorization": authorization, "verdict": found, "says": says, "checks": checks, **more}
    )
