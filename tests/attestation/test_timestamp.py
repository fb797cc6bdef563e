"""What a timestamp proves, and everything that is not a timestamp of this file by this authority at that time."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from auditor.attestation.root import Authority
from auditor.attestation.timestamp import Timestamp, make_query, read_query, verify_response
from auditor.canon.instant import parse_instant
from auditor.errors import (
    BindingError,
    EnvelopeError,
    SignatureError,
    TrustError,
    UnverifiableError,
    VerificationError,
)
from samples.authorities import KEYS, LocalAuthority, make_certificate, sample_ca, time_extensions
from tests.attestation.tokens import (
    CONTENT_TYPE,
    ESS_V1,
    ESS_V2,
    GOOD,
    HASHES,
    MESSAGE_DIGEST,
    Changes,
    algorithm,
    make_response,
    make_token,
    number,
    oid,
    tlv,
    to_der,
)

IMPRINT = hashlib.sha512(b"sealed").digest()
AT = parse_instant("2026-11-22T10:00:00Z")
FROM, UNTIL = parse_instant("2026-01-01T00:00:00Z"), parse_instant("2046-01-01T00:00:00Z")
LOCAL = {name: LocalAuthority(KEYS, name) for name in ("alpha", "beta")}
ALPHA, BETA = LOCAL.values()
QUERY = make_query(IMPRINT, 0x1234567890ABCDEF)
SECOND = 1_000_000


def pin(local: LocalAuthority, certificate: bytes | None = None, policy: str | None = None) -> Authority:
    return Authority(local.name, local.operator, certificate or local.certificate, policy or local.policy, FROM, UNTIL)


def verify(response: bytes, local: LocalAuthority = ALPHA, query: bytes = QUERY) -> Timestamp:
    return verify_response(query, response, IMPRINT, pin(local))


@pytest.mark.parametrize("local", LOCAL.values(), ids=list(LOCAL))
@pytest.mark.parametrize("with_certificate", [True, False])
@pytest.mark.parametrize("with_policy", [True, False])
def test_a_response_of_openssl_verifies(local: LocalAuthority, with_certificate: bool, with_policy: bool) -> None:
    query = make_query(IMPRINT, 77, local.policy if with_policy else None, with_certificate=with_certificate)
    before = datetime.now(UTC).replace(microsecond=0)
    stamp = verify_response(query, local.respond(query), IMPRINT, pin(local))
    after = datetime.now(UTC)
    assert before.timestamp() <= stamp.time / SECOND <= after.timestamp()
    assert (stamp.authority, stamp.operator, stamp.accuracy) == (local.name, local.operator, SECOND)


@pytest.mark.parametrize("local", LOCAL.values(), ids=list(LOCAL))
@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("ess", ["sha256", "sha384", "sha512"])
def test_a_built_response_verifies_at_its_time(local: LocalAuthority, digest: str, ess: str) -> None:
    stamp = verify(make_response(QUERY, local, AT + 250_000, Changes(digest=digest, ess=ess)), local)
    assert stamp == Timestamp(local.name, local.operator, AT + 250_000, 4711, 0)


def key_identifier() -> bytes:
    certificate = x509.load_der_x509_certificate(ALPHA.certificate)
    return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest


def signer_name(local: LocalAuthority, factor: int = 1) -> bytes:
    certificate = x509.load_der_x509_certificate(local.certificate)
    return tlv(0x30, certificate.issuer.public_bytes(), number(factor * certificate.serial_number))


def subject() -> bytes:
    return x509.load_der_x509_certificate(ALPHA.certificate).subject.public_bytes()


def with_issuer_serial(values: dict[str, bytes], local: LocalAuthority = ALPHA) -> dict[str, bytes]:
    certificate = x509.load_der_x509_certificate(local.certificate)
    issuer = tlv(0x30, tlv(0xA4, certificate.issuer.public_bytes()))
    digest = tlv(4, hashlib.sha256(ALPHA.certificate).digest())
    one = tlv(0x30, digest, tlv(0x30, issuer, number(certificate.serial_number)))
    return {**values, ESS_V2: tlv(0x30, tlv(0x30, one))}


ACCEPTED = {
    "certificate embedded": Changes(embedded=(ALPHA.certificate,)),
    "accuracy in three parts": Changes(accuracy=tlv(0x30, number(1), b"\x80\x01\x05", b"\x81\x01\x07")),
    "ordered": Changes(ordering=b"\x01\x01\xff"),
    "named and with an extension": Changes(
        info_rest=tlv(0xA0, tlv(0xA4, subject())) + tlv(0xA1, tlv(0x30, oid("1.2.3"), tlv(4, b"x")))
    ),
    "a finer fraction than microseconds": Changes(time_text=b"20261122100000.000000999Z"),
    "another signed attribute": Changes(
        attributes=lambda v: {**v, "1.2.840.113549.1.9.5": tlv(0x17, b"261122100000Z")}
    ),
    "issuer and serial in the attribute": Changes(attributes=with_issuer_serial),
    "160-bit serial": Changes(serial=(1 << 160) - 1),
    "digests without NULL": Changes(digest_rest=b""),
}


@pytest.mark.parametrize("changes", ACCEPTED.values(), ids=list(ACCEPTED))
def test_what_authorities_may_vary_is_accepted(changes: Changes) -> None:
    assert verify(make_response(QUERY, ALPHA, AT, changes)).time == AT


def test_accuracy_is_read() -> None:
    changes = ACCEPTED["accuracy in three parts"]
    assert verify(make_response(QUERY, ALPHA, AT, changes)).accuracy == 1_005_007


def dropped(*names: str) -> Changes:
    return Changes(attributes=lambda values: {name: v for name, v in values.items() if name not in names})


def replaced(name: str, value: bytes) -> Changes:
    return Changes(attributes=lambda values: {**values, name: value})


def ess(der: bytes, digest: str = "sha512") -> bytes:
    one = tlv(0x30, algorithm(HASHES[digest]), tlv(4, hashlib.new(digest, der).digest()))
    return tlv(0x30, tlv(0x30, one))


CA = to_der(sample_ca().certificate)
OTHER_KEY = rsa.generate_private_key(65537, 3072)
OTHER = to_der(make_certificate("Sample Time Alpha", OTHER_KEY, sample_ca(), time_extensions()))

REFUSED: dict[str, tuple[Changes, type[VerificationError]]] = {
    "wrong nonce": (Changes(nonce=number(1)), BindingError),
    "no nonce": (Changes(nonce=b""), BindingError),
    "nonce negated": (Changes(nonce=number(-0x1234567890ABCDEF)), BindingError),
    "nonce of 200 octets": (Changes(nonce=number(1 << 1599)), EnvelopeError),
    "wrong policy": (Changes(policy="1.3.6.1.4.1.32473.9.9"), TrustError),
    "beta's policy": (Changes(policy=BETA.policy), TrustError),
    "wrong imprint": (Changes(imprint=hashlib.sha512(b"other").digest()), BindingError),
    "SHA-256 imprint": (Changes(imprint=hashlib.sha256(b"sealed").digest(), imprint_hash="sha256"), SignatureError),
    "imprint named SHA-256": (Changes(imprint_hash="sha256"), SignatureError),
    "imprint cut short": (Changes(imprint=IMPRINT[:32]), SignatureError),
    "imprint SHA-1": (Changes(imprint=hashlib.sha1(b"sealed").digest(), imprint_hash="sha1"), SignatureError),
    "signed with SHA-1": (Changes(digest="sha1"), SignatureError),
    "grantedWithMods": (Changes(status=1), SignatureError),
    "rejection": (Changes(status=2), SignatureError),
    "waiting": (Changes(status=3), SignatureError),
    "revoked": (Changes(status=5), SignatureError),
    "status -1": (Changes(status=-1), SignatureError),
    "status 99": (Changes(status=99), SignatureError),
    "unsigned text beside the grant": (Changes(status_rest=tlv(0x30, tlv(0x0C, b"all is well"))), EnvelopeError),
    "failure beside the grant": (Changes(status_rest=tlv(3, b"\x00\x80")), EnvelopeError),
    "chain embedded": (Changes(embedded=(ALPHA.certificate, CA)), TrustError),
    "CA alone embedded": (Changes(embedded=(CA,)), TrustError),
    "certificate embedded twice": (Changes(embedded=(ALPHA.certificate, ALPHA.certificate)), TrustError),
    "revocation lists": (Changes(crls=tlv(0xA1, tlv(0x30))), EnvelopeError),
    "unsigned attributes": (Changes(unsigned=tlv(0xA1, tlv(0x30, oid("1.2.3"), tlv(0x31, tlv(5))))), EnvelopeError),
    "no signingCertificateV2": (dropped(ESS_V2), SignatureError),
    "signingCertificate of version 1": (
        Changes(
            attributes=lambda v: {
                **{name: value for name, value in v.items() if name != ESS_V2},
                ESS_V1: tlv(0x30, tlv(0x30, tlv(0x30, tlv(4, hashlib.sha1(ALPHA.certificate).digest())))),
            }
        ),
        SignatureError,
    ),
    "signingCertificateV2 of another": (replaced(ESS_V2, ess(BETA.certificate)), TrustError),
    "signingCertificateV2 by SHA-1": (replaced(ESS_V2, ess(ALPHA.certificate, "sha1")), SignatureError),
    "signingCertificateV2 empty": (replaced(ESS_V2, tlv(0x30, tlv(0x30))), EnvelopeError),
    "signingCertificateV2, pinned second": (
        replaced(
            ESS_V2,
            tlv(0x30, tlv(0x30, *(ess(c)[4:] for c in (BETA.certificate, ALPHA.certificate)))),
        ),
        TrustError,
    ),
    "attribute names beta's issuer and serial": (
        Changes(attributes=lambda values: with_issuer_serial(values, BETA)),
        TrustError,
    ),
    "no messageDigest": (dropped(MESSAGE_DIGEST), SignatureError),
    "messageDigest of another content": (replaced(MESSAGE_DIGEST, tlv(4, IMPRINT)), SignatureError),
    "no contentType": (dropped(CONTENT_TYPE), SignatureError),
    "contentType data": (replaced(CONTENT_TYPE, oid("1.2.840.113549.1.7.1")), EnvelopeError),
    "content is not TSTInfo": (Changes(content_type="1.2.840.113549.1.7.1"), EnvelopeError),
    "attributes out of order": (Changes(order=lambda a: sorted(a, reverse=True)), EnvelopeError),
    "attribute twice": (Changes(order=lambda a: sorted([*a, a[0]])), EnvelopeError),
    "no attributes": (Changes(attributes=lambda values: {}), EnvelopeError),
    "two signers": (Changes(signers=2), EnvelopeError),
    "no signer": (Changes(signers=0), EnvelopeError),
    "other digest outside": (Changes(outer_digests=tlv(0x31, algorithm(HASHES["sha256"], tlv(5)))), EnvelopeError),
    "no digest outside": (Changes(outer_digests=tlv(0x31)), EnvelopeError),
    "SignedData of version 1": (Changes(data_version=1), EnvelopeError),
    "SignerInfo of version 2": (Changes(signer_version=2), EnvelopeError),
    # CMS knows it, but neither openssl ts nor rfc3161-client reads it.
    "named by key identifier": (Changes(signer_version=3, signer_name=tlv(0x80, key_identifier())), EnvelopeError),
    "named by beta's issuer and serial": (Changes(signer_name=signer_name(BETA)), TrustError),
    "named with a negative serial": (Changes(signer_name=signer_name(ALPHA, -1)), TrustError),
    "named by key identifier in version 1": (Changes(signer_name=tlv(0x80, key_identifier())), EnvelopeError),
    "RSA named with its hash": (
        Changes(signature_algorithm=algorithm("1.2.840.113549.1.1.13", tlv(5))),
        SignatureError,
    ),
    "RSA named ECDSA": (Changes(signature_algorithm=algorithm("1.2.840.10045.4.3.4")), SignatureError),
    "signature of zeros": (Changes(signature=lambda s: bytes(len(s))), SignatureError),
    "signature empty": (Changes(signature=lambda s: b""), SignatureError),
    "signature longer": (Changes(signature=lambda s: b"\0" + s), SignatureError),
    "by another key, pinned certificate named": (Changes(key=OTHER_KEY), SignatureError),
    "by another certificate of the same name": (Changes(key=OTHER_KEY, certificate=OTHER), TrustError),
    "TSTInfo of version 2": (Changes(info=lambda i: i.replace(b"\x02\x01\x01", b"\x02\x01\x02", 1)), EnvelopeError),
    "bytes after TSTInfo": (Changes(info=lambda i: i + b"\x05\x00"), EnvelopeError),
    "critical extension": (
        Changes(info_rest=tlv(0xA1, tlv(0x30, oid("1.2.3"), b"\x01\x01\xff", tlv(4, b"x")))),
        EnvelopeError,
    ),
    "ordering FALSE written out": (Changes(ordering=b"\x01\x01\x00"), EnvelopeError),
    "ordering 1": (Changes(ordering=b"\x01\x01\x01"), EnvelopeError),
    "negative accuracy": (Changes(accuracy=tlv(0x30, number(-1))), EnvelopeError),
    "accuracy not shortest": (Changes(accuracy=tlv(0x30, b"\x80\x02\x00\x05")), EnvelopeError),
    "serial of 161 bits and more": (Changes(serial=1 << 168), EnvelopeError),
    "time without zone": (Changes(time_text=b"20261122100000"), EnvelopeError),
    "time with offset": (Changes(time_text=b"20261122100000+0000"), EnvelopeError),
    "time without seconds": (Changes(time_text=b"202611221000Z"), EnvelopeError),
    "time with a fraction ending in 0": (Changes(time_text=b"20261122100000.50Z"), EnvelopeError),
    "30 February": (Changes(time_text=b"20260230100000Z"), EnvelopeError),
    "24 o'clock": (Changes(time_text=b"20261122240000Z"), EnvelopeError),
    "year 0": (Changes(time_text=b"00001122100000Z"), EnvelopeError),
}


@pytest.mark.parametrize(("changes", "error"), REFUSED.values(), ids=list(REFUSED))
def test_whatever_differs_is_refused(changes: Changes, error: type[VerificationError]) -> None:
    with pytest.raises(error):
        verify(make_response(QUERY, ALPHA, AT, changes))


@pytest.mark.parametrize(("mine", "yours"), [(ALPHA, BETA), (BETA, ALPHA)], ids=["alpha", "beta"])
def test_one_authority_s_token_is_not_the_other_s(mine: LocalAuthority, yours: LocalAuthority) -> None:
    with pytest.raises(TrustError, match="another certificate"):
        verify(make_response(QUERY, mine, AT), yours)
    with pytest.raises(TrustError, match="not the pinned one"):
        verify(make_response(QUERY, mine, AT, Changes(embedded=(mine.certificate,), policy=yours.policy)), yours)
    # It carries the pinned certificate and names it everywhere, and is signed by the other's key.
    forged = Changes(certificate=yours.certificate, embedded=(yours.certificate,), policy=yours.policy)
    with pytest.raises(SignatureError):
        verify(make_response(QUERY, mine, AT, forged), yours)


@pytest.mark.parametrize("at", [FROM, UNTIL - 1])
def test_the_window_holds_its_first_and_last_microsecond(at: int) -> None:
    assert verify(make_response(QUERY, ALPHA, at)).time == at


@pytest.mark.parametrize("at", [FROM - 1, UNTIL, UNTIL + SECOND, parse_instant("1990-01-01T00:00:00Z")])
def test_a_time_outside_the_window_is_refused(at: int) -> None:
    with pytest.raises(TrustError, match="window"):
        verify(make_response(QUERY, ALPHA, at))


def test_a_time_inside_the_validity_but_outside_the_trust_root_s_window_is_refused() -> None:
    narrow = pin(ALPHA)._replace(not_before=AT - SECOND, not_after=AT)
    response = make_response(QUERY, ALPHA, AT - 1)
    assert verify_response(QUERY, response, IMPRINT, narrow).time == AT - 1
    for at in (AT, AT - SECOND - 1):
        with pytest.raises(TrustError, match="window"):
            verify_response(QUERY, make_response(QUERY, ALPHA, at), IMPRINT, narrow)


def test_without_the_library_it_cannot_be_verified_here(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    response = make_response(QUERY, ALPHA, AT)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(UnverifiableError, match="not installed"):
        verify(response)


def test_the_query_s_policy_must_be_the_pinned_one() -> None:
    query = make_query(IMPRINT, 5, BETA.policy)
    with pytest.raises(TrustError, match="query asks for another policy"):
        verify(make_response(query, ALPHA, AT), query=query)


def test_a_query_about_another_file_is_refused_though_query_and_response_agree() -> None:
    query = make_query(hashlib.sha512(b"other").digest(), 5)
    with pytest.raises(BindingError, match="another file"):
        verify(make_response(query, ALPHA, AT), query=query)


def test_a_response_does_not_answer_another_query() -> None:
    with pytest.raises(BindingError, match="nonce"):
        verify(make_response(QUERY, ALPHA, AT), query=make_query(IMPRINT, 6))


_IMPRINT_DER = tlv(0x30, algorithm(HASHES["sha512"], tlv(5)), tlv(4, IMPRINT))
QUERIES = {
    "empty": (b"", EnvelopeError),
    "bytes after it": (QUERY + b"\0", EnvelopeError),
    "cut off": (QUERY[:-1], EnvelopeError),
    "version 2": (tlv(0x30, number(2), _IMPRINT_DER, number(7)), EnvelopeError),
    "no nonce": (tlv(0x30, number(1), _IMPRINT_DER), EnvelopeError),
    "flag FALSE written out": (tlv(0x30, number(1), _IMPRINT_DER, number(7), b"\x01\x01\x00"), EnvelopeError),
    "extensions": (tlv(0x30, number(1), _IMPRINT_DER, number(7), tlv(0xA0, tlv(0x30))), EnvelopeError),
    "SHA-256": (
        tlv(0x30, number(1), tlv(0x30, algorithm(HASHES["sha256"]), tlv(4, bytes(32))), number(7)),
        SignatureError,
    ),
    "a set": (b"\x31" + QUERY[1:], EnvelopeError),
}


@pytest.mark.parametrize(("query", "error"), QUERIES.values(), ids=list(QUERIES))
def test_a_query_that_is_none_is_refused(query: bytes, error: type[VerificationError]) -> None:
    with pytest.raises(error):
        verify(make_response(QUERY, ALPHA, AT), query=query)


def test_a_query_is_read_as_it_was_made() -> None:
    assert read_query(make_query(IMPRINT, 1 << 159, "1.2.3.400"), "q") == (IMPRINT, 1 << 159, "1.2.3.400")


@pytest.mark.parametrize(("imprint", "nonce"), [(IMPRINT[:32], 1), (IMPRINT, 0), (IMPRINT, -1), (IMPRINT, 1 << 160)])
def test_a_query_that_makes_no_sense_is_not_made(imprint: bytes, nonce: int) -> None:
    with pytest.raises(ValueError, match="is"):
        make_query(imprint, nonce)


def test_a_wrong_length_of_imprint_is_the_caller_s_mistake() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        verify_response(QUERY, make_response(QUERY, ALPHA, AT), b"", pin(ALPHA))


RESPONSES = {
    "empty": b"",
    "the token alone": make_token(QUERY, ALPHA, AT, GOOD),
    "no token": tlv(0x30, tlv(0x30, number(0))),
    "bytes after it": make_response(QUERY, ALPHA, AT) + b"\x05\x00",
    "bytes inside after the token": tlv(0x30, tlv(0x30, number(0)), make_token(QUERY, ALPHA, AT, GOOD), tlv(5)),
    "text": b"<html>service unavailable</html>",
    "PEM": b"-----BEGIN PKCS7-----\n",
    "too large": tlv(0x30, tlv(4, bytes(1 << 16))),
}


@pytest.mark.parametrize("response", RESPONSES.values(), ids=list(RESPONSES))
def test_a_response_that_is_none_is_refused(response: bytes) -> None:
    with pytest.raises(EnvelopeError):
        verify(response)


def test_a_refusal_of_openssl_is_refused() -> None:
    query = make_query(IMPRINT, 9, "1.2.3.4")
    response = ALPHA.respond(query)
    with pytest.raises(SignatureError, match="rejected"):
        verify_response(query, response, IMPRINT, pin(ALPHA, policy="1.2.3.4"))
