"""The same signatures, keys and key ids through openssl, a tool we did not write."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess

import pytest

from auditor.attestation.envelope import PAYLOAD_TYPE, pae, parse_envelope
from auditor.attestation.keys import canonical_signature, encode_public_key, load_public_key, verify_signature
from auditor.custody.files import encode_sample_key, load_private_key, public_key_of
from auditor.errors import SignatureError

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


def openssl(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=False)


def knows_ml_dsa() -> bool:
    """True from OpenSSL 3.5 on."""
    found = re.match(rb"OpenSSL (\d+)\.(\d+)", openssl("version").stdout)
    return found is not None and (int(found[1]), int(found[2])) >= (3, 5)


@pytest.fixture
def files(desk, tmp_path):
    """pub.N.pem, sig.N (0 is ECDSA, 1 is ML-DSA) and the signed bytes."""
    envelope = parse_envelope(desk.report)
    signatures = {one.keyid: one.sig for one in envelope.signatures}
    for index, key in enumerate(desk.keys["ada"]):
        (tmp_path / f"pub.{index}.pem").write_bytes(encode_public_key(key.public))
        (tmp_path / f"sig.{index}").write_bytes(signatures[key.public.keyid])
    (tmp_path / "pae").write_bytes(pae(PAYLOAD_TYPE, envelope.payload))
    return tmp_path


def check(files, index: int) -> subprocess.CompletedProcess[bytes]:
    if index == 0:
        return openssl("dgst", "-sha384", "-verify", files / "pub.0.pem", "-signature", files / "sig.0", files / "pae")
    return openssl(
        "pkeyutl", "-verify", "-pubin", "-inkey", files / "pub.1.pem", "-rawin", "-in", files / "pae",
        "-sigfile", files / "sig.1",
    )  # fmt: skip


ALGORITHMS = [
    pytest.param(0, id="ecdsa"),
    pytest.param(1, id="ml-dsa", marks=pytest.mark.skipif(not knows_ml_dsa(), reason="OpenSSL 3.5 knows ML-DSA")),
]


@pytest.mark.parametrize("index", ALGORITHMS)
def test_openssl_verifies_our_signature(files, index) -> None:
    done = check(files, index)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["sig", "pae"])
@pytest.mark.parametrize("index", ALGORITHMS)
def test_openssl_refuses_it_once_changed(files, name, index) -> None:
    path = files / (name if name == "pae" else f"sig.{index}")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert check(files, index).returncode != 0


def test_we_verify_a_signature_by_openssl(tmp_path) -> None:
    (tmp_path / "message").write_bytes(b"hello")
    assert openssl("ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out", tmp_path / "sec1.pem").returncode == 0
    key = tmp_path / "key.pem"
    secret = "pass:open sesame"
    assert openssl("pkcs8", "-topk8", "-passout", secret, "-in", tmp_path / "sec1.pem", "-out", key).returncode == 0
    signature = openssl("dgst", "-sha384", "-passin", secret, "-sign", key, tmp_path / "message").stdout
    public = load_public_key(openssl("pkey", "-in", key, "-passin", secret, "-pubout").stdout)
    assert public_key_of(load_private_key(key.read_bytes(), b"open sesame")) == public
    verify_signature(public, b"hello", canonical_signature(public.algorithm, signature))
    with pytest.raises(SignatureError):
        verify_signature(public, b"hello!", canonical_signature(public.algorithm, signature))


def test_openssl_computes_our_key_id(desk, files) -> None:
    spki = openssl("pkey", "-pubin", "-in", files / "pub.0.pem", "-outform", "DER").stdout
    assert desk.keyids["ada"][0] == f"sha256:{hashlib.sha256(spki).hexdigest()}"


def test_openssl_reads_our_private_keys(desk, tmp_path) -> None:
    key = desk.keys["ada"][0]
    (tmp_path / "sample.pem").write_bytes(encode_sample_key(key._private))
    assert openssl("pkey", "-in", tmp_path / "sample.pem", "-pubout").stdout == encode_public_key(key.public)
