"""CMS SignedData (RFC 5652) as time-stamp tokens use it: one signer, whose certificate the verifier pinned.

What CMS leaves outside the signature is compared with what the verifier already knows, so that no octet of a token
can be changed unnoticed: versions, identifiers and algorithms have one accepted spelling, the certificate in the token
is the pinned one or absent, and there are no revocation lists and no unsigned attributes. Nothing is taken from the
token to decide whom to believe. (Two spellings remain where makers differ: a digest algorithm with or without NULL.)
"""

from __future__ import annotations

import hashlib
from hmac import compare_digest
from typing import TYPE_CHECKING, NamedTuple

from auditor.attestation import der
from auditor.attestation.der import OCTET_STRING, OID, SEQUENCE, SET, Element, Fields, context
from auditor.errors import EnvelopeError, SignatureError, TrustError, UnverifiableError

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

DIGESTS = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
SHA256, SHA512 = "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.3"
RSA_ENCRYPTION = "1.2.840.113549.1.1.1"
_ECDSA = {"sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3", "sha512": "1.2.840.10045.4.3.4"}
SIGNED_DATA = "1.2.840.113549.1.7.2"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
LEAST_RSA_BITS = 3072
_CURVES = ("secp256r1", "secp384r1", "secp521r1")
KEPT = "the token is not in the form that is kept: import the response anew"
_OTHER = "the token was made by another authority, or your trust root pins another certificate of it"


class Pinned(NamedTuple):
    """The one certificate that a token may be signed under: its DER, parts of it in DER, its key and its validity."""

    certificate: bytes
    issuer: bytes
    serial: bytes
    key: RSAPublicKey | EllipticCurvePublicKey
    not_before: int
    not_after: int


def read_pinned(certificate: bytes, place: str) -> Pinned:
    """The time authority's certificate (DER) that the trust root pins.

    Raises:
        TrustError: not a certificate, or not one for time-stamping alone (RFC 3161 section 2.3), or a weak key.
        UnverifiableError: the cryptography library is missing, or does not know the kind of key.
    """
    try:
        from cryptography import x509
    except ImportError as error:
        raise UnverifiableError(
            "timestamps cannot be checked: the cryptography library is not installed", hint="pip install cryptography"
        ) from error
    try:
        issuer, serial = _names(certificate, place)
        parsed = x509.load_der_x509_certificate(certificate)
        extensions = parsed.extensions
        before, after = parsed.not_valid_before_utc, parsed.not_valid_after_utc
    except unreadable() as error:
        raise TrustError("the pinned certificate of the time authority cannot be read", place=place) from error
    _require_purpose(extensions, place)
    return Pinned(
        certificate,
        issuer,
        serial,
        _public_key(parsed, place),
        int(before.timestamp()) * 1_000_000,
        int(after.timestamp()) * 1_000_000,
    )


