"""From a verified report to the bytes of the attestation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from pydantic import ValidationError

from auditor.canon.digest import sha256_hex, sha512_hex
from auditor.canon.json import canonical_bytes, parse_strict
from auditor.errors import RenderError
from auditor.model.assessment import AssessmentResults
from auditor.report.beside import LawFacts, SignerFacts, StepFacts, beside_facts
from auditor.report.html import render_html
from auditor.report.kit import ReportKit
from auditor.report.pdf import PdfAttachment, render_pdf
from auditor.report.view import AttestationView, compose

REPORT_NAME = "report.dsse.json"
RESULTS_NAME = "results.json"


@dataclass(frozen=True, slots=True)
class AttestationInput:
    """A verified report, as far as the document needs it.

    `payload` are the bytes signed; `envelope` the bytes of the report file, `envelope_digest` its SHA-256 or SHA-512
    as it was verified; `signers` and `steps` what verifying found; `verifier` the SHA-512 of the browser verifier.
    """

    payload: bytes
    envelope: bytes
    envelope_digest: str
    signers: Sequence[SignerFacts]
    steps: Sequence[StepFacts]
    law: LawFacts
    verifier: str | None = None


def render_attestation(verified: AttestationInput, kit: ReportKit, zone: tzinfo | None = None) -> bytes:
    """The attestation PDF of a verified report, with the report and its results attached; revision 0, not signed.

    Raises:
        RenderError: the document cannot be rendered faithfully.
    """
    results = read_results(verified.payload)
    view = compose_attestation(verified, kit, zone)
    html = render_html(view, kit.templates)
    attachments = (
        PdfAttachment(REPORT_NAME, "The signed report (DSSE) this is rendered from", verified.envelope, "Source"),
        PdfAttachment(
            RESULTS_NAME, "The assessment results in the report, as canonical JSON", canonical_bytes(dict(results)),
            "Data",
        ),
    )  # fmt: skip
    return render_pdf(html, kit.stylesheet, kit.fonts, attachments, view.instant)


def compose_attestation(verified: AttestationInput, kit: ReportKit, zone: tzinfo | None = None) -> AttestationView:
    """What the document says of a verified report.

    Raises:
        RenderError: results of another shape, or an envelope that is not the one verified.
    """
    report = sha512_hex(verified.envelope)
    if verified.envelope_digest not in (report, sha256_hex(verified.envelope)):
        raise RenderError("the report file is not the one that was verified", value=report)
    declared = parse_strict(verified.payload)["predicate"]["signers"]
    beside = beside_facts(
        report,
        [signer["principal"] for signer in declared],
        verified.signers,
        verified.steps,
        verified.law,
        verifier=verified.verifier,
        kit=kit.digest,
    )
    return compose(verified.payload, beside, zone)


def read_results(payload: bytes) -> Mapping[str, Any]:
    """The results in a payload, if the model of this edition knows their shape.

    Raises:
        RenderError: it does not.
    """
    results: Mapping[str, Any] = parse_strict(payload)["predicate"]["results"]
    try:
        AssessmentResults.model_validate(results)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = "/".join(str(part) for part in first["loc"])
        raise RenderError(
            f"the results do not have the shape of this edition: {first['msg']}",
            place=f"results/{place}",
            hint="render with the edition of the auditor that made the report",
        ) from error
    return results
