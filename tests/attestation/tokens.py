"""Time-stamp responses built octet by octet, so that tests can choose the time and break whatever they like.

`openssl ts -reply` knows no time but now. Nothing of the reader under test is used here: a mistake there is not
repeated.

```python
response = make_response(query, alpha, at)                          # a good one, at `at` (microseconds)
response = make_response(query, alpha, at, Changes(policy="1.2.3")) # the same, but for what is said
```
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from asn1crypto import core, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from samples.authorities import LocalAuthority, PrivateKey

TST_INFO = "1.2.840.113549.1.9.16.1.4"
SIGNED_DATA = "1.2.840.113549.1.7.2"
ESS_V1, ESS_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
HASHES = {"sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2"} | {
    "sha512": "2.16.840.1.101.3.4.2.3"
}
_ECDSA = {"sha1": "1.2.840.10045.4.1", "sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3"} | {
    "sha512": "1.2.840.10045.4.3.4"
}
_CLASSES = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}

Bytes = Callable[[bytes], bytes]


def same(data: bytes) -> bytes:
    return data


@dataclass(frozen=True)
class Changes:
    """What differs from a good response; functions get DER and hand over DER."""

    status: int = 0
    status_rest: bytes = b""
    policy: str | None = None
    imprint: bytes | None = None
    imprint_hash: str = "sha512"
    serial: int = 4711
    time_text: bytes | None = None
    accuracy: bytes = b""
    ordering: bytes = b""
    nonce: bytes | None = None
    info_rest: bytes = b""
    info: Bytes = same
    certificate: bytes | None = None
    key: PrivateKey | None = None
    embedded: tuple[bytes, ...] = ()
    crls: bytes = b""
    digest: str = "sha512"
    digest_rest: bytes = b"\x05\x00"
    outer_digests: bytes | None = None
    ess: str = "sha384"
    attributes: Callable[[dict[str, bytes]], dict[str, bytes]] = field(default=lambda found: found)
    order: Callable[[list[bytes]], list[bytes]] = sorted
    signer_name: bytes | None = None
    signer_version: int = 1
    data_version: int = 3
    signature_algorithm: bytes | None = None
    signature: Bytes = same
    unsigned: bytes = b""
    content_type: str = TST_INFO
    signers: int = 1


GOOD = Changes()


def tlv(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes(4).lstrip(b"\0")
    return bytes([tag, 128 + len(size)]) + size + body


def number(value: int) -> bytes:
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, signed=True))


def oid(dotted: str) -> bytes:
    return core.ObjectIdentifier(dotted).dump()  # type: ignore[no-any-return]


def algorithm(dotted: str, rest: bytes = b"") -> bytes:
    return tlv(0x30, oid(dotted), rest)


def time_text(at: int) -> bytes:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
    fraction = f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else ""
    return f"{moment:%Y%m%d%H%M%S}{fraction}Z".encode()


def make_response(query: bytes, authority: LocalAuthority, at: int, changes: Changes = GOOD) -> bytes:
    """A TimeStampResp to `query` by `authority` at `at` (microseconds), but for `changes`."""
    token = make_token(query, authority, at, changes) if changes.status in (0, 1) else b""
    return tlv(0x30, tlv(0x30, number(changes.status), changes.status_rest), token)


def make_token(query: bytes, authority: LocalAuthority, at: int, changes: Changes = GOOD) -> bytes:
    """The token alone: a ContentInfo."""
    certificate = changes.certificate or authority.certificate
    key = changes.key or authority.key
    info = changes.info(make_info(query, authority, at, changes))
    digest = algorithm(HASHES[changes.digest], changes.digest_rest)
    signers = [_signer(info, certificate, key, digest, changes)] * changes.signers
    signed = tlv(
        0x30,
        number(changes.data_version),
        tlv(0x31, digest) if changes.outer_digests is None else changes.outer_digests,
        tlv(0x30, oid(changes.content_type), tlv(0xA0, tlv(4, info))),
        tlv(0xA0, *changes.embedded) if changes.embedded else b"",
        changes.crls,
        tlv(0x31, *signers),
    )
    return tlv(0x30, oid(SIGNED_DATA), tlv(0xA0, signed))


def make_info(query: bytes, authority: LocalAuthority, at: int, changes: Changes) -> bytes:
    asked = tsp.TimeStampReq.load(query)
    nonce = number(asked["nonce"].native) if changes.nonce is None else changes.nonce
    imprint = asked["message_imprint"]["hashed_message"].native if changes.imprint is None else changes.imprint
    return tlv(
        0x30,
        number(1),
        oid(changes.policy or authority.policy),
        tlv(0x30, algorithm(HASHES[changes.imprint_hash], tlv(5)), tlv(4, imprint)),
        number(changes.serial),
        tlv(0x18, time_text(at) if changes.time_text is None else changes.time_text),
        changes.accuracy,
        changes.ordering,
        nonce,
        changes.info_rest,
    )


def _signer(info: bytes, certificate: bytes, key: PrivateKey, digest: bytes, changes: Changes) -> bytes:
    hashed = hashlib.new(changes.digest, info).digest()
    ess_hash = hashlib.new(changes.ess, certificate).digest()
    ess_algorithm = b"" if changes.ess == "sha256" else algorithm(HASHES[changes.ess])
    values = {
        CONTENT_TYPE: oid(TST_INFO),
        MESSAGE_DIGEST: tlv(4, hashed),
        ESS_V2: tlv(0x30, tlv(0x30, tlv(0x30, ess_algorithm, tlv(4, ess_hash)))),
    }
    values = changes.attributes(values)
    attributes = changes.order([tlv(0x30, oid(name), tlv(0x31, value)) for name, value in values.items()])
    signature, named = _sign(key, tlv(0x31, *attributes), changes.digest)
    parsed = x509.load_der_x509_certificate(certificate)
    name = tlv(0x30, parsed.issuer.public_bytes(), number(parsed.serial_number))
    return tlv(
        0x30,
        number(changes.signer_version),
        name if changes.signer_name is None else changes.signer_name,
        digest,
        tlv(0xA0, *attributes),
        named if changes.signature_algorithm is None else changes.signature_algorithm,
        tlv(4, changes.signature(signature)),
        changes.unsigned,
    )


def _sign(key: PrivateKey, message: bytes, digest: str) -> tuple[bytes, bytes]:
    chosen = _CLASSES[digest]
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), chosen), algorithm("1.2.840.113549.1.1.1", tlv(5))
    return key.sign(message, ec.ECDSA(chosen)), algorithm(_ECDSA[digest])


def to_der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)
