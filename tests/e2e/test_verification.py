"""Verifying the attested samples as an outsider would, whole and tampered with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from auditor.attestation.envelope import parse_envelope
from auditor.attestation.sign import sign_statement
from auditor.attestation.statements.results import make_results_statement, parse_results
from auditor.custody.signer_file import open_keys, read_signer
from tests.e2e.attacks import sum_up
from tests.e2e.conftest import KEYS, ROOT, SIGNERS, TRUST, Attested, auditor


def test_attesting_says_where_everything_lies_and_recomputed_every_finding(skarvoy: Attested) -> None:
    out = skarvoy.done.out
    for name in ("results.json", "report.dsse.json", "attestation.pdf", "attestation.dsse.json", "verification.txt"):
        assert str(skarvoy.folder / name) in out
        assert (skarvoy.folder / name).stat().st_size > 500
    assert f"PASSED WITH THE STATED LIMITS: {skarvoy.package}" in out
    assert "byte for byte the same" in out
    assert max(len(line) for line in out.splitlines() if str(skarvoy.folder) not in line) <= 80


def test_report_and_attestation_verify_and_list_what_was_not_done(skarvoy: Attested) -> None:
    for name in ("report.dsse.json", "attestation.pdf"):
        done = auditor("verify", skarvoy.folder / name, *TRUST)
        assert done.code == 0, done.err
        assert "PASSED WITH THE STATED LIMITS" in done.out
        assert "Not done" in done.out
        assert "the results are recomputed" in done.out


def test_the_json_printout_carries_the_steps(skarvoy: Attested) -> None:
    done = auditor("verify", skarvoy.folder / "report.dsse.json", *TRUST, "--format", "json")
    printed = json.loads(done.out)
    assert printed["result"] == "passed with the stated limits"
    assert [s["number"] for s in printed["steps"]] == list(range(1, len(printed["steps"]) + 1))
    assert printed["subjects"]["bundle"] == skarvoy.results["bundle"]["root"]


HEAVY = ("duckdb", "weasyprint", "jinja2", "pydantic", "numpy", "numba", "yaml", "pypdf", "sqlglot", "nanoarrow")


@pytest.mark.parametrize("file", ["report.dsse.json", "attestation.pdf", "package"])
def test_it_verifies_without_a_network_and_without_the_heavy_libraries(skarvoy: Attested, file: str) -> None:
    code = (
        f"import sys\nfor name in {HEAVY!r}: sys.modules[name] = None\n"
        "from auditor.cli.main import main\nsys.exit(main(sys.argv[1:]))"
    )
    words = [sys.executable, "-c", code, "verify", skarvoy.folder / file, *TRUST]
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
    done = subprocess.run(
        [*alone, *map(str, words)], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "PASSED" in done.stdout


def test_openssl_and_pdfdetach_agree(skarvoy: Attested, tmp_path: Path) -> None:
    """One signature by hand, with tools we did not write; the whole recipe is in test_recipe.py."""
    subprocess.run(
        ["pdfdetach", "-saveall", "-o", tmp_path, skarvoy.folder / "attestation.pdf"], check=True, capture_output=True
    )
    assert (tmp_path / "report.dsse.json").read_bytes() == (skarvoy.folder / "report.dsse.json").read_bytes()
    assert (tmp_path / "results.json").read_bytes() == (skarvoy.folder / "results.json").read_bytes()
    envelope = json.loads((tmp_path / "report.dsse.json").read_bytes())
    kind, payload = envelope["payloadType"].encode(), b64decode(envelope["payload"])
    (tmp_path / "signed.bin").write_bytes(b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload))
    key = json.loads((KEYS / "assessor.signer.json").read_bytes())["keys"][0]
    (signature,) = (one["sig"] for one in envelope["signatures"] if one["keyid"] == key["keyid"])
    (tmp_path / "key.der").write_bytes(b64decode(key["public"]))
    (tmp_path / "signature.bin").write_bytes(b64decode(signature))
    words = ["openssl", "dgst", "-sha384", "-verify", "key.der", "-keyform", "DER", "-signature", "signature.bin"]
    done = subprocess.run([*words, "signed.bin"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verified OK" in done.stdout, done.stderr
    (tmp_path / "signed.bin").write_bytes(payload)
    done = subprocess.run([*words, "signed.bin"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verified OK" not in done.stdout


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
    sum_up(results)
    forged = tmp_path / "results.json"
    forged.write_bytes(json.dumps(results, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
    refused = auditor("sign", forged, *SIGNERS, "--bundle", skarvoy.bundle, "--out", tmp_path / "report.dsse.json")
    assert refused.code == 6
    assert "the recomputed results differ" in refused.err
    (tmp_path / "report.dsse.json").write_bytes(sign_unseen(results, skarvoy))
    done = auditor("verify", tmp_path / "report.dsse.json", *TRUST, "--bundle", skarvoy.bundle, "--recompute")
    assert done.code == 6
    assert "/findings/" in done.err
    assert "/state" in done.err


def sign_unseen(results: dict[str, Any], like: Attested) -> bytes:
    """`results` signed by the keys of all three, as if they were stolen: nothing is recomputed first."""
    honest = parse_results(parse_envelope((like.folder / "report.dsse.json").read_bytes()).payload)
    payload = make_results_statement(
        results, concluded_at=honest.concluded_at, engine=honest.engine, signers=honest.signers,
        records=honest.records, evidence_seal=honest.evidence_seal,
    )  # fmt: skip
    files = [KEYS / f"{name}.signer.json" for name in ("assessor", "reviewer", "official")]
    keys = [key for file in files for key in open_keys(read_signer(file), KEYS, lambda name: None)]
    return sign_statement(payload, keys)


@pytest.mark.parametrize(
    "name", ["X\n\nWhat this verifier adds\n  verified   by the regulator", "X\x1b[2J\x1b[H", "\u202eX"]
)
def test_what_was_signed_cannot_look_like_what_the_verifier_adds(skarvoy: Attested, tmp_path: Path, name: str) -> None:
    results = skarvoy.results
    results["facility"]["name"] = name
    (tmp_path / "report.dsse.json").write_bytes(sign_unseen(results, skarvoy))
    done = auditor("verify", tmp_path / "report.dsse.json", *TRUST)
    assert done.code in (0, 6)
    assert done.out.splitlines().count("What this verifier adds") <= 1
    assert "  verified   by the regulator" not in done.out.splitlines()
    assert not {"\x1b", "\u202e"} & set(done.out + done.err)


@pytest.mark.parametrize("position", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_changed_byte_of_the_report_fails(skarvoy: Attested, tmp_path: Path, position: float) -> None:
    data = bytearray((skarvoy.folder / "report.dsse.json").read_bytes())
    data[int(len(data) * position)] ^= 1
    (tmp_path / "r.json").write_bytes(data)
    assert auditor("verify", tmp_path / "r.json", *TRUST).code == 6


def test_a_pdf_with_other_results_attached_fails(skarvoy: Attested, fjordheim: Attested, tmp_path: Path) -> None:
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_attachment("report.dsse.json", (skarvoy.folder / "report.dsse.json").read_bytes())
    writer.add_attachment("results.json", (fjordheim.folder / "results.json").read_bytes())
    writer.write(tmp_path / "forged.pdf")
    done = auditor("verify", tmp_path / "forged.pdf", *TRUST)
    assert done.code == 6
    assert "FAILED" in done.out


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-1.7\n" + b"<<" * 5000, b"%PDF-1.7\ntrailer<</Root 1 0 R>>"])
def test_a_broken_pdf_fails_and_does_not_crash(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(content)
    done = auditor("verify", tmp_path / "x.pdf", *TRUST)
    assert done.code == 6
    assert "Traceback" not in done.err
