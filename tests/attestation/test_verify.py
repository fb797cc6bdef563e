"""The verifier: a good report and its steps, and everything that is not a good report."""

from __future__ import annotations

import copy
import hashlib
import json
import pickle
import subprocess
import sys

import pytest

from auditor.attestation import steps
from auditor.attestation.envelope import encode_envelope
from auditor.attestation.keys import ALGORITHMS
from auditor.attestation.verify import VerifiedReport, read_root, result_class, steps_of, verify_report
from auditor.canon.instant import parse_instant
from auditor.errors import (
    BindingError,
    EnvelopeError,
    SignatureError,
    StatementError,
    TrustError,
    UnverifiableError,
    VerificationError,
)
from tests.attestation.conftest import ENGINE


def test_a_good_report_hands_over_what_was_signed(desk) -> None:
    report = desk.verify()
    assert report.payload == desk.payload("ada")
    assert report.results == desk.results()
    assert report.digest_of("bundle") == "a1" * 32
    assert report.digest_sha512 == hashlib.sha512(desk.report).hexdigest()
    assert report.trust_digest == hashlib.sha256(desk.trust).hexdigest()
    assert report.assessed_at == parse_instant("2026-10-01T00:00:00Z")
    assert report.concluded_at == desk.concluded_at
    assert (report.verified_at, report.proven) == (desk.at, None)
    assert (report.engine, report.records, report.evidence_seal, report.supersedes) == (ENGINE, (), None, None)
    assert report.package == desk.statement()["predicate"]["package"]
    signer = report.signers[0]
    assert (signer.principal, signer.name, signer.organisation) == ("urn:example:ada", "Ada", "Assurance Ltd")
    assert (signer.role, signer.keyids) == ("assessor", desk.keyids["ada"])
    assert result_class(report) == "passed with the stated limits"


def test_every_step_is_numbered_and_what_was_not_done_says_why(desk) -> None:
    report = desk.verify()
    assert [step.number for step in report.steps] == list(range(1, len(report.steps) + 1))
    assert len(report.steps_done) == 9
    reasons = {step.title: step.detail for step in report.steps_not_done}
    assert set(reasons) == {steps.CATALOG, steps.ENGINE, *dict(steps.LIMITS)}
    assert "keys were judged at the time given" in reasons[steps.PROVEN_TIME]
    expected = "the catalog digest was not compared with an approved list: the trust root names none"
    assert reasons[steps.CATALOG] == expected


def test_an_approved_catalog_and_engine_are_steps_done(desk) -> None:
    report = desk.verify(trust=desk.trust_for("ada", catalogs=["b2" * 32], engines=[ENGINE.digest]))
    assert {steps.CATALOG, steps.ENGINE} <= {step.title for step in report.steps_done}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"catalogs": ["d4" * 32]}, "catalog is not one"),
        ({"engines": ["d4" * 32]}, "engine is not one"),
        ({"engines": [ENGINE.digest], "catalogs": ["c3" * 32]}, "catalog is not one"),
    ],
)
def test_an_unapproved_catalog_or_engine_is_refused(desk, changes, problem) -> None:
    with pytest.raises(BindingError, match=problem):
        desk.verify(trust=desk.trust_for("ada", **changes))


def test_a_verified_report_cannot_be_made_or_changed(desk) -> None:
    report = desk.verify()
    with pytest.raises(TypeError):
        VerifiedReport(object(), {})
    for name in ("payload", "results", "steps", "other"):
        with pytest.raises(AttributeError):
            setattr(report, name, None)
        with pytest.raises(AttributeError):
            delattr(report, name)
    for copying in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            copying(report)
    report.results["findings"].clear()
    assert report.results == desk.results()


def test_whoever_asks_for_the_results_gets_their_own(desk) -> None:
    report = desk.verify()
    later = report.with_step("another", steps.NOT_DONE, "no reason")
    for one in (later, report, later):
        results = one.results
        assert results == desk.results()
        results["findings"].clear()


def test_a_trust_root_that_was_read_before_judges_as_its_file_does(desk) -> None:
    root = read_root(desk.trust)
    report = desk.verify(trust=root)
    assert report.steps == desk.verify().steps
    assert report.trust_digest == hashlib.sha256(desk.trust).hexdigest()
    with pytest.raises(TrustError, match="older than version"):
        desk.verify(trust=root, least_root_version=root.version + 1)
    with pytest.raises(TrustError):
        desk.verify(trust=read_root(desk.trust_for("ben")))


