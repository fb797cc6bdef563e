"""The two kinds of key a person signs with: what a key is called, how a public one is read, how a signature is checked.

ECDSA P-384 with SHA-384 (FIPS 186-5) and ML-DSA-87 (FIPS 204). A public key is read here without the library's general
parsers: there is one encoding of each kind that we accept (RFC 5480 with the uncompressed point, 120 bytes of SPKI DER;
RFC 9881, 2614 bytes), so one key has one key id, and verifying starts sooner. One signature likewise has one spelling.
"""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from auditor.canon.digest import sha256_hex
from auditor.errors import SignatureError, TrustError, UnverifiableError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA87PublicKey

Algorithm = Literal["ecdsa-p384-sha384", "ml-dsa-87"]
ECDSA: Algorithm = "ecdsa-p384-sha384"
ML_DSA: Algorithm = "ml-dsa-87"
ALGORITHMS: tuple[Algorithm, Algorithm] = (ECDSA, ML_DSA)
"""What each person signs with, both; the order in which a statement names a person's keys."""

P384_PREFIX = bytes.fromhex("3076301006072a8648ce3d020106052b81040022036200")
"""SubjectPublicKeyInfo { id-ecPublicKey, secp384r1 }, BIT STRING of 97 bytes; the point follows (04: uncompressed)."""

_POINT_BYTES = 97
# SubjectPublicKeyInfo { id-ml-dsa-87 without parameters }, BIT STRING of 2592 bytes; the key follows.
_ML_DSA_PREFIX = bytes.fromhex("30820a32300b060960864801650304031303820a2100")
_ML_DSA_KEY_BYTES = 2592
ML_DSA_SIGNATURE_BYTES = 4627
# The order of the group (SEC 2 section 2.5.1).
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973
# Keys kept as the library has them: a trust root's are read when it is, and used when somebody's signature is checked.
_LOADED = 256
_PEM_LABEL = "PUBLIC KEY"
_HINT = "an ECDSA P-384 or ML-DSA-87 key is needed: openssl pkey -in key.pem -pubout"


class PublicKey(NamedTuple):
    """A public key as SPKI DER, in the one encoding of its algorithm; a P-384 point is on the curve."""

    algorithm: Algorithm
    spki: bytes

    @property
    def keyid(self) -> str:
        """`sha256:` and the SHA-256 of the SPKI DER in hexadecimal."""
        return f"sha256:{sha256_hex(self.spki)}"


def parse_public_key(text: str, *, place: str = "public key") -> PublicKey:
    """The public key in `text`: PEM (RFC 7468, `PUBLIC KEY`) or the SPKI DER in base64 on one line.

    Raises:
        TrustError: another kind of key, another curve, a point off the curve, or not a public key at all.
        UnverifiableError: the cryptography library is not installed, or too old to know the algorithm.
    """
    return public_key_of_spki(_spki_of_text(text.replace("\r\n", "\n"), place), place=place)


def load_public_key(data: bytes, *, place: str = "public key") -> PublicKey:
    """`parse_public_key` of a file's bytes."""
    try:
        return parse_public_key(data.decode("ascii"), place=place)
    except UnicodeDecodeError as error:
        raise TrustError("not a public key in PEM", place=place, hint=_HINT) from error


def public_key_of_spki(spki: bytes, *, place: str = "public key") -> PublicKey:
    """The public key whose SPKI DER is `spki`; raises as `parse_public_key`."""
    if spki.startswith(_ML_DSA_PREFIX) and len(spki) == len(_ML_DSA_PREFIX) + _ML_DSA_KEY_BYTES:
        # Every string of this length is the encoding of exactly one key (FIPS 204, algorithm 22).
        return PublicKey(ML_DSA, spki)
    if not spki.startswith(P384_PREFIX + b"\x04") or len(spki) != len(P384_PREFIX) + _POINT_BYTES:
        raise TrustError(_kind_of(spki), place=place, hint=_HINT)
    try:
        _p384(spki)
    except ValueError as error:
        raise TrustError("the public key is not a point on P-384", place=place, hint=_HINT) from error
    return PublicKey(ECDSA, spki)


def encode_public_key(key: PublicKey) -> bytes:
    """`key` as PEM (RFC 7468 section 13), as openssl writes it."""
    return encode_pem(key.spki, _PEM_LABEL).encode("ascii")


def encode_pem(der: bytes, label: str) -> str:
    """`der` as PEM (RFC 7468) under `label`, as openssl writes it."""
    body = _base64(der)
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def encode_spki(key: PublicKey) -> str:
    """`key` as SPKI DER in base64 on one line, the form a trust root and a signer file are written in."""
    return _base64(key.spki)


def verify_signature(key: PublicKey, message: bytes, signature: bytes) -> None:
    """Check one signature over `message`; raises as `verify_signatures`."""
    verify_signatures(message, ((key, signature),))


