"""What a token or a service hands back is checked before it is used."""

from __future__ import annotations

from auditor.attestation.keys import PublicKey, canonical_signature, verify_signature
from auditor.errors import SignatureError, SigningError


def checked_signature(public: PublicKey, message: bytes, signature: bytes, place: str) -> bytes:
    """`signature` in its canonical spelling, once it is known to be by `public` over `message`.

    Raises:
        SigningError: it is not: the device used another key or another hash.
    """
    try:
        canonical = canonical_signature(public.algorithm, signature)
        verify_signature(public, message, canonical)
    except SignatureError as error:
        raise SigningError(
            "what came back is no signature by the key that the signer file names",
            place=place,
            hint="the URI names another key, or the key is not for ECDSA P-384 with SHA-384",
        ) from error
    return canonical
