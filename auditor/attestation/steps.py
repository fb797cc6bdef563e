"""The steps of a verification as records: what was done, and what was not done and why."""

from __future__ import annotations

from typing import NamedTuple

DONE = "done"
NOT_DONE = "not-done"

FAILED = "failed"
UNVERIFIABLE = "cannot be verified here"
PASSED = "passed with the stated limits"
RESULT_CLASSES = (FAILED, UNVERIFIABLE, PASSED)

TRUST = "the verifier's trust root is read"
ENVELOPE = "the report is a well-formed envelope"
SIGNATURES = "each person's two signatures verify"
KEY_TIMES = "each key is valid at the time it is judged at"
STATEMENT = "the statement is well-formed and its subjects match"
SIGNERS = "those who signed are those whom the statement declares"
THRESHOLDS = "enough distinct people signed in each role, of separate organisations"
ALGORITHMS = "the algorithms are still relied on"
TIMES = "the times that the report claims do not contradict each other"
CATALOG = "the catalog is an approved one"
ENGINE = "the engine is an approved one"
PACKAGE = "the package holds exactly the files of its manifest"
SEAL = "the manifest is sealed"
PROVEN_TIME = "the time of sealing is proven"
LATE_SEAL = "revocation lists issued later are sealed"
EVIDENCE_FIRST = "the evidence was sealed before the conclusions"
EVIDENCE_TREE = "the evidence tree has the signed root"
DISCLOSED = "the disclosed evidence has the digests that were committed to"
RECORDS = "disclosed records belong to the signed record trees"
EVIDENCE = "the evidence at hand is hashed again and has the signed root"
RECOMPUTE = "the results are recomputed from the evidence"
ATTESTATION = "the attestation is the one that was signed"
PDF_PROFILE = "the PDF keeps the strict profile and its certification verifies"
PDF_TEXT = "the visible text of the PDF says what was signed"
ACTS = "later acts verify"
STATUS = "the newest status list does not withdraw it"
JUDGEMENT = "human judgements are re-made"

_REPORT_ONLY = "only the report file was read"
LIMITS = (
    (PACKAGE, _REPORT_ONLY),
    (SEAL, _REPORT_ONLY),
    (PROVEN_TIME, "no timestamp was read; keys were judged at the time given"),
    (LATE_SEAL, _REPORT_ONLY),
    (EVIDENCE_FIRST, _REPORT_ONLY),
    (EVIDENCE_TREE, _REPORT_ONLY),
    (DISCLOSED, _REPORT_ONLY),
    (RECORDS, _REPORT_ONLY),
    (EVIDENCE, "no evidence bundle was given"),
    (RECOMPUTE, "no evidence bundle was given"),
    (ATTESTATION, _REPORT_ONLY),
    (PDF_PROFILE, "no PDF was read"),
    (PDF_TEXT, "no PDF was read"),
    (ACTS, "no later acts were given"),
    (STATUS, "no status list was given, so a withdrawal would not be known here"),
    (JUDGEMENT, "a judgement cannot be recomputed; it rests on those who signed it"),
)
"""What a verification of the report file alone cannot do, with the reason."""


class Step(NamedTuple):
    """One numbered step; `state` is `done` or `not-done`, `detail` what was found or why it was not done."""

    number: int
    title: str
    state: str
    detail: str


class Trail:
    """The steps of a verification under way."""

    __slots__ = ("_title", "steps")

    def __init__(self) -> None:
        self.steps: tuple[Step, ...] = ()
        self._title = ""

    def begin(self, title: str) -> None:
        """Name the step that follows, so that a refusal can say which one it was."""
        self._title = title

    def close(self, state: str, detail: str) -> None:
        """Record the step that was begun."""
        self.steps = (*self.steps, Step(len(self.steps) + 1, self._title, state, detail))

    def with_refusal(self, sentence: str) -> tuple[Step, ...]:
        """The steps so far and, last, the one that refused."""
        return (*self.steps, Step(len(self.steps) + 1, self._title, NOT_DONE, f"refused: {sentence}"))


def with_step(steps: tuple[Step, ...], title: str, state: str, detail: str) -> tuple[Step, ...]:
    """`steps` with one more, or with the step not done of that title replaced under its old number.

    Raises:
        ValueError: an unknown state, or a step that is done already; these are mistakes of the caller.
    """
    if state not in (DONE, NOT_DONE):
        raise ValueError(f"unknown state of a step: {state!r}")
    for index, step in enumerate(steps):
        if step.title == title:
            if step.state == DONE:
                raise ValueError(f"step {step.number} is done already: {title}")
            return (*steps[:index], Step(step.number, title, state, detail), *steps[index + 1 :])
    return (*steps, Step(len(steps) + 1, title, state, detail))


def count(number: int, what: str) -> str:
    """`1 signature`, `2 signatures`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def instant(microseconds: int) -> str:
    """An instant as it is written."""
    from auditor.canon.instant import format_instant

    return format_instant(microseconds)
