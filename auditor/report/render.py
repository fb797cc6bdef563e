"""From a verified report to the bytes of the attestation."""

from __future__ import annotations

from datetime import tzinfo

from auditor.canon.json import canonical_bytes
from auditor.report.html import render_html
from auditor.report.kit import ReportKit
from auditor.report.pdf import PdfAttachment, render_pdf
from auditor.report.view import AttestationInput, compose

REPORT_NAME = "report.dsse.json"
RESULTS_NAME = "results.json"


def render_attestation(verified: AttestationInput, kit: ReportKit, zone: tzinfo | None = None) -> bytes:
    """The attestation PDF of a verified report, with the report and its results attached.

    Raises:
        RenderError: the document cannot be rendered faithfully.
    """
    view = compose(verified, zone)
    html = render_html(view, kit.templates)
    attachments = (
        PdfAttachment(REPORT_NAME, "The signed report (DSSE) this is rendered from", verified.envelope, "Source"),
        PdfAttachment(
            RESULTS_NAME, "The assessment results in the report, as canonical JSON",
            canonical_bytes(dict(verified.results)), "Data",
        ),
    )  # fmt: skip
    return render_pdf(html, kit.stylesheet, kit.fonts, attachments, view.instant)
