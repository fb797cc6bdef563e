"""Reports, trust roots and PDFs through the page's code, and through the Python verifier beside it."""

from __future__ import annotations

import json
import random
import re
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from auditor.attestation.envelope import PAYLOAD_TYPE, TRUST_ROOT_TYPE, Signature, encode_envelope, pae, parse_envelope
from auditor.attestation.keys import ALGORITHMS
from auditor.attestation.rotation import make_root, sign_root
from auditor.attestation.statements.seal import make_seal_statement
from auditor.attestation.verify import result_class, verify_report
from auditor.canon.instant import format_instant, parse_instant
from auditor.canon.json import canonical_bytes
from auditor.errors import UnverifiableError, VerificationError
from samples.identities import ROOT_HOLDERS, sample_document, signing_keys
from tests.browser import factory
from tests.browser.core import FAILED, OPEN, PASSED, Core

TRUST = factory.TRUST.read_bytes()


@pytest.fixture(scope="module")
def report(whole: factory.Files) -> bytes:
    return whole["report.dsse.json"]


def by_python(report: bytes, trust: bytes, at: int) -> tuple[str, str | None]:
    try:
        return result_class(verify_report(report, trust, at=at)), None
    except (VerificationError, UnverifiableError) as error:
        return result_class(error), error.code


def require_same(
    core: Core, report: bytes, *, trust: bytes = TRUST, at: int | None = None, with_code: bool = True
) -> dict[str, Any]:
    """The page's verdict, once the Python verifier has come to the same class and code.

    Of random damage the class alone is compared, since either may meet it first.
    """
    when = factory.now() if at is None else at
    verdict = core.verify({"report.dsse.json": report}, trust=trust, at=when, kind="file")
    expected = by_python(report, trust, when)
    assert verdict["class"] == expected[0], verdict["problem"]
    assert not with_code or verdict["code"] == expected[1], verdict["problem"]
    return verdict


def test_a_report_passes(core: Core, report: bytes) -> None:
    verdict = require_same(core, report)
    assert verdict["class"] == PASSED
    assert [one["role"] for one in verdict["signed"]["signers"]] == [
        "assessor",
        "technical-reviewer",
        "responsible-official",
    ]


def test_without_a_trust_root_nothing_is_verified(core: Core, report: bytes) -> None:
    assert require_same(core, report, trust=b"")["class"] == OPEN


def test_any_flipped_byte_fails_in_both(core: Core, report: bytes) -> None:
    drawn = random.Random(7)
    for at in (0, len(report) - 1, *(drawn.randrange(len(report)) for _ in range(60))):
        spoiled = report[:at] + bytes([report[at] ^ 1 << drawn.randrange(8)]) + report[at + 1 :]
        if spoiled != report:
            assert require_same(core, spoiled, with_code=False)["class"] == FAILED


def signatures(report: bytes) -> list[Signature]:
    return list(parse_envelope(report).signatures)


