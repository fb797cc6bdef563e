"""The sample authorities are what they say, and the recipe in docs/time.md runs."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from auditor.jobs.timestamp import stamp_file
from samples.authorities import (
    AUTHORITIES,
    KEYS,
    MARK,
    LocalAuthority,
    Revoked,
    make_all,
    make_crl,
    read_certificate,
    sample_ca,
    sample_pdf_identity,
)
from tests.attestation.test_timestamp import BETA, LOCAL, QUERY, pin

DOCS = Path(__file__).parents[2] / "docs" / "time.md"


def test_every_certificate_is_issued_by_the_sample_ca_and_fits_its_key() -> None:
    ca = sample_ca()
    for name in ("ca", "pdf", "time-alpha", "time-beta"):
        certificate = read_certificate(KEYS / f"{name}.crt.pem")
        certificate.verify_directly_issued_by(ca.certificate)
        data = (KEYS / f"{name}.key.pem").read_bytes()
        assert data.startswith(MARK.encode())
        assert load_pem_private_key(data, None).public_key() == certificate.public_key()
        assert "SAMPLE, not real" in certificate.subject.rfc4514_string().replace("\\", "")


def test_the_two_authorities_share_neither_kind_of_key_nor_operator_nor_policy() -> None:
    alpha, beta = (read_certificate(LOCAL[name].certificate_path).public_key() for name in ("alpha", "beta"))
    assert isinstance(alpha, rsa.RSAPublicKey)
    assert alpha.key_size == 3072
    assert isinstance(beta, ec.EllipticCurvePublicKey)
    assert beta.curve.name == "secp384r1"
    assert len({facts.operator for facts in AUTHORITIES.values()}) == 2
    assert len({facts.policy for facts in AUTHORITIES.values()}) == 2


def test_certificates_are_made_the_same_from_the_same_keys(tmp_path: Path) -> None:
    for path in KEYS.glob("*.key.pem"):
        shutil.copy(path, tmp_path)
    made = make_all(tmp_path)
    assert {path.name for path in made} == {"ca.crt.pem", "pdf.crt.pem", "time-alpha.crt.pem", "time-beta.crt.pem"}
    for path in made:
        assert path.read_bytes() == (KEYS / path.name).read_bytes()


def test_a_revocation_list_names_who_is_revoked_and_nobody_else() -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    pdf = sample_pdf_identity().certificate
    entry = Revoked(pdf, at - timedelta(hours=1), x509.ReasonFlags.key_compromise)
    crl = x509.load_der_x509_crl(make_crl(at, [entry]))
    assert crl.is_signature_valid(sample_ca().key.public_key())
    found = crl.get_revoked_certificate_by_serial_number(pdf.serial_number)
    assert found is not None
    assert found.revocation_date_utc == entry.at
    assert len(crl) == 1
    assert len(x509.load_der_x509_crl(make_crl(at))) == 0
    assert crl.last_update_utc == at


@pytest.mark.parametrize(
    ("body", "kind"), [(b"", "application/timestamp-query"), (QUERY, "text/plain"), (bytes(70000), "x")]
)
def test_the_server_answers_queries_alone(body: bytes, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with BETA.serve() as url:
        request = urllib.request.Request(url, body, {"Content-Type": kind})
        with pytest.raises((urllib.error.URLError, ConnectionError)):
            urllib.request.urlopen(request, timeout=10)


def test_what_openssl_cannot_read_is_answered_with_a_refusal_or_told() -> None:
    with pytest.raises(RuntimeError, match="openssl"):
        LocalAuthority(KEYS / "missing", "beta").respond(QUERY)


def test_the_recipe_of_the_docs_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    sealed = tmp_path / "package.dsse.json"
    sealed.write_bytes(b"sealed")
    with BETA.serve() as url:
        stamp_file(sealed, pin(BETA), url)
    for name in ("ca", "time-beta"):
        shutil.copy(KEYS / f"{name}.crt.pem", tmp_path)
    [recipe] = re.findall(r"```sh\n(.*?)```", DOCS.read_text(), re.DOTALL)
    done = subprocess.run(["sh", "-eu", "-c", recipe], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert hashlib.sha512(b"sealed").hexdigest() in done.stdout
    assert "Policy OID: " + BETA.policy in done.stdout
    assert "Verification: OK" in done.stdout
