"""Holding the people a statement declares against the people whose signatures verified."""

from __future__ import annotations

from typing import NamedTuple

from auditor.attestation.envelope import Envelope
from auditor.attestation.statement import DeclaredSigner, Statement
from auditor.attestation.trust import Principal, TrustedKey, TrustPolicy
from auditor.errors import SignatureError, TrustError


class TrustedSignature(NamedTuple):
    """A signature that verified with `key`, which the trust policy says is a key of `principal`."""

    principal: Principal
    key: TrustedKey


class AcceptedSigner(NamedTuple):
    """A signature that counts: who signed, for whom, in which role, with which key."""

    principal: str
    name: str
    organisation: str
    role: str
    keyid: str


def match_signers(
    statement: Statement, envelope: Envelope, trusted: tuple[TrustedSignature, ...]
) -> tuple[AcceptedSigner, ...]:
    """The accepted signers, in the statement's order, where the declared set is the verified set.

    Raises:
        SignatureError: somebody signed who is not declared, or is declared and did not sign.
        TrustError: a declared key is unknown, belongs to another principal or may not sign in that role.
    """
    declared = {keyid for signer in statement.signers for keyid in signer.keyids}
    present = {signature.keyid for signature in envelope.signatures}
    for keyid in sorted(present - declared):
        raise SignatureError("signed by a key that the statement does not declare", place=keyid)
    for keyid in sorted(declared - present):
        raise SignatureError(
            "a declared signer has not signed", place=keyid, hint="the report is unfinished, or a signature was removed"
        )
    by_keyid = {signature.key.public.keyid: signature for signature in trusted}
    return tuple(_accept(signer, keyid, by_keyid.get(keyid)) for signer in statement.signers for keyid in signer.keyids)


def require_thresholds(policy: TrustPolicy, signers: tuple[AcceptedSigner, ...]) -> str:
    """What was counted, as text, where every threshold of the policy is met by distinct principals.

    Raises:
        SignatureError: fewer distinct principals than a threshold asks for.
    """
    counted = []
    for role, needed in policy.thresholds:
        people = {signer.principal for signer in signers if signer.role == role}
        if len(people) < needed:
            raise SignatureError(
                f"the trust policy asks for {needed} in the role {role}, and {len(people)} signed",
                hint="the report needs more signatures, or another trust policy applies to it",
            )
        counted.append(f"{role}: {len(people)} of {needed} needed")
    return "; ".join(counted)


def _accept(signer: DeclaredSigner, keyid: str, signature: TrustedSignature | None) -> AcceptedSigner:
    if signature is None:
        raise TrustError("a declared key is not known to the trust policy", place=keyid, value=signer.principal)
    principal = signature.principal
    if principal.id != signer.principal:
        raise TrustError(f"the key is declared for {signer.principal} and is a key of {principal.id}", place=keyid)
    if signer.role not in signature.key.roles:
        raise TrustError(
            f"the key may not sign in the role {signer.role}", place=keyid, value=", ".join(signature.key.roles)
        )
    return AcceptedSigner(principal.id, principal.name, principal.organisation, signer.role, keyid)
