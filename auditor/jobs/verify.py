"""Verify a report, alone or inside an attestation; with a bundle re-hash it, and if asked recompute the results.

The report alone needs nothing but the standard library and `cryptography`: everything heavier is imported
where it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditor.attestation import steps
from auditor.attestation.verify import VerifiedReport, verify_report
from auditor.errors import BindingError, UnverifiableError
from auditor.jobs.files import read_file

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.evidence.admission import Admission
    from auditor.jobs.assess import Progress


class VerifyRequest(NamedTuple):
    """What to verify, by whose trust, at which instant (microseconds), and how far."""

    file: Path | str
    trust: Path | str
    at: int
    bundle: Path | None = None
    recompute: bool = False
    controls: Path | None = None
    threads: int = 0
    memory: int = 2048


def verify(request: VerifyRequest, progress: Progress = lambda line: None) -> VerifiedReport:
    """The verified report, with the steps that were done and those that were not.

    Raises:
        VerificationError: do not rely on it.
        UnverifiableError: something needed is not at hand.
    """
    data = read_file(request.file)
    is_pdf = data.startswith(b"%PDF-")
    report = _attached_report(data, request.file) if is_pdf else data
    verified = verify_report(report, read_file(request.trust), at=request.at)
    if is_pdf:
        verified = _bind_attachment(verified, data, request.file)
    if request.bundle is None:
        if request.recompute:
            raise UnverifiableError(
                "nothing can be recomputed without the evidence", hint="give the bundle with --bundle FOLDER"
            )
        return verified
    verified, admission = _check_bundle(verified, request.bundle, progress)
    return _recompute(verified, request, admission, progress) if request.recompute else verified


def _attached_report(pdf: bytes, path: Path | str) -> bytes:
    from auditor.jobs.attachments import read_attachment

    return read_attachment(pdf, "report.dsse.json", str(path))


def _bind_attachment(verified: VerifiedReport, pdf: bytes, path: Path | str) -> VerifiedReport:
    from auditor.canon.digest import sha256_hex
    from auditor.jobs.attachments import read_attachment

    title = "the results attached to the PDF are those that were signed"
    attached = read_attachment(pdf, "results.json", str(path))
    if sha256_hex(attached) != verified.digest_of("results"):
        raise BindingError(
            "the results attached to the PDF are not those that were signed",
            place=f"{path}: results.json",
            value=sha256_hex(attached),
            hint="take the results out of the report instead",
        )
    verified = verified.with_step(title, steps.DONE, f"SHA-256 {verified.digest_of('results')}")
    return verified.with_step(
        steps.PDF_TEXT,
        steps.NOT_DONE,
        "the pages are a rendering; only the attached report is signed. Rely on what is printed here, "
        "or render the report again with: auditor print",
    )


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
        from auditor.jobs.recompute import recompute
    except ImportError as error:
        raise UnverifiableError(
            f"the results cannot be recomputed here: {error.name} is not installed", hint="install the whole auditor"
        ) from error
    return recompute(verified, request, admission, progress)
