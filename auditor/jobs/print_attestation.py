"""Print: verify a report by a trust policy, and only then render it as the PDF attestation."""

from __future__ import annotations

from collections.abc import Callable

from auditor.jobs.content import content_folder
from auditor.jobs.files import read_file
from auditor.jobs.verify import VerifyRequest, verify


def print_attestation(request: VerifyRequest, progress: Callable[[str], None] = lambda line: None) -> bytes:
    """The attestation's bytes: the same report gives the same bytes on the same machine.

    Raises:
        VerificationError: the report does not verify, so nothing is printed.
        RenderError: it cannot be rendered faithfully.
    """
    verified = verify(request, progress)
    progress("printing the attestation")
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from auditor.report.kit import read_kit
    from auditor.report.render import render_attestation
    from auditor.report.view import AttestationInput

    results = verified.results
    facts = AttestationInput(
        results=results,
        payload=verified.payload,
        envelope=read_file(request.file),
        envelope_digest=verified.envelope_digest,
        signers=verified.signers,
        steps=verified.steps,
    )
    try:
        zone = ZoneInfo(results["facility"]["timezone"])
    except (ZoneInfoNotFoundError, ValueError):
        # Local times are a convenience; UTC is always printed.
        zone = None
    return render_attestation(facts, read_kit(content_folder("templates")), zone)
