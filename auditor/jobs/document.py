"""The document of a report as it is handed over: certified, with the statement that binds it to the report."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.attestation import package as layout
from auditor.attestation.root import parse_root
from auditor.custody.signer_file import Passphrase, read_signer
from auditor.errors import SigningError
from auditor.jobs.files import machine_error, read_file, write_file
from auditor.jobs.hands import Hand
from auditor.jobs.print_attestation import Certification, certify_attestation, document_statement


@dataclass(frozen=True, slots=True)
class Document:
    """Of which report, by which trust root, certified how (or not), who answers for it, at which instant (µs)."""

    report: Path
    trust: Path
    certification: Certification | None
    signers: Sequence[Hand]
    passphrase: Passphrase
    at: int


def require_ready(document: Document) -> None:
    """Refuse before minutes are spent on rendering what would be refused after it.

    Raises:
        SigningError: signers without a certification.
        MachineError: a file that is needed later cannot be read.
        TrustError: a signer file is none.
    """
    if document.certification is None:
        if document.signers:
            raise SigningError(
                "only a certified PDF gets a statement", hint="give --pdf-key, --pdf-certificate and --time"
            )
        return
    how = document.certification
    if not how.key.startswith("pkcs11:"):
        try:
            os.stat(how.key)  # its owner's secret is read when it is used, not now
        except OSError as error:
            raise machine_error(error, how.key) from error
    for path in (how.certificate, *how.chain, *how.lists):
        read_file(path)
    for hand in document.signers:
        read_signer(hand.signer)


def write_document(
    pdf: bytes, document: Document, out: Path, progress: Callable[[str], None]
) -> list[tuple[str, Path]]:
    """Write revision 0 `pdf` to `out`, certified if asked, and its statement beside it; what was written where.

    Raises:
        SigningError: signers without a certification, or a key that cannot be used.
    """
    require_ready(document)
    if document.certification is None:
        write_file(out, pdf)
        return [("attestation", out)]
    progress("certifying the attestation")
    root = parse_root(read_file(document.trust))
    certified = certify_attestation(pdf, document.certification, root, document.at)
    written = [("attestation", out)]
    statement = None
    if document.signers:
        statement = document_statement(read_file(document.report), certified, document.signers, document.passphrase)
        written.append(("statement", out.with_name(layout.ATTESTATION)))
    write_file(out, certified.pdf)
    if statement is not None:
        write_file(out.with_name(layout.ATTESTATION), statement)
    return written
