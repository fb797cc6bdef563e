"""The steps of a verification that goes beyond the report, noted as they are done and told with the report's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.attestation import steps
from auditor.attestation.verify import steps_of

if TYPE_CHECKING:
    from auditor.attestation.steps import Step
    from auditor.attestation.verify import VerifiedReport
    from auditor.errors import AuditorError


class Walk:
    """Which steps were done or left, in order, and which one is under way."""

    def __init__(self) -> None:
        self._steps: list[tuple[str, str, str]] = []
        self._title = ""

    def begin(self, title: str) -> None:
        """Name the step that follows, so that a refusal can say which one it was."""
        self._title = title

    def done(self, detail: str) -> None:
        """The step that was begun is done."""
        self._steps.append((self._title, steps.DONE, detail))

    def left(self, title: str, reason: str) -> None:
        """The step called `title` is not done, for `reason`."""
        self._steps.append((title, steps.NOT_DONE, reason))

    def merge(self, verified: VerifiedReport) -> VerifiedReport:
        """The report with the steps noted here, each in its place among the report's own."""
        for title, state, detail in self._steps:
            verified = verified.with_step(title, state, detail)
        return verified

    def note_refusal(self, error: AuditorError) -> None:
        """Leave on `error` the steps up to it, numbered, where the report's verifier has left none."""
        of_report = steps_of(error)
        told: list[Step] = [
            steps.Step(number, *step) for number, step in enumerate(self._steps, 1) if step[1] == steps.DONE
        ]
        if of_report:
            told += [one._replace(number=len(told) + one.number) for one in of_report]
        else:
            told.append(steps.Step(len(told) + 1, self._title, steps.NOT_DONE, f"refused: {error}"))
        vars(error)["steps"] = tuple(told)
