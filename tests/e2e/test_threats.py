"""The threat table, each attack made on a whole package: rows 1 to 7, which are about people and what they signed.

Rows 8 to 10 (the PDF), 11 to 13 and 21 (the evidence), 14 to 20 (times and trust) and 22 to 27 (the verifier itself)
are in the files beside this one. docs/threats.md says what each row is about, and what is not covered.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from auditor.attestation import package as layout
from auditor.attestation.envelope import Signature, encode_envelope, pae, parse_envelope
from auditor.attestation.statements.common import Subject
from auditor.attestation.statements.results import make_results_statement
from auditor.attestation.statements.verification import Verifier, make_verification_statement
from auditor.attestation.steps import PASSED
from auditor.canon.json import canonical_bytes
from auditor.errors import (
    AttestationError,
    AuditorError,
    BindingError,
    EnvelopeError,
    SignatureError,
    StatementError,
    TrustError,
)
from tests.e2e import attacks
from tests.e2e.attacks import (
    PEOPLE,
    Document,
    Package,
    declared,
    exit_code,
    keys_of,
    now,
    passes,
    refused,
    resealed,
    sign_raw,
    worse,
)
from tests.e2e.conftest import Attested

ENVELOPES = (layout.REPORT, layout.ATTESTATION, "seals/evidence.dsse.json", "seals/package.dsse.json")


def test_row_00_the_genuine_package_passes_and_so_does_one_sealed_again(package: Package) -> None:
    """What all the attacks below start from; a new seal by a sealer who changes nothing is no attack."""
    assert passes(package)
    package.all_anew()
    assert passes(package)
    assert exit_code(package) == 0


# --- 1: a finding is changed after it was signed


def test_row_01_a_changed_finding_under_the_old_signatures(package: Package) -> None:
    envelope = json.loads(package.read(layout.REPORT))
    payload = base64.b64decode(envelope["payload"]).replace(b'"state":"satisfied"', b'"state":"sATISFIED"', 1)
    envelope["payload"] = base64.b64encode(payload).decode()
    package.write(layout.REPORT, canonical_bytes(envelope))
    refused(package, BindingError, "not the file that was sealed")
    package.reseal()
    refused(package, SignatureError, "does not verify")
    assert exit_code(package) == 6


@pytest.mark.parametrize("name", ["mallory", "regulator"])
def test_row_01_a_changed_finding_signed_by_others(package: Package, name: str) -> None:
    """By a stranger, and by somebody whom the trust root knows for other things."""
    was = package.report()
    results = json.loads(canonical_bytes(dict(was.results)))
    worse(results)
    payload = make_results_statement(
        results, concluded_at=was.concluded_at, engine=was.engine, records=was.records,
        evidence_seal=was.evidence_seal, signers=[declared("assessor", keys_of=name)],
    )  # fmt: skip
    package.write(layout.REPORT, sign_raw(payload, keys_of(name)))
    package.all_anew()
    refused(package, TrustError, "no signature is by a key|is a key of urn:example:sample-regulator")


def test_row_01_signed_again_by_everybody_it_is_another_report(package: Package) -> None:
    """All who signed can do so; then it is their word, and the document, the seals and the acts are of the old one."""
    package.act("countersign", "reviewer")
    package.sign_report(worse)
    package.reseal()
    refused(package, BindingError, "about another report")
    package.sign_document()
    package.reseal()
    refused(package, BindingError, "attestation.pdf")


# --- 2: one of the two signatures is stripped or forged


@pytest.mark.parametrize("index", [0, 1], ids=["classical", "post-quantum"])
@pytest.mark.parametrize("path", ENVELOPES)
def test_row_02_one_algorithm_stripped_or_forged(package: Package, path: str, index: int) -> None:
    parsed = parse_envelope(package.read(path))
    target = json.loads(parsed.payload)["predicate"]["signers"][0]["keyids"][index]
    package.write(path, encode_envelope(parsed.payload, [one for one in parsed.signatures if one.keyid != target]))
    resealed(package, path)
    refused(package, SignatureError, "signed with one of two keys")
    forged = keys_of("mallory")[index].sign(pae(parsed.payload_type, parsed.payload))
    replaced = [Signature(one.keyid, forged) if one.keyid == target else one for one in parsed.signatures]
    package.write(path, encode_envelope(parsed.payload, replaced))
    resealed(package, path)
    refused(package, SignatureError, "does not verify")


# --- 3: one person in two roles


def test_row_03_one_person_in_two_roles(package: Package) -> None:
    twice = [declared("assessor"), declared("assessor", "technical-reviewer")]
    with pytest.raises(AttestationError, match="declared twice"):
        package.sign_report(names=("assessor",), signers=twice)

    def by_hand(document: Document) -> None:
        signers = document["predicate"]["signers"]
        signers[1] |= {"principal": signers[0]["principal"], "keyids": signers[0]["keyids"]}

    package.write(layout.REPORT, attacks.bend(package.read(layout.REPORT), by_hand, "assessor", "official"))
    package.reseal()
    refused(package, StatementError, "declared twice")


def test_row_03_a_second_person_by_another_name(package: Package) -> None:
    """The assessor's own keys, declared as the reviewer's; and the reviewer left out altogether."""
    signers = [declared("reviewer", keys_of="assessor"), declared("official")]
    package.sign_report(names=("assessor", "official"), signers=signers)
    package.all_anew()
    refused(package, TrustError, "is a key of urn:example:sample-assessor")
    package.sign_report(names=("assessor", "official"))
    package.all_anew()
    refused(package, SignatureError, "asks for 1 in the role technical-reviewer, and 0 signed")


# --- 4: the facility signs as its own assessor


def test_row_04_the_facility_as_assessor(package: Package, tmp_path: Path) -> None:
    signers = [declared("official", "assessor"), declared("reviewer")]
    package.sign_report(names=("official", "reviewer"), signers=signers)
    package.all_anew()
    refused(package, TrustError, "may not sign in the role assessor")

    def grant(document: Document) -> None:
        official = next(one for one in document["principals"] if one["principal"].endswith("official"))
        official["roles"].append("assessor")

    with pytest.raises(AuditorError, match="assessor"):
        attacks.trust_root(tmp_path / "trust.json", grant)


def test_row_04_another_assessor_lends_a_document(package: Package, tmp_path: Path) -> None:
    """A rival, trusted for its own reports, puts a document of its own beside somebody else's report."""
    trust = attacks.trust_root(tmp_path / "trust.json", attacks.add_rival)
    assert passes(package, trust=trust)
    package.sign_document(("rival",), certificates=["ab" * 32])
    package.reseal()
    refused(package, TrustError, "an organisation that did not sign the report", trust=trust)


