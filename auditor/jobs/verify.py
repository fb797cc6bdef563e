"""Verify a report, an attestation or a whole package; with a bundle re-hash it, and if asked recompute the results.

The report alone needs nothing but the standard library and `cryptography`, and so does a package but for its PDF:
everything heavier is imported where it is used.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from auditor.attestation import steps
from auditor.attestation.verify import VerifiedReport, read_root, verify_report
from auditor.errors import BindingError, UnverifiableError
from auditor.jobs.files import read_file

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.evidence.admission import Admission
    from auditor.jobs.assess import Progress
    from auditor.jobs.verify_evidence import Disclosed


class VerifyRequest(NamedTuple):
    """What to verify, by whose trust root, at which instant (microseconds), and how far.

    `least_root_version` is the highest version of the trust root that the verifier has seen; `status` a status list.
    """

    file: Path | str
    trust: Path | str
    at: int
    bundle: Path | None = None
    recompute: bool = False
    controls: Path | None = None
    threads: int = 0
    memory: int = 2048
    status: Path | str | None = None
    least_root_version: int = 1


class Verification(NamedTuple):
    """The verified report, and of a package what its reader can see of the evidence."""

    report: VerifiedReport
    disclosed: Disclosed | None = None


def verify(request: VerifyRequest, progress: Progress = lambda line: None) -> Verification:
    """What was verified, with the steps that were done and those that were not.

    Raises:
        VerificationError: do not rely on it.
        UnverifiableError: something needed is not at hand.
    """
    found = _verify_file(request, progress)
    if request.bundle is None:
        if request.recompute:
            raise UnverifiableError(
                "nothing can be recomputed without the evidence", hint="give the bundle with --bundle FOLDER"
            )
        return found
    report, admission = _check_bundle(found.report, request.bundle, progress)
    if request.recompute:
        report = _recompute(report, request, admission, progress)
    return found._replace(report=report)


def _verify_file(request: VerifyRequest, progress: Progress) -> Verification:
    from auditor.jobs.container import is_package, open_container

    trust, least = read_file(request.trust), _least_version(request)
    if is_package(str(request.file)):
        from auditor.jobs.verify_package import verify_package

        root = read_root(trust, least)
        status = None if request.status is None else read_file(request.status)
        package = verify_package(open_container(str(request.file)), root, request.at, progress, status)
        return Verification(package.report, package.disclosed)
    data = read_file(request.file)
    is_pdf = data.startswith(b"%PDF-")
    envelope = _attached_report(data, str(request.file)) if is_pdf else data
    report = verify_report(envelope, trust, at=request.at, least_root_version=least)
    if is_pdf:
        report = _compare_document(report, data)
    return Verification(_standing(report, request, trust))


def _least_version(request: VerifyRequest) -> int:
    """The highest version of the trust root that was seen: the verifier says so, or predecessors kept beside it do."""
    folder, name = os.path.split(request.trust)
    try:
        beside = set(os.listdir(folder or ".")) - {name}
    except OSError:
        return request.least_root_version
    stem = os.path.splitext(name)[0]
    # Most trust roots lie alone, and what keeps them takes a while to load.
    if not any(one.startswith(f"{stem}.") for one in beside):
        return request.least_root_version
    from pathlib import Path

    from auditor.jobs.trust import seen_version

    return max(request.least_root_version, seen_version(Path(request.trust)))


def _standing(report: VerifiedReport, request: VerifyRequest, trust: bytes) -> VerifiedReport:
    if request.status is None:
        return report
    from auditor.jobs.verify_later import verify_status
    from auditor.jobs.walk import Walk

    walk = Walk()
    verify_status(read_file(request.status), report, read_root(trust), request.at, walk, alone=True)
    return walk.merge(report)


def _attached_report(pdf: bytes, place: str) -> bytes:
    from auditor.jobs.pdf_text import attached_report

    return attached_report(pdf, place)


def _compare_document(verified: VerifiedReport, pdf: bytes) -> VerifiedReport:
    from auditor.jobs.pdf_text import TextRequest, compare_text

    verified = verified.with_step(
        steps.PDF_PROFILE, steps.NOT_DONE, "the statement over the PDF's own bytes is in its package: verify that"
    )
    return verified.with_step(steps.PDF_TEXT, steps.DONE, compare_text(pdf, TextRequest(verified)))


def _check_bundle(verified: VerifiedReport, bundle: Path, progress: Progress) -> tuple[VerifiedReport, Admission]:
    progress("hashing the evidence")
    try:
        from auditor.jobs.evidence import admit_bundle
    except ImportError as error:
        raise UnverifiableError(
            f"the evidence cannot be read here: {error.name} is not installed", hint="install the whole auditor"
        ) from error
    admission = admit_bundle(bundle)
    if admission.root != verified.digest_of("bundle"):
        raise BindingError(
            "this is not the evidence that was assessed: the bundle's root differs",
            place=str(bundle),
            value=admission.root,
            hint=f"the report is about {verified.digest_of('bundle')}",
        )
    count = len(admission.manifest.items)
    verified = verified.with_step(
        steps.EVIDENCE, steps.DONE, f"{count} items re-hashed; their tree has the signed root {admission.root}"
    )
    return verified, admission


def _recompute(
    verified: VerifiedReport, request: VerifyRequest, admission: Admission, progress: Progress
) -> VerifiedReport:
    try:
        from auditor.jobs.recompute import recompute_results
    except ImportError as error:
        raise UnverifiableError(
            f"the results cannot be recomputed here: {error.name} is not installed", hint="install the whole auditor"
        ) from error
    done = recompute_results(
        verified.results, verified.assessed_at, admission.folder, request.controls, request.threads, request.memory,
        progress, admission=admission,
    )  # fmt: skip
    _require_records(verified, request, admission)
    told = f"{done.findings} findings from {done.records} records, byte for byte the same"
    return verified.with_step(steps.RECOMPUTE, steps.DONE, told)


def _require_records(verified: VerifiedReport, request: VerifyRequest, admission: Admission) -> None:
    """The trees over single records are those of this evidence: editions open records by them."""
    from auditor.jobs.content import load_catalog
    from auditor.jobs.evidence_tree import record_commitments

    found = record_commitments(admission, load_catalog(request.controls), str(verified.results["profile"]["id"]))
    if tuple(map(tuple, found)) != tuple(map(tuple, verified.records)):
        raise BindingError("the signed trees over records are not those of this evidence", hint="do not rely on it")
