"""The same signatures, keys and key ids through openssl, a tool we did not write."""

from __future__ import annotations

import hashlib
import shutil
import subprocess

import pytest

from auditor.attestation.envelope import PAYLOAD_TYPE, pae, parse_envelope
from auditor.attestation.keys import encode_public_key, load_public_key, verify_signature
from auditor.attestation.private import encode_private_key, encode_sample_key, load_private_key, public_key_of
from auditor.errors import SignatureError

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


def openssl(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=False)


@pytest.fixture
def files(desk, tmp_path):
    envelope = parse_envelope(desk.report)
    (tmp_path / "pub.pem").write_bytes(encode_public_key(desk.public["ada"]))
    (tmp_path / "sig").write_bytes(envelope.signatures[0].sig)
    (tmp_path / "pae").write_bytes(pae(PAYLOAD_TYPE, envelope.payload))
    return tmp_path


def check(files) -> subprocess.CompletedProcess[bytes]:
    return openssl("dgst", "-sha384", "-verify", files / "pub.pem", "-signature", files / "sig", files / "pae")


def test_openssl_verifies_our_signature(files) -> None:
    done = check(files)
    assert (done.returncode, done.stdout) == (0, b"Verified OK\n"), done.stderr


@pytest.mark.parametrize("name", ["sig", "pae"])
def test_openssl_refuses_it_once_changed(files, name) -> None:
    data = bytearray((files / name).read_bytes())
    data[-1] ^= 1
    (files / name).write_bytes(data)
    assert check(files).returncode != 0


def test_we_verify_a_signature_by_openssl(tmp_path) -> None:
    (tmp_path / "message").write_bytes(b"hello")
    assert openssl("ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out", tmp_path / "sec1.pem").returncode == 0
    key = tmp_path / "key.pem"
    assert openssl("pkcs8", "-topk8", "-nocrypt", "-in", tmp_path / "sec1.pem", "-out", key).returncode == 0
    signature = openssl("dgst", "-sha384", "-sign", key, tmp_path / "message").stdout
    public = load_public_key(openssl("pkey", "-in", key, "-pubout").stdout)
    assert public_key_of(load_private_key(key.read_bytes())) == public
    verify_signature(public, b"hello", signature)
    with pytest.raises(SignatureError):
        verify_signature(public, b"hello!", signature)


def test_openssl_computes_our_key_id(desk, files) -> None:
    spki = openssl("pkey", "-pubin", "-in", files / "pub.pem", "-outform", "DER").stdout
    assert desk.keyid("ada") == f"sha256:{hashlib.sha256(spki).hexdigest()}"


def test_openssl_reads_our_private_keys(desk, tmp_path) -> None:
    (tmp_path / "key.pem").write_bytes(encode_private_key(desk.private["ada"], b"pass"))
    (tmp_path / "sample.pem").write_bytes(encode_sample_key(desk.private["ada"]))
    public = encode_public_key(desk.public["ada"])
    assert openssl("pkey", "-in", tmp_path / "key.pem", "-passin", "pass:pass", "-pubout").stdout == public
    assert openssl("pkey", "-in", tmp_path / "sample.pem", "-pubout").stdout == public
    assert openssl("pkey", "-in", tmp_path / "key.pem", "-passin", "pass:word", "-pubout").returncode != 0
