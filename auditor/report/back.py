"""The back of the document: the evidence, who signed what, and what verifying showed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Protocol

from auditor.canon.digest import sha256_hex
from auditor.model.assessment import AssessmentResults, ItemRecord
from auditor.model.evidence import StreamCoverage
from auditor.report import times
from auditor.report.middle import gap_row
from auditor.report.parts import (
    CoverageRow,
    EvidencePart,
    ItemRow,
    RejectRow,
    Signatures,
    SignerRow,
    StepRow,
    SubjectRow,
    Verification,
)
from auditor.report.text import count, digest, listing, literal, number, prose
from auditor.report.words import ROLES, SUBJECTS, UNKNOWN_ROLE

DONE = "done"


class SignerFacts(Protocol):
    """A signature that was verified and counted."""

    @property
    def principal(self) -> str:
        """Who it is, in the trust policy."""

    @property
    def name(self) -> str:
        """The name of the person."""

    @property
    def organisation(self) -> str:
        """Whom the person signs for."""

    @property
    def role(self) -> str:
        """In which role."""

    @property
    def keyid(self) -> str:
        """With which key."""


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


def compose_evidence(results: AssessmentResults, zone: tzinfo | None) -> EvidencePart:
    """The evidence index, the coverage of each stream, and the records rejected."""
    bundle = results.bundle
    more = bundle.reject_count - len(bundle.rejects)
    rejected = count(bundle.reject_count, "record")
    note = "No record was rejected." if not bundle.reject_count else (
        f"{rejected} did not fit the stream and took no part in any test."
        + (f" {number(len(bundle.rejects))} are listed." if more > 0 else "")
    )  # fmt: skip
    return EvidencePart(
        root=digest(bundle.root),
        summary=f"{count(len(bundle.items), 'item')}, {number(sum(item.size for item in bundle.items))} bytes.",
        items=tuple(_item(item) for item in bundle.items),
        coverage=tuple(_coverage(stream, zone) for stream in bundle.coverage),
        rejects=tuple(
            RejectRow(
                place=f"{literal(reject.item)}#{reject.record}, line {reject.line}",
                stream=literal(reject.stream),
                column=literal(reject.column, 200),
                value=literal(reject.value, 400),
                reason=prose(reject.reason, 600),
            )
            for reject in bundle.rejects
        ),
        rejects_note=note,
    )


def _item(item: ItemRecord) -> ItemRow:
    if item.kind == "document":
        about = "document, not read" + (f": {prose(item.title, 300)}" if item.title else "")
        counts = f"{number(item.size)} bytes"
    else:
        about = f"records: {listing([literal(name) for name in item.streams])}"
        about += f"; mapping {literal(item.mapping)}" if item.mapping else ""
        counts = f"{number(item.size)} bytes; {count(item.rows, 'row')}, {number(item.rejected)} rejected"
    return ItemRow(
        id=literal(item.id),
        path=literal(item.path, 420),
        about=f"{about}; {item.sensitivity}",
        source=f"{prose(item.system, 300)}; exported by {prose(item.collector, 300)}",
        dates=(
            f"from {times.bare(item.observed.began)}",
            f"to {times.bare(item.observed.ended)}",
            f"collected {times.bare(item.collected)}",
            f"received {times.bare(item.received)}",
        ),
        counts=counts,
        sha256=digest(item.sha256),
    )


def _coverage(stream: StreamCoverage, zone: tzinfo | None) -> CoverageRow:
    span: tuple[str, ...] = ("a listing, without times",) if stream.rows else ("no record",)
    if stream.earliest is not None and stream.latest is not None:
        span = (times.bare(stream.earliest), times.bare(stream.latest))
    total = max(stream.gap_count, len(stream.gaps))
    note = "not delivered" if not stream.delivered else count(total, "gap") if total else "no gap"
    if total > len(stream.gaps):
        note = f"{note}, {number(len(stream.gaps))} listed"
    return CoverageRow(
        stream=literal(stream.stream),
        items=", ".join(literal(name) for name in stream.items) or "none",
        rows=number(stream.rows),
        rejected=number(stream.rejected),
        span=span,
        gaps=tuple(gap_row(gap, zone) for gap in stream.gaps),
        gaps_note=note,
    )


def compose_signatures(
    results: AssessmentResults,
    results_digest: str,
    payload: bytes,
    envelope_digest: str,
    signers: Sequence[SignerFacts],
) -> Signatures:
    """Who signed, in which role, with which key, over which digests."""
    subjects = (
        ("bundle", results.bundle.root),
        ("catalog", results.catalog.digest),
        ("profile", results.profile.digest),
        ("results", results_digest),
    )
    return Signatures(
        signers=tuple(
            SignerRow(
                name=prose(signer.name, 300),
                organisation=prose(signer.organisation, 300),
                principal=literal(signer.principal, 300),
                role=literal(signer.role, 100).replace("-", " "),
                role_meaning=f"This person {ROLES[signer.role]}" if signer.role in ROLES else f"This is {UNKNOWN_ROLE}",
                keyid=digest(literal(signer.keyid, 300)),
            )
            for signer in signers
        ),
        envelope=digest(envelope_digest),
        payload=digest(sha256_hex(payload)),
        subjects=tuple(SubjectRow(name, SUBJECTS[name], digest(value)) for name, value in subjects),
    )


def compose_verification(steps: Sequence[StepFacts]) -> Verification:
    """What the verification before rendering did, and what it did not do."""
    return Verification(
        steps=tuple(
            StepRow(
                number=str(step.number),
                title=prose(step.title, 300),
                state="done" if step.state == DONE else "not done",
                done=step.state == DONE,
                detail=prose(step.detail),
            )
            for step in steps
        )
    )