def rewritten(report: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    document = json.loads(report)
    change(document)
    return canonical_bytes(document)


def without_algorithm(report: bytes, index: int) -> bytes:
    statement = json.loads(factory.payload_of(report))
    keyid = statement["predicate"]["signers"][0]["keyids"][index]
    return rewritten(report, lambda d: d.update(signatures=[s for s in d["signatures"] if s["keyid"] != keyid]))


def without_person(report: bytes) -> bytes:
    return without_algorithm(without_algorithm(report, 0), 1)


def other_base64(report: bytes) -> bytes:
    document = json.loads(report)
    sig = document["signatures"][0]["sig"]
    return report.replace(sig.encode(), (sig[:-4] + sig[-4:].replace("=", "")).encode())


ATTACKS: dict[str, Callable[[bytes], bytes]] = {
    "the ECDSA signature is stripped": lambda r: without_algorithm(r, 0),
    "the ML-DSA signature is stripped": lambda r: without_algorithm(r, 1),
    "a person is stripped": without_person,
    "nobody signed": lambda r: rewritten(r, lambda d: d.update(signatures=[])),
    "a signature is there twice": lambda r: rewritten(r, lambda d: d["signatures"].insert(0, d["signatures"][0])),
    "signatures in another order": lambda r: rewritten(r, lambda d: d["signatures"].reverse()),
    "two signatures change places": lambda r: rewritten(
        r, lambda d: d["signatures"][0].update(sig=d["signatures"][1]["sig"])
    ),
    "an unknown key signs as well": lambda r: encode_envelope(
        factory.payload_of(r), [*signatures(r), Signature("sha256:" + "0" * 64, b"x" * 100)]
    ),
    "another payload type": lambda r: r.replace(b"in-toto+json", b"in-toto-json"),
    "an unknown member": lambda r: rewritten(r, lambda d: d.update(more=1)),
    "the payload is there twice": lambda r: r.replace(b'{"payload":', b'{"payload":"e30=","payload":', 1),
    "a line break at the end": lambda r: r + b"\n",
    "other base64": other_base64,
    "a blank": lambda r: r.replace(b'","', b'", "', 1),
    "not JSON": lambda _: b"hello",
    "empty": lambda _: b"",
    "deep": lambda _: b"[" * 100_000,
    "a trust root": lambda _: TRUST,
    "a seal": lambda _: factory.sign(
        make_seal_statement(
            stage="evidence",
            package=None,
            sealed_at=factory.AS_OF,
            subjects=[("bundle", "a" * 64)],
            signers=[factory.declared("sealer")],
        ),
        "sealer",
    ),
}


@pytest.mark.parametrize("attack", sorted(ATTACKS))
def test_attacks_on_the_envelope_fail_in_both(core: Core, report: bytes, attack: str) -> None:
    spoiled = ATTACKS[attack](report)
    assert spoiled != report
    assert require_same(core, spoiled)["class"] == FAILED


def resigned(report: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """The statement changed and signed anew by all three: what the signing side itself would refuse to make."""
    statement = json.loads(factory.payload_of(report))
    change(statement)
    payload = canonical_bytes(statement)
    keys = [key for name in ("assessor", "reviewer", "official") for key in signing_keys(name)]
    return encode_envelope(payload, [Signature(k.public.keyid, k.sign(pae(PAYLOAD_TYPE, payload))) for k in keys])


STATEMENT_ATTACKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "a finding is changed": lambda s: s["predicate"]["results"]["findings"][0].update(state="satisfied "),
    "another package": lambda s: s["predicate"].update(package="urn:dc-attest:package:" + "0" * 32),
    "another root": lambda s: s["subject"][0]["digest"].update(sha256="0" * 64),
    "a subject too many": lambda s: s["subject"].append(s["subject"][0]),
    "a subject too few": lambda s: s["subject"].pop(),
    "concluded before the assessment": lambda s: s["predicate"].update(concludedAt="2026-01-01T00:00:00Z"),
    "concluded in another spelling": lambda s: s["predicate"].update(
        concludedAt=s["predicate"]["concludedAt"].replace("Z", "+00:00")
    ),
    "another engine": lambda s: s["predicate"]["engine"].update(version="9"),
    "another sentence": lambda s: s["predicate"]["signers"][0].update(declares="I did not look."),
    "a role of another statement": lambda s: s["predicate"]["signers"][0].update(role="sealer"),
    "roles change places": lambda s: s["predicate"]["signers"][0].update(
        role="technical-reviewer", declares=s["predicate"]["signers"][1]["declares"]
    ),
    "one person twice": lambda s: s["predicate"]["signers"].append(s["predicate"]["signers"][0]),
    "keys in another order": lambda s: s["predicate"]["signers"][0]["keyids"].reverse(),
    "keys of another person": lambda s: s["predicate"]["signers"][0].update(
        principal=s["predicate"]["signers"][1]["principal"]
    ),
    "a signer undeclared": lambda s: s["predicate"]["signers"].pop(),
    "an unknown member": lambda s: s["predicate"].update(more=None),
    "records out of order": lambda s: s["predicate"]["records"].append(s["predicate"]["records"][0]),
    "an unknown type": lambda s: s.update(predicateType="https://in-toto.io/attestation/svr/v0.2"),
    "an instant with an idle zero": lambda s: s["predicate"].update(concludedAt="2026-11-22T10:00:00.0Z"),
    "no instant of assessment": lambda s: s["predicate"]["results"].update(asOf=None),
}


@pytest.mark.parametrize("attack", sorted(STATEMENT_ATTACKS))
def test_attacks_on_the_statement_fail_in_both(core: Core, report: bytes, attack: str) -> None:
    assert require_same(core, resigned(report, STATEMENT_ATTACKS[attack]))["class"] == FAILED


@pytest.mark.parametrize(
    "at", ["2026-11-05T11:59:59Z", "2025-01-01T00:00:00Z", "2046-01-01T00:00:00Z", "2100-01-01T00:00:00Z"]
)
def test_times_at_which_the_report_does_not_count_fail_in_both(core: Core, report: bytes, at: str) -> None:
    assert require_same(core, report, at=parse_instant(at))["class"] == FAILED


# Trust roots


def signed_root(change: Callable[[dict[str, Any]], None], *holders: str) -> bytes:
    """A trust root whose content need not be sound, signed all the same."""
    document = json.loads(make_root(sample_document()))
    change(document)
    payload = canonical_bytes(document)
    keys = [key for name in holders or ROOT_HOLDERS for key in signing_keys(name)]
    made = [Signature(k.public.keyid, k.sign(pae(TRUST_ROOT_TYPE, payload))) for k in keys]
    return encode_envelope(payload, made, TRUST_ROOT_TYPE)


def revoke(reason: str, revoked_at: str, invalidity: str) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        keyid = document["principals"][0]["keys"][0]["keyid"]
        entry = {"keyid": keyid, "reason": reason, "revokedAt": revoked_at, "invalidityDate": invalidity}
        document["revoked"].append(entry)

    return change


def same_organisation(document: dict[str, Any]) -> None:
    document["separation"] = [["assessor", "technical-reviewer"]]


OLD, SOON = "2026-06-01T00:00:00Z", "2040-01-01T00:00:00Z"
ROOTS: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "as it is": (lambda d: None, PASSED),
    "a key revoked before": (revoke("superseded", OLD, OLD), FAILED),
    "a key revoked later": (revoke("cessation", SOON, SOON), PASSED),
    "a key compromised before": (revoke("key-compromise", SOON, OLD), FAILED),
    "an invalidity date that does not count": (revoke("superseded", SOON, OLD), FAILED),
    "an algorithm relied on no more": (lambda d: d["algorithms"].update({ALGORITHMS[1]: OLD}), OPEN),
    "an algorithm relied on for long": (lambda d: d["algorithms"].update({ALGORITHMS[1]: SOON}), PASSED),
    "another catalog": (lambda d: d.update(catalogs=["a" * 64]), FAILED),
    "this catalog": (lambda d: d.update(catalogs=["c" * 64]), PASSED),
    "another engine": (lambda d: d.update(engines=["a" * 64]), FAILED),
    "two assessors needed and not there": (lambda d: d["thresholds"]["assessment-results"].update(assessor=2), FAILED),
    "reviewer of another organisation needed": (same_organisation, FAILED),
    "no thresholds": (lambda d: d.update(thresholds={}), FAILED),
    "an empty list of catalogs": (lambda d: d.update(catalogs=[]), FAILED),
    "a key that is not yet valid": (lambda d: d["principals"][0]["keys"][1].update(notBefore=SOON), FAILED),
    "one key for two": (lambda d: d["principals"][0]["keys"].append(d["principals"][1]["keys"][0]), FAILED),
    "a wrong key id": (lambda d: d["principals"][0]["keys"][0].update(keyid="sha256:" + "0" * 64), FAILED),
    "a facility that assesses": (lambda d: d["principals"][2].update(roles=["assessor"]), FAILED),
    "an unknown organisation": (lambda d: d["principals"][0].update(organisation="urn:example:nobody"), FAILED),
    "an unknown member": (lambda d: d.update(more=1), FAILED),
    "a threshold of holders out of reach": (lambda d: d["root"].update(threshold=3), FAILED),
    "an assessor who is not known": (lambda d: d["principals"].pop(0), FAILED),
    "an instant in another spelling": (lambda d: d.update(issuedAt="2026-01-01T00:00:00.0Z"), FAILED),
    "more operators asked for than there are": (lambda d: d.update(timeThreshold=3), FAILED),
}


