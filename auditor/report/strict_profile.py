"""The strict profile: the certified PDF is byte for byte the one that people signed, and shows nothing else.

1. The digests of the file and of its first revision are those that the attestation statement names.
2. One certification (DocMDP P=1), one document timestamp, and nothing else in the form.
3. Nothing active, hidden, layered or external in the document.
4. No change after the certification but the archive and that timestamp, which covers the entire file.
5. Both signatures are good, made by the listed certificate, and were valid at the proven time.

Rules 2 to 4 do not lean on rule 1: they hold against somebody who may have any digest signed. A hostile file can cost
time and memory even so; `auditor.jobs.pdf_check` runs this within limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from auditor.canon.digest import sha512_hex
from auditor.errors import BindingError, UnverifiableError
from auditor.report.pdf_layout import read_layout
from auditor.report.pdf_revisions import Certified, read_certified, require_document

MAX_PDF_BYTES = 256 * 2**20
TOLERANCE = 60_000_000


class StrictPdf(NamedTuple):
    """What the strict profile established.

    `certificate` is the SHA-256 of the signing certificate's DER, `subject` whom it names. `claimed` is the time of
    signing that the signer wrote, as PDF writes dates; `signed_at` and `archived_at` (microseconds) are those of the
    time authorities, over the signature and over the whole file.
    """

    certificate: str
    subject: str
    claimed: str
    signed_at: int
    archived_at: int


def require_strict(
    pdf: bytes,
    *,
    final_sha512: str,
    revision0_sha512: str,
    revision0_size: int,
    certificates: Sequence[str],
    anchors: Sequence[bytes],
    at: int,
    proven: int | None,
    crls: Sequence[bytes] = (),
    crls_proven: int | None = None,
    tolerance: int = TOLERANCE,
) -> StrictPdf:
    """Check `pdf` by every rule of the profile.

    `certificates` are SHA-256 (hex) of the signing certificates accepted; `anchors` the certificates (DER) that those
    and the time authorities' lead to. Times are microseconds: `at` is the moment of judging, `proven` when the whole
    file was proven to exist, `crls_proven` when the revocation lists `crls` (DER, from outside the file) were;
    `tolerance` is how far the clocks of two authorities may be apart.

    Raises:
        BindingError: the bytes are not the ones signed, or hold what certification does not leave.
        SignatureError: a signature or timestamp in the file is not good.
        TrustError: its certificate is not accepted, or is revoked.
        UnverifiableError: nothing proves that it was valid when it was used, or pyHanko is not installed.
    """
    require_digests(pdf, final_sha512, revision0_sha512, revision0_size)
    certified = require_structure(pdf, revision0_size)
    if not anchors:
        raise UnverifiableError("the trust root names no anchor for certificates in PDF files")
    try:
        from auditor.report.pades_validity import Judgement, require_valid
    except ImportError as error:
        raise UnverifiableError(
            "nothing is installed that verifies signatures in PDF files", value=str(error), hint="install pyhanko"
        ) from error
    judgement = Judgement(
        tuple(anchors), tuple(certificates), at, proven, tuple(crls), crls_proven, tolerance
    )  # fmt: skip
    valid = require_valid(pdf, certified, judgement)
    return StrictPdf(valid.certificate, valid.subject, certified.claimed, valid.signed_at, valid.archived_at)


def require_digests(pdf: bytes, final_sha512: str, revision0_sha512: str, revision0_size: int) -> None:
    """Rule 1. Raises BindingError."""
    if len(pdf) > MAX_PDF_BYTES:
        raise BindingError("the PDF is too large", value=len(pdf))
    if sha512_hex(pdf) != final_sha512:
        raise BindingError("the PDF is not the one that the attestation statement names", value=sha512_hex(pdf))
    if not 0 < revision0_size < len(pdf):
        raise BindingError("the PDF has nothing after the revision that people signed", value=revision0_size)
    if sha512_hex(memoryview(pdf)[:revision0_size]) != revision0_sha512:
        raise BindingError("the first revision of the PDF is not the one that people signed")


def require_structure(pdf: bytes, revision0_size: int) -> Certified:
    """Rules 2 to 4. Raises BindingError."""
    layout = read_layout(pdf, revision0_size)
    certified = read_certified(layout)
    require_document(layout)
    return certified
