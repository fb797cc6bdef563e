"""Sample authorities on this machine: two that say the time (RFC 3161), and one that issues certificates.

They stand where real ones would, so that sealing and verifying run without a network. Their private keys lie beside the
certificates in `samples/keys` and are no secret: a time that they vouch for proves nothing to anybody.

```python
alpha = LocalAuthority(KEYS, "alpha")
response = alpha.respond(query)             # by `openssl ts -reply`, at the time of this machine
with alpha.serve() as url: ...              # the same over HTTP on 127.0.0.1
crl = make_crl(at, [Revoked(certificate, at, None)])
```

`python -m samples.authorities run COMMAND...` runs a command with both at hand: their addresses are in ALPHA and BETA,
and CRL names a fresh revocation list. `python -m samples.authorities` makes what is missing in `samples/keys`: a key is
drawn once and kept, and a certificate is the same bytes each time it is made from the same keys.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

KEYS = Path(__file__).parent / "keys"
MARK = "SAMPLE KEY: not secret, for samples and tests only\n"
FROM = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = datetime(2046, 1, 1, tzinfo=UTC)
PDF_UNTIL = datetime(2036, 1, 1, tzinfo=UTC)
OPENSSL_SECONDS = 20
_QUERY_LIMIT = 1 << 16

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class AuthorityFacts(NamedTuple):
    """What one sample time authority is: who operates it, the policy it stamps under, the kind of its key."""

    operator: str
    policy: str
    key: str


AUTHORITIES = {
    # Arcs for examples (RFC 7612 section 2 of the IANA arc 1.3.6.1.4.1.32473).
    "alpha": AuthorityFacts("Sample Time Alpha", "1.3.6.1.4.1.32473.1.1", "rsa-3072"),
    "beta": AuthorityFacts("Sample Time Beta", "1.3.6.1.4.1.32473.2.1", "p-384"),
}

_CONFIG = """\
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {certificate}
signer_key = {key}
signer_digest = sha512
default_policy = {policy}
digests = sha256, sha384, sha512
ess_cert_id_alg = sha384
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
"""


class LocalAuthority:
    """The time authority `name` ("alpha" or "beta"), whose key and certificate are in `folder`."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder.resolve()
        self.name = name
        self.operator, self.policy, _ = AUTHORITIES[name]
        self.key_path = self.folder / f"time-{name}.key.pem"
        self.certificate_path = self.folder / f"time-{name}.crt.pem"

    @cached_property
    def certificate(self) -> bytes:
        """The authority's certificate in DER."""
        return read_certificate(self.certificate_path).public_bytes(serialization.Encoding.DER)

    @cached_property
    def key(self) -> PrivateKey:
        """The private key, for tests that make tokens that openssl would not make."""
        return read_key(self.key_path)

    def respond(self, query: bytes) -> bytes:
        """The TimeStampResp (DER) to `query`, at the time of this machine; a refusal is a response too.

        Raises:
            RuntimeError: openssl is missing or failed.
        """
        openssl = shutil.which("openssl")
        if openssl is None:
            raise RuntimeError("openssl is needed to answer time-stamp queries, and is not on the path")
        with tempfile.TemporaryDirectory(prefix="sample-time-") as folder:
            place = Path(folder)
            (place / "query.tsq").write_bytes(query)
            (place / "serial").write_text(secrets.token_hex(8) + "\n")
            config = _CONFIG.format(
                folder=folder, certificate=self.certificate_path, key=self.key_path, policy=self.policy
            )
            (place / "ts.cnf").write_text(config)
            command = [openssl, "ts", "-reply", "-config", "ts.cnf", "-queryfile", "query.tsq", "-out", "reply.tsr"]
            done = subprocess.run(  # noqa: S603 - our own argument list, no shell
                command, cwd=place, capture_output=True, text=True, check=False, timeout=OPENSSL_SECONDS
            )
            if done.returncode != 0:
                raise RuntimeError(f"openssl ts -reply failed: {done.stderr.strip()}")
            return (place / "reply.tsr").read_bytes()

    @contextmanager
    def serve(self) -> Iterator[str]:
        """The authority over HTTP (RFC 3161 section 3.4) on 127.0.0.1; hands over its URL."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _handler(authority: LocalAuthority) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            if self.headers.get("Content-Type") != "application/timestamp-query" or not 0 < length <= _QUERY_LIMIT:
                self.send_error(400)
                return
            reply = authority.respond(self.rfile.read(length))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing: a sample has nothing to say on the terminal."""

    return Handler


class SampleCa(NamedTuple):
    """The sample certificate authority."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


class PdfIdentity(NamedTuple):
    """The certificate and key that the sample assessor's organisation certifies PDF files with (P-384)."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


class Revoked(NamedTuple):
    """One entry of a revocation list."""

    certificate: x509.Certificate
    at: datetime
    reason: x509.ReasonFlags | None = None


def sample_ca(folder: Path = KEYS) -> SampleCa:
    """The sample certificate authority that issued the certificates in `folder`."""
    return SampleCa(read_certificate(folder / "ca.crt.pem"), _p384(folder / "ca.key.pem"))


def sample_pdf_identity(folder: Path = KEYS) -> PdfIdentity:
    """The sample certificate for PDF signatures in `folder`, with its key."""
    return PdfIdentity(read_certificate(folder / "pdf.crt.pem"), _p384(folder / "pdf.key.pem"))


