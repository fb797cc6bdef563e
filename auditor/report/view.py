"""What the attestation says, as frozen values ready to print; a pure function of a verified report.

No clock, no path, no environment: the facility's time zone is an argument, and everything else comes from the signed
bytes, but for what `beside` names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from auditor.canon.json import parse_strict
from auditor.errors import EvidenceFormatError, RenderError
from auditor.report import parts
from auditor.report.back import compose_evidence, compose_signatures, compose_verification
from auditor.report.beside import BESIDE
from auditor.report.front import compose_cover, compose_method, compose_scope
from auditor.report.index import Index
from auditor.report.middle import compose_domains, compose_risks, compose_summary
from auditor.report.signed import Node
from auditor.report.text import label


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


def compose(payload: bytes, beside: Mapping[str, Any], zone: tzinfo | None = None) -> AttestationView:
    """Everything the document says, from the signed bytes; `zone` adds the facility's local time beside UTC.

    Raises:
        RenderError: a payload that does not have the shape of this edition.
    """
    try:
        return _compose(Node(parse_strict(payload, place="payload")), payload, Node(dict(beside), BESIDE), zone)
    except (EvidenceFormatError, KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise RenderError(
            f"the results do not have the shape of this edition: {type(error).__name__}",
            value=error,
            hint="use the edition of the auditor that made the report",
        ) from error


def _compose(statement: Node, payload: bytes, beside: Node, zone: tzinfo | None) -> AttestationView:
    predicate = statement.predicate
    results = predicate.results
    index = Index(results)
    domains = compose_domains(results, index, zone)
    facility = label(results.facility.name)
    return AttestationView(
        title=f"Data-center security attestation: {facility}",
        subject=f"Assessment results for {facility}, profile {label(results.profile.title)}",
        instant=results.at("asOf"),
        cover=compose_cover(predicate, index, beside, zone),
        contents=_contents(domains),
        scope=compose_scope(results, zone, beside),
        method=compose_method(results, index),
        summary=compose_summary(results, index),
        domains=domains,
        risks=compose_risks(results, index),
        evidence=compose_evidence(predicate, zone),
        signatures=compose_signatures(statement, payload, beside, zone),
        verification=compose_verification(beside),
    )


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
    ("7", "Signatures", "signatures", (
        ("7.1", "Who signed, and what each declares", "signatures-who"),
        ("7.2", "What the signatures cover", "signatures-what"),
    )),
    ("8", "How to verify", "verify", (
        ("8.1", "Three ways that share no code", "verify-ways"),
        ("8.2", "What verifying does not prove", "verify-limits"),
        ("8.3", "Verification before printing", "verify-steps"),
    )),
)  # fmt: skip


def _contents(domains: Sequence[parts.DomainView]) -> tuple[parts.ContentsEntry, ...]:
    entries = []
    for number, title, anchor, below in _SECTIONS:
        entries.append(parts.ContentsEntry(number, title, anchor, 1))
        entries.extend(parts.ContentsEntry(inner, name, target, 2) for inner, name, target in below)
        if anchor == "findings":
            entries.extend(parts.ContentsEntry(d.number, d.title, d.anchor, 2) for d in domains)
    return tuple(entries)
