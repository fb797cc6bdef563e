"""Checking a certified PDF of 300 findings by the strict profile, beside pyHanko's own validation of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measure import ROOT, Clock, Row, Settings, in_turns, report, run_worker

FINDINGS = 300
GOAL = 2.0


def measure(settings: Settings) -> list[Row]:
    findings = FINDINGS
    folder = settings.scratch / "pdf"
    folder.mkdir()
    facts = run_worker("certified_pdf", "prepare", folder, findings).output
    ours, theirs, text = in_turns(
        3 if settings.quick else 7,
        lambda: run_worker("certified_pdf", "strict", folder),
        lambda: run_worker("certified_pdf", "pyhanko", folder),
        lambda: run_worker("certified_pdf", "text", folder),
    )
    what = f"{findings} findings, {facts['pages']} pages, {facts['bytes'] / 1e6:.1f} MB"
    return [
        Row("certified-pdf", f"strict profile and certification, {what}", ours.walls, theirs.walls, peak=ours.peak,
            peer_peak=theirs.peak, holds=median(ours.walls) <= GOAL,
            note=f"at most {GOAL:g} s; ours in a process of its own with limits, its start counted; peer: pyHanko's "
            "validate_pdf_signature with its difference analysis, which took the certification for "
            f"{'good' if all(run.output['good'] for run in theirs.runs) else 'NOT good'}"),
        Row("certified-pdf", f"the text of its pages compared with the signed report, {what}", text.walls,
            peak=text.peak),
    ]  # fmt: skip


def _prepare(folder: Path, findings: int) -> dict[str, int]:
    import base64
    import io

    import pypdf

    from auditor.report.render import render_attestation
    from benchmarks.reports import full_results
    from tests.report import factory
    from tests.report.certified import World

    facts = factory.make_input(full_results(findings))
    revision0 = render_attestation(facts, factory.kit())
    world = World(folder / "authorities")
    pdf = world.certify(revision0)
    (folder / "revision0.pdf").write_bytes(revision0)
    (folder / "attestation.pdf").write_bytes(pdf)
    (folder / "payload.json").write_bytes(facts.payload)
    members = world.request(pdf, revision0)._asdict()
    members["anchors"] = [base64.b64encode(one).decode() for one in members["anchors"]]
    (folder / "request.json").write_text(json.dumps(members))
    return {"bytes": len(pdf), "pages": len(pypdf.PdfReader(io.BytesIO(pdf)).pages)}


def _request(folder: Path) -> dict[str, Any]:
    import base64

    members: dict[str, Any] = json.loads((folder / "request.json").read_text())
    anchors = tuple(base64.b64decode(one) for one in members["anchors"])
    return members | {"anchors": anchors, "certificates": tuple(members["certificates"]), "crls": ()}


def _strict(folder: Path) -> None:
    from auditor.jobs.pdf_check import StrictRequest, check_pdf

    request = StrictRequest(**_request(folder))
    pdf = (folder / "attestation.pdf").read_bytes()
    with Clock() as clock:
        check_pdf(pdf, request)
    report(clock)


def _pyhanko(folder: Path) -> None:
    import io

    anchors = _request(folder)["anchors"]
    pdf = (folder / "attestation.pdf").read_bytes()
    with Clock() as clock:
        from asn1crypto.x509 import Certificate
        from pyhanko.pdf_utils.reader import PdfFileReader
        from pyhanko.sign.validation import validate_pdf_signature
        from pyhanko_certvalidator import ValidationContext

        context = ValidationContext(trust_roots=[Certificate.load(one) for one in anchors], allow_fetching=False)
        status = validate_pdf_signature(PdfFileReader(io.BytesIO(pdf), strict=True).embedded_signatures[0], context)
    report(clock, good=status.bottom_line)


def _text(folder: Path) -> None:
    data = (folder / "revision0.pdf").read_bytes()
    payload = (folder / "payload.json").read_bytes()
    with Clock() as clock:
        from auditor.report.kit import read_kit
        from auditor.report.printed_text import require_same_text

        require_same_text(data, payload, read_kit(ROOT / "templates"))
    report(clock)


if __name__ == "__main__":
    word, place = sys.argv[1], Path(sys.argv[2])
    if word == "prepare":
        with Clock() as clock:
            facts = _prepare(place, int(sys.argv[3]))
        report(clock, **facts)
    else:
        {"strict": _strict, "pyhanko": _pyhanko, "text": _text}[word](place)