def make_crl(
    at: datetime, revoked: Sequence[Revoked] = (), *, ca: SampleCa | None = None, days: int = 7, number: int = 1
) -> bytes:
    """A revocation list (RFC 5280, DER) of the sample CA, issued `at` and to be followed by another within `days`."""
    ca = ca or sample_ca()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(ca.certificate.subject)
        .last_update(at)
        .next_update(at + timedelta(days=days))
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(_key_identifier(ca), critical=False)
    )
    for entry in revoked:
        one = x509.RevokedCertificateBuilder().serial_number(entry.certificate.serial_number).revocation_date(entry.at)
        if entry.reason is not None:
            one = one.add_extension(x509.CRLReason(entry.reason), critical=False)
        builder = builder.add_revoked_certificate(one.build())
    crl = builder.sign(ca.key, SHA384(), ecdsa_deterministic=True)
    return crl.public_bytes(serialization.Encoding.DER)


def read_certificate(path: Path) -> x509.Certificate:
    """The certificate in the PEM file `path`."""
    return x509.load_pem_x509_certificate(path.read_bytes())


def read_key(path: Path) -> PrivateKey:
    """The sample private key in the PEM file `path`."""
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, PrivateKey):
        raise TypeError(f"{path}: not an RSA or EC key")
    return key


def make_certificate(
    subject: str,
    key: PrivateKey,
    ca: SampleCa | None,
    extensions: Sequence[tuple[x509.ExtensionType, bool]],
    *,
    start: datetime = FROM,
    end: datetime = UNTIL,
) -> x509.Certificate:
    """A certificate of `subject` issued by `ca` (by itself without one): the same bytes for the same arguments."""
    name = _name(subject)
    serial = int.from_bytes(sha256(f"{subject}|{start}|{end}".encode()).digest()[:12]) | 1 << 95
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(ca.certificate.subject if ca else name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if ca:
        builder = builder.add_extension(_key_identifier(ca), critical=False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    signer = ca.key if ca else key
    if isinstance(signer, rsa.RSAPrivateKey):
        return builder.sign(signer, SHA384())
    return builder.sign(signer, SHA384(), ecdsa_deterministic=True)


def key_usage(*uses: str) -> x509.KeyUsage:
    """The key usage extension with `uses` and no other."""
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    every = (*names, "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{name: name in uses for name in every})


def time_extensions() -> list[tuple[x509.ExtensionType, bool]]:
    """The extensions of a time authority's certificate (RFC 3161 section 2.3: one purpose, critical)."""
    return [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage("digital_signature"), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
    ]


def make_all(folder: Path = KEYS) -> list[Path]:
    """Draw the keys that `folder` lacks and write every certificate; the certificate files written."""
    folder.mkdir(parents=True, exist_ok=True)
    ca_key = _drawn(folder / "ca.key.pem", "p-384")
    of_ca: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (key_usage("key_cert_sign", "crl_sign"), True),
    ]
    root = make_certificate("Sample Certificate Authority", ca_key, None, of_ca)
    if not isinstance(ca_key, ec.EllipticCurvePrivateKey):
        raise TypeError("the key of the sample CA is not an EC key")
    ca = SampleCa(root, ca_key)
    # RFC 9336: a certificate for signing documents.
    of_pdf: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage("digital_signature", "content_commitment"), True),
        (x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")]), False),
    ]
    pdf_key = _drawn(folder / "pdf.key.pem", "p-384")
    made = {
        folder / "ca.crt.pem": root,
        folder / "pdf.crt.pem": make_certificate("Sample Assurance (not real)", pdf_key, ca, of_pdf, end=PDF_UNTIL),
    }
    for name, facts in AUTHORITIES.items():
        key = _drawn(folder / f"time-{name}.key.pem", facts.key)
        made[folder / f"time-{name}.crt.pem"] = make_certificate(facts.operator, key, ca, time_extensions())
    for path, certificate in made.items():
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return list(made)


def _drawn(path: Path, kind: str) -> PrivateKey:
    if not path.exists():
        key: PrivateKey = (
            rsa.generate_private_key(65537, 3072) if kind == "rsa-3072" else ec.generate_private_key(ec.SECP384R1())
        )
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(MARK.encode() + pem)
    return read_key(path)


def _p384(path: Path) -> ec.EllipticCurvePrivateKey:
    key = read_key(path)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path}: not an EC key")
    return key


def _name(common: str) -> x509.Name:
    parts = [(NameOID.ORGANIZATION_NAME, "SAMPLE, not real"), (NameOID.COMMON_NAME, common)]
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])


def _key_identifier(ca: SampleCa) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.certificate.public_key())  # type: ignore[arg-type]


def run(command: Sequence[str]) -> int:
    """Run `command` while both authorities answer at the addresses in ALPHA and BETA; its exit code.

    The file named in CRL is the certificate authority's revocation list of this moment.
    """
    alpha, beta = (LocalAuthority(KEYS, name).serve() for name in AUTHORITIES)
    with alpha as one, beta as other, tempfile.TemporaryDirectory(prefix="sample-ca-") as folder:
        revocations = Path(folder) / "sample-ca.crl"
        revocations.write_bytes(make_crl(datetime.now(UTC)))
        environment = {**os.environ, "ALPHA": one, "BETA": other, "CRL": str(revocations)}
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - the user's own command


def main(words: Sequence[str]) -> int:
    """Make what is missing in `samples/keys`, or `run COMMAND...` with the authorities at hand."""
    if words[:1] == ["run"]:
        return run(words[1:])
    for path in make_all():
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
