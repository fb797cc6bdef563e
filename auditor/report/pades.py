"""Certifies a PDF once (P-384, DocMDP P=1), up to PAdES B-LTA, as two revisions after the document.

Revision 0 is the document, untouched. Revision 1 adds the certification signature with its timestamp. Revision 2 adds
the certificates and revocation lists (DSS) and, in the same revision, a document timestamp; so the last signature
covers the entire file (ETSI EN 319 142-1, 5.5). `strict_profile` accepts this shape and no other.

Nothing is fetched: timestamps come through callables and revocation lists as bytes.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from asn1crypto import crl as asn1_crl
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from asn1crypto.algos import SignedDigestAlgorithm
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA384
from pyhanko.pdf_utils.extensions import DeveloperExtension
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError as PyhankoSigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfTimeStamper, Signer
from pyhanko.sign.signers import PdfSigner as PyhankoSigner
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

from auditor.errors import BindingError, SigningError
from auditor.report.pdf_layout import read_layout
from auditor.report.pdf_revisions import SIGNATURE_FIELD, TIMESTAMP_FIELD, read_certified, require_document

_DIGEST = "sha384"
_RESERVED = 2 * 16_000  # hex digits; the string stays below the 32,767 bytes that PDF/A-3 allows (ISO 19005-3, 6.1.13)
_INVISIBLE = InvisSigSettings(box_out_of_bounds=True)  # PDF/UA-1 wants an untagged field outside the page
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Stamp = Callable[[bytes], bytes]
"""A time authority: TimeStampReq (DER) to TimeStampResp (DER), RFC 3161."""


class PdfSigner(NamedTuple):
    """Who certifies.

    `certificate` (DER) holds a P-384 key; `chain` (DER) are the certificates between it and a trust anchor, that one
    included; `key` is the private key, or a callable that signs a message with ECDSA and SHA-384 and hands over the
    DER signature (a token).
    """

    certificate: bytes
    chain: tuple[bytes, ...]
    key: ec.EllipticCurvePrivateKey | Callable[[bytes], bytes]


def certify(
    pdf: bytes,
    signer: PdfSigner,
    stamp: Stamp,
    *,
    instant: int,
    crls: Sequence[bytes] = (),
    certificates: Sequence[bytes] = (),
    archive_stamp: Stamp | None = None,
) -> bytes:
    """`pdf` certified, with `pdf` as a byte-exact prefix.

    `stamp` gives the time of the signature, `archive_stamp` (the same one unless given) that of the whole file.
    `instant` (microseconds) is the claimed time of signing. `crls` and `certificates` (DER: those of the time
    authorities' chains) are archived in the file beside the signer's chain.

    Raises:
        SigningError: the certificate or key does not fit, an authority refused, or the PDF cannot be signed.
    """
    holder = _Holder(signer)
    try:
        signed = asyncio.run(_sign(pdf, holder, _Stamper(stamp), instant))
        kept = [signer.certificate, *signer.chain, *certificates]
        certified = _archive(signed, kept, crls, _Stamper(archive_stamp or stamp))
    except (PdfError, PyhankoSigningError, TimestampRequestError, ValueError) as error:
        raise SigningError(f"the PDF cannot be certified: {error}") from error
    _require_verifiable(certified, len(pdf))
    return certified


def _require_verifiable(certified: bytes, size: int) -> None:
    try:
        layout = read_layout(certified, size)
        require_document(layout)
        read_certified(layout)
    except BindingError as error:
        raise SigningError(
            "the PDF holds what no certified document may", value=f"{error.problem} {error.value or ''}",
            hint="sign a PDF that auditor print made",
        ) from error  # fmt: skip


async def _sign(pdf: bytes, holder: _Holder, stamper: TimeStamper, instant: int) -> bytes:
    metadata = PdfSignatureMetadata(
        field_name=SIGNATURE_FIELD,
        md_algorithm=_DIGEST,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
    )
    field = SigFieldSpec(SIGNATURE_FIELD, invis_sig_settings=_INVISIBLE, readable_field_name=SIGNATURE_FIELD)
    work = PyhankoSigner(metadata, holder, timestamper=stamper, new_field_spec=field)
    session = work.init_signing_session(_Writer(io.BytesIO(pdf)))
    session.system_time = _EPOCH + timedelta(microseconds=instant)
    document = session.prepare_tbs_document(validation_info=None, bytes_reserved=_RESERVED)
    out = io.BytesIO()
    prepared, _ = document.digest_tbs_document(output=out)
    attributes = PdfCMSSignedAttributes(signing_time=session.system_time)
    await document.perform_signature(prepared.document_digest, attributes)
    return out.getvalue()


def _archive(signed: bytes, certificates: Sequence[bytes], crls: Sequence[bytes], stamper: TimeStamper) -> bytes:
    writer = _Writer(io.BytesIO(signed))
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=[asn1_x509.Certificate.load(data, strict=True) for data in dict.fromkeys(certificates)],
        crls=[asn1_crl.CertificateList.load(data, strict=True) for data in dict.fromkeys(crls)],
    )
    work = PdfTimeStamper(stamper, TIMESTAMP_FIELD, _INVISIBLE, readable_field_name=TIMESTAMP_FIELD)
    out: io.BytesIO = work.timestamp_pdf(writer, _DIGEST, bytes_reserved=_RESERVED)
    return out.getvalue()


class _Writer(IncrementalPdfFileWriter):
    """Adds what a signature needs and nothing else.

    pyHanko would write itself into the metadata at each revision and, for P-384, call the file PDF 2.0; PDF/A-3 is
    PDF 1.7, and the metadata are what was there before.
    """

    def _update_meta(self) -> None:
        return

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """The version stays as it is."""

    def register_extension(self, ext: DeveloperExtension) -> None:
        """Only the extension for PAdES (ETSI EN 319 142-1, 5.6) is announced."""
        if ext is ESIC_EXTENSION_1:
            super().register_extension(ext)


class _Stamper(TimeStamper):
    """A time authority behind a callable."""

    def __init__(self, stamp: Stamp) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._stamp = stamp

    async def async_request_tsa_response(self, req: Any) -> Any:
        """The authority's answer, as pyHanko wants it.

        Raises SigningError where it answers another question; pyHanko trips over its own message when saying so.
        """
        response = tsp.TimeStampResp.load(self._stamp(req.dump()), strict=True)
        token = response["time_stamp_token"]
        if token and token["content"]["encap_content_info"]["content"].parsed["nonce"].native != req["nonce"].native:
            raise SigningError("the time authority answered another question")
        return response


class _Holder(Signer):
    """The signer as pyHanko sees it: a P-384 certificate, and something that signs."""

    def __init__(self, signer: PdfSigner) -> None:
        self._public = _p384(signer.certificate)
        self._key = signer.key
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(asn1_x509.Certificate.load(data, strict=True) for data in signer.chain)
        super().__init__(
            signing_cert=asn1_x509.Certificate.load(signer.certificate, strict=True),
            cert_registry=store,
            signature_mechanism=SignedDigestAlgorithm({"algorithm": "sha384_ecdsa"}),
        )

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: ARG002
        """The DER signature of `data`, checked with the certificate's key before it is used."""
        key = self._key
        signature = key.sign(data, ec.ECDSA(SHA384())) if isinstance(key, ec.EllipticCurvePrivateKey) else key(data)
        try:
            self._public.verify(signature, data, ec.ECDSA(SHA384()))
        except InvalidSignature as error:
            raise SigningError("the private key is not the one of the PDF-signing certificate") from error
        return signature


def _p384(certificate: bytes) -> ec.EllipticCurvePublicKey:
    try:
        public = x509.load_der_x509_certificate(certificate).public_key()
    except ValueError as error:
        raise SigningError("the PDF-signing certificate cannot be read") from error
    if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP384R1):
        raise SigningError("the PDF-signing certificate does not hold a P-384 key")
    return public
