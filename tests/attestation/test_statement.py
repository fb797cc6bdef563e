"""The statement: four subjects that match, declared signers, canonical bytes, and nothing else."""

from __future__ import annotations

import json

import pytest

from auditor.attestation.statement import PREDICATE_TYPE, SUBJECTS, DeclaredSigner, make_statement, parse_statement
from auditor.canon.digest import sha256_hex
from auditor.canon.json import canonical_bytes
from auditor.errors import AttestationError, CanonicalizationError, StatementError

OTHER = "d4" * 32


def test_a_statement_reads_back(desk) -> None:
    statement = parse_statement(desk.payload("ada", "ben"))
    assert statement.results == desk.results()
    assert statement.signers == tuple(desk.declared("ada", "ben"))
    assert statement.digest_of("bundle") == "a1" * 32
    assert statement.digest_of("results") == sha256_hex(canonical_bytes(desk.results()))


def test_a_statement_is_an_in_toto_statement(desk) -> None:
    document = desk.statement()
    assert set(document) == {"_type", "subject", "predicateType", "predicate"}
    assert document["_type"] == "https://in-toto.io/Statement/v1"
    assert document["predicateType"] == PREDICATE_TYPE == "https://dc-attest.example/assessment-results/v1"
    assert [subject["name"] for subject in document["subject"]] == list(SUBJECTS)


@pytest.mark.parametrize("index", range(4), ids=SUBJECTS)
def test_each_subject_must_match(desk, bend, index) -> None:
    bent = bend(desk.statement(), f"/subject/{index}/digest/sha256", OTHER)
    with pytest.raises(StatementError, match="is not what the results are about") as caught:
        parse_statement(canonical_bytes(bent))
    assert caught.value.place == f"statement /subject/{index}/digest/sha256"
    assert caught.value.value == OTHER


@pytest.mark.parametrize(
    "pointer",
    [
        "/predicate/results/bundle/root",
        "/predicate/results/catalog/digest",
        "/predicate/results/profile/digest",
        "/predicate/results/findings/0/state",
    ],
)
def test_results_may_not_change_under_their_subjects(desk, bend, pointer) -> None:
    with pytest.raises(StatementError, match="is not what the results are about"):
        parse_statement(canonical_bytes(bend(desk.statement(), pointer, OTHER)))


@pytest.mark.parametrize(
    ("pointer", "value", "problem"),
    [
        ("/subject/-", {"name": "pdf", "digest": {"sha256": OTHER}}, "4 to 4 items"),
        ("/subject/0", ..., "4 to 4 items"),
        ("/subject/3", ..., "4 to 4 items"),
        ("/subject", [], "4 to 4 items"),
        ("/subject/0/name", "catalog", "must be one of bundle"),
        ("/subject/0/name", "Bundle", "must be one of bundle"),
        ("/subject/0/digest/sha512", OTHER * 2, "unknown member"),
        ("/subject/0/digest", {}, "missing"),
        ("/subject/0/digest/sha256", "A1" * 32, "must be a SHA-256 digest"),
        ("/subject/0/uri", "x", "unknown member"),
        ("/_type", "https://in-toto.io/Statement/v0.1", "must be one of"),
        ("/predicateType", "https://in-toto.io/attestation/svr/v0.2", "must be one of"),
        ("/predicateType", ..., "missing"),
        ("/note", "x", "unknown member"),
        ("/predicate/note", "x", "unknown member"),
        ("/predicate/results", [], "must be an object"),
        ("/predicate/results", ..., "missing"),
        ("/predicate/results/bundle", ..., "missing"),
        ("/predicate/results/bundle", "a1", "must be an object"),
        ("/predicate/results/catalog/digest", None, "must be a SHA-256 digest"),
        ("/predicate/signers", [], "1 to 32 items"),
        ("/predicate/signers", ..., "missing"),
        ("/predicate/signers/0/role", "auditor", "must be one of"),
        ("/predicate/signers/0/role", ["assessor"], "must be one of"),
        ("/predicate/signers/0/principal", "", "1 to 256"),
        ("/predicate/signers/0/principal", "urn:example:a b", "ASCII"),
        ("/predicate/signers/0/principal", "urn:example:аda", "ASCII"),
        ("/predicate/signers/0/principal", "urn:example:ada\u202e", "printable"),
        ("/predicate/signers/0/principal", 7, "must be text"),
        ("/predicate/signers/0/keyids", [], "1 to 32 items"),
        ("/predicate/signers/0/keyids", ["sha256:" + OTHER] * 2, "declared twice"),
        ("/predicate/signers/0/keyids/0", "ada", "must be a key id"),
        ("/predicate/signers/0/name", "Ada", "unknown member"),
    ],
)
def test_a_bent_statement_is_refused(desk, bend, pointer, value, problem) -> None:
    with pytest.raises(StatementError, match=problem):
        parse_statement(canonical_bytes(bend(desk.statement(), pointer, value)))


