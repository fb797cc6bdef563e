"""Signing a statement: only those it declares may sign, each once, and each signature is checked before it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from auditor.attestation.envelope import PAYLOAD_TYPE, Signature, encode_envelope, pae, parse_envelope
from auditor.attestation.keys import canonical_signature, verify_signature
from auditor.attestation.private import public_key_of
from auditor.attestation.statement import Statement, parse_statement
from auditor.errors import SignatureError, SigningError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey


def sign_statement(payload: bytes, private_keys: Sequence[EllipticCurvePrivateKey]) -> bytes:
    """An envelope (DSSE v1.0.2) over the statement in `payload`, signed by `private_keys`.

    Not every declared signer has to sign now; `add_signature` lets the others follow.

    Raises:
        StatementError: `payload` is not a statement of ours.
        SigningError: no key, a key that is not declared or given twice, or a key of the wrong kind.
    """
    statement = parse_statement(payload)
    signatures: tuple[Signature, ...] = ()
    for key in private_keys:
        signatures = (*signatures, _sign(statement, key, signatures))
    if not signatures:
        raise SigningError("nobody signs", place="private keys", hint="give the private key of a declared signer")
    return encode_envelope(payload, signatures)


def add_signature(envelope_bytes: bytes, private_key: EllipticCurvePrivateKey) -> bytes:
    """The same envelope with one more signature; the signatures already there are kept and not judged.

    Raises:
        EnvelopeError: `envelope_bytes` is not a well-formed envelope.
        StatementError: its payload is not a statement of ours.
        SigningError: the key is not declared, has signed already, or is of the wrong kind.
    """
    envelope = parse_envelope(envelope_bytes)
    added = _sign(parse_statement(envelope.payload), private_key, envelope.signatures)
    return encode_envelope(envelope.payload, (*envelope.signatures, added))


def missing_signatures(envelope_bytes: bytes) -> tuple[tuple[str, str, str], ...]:
    """(principal, role, key id) of every declared key that has not signed; what is there is not verified.

    Raises:
        EnvelopeError, StatementError: as `add_signature`.
    """
    envelope = parse_envelope(envelope_bytes)
    present = {signature.keyid for signature in envelope.signatures}
    return tuple(
        (signer.principal, signer.role, keyid)
        for signer in parse_statement(envelope.payload).signers
        for keyid in signer.keyids
        if keyid not in present
    )


def _sign(statement: Statement, key: EllipticCurvePrivateKey, present: tuple[Signature, ...]) -> Signature:
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.hashes import SHA384

    public = public_key_of(key)
    if not any(public.keyid in signer.keyids for signer in statement.signers):
        raise SigningError(
            "the statement does not declare this key as a signer",
            place=public.keyid,
            hint="declare the signer when the statement is made; afterwards it cannot be added",
        )
    if any(signature.keyid == public.keyid for signature in present):
        raise SigningError("this key has signed already", place=public.keyid)
    message = pae(PAYLOAD_TYPE, statement.payload)
    signature = canonical_signature(key.sign(message, ECDSA(SHA384())))
    try:
        verify_signature(public, message, signature)
    except SignatureError as error:
        raise SigningError("the signature just made does not verify", place=public.keyid) from error
    return Signature(public.keyid, signature)
