"""Reading X.509 certificates that a trust root is to rely on: PEM or DER, and what they may be relied on for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from auditor.attestation.cms import unreadable
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
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    data = read_file(path, limit=65_536)
    try:
        found = x509.load_pem_x509_certificates(data) if data.startswith(b"-----") else [_load_der(data)]
        if len(found) != 1:
            raise TrustError("must hold one certificate", place=str(path), value=len(found))
        certificate = found[0]
        return Certificate(
            certificate.public_bytes(Encoding.DER),
            certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            Window(
                int(certificate.not_valid_before_utc.timestamp()) * 1_000_000,
                int(certificate.not_valid_after_utc.timestamp()) * 1_000_000,
            ),
            _is_for_timestamps(certificate),
            _is_ca(certificate),
        )
    except unreadable() as error:
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


def add_authority_of(
    document: Document,
    name: str,
    operator: str,
    path: Path,
    policy: str,
    began: int | None = None,
    ended: int | None = None,
) -> None:
    """Add the time-stamping authority whose certificate is at `path`, for as long as that is valid.

    `began` and `ended` (microseconds) narrow that. An authority that is known already by this certificate is replaced.

    Raises:
        MachineError, TrustError: as `read_authority_certificate`, or the name is known with another certificate.
    """
    certificate = read_authority_certificate(path)
    valid = certificate.window
    window = Window(
        valid.began if began is None else max(began, valid.began),
        valid.ended if ended is None else min(ended, valid.ended),
    )
    add_authority(document, name, operator, certificate.der, policy, window)
