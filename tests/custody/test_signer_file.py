"""The signer file: what it says, what is refused in it, and the keys that it opens."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, mldsa

from auditor.attestation.keys import ALGORITHMS, encode_spki, verify_signature
from auditor.custody.files import encode_private_key, encode_sample_key, public_key_of
from auditor.custody.signer_file import encode_signer, open_keys, parse_signer, private_file, read_signer
from auditor.errors import MachineError, SigningError, TrustError
from tests.custody.people import P384, PQ, SECRET, lay_out, nobody, signer


def test_a_signer_file_reads_back(tmp_path) -> None:
    lay_out(tmp_path)
    assert read_signer(tmp_path / "ada.signer.json") == signer()
    assert json.loads(encode_signer(signer()))["format"] == "signer/1"


def test_nothing_in_it_is_secret(tmp_path) -> None:
    lay_out(tmp_path, secret=SECRET)
    text = (tmp_path / "ada.signer.json").read_text()
    assert "PRIVATE" not in text
    assert set(json.loads(text)["keys"][0]) == {"keyid", "algorithm", "public", "uri"}


def bent(change) -> bytes:
    document = json.loads(encode_signer(signer()))
    change(document)
    return json.dumps(document).encode()


def other_ecdsa() -> str:
    return encode_spki(public_key_of(ec.derive_private_key(7, ec.SECP384R1())))


BENT = {
    "another format": (lambda d: d.update(format="signer/2"), "must be one of signer/1"),
    "a member too many": (lambda d: d.update(secret="x"), "unknown member"),
    "a member too few": (lambda d: d.pop("principal"), "missing"),
    "no principal": (lambda d: d.update(principal=""), "1 to"),
    "a principal with a blank": (lambda d: d.update(principal="urn:example:ada "), "blank"),
    "a principal that looks alike": (lambda d: d.update(principal="urn:example:аda"), "ASCII"),
    "a name that turns around": (lambda d: d.update(name="Ada\u202eXXX"), "printable"),
    "a name of two lines": (lambda d: d.update(name="Ada\nBen"), "printable"),
    "one key": (lambda d: d["keys"].pop(), "2 to 2 items"),
    "three keys": (lambda d: d["keys"].append(d["keys"][0]), "2 to 2 items"),
    "the same key twice": (lambda d: d["keys"].__setitem__(1, d["keys"][0]), "one key of each algorithm"),
    "the other order": (lambda d: d["keys"].reverse(), "one key of each algorithm"),
    "another key id": (lambda d: d["keys"][0].update(keyid="sha256:" + "0" * 64), "not the key id"),
    "another key": (lambda d: d["keys"][0].update(public=other_ecdsa()), "not the key id"),
    "another algorithm": (lambda d: d["keys"][0].update(algorithm="ml-dsa-87"), "not the algorithm"),
    "an unknown algorithm": (lambda d: d["keys"][0].update(algorithm="ed25519"), "must be one of"),
    "no public key": (lambda d: d["keys"][1].update(public="AAAA"), "not a public key"),
    "an unknown scheme": (lambda d: d["keys"][0].update(uri="https://example.com/key"), "must begin with one of"),
    "no scheme": (lambda d: d["keys"][0].update(uri="ada.p384.pem"), "must begin with one of"),
    "a bare scheme": (lambda d: d["keys"][0].update(uri="file"), "must begin with one of"),
    "a zero byte in a path": (lambda d: d["keys"][0].update(uri="file:ada%00.pem"), "printable"),
    "a URI with a blank": (lambda d: d["keys"][0].update(uri="file:ada key.pem"), "ASCII without blanks"),
}


@pytest.mark.parametrize(("change", "problem"), BENT.values(), ids=BENT.keys())
def test_a_bent_signer_file_is_refused(change, problem) -> None:
    with pytest.raises(TrustError, match=problem) as caught:
        parse_signer(bent(change), place="ada.signer.json")
    assert str(caught.value.place).startswith("ada.signer.json")


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{", b'{"format":"signer/1","format":"signer/1"}', b"\xff", b" " * 70_000]
)
def test_what_is_no_signer_file_is_refused(data) -> None:
    with pytest.raises(TrustError):
        parse_signer(data)


def test_a_pin_in_a_uri_is_refused_and_not_repeated() -> None:
    data = bent(lambda d: d["keys"][0].update(uri="pkcs11:token=t;object=o?pin-value=9182"))
    with pytest.raises(TrustError, match="PIN has no place") as caught:
        parse_signer(data)
    assert "9182" not in f"{caught.value}{caught.value.hint}{caught.value.value}"


def test_a_missing_signer_file_is_the_machine_s_refusal(tmp_path) -> None:
    with pytest.raises(MachineError, match="no such file"):
        read_signer(tmp_path / "nobody.signer.json")


def test_both_keys_open_and_sign_in_the_order_of_the_algorithms(tmp_path) -> None:
    keys = open_keys(lay_out(tmp_path), tmp_path, nobody)
    assert [key.public.algorithm for key in keys] == list(ALGORITHMS)
    for key in keys:
        verify_signature(key.public, b"message", key.sign(b"message"))


def test_one_passphrase_opens_both_and_is_asked_for_once(tmp_path) -> None:
    asked: list[str] = []

    def ask(what: str) -> bytes:
        asked.append(what)
        return SECRET

    open_keys(lay_out(tmp_path, secret=SECRET), tmp_path, ask)
    assert asked == [f"passphrase of {tmp_path / 'ada.p384.pem'}"]


def test_two_passphrases_are_asked_for_one_after_the_other(tmp_path) -> None:
    lay_out(tmp_path, secret=SECRET)
    (tmp_path / "ada.mldsa87.pem").write_bytes(encode_private_key(PQ, b"another secret"))
    answers = iter([SECRET, b"another secret"])
    assert len(open_keys(signer(), tmp_path, lambda what: next(answers))) == 2


@pytest.mark.parametrize(("answer", "problem"), [(None, "is encrypted"), (b"", "is encrypted"), (b"no", "wrong pass")])
def test_without_the_passphrase_nothing_opens(tmp_path, answer, problem) -> None:
    lay_out(tmp_path, secret=SECRET)
    with pytest.raises(SigningError, match=problem) as caught:
        open_keys(signer(), tmp_path, lambda what: answer)
    assert caught.value.place == str(tmp_path / "ada.p384.pem")
    assert SECRET.decode() not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ada.p384.pem", ec.derive_private_key(7, ec.SECP384R1())),
        ("ada.mldsa87.pem", mldsa.MLDSA87PrivateKey.generate()),
        ("ada.p384.pem", PQ),
        ("ada.mldsa87.pem", P384),
    ],
)
def test_another_key_in_its_place_is_refused(tmp_path, name, key) -> None:
    lay_out(tmp_path)
    (tmp_path / name).write_bytes(encode_sample_key(key))
    with pytest.raises(SigningError, match="not the key that the signer file names"):
        open_keys(signer(), tmp_path, nobody)


@pytest.mark.parametrize("name", ["ada.p384.pem", "ada.mldsa87.pem"])
def test_half_a_person_does_not_open(tmp_path, name) -> None:
    lay_out(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(MachineError, match="no such file"):
        open_keys(signer(), tmp_path, nobody)


def test_a_file_is_found_beside_the_signer_file_or_where_the_uri_says(tmp_path) -> None:
    assert private_file("file:ada%20b.pem", Path("/home/ada")) == Path("/home/ada/ada b.pem")
    assert private_file("file:/media/stick/ada.pem", Path("/home/ada")) == Path("/media/stick/ada.pem")
    assert private_file("pkcs11:token=t;object=o", tmp_path) is None
    lay_out(tmp_path)
    away = tmp_path / "away"
    away.mkdir()
    uris = [f"file:{tmp_path}/ada.p384.pem", "file:../ada.mldsa87.pem"]
    assert len(open_keys(signer(*uris), away, nobody)) == 2


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o660, 0o644, 0o777])
@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_a_private_key_that_others_reach_is_refused_with_the_fix(tmp_path, mode) -> None:
    lay_out(tmp_path, secret=SECRET)
    (tmp_path / "ada.p384.pem").chmod(mode)
    with pytest.raises(SigningError, match="others than its owner") as caught:
        open_keys(signer(), tmp_path, lambda what: SECRET)
    assert caught.value.hint is not None
    assert f"chmod 600 {tmp_path / 'ada.p384.pem'}" in caught.value.hint


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_private_key_of_its_owner_alone_opens(tmp_path, mode) -> None:
    lay_out(tmp_path, secret=SECRET)
    (tmp_path / "ada.p384.pem").chmod(mode)
    assert len(open_keys(signer(), tmp_path, lambda what: SECRET)) == 2


def test_a_sample_key_may_be_anybody_s(tmp_path) -> None:
    lay_out(tmp_path)
    (tmp_path / "ada.p384.pem").chmod(0o644)
    assert len(open_keys(signer(), tmp_path, nobody)) == 2
    (tmp_path / "ada.p384.pem").write_bytes(encode_sample_key(P384).partition(b"\n")[2])
    with pytest.raises(SigningError, match="others than its owner"):
        open_keys(signer(), tmp_path, nobody)
