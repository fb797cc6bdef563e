"""Signing a statement: only those it declares may sign, each once and with both of their keys.

A person's two signatures are made together or not at all: half a person counts nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from auditor.attestation.envelope import PAYLOAD_TYPE, Signature, encode_envelope, pae, parse_envelope
from auditor.attestation.keys import PublicKey, verify_signature
from auditor.attestation.statements import read_statement
from auditor.attestation.statements.common import DeclaredSigner
from auditor.errors import SignatureError, SigningError


class SigningKey(Protocol):
    """A private key, wherever it is kept (`auditor.custody`)."""

    @property
    def public(self) -> PublicKey:
        """The public half."""

    def sign(self, message: bytes) -> bytes:
        """The signature over `message` in the one spelling that `verify_signature` accepts.

        Raises:
            SigningError: the key cannot be used now.
        """


def sign_statement(payload: bytes, keys: Sequence[SigningKey]) -> bytes:
    """An envelope (DSSE v1.0.2) over the statement in `payload`, signed by `keys`.

    Not every declared signer has to sign now; `add_signatures` lets the others follow.

    Raises:
        StatementError: `payload` is not a statement of ours.
        SigningError: no key, a key that is not declared or given twice, or one of a person's two keys alone.
    """
    return encode_envelope(payload, _sign(payload, keys, ()))


def add_signatures(envelope_bytes: bytes, keys: Sequence[SigningKey]) -> bytes:
    """The same envelope with more signatures; those already there are kept and not judged.

    Raises:
        EnvelopeError: `envelope_bytes` is not a well-formed envelope.
        StatementError: its payload is not a statement of ours.
        SigningError: as `sign_statement`, or a key has signed already.
    """
    envelope = parse_envelope(envelope_bytes)
    added = _sign(envelope.payload, keys, envelope.signatures)
    return encode_envelope(envelope.payload, (*envelope.signatures, *added))


def missing_signatures(envelope_bytes: bytes) -> tuple[DeclaredSigner, ...]:
    """Every declared signer who has not signed with both keys; what is there is not verified.

    Raises:
        EnvelopeError, StatementError: as `add_signatures`.
    """
    envelope = parse_envelope(envelope_bytes)
    present = {signature.keyid for signature in envelope.signatures}
    _, statement = read_statement(envelope.payload)
    return tuple(signer for signer in statement.signers if not present.issuperset(signer.keyids))


def check_signatures(envelope_bytes: bytes, keys: Sequence[SigningKey]) -> None:
    """Check the signatures just made by `keys`: a faulty token or a service that answers for another key is noticed.

    Raises:
        SigningError: one of them is not there, or does not verify.
    """
    envelope = parse_envelope(envelope_bytes)
    message = envelope.signed_bytes()
    signatures = {signature.keyid: signature.sig for signature in envelope.signatures}
    for key in keys:
        try:
            verify_signature(key.public, message, signatures.get(key.public.keyid, b""))
        except SignatureError as error:
            raise SigningError("the signature just made does not verify", place=key.public.keyid) from error


def _sign(payload: bytes, keys: Sequence[SigningKey], present: tuple[Signature, ...]) -> list[Signature]:
    _, statement = read_statement(payload)
    _require_whole_people(statement.signers, [key.public for key in keys], {one.keyid for one in present})
    message = pae(PAYLOAD_TYPE, payload)
    return [Signature(key.public.keyid, key.sign(message)) for key in keys]


def _require_whole_people(signers: Sequence[DeclaredSigner], given: Sequence[PublicKey], present: set[str]) -> None:
    if not given:
        raise SigningError("nobody signs", place="keys", hint="give the signer file of a declared signer")
    keyids = [key.keyid for key in given]
    owner = {keyid: signer for signer in signers for keyid in signer.keyids}
    for keyid in keyids:
        if keyid not in owner:
            raise SigningError(
                "the statement does not declare this key as a signer",
                place=keyid,
                hint="declare the signer when the statement is made; afterwards it cannot be added",
            )
        if keyid in present or keyids.count(keyid) > 1:
            raise SigningError("this key has signed already", place=keyid)
        for other in owner[keyid].keyids:
            if other not in keyids:
                raise SigningError(
                    f"{owner[keyid].principal} signs with both keys or not at all: one is not given",
                    place=other,
                    hint="give both keys of the signer file",
                )
