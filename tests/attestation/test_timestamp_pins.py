"""The certificate that a trust root pins for a time authority: what it must be, and for how long it counts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from auditor.attestation.timestamp import verify_response
from auditor.errors import TrustError
from samples.authorities import key_usage, make_certificate, sample_ca, time_extensions
from tests.attestation.test_timestamp import ALPHA, AT, FROM, IMPRINT, QUERY, SECOND, pin
from tests.attestation.tokens import Changes, make_response, to_der


def issued(extensions: list[tuple[x509.ExtensionType, bool]], **window: datetime) -> bytes:
    return to_der(make_certificate("Sample Time Alpha", ALPHA.key, sample_ca(), extensions, **window))


def test_an_expired_certificate_does_not_stamp() -> None:
    day = datetime(2026, 6, 1, tzinfo=UTC)
    certificate = issued(time_extensions(), start=datetime(2026, 2, 1, tzinfo=UTC), end=day)
    ends = int(day.timestamp()) * SECOND
    for at, good in ((ends - SECOND, True), (ends, True), (ends + SECOND, False), (FROM, False)):
        response = make_response(QUERY, ALPHA, at, Changes(certificate=certificate))
        if good:
            assert verify_response(QUERY, response, IMPRINT, pin(ALPHA, certificate)).time == at
        else:
            with pytest.raises(TrustError, match="window"):
                verify_response(QUERY, response, IMPRINT, pin(ALPHA, certificate))


def purpose(*oids: x509.ObjectIdentifier) -> x509.ExtendedKeyUsage:
    return x509.ExtendedKeyUsage(list(oids))


STAMPING = ExtendedKeyUsageOID.TIME_STAMPING
UNFIT: dict[str, list[tuple[x509.ExtensionType, bool]]] = {
    "no purpose": [(key_usage("digital_signature"), True)],
    "another purpose": [(purpose(ExtendedKeyUsageOID.CODE_SIGNING), True)],
    "any purpose": [(purpose(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE), True)],
    "not critical": [(purpose(STAMPING), False)],
    "two purposes": [(purpose(STAMPING, ExtendedKeyUsageOID.CODE_SIGNING), True)],
    "a CA": [(x509.BasicConstraints(ca=True, path_length=None), True), (purpose(STAMPING), True)],
    "not for signatures": [(key_usage("key_encipherment"), True), (purpose(STAMPING), True)],
}


@pytest.mark.parametrize("extensions", UNFIT.values(), ids=list(UNFIT))
def test_a_pinned_certificate_must_be_for_time_stamping_alone(
    extensions: list[tuple[x509.ExtensionType, bool]],
) -> None:
    certificate = issued(extensions)
    response = make_response(QUERY, ALPHA, AT, Changes(certificate=certificate))
    with pytest.raises(TrustError, match="pinned certificate"):
        verify_response(QUERY, response, IMPRINT, pin(ALPHA, certificate))


@pytest.mark.parametrize("key", [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256K1())])
def test_a_weak_or_odd_key_is_refused(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> None:
    certificate = to_der(make_certificate("Sample Time Alpha", key, sample_ca(), time_extensions()))
    response = make_response(QUERY, ALPHA, AT, Changes(certificate=certificate, key=key))
    with pytest.raises(TrustError, match="3072"):
        verify_response(QUERY, response, IMPRINT, pin(ALPHA, certificate))


VERSIONED = ALPHA.certificate.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07", 1)


@pytest.mark.parametrize(
    "certificate", [VERSIONED, b"\x30\x00", b"text", ALPHA.certificate + b"\0", ALPHA.certificate[:-1]]
)
def test_a_pin_that_is_no_certificate_is_refused(certificate: bytes) -> None:
    with pytest.raises(TrustError, match="cannot be read"):
        verify_response(QUERY, make_response(QUERY, ALPHA, AT), IMPRINT, pin(ALPHA, certificate))
