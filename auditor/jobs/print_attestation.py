"""Print: verify a report by a trust policy, and only then render it as the PDF attestation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from auditor.jobs.files import read_file
from auditor.jobs.folders import content_folder
from auditor.jobs.verify import VerifyRequest, verify

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.report.front import LawFacts


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
        law=law_facts(request.controls, results["asOf"]),
    )
    try:
        zone = ZoneInfo(results["facility"]["timezone"])
    except (ZoneInfoNotFoundError, ValueError):
        # Local times are a convenience; UTC is always printed.
        zone = None
    return render_attestation(facts, read_kit(content_folder("templates")), zone)


def law_facts(controls: Path | None, as_of: str) -> LawFacts:
    """Where the provisions an attestation bears on stood on the day of the instant `as_of`."""
    from datetime import date

    from auditor.jobs.law import load_law
    from auditor.regulation.status import BORNE_ON
    from auditor.regulation.working import standing
    from auditor.report.front import LawFacts

    law = load_law(controls)
    found = (standing(law, provision, date.fromisoformat(as_of[:10])) for provision in BORNE_ON)
    return LawFacts(tuple(one for one in found if one is not None), law.digest)
