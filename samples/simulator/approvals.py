"""Approvals by several people, as the approval service keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field

from samples.simulator.chance import Chance
from samples.simulator.clock import HOUR, MINUTE, SECOND
from samples.simulator.people import Workforce


@dataclass
class Approver:
    """One approver's act."""

    person: str
    at: int
    kind: str = "human"


@dataclass
class Approval:
    """One request and everybody who approved it."""

    number: str
    operation: str
    artefact: str
    requester: str
    requested: int
    expires: int
    approvers: list[Approver]
    object: str = ""
    destination: str = ""
    bytes: int | None = None


@dataclass
class ApprovalService:
    """All approvals; drawn approvers are custodians, screened and trained, and neither asked nor act themselves."""

    force: Workforce
    draw: Chance
    approvals: list[Approval] = field(default_factory=list)
    barred: set[str] = field(default_factory=set)

    def grant(
        self,
        operation: str,
        artefact: str,
        at: int,
        actor: str,
        *,
        object_name: str = "",
        destination: str = "",
        size: int | None = None,
        valid: int = 5 * HOUR,
        count: int | None = None,
    ) -> Approval:
        """A sound approval for something done at `at`."""
        pool = [p.id for p in self.force.team("custody", "key-management") if p.id != actor and p.id not in self.barred]
        askers = [p.id for p in self.force.team("platform") if p.employed_on_instant(at)]
        requester = self.draw.choice(askers)
        size_of_quorum = count or self.draw.choice((2, 2, 3))
        first = at - (70 + self.draw.randrange(120)) * MINUTE
        acts = [
            Approver(person, first + place * 11 * MINUTE + self.draw.randrange(500) * SECOND)
            for place, person in enumerate(self.draw.sample(pool, size_of_quorum))
        ]
        approval = Approval(
            f"MPA-2026-{1180 + 3 * len(self.approvals):05d}",
            operation,
            artefact,
            requester,
            first - 25 * MINUTE,
            at + valid,
            acts,
            object_name,
            destination,
            size,
        )
        self.approvals.append(approval)
        return approval
