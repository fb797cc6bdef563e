"""Accepting a signed statement by a trust root: the one gate that every envelope but the trust root's goes through.

1. It is a well-formed envelope (DSSE v1.0.2, strict profile of `envelope`).
2. Each signature that names a key of the trust root verifies with it; nothing in the payload is looked at before.
3. Each of those keys is valid at the time it is judged at: inside its window, not revoked.
4. The payload is a canonical, well-formed statement of the kind asked for.
5. Those who signed are those whom it declares, each with both keys, known as that person, in a role of theirs.
6. Enough distinct people signed in each role, and organisations that must be separate are.
7. The trust root still relies on both algorithms.
"""

from __future__ import annotations

from typing import NamedTuple

from auditor.attestation import steps as step
from auditor.attestation.envelope import Envelope, parse_envelope
from auditor.attestation.keys import ALGORITHMS, verify_signatures
from auditor.attestation.roles import Kind
from auditor.attestation.root import TrustRoot
from auditor.attestation.signers import (
    AcceptedSigner,
    TrustedSignature,
    match_signers,
    require_separation,
    require_thresholds,
)
from auditor.attestation.statements import Statement, parse_statement
from auditor.attestation.steps import Trail
from auditor.canon.digest import sha512_hex
from auditor.errors import TrustError


class Judged(NamedTuple):
    """When things are judged (microseconds): keys and revocations at `proven` where a time is proven, else at `at`;
    algorithms always at `at`, the time of verification, since it is then that somebody relies on them."""

    at: int
    proven: int | None = None

    @property
    def keys_at(self) -> int:
        """When keys and revocations are judged."""
        return self.at if self.proven is None else self.proven


class Accepted(NamedTuple):
    """A statement whose signers count; `payload` are the verified bytes, `digest_sha512` is of the envelope file."""

    kind: Kind
    payload: bytes
    statement: Statement
    signers: tuple[AcceptedSigner, ...]
    digest_sha512: str


def accept(envelope: bytes, kind: Kind, root: TrustRoot, judged: Judged, trail: Trail | None = None) -> Accepted:
    """The statement of `kind` in `envelope`, accepted by `root`; each step is recorded in `trail`, if there is one.

    Raises:
        VerificationError: one of its subclasses; do not rely on it.
        UnverifiableError: no cryptography is at hand, or an algorithm is relied on no more.
    """
    trail = Trail() if trail is None else trail
    trail.begin(step.ENVELOPE)
    parsed = parse_envelope(envelope)
    digest = sha512_hex(envelope)
    trail.close(step.DONE, f"{step.count(len(parsed.signatures), 'signature')}, SHA-512 {digest}")

    trail.begin(step.SIGNATURES)
    trusted = _verify_signatures(parsed, root)
    trail.close(step.DONE, f"{len(trusted)} of {len(parsed.signatures)} signatures are by keys of the trust root")

    trail.begin(step.KEY_TIMES)
    for signature in trusted:
        root.require_valid(signature.key, judged.keys_at)
    trail.close(step.DONE, _when(judged))

    trail.begin(step.STATEMENT)
    statement = parse_statement(parsed.payload, kind)
    trail.close(step.DONE, f"{kind.predicate_type}, {step.count(len(statement.signers), 'signer')} declared")

    trail.begin(step.SIGNERS)
    signers = match_signers(statement.signers, parsed, trusted, root)
    trail.close(step.DONE, "; ".join(f"{one.name}, {one.organisation} ({one.role})" for one in signers))

    trail.begin(step.THRESHOLDS)
    counted = require_thresholds(root, kind, signers)
    require_separation(root, signers)
    trail.close(step.DONE, counted)

    trail.begin(step.ALGORITHMS)
    trail.close(step.DONE, _require_algorithms(root, judged.at))
    return Accepted(kind, parsed.payload, statement, signers, digest)


def _verify_signatures(envelope: Envelope, root: TrustRoot) -> tuple[TrustedSignature, ...]:
    # An unknown key proves nothing and is not counted; matching the signers refuses it, declared or not.
    known = [(root.find(signature.keyid), signature.sig) for signature in envelope.signatures]
    trusted = [(TrustedSignature(*owner), sig) for owner, sig in known if owner is not None]
    if not trusted:
        raise TrustError(
            "no signature is by a key that the trust root knows",
            value=", ".join(signature.keyid for signature in envelope.signatures),
            hint="ask the signers for their key ids over a channel you trust",
        )
    verify_signatures(envelope.signed_bytes(), [(one.key.public, sig) for one, sig in trusted])
    return tuple(one for one, _ in trusted)


def _require_algorithms(root: TrustRoot, at: int) -> str:
    for algorithm in ALGORITHMS:
        root.require_algorithm(algorithm, at)
    return ", ".join(ALGORITHMS)


def _when(judged: Judged) -> str:
    if judged.proven is None:
        return f"judged at {step.instant(judged.at)}, the time that the verifier gave"
    return f"judged at {step.instant(judged.proven)}, the proven time"
