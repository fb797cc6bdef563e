"""Whether the signatures in a certified PDF are good, and were good when it was sealed (ETSI EN 319 102-1, 5.6.2).

pyHanko validates at the proven time, at which everything in the file existed; so a certificate that has expired since
does no harm. It is given no means to fetch anything. Its own engine for the past (`ades_lta_validation`) is not used:
that begins its search at the clock of the machine, whatever moment it is asked about, and the same file would be
judged differently from day to day.
"""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from asn1crypto import x509 as asn1_x509
from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate
from pyhanko.sign.general import CMSExtractionError, CMSStructuralError, extract_certificate_info
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.status import SignatureCoverageLevel, SignatureStatus
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import ValidationError
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    REQUIRE_REVINFO,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
)

from auditor.canon.digest import sha256_hex
from auditor.errors import SignatureError, TrustError, UnverifiableError
from auditor.report.pdf_revisions import Certified
from auditor.report.pdf_revocation import Lists, require_needed, require_unrevoked

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGESTS = {"sha256", "sha384", "sha512"}
_REVOKED = {AdESIndeterminate.REVOKED_NO_POE, AdESIndeterminate.REVOKED_CA_NO_POE}
# What pyHanko, asn1crypto and cryptography let through on malformed files; whatever they trip over is refused.
TRIPPED = (
    PdfError, SignatureValidationError, ValidationError, CMSExtractionError, CMSStructuralError, UnsupportedAlgorithm,
    ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError, RuntimeError, OSError,
    MemoryError,
)  # fmt: skip


class Judgement(NamedTuple):
    """By what to judge: times in microseconds, certificates and revocation lists in DER.

    `at` is the moment of judging. `proven` is when the whole file was proven to exist, None without proof. `crls` are
    revocation lists from outside the file, and `crls_proven` when those were proven to exist. `tolerance` is by how
    much the clocks of two authorities may differ.
    """

    anchors: tuple[bytes, ...]
    certificates: tuple[str, ...]
    at: int
    proven: int | None = None
    crls: tuple[bytes, ...] = ()
    crls_proven: int | None = None
    tolerance: int = 60_000_000

    @property
    def used(self) -> int:
        """The moment at which certificates are judged: the proven time, or else that of judging."""
        return self.at if self.proven is None else self.proven


class Validity(NamedTuple):
    """Who certified and when: the certificate (SHA-256 of its DER, and its subject), and the two times in the file."""

    certificate: str
    subject: str
    signed_at: int
    archived_at: int


def require_valid(pdf: bytes, certified: Certified, judgement: Judgement) -> Validity:
    """Check both signatures of a PDF whose structure has been checked.

    Raises:
        SignatureError: a signature is not good, or the file cannot be read as what it is said to be.
        TrustError: the certificate is not one of `judgement.certificates`, is revoked, or leads to no anchor.
        UnverifiableError: nothing proves that the certificates were valid when they were used.
    """
    with _silence():
        try:
            return asyncio.run(_validate(pdf, certified, judgement))
        except TRIPPED as error:
            raise SignatureError(
                "the signatures in the PDF cannot be read", value=f"{type(error).__name__}: {error}"
            ) from error


