"""The steps of a verification as records: what was done, and what was not done and why."""

from __future__ import annotations

from typing import NamedTuple

DONE = "done"
NOT_DONE = "not-done"

INVALID = "invalid"
UNVERIFIABLE = "cannot be verified here"
VERIFIED = "verified with the stated limits"
RESULT_CLASSES = (INVALID, UNVERIFIABLE, VERIFIED)

TRUST = "the verifier's trust policy is read"
ENVELOPE = "the report is a well-formed envelope"
SIGNATURES = "each signature verifies with a key of the trust policy"
KEY_TIMES = "each key is valid at the time of verification"
STATEMENT = "the statement is well-formed and its four subjects match"
SIGNERS = "those who signed are those whom the statement declares"
THRESHOLDS = "enough distinct people signed in each role"
CATALOG = "the catalog is an approved one"
ENGINE = "the engine is an approved one"
PROVEN_TIME = "the time of signing is proven"
POST_QUANTUM = "post-quantum signatures verify"
EVIDENCE = "the evidence has the digests that were signed"
RECOMPUTE = "the results are recomputed from the evidence"
PDF_TEXT = "the visible text of the PDF says what was signed"
JUDGEMENT = "human judgements are re-made"

# What a verification of the report file alone cannot do, with the reason.
LIMITS = (
    (PROVEN_TIME, "the time of signing was not proven by a timestamp authority; keys were judged at the time given"),
    (POST_QUANTUM, "no post-quantum signature was asked for: trust-policy/1 knows ecdsa-p384-sha384 only"),
    (EVIDENCE, "no evidence bundle was given"),
    (RECOMPUTE, "no evidence bundle was given"),
    (PDF_TEXT, "no PDF was compared: only the report file was read"),
    (JUDGEMENT, "a judgement cannot be recomputed; it rests on those who signed it"),
)


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
