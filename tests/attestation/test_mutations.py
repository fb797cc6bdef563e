"""Every byte counts: flipped, cut, inserted or rearranged, a report is refused, and never with a stray exception."""

from __future__ import annotations

import base64
import contextlib
import json

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from auditor.canon.json import canonical_bytes
from auditor.errors import TrustError, UnverifiableError, VerificationError


def refused(desk, report: bytes) -> bool:
    """True if the verifier refuses; any other exception goes up and fails the test."""
    try:
        desk.verify(report)
    except VerificationError:
        return True
    return False


def flips(data: bytes):
    """(position, bit, changed bytes) for every bit of every byte."""
    for position in range(len(data)):
        for bit in range(8):
            yield position, bit, data[:position] + bytes([data[position] ^ 1 << bit]) + data[position + 1 :]


def test_every_bit_of_the_report(desk) -> None:
    survivors = [(position, bit) for position, bit, bent in flips(desk.report) if not refused(desk, bent)]
    assert survivors == []


def test_every_byte_of_the_payload_signed_anew_by_nobody(desk) -> None:
    document = desk.envelope()
    payload = base64.b64decode(document["payload"])
    for position in range(len(payload)):
        bent = payload[:position] + bytes([payload[position] ^ 1]) + payload[position + 1 :]
        assert refused(desk, canonical_bytes({**document, "payload": base64.b64encode(bent).decode()})), position


def test_every_length_of_the_report(desk) -> None:
    assert [size for size in range(len(desk.report)) if not refused(desk, desk.report[:size])] == []


def test_every_byte_doubled_or_left_out(desk) -> None:
    report = desk.report
    for position in range(len(report)):
        assert refused(desk, report[:position] + report[position + 1 :]), position
        assert refused(desk, report[: position + 1] + report[position:]), position


def test_the_trust_policy_flipped_is_refused_or_accepts_the_same(desk) -> None:
    """One bit of each byte of the verifier's own file, which nothing signs.

    Asserted: either the verifier refuses with one of its own errors, or it accepts, from the same bytes, the same
    principals in the same roles with the same keys. What the flip may change without being seen is what the
    verifier wrote for people (name, organisation, reason), dates that still include `at`, and blanks; for
    that the verified report carries the digest of the policy it was judged by, which always differs.
    """
    trust = json.dumps(desk.trust_document("ada", "ben")).encode()
    good = desk.verify(trust=trust)
    facts = [(one.principal, one.role, one.keyid) for one in good.signers]
    accepted = 0
    for position in range(len(trust)):
        bent = trust[:position] + bytes([trust[position] ^ 1]) + trust[position + 1 :]
        try:
            report = desk.verify(trust=bent)
        except VerificationError:
            continue
        accepted += 1
        assert report.payload == good.payload
        assert report.envelope_digest == good.envelope_digest
        assert [(one.principal, one.role, one.keyid) for one in report.signers] == facts
        assert report.trust_digest != good.trust_digest
    assert 0 < accepted < len(trust) // 4


def test_every_length_of_the_trust_policy(desk) -> None:
    whole = json.dumps(desk.trust_document()).encode()
    for size in range(len(whole)):
        with contextlib.suppress(TrustError, UnverifiableError):
            desk.verify(trust=whole[:size])
            raise AssertionError(f"accepted the first {size} bytes")


BYTES = st.binary(min_size=0, max_size=6)


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_no_random_edit_of_the_bytes_verifies(desk, data) -> None:
    report = desk.report
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(report)))
        end = data.draw(st.integers(start, min(len(report), start + 8)))
        report = report[:start] + data.draw(BYTES) + report[end:]
    assume(report != desk.report)
    assert refused(desk, report)


LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner), max_leaves=4
)


def places(value, way=()):
    yield way
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*way, key))


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_random_edit_of_the_document_verifies(desk, data) -> None:
    document = {"envelope": desk.envelope(desk.signed_by("ada"))}
    document["envelope"]["payload"] = json.loads(base64.b64decode(document["envelope"]["payload"]))
    before = json.dumps(document)
    way = data.draw(st.sampled_from([way for way in places(document) if way]))
    inner = document
    for key in way[:-1]:
        inner = inner[key]
    inner[way[-1]] = data.draw(VALUES)
    assume(json.dumps(document) != before)
    envelope = document["envelope"]
    if isinstance(envelope, dict) and "payload" in envelope:
        envelope["payload"] = base64.b64encode(canonical_bytes(envelope["payload"])).decode()
    assert refused(desk, canonical_bytes(envelope))
