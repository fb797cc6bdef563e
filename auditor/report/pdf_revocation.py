"""Revocation lists against the certificates of a certified PDF: issued late enough, and silent about them.

pyHanko is content with a list that was current when the file was sealed. Such a list was issued before the signature
and cannot know of a key that was stolen in between, so once it is out of date a later one is asked for. pyHanko also
passes over the date since which a compromised key was in other hands (RFC 5280, 5.3.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID

from auditor.errors import BindingError, TrustError, UnverifiableError, shorten

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Lists(NamedTuple):
    """Revocation lists (DER): `archived` ones lie in the file, `late` ones outside it, proven at `late_proven`."""

    archived: tuple[bytes, ...]
    late: tuple[bytes, ...]
    late_proven: int | None


def require_unrevoked(
    certificates: Sequence[bytes], issuers: Sequence[bytes], anchors: Sequence[bytes], lists: Lists, used: int, at: int
) -> None:
    """Check that each of `certificates` (DER) was not revoked when it was `used`; an anchor is not asked about.

    Times are microseconds; `at` is the moment of judging. `issuers` (DER, anchors among them) may have signed a list.

    Raises:
        TrustError: a list says that one was revoked, or in other hands, at that time.
        UnverifiableError: there is no list late enough to say so.
        ValueError: a certificate or list is malformed (as `cryptography` says).
    """
    known = [x509.load_der_x509_certificate(data) for data in dict.fromkeys(issuers)]
    late = [x509.load_der_x509_crl(data) for data in lists.late]
    archived = [x509.load_der_x509_crl(data) for data in lists.archived]
    for data in certificates:
        if data in anchors:
            continue
        certificate = x509.load_der_x509_certificate(data)
        mine = [*_issued(late, certificate, known), *_issued(archived, certificate, known)]
        for one in mine:
            _require_silent(one, certificate, used)
        dated = [one for one in mine if one in archived or _is_proven(one, lists.late_proven, known)]
        if not any(_is_current(one, at) for one in mine) and not any(_from(one) >= used for one in dated):
            raise UnverifiableError(
                f"no revocation list is at hand from after the certificate of {_subject(certificate)} was used",
                hint="add the authority's next revocation list and seal it (auditor package, late seal)",
            )


def require_needed(
    certificates: Sequence[bytes], archived: Sequence[bytes], anchors: Sequence[bytes], crls: Sequence[bytes]
) -> None:
    """Check that every archived certificate leads from one of `certificates` to an anchor, and every list is of one.

    All in DER. Raises BindingError, or ValueError where one is malformed.
    """
    waiting = [x509.load_der_x509_certificate(data) for data in certificates]
    known = [x509.load_der_x509_certificate(data) for data in dict.fromkeys([*archived, *anchors])]
    led: list[x509.Certificate] = []
    while waiting:
        one = waiting.pop()
        led.append(one)
        waiting += [other for other in known if other not in led and other not in waiting and _signed(one, other)]
    for certificate in map(x509.load_der_x509_certificate, archived):
        if certificate not in led:
            raise BindingError("the PDF archives a certificate that nothing in it needs", value=_subject(certificate))
    for crl in map(x509.load_der_x509_crl, crls):
        if not any(_is_list_of(crl, one) for one in led):
            raise BindingError(
                "the PDF archives a revocation list that nothing in it needs", value=crl.issuer.rfc4514_string()
            )


def _subject(certificate: x509.Certificate) -> str:
    """Whom a certificate names, safe to print."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return shorten(str(names[0].value) if names else certificate.subject.rfc4514_string())


def _issued(
    lists: Sequence[x509.CertificateRevocationList], certificate: x509.Certificate, known: Sequence[x509.Certificate]
) -> Iterator[x509.CertificateRevocationList]:
    """The lists that cover `certificate` and whose signature is that of its issuer."""
    issuers = [one for one in known if _signed(certificate, one)]
    for one in lists:
        if _covers_all(one) and any(_is_list_of(one, issuer) for issuer in issuers):
            yield one


def _is_list_of(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    return crl.issuer == issuer.subject and crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]


def _signed(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _covers_all(crl: x509.CertificateRevocationList) -> bool:
    for extension in crl.extensions:
        scope = extension.value
        if isinstance(scope, x509.IssuingDistributionPoint):
            if scope.indirect_crl or scope.only_some_reasons or scope.only_contains_ca_certs:
                return False
            if scope.only_contains_attribute_certs:
                return False
        elif extension.critical:
            return False
    return True


def _require_silent(crl: x509.CertificateRevocationList, certificate: x509.Certificate, used: int) -> None:
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is None:
        return
    since = entry.revocation_date_utc
    for extension in entry.extensions:
        if isinstance(extension.value, x509.InvalidityDate):
            since = min(since, extension.value.invalidity_date_utc)
    if _instant(since) <= used:
        raise TrustError(
            "a certificate of the PDF was revoked before it was used",
            value=f"{_subject(certificate)}, {since:%Y-%m-%dT%H:%M:%SZ}",
        )


def _is_proven(crl: x509.CertificateRevocationList, when: int | None, known: Sequence[x509.Certificate]) -> bool:
    """Whether the list existed at `when`, while the certificate of its issuer was still valid."""
    if when is None or _from(crl) > when:
        return False
    return any(_is_list_of(crl, one) and when <= _instant(one.not_valid_after_utc) for one in known)


def _is_current(crl: x509.CertificateRevocationList, at: int) -> bool:
    after = crl.next_update_utc
    return after is not None and _from(crl) <= at <= _instant(after)


def _from(crl: x509.CertificateRevocationList) -> int:
    return _instant(crl.last_update_utc)


def _instant(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
