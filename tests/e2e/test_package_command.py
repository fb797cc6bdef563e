"""`auditor package`: what it refuses, and that what it adds to a package verifies."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from samples.authorities import make_crl
from tests.e2e.conftest import KEYS, TRUST, Attested, Done, auditor, timed

SEALER = ("--sealer", KEYS / "sealer.signer.json")
REGULATOR = ("--signer", KEYS / "regulator.signer.json")


@pytest.fixture
def package(fjordheim: Attested, tmp_path: Path) -> Path:
    return Path(shutil.copytree(fjordheim.package, tmp_path / "package"))


@pytest.fixture
def crl(tmp_path: Path) -> Path:
    (tmp_path / "ca.crl").write_bytes(make_crl(datetime.now(UTC)))
    return tmp_path / "ca.crl"


def late(package: Path, *lists: Path) -> Done:
    return timed("package", "late", package, *(word for path in lists for word in ("--crl", path)), *SEALER, *TRUST)


def files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*")}


def test_a_late_seal_is_made_once_and_verifies(package: Path, crl: Path) -> None:
    assert late(package, crl).code == 0
    done = auditor("verify", package, *TRUST)
    assert done.code == 0, done.err
    assert "1 revocation list, no later than" in done.out
    again = late(package, crl)
    assert again.code == 5
    assert "has its late seal already" in again.err


def test_a_late_seal_is_finished_where_it_was_interrupted(package: Path, crl: Path) -> None:
    """The statement is written last, so that what a lost run leaves is no seal, and the next run takes it up."""
    (package / "seals" / "revocation").mkdir()
    shutil.copy(crl, package / "seals" / "revocation" / "earlier.crl")
    for kind in ("tsq", "tsr"):
        shutil.copy(package / "seals" / f"package.alpha.{kind}", package / "seals" / f"late.gamma.{kind}")
    assert auditor("verify", package, *TRUST).code == 6
    assert late(package, crl).code == 0
    done = auditor("verify", package, *TRUST)
    assert done.code == 0, done.err
    assert "2 revocation lists, no later than" in done.out


def test_no_late_seal_over_lists_that_no_verifier_would_read(package: Path, crl: Path, tmp_path: Path) -> None:
    pem = tmp_path / "pem.crl"
    pem.write_bytes(x509.load_der_x509_crl(crl.read_bytes()).public_bytes(Encoding.PEM))
    (tmp_path / "other").mkdir()
    twin, odd = tmp_path / "other" / "ca.crl", tmp_path / "a list.crl"
    for path in (twin, odd):
        shutil.copy(crl, path)
    before = files(package)
    for lists, code, said in (((pem,), 5, "must be DER"), ((crl, twin), 5, "of one name"), ((odd,), 6, "no place")):
        done = late(package, *lists)
        assert done.code == code, done.err
        assert said in done.err
        assert files(package) == before


def test_an_act_over_this_report_is_added_and_no_other_file(
    package: Path, fjordheim: Attested, skarvoy: Attested, tmp_path: Path
) -> None:
    for facility in (fjordheim, skarvoy):
        done = auditor(
            "act", "acknowledge", facility.folder / "report.dsse.json", "--reason", "Received.", *REGULATOR,
            "--out", tmp_path / f"{facility.facility}.dsse.json",
        )  # fmt: skip
        assert done.code == 0, done.err
    assert auditor("package", "act", package, tmp_path / "fjordheim.dsse.json").code == 0
    again = auditor("package", "act", package, tmp_path / "fjordheim.dsse.json")
    assert (again.code, "has this act already" in again.err) == (5, True)
    assert [path.name for path in (package / "acts").iterdir()] == ["0001.dsse.json"]
    assert "acknowledge at" in auditor("verify", package, *TRUST).out
    for other, said in (
        (tmp_path / "skarvoy.dsse.json", "another report"),
        (package / "report.dsse.json", "predicate"),
    ):
        done = auditor("package", "act", package, other)
        assert done.code == 6, done.err
        assert said in done.err
        assert other.name in done.err
    assert len(list((package / "acts").iterdir())) == 1


def test_a_zip_is_the_same_each_time_and_verifies_as_the_folder_does(package: Path, tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        assert auditor("package", "zip", package, "--out", tmp_path / name).code == 0
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert auditor("verify", tmp_path / "one.zip", *TRUST).code == 0
    (package / "notes.txt").write_text("mine")
    assert auditor("package", "zip", package, "--out", tmp_path / "more.zip").code == 0
    assert auditor("verify", tmp_path / "more.zip", *TRUST).code == 6


def test_a_package_is_not_made_of_parts_that_do_not_belong_together(
    fjordheim: Attested, skarvoy: Attested, tmp_path: Path
) -> None:
    def make(report: Path, document: Path, bundle: Path, *more: str | Path) -> Done:
        return timed(
            "package", "make", report, "--document", document, "--bundle", bundle, *SEALER, *TRUST,
            "--out", tmp_path / "made", *more,
        )  # fmt: skip

    report, seal = fjordheim.folder / "report.dsse.json", fjordheim.folder / "seals" / "evidence.dsse.json"
    for words, code, said in (
        ((report, fjordheim.folder, skarvoy.bundle, "--evidence-seal", seal), 6, "not the evidence that was assessed"),
        ((report, fjordheim.folder, fjordheim.bundle), 5, "cites a seal"),
        ((report, tmp_path, fjordheim.bundle, "--evidence-seal", seal), 9, "attestation.pdf"),
    ):
        done = make(*words)
        assert done.code == code, done.err
        assert said in done.err
        assert not (tmp_path / "made").exists()


def test_nothing_is_certified_or_sealed_by_halves(skarvoy: Attested, tmp_path: Path) -> None:
    report = skarvoy.folder / "report.dsse.json"
    for words, said in (
        (("print", report, *TRUST, "--out", tmp_path / "x.pdf", "--pdf-key", KEYS / "pdf.key.pem"), "certificate"),
        (("print", report, *TRUST, "--out", tmp_path / "x.pdf", "--signer", f"assessor={KEYS}/assessor.signer.json"),
         "only a certified PDF"),
        (("attest", skarvoy.bundle, "--profile", "sl4", "--signer", f"assessor={KEYS}/assessor.signer.json", *TRUST,
          *SEALER, "--out", tmp_path / "x"), "or neither"),
    ):  # fmt: skip
        done = auditor(*words)
        assert done.code == 5, done.err
        assert said in done.err
    assert list(tmp_path.iterdir()) == []
