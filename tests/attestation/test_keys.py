"""Public keys and signatures of both algorithms: what is read, what is refused with which words, the edge cases."""

from __future__ import annotations

import base64
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption
from cryptography.hazmat.primitives.serialization import PrivateFormat as Private
from cryptography.hazmat.primitives.serialization import PublicFormat as Public
from dilithium_py.ml_dsa import ML_DSA_87

from auditor.attestation.keys import (
    ALGORITHMS,
    ECDSA,
    ML_DSA,
    PublicKey,
    canonical_signature,
    encode_public_key,
    encode_spki,
    load_public_key,
    parse_public_key,
    public_key_of_spki,
    verify_signature,
)
from auditor.canon.digest import sha256_hex
from auditor.errors import SignatureError, TrustError

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973
P384 = ec.derive_private_key(1000, ec.SECP384R1())
PQ = mldsa.MLDSA87PrivateKey.from_seed_bytes(bytes(range(32)))
PAIR = {ECDSA: P384, ML_DSA: PQ}


def spki_of(private) -> bytes:
    return private.public_key().public_bytes(Encoding.DER, Public.SubjectPublicKeyInfo)


def public_pem(private) -> bytes:
    return private.public_key().public_bytes(Encoding.PEM, Public.SubjectPublicKeyInfo)


def public(private) -> PublicKey:
    return public_key_of_spki(spki_of(private))


def sign(private, message: bytes) -> bytes:
    if private is PQ:
        return private.sign(message)
    return canonical_signature(ECDSA, private.sign(message, ec.ECDSA(SHA384())))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_key_id_is_the_digest_of_the_spki(algorithm) -> None:
    key = public(PAIR[algorithm])
    assert key.algorithm == algorithm
    assert key.spki == spki_of(PAIR[algorithm])
    assert key.keyid == f"sha256:{sha256_hex(key.spki)}"


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_public_key_reads_back(algorithm, newline) -> None:
    pem, key = public_pem(PAIR[algorithm]), public(PAIR[algorithm])
    assert encode_public_key(key) == pem
    assert load_public_key(pem.replace(b"\n", newline)) == key
    assert parse_public_key(encode_spki(key)) == key


def compressed(key) -> bytes:
    point = key.public_key().public_bytes(Encoding.X962, Public.CompressedPoint)
    return base64.b64encode(bytes.fromhex("3046301006072a8648ce3d020106052b81040022033200") + point)


def der(tag: int, content: bytes) -> bytes:
    length = bytes([len(content)]) if len(content) < 128 else b"\x82" + len(content).to_bytes(2, "big")
    return bytes([tag]) + length + content


def with_null_parameters() -> bytes:
    algorithm = der(0x30, bytes.fromhex("06096086480165030403130500"))
    return base64.b64encode(der(0x30, algorithm + der(0x03, b"\x00" + PQ.public_key().public_bytes_raw())))


def longer_length() -> bytes:
    """The same key with its outer length in one byte more than DER allows."""
    return base64.b64encode(b"\x30\x83\x00" + spki_of(PQ)[2:])


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (public_pem(ec.derive_private_key(7, ec.SECP256R1())), "wrong curve: secp256r1"),
        (public_pem(ec.derive_private_key(7, ec.SECP521R1())), "wrong curve: secp521r1"),
        (public_pem(ed25519.Ed25519PrivateKey.generate()), "wrong type of key: Ed25519"),
        (public_pem(rsa.generate_private_key(65537, 2048)), "wrong type of key: RSA"),
        (public_pem(mldsa.MLDSA65PrivateKey.generate()), "wrong type of key: MLDSA65"),
        (public_pem(mldsa.MLDSA44PrivateKey.generate()), "wrong type of key: MLDSA44"),
        (compressed(P384), "uncompressed point"),
        (with_null_parameters(), "not a public key"),
        (longer_length(), "not a public key"),
        (base64.b64encode(spki_of(PQ) + b"\x00"), "not a public key"),
        (base64.b64encode(spki_of(PQ)[:-1]), "not a public key"),
        (base64.b64encode(spki_of(P384)[:-1]), "not a public key"),
        (P384.private_bytes(Encoding.PEM, Private.PKCS8, NoEncryption()), "a private key, not a public key"),
        (PQ.private_bytes(Encoding.PEM, Private.PKCS8, NoEncryption()), "a private key, not a public key"),
        (b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", "a certificate"),
        (b"", "not a public key that can be read"),
        (b"AAAA", "not a public key that can be read"),
        (b"ada", "not a public key in PEM or base64"),
        ("schlüssel".encode(), "not a public key in PEM"),
        (public_pem(P384).replace(b"\n", b" "), "not written in canonical PEM"),
        (public_pem(PQ).replace(b"\n", b" "), "not written in canonical PEM"),
        (public_pem(P384) + b"\n", "canonical"),
        (public_pem(PQ) + b"\n", "canonical"),
        (b"x" + public_pem(P384), "not a public key in PEM or base64"),
        (public_pem(P384).replace(b"END PUBLIC", b"END PUBLIK"), "not a public key in PEM or base64"),
    ],
)
def test_another_public_key_is_refused(data, problem) -> None:
    with pytest.raises(TrustError, match=problem) as caught:
        load_public_key(data)
    assert caught.value.hint


