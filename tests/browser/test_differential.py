"""The same package through the page's code and through the Python verifier: one class, and one code, for both.

The page does not judge the PDF's own signature and pages, so that part is left out of the Python side too.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.attestation.statements.results import parse_results
from auditor.attestation.verify import result_class
from auditor.errors import BindingError, UnverifiableError, VerificationError
from auditor.jobs import verify_package
from auditor.jobs.verify import VerifyRequest, verify
from tests.browser import factory
from tests.browser.core import FAILED, OPEN, PASSED, Core
from tests.browser.factory import Files
from tests.browser.test_package_verdicts import DISCLOSED, NEVER_MISSING, ZIP_ATTACKS

Change = Callable[[Files], Files]


@pytest.fixture(autouse=True)
def _pages_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_package, "verify_pdf", lambda *_: None)


def by_python(place: Path, at: int, status: Path | None = None) -> tuple[str, str | None]:
    try:
        return result_class(verify(VerifyRequest(file=place, trust=factory.TRUST, at=at, status=status)).report), None
    except (VerificationError, UnverifiableError) as error:
        return result_class(error), error.code


def require_same(
    core: Core, files: Files, place: Path, status: bytes | None = None, *, with_code: bool = True
) -> tuple[str, str | None]:
    """What both said of the folder; of random damage the class alone is compared, since either may meet it first."""
    shutil.rmtree(place, ignore_errors=True)
    at = factory.now()
    listed = None
    if status is not None:
        listed = place.with_name("status.dsse.json")
        listed.write_bytes(status)
    expected = by_python(factory.write_folder(files, place), at, listed)
    verdict = core.verify(files, at=at, status=status)
    assert verdict["class"] == expected[0], verdict["problem"]
    assert not with_code or verdict["code"] == expected[1], verdict["problem"]
    return expected


def test_the_genuine_package_passes_in_both(core: Core, whole: Files, tmp_path: Path) -> None:
    assert require_same(core, whole, tmp_path / "p") == (PASSED, None)


@pytest.mark.parametrize("path", [one for one in NEVER_MISSING + DISCLOSED if one != "attestation.pdf"])
def test_flipped_bytes_are_found_by_both(core: Core, package: Files, tmp_path: Path, path: str) -> None:
    drawn = random.Random(f"differ {path}")
    data = package[path]
    for _ in range(3):
        at = drawn.randrange(len(data))
        spoiled = data[:at] + bytes([data[at] ^ 1 << drawn.randrange(8)]) + data[at + 1 :]
        assert require_same(core, {**package, path: spoiled}, tmp_path / "p", with_code=False)[0] == FAILED


def without(*starts: str) -> Change:
    return lambda files: {path: data for path, data in files.items() if not path.startswith(starts)}


def act(kind: str, name: str) -> Change:
    return lambda files: {**files, "acts/0001.dsse.json": factory.act(files["report.dsse.json"], kind, name)}


def resealed(files: Files) -> Files:
    """The manifest and its seal made anew over the same files, as a sealer may."""
    statement = parse_results(factory.payload_of(files["report.dsse.json"]))
    return factory.seal_package(without("seals/package.", "seals/late.", "seals/revocation/")(files), statement.package)


def other_seal(files: Files) -> Files:
    """Everything sealed anew around another seal over the evidence than the one the report cites."""
    root = parse_results(factory.payload_of(files["report.dsse.json"])).results["bundle"]["root"]
    return resealed({**files, **factory.seal("evidence", None, [("bundle", root)])})


def other_readme(files: Files) -> Files:
    return resealed({**files, "README.txt": b"written after the report was signed\n"})


def extra_records(files: Files) -> Files:
    return resealed({**files, "evidence/records/another.leaves.bin": b"\0" * 32})


def extra_stamp(files: Files) -> Files:
    """An authority that the trust root does not know: told, and not counted."""
    stamped = {f"seals/late.gamma.{kind}": files[f"seals/late.alpha.{kind}"] for kind in ("tsq", "tsr")}
    return {**files, **stamped}


CHANGES: dict[str, tuple[Change, str]] = {
    "no late seal": (without("seals/late.", "seals/revocation/"), PASSED),
    "a revocation list that nothing seals": (without("seals/late."), FAILED),
    "one authority less": (without("seals/package.alpha.", "seals/late.", "seals/revocation/"), OPEN),
    "a question without its answer": (without("seals/package.alpha.tsr"), FAILED),
    "no seal": (without("seals/package.", "seals/late.", "seals/revocation/"), FAILED),
    "timestamps without their seal": (without("seals/package.dsse.json"), FAILED),
    "nothing disclosed": (
        without("evidence/files/", "evidence/openings", "evidence/records/badge-log-001.openings"),
        PASSED,
    ),
    "files without openings": (without("evidence/openings.jsonl"), FAILED),
    "openings without files": (without("evidence/files/"), PASSED),
    "no manifest": (without("manifest.json"), FAILED),
    "nothing at all": (lambda _: {}, FAILED),
    "sealed anew": (resealed, PASSED),
    "another readme, sealed anew": (other_readme, PASSED),
    "another seal over the evidence": (other_seal, FAILED),
    "records that the report does not sign": (extra_records, FAILED),
    "an unknown authority": (extra_stamp, PASSED),
    "withdrawn": (act("withdraw", "assessor"), FAILED),
    "acknowledged": (act("acknowledge", "regulator"), PASSED),
    "objected to": (act("object", "official"), PASSED),
    "countersigned by the sealer": (act("countersign", "sealer"), PASSED),
}


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_changes_lead_both_to_the_same_verdict(core: Core, package: Files, tmp_path: Path, name: str) -> None:
    change, expected = CHANGES[name]
    assert require_same(core, change(package), tmp_path / "p")[0] == expected


@pytest.mark.parametrize("own", [True, False])
def test_a_status_list_leads_both_to_the_same_verdict(core: Core, package: Files, tmp_path: Path, own: bool) -> None:
    listed = factory.status_list(package["report.dsse.json"] if own else b"another report")
    assert require_same(core, package, tmp_path / "p", listed)[0] == (FAILED if own else PASSED)


@pytest.mark.parametrize("attack", sorted(ZIP_ATTACKS))
def test_zips_lead_both_to_the_same_verdict(core: Core, whole: Files, tmp_path: Path, attack: str) -> None:
    data = ZIP_ATTACKS[attack](whole)
    place = tmp_path / "package.zip"
    place.write_bytes(data)
    assert by_python(place, factory.now()) == (FAILED, BindingError.code)
    verdict = core.verify({"package.zip": data}, kind="file")
    assert (verdict["class"], verdict["code"]) == (FAILED, BindingError.code)
