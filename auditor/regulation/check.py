"""Conditions of an authorization, each checked against the facts: satisfied, missing, not met, or still to be done."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from auditor.model.answer import Missing
from auditor.model.base import Frozen, Name
from auditor.model.law import Dated, Status
from auditor.regulation.working import Working


class Finding(StrEnum):
    """What the facts say of a condition."""

    SATISFIED = "satisfied"
    MISSING = "missing"
    """A fact or a text is absent or contradictory; nothing is assumed in its place."""
    NOT_MET = "not met"
    DUTY = "to be done"
    """Nothing stands against it; it has to be done before or after the authorization is used."""


class Verdict(StrEnum):
    """Whether an authorization is open, as far as its conditions are checked here."""

    OPEN = "open"
    CLOSED = "closed"
    UNDETERMINED = "cannot be determined"


SAYS = {
    Verdict.OPEN: "is open by what is checked here",
    Verdict.CLOSED: "is closed",
    Verdict.UNDETERMINED: "cannot be determined",
}
"""What a verdict says of an authorization, after its name."""


class Check(Frozen):
    """A condition and what the facts say of it."""

    condition: Name
    """Id of the paragraph, definition or duty in the tables."""
    topic: str
    finding: Finding
    says: str
    cite: str
    status: Status
    """Of the provision, on the day."""
    facts: tuple[str, ...] = ()
    fix: str | None = None


class Checks:
    """Collects checks as steps of a working. With `decides`, what is missing leaves the question undetermined, unless a
    condition that is not met closes the authorization whatever the missing facts are: `settle` says so at the end."""

    def __init__(self, work: Working, *, decides: bool = True) -> None:
        self._work = work
        self._decides = decides
        self._found: list[Check] = []
        self._missing: list[Missing] = []

    @property
    def found(self) -> tuple[Check, ...]:
        """The checks so far, in order."""
        return tuple(self._found)

    @property
    def verdict(self) -> Verdict:
        """What follows from the checks so far."""
        return verdict(self._found)

    def note(
        self,
        finding: Finding,
        condition: str,
        says: str,
        *,
        facts: Iterable[str] = (),
        fix: str | None = None,
        rows: tuple[Dated, ...] = (),
        what: str | None = None,
    ) -> None:
        """Note what is found on the paragraph, definition or duty `condition`.

        `rows` were applied too; `what` is what is missing, where that is not the whole condition.
        """
        row, topic = self._row(condition)
        places = tuple(facts)
        self._work.step(f"{topic}: {says} ({finding})", rows=(row, *rows), facts=places)
        if finding is Finding.MISSING and self._decides:
            place = places[0] if places else None
            self._missing.append(Missing(what=what or topic.lower(), why=says, place=place, fix=fix))
        status = self._work.stands(row.provision).status
        self._found.append(
            Check(
                condition=condition, topic=topic, finding=finding, says=says, cite=row.cite, status=status,
                facts=places, fix=fix,
            )
        )  # fmt: skip

    def _row(self, condition: str) -> tuple[Dated, str]:
        """The row of that id, whatever it is, and what it is about."""
        law, work = self._work.law, self._work
        duty = next((row for row in law.duties.get(condition, ()) if row.valid(work.as_of)), None)
        if duty is not None:
            return duty, duty.title
        if condition in law.paragraphs:
            paragraph = work.paragraph(condition)
            return paragraph, paragraph.topic
        definition = work.definition(condition)
        return definition, definition.term

    def settle(self) -> None:
        """Note what is missing in the working, where it decides; once, when all checks are made."""
        for gap in self._missing if self.verdict is not Verdict.CLOSED else ():
            self._work.missing(gap.what, gap.why, place=gap.place, fix=gap.fix)

    def either(self, met: bool, condition: str, yes: str, no: str, *, facts: Iterable[str] = ()) -> None:
        """Note satisfied with `yes`, or not met with `no`."""
        self.note(Finding.SATISFIED if met else Finding.NOT_MET, condition, yes if met else no, facts=facts)


def verdict(checks: Iterable[Check]) -> Verdict:
    """Closed by one condition that is not met; else undetermined by one missing fact; else open."""
    findings = {check.finding for check in checks}
    if Finding.NOT_MET in findings:
        return Verdict.CLOSED
    return Verdict.UNDETERMINED if Finding.MISSING in findings else Verdict.OPEN
