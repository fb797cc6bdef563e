"""Verify a package: its files, its seals and their times, the report, the document, the evidence, and later acts.

What is proven first is what the rest is judged by: the time of the package's seal comes before the keys of the report.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from auditor.attestation import package as layout
from auditor.attestation import steps
from auditor.attestation.accept import Accepted, Judged, accept
from auditor.attestation.commitment import MAX_RECORD_LEAVES
from auditor.attestation.package import FileDigests, PackageManifest, parse_manifest, require_files, require_layout
from auditor.attestation.roles import Kind
from auditor.attestation.root import TrustRoot
from auditor.attestation.statements.attestation import AttestationStatement
from auditor.attestation.verify import VerifiedReport, verify_report
from auditor.canon.digest import sha512_hex
from auditor.errors import BindingError, TrustError, UnverifiableError, VerificationError
from auditor.jobs.container import MAX_MEMBER_BYTES, Container, digest, read
from auditor.jobs.verify_evidence import Disclosed, verify_evidence
from auditor.jobs.verify_later import verify_acts, verify_status
from auditor.jobs.verify_pdf import PdfFacts, verify_pdf
from auditor.jobs.verify_seals import Sealing, require_order, verify_sealing
from auditor.jobs.walk import Walk

# What of the sealed files is read whole; the leaves of record trees are the longest.
_MOST_SEALED = max(MAX_MEMBER_BYTES, MAX_RECORD_LEAVES)
# 64 signatures and a reason come to less.
_MAX_ACT_BYTES = 2**20

Progress = Callable[[str], None]


class VerifiedPackage(NamedTuple):
    """A package that verified: its report with every step, and what is known beside the signed facts.

    `proven` is the time of the package's seal (microseconds), or None.
    """

    report: VerifiedReport
    manifest: PackageManifest
    proven: int | None
    disclosed: Disclosed


def verify_package(
    container: Container, root: TrustRoot, at: int, progress: Progress, status: bytes | None = None
) -> VerifiedPackage:
    """The verified package in `container`, judged by the verifier's own `root` at `at` (microseconds).

    Raises:
        VerificationError: do not rely on it.
        UnverifiableError: something needed is not at hand.
    Both carry the steps up to the refusal, as `verify_report`'s do.
    """
    walk = Walk()
    try:
        return _Verification(container, root, at, walk, progress).run(status)
    except (VerificationError, UnverifiableError) as error:
        walk.note_refusal(error)
        raise


class _Verification:
    """One pass over one package; every method does one thing and notes the step it did."""

    def __init__(self, container: Container, root: TrustRoot, at: int, walk: Walk, progress: Progress) -> None:
        self.container, self.root, self.at = container, root, at
        self.walk, self.progress = walk, progress

    def run(self, status: bytes | None) -> VerifiedPackage:
        manifest, digest_of_manifest, files = self._files()
        sealing = verify_sealing(self.container, self.root, self.at, self.walk, manifest, digest_of_manifest)
        judged = Judged(self.at, sealing.proven)
        self.walk.begin(steps.SIGNATURES)
        report_bytes = read(self.container, layout.REPORT)
        verified = verify_report(report_bytes, self.root, at=self.at, proven=sealing.proven)
        self._bind(manifest, sealing, verified)
        document = self._document(files, verified, judged)
        disclosed = self._evidence(verified)
        self._pdf(document, verified, sealing)
        self._later(verified, status)
        return VerifiedPackage(self.walk.merge(verified), manifest, sealing.proven, disclosed)

    def _files(self) -> tuple[PackageManifest, str, dict[str, FileDigests]]:
        self.walk.begin(steps.PACKAGE)
        self.progress("hashing the package")
        require_layout(self.container.paths)
        data = read(self.container, layout.MANIFEST, layout.MAX_MANIFEST_BYTES)
        manifest = parse_manifest(data)
        sealed = [path for path in self.container.paths if layout.is_sealed(path)]
        for path in sealed:
            # Before any is read: a file can be made to look as long as one likes at no cost.
            size, expected = self.container.size(path), manifest.files.get(path)
            if expected is None:
                raise BindingError("in the package and not listed in the manifest", place=path)
            if size > min(expected.size, _MOST_SEALED):
                raise BindingError("not the file that was sealed", place=path, value=f"{size} bytes")
        files = {path: digest(self.container, path) for path in sealed}
        require_files(manifest, files)
        found = sha512_hex(data)
        self.walk.done(f"{len(files)} files, manifest SHA-512 {found}")
        return manifest, found, files

    def _bind(self, manifest: PackageManifest, sealing: Sealing, verified: VerifiedReport) -> None:
        self.walk.begin(steps.EVIDENCE_FIRST)
        if manifest.package != verified.package:
            raise BindingError("the manifest is of another package", place=layout.MANIFEST, value=manifest.package)
        require_order(sealing, verified, self.root.time_tolerance, self.walk)

    def _document(self, files: dict[str, FileDigests], verified: VerifiedReport, judged: Judged) -> Accepted:
        self.walk.begin(steps.ATTESTATION)
        accepted = accept(read(self.container, layout.ATTESTATION), Kind.ATTESTATION, self.root, judged)
        statement = accepted.statement
        assert isinstance(statement, AttestationStatement)
        revision0 = self._prefix(statement.revision0_size)
        for what, signed, found in (
            ("package", statement.package, verified.package),
            ("report", statement.report, files[layout.REPORT].sha512),
            # The folder may have changed since it was hashed: what was verified is what was read then.
            ("report", statement.report, verified.digest_sha512),
            ("attestation statement", files[layout.ATTESTATION].sha512, accepted.digest_sha512),
            ("attestation.pdf", statement.pdf, files[layout.PDF].sha512),
            ("revision 0 of attestation.pdf", statement.revision0, revision0),
        ):
            if signed != found:
                raise BindingError(f"the attestation statement is about another {what}", value=found, hint=signed)
        self._require_same_hands(accepted, verified)
        people = ", ".join(f"{one.name} as {one.role}" for one in accepted.signers)
        self.walk.done(f"SHA-512 {statement.pdf}, signed by {people}")
        return accepted

    def _require_same_hands(self, accepted: Accepted, verified: VerifiedReport) -> None:
        # A document is another's word for a report, unless it comes from those who made it.
        own = {one.organisation_id for one in verified.signers}
        for signer in accepted.signers:
            if signer.organisation_id not in own:
                raise TrustError(
                    "the document is signed for an organisation that did not sign the report", place=layout.ATTESTATION,
                    value=signer.principal,
                )  # fmt: skip

    def _prefix(self, size: int) -> str:
        if size > self.container.size(layout.PDF):
            raise BindingError("revision 0 is said to be longer than the PDF", place=layout.ATTESTATION, value=size)
        with self.container.open(layout.PDF) as file:
            return sha512_hex(file.read(size))

    def _evidence(self, verified: VerifiedReport) -> Disclosed:
        self.progress("checking the disclosed evidence")
        return verify_evidence(self.container, verified, self.walk)

    def _pdf(self, document: Accepted, verified: VerifiedReport, sealing: Sealing) -> None:
        self.progress("checking the PDF")
        statement = document.statement
        assert isinstance(statement, AttestationStatement)
        facts = PdfFacts(
            pdf=read(self.container, layout.PDF),
            statement=statement,
            signers=document.signers,
            report=verified,
            lists=sealing.lists if sealing.late_proven is not None else (),
            proven=sealing.proven,
            late_proven=sealing.late_proven,
        )
        verify_pdf(facts, self.root, self.at, self.walk)

    def _later(self, verified: VerifiedReport, status: bytes | None) -> None:
        names = [path for path in self.container.paths if path.startswith(layout.ACTS)]
        acts = [(path, read(self.container, path, _MAX_ACT_BYTES)) for path in names]
        verify_acts(acts, verified, self.root, self.at, self.walk)
        verify_status(status, verified, self.root, self.at, self.walk)
