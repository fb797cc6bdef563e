"""The results statement: five subjects that match, declared signers, canonical bytes, and nothing else."""

from __future__ import annotations

import hashlib
import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from auditor.attestation.roles import DECLARATIONS, Kind
from auditor.attestation.statements.common import DeclaredSigner
from auditor.attestation.statements.results import (
    SUBJECTS,
    Engine,
    EvidenceSeal,
    RecordTree,
    make_results_statement,
    parse_results,
)
from auditor.canon.digest import sha256_hex
from auditor.canon.json import canonical_bytes
from auditor.errors import AttestationError, CanonicalizationError, StatementError
from tests.attestation.conftest import ENGINE

OTHER = "d4" * 32
LONG = "f6" * 64
ASSESSOR = DECLARATIONS[Kind.RESULTS, "assessor"]


def test_a_statement_reads_back(desk) -> None:
    seal = EvidenceSeal(LONG, ("01" * 64, "02" * 64))
    records = (RecordTree("door-events", 7, OTHER), RecordTree("visits", 0, OTHER))
    payload = desk.payload("ada", "ben", records=records[::-1], evidence_seal=seal, supersedes=LONG)
    statement = parse_results(payload)
    assert statement.results == desk.results()
    assert statement.signers == tuple(desk.declared("ada", "ben"))
    assert statement.digest_of("bundle") == "a1" * 32
    assert statement.digest_of("engine") == ENGINE.digest
    assert statement.digest_of("results") == sha256_hex(canonical_bytes(desk.results()))
    assert (statement.records, statement.evidence_seal, statement.supersedes) == (records, seal, LONG)
    assert (statement.engine, statement.concluded_at) == (ENGINE, desk.concluded_at)


def test_a_statement_is_an_in_toto_statement(desk) -> None:
    document = desk.statement()
    assert set(document) == {"_type", "subject", "predicateType", "predicate"}
    assert document["_type"] == "https://in-toto.io/Statement/v1"
    assert document["predicateType"] == "https://dc-attest.example/assessment-results/v2"
    assert [subject["name"] for subject in document["subject"]] == list(SUBJECTS)
    assert document["predicate"]["signers"][0]["declares"] == ASSESSOR


def test_the_package_is_named_for_what_was_assessed_with_what_and_when(desk) -> None:
    document = desk.statement()["predicate"]
    parts = {
        "bundle": "a1" * 32,
        "catalog": "b2" * 32,
        "profile": "c3" * 32,
        "asOf": "2026-10-01T00:00:00Z",
        "concludedAt": "2026-10-02T00:00:00Z",
    }
    assert document["package"] == "urn:dc-attest:package:" + hashlib.sha256(rfc8785.dumps(parts)).hexdigest()[:32]


@given(st.dictionaries(st.text(max_size=6), st.text(max_size=9) | st.integers(-9, 9) | st.lists(st.text(max_size=3))))
def test_the_digest_of_the_results_is_that_of_their_canonical_form(desk, more) -> None:
    results = {**more, **desk.results()}
    statement = parse_results(desk.payload_for(desk.declared("ada"), results))
    assert statement.digest_of("results") == hashlib.sha256(rfc8785.dumps(results)).hexdigest()


@pytest.mark.parametrize("index", range(5), ids=SUBJECTS)
def test_each_subject_must_match(desk, bend, index) -> None:
    bent = bend(desk.statement(), f"/subject/{index}/digest/sha256", OTHER)
    with pytest.raises(StatementError, match="is not what the statement is about") as caught:
        parse_results(canonical_bytes(bent))
    assert caught.value.place == f"statement /subject/{index}/digest/sha256"
    assert caught.value.value == OTHER


@pytest.mark.parametrize(
    "pointer",
    [
        "/predicate/results/bundle/root",
        "/predicate/results/catalog/digest",
        "/predicate/results/profile/digest",
        "/predicate/results/findings/0/state",
        "/predicate/engine/digest",
    ],
)
def test_results_may_not_change_under_their_subjects(desk, bend, pointer) -> None:
    with pytest.raises(StatementError, match="is not what the statement is about"):
        parse_results(canonical_bytes(bend(desk.statement(), pointer, OTHER)))


