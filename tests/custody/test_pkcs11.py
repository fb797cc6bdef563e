"""A P-384 key on a token: SoftHSM 2, a real PKCS#11 module in software; the ML-DSA-87 key beside it in a file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.attestation.keys import ALGORITHMS, verify_signature
from auditor.custody.pkcs11 import MODULE, open_token_key, parse_token_uri, read_token_public_key
from auditor.custody.signer_file import KeyPlace, open_keys
from auditor.errors import SigningError
from auditor.jobs.keys import Person, generate_signer, prove_signer
from tests.custody.people import lay_out, nobody, signer

MODULES = [Path("/usr/lib/softhsm/libsofthsm2.so"), *Path("/usr/lib").glob("*/softhsm/libsofthsm2.so")]
SOFTHSM = next((path for path in MODULES if path.is_file()), None)
PIN = "9182736450"
URI = "pkcs11:token=Assurance%20Ltd;object=ada"
needs_token = pytest.mark.skipif(
    SOFTHSM is None or shutil.which("softhsm2-util") is None, reason="softhsm2 is not installed"
)


@pytest.fixture(scope="session")
def token(tmp_path_factory):
    """A token of SoftHSM with the keys `ada` (P-384), `small` (P-256) and two called `twin`."""
    pkcs11 = pytest.importorskip("pkcs11")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "conf")
    command = ["softhsm2-util", "--init-token", "--free", "--label", "Assurance Ltd", "--pin", PIN, "--so-pin", PIN]
    subprocess.run(command, check=True, capture_output=True)
    opened = pkcs11.lib(str(SOFTHSM)).get_token(token_label="Assurance Ltd")
    with opened.open(rw=True, user_pin=PIN) as session:
        for label, curve in (
            ("ada", "secp384r1"),
            ("small", "secp256r1"),
            ("twin", "secp384r1"),
            ("twin", "secp384r1"),
        ):
            parameters = session.create_domain_parameters(
                pkcs11.KeyType.EC,
                {pkcs11.Attribute.EC_PARAMS: pkcs11.util.ec.encode_named_curve_parameters(curve)},
                local=True,
            )
            parameters.generate_keypair(store=True, label=label, id=b"\x01\x02" if label == "ada" else b"\x03")
    return opened


@pytest.fixture
def module(token, monkeypatch):
    monkeypatch.setenv(MODULE, str(SOFTHSM))


def pin(what: str) -> bytes:
    assert what == "PIN of token Assurance Ltd"
    return PIN.encode()


@needs_token
@pytest.mark.usefixtures("module")
@pytest.mark.parametrize(
    "uri", [URI, URI + ";type=private", URI + ";id=%01%02", "pkcs11:token=Assurance%20Ltd;id=%01%02"]
)
def test_a_token_signs_and_the_signature_is_canonical(uri) -> None:
    public = read_token_public_key(uri, pin)
    key = open_token_key(public, uri, pin)
    for number in range(8):
        message = b"message %d" % number
        verify_signature(public, message, key.sign(message))


@needs_token
@pytest.mark.usefixtures("module")
def test_the_pin_comes_from_the_variable_that_the_uri_names(monkeypatch) -> None:
    monkeypatch.setenv("ADA_PIN", PIN)
    uri = URI + "?pin-source=env:ADA_PIN"
    public = read_token_public_key(uri, nobody)
    verify_signature(public, b"message", open_token_key(public, uri, nobody).sign(b"message"))
    monkeypatch.setenv("ADA_PIN", "")
    with pytest.raises(SigningError, match="PIN was not given"):
        open_token_key(public, uri, nobody)


@needs_token
@pytest.mark.usefixtures("module")
def test_a_person_with_a_token_and_a_file_signs_with_both(tmp_path) -> None:
    lay_out(tmp_path)
    ada = signer()._replace(keys=(KeyPlace(read_token_public_key(URI, pin), URI), signer().keys[1]))
    keys = open_keys(ada, tmp_path, pin)
    assert [key.public.algorithm for key in keys] == list(ALGORITHMS)
    for key in keys:
        verify_signature(key.public, b"message", key.sign(b"message"))


@needs_token
@pytest.mark.usefixtures("module")
def test_two_keys_of_one_token_are_open_at_once() -> None:
    public = read_token_public_key(URI, pin)
    one, other = (open_token_key(public, URI, pin) for _ in range(2))
    for key in (one, other, one):
        verify_signature(public, b"message", key.sign(b"message"))


@needs_token
@pytest.mark.usefixtures("module")
def test_a_signer_file_is_made_for_a_key_that_the_token_has_and_no_file_holds_it(tmp_path) -> None:
    done = generate_signer(
        tmp_path / "ada",
        Person("urn:example:ada", "Ada", "Assurance Ltd"),
        passphrase=b"correct horse battery",
        elsewhere=URI,
        ask=pin,
    )
    assert [key.uri for key in done.signer.keys] == [URI, "file:ada.mldsa87.pem"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ada.mldsa87.pem", "ada.signer.json"]
    both = lambda what: pin(what) if what.startswith("PIN") else b"correct horse battery"  # noqa: E731
    assert prove_signer(done.file, both) == done.signer


@needs_token
@pytest.mark.usefixtures("module")
def test_the_key_of_another_is_noticed_when_it_signs() -> None:
    key = open_token_key(signer().keys[0].public, URI, pin)
    with pytest.raises(SigningError, match="no signature by the key"):
        key.sign(b"message")


@needs_token
@pytest.mark.usefixtures("module")
@pytest.mark.parametrize(
    ("uri", "problem"),
    [
        ("pkcs11:token=Nobody;object=ada", "no such token"),
        ("pkcs11:serial=0000;object=ada", "no such token"),
        ("pkcs11:token=Assurance%20Ltd;object=ben", "no such P-384 key"),
        ("pkcs11:token=Assurance%20Ltd;id=%09", "no such P-384 key"),
        ("pkcs11:token=Assurance%20Ltd;object=twin", "several keys"),
    ],
)
def test_a_token_or_key_that_is_not_there_is_refused(uri, problem) -> None:
    with pytest.raises(SigningError, match=problem) as caught:
        open_token_key(signer().keys[0].public, uri, lambda what: PIN.encode())
    assert caught.value.hint


@needs_token
@pytest.mark.usefixtures("module")
def test_another_curve_is_refused() -> None:
    uri = "pkcs11:token=Assurance%20Ltd;object=small"
    with pytest.raises(SigningError, match="not on the curve P-384"):
        read_token_public_key(uri, pin)
    with pytest.raises(SigningError, match="no signature by the key"):
        open_token_key(signer().keys[0].public, uri, pin).sign(b"message")


WRONG_PIN = """
import sys
from auditor.custody.pkcs11 import read_token_public_key
from auditor.errors import SigningError
asked = []
try:
    read_token_public_key(sys.argv[1], lambda what: asked.append(what) or sys.argv[2].encode())
