"""What happened to a report after it was signed: acts over it, and the newest status list a reader holds."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.attestation import steps
from auditor.attestation.accept import Accepted, Judged, accept
from auditor.attestation.envelope import parse_envelope
from auditor.attestation.roles import Kind
from auditor.attestation.root import TrustRoot
from auditor.attestation.signers import AcceptedSigner
from auditor.attestation.statements.act import ActStatement, parse_act
from auditor.attestation.statements.status import StatusStatement
from auditor.attestation.verify import VerifiedReport
from auditor.canon.instant import format_instant
from auditor.errors import BindingError, TrustError, UnverifiableError, VerificationError
from auditor.jobs.walk import Walk

_DAY = 86_400_000_000
_LIST = "status list"


def verify_acts(
    acts: Sequence[tuple[str, bytes]], report: VerifiedReport, root: TrustRoot, at: int, walk: Walk
) -> None:
    """Verify `acts`, (place, envelope), over `report`.

    Nothing proves when an act was done, so its keys are judged at `at`. One whose keys count no more by then is told as
    not counted: else every package that somebody acknowledged would fail when that person's key runs out. A withdrawal
    is never passed over.

    Raises:
        VerificationError: an act does not verify, is over another report, or withdraws this one.
    """
    walk.begin(steps.ACTS)
    if not acts:
        walk.left(steps.ACTS, "no act came with the report; that there is none elsewhere it cannot show")
        return
    told, lapsed = [], False
    for place, envelope in acts:
        accepted, reason = _accept(envelope, root, at, place)
        _require_about(accepted, report, at, place)
        told.append(_told(accepted) + reason)
        lapsed = lapsed or bool(reason)
    if lapsed:
        walk.left(steps.ACTS, "; ".join(told))
    else:
        walk.done("; ".join(told))


def _accept(envelope: bytes, root: TrustRoot, at: int, place: str) -> tuple[Accepted, str]:
    """The act, and in words why it is not counted, where its keys counted on the day that it claims and do no more."""
    try:
        return accept(envelope, Kind.ACT, root, Judged(at)), ""
    except TrustError as error:
        try:
            claimed = parse_act(parse_envelope(envelope).payload)
            if claimed.act == "withdraw":
                raise
            accepted = accept(envelope, Kind.ACT, root, Judged(at, claimed.at))
        except (VerificationError, UnverifiableError) as refused:
            raise refused.within(place) from None
        return accepted, f" (not counted, as nothing proves when that was: {error.problem})"
    except (VerificationError, UnverifiableError) as error:
        raise error.within(place) from None


def _require_about(accepted: Accepted, report: VerifiedReport, at: int, place: str) -> None:
    """Refuse an act that is not about this report, is not its actor's to do, or withdraws it."""
    statement = _act_of(accepted)
    if statement.report != report.digest_sha512:
        raise BindingError("an act over another report", place=place, value=statement.report)
    if statement.at < report.concluded_at:
        raise BindingError("an act from before the report", place=place, value=format_instant(statement.at))
    if statement.act in ("withdraw", "supersede"):
        _require_own(accepted.signers, report.signers, place)
    if statement.act == "withdraw" and statement.at <= at:
        raise BindingError(
            f"the report was withdrawn by {_people(accepted)} at {format_instant(statement.at)}",
            place=place,
            value=statement.reason,
            hint="ask the assessor for its successor",
        )


def _told(accepted: Accepted) -> str:
    statement = _act_of(accepted)
    successor = f", by the report with SHA-512 {statement.successor}" if statement.successor else ""
    return f"{statement.act} at {format_instant(statement.at)} by {_people(accepted)}{successor}: {statement.reason}"


def _act_of(accepted: Accepted) -> ActStatement:
    assert isinstance(accepted.statement, ActStatement)
    return accepted.statement


def _people(accepted: Accepted) -> str:
    return ", ".join(f"{one.name}, {one.organisation} ({one.role})" for one in accepted.signers)


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


def verify_status(
    status: bytes | None, report: VerifiedReport, root: TrustRoot, at: int, walk: Walk, *, alone: bool = False
) -> None:
    """Hold `report` against a status list that the verifier brings; `alone` says that it came without its package.

    A list names the file of a report. Whoever signed one can sign the same words again, in another file, and only the
    attestation of a package says which of them was meant: that a list does not name a report alone shows nothing.

    Raises:
        VerificationError: the list does not verify, or lists the report as withdrawn.
        UnverifiableError: the list is older than the trust root allows.
    """
    walk.begin(steps.STATUS)
    if status is None:
        walk.left(steps.STATUS, "no status list was given; whether the report was withdrawn since is not known here")
        return
    statement = _accept_status(status, report, root, at)
    issued = format_instant(statement.issued_at)
    age = "" if root.status is not None else "; the trust root does not say how old a list may be"
    told = f"status as of {issued}, list version {statement.version}: "
    entry = statement.find(report.digest_sha512)
    if entry is not None and entry.status == "withdrawn" and entry.at <= at:
        raise BindingError(
            f"the report was withdrawn at {format_instant(entry.at)}", place=_LIST, value=entry.reason,
            hint="ask the assessor for its successor",
        )  # fmt: skip
    if entry is not None:
        walk.done(f"{told}{entry.status} {format_instant(entry.at)}: {entry.reason}{age}")
    elif alone:
        walk.left(steps.STATUS, f"{told}does not name this file; its signers can make another: verify the package")
    else:
        walk.done(f"{told}lists no change to it{age}")


def _accept_status(status: bytes, report: VerifiedReport, root: TrustRoot, at: int) -> StatusStatement:
    """The status list, by somebody to be heard on this report, neither too old for the trust root nor of the future."""
    try:
        accepted = accept(status, Kind.STATUS, root, Judged(at))
    except (VerificationError, UnverifiableError) as error:
        raise error.within(_LIST) from None
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
    return statement
