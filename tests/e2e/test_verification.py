"""Verifying the attested samples as an outsider would, whole and tampered with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import AT, KEYS, ROOT, Attested, auditor

TRUST = ("--trust", KEYS / "trust.json", "--at", AT)


def test_attesting_says_where_everything_lies_and_recomputed_every_finding(skarvoy: Attested) -> None:
    out = skarvoy.done.out
    for name in ("results.json", "report.dsse.json", "attestation.pdf", "verification.txt"):
        assert str(skarvoy.folder / name) in out
        assert (skarvoy.folder / name).stat().st_size > 500
    assert "byte for byte the same" in out
    assert max(len(line) for line in out.splitlines() if str(skarvoy.folder) not in line) <= 80


def test_report_and_attestation_verify_and_list_what_was_not_done(skarvoy: Attested) -> None:
    for name in ("report.dsse.json", "attestation.pdf"):
        done = auditor("verify", skarvoy.folder / name, *TRUST)
        assert done.code == 0, done.err
        assert "VERIFIED WITH THE STATED LIMITS" in done.out
        assert "Not done" in done.out
        assert "the results are recomputed" in done.out


def test_the_json_printout_carries_the_steps(skarvoy: Attested) -> None:
    done = auditor("verify", skarvoy.folder / "report.dsse.json", *TRUST, "--format", "json")
    printed = json.loads(done.out)
    assert printed["result"] == "verified with the stated limits"
    assert [s["number"] for s in printed["steps"]] == list(range(1, len(printed["steps"]) + 1))
    assert printed["subjects"]["bundle"] == skarvoy.results["bundle"]["root"]


HEAVY = ("duckdb", "weasyprint", "jinja2", "pydantic", "numpy", "numba", "yaml", "pypdf", "sqlglot", "nanoarrow")


def test_a_report_verifies_without_a_network_and_without_the_heavy_libraries(skarvoy: Attested) -> None:
    code = (
        f"import sys\nfor name in {HEAVY!r}: sys.modules[name] = None\n"
        "from auditor.cli.main import main\nsys.exit(main(sys.argv[1:]))"
    )
    words = [sys.executable, "-c", code, "verify", skarvoy.folder / "report.dsse.json", *TRUST]
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
    done = subprocess.run(
        [*alone, *map(str, words)], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "VERIFIED" in done.stdout


def test_a_pdf_without_a_pdf_reader_cannot_be_verified_here(skarvoy: Attested) -> None:
    code = "import sys\nsys.modules['pypdf'] = None\nfrom auditor.cli.main import main\nsys.exit(main(sys.argv[1:]))"
    words = [sys.executable, "-c", code, "verify", skarvoy.folder / "attestation.pdf", *TRUST]
    done = subprocess.run(list(map(str, words)), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 7
    assert "CANNOT BE VERIFIED HERE" in done.stdout


def test_openssl_and_pdfdetach_agree(skarvoy: Attested, tmp_path: Path) -> None:
    """The recipe of docs/verify.md, with tools we did not write."""
    subprocess.run(
        ["pdfdetach", "-saveall", "-o", tmp_path, skarvoy.folder / "attestation.pdf"], check=True, capture_output=True
    )
    assert (tmp_path / "report.dsse.json").read_bytes() == (skarvoy.folder / "report.dsse.json").read_bytes()
    assert (tmp_path / "results.json").read_bytes() == (skarvoy.folder / "results.json").read_bytes()
    shutil.copy(KEYS / "assessor.SAMPLE.pem.pub", tmp_path / "assessor.pub")
    block = (ROOT / "docs" / "verify.md").read_text().split("```sh\n")[3].split("```")[0]
    done = subprocess.run(["bash", "-ec", block], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verified OK" in done.stdout, done.stderr


@pytest.fixture
def copied(skarvoy: Attested, tmp_path: Path) -> Path:
    """A copy of the evidence to tamper with."""
    return Path(shutil.copytree(skarvoy.bundle, tmp_path / "bundle"))


def test_one_changed_byte_of_evidence_is_named(skarvoy: Attested, copied: Path) -> None:
    item = next(i for i in skarvoy.results["bundle"]["items"] if "pacs_events" in i["streams"])
    path = copied / item["path"]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    done = auditor("verify", skarvoy.folder / "report.dsse.json", *TRUST, "--bundle", copied)
    assert done.code == 4
    assert "evidence.digest-mismatch" in done.err
    assert item["path"] in done.err


def test_other_evidence_with_an_honest_manifest_is_not_what_was_signed(skarvoy: Attested, fjordheim: Attested) -> None:
    done = auditor("verify", skarvoy.folder / "report.dsse.json", *TRUST, "--bundle", fjordheim.bundle)
    assert done.code == 6
    assert "not the evidence that was assessed" in done.err


def test_another_catalog_cannot_recompute(skarvoy: Attested, tmp_path: Path) -> None:
    controls = Path(shutil.copytree(ROOT / "controls", tmp_path / "controls"))
    query = next(controls.glob("physical/*/*.sql"))
    query.write_text(query.read_text() + "\n-- a word more\n")
    done = auditor(
        "verify", skarvoy.folder / "report.dsse.json", *TRUST, "--bundle", skarvoy.bundle, "--recompute",
        "--controls", controls,
    )  # fmt: skip
    assert done.code == 7
    assert "not the one the report was made with" in done.err


def test_results_that_the_evidence_does_not_bear_out_are_named_by_place(skarvoy: Attested, tmp_path: Path) -> None:
    """A genuine signature over a finding turned to satisfied: recomputing names the first difference."""
    results = skarvoy.results
    finding = next(f for f in results["findings"] if f["state"] != "satisfied")
    finding["state"] = "satisfied"
    forged = tmp_path / "results.json"
    forged.write_bytes(json.dumps(results, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
    signed = auditor(
        "sign", forged, "--key", KEYS / "assessor.SAMPLE.pem", "--principal", "urn:example:sample-assessor",
        "--role", "assessor", "--out", tmp_path / "report.dsse.json",
    )  # fmt: skip
    assert signed.code == 0, signed.err
    done = auditor("verify", tmp_path / "report.dsse.json", *TRUST, "--bundle", skarvoy.bundle, "--recompute")
    assert done.code == 6
    assert "/findings/" in done.err
    assert "/state" in done.err


@pytest.mark.parametrize("position", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_changed_byte_of_the_report_is_invalid(skarvoy: Attested, tmp_path: Path, position: float) -> None:
    data = bytearray((skarvoy.folder / "report.dsse.json").read_bytes())
    data[int(len(data) * position)] ^= 1
    (tmp_path / "r.json").write_bytes(data)
    assert auditor("verify", tmp_path / "r.json", *TRUST).code == 6


def test_a_pdf_with_other_results_attached_is_invalid(skarvoy: Attested, fjordheim: Attested, tmp_path: Path) -> None:
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_attachment("report.dsse.json", (skarvoy.folder / "report.dsse.json").read_bytes())
    writer.add_attachment("results.json", (fjordheim.folder / "results.json").read_bytes())
    writer.write(tmp_path / "forged.pdf")
    done = auditor("verify", tmp_path / "forged.pdf", *TRUST)
    assert done.code == 6
    assert "not those that were signed" in done.err


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-1.7\n" + b"<<" * 5000, b"%PDF-1.7\ntrailer<</Root 1 0 R>>"])
def test_a_broken_pdf_is_invalid_and_does_not_crash(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(content)
    done = auditor("verify", tmp_path / "x.pdf", *TRUST)
    assert done.code == 6
    assert "Traceback" not in done.err
