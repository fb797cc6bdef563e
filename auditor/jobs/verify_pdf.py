"""The PDF of a package: its strict profile and certification, and that its pages say what was signed.

The bytes of the PDF are bound by the attestation statement already. What cannot be shown here beyond that (no library,
no anchor in the trust root, nothing that proves a certificate was valid so long ago) is told as a step not done.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from subprocess import TimeoutExpired
from typing import TYPE_CHECKING, NamedTuple

from auditor.attestation import steps
from auditor.canon.digest import sha512_hex
from auditor.canon.instant import format_instant
from auditor.errors import BindingError, TrustError, UnverifiableError
from auditor.jobs.pdf_text import TextRequest, compare_text

if TYPE_CHECKING:
    from auditor.attestation.root import TrustRoot
    from auditor.attestation.signers import AcceptedSigner
    from auditor.attestation.statements.attestation import AttestationStatement
    from auditor.attestation.verify import VerifiedReport
    from auditor.jobs.walk import Walk


class PdfFacts(NamedTuple):
    """A PDF and its accepted statement with those who signed it.

    `report` is the verified report that it must say the same as. `lists` are revocation lists (CRLs) from after the
    seal; `proven` and `late_proven` (microseconds) are when the package and they were sealed, as far as that is proven.
    """

    pdf: bytes
    statement: AttestationStatement
    signers: Sequence[AcceptedSigner]
    report: VerifiedReport
    lists: tuple[bytes, ...]
    proven: int | None
    late_proven: int | None


def verify_pdf(facts: PdfFacts, root: TrustRoot, at: int, walk: Walk) -> None:
    """Check the PDF's certification by `root` at `at`, and its pages against the signed report.

    Raises:
        VerificationError: the PDF breaks the profile, is certified by somebody else, or says something else.
    """
    walk.begin(steps.PDF_PROFILE)
    statement = facts.statement
    if sha512_hex(facts.pdf) != statement.pdf:
        raise BindingError("the PDF changed while it was verified")
    request = TextRequest(facts.report, statement.revision0_size, statement.text, root.verifiers)
    # Each is the work of a process of its own, so both are done at once; the profile is told first whichever is ready.
    with ThreadPoolExecutor(1) as beside:
        text = beside.submit(compare_text, facts.pdf, request)
        try:
            walk.done(_check_profile(facts, root, at))
        except UnverifiableError as error:
            if isinstance(error.__cause__, TimeoutExpired):
                # Not even the rules that need no certificate are through: what the pages show may come from an update.
                raise
            walk.left(steps.PDF_PROFILE, f"{error}; the attestation statement binds its bytes all the same")
        walk.begin(steps.PDF_TEXT)
        try:
            walk.done(text.result())
        except UnverifiableError as error:
            walk.left(steps.PDF_TEXT, str(error))


def _check_profile(facts: PdfFacts, root: TrustRoot, at: int) -> str:
    _require_owner(facts, root)
    try:
        from auditor.jobs.pdf_check import StrictRequest, check_pdf
    except ImportError as error:
        raise UnverifiableError("nothing is installed that verifies signatures in PDF files") from error
    statement = facts.statement
    found = check_pdf(
        facts.pdf,
        StrictRequest(
            final_sha512=statement.pdf,
            revision0_sha512=statement.revision0,
            revision0_size=statement.revision0_size,
            certificates=statement.certificates,
            anchors=root.pdf_anchors,
            at=at,
            proven=facts.proven,
            crls=facts.lists,
            crls_proven=facts.late_proven,
            tolerance=root.time_tolerance * 1_000_000,
        ),
    )
    return f"certified by {found.subject}, {format_instant(found.signed_at)}; no change after it but its archive"


def _require_owner(facts: PdfFacts, root: TrustRoot) -> None:
    """Each certificate that may have signed belongs to somebody who answers for the document."""
    people = {signer.principal for signer in facts.signers}
    owners = {one.sha256: one.principal for one in root.pdf_certificates}
    for digest in facts.statement.certificates:
        if owners.get(digest) not in people:
            raise TrustError(
                "the trust root does not list this certificate for anybody who answers for the document", value=digest
            )
