"""Rows 1 to 6, 16 and 26 of the threat table, each attacked once more in its own words; the files beside this one go
through every case."""

from __future__ import annotations

import base64
import json

import pytest

from auditor.attestation.envelope import TRUST_ROOT_TYPE, encode_envelope
from auditor.attestation.roles import DECLARATIONS, Kind
from auditor.attestation.statements.common import DeclaredSigner, Subject
from auditor.attestation.statements.verification import Verifier, make_verification_statement
from auditor.canon.instant import parse_instant
from auditor.canon.json import canonical_bytes
from auditor.errors import EnvelopeError, SignatureError, StatementError, TrustError


@pytest.fixture(scope="module")
def trust(desk) -> bytes:
    return desk.trust_for("ada", "ben", "cyd", "una")


@pytest.fixture(scope="module")
def report(desk) -> bytes:
    return desk.signed_by("ada", "ben", "cyd")


def replaced(desk, report: bytes, old: bytes, new: bytes) -> bytes:
    """The envelope with `old` in its payload replaced, whatever its signatures say."""
    document = desk.envelope(report)
    payload = base64.b64decode(document["payload"])
    assert old in payload
    return canonical_bytes({**document, "payload": base64.b64encode(payload.replace(old, new)).decode()})


def test_row_01_a_finding_changed_after_signing(desk, report, trust) -> None:
    assert desk.verify(report, trust)
    for old, new in ((b'"satisfied"', b'"not-satisfied"'), (b"X-1", b"X-2"), (b"2026-10-01", b"2026-09-01")):
        with pytest.raises(SignatureError, match="does not verify"):
            desk.verify(replaced(desk, report, old, new), trust)


@pytest.mark.parametrize("index", [0, 1], ids=["classical", "post-quantum"])
def test_row_02_one_algorithm_stripped_or_forged(desk, trust, index) -> None:
    payload = desk.payload("ada")
    pair = desk.signatures(payload, "ada")
    with pytest.raises(SignatureError, match="one of two keys"):
        desk.verify(encode_envelope(payload, [pair[1 - index]]), trust)
    forged = pair[index]._replace(sig=desk.signatures(payload, "mallory")[index].sig)
    with pytest.raises(SignatureError, match="does not verify"):
        desk.verify(encode_envelope(payload, [forged, pair[1 - index]]), trust)


@pytest.mark.parametrize("index", [0, 1], ids=["classical", "post-quantum"])
def test_row_02_the_declaration_stripped_as_well(desk, bend, trust, index) -> None:
    """The payload is written anew to declare one key only, and signed with it: the shape has room for pairs alone."""
    document = bend(desk.statement(), f"/predicate/signers/0/keyids/{1 - index}", ...)
    payload = canonical_bytes(document)
    with pytest.raises(StatementError, match="2 to 2 items"):
        desk.verify(encode_envelope(payload, [desk.signatures(payload, "ada")[index]]), trust)


def test_row_03_one_person_in_two_roles_or_under_two_names(desk, bend, trust) -> None:
    twice = bend(desk.statement("ada"), "/predicate/signers/-", desk.statement("ben")["predicate"]["signers"][0])
    again = bend(twice, "/predicate/signers/1/principal", "urn:example:ada")
    with pytest.raises(StatementError, match="declared twice"):
        desk.verify(desk.sign_raw(again, "ada", "ben"), trust)
    alias = bend(twice, "/predicate/signers/1/keyids", list(desk.keyids["ada"]))
    with pytest.raises(StatementError, match="declared twice"):
        desk.verify(desk.sign_raw(alias, "ada"), trust)
    shared = desk.trust_document("ada", "ben")
    shared["principals"][1]["keys"] = shared["principals"][0]["keys"]
    with pytest.raises(TrustError, match="given twice"):
        desk.sign_trust(shared)


def test_row_03_two_assessors_are_two_people(desk) -> None:
    trust = desk.trust_document("ada", "una")
    trust["thresholds"]["assessment-results"]["assessor"] = 2
    assert desk.verify(desk.signed_by("ada", "una"), trust)
    with pytest.raises(SignatureError, match="asks for 2"):
        desk.verify(desk.signed_by("ada"), trust)


def test_row_04_the_facility_signs_as_assessor(desk, trust) -> None:
    report = desk.sign_raw(desk.payload_for(desk.declared(cyd="assessor")), "cyd")
    with pytest.raises(TrustError, match="may not sign in the role assessor"):
        desk.verify(report, trust)
    granted = desk.trust_document("ada", "cyd")
    granted["principals"][1]["roles"] = ["assessor", "responsible-official"]
    with pytest.raises(TrustError):
        desk.sign_trust(granted)