@pytest.mark.parametrize("name", sorted(ROOTS))
def test_trust_roots_lead_both_to_the_same_verdict(core: Core, report: bytes, name: str) -> None:
    change, expected = ROOTS[name]
    assert require_same(core, report, trust=signed_root(change))["class"] == expected


def test_a_trust_root_signed_by_too_few_holders_fails_in_both(core: Core, report: bytes) -> None:
    assert require_same(core, report, trust=signed_root(lambda d: None, "root-a"))["class"] == FAILED


def test_a_trust_root_signed_by_others_fails_in_both(core: Core, report: bytes) -> None:
    assert require_same(core, report, trust=signed_root(lambda d: None, "assessor", "reviewer"))["class"] == FAILED


def test_any_flipped_byte_of_the_trust_root_fails_in_both(core: Core, report: bytes) -> None:
    drawn = random.Random(11)
    for at in (0, len(TRUST) - 1, *(drawn.randrange(len(TRUST)) for _ in range(40))):
        spoiled = TRUST[:at] + bytes([TRUST[at] ^ 1 << drawn.randrange(8)]) + TRUST[at + 1 :]
        assert require_same(core, report, trust=spoiled, with_code=False)["class"] == FAILED


def test_half_a_holder_fails_in_both(core: Core, report: bytes) -> None:
    payload = make_root(sample_document())
    half = json.loads(sign_root(payload, [key for name in ROOT_HOLDERS for key in signing_keys(name)]))
    half["signatures"].pop()
    assert require_same(core, report, trust=canonical_bytes(half))["class"] == FAILED