def verify_signatures(message: bytes, signatures: Iterable[tuple[PublicKey, bytes]]) -> None:
    """Check signatures over `message`, each by the algorithm of its key and in its one spelling.

    ECDSA: DER, the lower value of s, SHA-384, which is taken once for all. ML-DSA: pure, empty context (FIPS 204,
    algorithm 3).

    Raises:
        SignatureError: a signature is not by its key over `message`, is none, or is another spelling of one.
        UnverifiableError: the cryptography library is not installed, or too old to know the algorithm.
    """
    try:
        from cryptography.exceptions import InvalidSignature
    except ImportError as error:
        raise _no_cryptography() from error
    digest = None
    for key, signature in signatures:
        if canonical_signature(key.algorithm, signature) != signature:
            raise SignatureError(
                "the signature is not in its canonical spelling",
                place=key.keyid,
                hint="ECDSA signatures are DER with the lower value of s; somebody re-encoded this one",
            )
        try:
            if key.algorithm == ML_DSA:
                _ml_dsa(key.spki).verify(signature, message)
            else:
                digest = digest or hashlib.sha384(message).digest()
                _verify_p384(key.spki, digest, signature)
        except InvalidSignature as error:
            raise SignatureError(
                "the signature does not verify",
                place=key.keyid,
                hint="the report or the signature was changed after signing, or another key made it",
            ) from error


def canonical_signature(algorithm: Algorithm, signature: bytes) -> bytes:
    """The one spelling of a signature that we write and accept.

    ECDSA: DER, with the lower of the two values of s. (r, s) and (r, n-s) verify alike, so anybody could turn one
    report file into another that is as genuine. ML-DSA has one spelling anyway.

    Raises:
        SignatureError: `signature` cannot be a signature by `algorithm`.
        UnverifiableError: the cryptography library is not installed.
    """
    if algorithm == ML_DSA:
        if len(signature) != ML_DSA_SIGNATURE_BYTES:
            raise SignatureError(
                f"not an ML-DSA-87 signature: {len(signature)} bytes, not {ML_DSA_SIGNATURE_BYTES}", place="signature"
            )
        return signature
    try:
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
    except ImportError as error:
        raise _no_cryptography() from error
    try:
        r, s = decode_dss_signature(signature)
    except ValueError as error:
        raise SignatureError("not an ECDSA signature in DER", place="signature") from error
    if not (0 < r < _ORDER and 0 < s < _ORDER):
        raise SignatureError("not an ECDSA signature: a number is out of range", place="signature")
    return encode_dss_signature(r, min(s, _ORDER - s))


def _verify_p384(spki: bytes, digest: bytes, signature: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, utils
    from cryptography.hazmat.primitives.hashes import SHA384

    _p384(spki).verify(signature, digest, ec.ECDSA(utils.Prehashed(SHA384())))


def _spki_of_text(text: str, place: str) -> bytes:
    for label, what in (("PRIVATE KEY", "a private key"), ("CERTIFICATE", "a certificate")):
        if f"-----BEGIN {label}" in text or f" {label}-----" in text:
            # The text is not repeated: it may be a secret.
            raise TrustError(f"this is {what}, not a public key", place=place, hint=_HINT)
    is_pem = text.startswith(f"-----BEGIN {_PEM_LABEL}-----")
    body = "".join(text.split("\n")[1:-1]).replace(f"-----END {_PEM_LABEL}-----", "") if is_pem else text
    try:
        spki = binascii.a2b_base64(body, strict_mode=True)
    except ValueError as error:
        raise TrustError("not a public key in PEM or base64", place=place, hint=_HINT) from error
    pem = encode_pem(spki, _PEM_LABEL)
    spelled = (pem, pem.rstrip("\n")) if is_pem else (_base64(spki),)
    if text not in spelled:
        raise TrustError("the public key is not written in canonical PEM or base64", place=place, hint=_HINT)
    return spki


def _kind_of(spki: bytes) -> str:
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
        from cryptography.hazmat.primitives.serialization import load_der_public_key
    except ImportError as error:
        raise _no_cryptography() from error
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm):
        return "not a public key that can be read"
    if not isinstance(key, EllipticCurvePublicKey):
        return f"wrong type of key: {type(key).__name__.lstrip('_')}, not ECDSA P-384 or ML-DSA-87"
    if key.curve.name != "secp384r1":
        return f"wrong curve: {key.curve.name}, not secp384r1 (P-384)"
    return "the public key is not written with its uncompressed point"


def _p384(spki: bytes) -> EllipticCurvePublicKey:
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    except ImportError as error:
        raise _no_cryptography() from error
    try:
        return _load_p384(EllipticCurvePublicKey, spki)
    except UnsupportedAlgorithm as error:
        raise UnverifiableError("signatures cannot be checked: this OpenSSL does not know P-384") from error


@lru_cache(maxsize=_LOADED)
def _load_p384(kind: type[EllipticCurvePublicKey], spki: bytes) -> EllipticCurvePublicKey:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1

    return kind.from_encoded_point(SECP384R1(), spki[len(P384_PREFIX) :])


def _ml_dsa(spki: bytes) -> MLDSA87PublicKey:
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA87PublicKey
    except ImportError as error:
        raise _no_cryptography() from error
    try:
        return _load_ml_dsa(MLDSA87PublicKey, spki)
    except UnsupportedAlgorithm as error:
        raise UnverifiableError(
            "signatures cannot be checked: this OpenSSL does not know ML-DSA-87",
            hint="pip install 'cryptography>=48' from its wheels, which bring OpenSSL 3.5 or later",
        ) from error


@lru_cache(maxsize=_LOADED)
def _load_ml_dsa(kind: type[MLDSA87PublicKey], spki: bytes) -> MLDSA87PublicKey:
    return kind.from_public_bytes(spki[len(_ML_DSA_PREFIX) :])


def _base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def _no_cryptography() -> UnverifiableError:
    return UnverifiableError(
        "signatures cannot be checked: the cryptography library is not installed, or older than 48",
        hint="pip install 'cryptography>=48'",
    )
