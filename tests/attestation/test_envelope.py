"""The envelope: the DSSE test vector, and every other spelling of the same envelope refused."""

from __future__ import annotations

import json

import pytest

from auditor.attestation.envelope import (
    MAX_ENVELOPE_BYTES,
    PAYLOAD_TYPE,
    TRUST_ROOT_TYPE,
    Signature,
    encode_envelope,
    pae,
    parse_envelope,
)
from auditor.canon.json import canonical_bytes
from auditor.errors import EnvelopeError


def test_pae_of_the_dsse_protocol_document() -> None:
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert pae("http://example.com/HelloWorld", b"hello world") == expected


def test_pae_counts_bytes_not_characters() -> None:
    assert pae("é", "ü".encode()) == b"DSSEv1 2 \xc3\xa9 2 \xc3\xbc"


def test_pae_of_nothing() -> None:
    assert pae("", b"") == b"DSSEv1 0  0 "


def test_an_envelope_reads_back(desk) -> None:
    envelope = parse_envelope(desk.report)
    assert envelope.payload == desk.payload("ada")
    assert [one.keyid for one in envelope.signatures] == sorted(desk.keyids["ada"])
    assert envelope.signed_bytes() == pae(PAYLOAD_TYPE, envelope.payload)


def test_the_order_of_signatures_given_does_not_matter() -> None:
    pair = [Signature(f"sha256:{c * 64}", b"sig") for c in "ab"]
    assert encode_envelope(b"{}", pair) == encode_envelope(b"{}", pair[::-1])


def test_a_trust_root_is_not_a_statement_and_a_statement_is_no_trust_root() -> None:
    signature = Signature(f"sha256:{1:064x}", b"sig")
    root = encode_envelope(b"{}", [signature], TRUST_ROOT_TYPE)
    assert parse_envelope(root, TRUST_ROOT_TYPE).signed_bytes() == pae(TRUST_ROOT_TYPE, b"{}")
    with pytest.raises(EnvelopeError, match=r"must be one of application/vnd.in-toto"):
        parse_envelope(root)
    with pytest.raises(EnvelopeError, match=r"must be one of application/vnd.dc-attest.trust-root"):
        parse_envelope(encode_envelope(b"{}", [signature]), TRUST_ROOT_TYPE)


@pytest.mark.parametrize(
    ("keyid", "sig", "problem"),
    [("ada", b"sig", "key id"), (f"sha256:{1:064x}", b"", "base64 text"), (f"sha256:{1:064x}", b"x" * 8193, "longer")],
)
def test_an_envelope_that_would_not_be_read_is_not_written(keyid, sig, problem) -> None:
    with pytest.raises(EnvelopeError, match=problem):
        encode_envelope(b"{}", [Signature(keyid, sig)])


@pytest.mark.parametrize(
    "payload",
    ['e30="', 'e30=","payload":"e30=', "e30=\\", "e\\u0033" + "0=", "e30=\n", "e30\x00", "e30é", "e30=\ud800"],
)
def test_nothing_hides_in_the_payload_that_is_not_read_as_json(desk, payload) -> None:
    """The payload is cut out before the rest is parsed; whatever stands there, the whole must be one spelling."""
    genuine = desk.envelope()["payload"].encode()
    spelled = desk.report.replace(genuine, payload.encode("utf-8", "surrogatepass"))
    with pytest.raises(EnvelopeError):
        parse_envelope(spelled)


