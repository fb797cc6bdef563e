"""The words the document uses for states, outcomes, reasons, domains and mappings: plain language, one place.

They are keyed by the texts of the signed JSON, so that a verifier reads them without the model.
"""

from __future__ import annotations

from collections.abc import Sequence

from auditor.report.parts import Meaning, OutcomeView
from auditor.report.text import literal

STATES = {"satisfied": "satisfied", "other-than-satisfied": "other than satisfied"}
SATISFIED = "satisfied"

DOMAINS = {
    "physical": "Physical security",
    "cyber": "Cyber security",
    "weights": "Model-weight storage",
    "programme": "Authorization programme",
}

REASONS = {
    "evidence-missing": "evidence missing",
    "evidence-stale": "evidence too old",
    "evidence-unreadable": "evidence unreadable",
    "coverage-gap": "gap in the records",
    "empty-population": "nothing to examine in the records",
    "partial-population": "only part of the population was examined",
    "gate-not-held": "a gate did not hold",
    "method-not-performed": "a required method was not performed",
    "exceptions": "exceptions found",
}

OUTCOMES = {
    "met": "met",
    "not-met": "not met",
    "possible": "possible",
    "not-evidenced": "not evidenced",
    "untrusted": "untrusted",
}

_MEANINGS = {
    "met": (
        "The whole population was examined, on evidence whose gates held, and no exception was found. The only "
        "outcome that counts for the facility."
    ),
    "not-met": "The evidence leaves no other reading: at least one exception is a violation.",
    "possible": "The evidence allows both readings: it neither shows a violation nor rules one out.",
    "not-evidenced": (
        "The evidence does not tell: it was not delivered, is too old, cannot be read, has a gap, or covers "
        "only part of the population. Silence is never a pass."
    ),
    "untrusted": (
        "The test gave a result, but a gate (a control that judges the evidence itself) did not hold, so "
        "nothing may be concluded from it. What the computation said is stated beside it."
    ),
}

OUTCOME_MEANINGS = tuple(Meaning(OutcomeView(mark, OUTCOMES[mark]), text) for mark, text in _MEANINGS.items())

ALGORITHMS = ("ECDSA P-384", "ML-DSA-87")
"""How the two keys of a signer are called, in the order in which the statement names them."""

MAPPINGS = {
    "nist_800_53r5": "NIST SP 800-53 Rev. 5",
    "nist_800_53": "NIST SP 800-53",
    "sl5": "SL5 Standard (draft)",
    "rand": "RAND security levels",
    "ear": "EAR (15 CFR)",
    "fedramp_high": "FedRAMP High",
}

SUBJECTS = {
    "bundle": "Evidence bundle: root of the evidence tree (RFC 9162)",
    "catalog": "Control catalog",
    "profile": "Profile",
    "engine": "Program that computed the results",
    "results": "Assessment results, canonical JSON (RFC 8785)",
}


def describe(outcome: str, computed: str, reason: str | None, gates: Sequence[str]) -> str:
    """An outcome as a whole sentence without its full stop."""
    match outcome:
        case "possible":
            return "possible: the evidence allows both"
        case "not-evidenced":
            return f"not evidenced: {REASONS[reason]}" if reason else "not evidenced"
        case "untrusted":
            which = f"gate {literal(gates[0])}" if len(gates) == 1 else f"gates {', '.join(map(literal, gates))}"
            which = which if gates else "a gate"
            return f"untrusted: {which} did not hold; the computation itself said {OUTCOMES[computed]}"
        case _:
            return OUTCOMES[outcome]