# PDFs


def pdf(core: Core, data: bytes) -> dict[str, Any]:
    return core.verify({"attestation.pdf": data}, kind="file")


def test_a_pdf_brings_its_report(core: Core, whole: factory.Files) -> None:
    verdict = pdf(core, whole["attestation.pdf"])
    assert verdict["class"] == PASSED
    undone = [step["title"] for step in verdict["steps"] if step["state"] == "not-done"]
    assert "the PDF keeps the strict profile and its certification verifies" in undone


def updated(data: bytes, objects: list[tuple[int, bytes]]) -> bytes:
    start = int(data.rsplit(b"startxref\n", 1)[1].split()[0])
    return factory.append_revision(data, objects, previous=start, size=99)


def stream(data: bytes) -> bytes:
    packed = zlib.compress(data)
    return b"<</Type /EmbeddedFile/Filter /FlateDecode/Length %d>>\nstream\n%b\nendstream" % (len(packed), packed)


def named(data: bytes, names: bytes, listed: bytes | None = None, more: bytes = b"") -> bytes:
    """A catalog with these attachments, and as associated files the same or those `listed`."""
    same = b" ".join(re.findall(rb"\d+ 0 R", names)) if listed is None else listed
    catalog = b"<</Type /Catalog/Pages 2 0 R/Names <</EmbeddedFiles <</Names [%b]%b>>>>/AF [%b]>>"
    return updated(data, [(1, catalog % (names, more, same))])