# --- 5: an envelope taken for another kind


@pytest.mark.parametrize("other", ENVELOPES)
@pytest.mark.parametrize("path", [*ENVELOPES, "acts/0001.dsse.json", "seals/late.dsse.json"])
def test_row_05_a_genuine_envelope_in_the_place_of_another(package: Package, path: str, other: str) -> None:
    if path == other:
        return
    package.write(path, package.read(other))
    if path == "seals/late.dsse.json":
        package.restamp("late")
    elif path != "acts/0001.dsse.json":
        resealed(package, path)
    refused(package, (BindingError, StatementError))


def test_row_05_a_verdict_or_a_trust_root_presented_as_a_report(package: Package, tmp_path: Path) -> None:
    genuine = package.report().payload
    about = Subject("report", "sha512", "d4" * 64)
    verdict = make_verification_statement([about], Verifier("x", "d4" * 32), now(), PASSED, ())
    for data, kind in (
        (sign_raw(verdict, keys_of(*PEOPLE)), StatementError),
        (attacks.TRUST.read_bytes(), EnvelopeError),
        (sign_raw(genuine, keys_of(*PEOPLE), "application/json"), EnvelopeError),
        (sign_raw(genuine, keys_of(*PEOPLE), "application/vnd.dc-attest.trust-root+json"), EnvelopeError),
    ):
        (tmp_path / "report.dsse.json").write_bytes(data)
        assert isinstance(attacks.judge(tmp_path / "report.dsse.json").error, kind)
        package.write(layout.REPORT, data)
        package.reseal()
        refused(package, kind)


# --- 6: one payload is verified and another shown


def test_row_06_a_payload_given_twice_or_spelled_otherwise(package: Package) -> None:
    genuine = package.read(layout.REPORT)
    other = base64.b64encode(package.report().payload.replace(b"satisfied", b"sATISFIED"))
    for data in (
        genuine.replace(b'{"payload":', b'{"payload":"' + other + b'","payload":', 1),
        genuine[:-1] + b',"payload":"' + other + b'"}',
        genuine.replace(b'"payload":"e', b'"payload":"\\u0065', 1),
        b" " + genuine,
        genuine + b"\n",
    ):
        assert data != genuine
        package.write(layout.REPORT, data)
        package.reseal()
        refused(package, EnvelopeError)


# --- 7: parts of another genuine package


@pytest.mark.parametrize(
    "paths",
    [(layout.PDF,), (layout.ATTESTATION,), (layout.PDF, layout.ATTESTATION), (layout.REPORT,)],
    ids=["the PDF", "its statement", "both", "the report"],
)
def test_row_07_the_document_of_another_package(package: Package, skarvoy: Attested, paths: tuple[str, ...]) -> None:
    package.take(skarvoy.package, *paths)
    refused(package, BindingError, "not the file that was sealed")
    package.reseal()
    refused(package, BindingError, "another|longer than the PDF")
    assert exit_code(package) == 6