def test_row_04_the_facilitys_own_firm_as_assessor(desk) -> None:
    """The assessor and the official are two people of one firm; the verifier's root keeps the roles apart."""
    document = desk.trust_document("ada", "ben", separation=[["assessor", "technical-reviewer"]])
    with pytest.raises(TrustError, match="keeps apart"):
        desk.verify(desk.signed_by("ada", "ben"), document)


def test_row_05_other_types_under_the_same_signatures(desk, report, trust) -> None:
    payload = desk.payload("ada")
    other = desk.signatures(payload, "ada", TRUST_ROOT_TYPE)
    with pytest.raises(SignatureError, match="does not verify"):
        desk.verify(encode_envelope(payload, other), trust)
    with pytest.raises(EnvelopeError, match="must be one of"):
        desk.verify(canonical_bytes({**desk.envelope(report), "payloadType": "application/json"}), trust)
    with pytest.raises(EnvelopeError, match="must be one of"):
        desk.verify(report, report)


def test_row_05_another_predicate_under_genuine_signatures(desk, bend, trust) -> None:
    verdict = make_verification_statement(
        [Subject("report", "sha512", "d4" * 64)], Verifier("x", "d4" * 32), desk.at, "passed with the stated limits", ()
    )
    with pytest.raises(StatementError):
        desk.verify(desk.sign_raw(verdict), trust)
    for kind in Kind:
        if kind is not Kind.RESULTS:
            with pytest.raises(StatementError, match="must be one of"):
                desk.verify(desk.sign_raw(bend(desk.statement(), "/predicateType", kind.predicate_type)), trust)


def test_row_05_a_signature_for_one_role_is_none_for_another(desk, bend, trust) -> None:
    """The official's sentence is signed bytes: read as an assessor's, it is another payload."""
    official = desk.signed_by("ada", "cyd")
    sentence = DECLARATIONS[Kind.RESULTS, "responsible-official"].encode()
    assessor = DECLARATIONS[Kind.RESULTS, "assessor"].encode()
    with pytest.raises(SignatureError):
        desk.verify(replaced(desk, official, sentence, assessor), trust)


def test_row_06_one_payload_verified_and_another_shown(desk, report, trust) -> None:
    genuine = base64.b64decode(desk.envelope(report)["payload"])
    other = base64.b64encode(genuine.replace(b"X-1", b"X-2"))
    for data in (
        report[:-1] + b',"payload":"' + other + b'"}',
        report.replace(b'{"payload":', b'{"payload":"' + other + b'","payload":', 1),
        report.replace(b'"payloadType"', b'"payload":"' + other + b'","payloadType"', 1),
        report.replace(b'{"payload":"', b'{"payload":"' + other + b"\\u0000", 1),
    ):
        with pytest.raises(EnvelopeError):
            desk.verify(data, trust)
    assert desk.verify(report, trust).payload == genuine


@pytest.mark.parametrize("variant", ["url-safe", "unpadded", "line break", "spare bits"])
def test_row_06_another_base64_of_the_same_bytes(desk, trust, variant) -> None:
    payload = next(
        made
        for made in (
            desk.payload_for(desk.declared("ada"), {**desk.results(), "filler": "?>" * n}) for n in range(1, 9)
        )
        if len(made) % 3 == 1
    )
    document = json.loads(desk.sign_raw(payload))
    assert desk.verify(canonical_bytes(document), trust)
    text = document["payload"]
    document["payload"] = {
        "url-safe": base64.urlsafe_b64encode(payload).decode(),
        "unpadded": text.rstrip("="),
        "line break": text[:76] + "\n" + text[76:],
        "spare bits": text[:-3] + chr(ord(text[-3]) + 1) + "==",
    }[variant]
    assert document["payload"] != text
    with pytest.raises(EnvelopeError, match="base64"):
        desk.verify(canonical_bytes(document), trust)


@pytest.mark.parametrize("index", [0, 1], ids=["classical", "post-quantum"])
@pytest.mark.parametrize("reason", ["superseded", "cessation", "key-compromise"])
def test_row_16_a_key_used_after_it_was_revoked_without_proof_of_time(desk, index, reason) -> None:
    report = desk.signed_by("ada", concluded_at=parse_instant("2026-10-25T00:00:00Z"))
    revoked = [desk.revoked(desk.keyids["ada"][index], "2026-10-20T00:00:00Z", reason)]
    with pytest.raises(TrustError, match=f"revoked: got {reason}"):
        desk.verify(report, desk.trust_for("ada", revoked=revoked))


