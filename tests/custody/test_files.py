"""Private keys in files: encrypted so that openssl reads them, refused with the reason, and never shown."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption
from cryptography.hazmat.primitives.serialization import PrivateFormat as Private

from auditor.attestation.keys import ALGORITHMS, ECDSA, ML_DSA, encode_public_key, verify_signature
from auditor.custody.files import (
    FileKey,
    encode_private_key,
    encode_sample_key,
    generate_private_key,
    is_encrypted,
    is_sample_key,
    load_private_key,
    public_key_of,
)
from auditor.errors import SignatureError, SigningError
from tests.custody.people import PAIR, PQ, SECRET


def openssl(*arguments: object, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=False, **options)


def openssl_version() -> tuple[int, ...]:
    if shutil.which("openssl") is None:
        return (0,)
    return tuple(int(part) for part in openssl("version").stdout.split()[1].decode().split(".")[:2])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_generated_key_is_new_and_of_its_algorithm(algorithm) -> None:
    one, other = (public_key_of(generate_private_key(algorithm)) for _ in range(2))
    assert one != other
    assert one.algorithm == other.algorithm == algorithm


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_from_a_file_signs(algorithm) -> None:
    key = FileKey(load_private_key(encode_private_key(PAIR[algorithm], SECRET), SECRET))
    assert key.public == public_key_of(PAIR[algorithm])
    for number in range(4):
        message = bytes([number])
        verify_signature(key.public, message, key.sign(message))
    with pytest.raises(SignatureError):
        verify_signature(key.public, b"massage", key.sign(b"message"))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_private_key_reads_back_with_its_passphrase(algorithm) -> None:
    pem = encode_private_key(PAIR[algorithm], SECRET)
    assert pem.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert is_encrypted(pem)
    assert not is_sample_key(pem)
    assert public_key_of(load_private_key(pem, SECRET)) == public_key_of(PAIR[algorithm])


def test_the_same_key_is_never_encrypted_twice_alike() -> None:
    assert encode_private_key(PQ, SECRET) != encode_private_key(PQ, SECRET)


@pytest.mark.parametrize("secret", ["käse — naïve".encode(), b"\x00\xff" * 9, b"x" * 1000, b" "])
def test_any_bytes_are_a_passphrase(secret) -> None:
    assert public_key_of(load_private_key(encode_private_key(PQ, secret), secret)) == public_key_of(PQ)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_sample_key_says_that_it_is_one(algorithm) -> None:
    pem = encode_sample_key(PAIR[algorithm])
    assert pem.startswith(b"SAMPLE KEY: not secret, for samples and tests only\n")
    assert is_sample_key(pem)
    assert public_key_of(load_private_key(pem)) == public_key_of(PAIR[algorithm])


@pytest.mark.skipif(openssl_version() < (3,), reason="openssl 3 is not installed")
def test_openssl_reads_the_encrypted_p384_key_and_how_it_is_encrypted(tmp_path) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(encode_private_key(PAIR[ECDSA], SECRET))
    public = encode_public_key(public_key_of(PAIR[ECDSA]))
    assert openssl("pkey", "-in", file, "-passin", f"pass:{SECRET.decode()}", "-pubout").stdout == public
    assert openssl("pkey", "-in", file, "-passin", "pass:correct horse", "-pubout").returncode != 0
    told = openssl("asn1parse", "-in", file).stdout
    for word in (b":PBES2", b":scrypt", b":4000", b":08", b":aes-256-cbc"):
        assert word in told


@pytest.mark.skipif(openssl_version() < (3, 5), reason="openssl 3.5 is not installed")
def test_openssl_reads_the_encrypted_ml_dsa_key(tmp_path) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(encode_private_key(PQ, SECRET))
    public = encode_public_key(public_key_of(PQ))
    assert openssl("pkey", "-in", file, "-passin", f"pass:{SECRET.decode()}", "-pubout").stdout == public
    assert openssl("pkey", "-in", file, "-passin", "pass:correct horse", "-pubout").returncode != 0


@pytest.mark.skipif(openssl_version() < (3, 5), reason="openssl 3.5 is not installed")
def test_openssl_and_we_verify_each_other_s_ml_dsa(tmp_path) -> None:
    made, encrypted, message = tmp_path / "plain.pem", tmp_path / "key.pem", tmp_path / "message"
    message.write_bytes(b"message")
    seed_only = ["-provparam", "ml-dsa.output_formats=seed-only"]
    assert openssl("genpkey", "-algorithm", "ML-DSA-87", *seed_only, "-out", made).returncode == 0
    topk8 = [*seed_only, "-topk8", "-scrypt", "-in", made, "-out", encrypted, "-passout", "pass:open sesame"]
    assert openssl("pkcs8", *topk8).returncode == 0
    key = FileKey(load_private_key(encrypted.read_bytes(), b"open sesame"))
    verify_signature(
        key.public, b"message", openssl("pkeyutl", "-sign", "-rawin", "-inkey", made, "-in", message).stdout
    )
    (tmp_path / "public.pem").write_bytes(encode_public_key(key.public))
    check = ["-verify", "-rawin", "-pubin", "-inkey", tmp_path / "public.pem", "-in", message, "-sigfile"]
    for text, code in ((b"message", 0), (b"massage", 1)):
        (tmp_path / "signature").write_bytes(key.sign(text))
        assert openssl("pkeyutl", *check, tmp_path / "signature").returncode == code


@pytest.mark.skipif(openssl_version() < (3, 5), reason="openssl 3.5 is not installed")
def test_an_ml_dsa_key_with_more_than_its_seed_is_refused_with_the_fix(tmp_path) -> None:
    made = tmp_path / "plain.pem"
    assert openssl("genpkey", "-algorithm", "ML-DSA-87", "-out", made).returncode == 0
    with pytest.raises(SigningError, match="cannot be read") as caught:
        load_private_key(made.read_bytes())
    assert "seed-only" in str(caught.value.hint)


@pytest.mark.skipif(openssl_version() < (3,), reason="openssl 3 is not installed")
@pytest.mark.parametrize("how", [["-scrypt"], ["-v2", "aes-256-cbc", "-iter", "600000"]])
def test_a_key_that_openssl_encrypted_is_read(tmp_path, how) -> None:
    plain, file = tmp_path / "plain.pem", tmp_path / "key.pem"
    plain.write_bytes(PAIR[ECDSA].private_bytes(Encoding.PEM, Private.PKCS8, NoEncryption()))
    assert openssl("pkcs8", "-topk8", *how, "-in", plain, "-out", file, "-passout", "pass:open sesame").returncode == 0
    assert public_key_of(load_private_key(file.read_bytes(), b"open sesame")) == public_key_of(PAIR[ECDSA])


def test_our_encryption_costs_more_to_guess_than_the_library_s() -> None:
    """The reason for writing PBES2 ourselves: should the library learn better, pkcs8.py can go."""
    theirs = PQ.private_bytes(Encoding.DER, Private.PKCS8, BestAvailableEncryption(SECRET))
    pbkdf2, rounds_2048 = bytes.fromhex("06092a864886f70d01050c"), bytes.fromhex("02020800")
    assert pbkdf2 in theirs
    assert rounds_2048 in theirs


def damaged(pem: bytes) -> bytes:
    """One character of the last line but one changed: the last block but one of the encrypted key."""
    lines = pem.split(b"\n")
    lines[-3] = (b"B" if lines[-3][:1] != b"B" else b"C") + lines[-3][1:]
    return b"\n".join(lines)


@pytest.mark.parametrize(
    ("make", "passphrase", "problem"),
    [
        (lambda k: encode_private_key(k, b"right"), None, "is encrypted"),
        (lambda k: encode_private_key(k, b"right"), b"", "is encrypted"),
        (lambda k: encode_private_key(k, b"right"), b"wrong", "wrong passphrase"),
        (
            lambda k: damaged(encode_private_key(k, b"right")),
            b"right",
            "wrong passphrase, or the file is",
        ),
        (encode_sample_key, b"any", "is not encrypted"),
        (lambda k: k.private_bytes(Encoding.PEM, Private.PKCS8, NoEncryption()), None, "is not encrypted"),
        (lambda k: k.private_bytes(Encoding.PEM, Private.TraditionalOpenSSL, NoEncryption()), None, "not in PKCS#8"),
        (lambda k: k.private_bytes(Encoding.PEM, Private.OpenSSH, NoEncryption()), None, "not in PKCS#8"),
        (lambda k: encode_public_key(public_key_of(k)), None, "not a private key"),
        (lambda k: b"", None, "not a private key"),
        (lambda k: encode_sample_key(k)[:-60], None, "cannot be read"),
        (lambda k: b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", None, "cannot be read"),
    ],
)
def test_a_private_key_is_refused_with_the_reason(make, passphrase, problem) -> None:
    with pytest.raises(SigningError, match=problem) as caught:
        load_private_key(make(PAIR[ECDSA]), passphrase, place="ada.pem")
    assert caught.value.place == "ada.pem"


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        (ec.derive_private_key(7, ec.SECP256R1()), "wrong curve: secp256r1"),
        (ed25519.Ed25519PrivateKey.generate(), "wrong type of key: Ed25519"),
        (mldsa.MLDSA65PrivateKey.generate(), "wrong type of key: MLDSA65"),
        (None, "wrong type of key: NoneType"),
    ],
)
def test_another_kind_of_private_key_is_refused(key, problem) -> None:
    for refuse in (encode_sample_key, public_key_of, FileKey, lambda k: encode_private_key(k, b"x")):
        with pytest.raises(SigningError, match=problem):
            refuse(key)
    if key is not None:
        with pytest.raises(SigningError, match=problem):
            load_private_key(key.private_bytes(Encoding.PEM, Private.PKCS8, NoEncryption()))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_empty_passphrase_is_refused(algorithm) -> None:
    with pytest.raises(SigningError, match="protects nothing"):
        encode_private_key(PAIR[algorithm], b"")


@pytest.mark.parametrize("algorithm", [ECDSA, ML_DSA])
def test_a_key_does_not_print_or_pickle_itself(algorithm) -> None:
    import pickle

    key = FileKey(PAIR[algorithm])
    secret = PAIR[algorithm].private_bytes(Encoding.DER, Private.PKCS8, NoEncryption())[-40:]
    assert secret.hex() not in repr(key)
    with pytest.raises(TypeError):
        pickle.dumps(key)
