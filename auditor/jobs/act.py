"""Act on a signed report: countersign, acknowledge, object to, withdraw or supersede it, in a statement of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.attestation.accept import Accepted
from auditor.attestation.roles import Kind
from auditor.attestation.statements.act import ActStatement, make_act_statement, parse_act
from auditor.canon.digest import sha512_hex
from auditor.canon.instant import format_instant
from auditor.custody.signer_file import Passphrase
from auditor.errors import BindingError, SigningError
from auditor.jobs.files import read_file
from auditor.jobs.hands import REVIEWER, Evidence, Hand, declare, sign_by
from auditor.jobs.statement_files import accept_file, read_finished, read_statement_file

if TYPE_CHECKING:
    Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ActRequest:
    """What is done about the report in that file, by whom, when (microseconds) and why.

    `successor` is the report that replaces it, where it is superseded; `evidence` is what a technical reviewer who
    countersigns recomputes it from.
    """

    report: Path
    act: str
    signing: Sequence[Hand]
    at: int
    reason: str
    successor: Path | None = None
    evidence: Evidence = field(default_factory=Evidence)


def act_on(request: ActRequest, passphrase: Passphrase, progress: Progress = lambda line: None) -> bytes:
    """The signed act.

    Raises:
        EnvelopeError, StatementError: the report, or its successor, is not one.
        SigningError: the report or its successor is unfinished, the report is younger than the act, or a key is
            missing or refused.
        AttestationError: a role that may not act so.
        BindingError: the successor does not sign that it replaces the report; a recomputed result differs.
    """
    digest, report = read_finished(request.report)
    if request.at < report.concluded_at:
        raise SigningError(
            "nobody can act on a report before it is concluded",
            place=str(request.report),
            value=format_instant(request.at),
            hint=f"it was concluded at {format_instant(report.concluded_at)}",
        )
    payload = make_act_statement(
        report=digest,
        act=request.act,
        at=request.at,
        reason=request.reason,
        successor=None if request.successor is None else _successor(request.successor, digest),
        signers=[declare(hand) for hand in request.signing],
    )
    if any(hand.role == REVIEWER for hand in request.signing):
        from auditor.jobs.sign import require_same

        require_same(report, request.evidence, progress)
    return sign_by(request.signing, payload, passphrase)


def read_act(path: Path) -> ActStatement:
    """The act in that file, of which nothing is verified.

    Raises:
        EnvelopeError, StatementError, MachineError: it cannot be read, or is not an act.
    """
    return read_statement_file(path, parse_act)


def verify_act(path: Path, trust: Path, at: int, report: Path | None = None) -> Accepted:
    """The act in that file, accepted by a trust root at `at` (microseconds); over `report`, where that is given.

    Raises:
        VerificationError: do not rely on it.
        UnverifiableError: it cannot be verified here.
    """
    accepted = accept_file(path, Kind.ACT, trust, at)
    statement = accepted.statement
    assert isinstance(statement, ActStatement)
    if report is not None and sha512_hex(read_file(report)) != statement.report:
        raise BindingError("an act over another report", place=str(path), value=statement.report)
    return accepted


def _successor(path: Path, digest: str) -> str:
    successor = read_finished(path)
    if successor.statement.supersedes != digest:
        raise BindingError(
            "the successor does not sign that it replaces this report",
            place=str(path),
            hint="sign the new results with --supersedes and the old report",
        )
    return successor.digest