@pytest.mark.parametrize(
    ("pointer", "value", "problem"),
    [
        ("/subject/-", {"name": "pdf", "digest": {"sha256": OTHER}}, "5 to 5 items"),
        ("/subject/0", ..., "5 to 5 items"),
        ("/subject/4", ..., "5 to 5 items"),
        ("/subject", [], "5 to 5 items"),
        ("/subject", [{"predicateType": 1}] * 5, "unknown member|missing"),
        ("/subject/0/name", "catalog", "must be one of bundle"),
        ("/subject/0/name", "Bundle", "must be one of bundle"),
        ("/subject/0/digest/sha512", OTHER * 2, "unknown member"),
        ("/subject/0/digest", {}, "missing"),
        ("/subject/0/digest/sha256", "A1" * 32, "must be a SHA-256 digest"),
        ("/subject/0/uri", "x", "unknown member"),
        ("/_type", "https://in-toto.io/Statement/v0.1", "must be one of"),
        ("/predicateType", "https://in-toto.io/attestation/svr/v0.2", "must be one of"),
        ("/predicateType", "https://dc-attest.example/assessment-results/v1", "must be one of"),
        ("/predicateType", "https://dc-attest.example/seal/v1", "must be one of"),
        ("/predicateType", ..., "missing"),
        ("/note", "x", "unknown member"),
        ("/predicate/note", "x", "unknown member"),
        ("/predicate/results", [], "must be an object"),
        ("/predicate/results", ..., "missing"),
        ("/predicate/results/bundle", ..., "missing"),
        ("/predicate/results/bundle", "a1", "must be an object"),
        ("/predicate/results/catalog/digest", None, "must be a SHA-256 digest"),
        ("/predicate/results/engine", ..., "missing"),
        ("/predicate/results/engine/version", "0.2.1", "not the version that the results name"),
        ("/predicate/engine/version", "0.2.1", "not the version that the results name"),
        ("/predicate/engine/digest", "E5" * 32, "must be a SHA-256 digest"),
        ("/predicate/engine/name", "auditor", "unknown member"),
        ("/predicate/package", "urn:dc-attest:package:" + "0" * 32, "must be urn:dc-attest:package:"),
        ("/predicate/package", None, "must be urn:dc-attest:package:"),
        ("/predicate/concludedAt", "2026-10-02T00:00:01Z", "must be urn:dc-attest:package:"),
        ("/predicate/concludedAt", "2026-09-30T23:59:59.999999Z", "concluded before"),
        ("/predicate/concludedAt", "2026-10-02T02:00:00+02:00", "must be written 2026-10-02T00:00:00Z"),
        ("/predicate/concludedAt", "2026-10-02T00:00:00.000Z", "must be written"),
        ("/predicate/concludedAt", "2026-10-02", "not an instant"),
        ("/predicate/evidenceSeal", {}, "missing"),
        ("/predicate/evidenceSeal", {"envelope": OTHER, "responses": []}, "SHA-512"),
        ("/predicate/evidenceSeal", {"envelope": LONG, "responses": [LONG, LONG]}, "ascending order"),
        ("/predicate/evidenceSeal", {"envelope": LONG, "responses": ["02" * 64, "01" * 64]}, "ascending order"),
        ("/predicate/evidenceSeal", {"envelope": LONG, "responses": ["01" * 64] * 17}, "0 to 16 items"),
        ("/predicate/records", None, "must be an array"),
        ("/predicate/records", [{"item": "a", "size": 1}], "missing"),
        ("/predicate/records", [{"item": "a", "size": -1, "root": OTHER}], "integer from 0"),
        ("/predicate/records", [{"item": "a", "size": True, "root": OTHER}], "integer from 0"),
        ("/predicate/records", [{"item": "a", "size": 1, "root": OTHER}] * 2, "ascending order"),
        ("/predicate/records", [{"item": i, "size": 1, "root": OTHER} for i in "ba"], "ascending order"),
        ("/predicate/supersedes", OTHER, "SHA-512"),
        ("/predicate/supersedes", "", "SHA-512"),
        ("/predicate/supersedes", ..., "missing"),
        ("/predicate/signers", [], "1 to 32 items"),
        ("/predicate/signers", ..., "missing"),
        ("/predicate/signers/0/role", "auditor", "must be one of"),
        ("/predicate/signers/0/role", "sealer", "must be one of"),
        ("/predicate/signers/0/role", "authority", "must be one of"),
        ("/predicate/signers/0/role", ["assessor"], "must be one of"),
        ("/predicate/signers/0/role", "responsible-official", "must be one of The evidence of my facility"),
        ("/predicate/signers/0/declares", "I made these determinations.", "must be one of I made these"),
        ("/predicate/signers/0/declares", ASSESSOR + " ", "must be one of"),
        ("/predicate/signers/0/declares", "", "must be one of"),
        ("/predicate/signers/0/declares", ..., "missing"),
        ("/predicate/signers/0/principal", "", "1 to 256"),
        ("/predicate/signers/0/principal", "urn:example:a b", "ASCII"),
        ("/predicate/signers/0/principal", "urn:example:аda", "ASCII"),
        ("/predicate/signers/0/principal", "urn:example:ada\u202e", "printable"),
        ("/predicate/signers/0/principal", 7, "must be text"),
        ("/predicate/signers/0/keyids", [], "2 to 2 items"),
        ("/predicate/signers/0/keyids/0", ..., "2 to 2 items"),
        ("/predicate/signers/0/keyids/-", "sha256:" + OTHER, "2 to 2 items"),
        ("/predicate/signers/0/keyids", ["sha256:" + OTHER] * 2, "declared twice"),
        ("/predicate/signers/0/keyids/0", "ada", "must be a key id"),
        ("/predicate/signers/0/name", "Ada", "unknown member"),
    ],
)
def test_a_bent_statement_is_refused(desk, bend, pointer, value, problem) -> None:
    with pytest.raises(StatementError, match=problem):
        parse_results(canonical_bytes(bend(desk.statement(), pointer, value)))