def unreadable() -> tuple[type[Exception], ...]:
    """What is raised of a certificate that cannot be read: by our reader, and by the library, at once or for a part."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    return (
        EnvelopeError,
        ValueError,
        UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
    )


def signed_content(token: Element, content_type: str, pinned: Pinned, place: str) -> bytes:
    """The content of `content_type` in the ContentInfo `token`, signed by the key of `pinned`.

    Raises:
        EnvelopeError: not such a structure.
        TrustError: signed under another certificate.
        SignatureError: the signature, the digest or an algorithm is wrong.
    """
    outer = _fields(token, place)
    _require_oid(outer.take(OID), SIGNED_DATA, place)
    signed = Fields(outer.explicit(0, SEQUENCE), place)
    outer.end()
    _require_number(signed.take(der.INTEGER), 3, place)
    [algorithm] = signed.inner(SET).all(SEQUENCE, most=1)
    wrapped = signed.inner(SEQUENCE)
    _require_oid(wrapped.take(OID), content_type, place)
    content = wrapped.explicit(0, OCTET_STRING).body
    wrapped.end()
    certificates = signed.optional(context(0))
    if certificates is not None and certificates.body != pinned.certificate:
        raise TrustError("the token carries a certificate that is not the pinned one", place=place, hint=KEPT)
    if signed.optional(context(1)) is not None:
        raise EnvelopeError("the token carries revocation lists", place=place, hint=KEPT)
    [signer] = signed.inner(SET).all(SEQUENCE, most=1)
    signed.end()
    _verify_signer(signer, algorithm, content_type, content, pinned, place)
    return content


def digest_algorithm(element: Element, place: str) -> str:
    """The OID of an accepted digest algorithm in an AlgorithmIdentifier (RFC 5754: parameters absent or NULL).

    Raises:
        SignatureError: another algorithm.
    """
    fields = Fields(element, place)
    name = der.oid(fields.take(OID))
    fields.optional(der.NULL)
    fields.end()
    if name not in DIGESTS:
        raise SignatureError("a digest algorithm that is not accepted", place=place, value=name)
    return name


def _verify_signer(
    signer: Element, algorithm: Element, content_type: str, content: bytes, pinned: Pinned, place: str
) -> None:
    fields = Fields(signer, place)
    _require_signer(fields, pinned, place)
    digest = fields.take(SEQUENCE)
    hash_name = DIGESTS[digest_algorithm(digest, place)]
    if digest.raw != algorithm.raw:
        raise EnvelopeError("the token names two digest algorithms", place=place)
    attributes = fields.take(context(0))
    signature_algorithm = fields.take(SEQUENCE)
    signature = fields.take(OCTET_STRING).body
    if fields.optional(context(1)) is not None:
        raise EnvelopeError("the token carries attributes that are not signed", place=place, hint=KEPT)
    fields.end()
    values = _attributes(attributes, place)
    _require_oid(_value(values, CONTENT_TYPE, OID, place), content_type, place)
    stated = _value(values, MESSAGE_DIGEST, OCTET_STRING, place).body
    if not compare_digest(stated, hashlib.new(hash_name, content).digest()):
        raise SignatureError("the content of the token is not what was signed", place=place)
    _require_certificate(_value(values, SIGNING_CERTIFICATE_V2, SEQUENCE, place), pinned, place)
    # RFC 5652 section 5.4: what is signed is the SET OF, not the [0] IMPLICIT that stands in the token.
    message = bytes([SET]) + attributes.raw[1:]
    _verify(pinned, signature_algorithm, hash_name, signature, message, place)


def _require_signer(fields: Fields, pinned: Pinned, place: str) -> None:
    """The signer is named by the pinned certificate's issuer and serial number, as every authority does."""
    _require_number(fields.take(der.INTEGER), 1, place)
    names = fields.inner(SEQUENCE)
    is_pinned = (names.take(SEQUENCE).raw, names.take(der.INTEGER).raw) == (pinned.issuer, pinned.serial)
    names.end()
    if not is_pinned:
        raise TrustError("signed under another certificate than the pinned one", place=place, hint=_OTHER)


def _attributes(element: Element, place: str) -> dict[str, Element]:
    """The one value of each signed attribute, by OID."""
    raws = [child.raw for child in element.children]
    if raws != sorted(raws):
        raise EnvelopeError("not DER: the signed attributes are not in order", place=place)
    values: dict[str, Element] = {}
    for child in Fields(element, place).all(SEQUENCE, most=32):
        fields = Fields(child, place)
        name = der.oid(fields.take(OID))
        inside = fields.take(SET)
        fields.end()
        if name in values or len(inside.children) != 1:
            raise EnvelopeError("a signed attribute has more or less than one value", place=place, value=name)
        values[name] = inside.children[0]
    return values


def _value(values: dict[str, Element], name: str, tag: int, place: str) -> Element:
    found = values.get(name)
    if found is None or found.tag != tag:
        raise SignatureError("a signed attribute is missing or of another kind", place=place, value=name)
    return found


def _require_certificate(value: Element, pinned: Pinned, place: str) -> None:
    """RFC 5035: the first certificate that the signer names is the pinned one."""
    fields = Fields(value, place)
    first = fields.inner(SEQUENCE).all(SEQUENCE)[0]
    fields.optional(SEQUENCE)
    fields.end()
    names = Fields(first, place)
    algorithm = names.optional(SEQUENCE)
    hash_name = DIGESTS[digest_algorithm(algorithm, place) if algorithm else SHA256]
    stated = names.take(OCTET_STRING).body
    issuer_serial = names.optional(SEQUENCE)
    names.end()
    expected = der.encode(SEQUENCE, der.encode(context(4), pinned.issuer)) + pinned.serial
    is_pinned = compare_digest(stated, hashlib.new(hash_name, pinned.certificate).digest())
    if not is_pinned or (issuer_serial is not None and issuer_serial.body != expected):
        raise TrustError("the signer names another certificate than the pinned one", place=place, hint=_OTHER)


