"""Private keys, for those who sign: generating, keeping and loading them. Nothing here is needed to verify."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.attestation.keys import PublicKey
from auditor.errors import SigningError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

# Explanatory text before the boundary is allowed by RFC 7468 section 2, and openssl reads past it.
_SAMPLE_MARK = b"SAMPLE KEY: not secret, for samples and tests only\n"


def generate_private_key() -> EllipticCurvePrivateKey:
    """A new P-384 key, drawn by OpenSSL's random generator."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key

    return generate_private_key(SECP384R1())


def public_key_of(key: EllipticCurvePrivateKey) -> PublicKey:
    """The public half of `key`, in the one encoding that has our key id.

    Raises:
        SigningError: `key` is not a P-384 key.
    """
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    require_p384(key)
    return PublicKey(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def require_p384(key: object) -> None:
    """Refuse anything but a P-384 private key, with SigningError naming what it is."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

    hint = "make one with: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -aes256"
    if not isinstance(key, EllipticCurvePrivateKey):
        kind = type(key).__name__.lstrip("_")
        raise SigningError(f"wrong type of key: {kind}, not ECDSA P-384", place="private key", hint=hint)
    if key.curve.name != "secp384r1":
        raise SigningError(f"wrong curve: {key.curve.name}, not secp384r1 (P-384)", place="private key", hint=hint)


def encode_private_key(key: EllipticCurvePrivateKey, passphrase: bytes) -> bytes:
    """`key` as PKCS#8 PEM (RFC 5958), encrypted under `passphrase`.

    Raises:
        SigningError: not a P-384 key, or an empty passphrase.
    """
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

    require_p384(key)
    if not passphrase:
        raise SigningError("an empty passphrase protects nothing", place="private key", hint="give a passphrase")
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase))


def encode_sample_key(key: EllipticCurvePrivateKey) -> bytes:
    """`key` as unencrypted PKCS#8 PEM, marked in its first line as a sample key that is not secret.

    Raises:
        SigningError: not a P-384 key.
    """
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    require_p384(key)
    return _SAMPLE_MARK + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def is_sample_key(pem: bytes) -> bool:
    """True if `pem` is marked as a sample key; the mark is for people, and proves nothing."""
    return pem.startswith(_SAMPLE_MARK)


def load_private_key(pem: bytes, passphrase: bytes | None = None) -> EllipticCurvePrivateKey:
    """The P-384 private key in a PKCS#8 PEM file.

    Raises:
        SigningError: not PKCS#8 PEM, another type or curve, a passphrase missing, wrong or not called for.
    """
    encrypted = _is_encrypted(pem)
    if encrypted and not passphrase:
        raise SigningError("the private key is encrypted", place="private key", hint="give its passphrase")
    if not encrypted and passphrase:
        raise SigningError(
            "a passphrase was given, but the private key is not encrypted",
            place="private key",
            hint="encrypt it: openssl pkcs8 -topk8 -v2 aes-256-cbc -in key.pem -out encrypted.pem",
        )
    key = _load_pem(pem, passphrase if encrypted else None)
    require_p384(key)
    return key  # type: ignore[return-value]


def _is_encrypted(pem: bytes) -> bool:
    if b"-----BEGIN ENCRYPTED PRIVATE KEY-----" in pem:
        return True
    if b"-----BEGIN PRIVATE KEY-----" in pem:
        return False
    other = b"PRIVATE KEY-----" in pem
    problem = "the private key is not in PKCS#8" if other else "not a private key in PEM"
    raise SigningError(
        problem, place="private key", hint="convert it: openssl pkcs8 -topk8 -v2 aes-256-cbc -in old.pem -out key.pem"
    )


def _load_pem(pem: bytes, passphrase: bytes | None) -> object:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(pem, passphrase)
    except UnsupportedAlgorithm as error:
        raise SigningError("the private key is of a kind this library does not know", place="private key") from error
    except ValueError as error:
        problem = "wrong passphrase, or the file is damaged" if passphrase else "the private key cannot be read"
        raise SigningError(problem, place="private key") from error
