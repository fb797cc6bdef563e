"""The act statement: what somebody did about a signed report afterwards, over the digest of its envelope file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from auditor.attestation.roles import ACTS, Kind
from auditor.attestation.statements.common import (
    DeclaredSigner,
    Subject,
    encode_statement,
    made,
    open_statement,
    optional_digest512,
    read_signers,
    read_subject,
)
from auditor.canon.instant import format_instant

MAX_REASON = 2000


class ActStatement(NamedTuple):
    """A well-formed act over the report with SHA-512 `report`; `at` is microseconds, as the signers claim it.

    `act` is one of `roles.ACTS`; `successor` is the SHA-512 of the envelope that replaces the report, where it is
    superseded.
    """

    payload: bytes
    signers: tuple[DeclaredSigner, ...]
    report: str
    act: str
    at: int
    reason: str
    successor: str | None


def make_act_statement(
    *,
    report: str,
    act: str,
    at: int,
    reason: str,
    signers: Sequence[DeclaredSigner],
    successor: str | None = None,
) -> bytes:
    """The canonical bytes of an act over the report whose envelope file has the SHA-512 `report`.

    Raises:
        AttestationError: values that no verifier would accept, or a role that may not act so.
    """
    predicate = {"act": act, "at": format_instant(at), "reason": reason, "successor": successor}
    subject = Subject("report", "sha512", report)
    return made(parse_act, encode_statement(Kind.ACT, f"{Kind.ACT}/{act}", [subject], predicate, signers))


def parse_act(payload: bytes) -> ActStatement:
    """The act statement in `payload`.

    Raises:
        StatementError: with the JSON pointer, the value found and, where there is one, the fix.
    """
    subjects, predicate, _ = open_statement(payload, Kind.ACT, ("act", "at", "reason", "successor"))
    act = predicate["act"].one_of(ACTS)
    report = read_subject(subjects.items(most=1)[0], "report", "sha512")
    successor = optional_digest512(predicate["successor"])
    if (act == "supersede") != (successor is not None):
        raise predicate["successor"].refusal("a successor is named where the act is supersede, and only there")
    if successor == report:
        raise predicate["successor"].refusal("a report cannot replace itself", value=successor)
    return ActStatement(
        payload=payload,
        signers=read_signers(predicate["signers"], f"{Kind.ACT}/{act}"),
        report=report,
        act=act,
        at=predicate["at"].utc_instant(),
        reason=predicate["reason"].text(most=MAX_REASON),
        successor=successor,
    )