def _verify(pinned: Pinned, algorithm: Element, hash_name: str, signature: bytes, message: bytes, place: str) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    known: dict[str, hashes.HashAlgorithm]
    known = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
    chosen = known[hash_name]
    is_rsa = isinstance(pinned.key, RSAPublicKey)
    if algorithm.raw != encode_signature_algorithm(hash_name, is_rsa=is_rsa):
        raise SignatureError("a signature algorithm that is not accepted", place=place, hint=KEPT)
    try:
        if isinstance(pinned.key, RSAPublicKey):
            pinned.key.verify(signature, message, PKCS1v15(), chosen)
        else:
            pinned.key.verify(signature, message, ECDSA(chosen))
    except InvalidSignature as error:
        raise SignatureError("the signature of the time authority does not verify", place=place) from error


def encode_signature_algorithm(hash_name: str, *, is_rsa: bool) -> bytes:
    """The AlgorithmIdentifier of a signature, in the one spelling that is accepted (RFC 3370, RFC 5754)."""
    if is_rsa:
        return der.encode(SEQUENCE, der.encode_oid(RSA_ENCRYPTION), der.encode(der.NULL))
    return der.encode(SEQUENCE, der.encode_oid(_ECDSA[hash_name]))


def _require_purpose(extensions: x509.Extensions, place: str) -> None:
    from cryptography import x509

    def refuse(problem: str) -> TrustError:
        return TrustError(f"the pinned certificate of the time authority {problem}", place=place)

    try:
        purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound as error:
        raise refuse("is not for time-stamping") from error
    if [purpose.dotted_string for purpose in purposes.value] != [_TIME_STAMPING] or not purposes.critical:
        raise refuse("is not for time-stamping alone, or does not say so critically")
    for extension in extensions:
        value = extension.value
        if isinstance(value, x509.BasicConstraints) and value.ca:
            raise refuse("is one of a certificate authority")
        if isinstance(value, x509.KeyUsage) and not (value.digital_signature or value.content_commitment):
            raise refuse("is not for signatures")


def _public_key(certificate: x509.Certificate, place: str) -> RSAPublicKey | EllipticCurvePublicKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    try:
        key = certificate.public_key()
    except UnsupportedAlgorithm as error:
        raise UnverifiableError("the kind of key of the time authority is not known here", place=place) from error
    except ValueError as error:
        raise TrustError("the key of the time authority cannot be read", place=place) from error
    if isinstance(key, RSAPublicKey) and key.key_size >= LEAST_RSA_BITS:
        return key
    if isinstance(key, EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return key
    raise TrustError(f"the key of the time authority is not RSA of {LEAST_RSA_BITS} bits or ECDSA", place=place)


def key_in(certificate: bytes, place: str) -> bytes:
    """The SubjectPublicKeyInfo in a certificate, both as DER (RFC 5280 section 4.1).

    Raises:
        EnvelopeError: not a certificate.
    """
    to_be_signed, _ = _to_be_signed(certificate, place)
    for _issuer_validity_subject in range(3):
        to_be_signed.take(SEQUENCE)
    return to_be_signed.take(SEQUENCE).raw


def _names(certificate: bytes, place: str) -> tuple[bytes, bytes]:
    """The issuer and the serial number in a certificate, as DER."""
    to_be_signed, serial = _to_be_signed(certificate, place)
    return to_be_signed.take(SEQUENCE).raw, serial


def _to_be_signed(certificate: bytes, place: str) -> tuple[Fields, bytes]:
    """What is left of a certificate's signed part from the issuer on, and its serial number."""
    fields = Fields(der.parse(certificate, place), place).inner(SEQUENCE)
    fields.optional(context(0))
    serial = fields.take(der.INTEGER).raw
    fields.take(SEQUENCE)
    return fields, serial


def _fields(element: Element, place: str) -> Fields:
    if element.tag != SEQUENCE:
        raise EnvelopeError("not a sequence", place=place)
    return Fields(element, place)


def _require_oid(element: Element, expected: str, place: str) -> None:
    if der.oid(element) != expected:
        raise EnvelopeError("another kind of content", place=place, value=der.oid(element))


def _require_number(element: Element, expected: int, place: str) -> None:
    if element.raw != der.encode_integer(expected):
        raise EnvelopeError(f"version {expected} is due", place=place)
