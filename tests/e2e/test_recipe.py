"""The recipe of docs/verify.md: with an OpenSSL that knows ML-DSA-87 it passes what is genuine and nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.canon.json import canonical_bytes
from samples.authorities import make_crl
from samples.identities import sample_document
from tests.e2e.attacks import Package, keys_of, payload_of, sign_raw
from tests.e2e.conftest import KEYS, ROOT, Attested, Done, signed_root, timed

TRUST = KEYS / "trust.json"


def openssl() -> str:
    """The openssl to use: `OPENSSL` names another than the one on the path."""
    return os.environ.get("OPENSSL", "openssl")


def knows_ml_dsa() -> bool:
    done = subprocess.run([openssl(), "list", "-signature-algorithms"], capture_output=True, text=True, check=False)
    return "ML-DSA-87" in done.stdout


new_openssl = pytest.mark.skipif(
    not knows_ml_dsa(), reason="the recipe takes OpenSSL 3.5 or newer (ML-DSA-87); OPENSSL=... names one"
)


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The script as a reader copies it from the page."""
    page = (ROOT / "docs" / "verify.md").read_text()
    (script,) = re.findall(r"```sh\n(# usage: sh recipe\.sh .*?)```", page, re.DOTALL)
    path = tmp_path_factory.mktemp("recipe") / "recipe.sh"
    path.write_text(script)
    return path


