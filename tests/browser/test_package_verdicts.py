"""Packages through the page's code: the genuine one passes, and whatever is done to it does not."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest

from auditor.attestation.sign import sign_statement
from auditor.canon.instant import parse_instant
from auditor.canon.json import canonical_bytes
from samples.identities import signing_keys
from tests.browser import factory
from tests.browser.core import FAILED, OPEN, PASSED, Core
from tests.browser.factory import Files

YEAR = 365 * 86_400_000_000

NEVER_MISSING = [
    "README.txt",
    "manifest.json",
    "report.dsse.json",
    "attestation.pdf",
    "attestation.dsse.json",
    "evidence/tree.json",
    "evidence/leaves.bin",
    "evidence/records/badge-log-001.leaves.bin",
    "seals/evidence.dsse.json",
    "seals/evidence.alpha.tsq",
    "seals/evidence.alpha.tsr",
    "seals/package.dsse.json",
    "seals/package.beta.tsq",
    "seals/package.beta.tsr",
    "seals/late.dsse.json",
    "seals/revocation/pdf-ca.crl",
]
DISCLOSED = [
    "evidence/openings.jsonl",
    "evidence/records/badge-log-001.openings.jsonl",
    "evidence/files/evidence/pacs/badge-001.csv",
    "evidence/files/evidence/pacs/badge-004.csv",
    "seals/late.alpha.tsr",
    "seals/late.beta.tsq",
]


def states(verdict: dict[str, object]) -> dict[str, str]:
    steps = verdict["steps"]
    assert isinstance(steps, list)
    return {step["title"]: step["state"] for step in steps}


def test_a_package_passes_and_says_what_was_and_was_not_done(core: Core, whole: Files) -> None:
    verdict = core.verify(whole)
    assert (verdict["class"], verdict["problem"]) == (PASSED, None)
    found = states(verdict)
    for title in (
        "the package holds exactly the files of its manifest",
        "the manifest is sealed",
        "the time of sealing is proven",
        "revocation lists issued later are sealed",
        "the evidence was sealed before the conclusions",
        "the evidence tree has the signed root",
        "disclosed records belong to the signed record trees",
        "the attestation is the one that was signed",
        "the results attached to the PDF are those that were signed",
    ):
        assert found[title] == "done", title
    for title in (
        "the PDF keeps the strict profile and its certification verifies",
        "the visible text of the PDF says what was signed",
        "the results are recomputed from the evidence",
        "later acts verify",
        "human judgements are re-made",
    ):
        assert found[title] == "not-done", title
    assert [step["number"] for step in verdict["steps"]] == list(range(1, len(found) + 1))


def test_each_finding_tells_what_of_its_evidence_is_there(core: Core, whole: Files) -> None:
    seen = core.verify(whole)["added"]["visible"]
    assert (seen[0]["whole"], seen[0]["withheld"], seen[0]["total"]) == (3, 1, 4)
    assert (seen[1]["cited"], seen[1]["visible"]) == (1, 1)


def test_an_edition_that_withholds_everything_passes_and_says_so(core: Core, package: Files) -> None:
    kept = {p: d for p, d in package.items() if not p.startswith("evidence/files/") and not p.endswith(".jsonl")}
    verdict = core.verify(kept)
    assert verdict["class"] == PASSED
    assert states(verdict)["the disclosed evidence has the digests that were committed to"] == "not-done"
    seen = verdict["added"]["visible"][0]
    assert (seen["withheld"], seen["total"]) == (4, 4)


@pytest.mark.parametrize("path", NEVER_MISSING + DISCLOSED)
def test_any_flipped_byte_fails(core: Core, package: Files, path: str) -> None:
    """In each file at its ends and at three drawn places; a file that is cut short or longer fails as well."""
    data = package[path]
    drawn = random.Random(path)
    for at in {0, len(data) - 1, *(drawn.randrange(len(data)) for _ in range(3))}:
        spoiled = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        verdict = core.verify({**package, path: spoiled})
        assert verdict["class"] == FAILED, f"{path} byte {at}: {verdict['problem']}"
        assert verdict["signed"] is None
    assert core.verify({**package, path: data[:-1]})["class"] == FAILED
    assert core.verify({**package, path: data + b"\n"})["class"] == FAILED


@pytest.mark.parametrize("path", NEVER_MISSING)
def test_a_missing_file_fails(core: Core, package: Files, path: str) -> None:
    del package[path]
    assert core.verify(package)["class"] == FAILED


@pytest.mark.parametrize(
    "path",
    [
        "extra.txt",
        "trust.json",
        "verify.html",
        "evidence/files/evidence/unknown.csv",
        "evidence/files/../x",
        "../x",
        "/etc/passwd",
        "evidence/files/evidence/a\\b",
        "evidence/records/other.leaves.bin",
        "report.DSSE.json",
        "README.TXT",
        "seals/package.Alpha.tsr",
        "seals/package.gamma.tsr",
        "acts/1.dsse.json",
        "evidence/files/evidence/\u202ecsv",
        "evidence//tree.json",
        ".DS_Store",
    ],
)
def test_a_file_that_nothing_vouches_for_fails(core: Core, package: Files, path: str) -> None:
    verdict = core.verify({**package, path: b"x"})
    assert verdict["class"] == FAILED
    assert verdict["code"] == "verification.binding"


def test_every_pair_of_files_of_two_genuine_packages_fails(core: Core, package: Files) -> None:
    other = factory.make_package(items=5, late=True)
    for path in sorted(set(package) & set(other)):
        if package[path] == other[path]:
            continue
        assert core.verify({**package, path: other[path]})["class"] == FAILED, path


def test_a_report_by_other_people_in_a_genuine_package_fails(core: Core, package: Files) -> None:
    """The whole attestation is replaced with its seal, but the sealer has nobody's keys but a sealer's."""
    payload = json.loads(factory.payload_of(package["seals/package.dsse.json"]))
    payload["predicate"]["signers"][0]["principal"] = "urn:example:sample-assessor"
    forged = sign_statement(canonical_bytes(payload), signing_keys("sealer"))
    verdict = core.verify({**package, "seals/package.dsse.json": forged})
    assert verdict["class"] == FAILED


@pytest.mark.parametrize("kept", [("alpha",), ("beta",), ()])
def test_fewer_time_authorities_than_asked_for_cannot_be_verified(core: Core, kept: tuple[str, ...]) -> None:
    made = factory.make_package()
    for name in ("alpha", "beta"):
        if name not in kept:
            del made[f"seals/package.{name}.tsq"], made[f"seals/package.{name}.tsr"]
    verdict = core.verify(made)
    assert (verdict["class"], verdict["code"]) == (OPEN, "unverifiable")


def test_a_timestamp_over_another_seal_fails(core: Core, package: Files) -> None:
    for kind in ("tsq", "tsr"):
        package[f"seals/package.alpha.{kind}"] = package[f"seals/evidence.alpha.{kind}"]
    assert core.verify(package)["class"] == FAILED


def test_the_answer_of_one_authority_is_not_that_of_another(core: Core, package: Files) -> None:
    for kind in ("tsq", "tsr"):
        package[f"seals/package.alpha.{kind}"] = package[f"seals/package.beta.{kind}"]
    assert core.verify(package)["class"] == FAILED


def test_a_time_after_the_time_of_verification_fails(core: Core, package: Files) -> None:
    assert core.verify(package, at=parse_instant("2026-11-05T12:00:01Z"))["class"] == FAILED


def test_keys_are_judged_at_the_proven_time(core: Core, package: Files) -> None:
    """The sample keys end in 2046: the package still verifies in 2060, and the report alone does not."""
    late = parse_instant("2060-01-01T00:00:00Z")
    assert core.verify(package, at=late)["class"] == PASSED
    alone = core.verify({"report.dsse.json": package["report.dsse.json"]}, at=late, kind="file")
    assert (alone["class"], alone["code"]) == (FAILED, "verification.trust")


def test_a_withdrawal_by_those_who_assessed_fails(core: Core, package: Files) -> None:
    report = package["report.dsse.json"]
    verdict = core.verify({**package, "acts/0001.dsse.json": factory.act(report, "withdraw", "assessor")})
    assert verdict["class"] == FAILED
    assert "withdrawn" in verdict["problem"]


def test_a_withdrawal_that_is_still_to_come_is_told(core: Core, package: Files) -> None:
    act = factory.act(package["report.dsse.json"], "withdraw", "assessor", at=factory.now() + YEAR)
    verdict = core.verify({**package, "acts/0001.dsse.json": act})
    assert verdict["class"] == PASSED
    assert any("withdraw at" in step["detail"] for step in verdict["steps"])


@pytest.mark.parametrize(
    ("kind", "name"), [("acknowledge", "regulator"), ("object", "official"), ("countersign", "reviewer")]
)
def test_other_acts_are_told(core: Core, package: Files, kind: str, name: str) -> None:
    verdict = core.verify({**package, "acts/0001.dsse.json": factory.act(package["report.dsse.json"], kind, name)})
    assert (verdict["class"], states(verdict)["later acts verify"]) == (PASSED, "done")


def test_an_act_over_another_report_fails(core: Core, package: Files) -> None:
    act = factory.act(package["manifest.json"], "acknowledge", "regulator")
    assert core.verify({**package, "acts/0001.dsse.json": act})["class"] == FAILED


def test_a_status_list_that_withdraws_the_report_fails(core: Core, package: Files) -> None:
    listed = factory.status_list(package["report.dsse.json"])
    verdict = core.verify(package, status=listed)
    assert verdict["class"] == FAILED
    assert "withdrawn" in verdict["problem"]


def test_a_status_list_without_the_report_is_dated_in_the_verdict(core: Core, package: Files) -> None:
    verdict = core.verify(package, status=factory.status_list())
    assert states(verdict)["the newest status list does not withdraw it"] == "done"


def test_a_status_list_from_after_the_time_of_verification_fails(core: Core, package: Files) -> None:
    verdict = core.verify(package, status=factory.status_list(issued_at=factory.now() + YEAR))
    assert verdict["class"] == FAILED


# Zips


def spoil(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new, 1)


def as_zip(core: Core, data: bytes) -> dict[str, object]:
    return core.verify({"package.zip": data}, kind="file")


def test_a_stored_zip_is_the_same_package(core: Core, whole: Files) -> None:
    assert as_zip(core, factory.zipped(whole))["class"] == PASSED


def deflated(files: Files) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.writestr(path, files[path])
    return buffer.getvalue()


def with_comment(files: Files) -> bytes:
    buffer = BytesIO(factory.zipped(files))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = b"hello"
    return buffer.getvalue()


def twice(files: Files) -> bytes:
    buffer = BytesIO(factory.zipped(files))
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(zipfile.ZipInfo("README.txt"), b"another")
    return buffer.getvalue()


def marked(files: Files, attributes: int) -> bytes:
    """A zip whose readme would be unpacked as something else than a file."""
    entries = {**files}
    readme = zipfile.ZipInfo("README.txt")
    readme.external_attr = attributes
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(readme, entries.pop("README.txt"))
        for path in sorted(entries):
            archive.writestr(zipfile.ZipInfo(path), entries[path])
    return buffer.getvalue()


ZIP_ATTACKS: dict[str, Callable[[Files], bytes]] = {
    "compressed": deflated,
    "with a comment": with_comment,
    "one name twice": twice,
    "bytes before": lambda files: b"PK\x03\x04" + factory.zipped(files),
    "bytes after": lambda files: factory.zipped(files) + b"\0",
    "cut short": lambda files: factory.zipped(files)[:-30],
    "the local name differs": lambda files: spoil(factory.zipped(files), b"README.txt", b"README.tx_"),
    "encrypted flag": lambda files: spoil(
        factory.zipped(files), b"PK\x03\x04\x14\x00\x00\x00", b"PK\x03\x04\x14\x00\x01\x00"
    ),
    "empty": lambda files: b"PK\x03\x04" + b"PK\x05\x06" + b"\0" * 18,
    "a folder's entry": lambda files: factory.zipped({**files, "acts/": b""}),
    "a file marked as a link": lambda files: marked(files, 0o120777 << 16),
    "a file marked as a folder": lambda files: marked(files, 0x10),
}


@pytest.mark.parametrize("attack", sorted(ZIP_ATTACKS))
def test_a_zip_that_is_not_simply_stored_fails(core: Core, whole: Files, attack: str) -> None:
    verdict = as_zip(core, ZIP_ATTACKS[attack](whole))
    assert (verdict["class"], verdict["code"]) == (FAILED, "verification.binding")
