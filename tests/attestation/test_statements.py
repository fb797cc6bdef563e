"""The other statements: attestation, seal, act, status; what each takes, and what none does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from auditor.attestation.roles import ACTS, DECLARATIONS, KIND_ROLES, ROLES, Kind, roles_for
from auditor.attestation.statements import parse_statement, read_statement
from auditor.attestation.statements.act import make_act_statement, parse_act
from auditor.attestation.statements.attestation import Renderer, make_attestation_statement, parse_attestation
from auditor.attestation.statements.common import Subject
from auditor.attestation.statements.seal import make_seal_statement, parse_seal
from auditor.attestation.statements.status import StatusEntry, make_status_statement, parse_status
from auditor.attestation.statements.verification import PREDICATE_TYPE, Verifier, make_verification_statement
from auditor.attestation.steps import DONE, NOT_DONE, Step
from auditor.canon.json import canonical_bytes, parse_strict
from auditor.errors import AttestationError, StatementError

D256, D512, E512 = "d4" * 32, "d4" * 64, "e5" * 64
PACKAGE = "urn:dc-attest:package:" + "0f" * 16


def attestation(desk, **changes) -> bytes:
    facts = {
        "package": PACKAGE, "report": D512, "revision0": "01" * 64, "pdf": "02" * 64, "revision0_size": 1000,
        "text": D256, "renderer": Renderer("weasyprint", "70.0"), "certificates": [D256, "01" * 32],
        "signers": desk.declared("ada", "ben"), **changes,
    }  # fmt: skip
    return make_attestation_statement(**facts)


def seal(desk, **changes) -> bytes:
    facts = {
        "stage": "package", "package": PACKAGE, "sealed_at": desk.at, "subjects": [("manifest.json", D512)],
        "signers": desk.declared("sal"), **changes,
    }  # fmt: skip
    return make_seal_statement(**facts)


def act(desk, what="acknowledge", who="gov", **changes) -> bytes:
    facts = {
        "report": D512,
        "act": what,
        "at": desk.at,
        "reason": "Received.",
        "signers": desk.declared(who),
        **changes,
    }
    return make_act_statement(**facts)


def status(desk, **changes) -> bytes:
    entries = [StatusEntry(d, s, desk.at, "why") for d, s in ((E512, "superseded"), (D512, "withdrawn"))]
    facts = {"version": 3, "issued_at": desk.at, "entries": entries, "signers": desk.declared("ada"), **changes}
    return make_status_statement(**facts)


MAKERS = {Kind.ATTESTATION: attestation, Kind.SEAL: seal, Kind.ACT: act, Kind.STATUS: status}


def test_each_reads_back(desk) -> None:
    whole = parse_attestation(attestation(desk))
    assert (whole.report, whole.revision0, whole.pdf) == (D512, "01" * 64, "02" * 64)
    assert whole.certificates == ("01" * 32, D256)
    sealed = parse_seal(seal(desk))
    assert (sealed.stage, sealed.package, sealed.sealed_at) == ("package", PACKAGE, desk.at)
    assert sealed.subjects == (Subject("manifest.json", "sha512", D512),)
    done = parse_act(act(desk))
    assert (done.act, done.report, done.reason, done.successor) == ("acknowledge", D512, "Received.", None)
    listed = parse_status(status(desk))
    assert [entry.report for entry in listed.entries] == [D512, E512]
    assert (listed.find(D512).status, listed.find("00" * 64)) == ("withdrawn", None)


@pytest.mark.parametrize("kind", list(Kind))
def test_each_is_read_as_what_it_is_and_as_nothing_else(desk, kind) -> None:
    payload = desk.payload("ada") if kind is Kind.RESULTS else MAKERS[kind](desk)
    assert read_statement(payload)[0] is kind
    for other in Kind:
        if other is not kind:
            with pytest.raises(StatementError):
                parse_statement(payload, other)


@pytest.mark.parametrize(
    "payload", [b"", b"{}", b"[]", b'{"predicateType":"https://in-toto.io/attestation/svr/v0.2"}', b"\xff", b"[" * 9999]
)
def test_what_is_none_of_ours_is_read_as_nothing(payload) -> None:
    with pytest.raises(StatementError):
        read_statement(payload)


def test_a_statement_that_quotes_another_type_is_read_as_its_own(desk) -> None:
    quoted = {"predicateType": Kind.SEAL.predicate_type}
    payload = desk.payload_for(desk.declared("ada"), {**desk.results(), "quoted": quoted})
    assert read_statement(payload)[0] is Kind.RESULTS


# (kind, pointer, value, problem)
BENT = [
    (Kind.ATTESTATION, "/subject/2", ..., "3 to 3 items"),
    (Kind.ATTESTATION, "/subject/0/name", "revision-0", "must be one of report"),
    (Kind.ATTESTATION, "/subject/1/digest", {"sha256": D256}, "missing"),
    (Kind.ATTESTATION, "/subject/1/digest/sha512", D256, "SHA-512"),
    (Kind.ATTESTATION, "/subject/1/digest/sha512", "D4" * 64, "SHA-512"),
    (Kind.ATTESTATION, "/predicate/revision0Size", 0, "integer from 1"),
    (Kind.ATTESTATION, "/predicate/revision0Size", "1000", "integer from 1"),
    (Kind.ATTESTATION, "/predicate/text", D512, "SHA-256"),
    (Kind.ATTESTATION, "/predicate/renderer", "weasyprint", "must be an object"),
    (Kind.ATTESTATION, "/predicate/renderer/version", "", "1 to 256"),
    (Kind.ATTESTATION, "/predicate/certificates", [], "1 to 8 items"),
    (Kind.ATTESTATION, "/predicate/certificates", [D256, D256], "ascending order"),
    (Kind.ATTESTATION, "/predicate/package", "urn:dc-attest:package:0f", "must be urn:dc-attest"),
    (Kind.ATTESTATION, "/predicate/package", "0f" * 16, "must be urn:dc-attest"),
    (Kind.ATTESTATION, "/predicate/signers/0/role", "responsible-official", "must be one of"),
    (Kind.ATTESTATION, "/predicate/note", 1, "unknown member"),
    (Kind.SEAL, "/subject/-", {"name": "x", "digest": {"sha512": D512}}, "1 to 1 items"),
    (Kind.SEAL, "/subject/0/name", "Manifest.json", "must be one of manifest.json"),
    (Kind.SEAL, "/subject/0/digest", {"sha256": D256}, "missing"),
    (Kind.SEAL, "/predicate/stage", "evidence", "must be null"),
    (Kind.SEAL, "/predicate/stage", "late", "must cover seals/package.dsse.json"),
    (Kind.SEAL, "/predicate/stage", "final", "must be one of"),
    (Kind.SEAL, "/predicate/package", None, "must be text"),
    (Kind.SEAL, "/predicate/sealedAt", "2026-11-01T00:00:00.0Z", "must be written"),
    (Kind.SEAL, "/predicate/signers/0/role", "assessor", "must be one of sealer"),
    (Kind.ACT, "/subject", [], "1 to 1 items"),
    (Kind.ACT, "/subject/0/name", "attestation.pdf", "must be one of report"),
    (Kind.ACT, "/subject/0/digest", {"sha256": D256}, "missing"),
    (Kind.ACT, "/predicate/act", "approve", "must be one of"),
    (Kind.ACT, "/predicate/act", "withdraw", "must be one of assessor"),
    (Kind.ACT, "/predicate/act", "countersign", "must be one of I examined"),
    (Kind.ACT, "/predicate/act", "object", "must be one of I object"),
    (Kind.ACT, "/predicate/reason", "", "1 to 2000"),
    (Kind.ACT, "/predicate/reason", "x" * 2001, "1 to 2000"),
    (Kind.ACT, "/predicate/reason", "two\nlines", "printable"),
    (Kind.ACT, "/predicate/reason", "turned \u202e round", "printable"),
    (Kind.ACT, "/predicate/successor", E512, "only there"),
    (Kind.ACT, "/predicate/at", "yesterday", "not an instant"),
    (Kind.ACT, "/predicate/signers/0/declares", "I accept this report.", "must be one of I received"),
    (Kind.STATUS, "/subject/0/digest/sha256", D256, "is not what the statement is about"),
    (Kind.STATUS, "/subject", [], "1 to 1 items"),
    (Kind.STATUS, "/predicate/version", 0, "integer from 1"),
    (Kind.STATUS, "/predicate/entries/0/status", "valid", "must be one of"),
    (Kind.STATUS, "/predicate/entries/0/reason", "other", "is not what the statement is about"),
    (Kind.STATUS, "/predicate/entries/0", ..., "is not what the statement is about"),
    (Kind.STATUS, "/predicate/entries/0/report", E512, "ascending order"),
    (Kind.STATUS, "/predicate/entries/0/at", "2026-11-01T00:00:01Z", "later than the list itself"),
    (Kind.STATUS, "/predicate/issuedAt", "2026-10-31T00:00:00Z", "later than the list itself"),
    (Kind.STATUS, "/predicate/signers/0/role", "technical-reviewer", "must be one of"),
]


@pytest.mark.parametrize(("kind", "pointer", "value", "problem"), BENT)
def test_a_bent_statement_is_refused(desk, bend, kind, pointer, value, problem) -> None:
    document = json.loads(MAKERS[kind](desk))
    with pytest.raises(StatementError, match=problem):
        parse_statement(canonical_bytes(bend(document, pointer, value)), kind)


@pytest.mark.parametrize("kind", list(MAKERS))
def test_another_spelling_is_refused(desk, kind) -> None:
    payload = MAKERS[kind](desk)
    for spelled in (payload + b"\n", json.dumps(json.loads(payload)).encode(), payload[:-1], b""):
        with pytest.raises(StatementError):
            parse_statement(spelled, kind)


def test_a_seal_of_the_evidence_is_older_than_any_package(desk) -> None:
    sealed = parse_seal(seal(desk, stage="evidence", package=None, subjects=[("bundle", D256)]))
    assert (sealed.package, sealed.subjects) == (None, (Subject("bundle", "sha256", D256),))
    with pytest.raises(AttestationError, match="must be null"):
        seal(desk, stage="evidence", subjects=[("bundle", D256)])
    with pytest.raises(AttestationError, match="SHA-256"):
        seal(desk, stage="evidence", package=None, subjects=[("bundle", D512)])
    with pytest.raises(AttestationError, match="1 to 1 items"):
        seal(desk, stage="evidence", package=None, subjects=[("bundle", D256), ("bundle", D256)])


def test_a_late_seal_covers_the_seal_and_each_file_once(desk) -> None:
    names = ("seals/revocation/ca.crl", "seals/package.dsse.json", "seals/package.alpha.tsr")
    sealed = parse_seal(seal(desk, stage="late", subjects=[(name, D512) for name in names]))
    assert [subject.name for subject in sealed.subjects] == sorted(names)
    with pytest.raises(AttestationError, match="must cover"):
        seal(desk, stage="late", subjects=[(names[0], D512)])
    with pytest.raises(AttestationError, match="ascending order"):
        seal(desk, stage="late", subjects=[(names[1], D512)] * 2)
    with pytest.raises(AttestationError, match="must have"):
        seal(desk, stage="late", subjects=[])


@pytest.mark.parametrize("what", ACTS)
@pytest.mark.parametrize("role", ROLES)
def test_only_who_may_act_so_acts_so(desk, what, role) -> None:
    signers = desk.declared(ada=role)
    successor = E512 if what == "supersede" else None
    if role in roles_for(f"act/{what}"):
        assert parse_act(act(desk, what, signers=signers, successor=successor)).signers == tuple(signers)
    else:
        with pytest.raises(AttestationError, match="does not sign this"):
            act(desk, what, signers=signers, successor=successor)


def test_who_may_act_how() -> None:
    allowed = {what: roles_for(f"act/{what}") for what in ACTS}
    assert allowed == {
        "countersign": ROLES,
        "acknowledge": ("authority",),
        "object": ("responsible-official", "authority"),
        "withdraw": ("assessor",),
        "supersede": ("assessor",),
    }
    assert KIND_ROLES["seal"] == ("sealer",)
    assert KIND_ROLES["attestation"] == ("assessor", "technical-reviewer")
    assert KIND_ROLES["act"] == Kind.ACT.roles == ROLES


def test_roles_mean_different_things() -> None:
    sentences = list(DECLARATIONS.values())
    assert len(set(sentences)) == len(sentences)
    assert all(text.isprintable() and text.isascii() and text.endswith(".") for text in sentences)
    official = DECLARATIONS["assessment-results", "responsible-official"]
    assert "do not hereby agree" in official


@pytest.mark.parametrize("successor", [None, D512, "short"])
def test_a_report_is_superseded_by_another_one(desk, successor) -> None:
    with pytest.raises(AttestationError, match=r"only there|cannot replace itself|SHA-512"):
        act(desk, "supersede", "ada", successor=successor)


def test_an_unknown_act_is_refused(desk) -> None:
    with pytest.raises(AttestationError, match="does not sign this"):
        act(desk, "approve")


def test_an_empty_status_list_is_a_list(desk) -> None:
    assert parse_status(status(desk, entries=[])).entries == ()
    with pytest.raises(AttestationError, match="integer from 1"):
        status(desk, version=0)
    with pytest.raises(AttestationError, match="ascending order"):
        status(desk, entries=[StatusEntry(D512, s, desk.at, "why") for s in ("withdrawn", "superseded")])


def test_a_verification_says_what_was_done_and_what_was_not(desk) -> None:
    steps = (
        Step(1, "the verifier's trust root is read", DONE, "…"),
        Step(2, "the manifest is sealed", NOT_DONE, "no package"),
    )
    made = make_verification_statement(
        [Subject("report", "sha512", D512)], Verifier("https://dc-attest.example/verifier/0.2.0", D256), desk.at,
        "passed with the stated limits", steps,
    )  # fmt: skip
    document = parse_strict(made)
    assert canonical_bytes(document) == made
    assert document["predicateType"] == PREDICATE_TYPE
    predicate = document["predicate"]
    assert predicate["verifier"]["policies"] == [{"name": "trust-root", "digest": {"sha256": D256}}]
    assert predicate["properties"] == [
        "AUDITOR_RESULT_PASSED_WITH_THE_STATED_LIMITS",
        "AUDITOR_STEP_THE_VERIFIERS_TRUST_ROOT_IS_READ",
    ]
    assert predicate["notDone"] == [{"step": "the manifest is sealed", "reason": "no package"}]
    assert predicate["timeCreated"] == "2026-11-01T00:00:00Z"


def test_a_verification_is_never_taken_for_a_statement_of_ours(desk) -> None:
    made = make_verification_statement([], Verifier("x", D256), desk.at, "failed", ())
    for kind in Kind:
        with pytest.raises(StatementError):
            parse_statement(made, kind)


def test_the_page_shows_the_members_that_are_signed(desk) -> None:
    page = (Path(__file__).parents[2] / "docs" / "predicate.md").read_text()
    shown = [set(json.loads(block)) for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]
    payloads = [desk.payload("ada"), *(make(desk) for make in MAKERS.values())]
    for payload in payloads:
        assert set(json.loads(payload)["predicate"]) in shown
    signer = json.loads(payloads[0])["predicate"]["signers"][0]
    assert [set(signer)] == [one for one in shown if "principal" in one]
    for kind in Kind:
        assert f"| `{kind}` | `{kind.predicate_type}` |" in page
    for what in ACTS:
        assert f"| `{what}` |" in page
    assert DECLARATIONS["assessment-results", "assessor"] in page
    assert DECLARATIONS["assessment-results", "technical-reviewer"].rstrip(".") in page