@pytest.mark.parametrize(
    ("pointer", "value", "problem"),
    [
        ("/payload", ..., "missing"),
        ("/payloadType", ..., "missing"),
        ("/signatures", ..., "missing"),
        ("/extra", 1, "unknown member"),
        ("/signatures/0/cert", "x", "unknown member"),
        ("/signatures/0/keyid", ..., "missing"),
        ("/signatures/0/sig", ..., "missing"),
        ("/signatures", [], "1 to 64 items"),
        ("/signatures", {}, "must be an array"),
        ("/signatures/0", "x", "must be an object"),
        ("/payload", 7, "base64 text"),
        ("/payload", "", "base64 text"),
        ("/payload", "e30", "standard base64"),
        ("/payload", "e30=\n", "standard base64"),
        ("/payload", "e3\n0=", "standard base64"),
        ("/payload", "_-8=", "standard base64"),
        ("/payload", "e30=e30=", "standard base64"),
        ("/payload", "ée30", "standard base64"),
        ("/payload", "e31=", "canonical form"),
        ("/signatures/0/sig", "AB==", "canonical form"),
        ("/signatures/0/sig", "A" * 11000, "longer than"),
        ("/payloadType", "application/vnd.in-toto+json ", "must be one of"),
        ("/payloadType", "application/vnd.in-toto.results+json", "must be one of"),
        ("/payloadType", "application/json", "must be one of"),
        ("/payloadType", ["application/vnd.in-toto+json"], "must be one of"),
        ("/signatures/0/keyid", "ada", "must be a key id"),
        ("/signatures/0/keyid", "sha256:" + "A" * 64, "must be a key id"),
        ("/signatures/0/keyid", "SHA256:" + "a" * 64, "must be a key id"),
        ("/signatures/0/keyid", "sha256:" + "a" * 63, "must be a key id"),
        ("/signatures/0/keyid", None, "must be a key id"),
    ],
)
def test_a_bent_envelope_is_refused(desk, bend, pointer, value, problem) -> None:
    with pytest.raises(EnvelopeError, match=problem):
        parse_envelope(canonical_bytes(bend(desk.envelope(), pointer, value)))


def test_signatures_out_of_order_are_refused(desk) -> None:
    document = desk.envelope(desk.signed_by("ada", "ben"))
    document["signatures"].reverse()
    with pytest.raises(EnvelopeError, match="ordered by key id"):
        parse_envelope(canonical_bytes(document))


def test_a_key_id_given_twice_is_refused(desk) -> None:
    document = desk.envelope()
    document["signatures"].insert(1, document["signatures"][0])
    with pytest.raises(EnvelopeError, match="each key id once") as caught:
        parse_envelope(canonical_bytes(document))
    assert caught.value.place == "envelope /signatures/1"


def test_more_than_64_signatures_are_refused() -> None:
    many = [Signature(f"sha256:{index:064x}", b"sig") for index in range(65)]
    assert len(parse_envelope(encode_envelope(b"{}", many[:64])).signatures) == 64
    with pytest.raises(EnvelopeError, match="1 to 64 items"):
        encode_envelope(b"{}", many)


@pytest.mark.parametrize(
    "spelled",
    [
        pytest.param(lambda d: json.dumps(d).encode(), id="blanks"),
        pytest.param(lambda d: canonical_bytes(d) + b"\n", id="newline at the end"),
        pytest.param(lambda d: b" " + canonical_bytes(d), id="blank in front"),
        pytest.param(lambda d: b"\xef\xbb\xbf" + canonical_bytes(d), id="byte order mark"),
        pytest.param(lambda d: canonical_bytes(d).decode().encode("utf-16"), id="UTF-16"),
        pytest.param(lambda d: canonical_bytes(d).replace(b'"sig"', b'"\\u0073ig"'), id="escaped name"),
        pytest.param(lambda d: json.dumps(dict(reversed(d.items())), separators=(",", ":")).encode(), id="order"),
        pytest.param(lambda d: canonical_bytes(d)[:-1] + b',"payload":"e30="}', id="payload twice"),
        pytest.param(lambda d: canonical_bytes(d).replace(b'"keyid"', b'"sig":"AA==","keyid"'), id="sig twice"),
        pytest.param(lambda d: canonical_bytes(d) + canonical_bytes(d), id="two envelopes"),
        pytest.param(lambda d: canonical_bytes([d]), id="an array around it"),
        pytest.param(lambda d: b"", id="nothing"),
        pytest.param(lambda d: b"null", id="null"),
        pytest.param(lambda d: b"\xff\xfe\x00", id="not text"),
        pytest.param(lambda d: b"[" * 10_000, id="10,000 deep, open"),
        pytest.param(lambda d: b'{"a":' * 10_000 + b"1" + b"}" * 10_000, id="10,000 deep, closed"),
        pytest.param(lambda d: b"0" * (MAX_ENVELOPE_BYTES + 1), id="huge"),
        pytest.param(lambda d: b"9" * 100_000, id="a number of 100,000 digits"),
    ],
)
def test_another_spelling_is_refused(desk, spelled) -> None:
    with pytest.raises(EnvelopeError):
        parse_envelope(spelled(desk.envelope()))