@contextmanager
def _silence() -> Iterator[None]:
    """Without pyHanko's log: it reports every negative verdict with its stack."""
    loggers = [logging.getLogger(name) for name in ("pyhanko", "pyhanko_certvalidator")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


async def _validate(pdf: bytes, certified: Certified, judgement: Judgement) -> Validity:
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    signature, stamp = _embedded(reader, certified)
    certificate = signature.signer_cert
    digest = sha256_hex(certificate.dump())
    if digest not in judgement.certificates:
        raise TrustError("the PDF is signed with a certificate that is not accepted", value=digest)
    token = _require_form(signature, stamp)
    # What was added after the certification has been compared already, object by object; only digests are left.
    for one, coverage in (
        (signature, SignatureCoverageLevel.ENTIRE_REVISION),
        (stamp, SignatureCoverageLevel.ENTIRE_FILE),
    ):
        one.compute_integrity_info(skip_diff=True)  # type: ignore[no-untyped-call]
        if one.evaluate_signature_coverage() != coverage:
            raise SignatureError("a signature in the PDF does not cover what it must")
    signed_at, archived_at = _time_of(token), _time_of(stamp.signed_data)
    _require_order(signed_at, archived_at, judgement)
    if certificate.not_valid_before > _EPOCH + timedelta(microseconds=signed_at):
        raise TrustError("the PDF was signed before its certificate was valid", value=digest)

    for policy in (NO_REVOCATION, REQUIRE_REVINFO):
        context = _context(certified, judgement, policy)
        good = await async_validate_pdf_signature(signature, context, context, skip_diff=True)
        _require(good, "the certification signature", policy)
        _require(good.timestamp_validity, "the timestamp of the signature", policy)
        archived = await async_validate_pdf_timestamp(stamp, context, skip_diff=True)
        _require(archived, "the document timestamp", policy)
    _require_unrevoked(certified, [signature.signed_data, token, stamp.signed_data], judgement)
    return Validity(digest, certificate.subject.human_friendly, signed_at, archived_at)


def _embedded(reader: PdfFileReader, certified: Certified) -> tuple[EmbeddedPdfSignature, EmbeddedPdfSignature]:
    found = reader.embedded_signatures
    expected = (certified.certification, certified.timestamp)
    if len(found) != len(expected):
        raise SignatureError("the PDF does not hold exactly one signature and one timestamp", value=len(found))
    for one, mine in zip(found, expected, strict=True):
        ranges = [0, mine.gap_start, mine.gap_end, mine.covered - mine.gap_end]
        if list(one.byte_range) != ranges or one.pkcs7_content.rstrip(b"\0") != mine.contents.rstrip(b"\0"):
            raise SignatureError("two readings of the PDF see different signatures", value=ranges)
    return found[0], found[1]


def _require_form(signature: EmbeddedPdfSignature, stamp: EmbeddedPdfSignature) -> Any:
    """The timestamp of the signature: the one unsigned attribute of the only signer, made with the one algorithm."""
    for one in (signature, stamp):
        if len(one.signed_data["signer_infos"]) != 1:
            raise SignatureError("a signature in the PDF does not have exactly one signer")
    info = signature.signer_info
    algorithms = (info["signature_algorithm"]["algorithm"].native, info["digest_algorithm"]["algorithm"].native)
    if algorithms != ("sha384_ecdsa", "sha384") or signature.signer_cert.public_key.curve != ("named", "secp384r1"):
        raise SignatureError("the PDF is not signed with ECDSA P-384 and SHA-384", value=algorithms)
    unsigned = list(info["unsigned_attrs"] or ())
    if [one["type"].native for one in unsigned] != ["signature_time_stamp_token"] or len(unsigned[0]["values"]) != 1:
        raise SignatureError("the signature in the PDF does not carry exactly one timestamp")
    if len(stamp.signer_info["unsigned_attrs"] or ()):
        raise SignatureError("the document timestamp carries what it must not")
    token = unsigned[0]["values"][0]["content"]
    for one in (token, stamp.signed_data):
        imprint = one["encap_content_info"]["content"].parsed["message_imprint"]
        if imprint["hash_algorithm"]["algorithm"].native not in _DIGESTS:
            raise SignatureError("a timestamp in the PDF is over a digest that is not accepted")
    return token


def _time_of(token: Any) -> int:
    moment: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _require_order(signed_at: int, archived_at: int, judgement: Judgement) -> None:
    if signed_at > archived_at + judgement.tolerance:
        raise SignatureError("the PDF was archived before it was signed", value=archived_at)
    if archived_at > judgement.at + judgement.tolerance:
        raise SignatureError("the PDF was signed after the moment of judging", value=archived_at)
    if judgement.proven is not None and archived_at > judgement.proven + judgement.tolerance:
        raise UnverifiableError(
            "the times conflict: the PDF's own timestamp is later than the time it was proven to exist",
            value=archived_at, hint="one of the authorities is wrong; ask both",
        )  # fmt: skip


def _certificates(encoded: Sequence[bytes]) -> list[asn1_x509.Certificate]:
    return [asn1_x509.Certificate.load(data, strict=True) for data in encoded]


def _context(certified: Certified, judgement: Judgement, policy: RevocationCheckingPolicy) -> ValidationContext:
    moment = _EPOCH + timedelta(microseconds=judgement.used)
    return ValidationContext(
        trust_roots=_certificates(judgement.anchors),
        other_certs=_certificates(certified.certificates),
        moment=moment,
        best_signature_time=moment,
        crls=[*judgement.crls, *certified.crls],
        # A list issued later says more about that moment than one issued before; how late it must be is judged apart.
        revinfo_policy=CertRevTrustPolicy(policy, retroactive_revinfo=True),
        time_tolerance=timedelta(microseconds=judgement.tolerance),
        allow_fetching=False,
    )


def _require_unrevoked(certified: Certified, signed: Sequence[Any], judgement: Judgement) -> None:
    found = [extract_certificate_info(data) for data in signed]
    others = [one.dump() for information in found for one in information.other_certs]
    users = [information.signer_cert.dump() for information in found]
    require_needed(users, certified.certificates, judgement.anchors, certified.crls)
    require_unrevoked(
        users,
        [*judgement.anchors, *certified.certificates, *others],
        judgement.anchors,
        Lists(certified.crls, judgement.crls, judgement.crls_proven),
        judgement.used,
        judgement.at,
    )


def _require(status: SignatureStatus | None, what: str, policy: RevocationCheckingPolicy) -> None:
    if status is None or not status.intact or not status.valid:
        raise SignatureError(f"{what} in the PDF is not valid")
    if status.trusted:
        return
    found = status.trust_problem_indic
    value = getattr(found, "name", None)
    if status.revoked or found in _REVOKED:
        raise TrustError(f"the certificate of {what} in the PDF was revoked", value=value)
    # A horizon: it, or one above it, was not valid at that moment. In the second round only lists can be wanting.
    if isinstance(found, AdESFailure) or (status.error_time_horizon is None and policy is NO_REVOCATION):
        raise TrustError(f"the certificate of {what} in the PDF is not to be relied on", value=value)
    raise UnverifiableError(
        f"nothing proves that the certificate of {what} in the PDF was valid when it was used",
        value=value,
        hint="give the sealed package: it proves the time and holds later revocation lists",
    )