def test_a_refusal_does_not_repeat_a_private_key() -> None:
    pem = PQ.private_bytes(Encoding.PEM, Private.PKCS8, NoEncryption())
    with pytest.raises(TrustError) as caught:
        load_public_key(pem)
    assert pem.split(b"\n")[1].decode() not in f"{caught.value} {caught.value.hint} {caught.value.value}"


def test_a_point_off_the_curve_is_refused() -> None:
    bent = spki_of(P384)[:-1] + bytes([spki_of(P384)[-1] ^ 1])
    with pytest.raises(TrustError, match="not a point on P-384"):
        parse_public_key(base64.b64encode(bent).decode())


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_signature_verifies(algorithm) -> None:
    signature = sign(PAIR[algorithm], b"message")
    verify_signature(public(PAIR[algorithm]), b"message", signature)
    assert canonical_signature(algorithm, signature) == signature


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_signature_over_another_message_or_by_another_key_is_refused(algorithm) -> None:
    signature = sign(PAIR[algorithm], b"message")
    other = {ECDSA: ec.derive_private_key(7, ec.SECP384R1()), ML_DSA: mldsa.MLDSA87PrivateKey.generate()}[algorithm]
    with pytest.raises(SignatureError, match="does not verify"):
        verify_signature(public(PAIR[algorithm]), b"massage", signature)
    with pytest.raises(SignatureError, match="does not verify"):
        verify_signature(public(other), b"message", signature)


def test_neither_algorithm_stands_for_the_other() -> None:
    with pytest.raises(SignatureError, match="not an ECDSA signature"):
        verify_signature(public(P384), b"message", sign(PQ, b"message"))
    with pytest.raises(SignatureError, match="not an ML-DSA-87 signature"):
        verify_signature(public(PQ), b"message", sign(P384, b"message"))


def test_another_hash_is_refused() -> None:
    signature = canonical_signature(ECDSA, P384.sign(b"message", ec.ECDSA(SHA256())))
    with pytest.raises(SignatureError, match="does not verify"):
        verify_signature(public(P384), b"message", signature)


@pytest.mark.parametrize("context", [b"x", b"FIPS", bytes(255)])
def test_another_context_is_refused(context) -> None:
    with pytest.raises(SignatureError, match="does not verify"):
        verify_signature(public(PQ), b"message", PQ.sign(b"message", context))


def test_a_prehashed_message_is_refused() -> None:
    """What securesystemslib signs for TUF (TAP 21): a prefix and the SHA-512, which is not the message."""
    import hashlib

    signature = PQ.sign(b"tuf\x01" + hashlib.sha512(b"message").digest())
    with pytest.raises(SignatureError, match="does not verify"):
        verify_signature(public(PQ), b"message", signature)