def test_a_later_step_takes_the_number_of_the_one_not_done(desk) -> None:
    report = desk.verify()
    number = next(step.number for step in report.steps if step.title == steps.EVIDENCE)
    later = report.with_step(steps.EVIDENCE, steps.DONE, "12 items").with_step("another", steps.NOT_DONE, "no reason")
    assert later.steps[number - 1] == steps.Step(number, steps.EVIDENCE, "done", "12 items")
    assert later.steps[-1].number == len(report.steps) + 1
    assert report.steps[number - 1].state == "not-done"
    with pytest.raises(ValueError, match="done already"):
        later.with_step(steps.EVIDENCE, steps.NOT_DONE, "changed my mind")
    with pytest.raises(ValueError, match="unknown state"):
        later.with_step("x", "passed", "")


def test_a_refusal_carries_the_steps_so_far(desk) -> None:
    with pytest.raises(TrustError) as caught:
        verify_report(desk.report, desk.trust, at=parse_instant("2030-01-01T00:00:00Z"))
    *done, refused = steps_of(caught.value)
    assert [step.state for step in done] == ["done"] * 3
    assert (refused.number, refused.title, refused.state) == (4, steps.KEY_TIMES, "not-done")
    assert "expired" in refused.detail
    assert result_class(caught.value) == "failed"


def test_without_a_trust_root_nothing_can_be_verified(desk) -> None:
    with pytest.raises(UnverifiableError) as caught:
        desk.verify(trust=b"")
    assert result_class(caught.value) == "cannot be verified here"
    assert steps_of(caught.value)[-1].title == steps.TRUST
    assert steps_of(UnverifiableError("raised elsewhere")) == ()


