"""Recompute signed results from the evidence, at the content they were made with, and name the first difference."""

from __future__ import annotations

from auditor import __version__
from auditor.attestation import steps
from auditor.attestation.diff import first_difference
from auditor.attestation.verify import VerifiedReport
from auditor.errors import BindingError, UnverifiableError, shorten
from auditor.evidence.admission import Admission
from auditor.jobs.assess import AssessRequest, Progress, assess_bundle
from auditor.jobs.content import load_catalog
from auditor.jobs.verify import VerifyRequest


def recompute(
    verified: VerifiedReport, request: VerifyRequest, admission: Admission, progress: Progress
) -> VerifiedReport:
    """The report with the recompute step done, on the bundle as it was admitted.

    Raises:
        UnverifiableError: the catalog or profile at hand is not the one the report was made with.
        BindingError: the results differ, with the pointer to the first difference and both values.
    """
    signed = verified.results
    catalog = load_catalog(request.controls)
    profile = str(signed["profile"]["id"])
    wanted = (signed["catalog"]["digest"], signed["profile"]["digest"])
    at_hand = (catalog.digest, catalog.profile_digest(profile) if profile in catalog.profiles else "absent")
    if wanted != at_hand:
        what = "catalog" if wanted[0] != at_hand[0] else "profile"
        raise UnverifiableError(
            f"the {what} at hand is not the one the report was made with, so nothing can be recomputed",
            value=at_hand[0] if what == "catalog" else at_hand[1],
            hint=f"give the content with digest {wanted[0] if what == 'catalog' else wanted[1]} with --controls FOLDER",
        )
    assessment = AssessRequest(admission.folder, profile, verified.assessed_at, request.threads, request.memory)
    results, _ = assess_bundle(assessment, catalog, progress, admission=admission)
    document = results.document()
    engine = signed["engine"].get("version")
    difference = first_difference(signed, document)
    if difference is not None:
        raise BindingError(
            "the recomputed results differ from those signed",
            place=f"results {difference.pointer}",
            value=f"recomputed {shorten(difference.right, 80)}, signed {shorten(difference.left, 80)}",
            hint=f"the report was made by engine {engine}, this is {__version__}"
            if engine != __version__
            else "do not rely on the report",
        )
    count = len(results.findings)
    return verified.with_step(
        steps.RECOMPUTE,
        steps.DONE,
        f"{count} findings from {sum(item.rows for item in results.bundle.items)} records, byte for byte the same",
    )