@pytest.mark.parametrize(
    "bent",
    [
        lambda s: b"",
        lambda s: s[:-1],
        lambda s: s + b"\x00",
        lambda s: s + s,
        lambda s: bytes(4627),
        lambda s: b"\xff" * 4627,
        lambda s: s[:-1] + bytes([s[-1] ^ 1]),
        lambda s: bytes([s[0] ^ 0x80]) + s[1:],
        lambda s: s[:2000] + bytes([s[2000] ^ 1]) + s[2001:],
    ],
)
def test_a_bent_ml_dsa_signature_is_refused(bent) -> None:
    with pytest.raises(SignatureError):
        verify_signature(public(PQ), b"message", bent(sign(PQ, b"message")))


def test_an_independent_ml_dsa_agrees_both_ways() -> None:
    """dilithium-py is FIPS 204 in plain Python, by others."""
    key, secret = ML_DSA_87.key_derive(bytes(range(32)))
    assert key == PQ.public_key().public_bytes_raw()
    theirs = ML_DSA_87.sign(secret, b"message")
    verify_signature(public(PQ), b"message", theirs)
    ours = sign(PQ, b"message")
    assert ML_DSA_87.verify(key, b"message", ours)
    assert not ML_DSA_87.verify(key, b"massage", ours)
    assert not ML_DSA_87.verify(key, b"message", ours, ctx=b"x")


@pytest.fixture
def signed() -> tuple[int, int]:
    return decode_dss_signature(P384.sign(b"message", ec.ECDSA(SHA384())))


def test_a_signature_has_two_values_of_s_and_the_lower_alone_is_accepted(signed) -> None:
    r, s = signed
    lower, higher = (encode_dss_signature(r, value) for value in sorted((s, ORDER - s)))
    assert canonical_signature(ECDSA, lower) == canonical_signature(ECDSA, higher) == lower
    verify_signature(public(P384), b"message", lower)
    with pytest.raises(SignatureError, match="canonical") as caught:
        verify_signature(public(P384), b"message", higher)
    assert caught.value.hint


def two(*numbers: bytes) -> bytes:
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
    "three numbers": lambda r, s: two(r.to_bytes(49, "big"), s.to_bytes(49, "big"), b"\x01"),
    "r padded": lambda r, s: two(b"\x00" + r.to_bytes(49, "big"), s.to_bytes(49, "big")),
    "long form length": lambda r, s: b"\x30\x81" + encode_dss_signature(r, s)[1:],
    "indefinite length": lambda r, s: b"\x30\x80" + encode_dss_signature(r, s)[2:] + b"\x00\x00",
    "another tag": lambda r, s: b"\x31" + encode_dss_signature(r, s)[1:],
    "negative": lambda r, s: two(b"\xff", b"\xff"),
}


@pytest.mark.parametrize("bent", EDGE_CASES.values(), ids=EDGE_CASES.keys())
def test_a_malformed_signature_is_refused(signed, bent) -> None:
    r, s = signed
    with pytest.raises(SignatureError):
        verify_signature(public(P384), b"message", bent(r, min(s, ORDER - s)))


@pytest.mark.parametrize(
    "name", ["nothing", "r zero", "s is the order", "raw, not DER", "trailing byte", "indefinite length", "negative"]
)
def test_a_malformed_signature_has_no_canonical_form(signed, name) -> None:
    with pytest.raises(SignatureError):
        canonical_signature(ECDSA, EDGE_CASES[name](*signed))


WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.startswith({name!r}):
            raise ImportError(name)
sys.meta_path.insert(0, Missing())
from auditor.attestation.keys import parse_public_key, verify_signature
from auditor.errors import UnverifiableError
assert not any(name.startswith("cryptography") for name in sys.modules)
try:
    verify_signature(parse_public_key({public!r}), b"message", bytes(4627))
except UnverifiableError as error:
    print(error.hint)
"""


@pytest.mark.parametrize("name", ["cryptography", "cryptography.hazmat.primitives.asymmetric.mldsa"])
def test_without_the_library_a_signature_cannot_be_verified_and_is_not_called_false(name) -> None:
    code = WITHOUT.format(name=name, public=encode_spki(public(PQ)))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "pip install 'cryptography>=48'\n", done.stderr
