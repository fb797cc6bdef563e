"""Print: verify a report by a trust root, and only then render it as the PDF attestation; if asked, certify it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from auditor.canon.digest import sha256_hex, sha512_hex
from auditor.jobs.files import read_file
from auditor.jobs.folders import content_folder
from auditor.jobs.verify import VerifyRequest, verify

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.attestation.root import TrustRoot
    from auditor.attestation.sign import SigningKey
    from auditor.custody.signer_file import Passphrase
    from auditor.jobs.hands import Hand
    from auditor.report.beside import LawFacts


@dataclass(frozen=True, slots=True)
class Certification:
    """With what a PDF is certified.

    `key` is a P-384 private key's file (PKCS#8), or its `pkcs11:` URI; `certificate` and `chain` are X.509 files, the
    trust anchor last; `lists` are revocation lists (CRLs) of today; `sources` are addresses of time authorities by
    name, of which the first dates the signature and the last the whole file.
    """

    key: str
    certificate: Path
    chain: Sequence[Path]
    lists: Sequence[Path]
    sources: Mapping[str, str]
    passphrase: Passphrase


class Certified(NamedTuple):
    """A certified PDF, how many of its first bytes are revision 0, and the SHA-256 of the certificate that signed."""

    pdf: bytes
    revision0_size: int
    certificate: str


def print_attestation(request: VerifyRequest, progress: Callable[[str], None] = lambda line: None) -> bytes:
    """The attestation's bytes before it is certified: the same report gives the same bytes on the same machine.

    Raises:
        VerificationError: the report does not verify, so nothing is printed.
        RenderError: it cannot be rendered faithfully.
    """
    verified = verify(request, progress).report
    progress("printing the attestation")
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from auditor.report.kit import read_kit
    from auditor.report.render import AttestationInput, render_attestation

    results = verified.results
    facts = AttestationInput(
        payload=verified.payload,
        envelope=read_file(request.file),
        envelope_digest=verified.digest_sha512,
        signers=verified.signers,
        steps=verified.steps,
        law=law_facts(request.controls, results["asOf"]),
        verifier=verifier_digest(),
    )
    try:
        zone = ZoneInfo(results["facility"]["timezone"])
    except (ZoneInfoNotFoundError, ValueError):
        # Local times are a convenience; UTC is always printed.
        zone = None
    return render_attestation(facts, read_kit(content_folder("templates")), zone)


def verifier_digest() -> str:
    """SHA-512 of the browser verifier that this edition ships, for readers to compare with the one they got."""
    return sha512_hex(read_file(content_folder("templates") / "verifier" / "verify.html"))


def certify_attestation(revision0: bytes, how: Certification, root: TrustRoot, instant: int) -> Certified:
    """`revision0` certified (PAdES B-LTA), claiming to have been signed at `instant` (microseconds).

    Raises:
        SigningError: the key or certificate does not fit, or a time authority did not answer.
        MachineError: a file cannot be read.
    """
    from auditor.jobs.certificates import read_certificate
    from auditor.jobs.timestamp import request_timestamp
    from auditor.report.pades import PdfSigner, certify

    certificate = read_certificate(how.certificate)
    chain = tuple(read_certificate(path).der for path in how.chain)
    urls = list(how.sources.values())
    authorities = [one.certificate for one in root.authorities if one.name in how.sources]
    key = _open_key(how, certificate.spki)
    pdf = certify(
        revision0,
        PdfSigner(certificate.der, chain, key.sign),
        lambda query: request_timestamp(urls[0], query),
        instant=instant,
        crls=[read_file(path) for path in how.lists],
        certificates=authorities,
        archive_stamp=lambda query: request_timestamp(urls[-1], query),
    )
    return Certified(pdf, len(revision0), sha256_hex(certificate.der))


def _open_key(how: Certification, spki: bytes) -> SigningKey:
    from pathlib import Path

    from auditor.attestation.keys import public_key_of_spki
    from auditor.custody.files import FileKey, is_encrypted, load_private_key
    from auditor.custody.hygiene import forbid_core_dumps, read_private_file

    forbid_core_dumps()
    if how.key.startswith("pkcs11:"):
        from auditor.custody.pkcs11 import open_token_key

        return open_token_key(public_key_of_spki(spki), how.key, how.passphrase)
    pem = read_private_file(Path(how.key))
    secret = how.passphrase(how.key) if is_encrypted(pem, place=how.key) else None
    return FileKey(load_private_key(pem, secret, place=how.key))


def document_statement(report: bytes, certified: Certified, hands: Sequence[Hand], passphrase: Passphrase) -> bytes:
    """The statement that `certified` says what `report` says, signed by `hands`.

    Raises:
        SigningError: nobody signs, or a key cannot be used.
    """
    import weasyprint

    from auditor.attestation.envelope import parse_envelope
    from auditor.attestation.statements.attestation import Renderer, make_attestation_statement
    from auditor.attestation.statements.results import parse_results
    from auditor.jobs.hands import declare, sign_by
    from auditor.report.printed_text import text_fingerprint

    revision0 = certified.pdf[: certified.revision0_size]
    payload = make_attestation_statement(
        package=parse_results(parse_envelope(report).payload).package,
        report=sha512_hex(report),
        revision0=sha512_hex(revision0),
        pdf=sha512_hex(certified.pdf),
        revision0_size=certified.revision0_size,
        text=text_fingerprint(revision0),
        renderer=Renderer("weasyprint", weasyprint.__version__),
        certificates=[certified.certificate],
        signers=[declare(hand) for hand in hands],
    )
    return sign_by(hands, payload, passphrase)


def law_facts(controls: Path | None, as_of: str) -> LawFacts:
    """Where the provisions an attestation bears on stood on the day of the instant `as_of`."""
    from datetime import date

    from auditor.jobs.law import load_law
    from auditor.regulation.status import BORNE_ON
    from auditor.regulation.working import standing
    from auditor.report.beside import LawFacts

    law = load_law(controls)
    found = (standing(law, provision, date.fromisoformat(as_of[:10])) for provision in BORNE_ON)
    return LawFacts(tuple(one for one in found if one is not None), law.digest)
