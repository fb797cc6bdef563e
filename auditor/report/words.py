"""The words the document uses for outcomes, reasons, roles and mappings: plain language, one place."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.model.assessment import Outcome, Reason
from auditor.report.parts import Meaning, OutcomeView
from auditor.report.text import literal

REASONS = {
    Reason.EVIDENCE_MISSING: "evidence missing",
    Reason.EVIDENCE_STALE: "evidence too old",
    Reason.EVIDENCE_UNREADABLE: "evidence unreadable",
    Reason.COVERAGE_GAP: "gap in the records",
    Reason.EMPTY_POPULATION: "nothing to examine in the records",
    Reason.PARTIAL_POPULATION: "only part of the population was examined",
    Reason.GATE_NOT_HELD: "a gate did not hold",
    Reason.METHOD_NOT_PERFORMED: "a required method was not performed",
    Reason.EXCEPTIONS: "exceptions found",
}

_WORDS = {
    Outcome.MET: "met",
    Outcome.NOT_MET: "not met",
    Outcome.POSSIBLE: "possible",
    Outcome.NOT_EVIDENCED: "not evidenced",
    Outcome.UNTRUSTED: "untrusted",
}

OUTCOME_MEANINGS = tuple(
    Meaning(OutcomeView(outcome, _WORDS[outcome], _WORDS[outcome]), meaning)
    for outcome, meaning in (
        (
            Outcome.MET,
            (
                "The whole population was examined, on evidence whose gates held, and no exception was found. The only "
                "outcome that counts for the facility."
            ),
        ),
        (Outcome.NOT_MET, "The evidence leaves no other reading: at least one exception is a violation."),
        (Outcome.POSSIBLE, "The evidence allows both readings: it neither shows a violation nor rules one out."),
        (
            Outcome.NOT_EVIDENCED,
            (
                "The evidence does not tell: it was not delivered, is too old, cannot be read, has a gap, or covers "
                "only part of the population. Silence is never a pass."
            ),
        ),
        (
            Outcome.UNTRUSTED,
            (
                "The test gave a result, but a gate (a control that judges the evidence itself) did not hold, so "
                "nothing may be concluded from it. What the computation said is stated beside it."
            ),
        ),
    )
)  # fmt: skip

ROLES = {
    "assessor": "performed the assessment and stands behind each finding as stated.",
    "technical-reviewer": "reviewed the work of the assessor, independently of it, before it was issued.",
    "responsible-official": "speaks for the organisation and answers for issuing this report.",
}
UNKNOWN_ROLE = "a role this edition has no description for; see the verifier's trust policy."

MAPPINGS = {
    "nist_800_53r5": "NIST SP 800-53 Rev. 5",
    "nist_800_53": "NIST SP 800-53",
    "sl5": "SL5 Standard (draft)",
    "rand": "RAND security levels",
    "ear": "EAR (15 CFR)",
    "fedramp_high": "FedRAMP High",
}

SUBJECTS = {
    "bundle": "Evidence bundle, Merkle root (RFC 9162)",
    "catalog": "Control catalog",
    "profile": "Profile",
    "results": "Assessment results, canonical JSON (RFC 8785)",
}


def describe(outcome: Outcome, computed: Outcome, reason: Reason | None, gates: Sequence[str]) -> OutcomeView:
    """An outcome as mark, word and the whole sentence."""
    word = _WORDS[outcome]
    match outcome:
        case Outcome.POSSIBLE:
            text = "possible: the evidence allows both"
        case Outcome.NOT_EVIDENCED:
            text = f"not evidenced: {REASONS[reason]}" if reason else "not evidenced"
        case Outcome.UNTRUSTED:
            which = f"gate {literal(gates[0])}" if len(gates) == 1 else f"gates {', '.join(map(literal, gates))}"
            which = which if gates else "a gate"
            text = f"untrusted: {which} did not hold; the computation itself said {_WORDS[computed]}"
        case _:
            text = word
    return OutcomeView(outcome, word, text)