def test_without_cryptography_nothing_can_be_verified(desk, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ec", None)
    with pytest.raises(UnverifiableError, match="cryptography library is not installed"):
        desk.verify()


@pytest.mark.parametrize("at", [2**63, -(2**63)])
def test_a_time_that_is_no_time_is_a_mistake_of_the_caller(desk, at) -> None:
    with pytest.raises(ValueError, match="microseconds"):
        verify_report(desk.report, desk.trust, at=at)
    with pytest.raises(ValueError, match="microseconds"):
        verify_report(desk.report, desk.trust, at=desk.at, proven=at)


WINDOW = [
    ("2025-12-31T23:59:59.999999Z", "not yet valid"),
    ("2028-01-01T00:00:00Z", "has expired"),
    ("2026-01-01T00:00:00Z", None),
    ("2027-12-31T23:59:59.999999Z", None),
]


def early(desk) -> bytes:
    """A report older than any key, so that only keys are judged."""
    results = {**desk.results(), "asOf": "2025-01-01T00:00:00Z"}
    payload = desk.payload_for(desk.declared("ada"), results, concluded_at=parse_instant("2025-01-01T00:00:00Z"))
    return desk.sign_raw(payload)


@pytest.mark.parametrize(("at", "problem"), WINDOW)
@pytest.mark.parametrize("index", [0, 1], ids=ALGORITHMS)
def test_the_window_of_each_key_to_the_microsecond(desk, bend, at, problem, index) -> None:
    trust = desk.trust_document("ada")
    other = trust["principals"][0]["keys"][1 - index]
    other["notBefore"], other["notAfter"] = "2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z"
    if problem is None:
        assert desk.verify(early(desk), trust, at=parse_instant(at))
        return
    with pytest.raises(TrustError, match=problem) as caught:
        desk.verify(early(desk), trust, at=parse_instant(at))
    assert caught.value.place == desk.keyids["ada"][index]


@pytest.mark.parametrize(("proven", "problem"), WINDOW)
def test_keys_are_judged_at_the_proven_time_where_there_is_one(desk, proven, problem) -> None:
    late = parse_instant("2045-01-01T00:00:00Z")
    when = parse_instant(proven)
    if problem is None:
        assert desk.verify(early(desk), at=late, proven=when).proven == when
        return
    with pytest.raises(TrustError, match=problem):
        desk.verify(early(desk), at=late, proven=when)


@pytest.mark.parametrize(("offset", "refused"), [(-1, True), (0, True), (1, False)])
@pytest.mark.parametrize("index", [0, 1], ids=ALGORITHMS)
def test_a_revoked_key_counts_no_more_from_then_on(desk, offset, refused, index) -> None:
    trust = desk.trust_for("ada", revoked=[desk.revoked(desk.keyids["ada"][index], desk.at + offset, "cessation")])
    if not refused:
        assert desk.verify(trust=trust)
        return
    with pytest.raises(TrustError, match="revoked: got cessation"):
        desk.verify(trust=trust)


def test_a_key_revoked_after_the_proven_time_did_count_then(desk) -> None:
    keyid = desk.keyids["ada"][1]
    proven = parse_instant("2026-10-03T00:00:00Z")
    retired = desk.trust_for("ada", revoked=[desk.revoked(keyid, "2026-10-20T00:00:00Z")])
    assert desk.verify(trust=retired, proven=proven)
    with pytest.raises(TrustError, match="revoked"):
        desk.verify(trust=retired)
    stolen = [desk.revoked(keyid, "2026-10-20T00:00:00Z", "key-compromise", "2026-10-03T00:00:00Z")]
    with pytest.raises(TrustError, match="revoked: got key-compromise"):
        desk.verify(trust=desk.trust_for("ada", revoked=stolen), proven=proven)
    assert desk.verify(trust=desk.trust_for("ada", revoked=stolen), proven=proven - 1)


def test_results_from_the_future_are_refused(desk) -> None:
    with pytest.raises(StatementError, match="after the time of verification"):
        desk.verify(at=desk.concluded_at - 1)
    assert desk.verify(at=desk.concluded_at)


@pytest.mark.parametrize(("offset", "refused"), [(-60_000_001, True), (-60_000_000, False), (0, False), (1, False)])
def test_results_concluded_after_they_are_proven_to_exist_are_refused(desk, offset, refused) -> None:
    proven = desk.concluded_at + offset
    if not refused:
        assert desk.verify(proven=proven)
        return
    with pytest.raises(StatementError, match="after the time by which they are proven to exist"):
        desk.verify(proven=proven)


def test_a_proven_time_after_the_verification_is_refused(desk) -> None:
    with pytest.raises(StatementError, match="proven time is after"):
        desk.verify(proven=desk.at + 60_000_001)


def test_a_trust_root_that_was_rolled_back_is_refused(desk) -> None:
    trust = desk.trust_for("ada", version=4)
    assert desk.verify(trust=trust, least_root_version=4)
    with pytest.raises(TrustError, match="older than version 5") as caught:
        desk.verify(trust=trust, least_root_version=5)
    assert steps_of(caught.value)[-1].title == steps.TRUST


def test_a_signature_is_checked_before_the_payload_is_read(desk) -> None:
    broken = encode_envelope(b"[" * 10_000, desk.signatures(desk.payload("ada"), "ada"))
    with pytest.raises(SignatureError, match="does not verify"):
        desk.verify(broken)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/subject/-", {"name": "extra", "digest": {"sha256": "d4" * 32}}),
        ("/subject/1", ...),
        ("/subject/0/digest/sha256", "d4" * 32),
        ("/subject/1/digest/sha256", "d4" * 32),
        ("/subject/2/digest/sha256", "d4" * 32),
        ("/subject/3/digest/sha256", "d4" * 32),
        ("/subject/4/digest/sha256", "d4" * 32),
        ("/predicate/package", "urn:dc-attest:package:" + "0" * 32),
        ("/predicate/signers/0/declares", "I agree."),
        ("/predicateType", "https://in-toto.io/attestation/svr/v0.2"),
        ("/predicate/signers", []),
        ("/predicate/note", "x"),
    ],
)
def test_a_bad_statement_is_refused_however_well_signed(desk, bend, pointer, value) -> None:
    with pytest.raises(StatementError):
        desk.verify(desk.sign_raw(bend(desk.statement(), pointer, value)))


@pytest.mark.parametrize(
    "payload",
    [b"{}", b"null", b"hello", b"\xff", b"[" * 10_000, b'{"a":1,"a":1}'],
    ids=["empty object", "null", "no JSON", "no text", "10,000 deep", "member twice"],
)
def test_something_else_is_refused_however_well_signed(desk, payload) -> None:
    with pytest.raises(StatementError):
        desk.verify(desk.sign_raw(payload))


def test_a_payload_in_another_spelling_is_refused_however_well_signed(desk) -> None:
    with pytest.raises(StatementError, match="canonical form"):
        desk.verify(desk.sign_raw(json.dumps(desk.statement()).encode()))


def test_verifying_needs_nothing_heavy() -> None:
    code = (
        "import sys, auditor.attestation.verify as v\n"
        "heavy = {'pydantic', 'duckdb', 'jinja2', 'weasyprint', 'yaml', 'cryptography', 'pathlib', 'ssl', 'asyncio'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_every_refusal_is_of_the_two_families() -> None:
    for error in (EnvelopeError, SignatureError, TrustError, StatementError, BindingError):
        assert issubclass(error, VerificationError)
    assert not issubclass(UnverifiableError, VerificationError)