except SigningError as error:
    print(len(asked), error, error.hint, repr(error.__cause__))
"""


@needs_token
@pytest.mark.usefixtures("module")
@pytest.mark.parametrize("wrong", ["000000", "1", "x" * 300])
def test_a_wrong_pin_is_tried_once_and_not_repeated(wrong) -> None:
    # In a process of its own, since a login is for all of a process.
    done = subprocess.run(
        [sys.executable, "-c", WRONG_PIN, URI, wrong], capture_output=True, text=True, check=False, env=os.environ
    )
    assert done.stdout.startswith(f"1 {URI}: wrong PIN"), done.stderr
    assert len(wrong) < 2 or wrong not in done.stdout + done.stderr


@needs_token
@pytest.mark.usefixtures("module")
def test_a_pin_that_is_no_text_is_refused_and_not_repeated() -> None:
    with pytest.raises(SigningError, match="not UTF-8") as caught:
        read_token_public_key(URI, lambda what: b"\xff9182")
    assert caught.value.__cause__ is None
    assert "9182" not in f"{caught.value}{caught.value.hint}"


@needs_token
def test_a_module_that_is_not_named_or_not_one_is_refused(token, monkeypatch, tmp_path) -> None:
    monkeypatch.delenv(MODULE, raising=False)
    with pytest.raises(SigningError, match=MODULE) as caught:
        read_token_public_key(URI, pin)
    assert caught.value.hint
    for name in (tmp_path / "nothing.so", tmp_path):
        monkeypatch.setenv(MODULE, str(name))
        with pytest.raises(SigningError, match="cannot be loaded"):
            read_token_public_key(URI, pin)


def test_without_python_pkcs11_the_fix_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(SigningError, match="not installed") as caught:
        open_token_key(signer().keys[0].public, URI, pin)
    assert caught.value.hint == "pip install 'datacenter-auditor[pkcs11]'"


def test_an_ml_dsa_key_is_not_looked_for_on_a_token() -> None:
    with pytest.raises(SigningError, match="not ML-DSA-87") as caught:
        open_token_key(signer().keys[1].public, URI, pin)
    assert "file:" in str(caught.value.hint)


def test_a_uri_is_read_in_its_parts() -> None:
    place = parse_token_uri("pkcs11:token=A%3bB;serial=12%20;object=%C3%A4;id=%01%ff?pin-source=env:PIN")
    assert place == ("A;B", b"12 ", "ä", b"\x01\xff", "PIN")


@pytest.mark.parametrize(
    ("uri", "problem"),
    [
        ("pkcs11:", "must name a token and a key"),
        ("pkcs11:token=t", "must name a token and a key"),
        ("pkcs11:object=o", "must name a token and a key"),
        ("pkcs11:token=;object=o", "unknown or empty part"),
        ("pkcs11:token=t;object=o;slot-id=1", "unknown or empty part"),
        ("pkcs11:token=t;token=u;object=o", "said twice"),
        ("pkcs11:token=t;object=o;type=public", "type must be private"),
        ("pkcs11:token=t;object=o?module-path=/tmp/evil.so", "unknown or empty part"),
        ("pkcs11:token=t;object=o?module-name=evil", "unknown or empty part"),
        ("pkcs11:token=t;object=o?pin-source=file:/tmp/pin", "environment variable"),
        ("pkcs11:token=t;object=o?pin-source=|evil", "environment variable"),
        ("pkcs11:token=t;object=o?pin-source=env:", "environment variable"),
        ("hsm:2", "not a pkcs11: URI"),
    ],
)
def test_a_uri_that_says_less_or_more_is_refused(uri, problem) -> None:
    with pytest.raises(SigningError, match=problem):
        parse_token_uri(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "pkcs11:token=t;object=o?pin-value=9182",
        "pkcs11:token=t;pin-value=9182;object=o",
        "pkcs11:token=t;object=o?PIN-VALUE=9182",
        "pkcs11:token=t;object=o;pin=9182",
        "pkcs11:token=t;object=o?pin-source=9182",
    ],
)
def test_a_pin_in_a_uri_is_refused_and_not_repeated(uri) -> None:
    with pytest.raises(
        SigningError, match=r"PIN has no place|unknown or empty part|must name an environment"
    ) as caught:
        open_token_key(signer().keys[0].public, uri, pin)
    assert "9182" not in f"{caught.value}{caught.value.hint}{caught.value.place}"
