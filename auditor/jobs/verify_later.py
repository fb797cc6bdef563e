"""What happened to a report after it was signed: acts over it, and the newest status list a reader holds."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.attestation import steps
from auditor.attestation.accept import Judged, accept
from auditor.attestation.roles import Kind
from auditor.attestation.root import TrustRoot
from auditor.attestation.signers import AcceptedSigner
from auditor.attestation.statements.act import ActStatement
from auditor.attestation.statements.status import StatusStatement
from auditor.attestation.verify import VerifiedReport
from auditor.canon.instant import format_instant
from auditor.errors import BindingError, TrustError, UnverifiableError
from auditor.jobs.walk import Walk

_DAY = 86_400_000_000


def verify_acts(
    acts: Sequence[tuple[str, bytes]], report: VerifiedReport, root: TrustRoot, at: int, walk: Walk
) -> None:
    """Verify `acts`, (place, envelope), over `report`.

    Nothing proves when an act was done, so its keys are judged at `at`.

    Raises:
        VerificationError: an act does not verify, is over another report, or withdraws this one.
    """
    walk.begin(steps.ACTS)
    if not acts:
        walk.left(steps.ACTS, "no act came with the report; that there is none elsewhere it cannot show")
        return
    told = []
    for place, envelope in acts:
        accepted = accept(envelope, Kind.ACT, root, Judged(at))
        statement = accepted.statement
        assert isinstance(statement, ActStatement)
        if statement.report != report.digest_sha512:
            raise BindingError("an act over another report", place=place, value=statement.report)
        if statement.at < report.concluded_at:
            raise BindingError("an act from before the report", place=place, value=format_instant(statement.at))
        if statement.act in ("withdraw", "supersede"):
            _require_own(accepted.signers, report.signers, place)
        people = ", ".join(f"{one.name} ({one.role})" for one in accepted.signers)
        if statement.act == "withdraw" and statement.at <= at:
            raise BindingError(
                f"the report was withdrawn by {people} at {format_instant(statement.at)}",
                place=place,
                value=statement.reason,
                hint="ask the assessor for its successor",
            )
        successor = f", by the report with SHA-512 {statement.successor}" if statement.successor else ""
        told.append(f"{statement.act} at {format_instant(statement.at)} by {people}{successor}: {statement.reason}")
    walk.done("; ".join(told))


def _require_own(acting: Sequence[AcceptedSigner], signers: Sequence[AcceptedSigner], place: str) -> None:
    own = {signer.organisation_id for signer in signers if signer.role == "assessor"}
    for signer in acting:
        if signer.organisation_id not in own:
            raise TrustError(
                "only the organisation that assessed can withdraw or replace its report",
                place=place,
                value=signer.principal,
            )


def _require_heard(listing: Sequence[AcceptedSigner], signers: Sequence[AcceptedSigner]) -> None:
    # That a rival's list does not name the report says nothing about it.
    own = {signer.organisation_id for signer in signers if signer.role == "assessor"}
    if not any(one.role == "authority" or one.organisation_id in own for one in listing):
        raise TrustError(
            "the status list is neither of an authority nor of those who assessed", value=listing[0].principal
        )


def verify_status(status: bytes | None, report: VerifiedReport, root: TrustRoot, at: int, walk: Walk) -> None:
    """Hold `report` against a status list that the verifier brings.

    Raises:
        VerificationError: the list does not verify, or lists the report as withdrawn.
        UnverifiableError: the list is older than the trust root allows.
    """
    walk.begin(steps.STATUS)
    if status is None:
        walk.left(steps.STATUS, "no status list was given; whether the report was withdrawn since is not known here")
        return
    accepted = accept(status, Kind.STATUS, root, Judged(at))
    _require_heard(accepted.signers, report.signers)
    statement = accepted.statement
    assert isinstance(statement, StatusStatement)
    issued = format_instant(statement.issued_at)
    if statement.issued_at > at:
        raise BindingError("the status list is dated after the time of verification", value=issued)
    rule = root.status
    if rule is not None and statement.version < rule.least_version:
        raise UnverifiableError(
            "the status list is older than one seen before", value=statement.version,
            hint=f"the trust root asks for version {rule.least_version} or later",
        )  # fmt: skip
    if rule is not None and at - statement.issued_at > rule.max_age_days * _DAY:
        raise UnverifiableError(
            f"the status list is older than {rule.max_age_days} days", value=issued, hint="get the newest list"
        )
    entry = statement.find(report.digest_sha512)
    if entry is not None and entry.status == "withdrawn" and entry.at <= at:
        raise BindingError(f"the report was withdrawn at {format_instant(entry.at)}", value=entry.reason)
    about = "lists no change to it" if entry is None else f"{entry.status} {format_instant(entry.at)}: {entry.reason}"
    walk.done(f"status as of {issued}, list version {statement.version}: {about}")
