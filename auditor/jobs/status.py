"""Issue the list of reports that are withdrawn or superseded, each version from the one before, and read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.attestation.accept import Accepted
from auditor.attestation.roles import Kind
from auditor.attestation.statements.results import parse_results
from auditor.attestation.statements.status import StatusEntry, StatusStatement, make_status_statement, parse_status
from auditor.canon.digest import sha512_hex
from auditor.canon.instant import format_instant
from auditor.custody.signer_file import Passphrase
from auditor.errors import SigningError
from auditor.jobs.files import read_file
from auditor.jobs.hands import Hand, declare, sign_by
from auditor.jobs.statement_files import accept_file, parse_statement_file, read_finished, read_statement_file


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """The list before, if any, and which reports (files) are withdrawn or superseded from `at` on, and why.

    `at` and `issued_at` are microseconds.
    """

    signing: Sequence[Hand]
    issued_at: int
    at: int
    reason: str = ""
    previous: Path | None = None
    withdrawn: Sequence[Path] = ()
    superseded: Sequence[Path] = ()


def issue_status(request: StatusRequest, passphrase: Passphrase) -> bytes:
    """The signed list: what the list before says, and the reports of the request.

    Raises:
        EnvelopeError, StatementError: the list before, or a report, is not one.
        SigningError: a report is unfinished or listed so already, the list before is younger, or a key is missing or
            refused.
        AttestationError: an entry that no verifier would accept, such as one without a reason.
    """
    before = None if request.previous is None else read_status(request.previous)
    if before is not None and before.issued_at > request.issued_at:
        raise SigningError(
            "the list before is younger than this one",
            place=str(request.previous),
            value=format_instant(before.issued_at),
        )
    entries = {entry.report: entry for entry in (before.entries if before else ())}
    for state, paths in (("superseded", request.superseded), ("withdrawn", request.withdrawn)):
        for path in paths:
            _enter(entries, path, StatusEntry(read_finished(path).digest, state, request.at, request.reason))
    payload = make_status_statement(
        version=before.version + 1 if before else 1,
        issued_at=request.issued_at,
        entries=tuple(entries.values()),
        signers=[declare(hand) for hand in request.signing],
    )
    return sign_by(request.signing, payload, passphrase)


def read_status(path: Path) -> StatusStatement:
    """The status list in that file, of which nothing is verified.

    Raises:
        EnvelopeError, StatementError, MachineError: it cannot be read, or is not a status list.
    """
    return read_statement_file(path, parse_status)


def verify_status(path: Path, trust: Path, at: int) -> Accepted:
    """The status list in that file, accepted by a trust root at `at` (microseconds).

    Raises:
        VerificationError: do not rely on it.
        UnverifiableError: it cannot be verified here.
    """
    return accept_file(path, Kind.STATUS, trust, at)


def find_report(status: StatusStatement, report: Path) -> StatusEntry | None:
    """What the list says of the report in that file, or None if it is not listed."""
    data = read_file(report)
    parse_statement_file(report, data, parse_results)
    return status.find(sha512_hex(data))


def _enter(entries: dict[str, StatusEntry], path: Path, entry: StatusEntry) -> None:
    known = entries.get(entry.report)
    # What was withdrawn stays so; what was superseded can still be withdrawn.
    if known is not None and (known.status == entry.status or known.status == "withdrawn"):
        raise SigningError(
            f"the report is listed already: {known.status} from {format_instant(known.at)}",
            place=str(path),
        )
    entries[entry.report] = entry
