"""Who may say what: the roles, the kinds of statements, and the sentence that a signature in a role stands for.

One table says it all: a role may sign a statement if there is a sentence for it, and the statement repeats the sentence
word for word, so that nobody signs without the meaning in the signed bytes.
"""

from __future__ import annotations

from enum import StrEnum

ROLES = ("assessor", "technical-reviewer", "responsible-official", "sealer", "authority")
ACTS = ("countersign", "acknowledge", "object", "withdraw", "supersede")
BASE_URI = "https://dc-attest.example/"


class Kind(StrEnum):
    """A kind of statement, by the name that the trust root's thresholds use."""

    RESULTS = "assessment-results"
    ATTESTATION = "attestation"
    SEAL = "seal"
    ACT = "act"
    STATUS = "status"

    @property
    def predicate_type(self) -> str:
        """The in-toto predicate type, with the version of its shape."""
        return f"{BASE_URI}{self.value}/v{2 if self is Kind.RESULTS else 1}"

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that may sign a statement of this kind."""
        return KIND_ROLES[self]


DECLARATIONS: dict[tuple[str, str], str] = {
    ("assessment-results", "assessor"): "I made these determinations from this evidence.",
    ("assessment-results", "technical-reviewer"): (
        "I recomputed these results from this evidence and got the same bytes."
    ),
    ("assessment-results", "responsible-official"): (
        "The evidence of my facility is complete and accurate to my knowledge; I do not hereby agree with the results."
    ),
    ("attestation", "assessor"): "This document says what the signed report says, and nothing else.",
    ("attestation", "technical-reviewer"): (
        "I compared this document with the signed report and found that it says the same."
    ),
    (
        "seal",
        "sealer",
    ): "These files had these digests when they were sealed; the seal does not say that they are true.",
    ("act/countersign", "assessor"): "I examined this signed report and concur with its determinations.",
    ("act/countersign", "technical-reviewer"): (
        "I recomputed the results of this signed report from its evidence and got the same bytes."
    ),
    ("act/countersign", "responsible-official"): (
        "I have read this signed report; the evidence of my facility is complete and accurate to my knowledge, "
        "and I do not hereby agree with the results."
    ),
    ("act/countersign", "sealer"): "I hold this signed report; I do not say that it is true.",
    ("act/countersign", "authority"): "I examined this signed report; this signature grants no authorization.",
    ("act/acknowledge", "authority"): "I received this signed report; receiving it is not accepting it.",
    ("act/object", "responsible-official"): "I object to this report for my facility, for the reason given.",
    ("act/object", "authority"): "I object to this report, for the reason given.",
    ("act/withdraw", "assessor"): (
        "I withdraw this report, for the reason given; it is not to be relied on from the time given."
    ),
    (
        "act/supersede",
        "assessor",
    ): "The successor named replaces this report from the time given, for the reason given.",
    ("status", "assessor"): (
        "Of the reports issued by my organisation, those listed, and no others, were withdrawn or superseded by the "
        "time of issue."
    ),
    ("status", "authority"): (
        "Of the reports known to me, those listed, and no others, were withdrawn or superseded by the time of issue."
    ),
}
"""The sentence for each topic (a kind's name; for an act, `act/` and which) and each role that may sign it."""

KIND_ROLES: dict[str, tuple[str, ...]] = {
    kind.value: tuple(
        role for role in ROLES if any(topic.split("/")[0] == kind and who == role for topic, who in DECLARATIONS)
    )
    for kind in Kind
}
"""For each kind's name the roles that may sign a statement of it."""


def roles_for(topic: str) -> tuple[str, ...]:
    """The roles that may sign on `topic`: a kind's name, or `act/` and the act."""
    return tuple(role for role in ROLES if (topic, role) in DECLARATIONS)
