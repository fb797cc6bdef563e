"""ECDSA P-384 keys with SHA-384: what a key is called, how a public key is read and how a signature is checked.

A public key is read here without the library's general parsers: there is one encoding of a P-384 key that we accept
(RFC 5480, uncompressed point, 120 bytes of SPKI DER), so one key has one key id, and verifying starts sooner.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, NamedTuple

from auditor.canon.digest import sha256_hex
from auditor.errors import SignatureError, TrustError, UnverifiableError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

ALGORITHM = "ecdsa-p384-sha384"
# SubjectPublicKeyInfo { id-ecPublicKey, secp384r1 }, BIT STRING of 97 bytes; the point follows.
_SPKI_PREFIX = bytes.fromhex("3076301006072a8648ce3d020106052b81040022036200")
_POINT_BYTES = 97
# The order of the group (SEC 2 section 2.5.1).
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973
_BEGIN = "-----BEGIN PUBLIC KEY-----"
_END = "-----END PUBLIC KEY-----"
_HINT = "an ECDSA P-384 key is needed: openssl pkey -in key.pem -pubout"


class PublicKey(NamedTuple):
    """A P-384 public key as SPKI DER; its point is on the curve."""

    spki: bytes

    @property
    def keyid(self) -> str:
        """`sha256:` and the SHA-256 of the SPKI DER in hexadecimal."""
        return f"sha256:{sha256_hex(self.spki)}"


def parse_public_key(text: str, *, place: str = "public key") -> PublicKey:
    """The P-384 public key in `text`: PEM (RFC 7468, `PUBLIC KEY`) or the SPKI DER in base64 on one line.

    Raises:
        TrustError: another kind of key, another curve, a point off the curve, or not a public key at all.
        UnverifiableError: the cryptography library is not installed.
    """
    return _public_key(_spki_of_text(text.replace("\r\n", "\n"), place), place)


def load_public_key(data: bytes, *, place: str = "public key") -> PublicKey:
    """`parse_public_key` of a file's bytes."""
    try:
        return parse_public_key(data.decode("ascii"), place=place)
    except UnicodeDecodeError as error:
        raise TrustError("not a public key in PEM", place=place, hint=_HINT) from error


def encode_public_key(key: PublicKey) -> bytes:
    """`key` as PEM (RFC 7468 section 13), as openssl writes it."""
    return _pem(key.spki).encode("ascii")


def encode_spki(key: PublicKey) -> str:
    """`key` as SPKI DER in base64 on one line, the form the trust policy is written in."""
    return binascii.b2a_base64(key.spki, newline=False).decode("ascii")


def verify_signature(key: PublicKey, message: bytes, signature: bytes) -> None:
    """Check an ECDSA signature (FIPS 186-5, DER, SHA-384) over `message`.

    Raises:
        SignatureError: the signature is not by `key` over `message`, or is not a signature.
        UnverifiableError: the cryptography library is not installed.
    """
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.hashes import SHA384
    except ImportError as error:
        raise _no_cryptography() from error
    try:
        _point(key.spki).verify(signature, message, ECDSA(SHA384()))
    except InvalidSignature as error:
        raise SignatureError(
            "the signature does not verify",
            place=key.keyid,
            hint="the report or the signature was changed after signing, or another key made it",
        ) from error


def canonical_signature(signature: bytes) -> bytes:
    """The one spelling of an ECDSA signature that we write: DER, with the lower of the two values of s.

    (r, s) and (r, n-s) verify alike, so anybody could turn one report file into another that is as genuine.

    Raises:
        SignatureError: `signature` is not an ECDSA signature in DER.
    """
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

    try:
        r, s = decode_dss_signature(signature)
    except ValueError as error:
        raise SignatureError("not an ECDSA signature in DER") from error
    if not (0 < r < _ORDER and 0 < s < _ORDER):
        raise SignatureError("not an ECDSA signature: a number is out of range")
    return encode_dss_signature(r, min(s, _ORDER - s))


def _spki_of_text(text: str, place: str) -> bytes:
    for label, what in (("PRIVATE KEY", "a private key"), ("CERTIFICATE", "a certificate")):
        if f"-----BEGIN {label}" in text or f" {label}-----" in text:
            # The text is not repeated: it may be a secret.
            raise TrustError(f"this is {what}, not a public key", place=place, hint=_HINT)
    is_pem = text.startswith(_BEGIN)
    body = "".join(text.split("\n")[1:-1]).replace(_END, "") if is_pem else text
    try:
        spki = binascii.a2b_base64(body, strict_mode=True)
    except ValueError as error:
        raise TrustError("not a public key in PEM or base64", place=place, hint=_HINT) from error
    spelled = (_pem(spki), _pem(spki).rstrip("\n")) if is_pem else (encode_spki(PublicKey(spki)),)
    if text not in spelled:
        raise TrustError("the public key is not written in canonical PEM or base64", place=place, hint=_HINT)
    return spki


def _public_key(spki: bytes, place: str) -> PublicKey:
    if not spki.startswith(_SPKI_PREFIX + b"\x04") or len(spki) != len(_SPKI_PREFIX) + _POINT_BYTES:
        raise TrustError(_kind_of(spki), place=place, hint=_HINT)
    try:
        _point(spki)
    except ValueError as error:
        raise TrustError("the public key is not a point on P-384", place=place, hint=_HINT) from error
    return PublicKey(spki)


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
        return f"wrong type of key: {type(key).__name__.lstrip('_')}, not ECDSA P-384"
    if key.curve.name != "secp384r1":
        return f"wrong curve: {key.curve.name}, not secp384r1 (P-384)"
    return "the public key is not written with its uncompressed point"


def _point(spki: bytes) -> EllipticCurvePublicKey:
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePublicKey
    except ImportError as error:
        raise _no_cryptography() from error
    try:
        return EllipticCurvePublicKey.from_encoded_point(SECP384R1(), spki[len(_SPKI_PREFIX) :])
    except UnsupportedAlgorithm as error:
        raise UnverifiableError("signatures cannot be checked: this OpenSSL does not know P-384") from error


def _pem(spki: bytes) -> str:
    body = binascii.b2a_base64(spki, newline=False).decode("ascii")
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    return "\n".join([_BEGIN, *lines, _END, ""])


def _no_cryptography() -> UnverifiableError:
    return UnverifiableError(
        "signatures cannot be checked: the cryptography library is not installed", hint="pip install cryptography"
    )