@pytest.mark.parametrize(
    ("as_of", "problem"),
    [
        ("2026-10-01", "not an instant"),
        ("2026-13-01T00:00:00Z", "month"),
        ("9999-12-31T23:59:59-23:59", "outside the years"),
        ("0001-01-01T00:00:00+23:59", "outside the years"),
        ("2026-10-03T00:00:00Z", "concluded before"),
        (1, "instant"),
        (None, "instant"),
    ],
)
def test_the_time_of_the_results_must_be_an_instant(desk, as_of, problem) -> None:
    with pytest.raises(AttestationError, match=problem):
        desk.payload_for(desk.declared("ada"), {**desk.results(), "asOf": as_of})


@pytest.mark.parametrize(
    "spelled",
    [
        pytest.param(lambda p: json.dumps(json.loads(p)).encode(), id="blanks"),
        pytest.param(lambda p: p + b"\n", id="newline at the end"),
        pytest.param(lambda p: p.replace(b'"X-1"', b'"\\u0058-1"'), id="escape"),
        pytest.param(lambda p: p.replace(b'"_type":', b'"_type":"x","_type":'), id="member twice"),
        pytest.param(lambda p: p.replace(b'"X-1"', b"1.5"), id="float"),
        pytest.param(lambda p: p.replace(b'"X-1"', b"1e3"), id="exponent"),
        pytest.param(lambda p: p.replace(b'"X-1"', b"-0"), id="minus zero"),
        pytest.param(lambda p: p.replace(b'"X-1"', b"NaN"), id="NaN"),
        pytest.param(lambda p: p.replace(b'"X-1"', b"9007199254740992"), id="2^53"),
        pytest.param(lambda p: p.replace(b'"X-1"', b"9" * 10_000), id="a number of 10,000 digits"),
        pytest.param(lambda p: p.replace(b'"X-1"', b'"\\ud800"'), id="lone surrogate"),
        pytest.param(lambda p: p.replace(b'"X-1"', b"[" * 10_000 + b"]" * 10_000), id="10,000 deep"),
        pytest.param(lambda p: p.replace(b'"X-1"', b"[" * 70 + b"]" * 70), id="70 deep"),
        pytest.param(lambda p: p.replace(b'"X-1"', b'"]]]]",' + b"[" * 66 + b"]" * 66), id="70 deep, hidden"),
        pytest.param(lambda p: b"", id="nothing"),
        pytest.param(lambda p: b"[]", id="array"),
        pytest.param(lambda p: b"\xef\xbb\xbf" + p, id="byte order mark"),
        pytest.param(lambda p: p.decode().encode("utf-16"), id="UTF-16"),
    ],
)
def test_another_spelling_is_refused(desk, spelled) -> None:
    with pytest.raises(StatementError):
        parse_results(spelled(desk.payload("ada")))


def test_nobody_signs_in_two_roles(desk) -> None:
    again = DeclaredSigner("urn:example:ada", "technical-reviewer", desk.keyids["ben"])
    with pytest.raises(AttestationError, match="principal is declared twice"):
        desk.payload_for([*desk.declared("ada"), again])


@pytest.mark.parametrize("index", [0, 1])
def test_no_key_signs_for_two_people(desk, index) -> None:
    shared = list(desk.keyids["ben"])
    shared[index] = desk.keyids["ada"][index]
    with pytest.raises(AttestationError, match="key id is declared twice"):
        desk.payload_for(
            [*desk.declared("ada"), DeclaredSigner("urn:example:ben", "technical-reviewer", tuple(shared))]
        )


def test_no_more_people_than_an_envelope_holds(desk) -> None:
    many = [
        DeclaredSigner(f"urn:example:{i}", "assessor", (f"sha256:{2 * i:064x}", f"sha256:{2 * i + 1:064x}"))
        for i in range(33)
    ]
    assert len(parse_results(desk.payload_for(many[:32])).signers) == 32
    with pytest.raises(AttestationError, match="1 to 32 items"):
        desk.payload_for(many)
    with pytest.raises(AttestationError, match="1 to 32 items"):
        desk.payload_for([])


@pytest.mark.parametrize("role", ["sealer", "authority", "auditor", ""])
def test_a_role_without_a_sentence_does_not_sign_results(desk, role) -> None:
    with pytest.raises(AttestationError, match="does not sign this"):
        desk.payload_for(desk.declared(ada=role))


@pytest.mark.parametrize("member", ["bundle", "catalog", "profile", "asOf", "engine"])
def test_results_must_say_what_they_are_about(desk, member) -> None:
    results = desk.results()
    del results[member]
    with pytest.raises(AttestationError, match=f"'{member}' is missing"):
        desk.payload_for(desk.declared("ada"), results)


def test_another_engine_than_the_results_name_is_refused(desk) -> None:
    with pytest.raises(AttestationError, match="not the version that the results name"):
        desk.payload("ada", engine=Engine("9.9.9", OTHER))


def test_floats_are_never_signed(desk) -> None:
    with pytest.raises(CanonicalizationError):
        make_results_statement(
            {**desk.results(), "score": 0.5}, concluded_at=0, engine=ENGINE, signers=desk.declared("ada")
        )
