"""The whole way in one go: assess, sign, print, and verify what was printed by recomputing it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from auditor.attestation.verify import VerifiedReport
from auditor.jobs.assess import AssessRequest, Progress, assess_bundle
from auditor.jobs.content import load_catalog
from auditor.jobs.files import machine_error, write_file
from auditor.jobs.print_attestation import print_attestation
from auditor.jobs.sign import SigningKey, sign_results
from auditor.jobs.verify import VerifyRequest, verify
from auditor.model.assessment import AssessmentResults


@dataclass(frozen=True, slots=True)
class AttestRequest:
    """An assessment, who signs it, by whose trust it is verified and at which instant, and where to write."""

    assessment: AssessRequest
    key: SigningKey
    trust: Path
    out: Path
    at: int
    controls: Path | None = None


@dataclass(frozen=True, slots=True)
class Outputs:
    """What was written, and what verifying it showed."""

    results: AssessmentResults
    results_file: Path
    report: Path
    attestation: Path
    verified: VerifiedReport


def attest(request: AttestRequest, progress: Progress) -> Outputs:
    """Write results.json, report.dsse.json and attestation.pdf into `out`; each is whole or not there."""
    try:
        request.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise machine_error(error, request.out) from error
    results_file = request.out / "results.json"
    report = request.out / "report.dsse.json"
    attestation = request.out / "attestation.pdf"
    results, data = assess_bundle(request.assessment, load_catalog(request.controls), progress)
    write_file(results_file, data)
    progress("signing the results")
    write_file(report, sign_results(data, [request.key]))
    write_file(attestation, print_attestation(VerifyRequest(report, request.trust, request.at), progress))
    verified = verify(
        VerifyRequest(
            file=attestation,
            trust=request.trust,
            at=request.at,
            bundle=request.assessment.bundle,
            recompute=True,
            controls=request.controls,
            threads=request.assessment.threads,
            memory=request.assessment.memory,
        ),
        progress,
    )
    return Outputs(results, results_file, report, attestation, verified)