def test_row_16_a_stolen_keys_invalidity_date_reaches_back(desk) -> None:
    proven = parse_instant("2026-10-10T00:00:00Z")
    keyid = desk.keyids["ada"][0]
    lost = desk.revoked(keyid, "2026-10-20T00:00:00Z", "key-compromise", "2026-10-05T00:00:00Z")
    with pytest.raises(TrustError, match="key-compromise"):
        desk.verify(trust=desk.trust_for("ada", revoked=[lost]), proven=proven)
    retired = desk.revoked(keyid, "2026-10-20T00:00:00Z")
    assert desk.verify(trust=desk.trust_for("ada", revoked=[retired]), proven=proven)


def test_row_16_a_key_used_outside_its_window(desk) -> None:
    for at in ("2025-12-31T00:00:00Z", "2028-01-01T00:00:00Z"):
        with pytest.raises((TrustError, StatementError)):
            desk.verify(at=parse_instant(at))
        with pytest.raises((TrustError, StatementError)):
            desk.verify(proven=parse_instant(at), at=parse_instant("2045-01-01T00:00:00Z"))


@pytest.mark.parametrize(
    "trick",
    [
        pytest.param(lambda p: p.replace(b'"X-1"', b'"X-1","control":"X-9"'), id="member twice"),
        pytest.param(lambda p: p.replace(b'"X-1"', b"9007199254740993"), id="2^53 + 1"),
        pytest.param(lambda p: p.replace(b'"X-1"', b"1.0"), id="1.0"),
        pytest.param(lambda p: p.replace(b'"X-1"', b"1E2"), id="exponent"),
        pytest.param(lambda p: p.replace(b'"X-1"', b"-0"), id="minus zero"),
        pytest.param(lambda p: p.replace(b'"X-1"', b"Infinity"), id="infinity"),
        pytest.param(lambda p: p.replace(b'"X-1"', b'"\\u0058-1"'), id="escaped letter"),
        pytest.param(lambda p: p.replace(b'"X-1"', b'"\\ud83d"'), id="lone surrogate"),
        pytest.param(lambda p: p.replace(b'"X-1"', b'"\xed\xa0\xbd"'), id="lone surrogate in UTF-8"),
        pytest.param(lambda p: p.replace(b'"X-1"', b'"\xc0\xaf"'), id="overlong UTF-8"),
        pytest.param(lambda p: p.replace(b"{", b"{ ", 1), id="blank"),
        pytest.param(lambda p: b"\xef\xbb\xbf" + p, id="byte order mark"),
        pytest.param(lambda p: p.replace(b"urn:example:ada", "urn:example:аda".encode()), id="homoglyph principal"),
        pytest.param(lambda p: p.replace(b"urn:example:ada", "urn:example:ａda".encode()), id="full-width principal"),
        pytest.param(lambda p: p.replace(b"urn:example:ada", b"urn:example:ada\\u0000"), id="NUL in a principal"),
    ],
)
def test_row_26_json_read_in_two_ways_is_refused_however_well_signed(desk, trust, trick) -> None:
    payload = trick(desk.payload("ada"))
    assert payload != desk.payload("ada")
    with pytest.raises(StatementError):
        desk.verify(desk.sign_raw(payload), trust)


def test_row_26_names_in_two_normal_forms_are_two_names(desk, trust) -> None:
    """Texts are compared byte by byte; nothing here takes one spelling of a letter for another."""
    composed, decomposed = ({**desk.results(), "é": 1}, {**desk.results(), "e\u0301": 1})
    one, two = (
        desk.verify(desk.sign_raw(desk.payload_for(desk.declared("ada"), r)), trust) for r in (composed, decomposed)
    )
    assert one.digest_of("results") != two.digest_of("results")
    assert one.results == composed


def test_row_26_a_principal_is_compared_byte_by_byte(desk, trust) -> None:
    declared = [DeclaredSigner("urn:example:Ada", "assessor", desk.keyids["ada"])]
    with pytest.raises(TrustError, match="is a key of urn:example:ada"):
        desk.verify(desk.sign_raw(desk.payload_for(declared)), trust)
