"""The status statement: a numbered, dated list of the reports that were withdrawn or superseded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from auditor.attestation.roles import Kind
from auditor.attestation.shape import Node
from auditor.attestation.statements.act import MAX_REASON
from auditor.attestation.statements.common import (
    DeclaredSigner,
    Subject,
    encode_statement,
    made,
    open_statement,
    read_signers,
    read_subjects,
)
from auditor.canon.digest import sha256_hex
from auditor.canon.instant import format_instant
from auditor.canon.json import canonical_bytes, canonical_bytes_of_parsed

STATES = ("withdrawn", "superseded")
MAX_ENTRIES = 100_000


class StatusEntry(NamedTuple):
    """A report (SHA-512 of its envelope file) that is `withdrawn` or `superseded` from `at` (microseconds) on."""

    report: str
    status: str
    at: int
    reason: str


class StatusStatement(NamedTuple):
    """A well-formed status list; `version` counts up from 1, `issued_at` is microseconds."""

    payload: bytes
    signers: tuple[DeclaredSigner, ...]
    version: int
    issued_at: int
    entries: tuple[StatusEntry, ...]

    def find(self, report: str) -> StatusEntry | None:
        """The entry for the report with that SHA-512, or None if it is not listed."""
        return next((entry for entry in self.entries if entry.report == report), None)


def make_status_statement(
    *, version: int, issued_at: int, entries: Sequence[StatusEntry], signers: Sequence[DeclaredSigner]
) -> bytes:
    """The canonical bytes of a status list; `entries` are sorted here.

    Raises:
        AttestationError: values that no verifier would accept.
    """
    listed = [
        {"report": one.report, "status": one.status, "at": format_instant(one.at), "reason": one.reason}
        for one in sorted(entries)
    ]
    subject = Subject("status", "sha256", sha256_hex(canonical_bytes(listed)))
    predicate = {"version": version, "issuedAt": format_instant(issued_at), "entries": listed}
    return made(parse_status, encode_statement(Kind.STATUS, Kind.STATUS, [subject], predicate, signers))


def parse_status(payload: bytes) -> StatusStatement:
    """The status statement in `payload`.

    Raises:
        StatementError: with the JSON pointer, the value found and, where there is one, the fix.
    """
    subjects, predicate, _ = open_statement(payload, Kind.STATUS, ("version", "issuedAt", "entries"))
    listed = predicate["entries"]
    issued_at = predicate["issuedAt"].utc_instant()
    entries = _read_entries(listed, issued_at)
    read_subjects(subjects, [Subject("status", "sha256", sha256_hex(canonical_bytes_of_parsed(listed.value)))])
    return StatusStatement(
        payload=payload,
        signers=read_signers(predicate["signers"], Kind.STATUS),
        version=predicate["version"].integer(1, 2**53 - 1),
        issued_at=issued_at,
        entries=entries,
    )


def _read_entries(node: Node, issued_at: int) -> tuple[StatusEntry, ...]:
    entries: list[StatusEntry] = []
    for item in node.items(least=0, most=MAX_ENTRIES):
        members = item.members(("report", "status", "at", "reason"))
        report = members["report"].digest512()
        if entries and report <= entries[-1].report:
            raise members["report"].refusal("reports must be in ascending order, each once", value=report)
        at = members["at"].utc_instant()
        if at > issued_at:
            raise members["at"].refusal("later than the list itself", value=members["at"].value)
        entries.append(
            StatusEntry(report, members["status"].one_of(STATES), at, members["reason"].text(most=MAX_REASON))
        )
    return tuple(entries)
