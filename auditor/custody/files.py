"""Private keys in files: PKCS#8 PEM, encrypted, or unencrypted and marked as samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.attestation.keys import ECDSA, ML_DSA, Algorithm, PublicKey, canonical_signature, public_key_of_spki
from auditor.custody.pkcs8 import encrypt_pkcs8
from auditor.errors import SigningError, TrustError

if TYPE_CHECKING:
    from typing import TypeAlias

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA87PrivateKey

    PrivateKey: TypeAlias = EllipticCurvePrivateKey | MLDSA87PrivateKey

# Explanatory text before the boundary is allowed by RFC 7468 section 2, and openssl reads past it.
_SAMPLE_MARK = b"SAMPLE KEY: not secret, for samples and tests only\n"
_LEAST_PASSPHRASE = 12
SHORT_PASSPHRASE = f"at least {_LEAST_PASSPHRASE} characters, such as five random words"
_PLACE = "private key"
_CONVERT = "convert it: openssl pkcs8 -topk8 -scrypt -in old.pem -out key.pem"
_ENCRYPT = "encrypt it: openssl pkcs8 -topk8 -scrypt -in key.pem -out encrypted.pem"
# RFC 9881 has three forms of a private key. The library reads the seed; openssl writes seed and key unless it is told.
_SEED_ONLY = "an ML-DSA-87 key by openssl must be its seed alone: -provparam ml-dsa.output_formats=seed-only"


class FileKey:
    """A private key in memory that signs; the only copy that this process keeps is inside the library."""

    __slots__ = ("_private", "public")

    def __init__(self, private: PrivateKey) -> None:
        self._private = private
        self.public: PublicKey = public_key_of(private)

    def sign(self, message: bytes) -> bytes:
        """The canonical signature over `message`: ECDSA with SHA-384, or pure ML-DSA-87 (hedged, empty context)."""
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.hashes import SHA384

        if isinstance(self._private, ec.EllipticCurvePrivateKey):
            return canonical_signature(ECDSA, self._private.sign(message, ec.ECDSA(SHA384())))
        return canonical_signature(ML_DSA, self._private.sign(message))


def is_short_passphrase(passphrase: bytes) -> bool:
    """True if a new passphrase has too few characters, whatever their bytes; `SHORT_PASSPHRASE` is the hint."""
    return len(passphrase.decode("utf-8", "replace")) < _LEAST_PASSPHRASE


def generate_private_key(algorithm: Algorithm) -> PrivateKey:
    """A new key, drawn by OpenSSL's random generator."""
    from cryptography.hazmat.primitives.asymmetric import ec, mldsa

    if algorithm == ML_DSA:
        return mldsa.MLDSA87PrivateKey.generate()
    return ec.generate_private_key(ec.SECP384R1())


def public_key_of(key: PrivateKey) -> PublicKey:
    """The public half of `key`, in the one encoding that has our key id.

    Raises:
        SigningError: `key` is neither a P-384 nor an ML-DSA-87 key.
    """
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    require_private_key(key)
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    try:
        return public_key_of_spki(spki)
    except TrustError as error:
        raise SigningError(error.problem, place=_PLACE, hint=error.hint) from error


def require_private_key(key: object, *, place: str = _PLACE) -> None:
    """Refuse anything but a P-384 or ML-DSA-87 private key, with SigningError naming what it is."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA87PrivateKey

    hint = "make a pair with: auditor key generate"
    if isinstance(key, MLDSA87PrivateKey):
        return
    if not isinstance(key, EllipticCurvePrivateKey):
        kind = type(key).__name__.lstrip("_")
        raise SigningError(f"wrong type of key: {kind}, not ECDSA P-384 or ML-DSA-87", place=place, hint=hint)
    if key.curve.name != "secp384r1":
        raise SigningError(f"wrong curve: {key.curve.name}, not secp384r1 (P-384)", place=place, hint=hint)


def encode_private_key(key: PrivateKey, passphrase: bytes) -> bytes:
    """`key` as PKCS#8 PEM (RFC 5958), encrypted under `passphrase` (scrypt, AES-256-CBC; see `pkcs8`).

    Raises:
        SigningError: not a P-384 or ML-DSA-87 key, or an empty passphrase.
    """
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    require_private_key(key)
    if not passphrase:
        raise SigningError("an empty passphrase protects nothing", place=_PLACE, hint="give a passphrase")
    return encrypt_pkcs8(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), passphrase)


def encode_sample_key(key: PrivateKey) -> bytes:
    """`key` as unencrypted PKCS#8 PEM, marked in its first line as a sample key that is not secret.

    Raises:
        SigningError: not a P-384 or ML-DSA-87 key.
    """
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    require_private_key(key)
    return _SAMPLE_MARK + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def is_sample_key(pem: bytes) -> bool:
    """True if `pem` is marked as a sample key; the mark is for people, and proves nothing."""
    return pem.startswith(_SAMPLE_MARK)


def is_encrypted(pem: bytes, *, place: str = _PLACE) -> bool:
    """True if `pem` is encrypted PKCS#8, False if it is PKCS#8 in the clear.

    Raises:
        SigningError: it is neither.
    """
    if b"-----BEGIN ENCRYPTED PRIVATE KEY-----" in pem:
        return True
    if b"-----BEGIN PRIVATE KEY-----" in pem:
        return False
    other = b"PRIVATE KEY-----" in pem
    raise SigningError(
        "the private key is not in PKCS#8" if other else "not a private key in PEM", place=place, hint=_CONVERT
    )


def load_private_key(pem: bytes, passphrase: bytes | None = None, *, place: str = _PLACE) -> PrivateKey:
    """The P-384 or ML-DSA-87 private key in a PKCS#8 PEM file; `place` names the file in a refusal.

    Raises:
        SigningError: not PKCS#8 PEM, another type or curve, a passphrase missing, wrong or not called for, or in the
            clear and no sample.
    """
    encrypted = is_encrypted(pem, place=place)
    if encrypted and not passphrase:
        raise SigningError("the private key is encrypted", place=place, hint="give its passphrase")
    if not encrypted and passphrase:
        raise SigningError("a passphrase was given, but the private key is not encrypted", place=place, hint=_ENCRYPT)
    key = _load_pem(pem, passphrase if encrypted else None, place)
    require_private_key(key, place=place)
    if not encrypted and not is_sample_key(pem):
        raise SigningError("the private key is not encrypted", place=place, hint=_ENCRYPT)
    return key  # type: ignore[return-value]


def _load_pem(pem: bytes, passphrase: bytes | None, place: str) -> object:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(pem, passphrase)
    except UnsupportedAlgorithm as error:
        raise SigningError("the private key is of a kind this library does not know", place=place) from error
    except ValueError as error:
        problem = "wrong passphrase, or the file is damaged" if passphrase else "the private key cannot be read"
        raise SigningError(problem, place=place, hint=_SEED_ONLY) from error
