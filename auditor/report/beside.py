"""What the document says beside the signed payload: facts that the program which printed it added.

They are the names behind the keys (from the trust root of whoever printed), the digest of the report file, where the
law stood, the steps of the verification before printing, and which templates it was printed with. Their fields begin
with `beside/`, so that a verifier can tell them from what was signed, and compare those that it knows by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from auditor.report.text import digest, literal, prose

BESIDE = "beside"
DONE = "done"
_NAMES = {
    "report": "the digest of the report",
    "signers": "the names of those who signed",
    "law": "where the law stood (1.3)",
    "lawTables": "the digest of the law tables (1.3)",
    "steps": "the verification before printing (8.3)",
    "verifier": "the digest of the browser verifier (8.1)",
}


class SignerFacts(Protocol):
    """Who a signer is, by the trust root."""

    @property
    def principal(self) -> str:
        """The id that the statement names."""

    @property
    def name(self) -> str:
        """The name of the person."""

    @property
    def organisation(self) -> str:
        """Whom the person signs for."""


class StepFacts(Protocol):
    """A step of verification, done or not done."""

    @property
    def number(self) -> int:
        """Its place in the order."""

    @property
    def title(self) -> str:
        """What the step is."""

    @property
    def state(self) -> str:
        """`done` or `not-done`."""

    @property
    def detail(self) -> str:
        """What was found, or why it was not done."""


class StandingFacts(Protocol):
    """Where a provision stands on a day."""

    @property
    def title(self) -> str:
        """What it is called."""

    @property
    def cite(self) -> str:
        """Where it is printed."""

    @property
    def status(self) -> object:
        """Its status on the day."""

    @property
    def since(self) -> object:
        """Since when it has that status."""

    @property
    def statement(self) -> str:
        """The same in a sentence."""

    @property
    def last_evidence(self) -> object:
        """How far the evidence for that reaches."""


@dataclass(frozen=True, slots=True)
class LawFacts:
    """Where the provisions an attestation bears on stood on the day of the report, by the tables with that digest."""

    standing: Sequence[StandingFacts]
    tables: str


def beside_facts(
    report: str,
    principals: Sequence[str],
    signers: Sequence[SignerFacts],
    steps: Sequence[StepFacts],
    law: LawFacts,
    *,
    verifier: str | None,
    kit: str,
) -> dict[str, Any]:
    """Everything beside the payload, as it will be printed. `report` is the SHA-512 of the report file, `principals`
    are those of the payload in its order, `verifier` is the SHA-512 of the browser verifier, `kit` the kit's digest.
    """
    known = {one.principal: one for one in signers}
    return {
        "report": report,
        "signers": [_signer(known.get(principal)) for principal in principals],
        "law": [_law(row) for row in law.standing],
        "lawTables": law.tables,
        "steps": [_step(step) for step in steps],
        "verifier": "" if verifier is None else digest(verifier),
        "kit": kit,
    }


def _signer(signer: SignerFacts | None) -> dict[str, str]:
    if signer is None:
        return {"name": "not named by the trust root", "organisation": "unknown"}
    return {"name": prose(signer.name, 300), "organisation": prose(signer.organisation, 300)}


def _law(row: StandingFacts) -> dict[str, str]:
    return {
        "title": prose(row.title),
        "cite": prose(row.cite),
        "status": f"{row.status} since {row.since}",
        "says": prose(row.statement),
        "known": f"Evidence to {row.last_evidence}.",
    }


def _step(step: StepFacts) -> dict[str, str]:
    return {
        "number": str(step.number),
        "title": prose(step.title, 300),
        "state": "done" if step.state == DONE else literal(step.state).replace("-", " "),
        "detail": prose(step.detail),
    }


def known_beside(
    report: str, principals: Sequence[str], signers: Sequence[SignerFacts], verifier: str | None = None
) -> dict[str, str]:
    """The fields beside the payload that a verifier knows by itself: the digest of the report file (SHA-512), the
    names behind the principals by its own trust root, and the SHA-512 of the browser verifier if it holds one."""
    named = {one.principal: one for one in signers}
    known = {f"{BESIDE}#report": digest(report)}
    for position, principal in enumerate(principals):
        if principal in named:
            for member, text in _signer(named[principal]).items():
                known[f"{BESIDE}/signers/{position}#{member}"] = text
    if verifier is not None:
        known[f"{BESIDE}#verifier"] = digest(verifier)
    return known


def read_beside(printed: Mapping[str, str]) -> dict[str, Any]:
    """The facts beside the payload as a document prints them: what a verifier knows of their number and wording.

    Only the first of each list that are whole are read, so an added or a missing field is found when comparing.
    """

    def one(name: str) -> str:
        return printed.get(f"{BESIDE}#{name}", "")

    def many(name: str, members: Sequence[str]) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = []
        while f"{BESIDE}/{name}/{len(rows)}#{members[0]}" in printed:
            place = f"{BESIDE}/{name}/{len(rows)}"
            rows.append({member: printed.get(f"{place}#{member}", "") for member in members})
        return rows

    return {
        "report": one("report").replace(" ", ""),
        "signers": many("signers", ("name", "organisation")),
        "law": many("law", ("title", "cite", "status", "says", "known")),
        "lawTables": one("lawTables"),
        "steps": many("steps", ("number", "title", "state", "detail")),
        "verifier": one("verifier"),
        "kit": one("kit"),
    }


def names_of(fields: Iterable[str]) -> list[str]:
    """What the fields beside the payload with these ids are about, in words, each once."""
    kinds = {re.split("[/#]", field)[1] for field in fields}
    return [words for kind, words in _NAMES.items() if kind in kinds] + sorted(kinds - _NAMES.keys())