def run(recipe: Path, package: Path, trust: Path = TRUST, **environment: str) -> Done:
    done = subprocess.run(
        ["sh", recipe, package, trust], capture_output=True, text=True, check=False,
        env={**os.environ, "OPENSSL": openssl(), **environment},
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def sealed_late(fjordheim: Attested, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sound facility's package with its late seal."""
    place = tmp_path_factory.mktemp("late")
    package = Path(shutil.copytree(fjordheim.package, place / "package"))
    (place / "ca.crl").write_bytes(make_crl(datetime.now(UTC)))
    done = timed(
        "package", "late", package, "--crl", place / "ca.crl", "--sealer", KEYS / "sealer.signer.json", "--trust", TRUST
    )
    assert done.code == 0, done.err
    return package


Change = Callable[[Path], None]


def flipped(path: str, find: bytes | int) -> Change:
    """A change of one bit at a place: an offset (negative from the end), or just behind some bytes."""

    def change(package: Path) -> None:
        data = bytearray((package / path).read_bytes())
        at = data.index(find) + len(find) if isinstance(find, bytes) else find % len(data)
        data[at] ^= 1
        (package / path).write_bytes(data)

    return change


def removed(path: str) -> Change:
    return lambda package: (package / path).unlink()


def added(path: str, data: bytes = b"{}") -> Change:
    def change(package: Path) -> None:
        (package / path).parent.mkdir(parents=True, exist_ok=True)
        (package / path).write_bytes(data)

    return change


def linked(package: Path) -> None:
    (package / "README.txt").unlink()
    (package / "README.txt").symlink_to("/etc/hostname")


def not_opened(package: Path) -> None:
    path = package / "evidence/openings.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


SHA512 = bytes.fromhex("0609608648016503040203")
CHANGES: dict[str, Change] = {
    "report: payload": flipped("report.dsse.json", b'"payload":"'),
    "report: type": flipped("report.dsse.json", b'"payloadType":"'),
    "report: key id": flipped("report.dsse.json", b'"keyid":"sha256:'),
    "report: signature": flipped("report.dsse.json", b'"sig":"'),
    "report: last signature": flipped("report.dsse.json", -40),
    "attestation: payload": flipped("attestation.dsse.json", b'"payload":"'),
    "attestation: signature": flipped("attestation.dsse.json", b'"sig":"'),
    "manifest": flipped("manifest.json", b'"size":'),
    "manifest: spelling": added("manifest.json", b'{"format":"package-manifest/1"}\n'),
    "seal: payload": flipped("seals/package.dsse.json", b'"payload":"'),
    "seal: signature": flipped("seals/package.dsse.json", b'"sig":"'),
    "evidence seal": flipped("seals/evidence.dsse.json", b'"payload":"'),
    "late seal": flipped("seals/late.dsse.json", b'"payload":"'),
    "question: imprint": flipped("seals/package.alpha.tsq", SHA512 + bytes.fromhex("05000440")),
    "question: nonce": flipped("seals/package.beta.tsq", -5),
    "answer: imprint": flipped("seals/package.alpha.tsr", SHA512 + bytes.fromhex("05000440")),
    "answer: signature": flipped("seals/package.alpha.tsr", -1),
    "answer of the other": flipped("seals/package.beta.tsr", -1),
    "answer about the evidence": flipped("seals/evidence.beta.tsr", -1),
    "answer about the late seal": flipped("seals/late.alpha.tsr", -1),
    "revocation list": flipped("seals/revocation/ca.crl", -1),
    "PDF: first byte": flipped("attestation.pdf", 0),
    "PDF: last byte": flipped("attestation.pdf", -1),
    "tree": flipped("evidence/tree.json", b'"root":"'),
    "leaves": flipped("evidence/leaves.bin", 40),
    "opening: salt": flipped("evidence/openings.jsonl", b'"salt":"'),
    "opening: last line end": flipped("evidence/openings.jsonl", -1),
    "record leaves": flipped("evidence/records/pacs-events.leaves.bin", 7),
    "a file of evidence": flipped("evidence/files/evidence/physical/onguard-events.csv", 1000),
    "read me": flipped("README.txt", 3),
    "no report": removed("report.dsse.json"),
    "no document": removed("attestation.dsse.json"),
    "no seal": removed("seals/package.dsse.json"),
    "no evidence seal": removed("seals/evidence.dsse.json"),
    "no question": removed("seals/package.alpha.tsq"),
    "no revocation list": removed("seals/revocation/ca.crl"),
    "no leaves": removed("evidence/leaves.bin"),
    "an opening dropped, its file kept": not_opened,
    "a file more": added("notes.txt"),
    "a file of evidence more": added("evidence/files/evidence/more.csv"),
    "a revocation list more": added("seals/revocation/more.crl"),
    "a trust root of its own": added("trust.json"),
    "a link": linked,
}


@new_openssl
def test_a_genuine_package_passes_and_says_what_was_not_done(recipe: Path, sealed_late: Path) -> None:
    done = run(recipe, sealed_late)
    assert done.code == 0, done.out + done.err
    for name in ("Sample Assessor", "Sample Reviewer", "Sample Official"):
        for algorithm in ("ecdsa-p384", "ml-dsa-87"):
            assert re.search(rf"^ok  {algorithm}: report.dsse.json by {name}, ", done.out, re.MULTILINE)
    assert "31 of 31 findings satisfied" in done.out
    assert "the evidence was sealed by" in done.out
    assert "49 leaves have the signed root, 49 are opened" in done.out
    assert "48 of 48 items of evidence are here" in done.out
    assert "Not done here: the results are not recomputed" in done.out
    assert "revocation lists: 1" in done.out
    assert done.out.count(" by alpha at ") == done.out.count(" by beta at ") == 3
    assert max(map(len, done.out.splitlines())) <= 80


@new_openssl
def test_a_package_without_its_late_seal_and_one_that_withholds_pass(
    recipe: Path, fjordheim: Attested, tmp_path: Path
) -> None:
    assert run(recipe, fjordheim.package).code == 0
    edition = Path(shutil.copytree(fjordheim.package, tmp_path / "edition"))
    shutil.rmtree(edition / "evidence" / "files")
    (edition / "evidence" / "openings.jsonl").unlink()
    done = run(recipe, edition)
    assert done.code == 0, done.out + done.err
    assert "0 of 48 items of evidence are here" in done.out


@new_openssl
@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_package_fails(recipe: Path, sealed_late: Path, tmp_path: Path, name: str) -> None:
    package = Path(shutil.copytree(sealed_late, tmp_path / "package"))
    CHANGES[name](package)
    done = run(recipe, package)
    assert done.code == 1, done.out
    assert done.out.splitlines()[-1] == "FAILED: do not rely on it"
    assert "What was signed" not in done.out


@new_openssl
@pytest.mark.parametrize("find", [b'"payload":"', b'"keyid":"sha256:', b'"sig":"', -40])
def test_a_changed_trust_root_fails(recipe: Path, sealed_late: Path, tmp_path: Path, find: bytes | int) -> None:
    shutil.copy(TRUST, tmp_path / "trust.json")
    flipped("trust.json", find)(tmp_path)
    assert run(recipe, sealed_late, tmp_path / "trust.json").code == 1


@new_openssl
@pytest.mark.parametrize("path", ["report.dsse.json", "attestation.dsse.json", "manifest.json", "evidence/tree.json",
                                  "seals/package.dsse.json", "seals/package.alpha.tsr"])  # fmt: skip
def test_a_file_of_another_genuine_package_fails(
    recipe: Path, sealed_late: Path, skarvoy: Attested, tmp_path: Path, path: str
) -> None:
    package = Path(shutil.copytree(sealed_late, tmp_path / "package"))
    shutil.copy(skarvoy.package / path, package / path)
    assert run(recipe, package).code == 1


@new_openssl
def test_the_package_of_people_whom_the_reader_does_not_know_fails(
    recipe: Path, sealed_late: Path, tmp_path: Path
) -> None:
    document = sample_document()
    document["principals"] = [one for one in document["principals"] if "reviewer" not in one["principal"]]
    document["thresholds"]["assessment-results"] = {"assessor": 1}
    (tmp_path / "trust.json").write_bytes(signed_root(document))
    done = run(recipe, sealed_late, tmp_path / "trust.json")
    assert (done.code, "unknown to your trust root: urn:example:sample-reviewer" in done.err) == (1, True)


@new_openssl
def test_a_reader_who_asks_for_more_people_or_earlier_revocation_is_heard(
    recipe: Path, sealed_late: Path, tmp_path: Path
) -> None:
    revoked = sample_document()
    keyid = revoked["principals"][0]["keys"][0]["keyid"]
    lost, told = "2026-06-01T00:00:00Z", "2031-01-01T00:00:00Z"
    revoked["revoked"] = [
        {"keyid": keyid, "reason": "key-compromise", "revokedAt": told, "invalidityDate": lost},
    ]
    later = sample_document()
    later["revoked"] = [{"keyid": keyid, "reason": "superseded", "revokedAt": told, "invalidityDate": told}]
    over = sample_document()
    over["algorithms"]["rfc3161"] = lost
    for document, code in ((revoked, 1), (later, 0), (over, 7)):
        (tmp_path / "trust.json").write_bytes(signed_root(document))
        assert run(recipe, sealed_late, tmp_path / "trust.json").code == code


@new_openssl
def test_what_is_no_folder_cannot_be_verified(recipe: Path, sealed_late: Path, tmp_path: Path) -> None:
    for place in (sealed_late / "README.txt", tmp_path / "none"):
        done = run(recipe, place)
        assert (done.code, done.out.count("this is no folder")) == (7, 1)


@new_openssl
def test_a_verdict_that_the_findings_do_not_come_to_is_refused_by_name(
    recipe: Path, sealed_late: Path, tmp_path: Path
) -> None:
    package = Package(sealed_late, tmp_path / "package")
    report = "report.dsse.json"
    document = json.loads(payload_of(package.read(report)))
    results = document["predicate"]["results"]
    results["findings"][0]["state"] = "other-than-satisfied"
    document["subject"][-1]["digest"]["sha256"] = hashlib.sha256(canonical_bytes(results)).hexdigest()
    package.write(report, sign_raw(canonical_bytes(document), keys_of("assessor", "reviewer", "official")))
    package.all_anew()
    for path in package.paths():
        if path.startswith(("seals/late.", "seals/revocation/")):
            package.remove(path)
    done = run(recipe, package.folder)
    assert (done.code, "the verdict is not what the findings come to" in done.err) == (1, True)


def test_an_openssl_without_ml_dsa_says_that_it_cannot_verify(recipe: Path, tmp_path: Path) -> None:
    old = tmp_path / "openssl"
    old.write_text("#!/bin/sh\necho '{ 1.2.840.113549.1.1.1, 2.5.8.1.1, RSA, rsaEncryption } @ default'\n")
    old.chmod(0o755)
    done = run(recipe, tmp_path, OPENSSL=str(old))
    assert done.code == 7
    assert "CANNOT BE VERIFIED HERE: OpenSSL 3.5 or newer is needed" in done.out
