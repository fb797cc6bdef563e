"""No octet of a query or a response can be changed unnoticed, and no other spelling of either is taken."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from asn1crypto import cms, tsp
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.attestation.timestamp import make_query, verify_response
from auditor.errors import BindingError, EnvelopeError, SignatureError, TrustError, UnverifiableError, VerificationError
from auditor.jobs.timestamp import keep
from samples.authorities import LocalAuthority
from tests.attestation.test_timestamp import ALPHA, AT, BETA, IMPRINT, LOCAL, QUERY, pin, verify
from tests.attestation.tokens import Changes, make_response, tlv

ANSWERS = [make_response(QUERY, local, AT) for local in (ALPHA, BETA)]
BOTH = pytest.mark.parametrize("local", LOCAL.values(), ids=list(LOCAL))


def refused(response: bytes, local: LocalAuthority, query: bytes = QUERY) -> bool:
    try:
        verify_response(query, response, IMPRINT, pin(local))
    except VerificationError:
        return True
    return False


@BOTH
def test_every_bit_of_a_response_matters(local: LocalAuthority) -> None:
    response = make_response(QUERY, local, AT, Changes(accuracy=tlv(0x30, tlv(2, b"\x01"), b"\x80\x01\x05")))
    assert not refused(response, local)
    accepted = []
    for offset in range(len(response)):
        for bit in range(8):
            flipped = bytearray(response)
            flipped[offset] ^= 1 << bit
            if not refused(bytes(flipped), local):
                accepted.append((offset, bit))
    assert accepted == []


@BOTH
def test_every_octet_of_a_response_of_openssl_with_its_certificate_matters(local: LocalAuthority) -> None:
    response = local.respond(QUERY)
    assert not refused(response, local)
    for offset in range(len(response)):
        for other in {0x00, 0xFF, response[offset] ^ 0x01, response[offset] ^ 0x20} - {response[offset]}:
            assert refused(response[:offset] + bytes([other]) + response[offset + 1 :], local), offset


def test_every_bit_of_a_query_matters() -> None:
    query = make_query(IMPRINT, 0x1234567890ABCDEF, ALPHA.policy)
    response = make_response(query, ALPHA, AT)
    for offset in range(len(query)):
        for bit in range(8):
            flipped = bytearray(query)
            flipped[offset] ^= 1 << bit
            assert refused(response, ALPHA, bytes(flipped)), (offset, bit)


@BOTH
def test_every_truncation_and_repetition_is_refused(local: LocalAuthority) -> None:
    response = make_response(QUERY, local, AT)
    for end in range(len(response)):
        assert refused(response[:end], local)
        assert refused(response + response[end:], local)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_splices_of_two_authorities_answers_are_refused(data: st.DataObject) -> None:
    one, two = ANSWERS
    cut, resume = data.draw(st.integers(1, len(one) - 1)), data.draw(st.integers(1, len(two) - 1))
    for local in (ALPHA, BETA):
        spliced = one[:cut] + two[resume:]
        assert spliced in (one, two) or refused(spliced, local)


def damage(data: bytes, draw: st.DataObject) -> bytes:
    damaged = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 3))):
        start = draw.draw(st.integers(0, len(damaged)))
        end = draw.draw(st.integers(start, min(len(damaged), start + 6)))
        damaged[start:end] = draw.draw(st.binary(max_size=6))
    return bytes(damaged)


@given(st.sampled_from([ALPHA, BETA]), st.data())
@settings(max_examples=500, deadline=None)
def test_a_damaged_response_is_refused_in_our_words(local: LocalAuthority, draw: st.DataObject) -> None:
    whole = ANSWERS[local is BETA]
    damaged = damage(whole, draw)
    assert damaged == whole or refused(damaged, local)
    try:
        keep(damaged, local.certificate)
    except EnvelopeError:
        return


@given(st.data())
@settings(max_examples=500, deadline=None)
def test_damage_that_the_authority_itself_signed_changes_at_most_what_is_told(draw: st.DataObject) -> None:
    response = make_response(QUERY, BETA, AT, Changes(info=lambda info: damage(info, draw)))
    try:
        stamp = verify(response, BETA)
    except VerificationError:
        return
    assert (stamp.authority, stamp.operator) == ("beta", BETA.operator)
    assert pin(BETA).not_before <= stamp.time < pin(BETA).not_after


@given(st.data())
@settings(max_examples=500, deadline=None)
def test_a_damaged_pin_is_refused_in_our_words(draw: st.DataObject) -> None:
    certificate = damage(ALPHA.certificate, draw)
    if certificate == ALPHA.certificate:
        return
    with pytest.raises((VerificationError, UnverifiableError)):
        verify_response(QUERY, ANSWERS[0], IMPRINT, pin(ALPHA, certificate))


def test_parts_of_two_answers_of_one_authority_do_not_mix() -> None:
    """The signed attributes and signature of one answer, the content of another, both genuine."""
    one, two = (tsp.TimeStampResp.load(make_response(QUERY, ALPHA, at)) for at in (AT, AT + 1_000_000))
    signed, other = one["time_stamp_token"]["content"], two["time_stamp_token"]["content"]
    signed["encap_content_info"] = other["encap_content_info"]
    with pytest.raises(SignatureError, match="not what was signed"):
        verify(one.dump(force=True))
    other["signer_infos"] = one["time_stamp_token"]["content"]["signer_infos"]
    with pytest.raises(SignatureError, match="not what was signed"):
        verify(two.dump(force=True))


def indefinite(der: bytes) -> bytes:
    """The outermost value with an indefinite length (BER)."""
    return bytes([der[0], 0x80]) + der[header(der) :] + b"\0\0"


def header(der: bytes) -> int:
    return 2 if der[1] < 0x80 else 2 + (der[1] & 0x7F)


def long_form(der: bytes) -> bytes:
    size = len(der) - header(der)
    return bytes([der[0], 0x84]) + size.to_bytes(4) + der[header(der) :]


def spellings(response: bytes) -> Iterator[tuple[str, bytes]]:
    """Other encodings of the same values."""
    yield "indefinite outside", indefinite(response)
    yield "long length outside", long_form(response)
    yield "three octets of length", bytes([response[0], 0x83, 0]) + response[2:]
    octets = response.index(b"\x04\x40" + IMPRINT)
    yield "imprint in long form", lengthen(response, octets, b"\x04\x81\x40")
    status = response.index(b"\x30\x03\x02\x01\x00")
    yield "status of two octets", lengthen(response, status, b"\x30\x04\x02\x02\x00\x00", 5)
    yield "status with long length", lengthen(response, status, b"\x30\x04\x02\x81\x01\x00", 5)


def lengthen(response: bytes, start: int, replacement: bytes, replaced: int = 2) -> bytes:
    """`replacement` at `start`, and the outermost length made right (inner ones are for the reader to refuse)."""
    body = response[header(response) : start] + replacement + response[start + replaced :]
    return tlv(response[0], body)


@BOTH
def test_ber_is_refused(local: LocalAuthority) -> None:
    response = make_response(QUERY, local, AT)
    for name, spelled in spellings(response):
        assert spelled != response
        with pytest.raises(EnvelopeError):
            verify(spelled, local)
        assert name


def test_content_in_a_constructed_octet_string_is_refused() -> None:
    parsed = tsp.TimeStampResp.load(make_response(QUERY, ALPHA, AT))
    content = parsed["time_stamp_token"]["content"]["encap_content_info"]["content"].contents
    plain = tlv(4, content)
    pieces = tlv(0x24, tlv(4, content[:10]), tlv(4, content[10:]))
    response = make_response(QUERY, ALPHA, AT)
    broken = response.replace(tlv(0xA0, plain), tlv(0xA0, pieces))
    assert broken != response
    with pytest.raises(EnvelopeError):
        verify(broken)


def test_another_spelling_of_an_ecdsa_signature_is_refused() -> None:
    # One octet more before r, lengths made right: BER that lenient readers take.
    def pad(signature: bytes) -> bytes:
        size = signature[3]
        return tlv(0x30, tlv(2, b"\0" + signature[4 : 4 + size]), signature[4 + size :])

    with pytest.raises(SignatureError):
        verify(make_response(QUERY, BETA, AT, Changes(signature=pad)), BETA)


def test_certificates_can_be_left_out_and_nothing_else_put_in() -> None:
    parsed = tsp.TimeStampResp.load(ALPHA.respond(QUERY))
    signed = parsed["time_stamp_token"]["content"]
    assert len(signed["certificates"]) == 1
    signed["certificates"] = cms.CertificateSet([])
    with pytest.raises(TrustError, match="not the pinned one"):
        verify(parsed.dump(force=True))
    del signed["certificates"]
    assert verify(parsed.dump(force=True)).authority == "alpha"


def test_an_answer_to_the_same_question_asked_before_is_not_this_one() -> None:
    earlier = make_query(IMPRINT, 1)
    response = make_response(earlier, ALPHA, AT - 10**12)
    with pytest.raises(BindingError, match="nonce"):
        verify(response)
