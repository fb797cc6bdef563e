"""Reading X.509 certificates that a trust root is to rely on: PEM or DER, and what they may be relied on for."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from auditor.errors import TrustError
from auditor.jobs.files import read_file
from auditor.jobs.trust_document import Document, Window, add_authority

if TYPE_CHECKING:
    from cryptography import x509


class Certificate(NamedTuple):
    """A certificate's DER, the SPKI of its key, the time it is valid in, and whether it is for timestamps or a CA."""

    der: bytes
    spki: bytes
    window: Window
    timestamps: bool
    is_ca: bool


def read_certificate(path: Path) -> Certificate:
    """The one certificate in the file at `path`.

    Raises:
        MachineError: the file cannot be read.
        TrustError: not exactly one X.509 certificate in PEM or DER.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    data = read_file(path, limit=65_536)
    try:
        found = x509.load_pem_x509_certificates(data) if data.startswith(b"-----") else [_load_der(data)]
        if len(found) != 1:
            raise TrustError("must hold one certificate", place=str(path), value=len(found))
        certificate = found[0]
        return Certificate(
            certificate.public_bytes(Encoding.DER),
            _spki_of(certificate),
            Window(
                int(certificate.not_valid_before_utc.timestamp()) * 1_000_000,
                int(certificate.not_valid_after_utc.timestamp()) * 1_000_000,
            ),
            _is_for_timestamps(certificate),
            _is_ca(certificate),
        )
    except ValueError as error:
        raise TrustError(
            "not an X.509 certificate", place=str(path), hint="give the certificate in PEM or DER, not its key"
        ) from error


def read_authority_certificate(path: Path) -> Certificate:
    """A certificate for RFC 3161 timestamps; raises as `read_certificate`, and where it is for something else."""
    certificate = read_certificate(path)
    if not certificate.timestamps:
        raise TrustError(
            "not a certificate of a time-stamping authority (RFC 3161 section 2.3)",
            place=str(path),
            hint="give the certificate its tokens are signed with, not that of its CA",
        )
    return certificate


def read_anchor(path: Path) -> Certificate:
    """A CA certificate; raises as `read_certificate`, and where it is not a CA's."""
    certificate = read_certificate(path)
    if not certificate.is_ca:
        raise TrustError("not the certificate of a CA", place=str(path), hint="give that of the issuer")
    return certificate


def _spki(der: bytes) -> bytes:
    return _spki_of(_load_der(der))


def _spki_of(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _load_der(data: bytes) -> x509.Certificate:
    from cryptography import x509

    return x509.load_der_x509_certificate(data)


def _is_for_timestamps(certificate: x509.Certificate) -> bool:
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return False
    return usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def _is_ca(certificate: x509.Certificate) -> bool:
    from cryptography import x509

    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def add_authority_of(document: Document, name: str, operator: str, path: Path, policy: str) -> None:
    """Add the time-stamping authority whose certificate is at `path`, for as long as that is valid.

    Raises:
        MachineError, TrustError: as `read_authority_certificate`, or another authority has the same key.
    """
    certificate = read_authority_certificate(path)
    for known in document["authorities"]:
        # With one key behind two names, one authority would be two witnesses.
        if known["authority"] != name and _spki(base64.b64decode(known["certificate"])) == certificate.spki:
            raise TrustError("another authority has this key", place=str(path), value=known["authority"])
    add_authority(document, name, operator, certificate.der, policy, certificate.window)
