"""Every byte counts: flipped, cut, inserted or rearranged, a report is refused, and never with a stray exception."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from auditor.attestation.accept import Judged, accept
from auditor.attestation.envelope import parse_envelope
from auditor.attestation.roles import Kind
from auditor.attestation.root import parse_root
from auditor.attestation.sign import sign_statement
from auditor.attestation.statements.act import make_act_statement
from auditor.attestation.statements.seal import make_seal_statement
from auditor.attestation.statements.status import StatusEntry, make_status_statement
from auditor.canon.json import canonical_bytes
from auditor.errors import UnverifiableError, VerificationError


class Gate:
    """The verifier with its trust root read once; `refuses` lets any exception but a refusal go up."""

    def __init__(self, desk, kind: Kind = Kind.RESULTS) -> None:
        self.kind = kind
        self.judged = Judged(desk.at)
        self.root = parse_root(desk.trust_for("ada", "ben", "sal", "gov"))

    def refuses(self, envelope: bytes) -> bool:
        try:
            accept(envelope, self.kind, self.root, self.judged)
        except VerificationError:
            return True
        return False


def flipped(data: bytes, position: int, bit: int) -> bytes:
    return data[:position] + bytes([data[position] ^ 1 << bit]) + data[position + 1 :]


def test_a_flip_at_every_position_of_the_report(desk) -> None:
    gate = Gate(desk)
    assert not gate.refuses(desk.report)
    assert [p for p in range(len(desk.report)) if not gate.refuses(flipped(desk.report, p, p % 8))] == []


def test_every_bit_of_all_but_the_long_signature(desk) -> None:
    gate = Gate(desk)
    document = desk.envelope()
    long = max((one["sig"] for one in document["signatures"]), key=len).encode()
    start = desk.report.index(long)
    around = [p for p in range(len(desk.report)) if not start + 40 <= p < start + len(long) - 40]
    survivors = [(p, bit) for p in around for bit in range(8) if not gate.refuses(flipped(desk.report, p, bit))]
    assert survivors == []


def test_every_byte_of_the_payload_signed_anew_by_nobody(desk) -> None:
    gate = Gate(desk)
    document = desk.envelope()
    payload = base64.b64decode(document["payload"])
    for position in range(len(payload)):
        bent = base64.b64encode(flipped(payload, position, 0)).decode()
        assert gate.refuses(canonical_bytes({**document, "payload": bent})), position


def test_every_byte_of_both_signatures_written_properly(desk) -> None:
    """Flipped before it is encoded, so that nothing but the signature itself is wrong."""
    gate = Gate(desk)
    document = desk.envelope()
    for one in document["signatures"]:
        genuine, sig = one["sig"], base64.b64decode(one["sig"])
        for position in range(0, len(sig), 1 if len(sig) < 200 else 13):
            one["sig"] = base64.b64encode(flipped(sig, position, position % 8)).decode()
            assert gate.refuses(canonical_bytes(document)), (one["keyid"], position)
        one["sig"] = genuine
    assert not gate.refuses(canonical_bytes(document))


def test_every_length_of_the_report(desk) -> None:
    gate = Gate(desk)
    assert [size for size in range(len(desk.report)) if not gate.refuses(desk.report[:size])] == []


def test_every_byte_doubled_or_left_out(desk) -> None:
    gate = Gate(desk)
    report = desk.report
    for position in range(len(report)):
        assert gate.refuses(report[:position] + report[position + 1 :]), position
        assert gate.refuses(report[: position + 1] + report[position:]), position


def test_a_flip_in_every_other_kind_of_statement(desk) -> None:
    made = {
        Kind.ACT: make_act_statement(
            report="d4" * 64, act="acknowledge", at=desk.at, reason="Received.", signers=desk.declared("gov")
        ),
        Kind.SEAL: make_seal_statement(
            stage="evidence", package=None, sealed_at=desk.at, subjects=[("bundle", "d4" * 32)],
            signers=desk.declared("sal"),
        ),
        Kind.STATUS: make_status_statement(
            version=1, issued_at=desk.at, entries=[StatusEntry("d4" * 64, "withdrawn", desk.at, "why")],
            signers=desk.declared("ada"),
        ),
    }  # fmt: skip
    for kind, payload in made.items():
        gate = Gate(desk, kind)
        envelope = sign_statement(payload, desk.keys_of({Kind.ACT: "gov", Kind.SEAL: "sal", Kind.STATUS: "ada"}[kind]))
        assert not gate.refuses(envelope)
        for position in range(0, len(envelope), 7):
            assert gate.refuses(flipped(envelope, position, position % 8)), (kind, position)


def test_the_trust_root_flipped_is_refused(desk) -> None:
    """It is signed by its holder, so no flip survives; ignoring a signature by an unknown key cannot help here."""
    trust = desk.trust_for("ada")
    for position in range(0, len(trust), 11):
        with contextlib.suppress(VerificationError, UnverifiableError):
            desk.verify(trust=flipped(trust, position, position % 8))
            raise AssertionError(position)


def test_every_length_of_the_trust_root(desk) -> None:
    trust = desk.trust_for("ada")
    for size in range(0, len(trust), 17):
        with contextlib.suppress(VerificationError, UnverifiableError):
            desk.verify(trust=trust[:size])
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
    assert Gate(desk).refuses(report)


@settings(max_examples=300, deadline=None)
@given(junk=st.binary(max_size=400))
def test_no_bytes_at_all_crash_the_envelope(junk) -> None:
    for data in (junk, b'{"payload":"' + junk, b'{"payload":"e30=' + junk, b'{"payload":"e30="' + junk):
        with contextlib.suppress(VerificationError):
            parse_envelope(data)


LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner), max_leaves=4
)


def places(value, way=()):
    yield way
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*way, key))


def changed(data, document):
    """`document` with one of its places replaced by something else."""
    before = json.dumps(document)
    way = data.draw(st.sampled_from([way for way in places(document) if way]))
    inner = document
    for key in way[:-1]:
        inner = inner[key]
    inner[way[-1]] = data.draw(VALUES)
    assume(json.dumps(document) != before)
    return document


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_random_edit_of_the_document_verifies(desk, data) -> None:
    envelope = desk.envelope(desk.report)
    envelope["payload"] = json.loads(base64.b64decode(envelope["payload"]))
    envelope = changed(data, {"envelope": envelope})["envelope"]
    if isinstance(envelope, dict) and "payload" in envelope:
        envelope["payload"] = base64.b64encode(canonical_bytes(envelope["payload"])).decode()
    assert Gate(desk).refuses(canonical_bytes(envelope))


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_random_edit_of_the_statement_is_taken_for_more_than_it_says(desk, data) -> None:
    """Ada signs anything Mallory writes: what is accepted is exactly what is in the bytes that were signed."""
    document = changed(data, {"statement": desk.statement()})["statement"]
    envelope = desk.sign_raw(canonical_bytes(document))
    try:
        report = desk.verify(envelope)
    except VerificationError:
        return
    assert report.payload == canonical_bytes(document)
    assert report.results == document["predicate"]["results"]
    assert report.digest_of("results") == hashlib.sha256(canonical_bytes(report.results)).hexdigest()
