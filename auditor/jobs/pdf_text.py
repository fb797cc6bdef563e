"""Compares the pages of a PDF, and what is attached to it, with a signed report, in a process with limits."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, NamedTuple

from auditor.attestation import package as layout
from auditor.errors import BindingError
from auditor.jobs.pdf_child import LIMITS, Limits, ask_child

if TYPE_CHECKING:
    from auditor.attestation.verify import VerifiedReport

RESULTS = "results.json"
_VERIFIER = "beside#verifier"


class TextRequest(NamedTuple):
    """What a document is compared with.

    `revision0_size` is where the document ends, None where that is to be found out; `fingerprint` the signed SHA-256 of
    its text and `verifiers` the SHA-512 of the verifier pages that it may name, both None where nothing is asked.
    """

    report: VerifiedReport
    revision0_size: int | None = None
    fingerprint: str | None = None
    verifiers: tuple[str, ...] | None = None


def compare_text(pdf: bytes, request: TextRequest, limits: Limits = LIMITS) -> str:
    """Compare pages and attachments of `pdf` with the signed report; what was compared, in words.

    Raises:
        BindingError: the pages or the attachments say something else.
        UnverifiableError: no reader for PDF files is installed, or the templates it was printed with are not at hand.
    """
    from auditor.report.beside import known_beside

    report = request.report
    members = {
        "payload": base64.b64encode(report.payload).decode(),
        "report": report.digest_sha512,
        "results": report.digest_of("results"),
        "known": known_beside(report.digest_sha512, [one.principal for one in report.signers], report.signers),
        "size": request.revision0_size,
        "fingerprint": request.fingerprint,
        "verifiers": request.verifiers,
    }
    found = ask_child("text", members, pdf, limits)
    same = (
        f"{found['count']} fields and all the words between them are as the signed report has them, and so is what is"
        " attached"
    )
    if not found["unsigned"]:
        return same
    return f"{same}; what only its printer says was compared with nothing: {', '.join(found['unsigned'])}"


def attached_report(pdf: bytes, place: str, limits: Limits = LIMITS) -> bytes:
    """The report attached to a PDF that came without its package.

    Raises:
        BindingError: the PDF cannot be read, or holds no such attachment or says two things about it.
        UnverifiableError: no reader for PDF files is installed.
    """
    return base64.b64decode(ask_child("text", {"attached": layout.REPORT, "place": place}, pdf, limits)["data"])


def answer(members: dict[str, Any], pdf: bytes) -> dict[str, Any]:
    """What the child answers."""
    if "attached" in members:
        from auditor.jobs.attachments import read_attachment

        return {"data": base64.b64encode(read_attachment(pdf, members["attached"], members["place"])).decode()}
    return _compared(members, pdf)


def _compared(members: dict[str, Any], pdf: bytes) -> dict[str, Any]:
    from auditor.jobs.folders import content_folder
    from auditor.report.beside import names_of
    from auditor.report.kit import read_kit
    from auditor.report.printed_text import require_same_text

    revision0 = lone_revision(pdf) if members["size"] is None else pdf[: members["size"]]
    payload = base64.b64decode(members["payload"])
    found = require_same_text(revision0, payload, read_kit(content_folder("templates")), members["known"])
    if members["fingerprint"] not in (None, found.fingerprint):
        raise BindingError(
            "the text of the pages is not the one whose fingerprint was signed", value=members["fingerprint"]
        )
    _require_attached(revision0, members["report"], members["results"])
    left = dict(found.unsigned)
    if members["verifiers"] is not None and _VERIFIER in left:
        _require_known_verifier(left.pop(_VERIFIER), members["verifiers"])
    return {"count": found.fields + len(found.unsigned) - len(left), "unsigned": names_of(left)}


def lone_revision(pdf: bytes) -> bytes:
    """The document in a PDF that came without its package: all of it, or of a certified one the first revision.

    Raises:
        BindingError: after the first revision there is something else than one certification and its archive.
    """
    end = pdf.find(b"%%EOF\n") + len(b"%%EOF\n")
    if end == len(pdf):
        return pdf
    from auditor.report.strict_profile import require_structure

    require_structure(pdf, end)
    return pdf[:end]


def _require_attached(revision0: bytes, report: str, results: str) -> None:
    """What is attached to the document is the signed report and its results, and nothing else."""
    from auditor.canon.digest import sha256_hex, sha512_hex
    from auditor.jobs.attachments import read_attachments

    attached = read_attachments(revision0, layout.PDF)
    if set(attached) != {layout.REPORT, RESULTS}:
        raise BindingError("other files are attached to the PDF than its report and results", value=", ".join(attached))
    if sha512_hex(attached[layout.REPORT]) != report:
        raise BindingError("the report attached to the PDF is another one", place=layout.PDF)
    if sha256_hex(attached[RESULTS]) != results:
        raise BindingError("the results attached to the PDF are not those that were signed", place=layout.PDF)


def _require_known_verifier(printed: str, verifiers: list[str]) -> None:
    """The page that the document tells its readers to verify with is one that the trust root names."""
    digest = "".join(printed.split())
    if digest not in verifiers:
        raise BindingError("the PDF names a verifier that the trust root does not", place=layout.PDF, value=digest)
