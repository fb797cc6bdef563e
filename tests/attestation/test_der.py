"""Strict DER: one value has one spelling, and whatever is thrown at the reader it refuses in our words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from asn1crypto import core
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditor.attestation import der
from auditor.attestation.der import Element, Fields
from auditor.errors import EnvelopeError
from samples.authorities import KEYS, LocalAuthority
from tests.attestation.test_timestamp import AT, QUERY
from tests.attestation.tokens import make_response, tlv

TOKENS = [make_response(QUERY, LocalAuthority(KEYS, name), AT) for name in ("alpha", "beta")]
CERTIFICATES = [LocalAuthority(KEYS, name).certificate for name in ("alpha", "beta")]


def spelled(element: Element) -> bytes:
    """The element written again from its parts."""
    parts = [spelled(child) for child in element.children] if element.tag & 0x20 else [element.body]
    return der.encode(element.tag, *parts)


@pytest.mark.parametrize("data", [QUERY, *TOKENS, *CERTIFICATES])
def test_real_structures_are_read_and_written_the_same(data: bytes) -> None:
    assert spelled(der.parse(data, "it")) == data


GOOD = {
    "true": "0101ff",
    "false": "010100",
    "zero": "020100",
    "128": "02020080",
    "-128": "020180",
    "null": "0500",
    "oid": "06032a0304",
    "empty sequence": "3000",
    "empty set": "3100",
    "set in order": "3106020101020102",
    "set of equals": "3106020101020101",
    "empty bits": "030100",
    "bits": "03020780",
    "utf-8": "0c02c3a9",
    "utc time": "170d3236303230313030303030305a",
    "29 February": "180f32303234303232393030303030305a",
    "fraction": "181132303236303130313030303030302e315a",
    "127 octets": "047f" + "00" * 127,
    "128 octets": "048180" + "00" * 128,
    "256 octets": "04820100" + "00" * 256,
    "context": "a003020101",
    "context primitive": "8000",
}

BAD = {
    "nothing": "",
    "one octet": "30",
    "trailing": "050000",
    "length past the end": "0401",
    "inner length past the outer": "30030402ff",
    "indefinite": "30800000",
    "indefinite primitive": "04800000",
    "length FF": "04ff" + "00" * 127,
    "length of 126 octets": "04fe" + "00" * 130,
    "length of 4 octets": "048400000001ff",
    "negative length (32 bits)": "0484ffffffff",
    "negative length (64 bits)": "0488ffffffffffffffff",
    "oversized length": "0483ffffff",
    "length not shortest, 1": "048101ff",
    "length not shortest, 2": "04820001ff",
    "length not shortest, 127": "04817f" + "00" * 127,
    "length not shortest, 3": "0483000080" + "00" * 128,
    "length cut off": "0482ff",
    "boolean 1": "010101",
    "boolean empty": "0100",
    "boolean long": "0102ffff",
    "integer empty": "0200",
    "integer padded 0": "02020001",
    "integer padded FF": "0202ffff",
    "null with contents": "050100",
    "oid empty": "0600",
    "oid unfinished": "06022a83",
    "oid padded": "06032a8001",
    "oid padded first": "06028001",
    "oid of 65 octets": "0641" + "2a" * 65,
    "bits without count": "0300",
    "bits unused in none": "030101",
    "bits 8 unused": "03020880",
    "bits unused not zero": "03020781",
    "constructed octets": "2403040100",
    "constructed bits": "230403020780",
    "primitive sequence": "1000",
    "primitive set": "1100",
    "set out of order": "3106020102020101",
    "set out of order by tag": "31060401ff020101",
    "end of contents": "0000",
    "real": "0900",
    "enumerated": "0a0100",
    "external": "2800",
    "embedded pdv": "2b00",
    "relative oid": "0d0101",
    "long identifier": "1f8100",
    "long identifier, context": "bf810000",
    "application": "6100",
    "private": "c10100",
    "utf-8 broken": "0c01ff",
    "utf-8 overlong": "0c02c080",
    "utf-8 surrogate": "0c03eda080",
    "printable with @": "130140",
    "numeric with letter": "120141",
    "ia5 above 7f": "160180",
    "visible control": "1a0107",
    "bmp odd": "1e0100",
    "universal not by four": "1c03000000",
    "utc time without seconds": "170b323630323031303030305a",
    "utc time 30 February": "170d3236303233303030303030305a",
    "utc time with offset": "1711" + b"260201000000+0000".hex(),
    "time 29 February 2026": "180f32303236303232393030303030305a",
    "time comma": "181132303236303130313030303030302c315a",
    "time second 60": "180f" + b"20260101000060Z".hex(),
    "time in other digits": "1811" + b"2026010100000".hex() + "d9a0d9a05a",
    "fraction 0": "181132303236303130313030303030302e305a",
    "fraction empty": "1810" + b"20260101000000.Z".hex(),
}


@pytest.mark.parametrize("text", GOOD.values(), ids=list(GOOD))
def test_der_is_read(text: str) -> None:
    data = bytes.fromhex(text)
    assert spelled(der.parse(data, "it")) == data


@pytest.mark.parametrize("text", BAD.values(), ids=list(BAD))
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_anything_else_is_refused_at_any_depth(text: str, depth: int) -> None:
    data = bytes.fromhex(text)
    if not data and depth:
        return
    for _ in range(depth):
        data = tlv(0x30, data)
    with pytest.raises(EnvelopeError, match="not DER"):
        der.parse(data, "it")


def nested(depth: int) -> bytes:
    data = b"\x05\x00"
    for _ in range(depth):
        data = tlv(0x30, data)
    return data


def test_depth_is_bounded() -> None:
    der.parse(nested(der.MAX_DEPTH), "it")
    for depth in (der.MAX_DEPTH + 1, 1000, 16000):
        with pytest.raises(EnvelopeError, match="nested deeper"):
            der.parse(nested(depth), "it")


def test_a_bomb_of_indefinite_lengths_is_refused_at_once() -> None:
    with pytest.raises(EnvelopeError, match="indefinite"):
        der.parse(b"\x30\x80" * 30000, "it")


def test_size_is_bounded() -> None:
    largest = tlv(4, bytes(der.MAX_BYTES - 4))
    assert der.parse(largest, "it").raw == largest
    for data in (largest + b"\0", tlv(4, bytes(der.MAX_BYTES - 3)), bytes(1 << 22)):
        with pytest.raises(EnvelopeError, match="larger than"):
            der.parse(data, "it")


def test_many_small_values_are_read_whole() -> None:
    assert len(der.parse(tlv(0x30, b"\x05\x00" * 32000), "it").children) == 32000


@given(st.integers(-(1 << 200), 1 << 200))
@example(-129)
@example(-128)
@example(127)
@example(128)
def test_integers_agree_with_another_library(value: int) -> None:
    data = der.encode_integer(value)
    assert data == core.Integer(value).dump()
    assert der.integer(der.parse(data, "it")) == value


@given(
    st.tuples(st.integers(0, 1), st.integers(0, 39)) | st.tuples(st.just(2), st.integers(0, 1000)),
    st.lists(st.integers(0, 1 << 40), max_size=6),
)
def test_object_identifiers_agree_with_another_library(first: tuple[int, int], rest: list[int]) -> None:
    text = ".".join(map(str, (*first, *rest)))
    data = der.encode_oid(text)
    assert data == core.ObjectIdentifier(text).dump()
    assert der.oid(der.parse(data, "it")) == text


@given(st.datetimes(min_value=datetime(1000, 1, 1)))  # noqa: DTZ001 - hypothesis asks for a naive one
def test_times_agree_with_another_library(moment: object) -> None:
    assert isinstance(moment, datetime)
    fraction = f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else ""
    data = tlv(0x18, f"{moment:%Y%m%d%H%M%S}{fraction}Z".encode())
    microseconds = der.generalized_time(der.parse(data, "it"))
    whole = core.GeneralizedTime.load(data).native
    assert microseconds == (whole - datetime(1970, 1, 1, tzinfo=UTC)) // (whole.resolution)


TAGS = st.sampled_from([1, 2, 3, 4, 5, 6, 0x0C, 0x13, 0x17, 0x18, 0x30, 0x31, 0xA0, 0xA1, 0x80, 0x24, 0x1F, 0x09])
VALUES = st.recursive(
    st.builds(lambda tag, body: tlv(tag, body), TAGS, st.binary(max_size=24)),
    lambda inner: st.builds(lambda tag, parts: tlv(tag, *parts), TAGS, st.lists(inner, max_size=5)),
    max_leaves=20,
)


@given(st.binary(max_size=200) | VALUES)
@settings(max_examples=1500, deadline=None)
def test_anything_is_read_whole_or_refused(data: bytes) -> None:
    try:
        element = der.parse(data, "it")
    except EnvelopeError:
        return
    assert spelled(element) == data


@given(st.sampled_from([QUERY, *TOKENS, *CERTIFICATES]), st.data())
@settings(max_examples=800, deadline=None)
def test_a_damaged_structure_is_read_whole_or_refused(data: bytes, draw: st.DataObject) -> None:
    damaged = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 4))):
        start = draw.draw(st.integers(0, len(damaged)))
        end = draw.draw(st.integers(start, min(len(damaged), start + 8)))
        damaged[start:end] = draw.draw(st.binary(max_size=8))
    try:
        element = der.parse(bytes(damaged), "it")
    except EnvelopeError:
        return
    assert spelled(element) == bytes(damaged)


def fields(*parts: bytes) -> Fields:
    return Fields(der.parse(tlv(0x30, *parts), "it"), "it")


def test_fields_are_taken_in_order() -> None:
    two = fields(b"\x02\x01\x07", b"\x05\x00")
    assert two.optional(5) is None
    assert der.integer(two.take(2)) == 7
    assert two.take(5).body == b""
    two.end()


def test_fields_refuse_what_is_missing_other_or_left() -> None:
    with pytest.raises(EnvelopeError, match="got nothing"):
        fields().take(2)
    with pytest.raises(EnvelopeError, match="identifier 0x02"):
        fields(b"\x05\x00").take(2)
    with pytest.raises(EnvelopeError, match="not known here"):
        fields(b"\x05\x00").end()
    with pytest.raises(EnvelopeError, match="1 to 2 values"):
        fields(*[b"\x05\x00"] * 3).all(5, most=2)
    with pytest.raises(EnvelopeError, match="1 to 16 values"):
        fields().all(5)
    with pytest.raises(EnvelopeError, match="is due"):
        fields(b"\x05\x00", b"\x02\x01\x00").all(5)
    with pytest.raises(EnvelopeError, match="not known here"):
        fields(b"\xa0\x04\x05\x00\x05\x00").explicit(0, 5)
    with pytest.raises(EnvelopeError, match="got nothing"):
        fields(b"\xa0\x00").explicit(0, 5)
