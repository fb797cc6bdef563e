"""What the attestation says, as frozen values ready to print; a pure function of a verified report.

No clock, no path, no environment: the facility's time zone is an argument, and everything else comes from the report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from pydantic import ValidationError

from auditor.canon.digest import sha256_hex
from auditor.canon.json import canonical_bytes
from auditor.errors import RenderError
from auditor.model.assessment import AssessmentResults
from auditor.report import parts
from auditor.report.back import (
    SignerFacts,
    StepFacts,
    compose_evidence,
    compose_signatures,
    compose_verification,
)
from auditor.report.front import LawFacts, compose_cover, compose_method, compose_scope
from auditor.report.index import Index
from auditor.report.middle import compose_domains, compose_risks, compose_summary
from auditor.report.text import label


@dataclass(frozen=True, slots=True)
class AttestationInput:
    """A verified report, as far as the document needs it.

    `results` is the JSON form of the assessment results; `envelope` the bytes of the report file, whose SHA-256 is
    `envelope_digest`; `payload` the bytes signed; `signers` and `steps` what verifying found.
    """

    results: Mapping[str, Any]
    payload: bytes
    envelope: bytes
    envelope_digest: str
    signers: Sequence[SignerFacts]
    steps: Sequence[StepFacts]
    law: LawFacts


@dataclass(frozen=True, slots=True)
class AttestationView:
    """The whole document, ready to print. `instant` is the results' `asOf`, in microseconds."""

    title: str
    subject: str
    instant: int
    cover: parts.Cover
    contents: tuple[parts.ContentsEntry, ...]
    scope: parts.Scope
    method: parts.MethodPart
    summary: tuple[parts.SummaryRow, ...]
    domains: tuple[parts.DomainView, ...]
    risks: tuple[parts.RiskRow, ...]
    evidence: parts.EvidencePart
    signatures: parts.Signatures
    verification: parts.Verification


def read_results(results: Mapping[str, Any]) -> AssessmentResults:
    """The results as the model knows them.

    Raises:
        RenderError: they do not have the shape of this edition's results.
    """
    try:
        return AssessmentResults.model_validate(results)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = "/".join(str(part) for part in first["loc"])
        raise RenderError(
            f"the results do not have the shape of this edition: {first['msg']}",
            place=f"results/{place}",
            hint="render with the edition of the auditor that made the report",
        ) from error


def compose(verified: AttestationInput, zone: tzinfo | None = None) -> AttestationView:
    """Everything the document says, from a verified report; `zone` adds the facility's local time beside UTC.

    Raises:
        RenderError: results of another shape, or an envelope that is not the one verified.
    """
    if sha256_hex(verified.envelope) != verified.envelope_digest:
        raise RenderError("the report file is not the one that was verified", value=sha256_hex(verified.envelope))
    results = read_results(verified.results)
    index = Index(results)
    domains = compose_domains(results, index, zone)
    facility = label(results.facility.name)
    return AttestationView(
        title=f"Data-center security attestation: {facility}",
        subject=f"Assessment results for {facility}, profile {label(results.profile.title)}",
        instant=results.as_of,
        cover=compose_cover(results, index, verified.envelope_digest, zone),
        contents=_contents(domains),
        scope=compose_scope(results, zone, verified.law),
        method=compose_method(results, index),
        summary=compose_summary(results, index),
        domains=domains,
        risks=compose_risks(results, index),
        evidence=compose_evidence(results, zone),
        signatures=compose_signatures(
            results, results_digest(verified.results), verified.payload, verified.envelope_digest, verified.signers
        ),
        verification=compose_verification(verified.steps),
    )


def results_digest(results: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of the results: the subject `results` of the statement."""
    return sha256_hex(canonical_bytes(dict(results)))


_SECTIONS = (
    ("1", "Scope and limits", "scope", (
        ("1.1", "What was assessed", "scope-assessed"),
        ("1.2", "What was not assessed", "scope-not"),
        ("1.3", "Regulatory status", "scope-law"),
    )),
    ("2", "How it was tested", "method", (
        ("2.1", "Recomputable by the reader", "method-recompute"),
        ("2.2", "What the outcomes mean", "method-outcomes"),
        ("2.3", "Gates", "method-gates"),
        ("2.4", "Validation of the tests", "method-ledger"),
    )),
    ("3", "Summary of findings", "summary", ()),
    ("4", "Findings", "findings", ()),
    ("5", "Risks and plan of action", "risks", ()),
    ("6", "Evidence", "evidence", (
        ("6.1", "Evidence index", "evidence-items"),
        ("6.2", "Coverage of the streams", "evidence-coverage"),
        ("6.3", "Rejected records", "evidence-rejects"),
    )),
    ("7", "Signatures", "signatures", ()),
    ("8", "How to verify", "verify", ()),
)  # fmt: skip


def _contents(domains: Sequence[parts.DomainView]) -> tuple[parts.ContentsEntry, ...]:
    entries = []
    for number, title, anchor, below in _SECTIONS:
        entries.append(parts.ContentsEntry(number, title, anchor, 1))
        entries.extend(parts.ContentsEntry(inner, name, target, 2) for inner, name, target in below)
        if anchor == "findings":
            entries.extend(parts.ContentsEntry(d.number, d.title, d.anchor, 2) for d in domains)
    return tuple(entries)
