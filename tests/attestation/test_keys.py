"""Keys: what is read, what is refused with which words, and the edge cases of an ECDSA signature."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption
from cryptography.hazmat.primitives.serialization import PrivateFormat as Private
from cryptography.hazmat.primitives.serialization import PublicFormat as Public

from auditor.attestation.keys import (
    canonical_signature,
    encode_public_key,
    encode_spki,
    load_public_key,
    parse_public_key,
    verify_signature,
)
from auditor.attestation.private import (
    encode_private_key,
    encode_sample_key,
    generate_private_key,
    is_sample_key,
    load_private_key,
    public_key_of,
)
from auditor.canon.digest import sha256_hex
from auditor.errors import SignatureError, SigningError, TrustError

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973


def test_a_generated_key_is_p384_and_new() -> None:
    one, other = generate_private_key(), generate_private_key()
    assert one.curve.name == "secp384r1"
    assert public_key_of(one) != public_key_of(other)


def test_the_key_id_is_the_digest_of_the_spki(desk) -> None:
    spki = desk.private["ada"].public_key().public_bytes(Encoding.DER, Public.SubjectPublicKeyInfo)
    assert desk.public["ada"].spki == spki
    assert desk.keyid("ada") == f"sha256:{sha256_hex(spki)}"


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_a_public_key_reads_back(desk, newline) -> None:
    pem = desk.private["ada"].public_key().public_bytes(Encoding.PEM, Public.SubjectPublicKeyInfo)
    assert encode_public_key(desk.public["ada"]) == pem
    assert load_public_key(pem.replace(b"\n", newline)) == desk.public["ada"]
    assert parse_public_key(encode_spki(desk.public["ada"])) == desk.public["ada"]


def public_pem(key) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, Public.SubjectPublicKeyInfo)


def compressed(key) -> bytes:
    point = key.public_key().public_bytes(Encoding.X962, Public.CompressedPoint)
    return base64.b64encode(bytes.fromhex("3046301006072a8648ce3d020106052b81040022033200") + point)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda k: public_pem(ec.derive_private_key(7, ec.SECP256R1())), "wrong curve: secp256r1"),
        (lambda k: public_pem(ec.derive_private_key(7, ec.SECP521R1())), "wrong curve: secp521r1"),
        (lambda k: public_pem(ed25519.Ed25519PrivateKey.generate()), "wrong type of key: Ed25519"),
        (lambda k: public_pem(rsa.generate_private_key(65537, 2048)), "wrong type of key: RSA"),
        (compressed, "uncompressed point"),
        (lambda k: k.private_bytes(Encoding.PEM, Private.PKCS8, NoEncryption()), "a private key, not a public key"),
        (lambda k: b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", "a certificate"),
        (lambda k: b"", "not a public key that can be read"),
        (lambda k: b"AAAA", "not a public key that can be read"),
        (lambda k: b"ada", "not a public key in PEM or base64"),
        (lambda k: "schlüssel".encode(), "not a public key in PEM"),
        (lambda k: public_pem(k).replace(b"\n", b" "), "not written in canonical PEM"),
        (lambda k: public_pem(k) + b"\n", "canonical"),
        (lambda k: b"x" + public_pem(k), "not a public key in PEM or base64"),
        (lambda k: public_pem(k).replace(b"END PUBLIC", b"END PUBLIK"), "not a public key in PEM or base64"),
    ],
)
def test_another_public_key_is_refused(desk, make, problem) -> None:
    with pytest.raises(TrustError, match=problem) as caught:
        load_public_key(make(desk.private["ada"]))
    assert caught.value.hint


def test_a_point_off_the_curve_is_refused(desk) -> None:
    spki = desk.public["ada"].spki
    bent = spki[:-1] + bytes([spki[-1] ^ 1])
    with pytest.raises(TrustError, match="not a point on P-384"):
        parse_public_key(base64.b64encode(bent).decode())


def test_a_private_key_reads_back_with_its_passphrase(desk) -> None:
    pem = encode_private_key(desk.private["ada"], b"correct horse")
    assert pem.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert public_key_of(load_private_key(pem, b"correct horse")) == desk.public["ada"]


def test_a_sample_key_says_that_it_is_one(desk) -> None:
    pem = encode_sample_key(desk.private["ada"])
    assert is_sample_key(pem)
    assert not is_sample_key(encode_private_key(desk.private["ada"], b"x"))
    assert public_key_of(load_private_key(pem)) == desk.public["ada"]


@pytest.mark.parametrize(
    ("make", "passphrase", "problem"),
    [
        (lambda k: encode_private_key(k, b"right"), None, "is encrypted"),
        (lambda k: encode_private_key(k, b"right"), b"", "is encrypted"),
        (lambda k: encode_private_key(k, b"right"), b"wrong", "wrong passphrase"),
        (encode_sample_key, b"any", "is not encrypted"),
        (lambda k: k.private_bytes(Encoding.PEM, Private.TraditionalOpenSSL, NoEncryption()), None, "not in PKCS#8"),
        (lambda k: k.private_bytes(Encoding.PEM, Private.OpenSSH, NoEncryption()), None, "not in PKCS#8"),
        (lambda k: k.private_bytes(Encoding.DER, Private.PKCS8, NoEncryption()), None, "not a private key in PEM"),
        (public_pem, None, "not a private key in PEM"),
        (lambda k: b"", None, "not a private key in PEM"),
        (lambda k: b"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n", None, "cannot be read"),
        (lambda k: b"-----BEGIN PRIVATE KEY-----\n", None, "cannot be read"),
        (lambda k: encode_private_key(k, b"right")[:-60], b"right", "wrong passphrase, or the file is damaged"),
    ],
)
def test_a_private_key_is_refused_with_the_reason(desk, make, passphrase, problem) -> None:
    with pytest.raises(SigningError, match=problem):
        load_private_key(make(desk.private["ada"]), passphrase)


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        (ec.derive_private_key(7, ec.SECP256R1()), "wrong curve: secp256r1"),
        (ed25519.Ed25519PrivateKey.generate(), "wrong type of key: Ed25519"),
        (None, "wrong type of key: NoneType"),
    ],
)
def test_another_kind_of_private_key_is_refused(key, problem) -> None:
    for refuse in (encode_sample_key, public_key_of, lambda k: encode_private_key(k, b"x")):
        with pytest.raises(SigningError, match=problem):
            refuse(key)
    if key is not None:
        with pytest.raises(SigningError, match=problem):
            load_private_key(key.private_bytes(Encoding.PEM, Private.PKCS8, NoEncryption()))


def test_an_empty_passphrase_is_refused(desk) -> None:
    with pytest.raises(SigningError, match="protects nothing"):
        encode_private_key(desk.private["ada"], b"")


@pytest.fixture
def signed(desk) -> tuple[int, int]:
    return decode_dss_signature(desk.private["ada"].sign(b"message", ec.ECDSA(SHA384())))


def test_a_signature_has_two_values_of_s_and_we_write_the_lower(desk, signed) -> None:
    r, s = signed
    both = {encode_dss_signature(r, s), encode_dss_signature(r, ORDER - s)}
    for spelling in both:
        verify_signature(desk.public["ada"], b"message", spelling)
    lower = {canonical_signature(spelling) for spelling in both}
    assert lower == {encode_dss_signature(r, min(s, ORDER - s))}


@pytest.mark.parametrize(
    ("message", "who", "algorithm"),
    [(b"massage", "ada", SHA384()), (b"message", "ben", SHA384()), (b"message", "ada", SHA256())],
    ids=["another message", "another key", "another hash"],
)
def test_a_signature_over_something_else_is_refused(desk, message, who, algorithm) -> None:
    signature = desk.private[who].sign(message, ec.ECDSA(algorithm))
    with pytest.raises(SignatureError, match="does not verify"):
        verify_signature(desk.public["ada"], b"message", signature)


def der(*numbers: bytes) -> bytes:
    body = b"".join(b"\x02" + bytes([len(number)]) + number for number in numbers)
    return b"\x30" + bytes([len(body)]) + body


EDGE_CASES = {
    "nothing": lambda r, s: b"",
    "r zero": lambda r, s: encode_dss_signature(0, s),
    "s zero": lambda r, s: encode_dss_signature(r, 0),
    "both zero": lambda r, s: encode_dss_signature(0, 0),
    "both one": lambda r, s: encode_dss_signature(1, 1),
    "r is the order": lambda r, s: encode_dss_signature(ORDER, s),
    "s is the order": lambda r, s: encode_dss_signature(r, ORDER),
    "r plus the order": lambda r, s: encode_dss_signature(r + ORDER, s),
    "s plus the order": lambda r, s: encode_dss_signature(r, s + ORDER),
    "swapped": lambda r, s: encode_dss_signature(s, r),
    "raw, not DER": lambda r, s: r.to_bytes(48, "big") + s.to_bytes(48, "big"),
    "trailing byte": lambda r, s: encode_dss_signature(r, s) + b"\x00",
    "truncated": lambda r, s: encode_dss_signature(r, s)[:-1],
    "three numbers": lambda r, s: der(r.to_bytes(49, "big"), s.to_bytes(49, "big"), b"\x01"),
    "r padded": lambda r, s: der(b"\x00" + r.to_bytes(49, "big"), s.to_bytes(49, "big")),
    "long form length": lambda r, s: b"\x30\x81" + encode_dss_signature(r, s)[1:],
    "indefinite length": lambda r, s: b"\x30\x80" + encode_dss_signature(r, s)[2:] + b"\x00\x00",
    "another tag": lambda r, s: b"\x31" + encode_dss_signature(r, s)[1:],
    "negative": lambda r, s: der(b"\xff", b"\xff"),
}


@pytest.mark.parametrize("bent", EDGE_CASES.values(), ids=EDGE_CASES.keys())
def test_a_malformed_signature_is_refused(desk, signed, bent) -> None:
    with pytest.raises(SignatureError):
        verify_signature(desk.public["ada"], b"message", bent(*signed))


@pytest.mark.parametrize(
    "name", ["nothing", "r zero", "s is the order", "raw, not DER", "trailing byte", "indefinite length", "negative"]
)
def test_a_malformed_signature_has_no_canonical_form(signed, name) -> None:
    with pytest.raises(SignatureError):
        canonical_signature(EDGE_CASES[name](*signed))