@pytest.mark.parametrize(
    ("as_of", "problem"),
    [
        ("2026-10-01", "not an instant"),
        ("2026-13-01T00:00:00Z", "month"),
        ("9999-12-31T23:59:59-23:59", "outside the years"),
        ("0001-01-01T00:00:00+23:59", "outside the years"),
        (1, "instant"),
        (None, "instant"),
    ],
)
def test_the_time_of_the_results_must_be_an_instant(desk, as_of, problem) -> None:
    with pytest.raises(AttestationError, match=problem):
        make_statement({**desk.results(), "asOf": as_of}, desk.declared("ada"))


@pytest.mark.parametrize(
    "spelled",
    [
        pytest.param(lambda p: json.dumps(json.loads(p)).encode(), id="blanks"),
        pytest.param(lambda p: p + b"\n", id="newline at the end"),
        pytest.param(lambda p: p.replace(b'"X-1"', b'"\\u0058-1"'), id="escape"),
        pytest.param(lambda p: p.replace(b'"_type":', b'"_type":"x","_type":'), id="member twice"),
        pytest.param(lambda p: p.replace(b'"X-1"', b"1.5"), id="float"),
        pytest.param(lambda p: p.replace(b'"X-1"', b"-0"), id="minus zero"),
        pytest.param(lambda p: p.replace(b'"X-1"', b"NaN"), id="NaN"),
        pytest.param(lambda p: p.replace(b'"X-1"', b"9007199254740992"), id="2^53"),
        pytest.param(lambda p: p.replace(b'"X-1"', b'"\\ud800"'), id="lone surrogate"),
        pytest.param(lambda p: p.replace(b'"X-1"', b"[" * 10_000 + b"]" * 10_000), id="10,000 deep"),
        pytest.param(lambda p: b"", id="nothing"),
        pytest.param(lambda p: b"[]", id="array"),
        pytest.param(lambda p: p.decode().encode("utf-16"), id="UTF-16"),
    ],
)
def test_another_spelling_is_refused(desk, spelled) -> None:
    with pytest.raises(StatementError):
        parse_statement(spelled(desk.payload("ada")))


def test_nobody_signs_in_two_roles(desk) -> None:
    ada = desk.declared("ada")[0]
    again = DeclaredSigner(ada.principal, "technical-reviewer", (desk.keyid("ben"),))
    with pytest.raises(AttestationError, match="principal is declared twice"):
        make_statement(desk.results(), [ada, again])


def test_no_key_signs_for_two_people(desk) -> None:
    shared = DeclaredSigner("urn:example:ben", "technical-reviewer", (desk.keyid("ada"),))
    with pytest.raises(AttestationError, match="key id is declared twice"):
        make_statement(desk.results(), [*desk.declared("ada"), shared])


def test_no_more_keys_than_an_envelope_holds(desk) -> None:
    many = tuple(f"sha256:{index:064x}" for index in range(17))
    more = tuple(f"sha256:{index:064x}" for index in range(17, 34))
    signers = [DeclaredSigner("urn:a", "assessor", many), DeclaredSigner("urn:b", "assessor", more)]
    with pytest.raises(AttestationError, match="at most 32 keys"):
        make_statement(desk.results(), signers)


def test_a_statement_needs_a_signer(desk) -> None:
    with pytest.raises(AttestationError, match="1 to 32 items"):
        make_statement(desk.results(), [])


@pytest.mark.parametrize("member", ["bundle", "catalog", "profile", "asOf"])
def test_results_must_say_what_they_are_about(desk, member) -> None:
    results = desk.results()
    del results[member]
    with pytest.raises(AttestationError, match=f"'{member}' is missing"):
        make_statement(results, desk.declared("ada"))


def test_floats_are_never_signed(desk) -> None:
    with pytest.raises(CanonicalizationError):
        make_statement({**desk.results(), "score": 0.5}, desk.declared("ada"))
