"""Look-ups over the results that several parts of the document need: made once, in one pass."""

from __future__ import annotations

from collections import defaultdict

from auditor.errors import RenderError
from auditor.report.parts import OutcomeView
from auditor.report.signed import Node
from auditor.report.text import prose
from auditor.report.words import OUTCOMES, describe


class Index:
    """Controls by id, findings by control, observations by determination statement.

    Anchors are ordinals, not names, so that no name has to be fit for a URL.

    Raises:
        RenderError: a finding or an observation about a control that the results do not describe.
    """

    def __init__(self, results: Node) -> None:
        self._controls: dict[str, Node] = {}
        self._anchors: dict[str, str] = {}
        self._findings: dict[str, list[Node]] = defaultdict(list)
        self._observations: dict[tuple[str, str], list[Node]] = defaultdict(list)
        for position, control in enumerate(results.controls, start=1):
            self._controls[control.id] = control
            self._anchors[control.id] = f"control-{position}"
        for finding in results.findings:
            self._require(finding.control)
            self._findings[finding.control].append(finding)
        for observation in results.observations:
            self._require(observation.control)
            self._observations[observation.control, observation.objective].append(observation)

    def _require(self, control: str) -> None:
        if control not in self._controls:
            raise RenderError("the results speak of a control they do not describe", value=control)

    def anchor(self, control: str) -> str:
        """Where a control is printed, or "" for one that is not."""
        return self._anchors.get(control, "")

    def title(self, control: str, limit: int) -> str:
        """The title of a control, or "" for one that is not described."""
        known = self._controls.get(control)
        return prose(known.title, limit) if known else ""

    def findings_of(self, control: str) -> list[Node]:
        """Findings on a control, in the order of the results."""
        return self._findings[control]

    def observations_of(self, finding: Node) -> list[Node]:
        """The observations a finding rests on."""
        return self._observations[finding.control, finding.objective]

    def _deciding(self, finding: Node) -> Node | None:
        return next((seen for seen in self.observations_of(finding) if seen.outcome == finding.outcome), None)

    def detail(self, finding: Node) -> str:
        """Why the outcome is what it is; for an untrusted one without the gates, which the outcome names itself."""
        deciding = self._deciding(finding)
        detail: str = deciding.detail if deciding and finding.outcome == "untrusted" else finding.detail
        return detail

    def outcome(self, finding: Node, where: str) -> OutcomeView:
        """The outcome of a finding in words, with the gates that decided it, as it is printed at `where`."""
        deciding = self._deciding(finding)
        computed, gates = (deciding.computed, deciding.gates) if deciding else ("not-evidenced", ())
        text = describe(finding.outcome, computed, finding.reason, gates)
        return OutcomeView(finding.outcome, finding.printed(f"outcome:{where}", text))

    @staticmethod
    def word(finding: Node) -> OutcomeView:
        """The outcome of a finding in one word, as the summary prints it."""
        return OutcomeView(finding.outcome, finding.printed("word", OUTCOMES[finding.outcome]))