BOMB = zlib.compress(b"\0" * 200_000_000, 1)
GOOD = b"(report.dsse.json) 4 0 R (results.json) 6 0 R"
PDF_ATTACKS: dict[str, Callable[[bytes], bytes]] = {
    "other results attached by an update": lambda p: updated(p, [(5, stream(b"{}"))]),
    "another report attached by an update": lambda p: updated(p, [(3, stream(b"{}"))]),
    "another file specification": lambda p: updated(
        p, [(6, b"<</Type /Filespec/F (results.json)/UF (results.json)/EF <</F 3 0 R>>>>")]
    ),
    "the results are the report": lambda p: named(p, b"(report.dsse.json) 4 0 R (results.json) 4 0 R"),
    "an attachment is missing": lambda p: named(p, b"(report.dsse.json) 4 0 R"),
    "an attachment is there twice": lambda p: named(p, GOOD + b" (results.json) 6 0 R"),
    "listed in two ways": lambda p: named(p, GOOD, b"4 0 R 4 0 R"),
    "listed here and not there": lambda p: named(p, GOOD, b"4 0 R"),
    "a tree of names beside the list": lambda p: named(p, GOOD, more=b"/Kids [6 0 R]"),
    "other contents under the other name": lambda p: named(
        updated(p, [(10, b"<</F (results.json)/UF (results.json)/EF <</F 5 0 R/UF 3 0 R>>>>")]),
        b"(report.dsse.json) 4 0 R (results.json) 10 0 R",
    ),
    "a hidden object number": lambda p: named(p, b"(report.dsse.json) 40 0 R (results.json) 6 0 R"),
    "bytes after the end": lambda p: p + b"%more",
    "cut short": lambda p: p[:-200],
    "only a head": lambda _: b"%PDF-1.7\n",
    "a stream that unpacks without end": lambda p: named(
        updated(
            p,
            [
                (9, b"<</Filter /FlateDecode/Length %d>>\nstream\n%b\nendstream" % (len(BOMB), BOMB)),
                (10, b"<</F (results.json)/UF (results.json)/EF <</F 9 0 R>>>>"),
            ],
        ),
        b"(report.dsse.json) 4 0 R (results.json) 10 0 R",
    ),
    "a length that leads to itself": lambda p: named(
        updated(
            p,
            [
                (9, b"<</Length 9 0 R>>\nstream\nx\nendstream"),
                (10, b"<</F (results.json)/UF (results.json)/EF <</F 9 0 R>>>>"),
            ],
        ),
        b"(report.dsse.json) 4 0 R (results.json) 10 0 R",
    ),
    "a catalog nested without end": lambda p: updated(p, [(1, b"<</A " * 5000 + b">>" * 5000)]),
}


@pytest.mark.parametrize("attack", sorted(PDF_ATTACKS))
def test_attacks_on_the_pdf_fail(core: Core, whole: factory.Files, attack: str) -> None:
    spoiled = PDF_ATTACKS[attack](whole["attestation.pdf"])
    assert pdf(core, spoiled)["class"] == FAILED


def test_revisions_that_lead_back_to_themselves_fail(core: Core, whole: factory.Files) -> None:
    data = whole["attestation.pdf"]
    start = int(data.rsplit(b"startxref\n", 1)[1].split()[0])
    previous = int(data.rsplit(b"/Prev ", 1)[1].split(b">>")[0])
    circle = data.replace(b"/Prev %d" % previous, b"/Prev %d" % start)
    assert len(str(start)) == len(str(previous)) or circle != data
    assert pdf(core, circle)["class"] == FAILED


def test_a_pdf_that_hides_its_objects_in_streams_cannot_be_read_here(core: Core, whole: factory.Files) -> None:
    """A cross-reference stream is good PDF; this page does not read it, and does not call it false."""
    data = whole["attestation.pdf"]
    at = len(data)
    hidden = data + b"50 0 obj\n<</Type /XRef>>\nendobj\nstartxref\n%d\n%%%%EOF\n" % at
    assert pdf(core, hidden)["class"] == OPEN


# The verdict, saved


def test_the_verdict_is_a_verification_statement(core: Core, report: bytes) -> None:
    verdict = require_same(core, report)
    statement = json.loads(verdict["statement"])
    assert canonical_bytes(statement).decode() == verdict["statement"]
    assert statement["predicateType"] == "https://in-toto.io/attestation/svr/v0.2"
    assert statement["subject"] == [{"name": "report.dsse.json", "digest": {"sha512": factory.sha512(report)}}]
    predicate = statement["predicate"]
    assert predicate["properties"][0] == "AUDITOR_RESULT_PASSED_WITH_THE_STATED_LIMITS"
    assert predicate["verifier"]["policies"][0]["digest"]["sha256"] == verdict["added"]["trust"]["sha256"]
    assert predicate["timeCreated"] == format_instant(0)


def test_a_failed_verdict_says_so_and_names_no_signed_fact(core: Core, report: bytes) -> None:
    verdict = core.verify({"report.dsse.json": report[:-1]}, kind="file")
    predicate = json.loads(verdict["statement"])["predicate"]
    assert predicate["properties"][0] == "AUDITOR_RESULT_FAILED"
    assert verdict["signed"] is None
