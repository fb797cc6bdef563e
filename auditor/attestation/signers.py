"""Holding the people a statement declares against the people whose signatures verified."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from auditor.attestation.envelope import Envelope
from auditor.attestation.keys import ALGORITHMS
from auditor.attestation.people import Principal, TrustedKey
from auditor.attestation.roles import Kind
from auditor.attestation.root import TrustRoot
from auditor.attestation.statements.common import DeclaredSigner
from auditor.errors import SignatureError, TrustError


class TrustedSignature(NamedTuple):
    """A signature that verified with `key`, which the trust root says is a key of `principal`."""

    principal: Principal
    key: TrustedKey


class AcceptedSigner(NamedTuple):
    """A person who counts: who signed, for whom, in which role, with which two keys.

    `organisation` is its name and `organisation_id` what it is compared by.
    """

    principal: str
    name: str
    organisation: str
    role: str
    keyids: tuple[str, ...]
    organisation_id: str


def match_signers(
    declared: Sequence[DeclaredSigner], envelope: Envelope, trusted: Sequence[TrustedSignature], root: TrustRoot
) -> tuple[AcceptedSigner, ...]:
    """The accepted signers, in the statement's order, where the declared set is the verified set.

    Raises:
        SignatureError: somebody signed who is not declared, or is declared and did not sign with both keys.
        TrustError: a declared key is unknown, of the wrong algorithm or of another principal, or that principal may
            not sign in that role.
    """
    expected = {keyid for signer in declared for keyid in signer.keyids}
    present = {signature.keyid for signature in envelope.signatures}
    for keyid in sorted(present - expected):
        raise SignatureError("signed by a key that the statement does not declare", place=keyid)
    for signer in declared:
        _require_both(signer, present)
    by_keyid = {signature.key.keyid: signature for signature in trusted}
    return tuple(_accept(signer, by_keyid, root) for signer in declared)


def require_thresholds(root: TrustRoot, kind: Kind, signers: Sequence[AcceptedSigner]) -> str:
    """What was counted, as text, where every threshold that the trust root sets for `kind` is met by distinct people.

    An act is what one person does, so a threshold for acts asks for so many of the role that acts, and not for
    every role; without one a single person can act.

    Raises:
        SignatureError: fewer distinct principals than a threshold asks for.
        TrustError: the trust root does not say who must sign a statement of this kind.
    """
    acting = {signer.role for signer in signers}
    if kind is Kind.ACT:
        thresholds = tuple(one for one in root.thresholds.get(kind, ()) if one[0] in acting)
        thresholds = thresholds or tuple((role, 1) for role in sorted(acting))
    else:
        thresholds = root.require_thresholds(kind)
    counted = []
    for role, needed in thresholds:
        people = {signer.principal for signer in signers if signer.role == role}
        if len(people) < needed:
            raise SignatureError(
                f"the trust root asks for {needed} in the role {role}, and {len(people)} signed",
                hint="the statement needs more signatures, or another trust root applies to it",
            )
        counted.append(f"{role}: {len(people)} of {needed} needed")
    return "; ".join(counted)


def require_separation(root: TrustRoot, signers: Sequence[AcceptedSigner]) -> None:
    """Refuse signers of one organisation in two roles that the trust root keeps apart.

    Raises:
        TrustError: naming the organisation and the two roles.
    """
    for one, other in root.separation:
        shared = _organisations(signers, one) & _organisations(signers, other)
        for identifier in sorted(shared):
            raise TrustError(
                f"one organisation signed as {one} and as {other}, which the trust root keeps apart", value=identifier
            )


def _organisations(signers: Sequence[AcceptedSigner], role: str) -> set[str]:
    return {signer.organisation_id for signer in signers if signer.role == role}


def _require_both(signer: DeclaredSigner, present: set[str]) -> None:
    missing = [keyid for keyid in signer.keyids if keyid not in present]
    if len(missing) == len(signer.keyids):
        raise SignatureError(
            f"a declared signer has not signed: {signer.principal}",
            place=missing[0],
            hint="the statement is unfinished, or signatures were removed",
        )
    for keyid in missing:
        raise SignatureError(
            f"{signer.principal} signed with one of two keys",
            place=keyid,
            hint="a person counts with both signatures or not at all: one was removed, or never made",
        )


def _accept(signer: DeclaredSigner, trusted: dict[str, TrustedSignature], root: TrustRoot) -> AcceptedSigner:
    for keyid, algorithm in zip(signer.keyids, ALGORITHMS, strict=True):
        signature = trusted.get(keyid)
        if signature is None:
            raise TrustError("a declared key is not known to the trust root", place=keyid, value=signer.principal)
        if signature.principal.id != signer.principal:
            raise TrustError(
                f"the key is declared for {signer.principal} and is a key of {signature.principal.id}", place=keyid
            )
        if signature.key.public.algorithm != algorithm:
            raise TrustError(
                f"declared where {signer.principal} names the {algorithm} key",
                place=keyid,
                value=signature.key.public.algorithm,
                hint="a person signs with one key of each algorithm",
            )
    principal = trusted[signer.keyids[0]].principal
    if signer.role not in principal.roles:
        raise TrustError(
            f"{principal.id} may not sign in the role {signer.role}",
            place=signer.keyids[0],
            value=", ".join(principal.roles),
        )
    organisation = root.organisation(principal.organisation)
    return AcceptedSigner(principal.id, principal.name, organisation.name, signer.role, signer.keyids, organisation.id)
