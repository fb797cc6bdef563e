"""Validating a certified PDF of 300 findings: its profile and its text, beside pyHanko's own validation of it."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measure import Clock, Row, Settings, in_turns, report, run_worker

FINDINGS = 300
GOAL = 2.0


def measure(settings: Settings) -> list[Row]:
    findings = FINDINGS
    folder = settings.scratch / "pdf"
    folder.mkdir()
    facts = run_worker("certified_pdf", "prepare", folder, findings).output
    whole, strict, text, theirs = in_turns(
        3 if settings.quick else 7,
        *(partial(run_worker, "certified_pdf", word, folder) for word in ("whole", "strict", "text", "pyhanko")),
    )
    what = f"{findings} findings, {facts['pages']} pages, {facts['bytes'] / 1e6:.1f} MB"
    return [
        Row("certified-pdf", f"validated by both steps of auditor verify, {what}", whole.walls,
            holds=median(whole.walls) <= GOAL,
            note=f"at most {GOAL:g} s; each step in a process of its own with limits, both at once; "
            f"{median(whole.cpus):.1f} s user+system"),
        Row("certified-pdf", f"strict profile and certification alone, {what}", strict.walls, theirs.walls,
            peer_peak=theirs.peak,
            note=f"{median(strict.cpus):.1f} s user+system; peer: pyHanko's validate_pdf_signature with its difference "
            "analysis, which took the certification for "
            f"{'good' if all(run.output['good'] for run in theirs.runs) else 'NOT good'}"),
        Row("certified-pdf", f"the text of its pages compared with the signed report alone, {what}", text.walls,
            note=f"{median(text.cpus):.1f} s user+system"),
    ]  # fmt: skip


def _prepare(folder: Path, findings: int) -> dict[str, int]:
    import base64
    import io

    import pypdf

    from auditor.report.printed_text import text_fingerprint
    from auditor.report.render import render_attestation
    from benchmarks.reports import full_results
    from tests.report import factory
    from tests.report.certified import World

    facts = factory.make_input(full_results(findings))
    revision0 = render_attestation(facts, factory.kit())
    world = World(folder / "authorities")
    pdf = world.certify(revision0)
    (folder / "attestation.pdf").write_bytes(pdf)
    (folder / "payload.json").write_bytes(facts.payload)
    (folder / "report.dsse.json").write_bytes(facts.envelope)
    (folder / "text").write_text(text_fingerprint(revision0))
    members = world.request(pdf, revision0)._asdict()
    members["anchors"] = [base64.b64encode(one).decode() for one in members["anchors"]]
    (folder / "request.json").write_text(json.dumps(members))
    return {"bytes": len(pdf), "pages": len(pypdf.PdfReader(io.BytesIO(pdf)).pages)}


def _request(folder: Path) -> dict[str, Any]:
    import base64

    members: dict[str, Any] = json.loads((folder / "request.json").read_text())
    anchors = tuple(base64.b64decode(one) for one in members["anchors"])
    return members | {"anchors": anchors, "certificates": tuple(members["certificates"]), "crls": ()}


def _facts(folder: Path) -> tuple[Any, Any]:
    """What `verify_pdf` asks of a package and of the verifier's trust root, without either."""
    import hashlib
    from types import SimpleNamespace

    from auditor.canon.digest import sha256_hex
    from auditor.canon.json import canonical_bytes
    from auditor.jobs.verify_pdf import PdfFacts
    from tests.report import factory

    asked, payload = _request(folder), (folder / "payload.json").read_bytes()
    results = sha256_hex(canonical_bytes(json.loads(payload)["predicate"]["results"]))
    statement = SimpleNamespace(
        pdf=asked["final_sha512"], revision0=asked["revision0_sha512"], revision0_size=asked["revision0_size"],
        certificates=asked["certificates"], text=(folder / "text").read_text(),
    )  # fmt: skip
    report = SimpleNamespace(
        payload=payload, signers=factory.SIGNERS, digest_of={"results": results}.__getitem__,
        digest_sha512=hashlib.sha512((folder / "report.dsse.json").read_bytes()).hexdigest(),
    )  # fmt: skip
    who = factory.SIGNERS[0].principal
    root = SimpleNamespace(
        pdf_anchors=asked["anchors"], verifiers=None, time_tolerance=60,
        pdf_certificates=[SimpleNamespace(sha256=one, principal=who) for one in asked["certificates"]],
    )  # fmt: skip
    pdf = (folder / "attestation.pdf").read_bytes()
    return PdfFacts(pdf, statement, factory.SIGNERS, report, (), None, None), root  # type: ignore[arg-type]


def _whole(folder: Path) -> None:
    from auditor.jobs.verify_pdf import verify_pdf
    from auditor.jobs.walk import Walk

    class Whole(Walk):
        def left(self, title: str, reason: str) -> None:
            raise SystemExit(f"not done: {title}: {reason}")

    facts, root = _facts(folder)
    walk, at = Whole(), _request(folder)["at"]
    with Clock() as clock:
        verify_pdf(facts, root, at, walk)
    report(clock)


def _text(folder: Path) -> None:
    from auditor.jobs.pdf_text import TextRequest, compare_text

    facts, _ = _facts(folder)
    request = TextRequest(facts.report, facts.statement.revision0_size, facts.statement.text)
    with Clock() as clock:
        compare_text(facts.pdf, request)
    report(clock)


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


if __name__ == "__main__":
    word, place = sys.argv[1], Path(sys.argv[2])
    if word == "prepare":
        with Clock() as clock:
            facts = _prepare(place, int(sys.argv[3]))
        report(clock, **facts)
    else:
        {"whole": _whole, "strict": _strict, "text": _text, "pyhanko": _pyhanko}[word](place)
