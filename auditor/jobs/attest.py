"""The whole way in one go: seal the evidence, assess, sign, print, package, and verify what was made by recomputing it.

Without a sealer it ends with the report and a PDF that is not certified.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.attestation import package as layout
from auditor.custody.signer_file import Passphrase
from auditor.errors import MachineError
from auditor.jobs.assess import AssessRequest, Progress, assess_bundle
from auditor.jobs.content import load_catalog
from auditor.jobs.document import Document, require_ready, write_document
from auditor.jobs.evidence import admit_bundle
from auditor.jobs.files import machine_error, write_file
from auditor.jobs.hands import Evidence, Hand
from auditor.jobs.package import PackageRequest, make_package
from auditor.jobs.print_attestation import Certification, print_attestation
from auditor.jobs.seal import Sealer, seal_evidence
from auditor.jobs.sign import SignRequest, sign_results
from auditor.jobs.verify import Verification, VerifyRequest, verify
from auditor.model.assessment import AssessmentResults

DOCUMENT_ROLES = ("assessor", "technical-reviewer")


@dataclass(frozen=True, slots=True)
class AttestRequest:
    """An assessment, who signs it, by whose trust root it is verified, who seals and certifies it, where to write.

    `now` tells the present in microseconds.
    """

    assessment: AssessRequest
    signers: Sequence[Hand]
    passphrase: Passphrase
    trust: Path
    out: Path
    now: Callable[[], int]
    sealer: Sealer | None = None
    certification: Certification | None = None
    controls: Path | None = None


@dataclass(frozen=True, slots=True)
class Outputs:
    """What was written, by what it is, and what verifying it showed."""

    results: AssessmentResults
    written: tuple[tuple[str, Path], ...]
    verified: Verification


def attest(request: AttestRequest, progress: Progress) -> Outputs:
    """Write results, report, document and, with a sealer, the package into `out`; each is whole or not there.

    Raises:
        MachineError: `out` has a package already: what it was made from would be overwritten beside it.
    """
    if (request.out / "package").exists():
        raise MachineError("there is a package here already", place=str(request.out), hint="name a new folder")
    require_ready(_document_of(request, request.out / layout.REPORT, request.assessment.as_of))
    try:
        request.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise machine_error(error, request.out) from error
    progress("hashing the evidence")
    admission = admit_bundle(request.assessment.bundle)
    seal = _seal_evidence(request, admission.root, progress)
    results, data = assess_bundle(request.assessment, load_catalog(request.controls), progress, admission=admission)
    results_file, report = request.out / "results.json", request.out / layout.REPORT
    write_file(results_file, data)
    progress("signing the results")
    write_file(report, _sign(request, data, seal, progress))
    written = [("results", results_file), ("report", report), *_document(request, report, progress)]
    target = request.out / layout.PDF
    if request.sealer is not None:
        target = _package(request, report, seal, progress)
        written.append(("package", target))
    return Outputs(results, tuple(written), _verify(request, target, progress))


def _seal_evidence(request: AttestRequest, root: str, progress: Progress) -> Path | None:
    if request.sealer is None:
        return None
    progress("sealing the evidence")
    folder = request.out / "seals"
    seal_evidence(request.sealer, root, request.now(), folder)
    return folder / "evidence.dsse.json"


def _sign(request: AttestRequest, data: bytes, seal: Path | None, progress: Progress) -> bytes:
    assessment = request.assessment
    signing = SignRequest(
        results=data,
        concluded_at=max(request.now(), assessment.as_of),
        signing=request.signers,
        evidence=Evidence(assessment.bundle, request.controls, assessment.threads, assessment.memory),
        evidence_seal=seal,
    )
    return sign_results(signing, request.passphrase, progress)


def _document(request: AttestRequest, report: Path, progress: Progress) -> list[tuple[str, Path]]:
    at = max(request.now(), request.assessment.as_of)
    pdf = print_attestation(VerifyRequest(report, request.trust, at, controls=request.controls), progress)
    return write_document(pdf, _document_of(request, report, at), request.out / layout.PDF, progress)


def _document_of(request: AttestRequest, report: Path, at: int) -> Document:
    certified = request.certification is not None
    answering = [hand for hand in request.signers if hand.role in DOCUMENT_ROLES] if certified else []
    return Document(report, request.trust, request.certification, answering, request.passphrase, at)


def _package(request: AttestRequest, report: Path, seal: Path | None, progress: Progress) -> Path:
    assert request.sealer is not None
    package = request.out / "package"
    make_package(
        PackageRequest(
            report=report,
            document=request.out,
            bundle=request.assessment.bundle,
            evidence_seal=seal,
            sealer=request.sealer,
            at=request.now(),
            out=package,
            controls=request.controls,
        ),
        progress,
    )
    return package


def _verify(request: AttestRequest, target: Path, progress: Progress) -> Verification:
    assessment = request.assessment
    return verify(
        VerifyRequest(
            file=target,
            trust=request.trust,
            at=max(request.now(), assessment.as_of),
            bundle=assessment.bundle,
            recompute=True,
            controls=request.controls,
            threads=assessment.threads,
            memory=assessment.memory,
        ),
        progress,
    )
