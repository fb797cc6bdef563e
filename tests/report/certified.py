"""A small certified PDF for tests, with throw-away sample authorities, and ways to sign hostile revisions properly."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from auditor.jobs.pdf_check import StrictRequest
from auditor.report import pades
from auditor.report.pades import PdfSigner, certify
from auditor.report.pdf import PdfAttachment, render_pdf
from samples.authorities import KEYS, LocalAuthority, SampleCa, make_all, make_crl, sample_ca, sample_pdf_identity

PAGE = """<html lang="en"><head><title>Attestation</title></head><body>
<h1>Attestation</h1><p>Control 4 is <b>not met</b>. 12 of 18204 intervals. <a href="#end">See the end</a></p>
<p style="page-break-before: always" id="end">The end: <i>not met</i>.</p>
</body></html>"""
FILES = (
    PdfAttachment("report.dsse.json", "The signed report", b'{"report":1}', "Source"),
    PdfAttachment("results.json", "The results", b'{"results":1}', "Data"),
)
DAY = timedelta(days=1)


def now() -> datetime:
    return datetime.now(UTC)


def micro(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000


class World:
    """A sample CA, its PDF signer and the time authorities alpha and beta."""

    def __init__(self, folder: Path) -> None:
        make_all(folder)
        self.ca: SampleCa = sample_ca(folder)
        self.identity = sample_pdf_identity(folder)
        self.alpha, self.beta = LocalAuthority(folder, "alpha"), LocalAuthority(folder, "beta")
        self.anchor = self.ca.certificate.public_bytes(Encoding.DER)
        self.certificate = self.identity.certificate.public_bytes(Encoding.DER)
        self.began = now()

    @property
    def signer(self) -> PdfSigner:
        return PdfSigner(self.certificate, (self.anchor,), self.identity.key)

    def crl(self, when: datetime, *revoked: Any) -> bytes:
        return make_crl(when, revoked, ca=self.ca)

    def fresh(self) -> bytes:
        return self.crl(self.began - DAY / 24)

    def certify(self, pdf: bytes, **more: Any) -> bytes:
        options: dict[str, Any] = {
            "instant": micro(self.began),
            "crls": [self.fresh()],
            "certificates": [self.alpha.certificate, self.beta.certificate],
            "archive_stamp": self.beta.respond,
        }
        stamp = more.pop("stamp", self.alpha.respond)
        return certify(pdf, more.pop("signer", self.signer), stamp, **(options | more))

    def request(self, pdf: bytes, revision0: bytes, at: datetime | None = None, **more: Any) -> StrictRequest:
        """What a verifier asks who has got these digests, by whatever way."""
        return StrictRequest(
            final_sha512=sha512(pdf).hexdigest(),
            revision0_sha512=sha512(revision0).hexdigest(),
            revision0_size=len(revision0),
            certificates=(sha256(self.certificate).hexdigest(),),
            anchors=(self.anchor,),
            at=micro(at or now()),
        )._replace(**more)

    def sign_only(self, pdf: bytes, change: Callable[[Any], None] = lambda writer: None) -> bytes:
        """Revision 1 alone, with `change` made in it before it is signed."""
        import asyncio

        holder, stamper = pades._Holder(self.signer), pades._Stamper(self.alpha.respond)
        with changed(change):
            return asyncio.run(pades._sign(pdf, holder, stamper, micro(self.began)))

    def archive_only(self, signed: bytes, change: Callable[[Any], None] = lambda writer: None, **more: Any) -> bytes:
        """Revision 2 on top of `signed`, with `change` made in it before it is timestamped."""
        kept = [self.certificate, self.anchor, self.alpha.certificate, self.beta.certificate]
        kept += more.get("certificates", [])
        crls = [self.fresh(), *more.get("crls", [])]
        with changed(change):
            return pades._archive(signed, kept, crls, pades._Stamper(self.beta.respond))


class changed:  # noqa: N801 - reads as a verb
    """While this is entered, each revision that `pades` writes also makes `change`."""

    def __init__(self, change: Callable[[Any], None]) -> None:
        self.change = change

    def __enter__(self) -> None:
        self.before, change = pades._Writer, self.change

        class Changing(self.before):  # type: ignore[misc,name-defined]
            done = False

            def _update_meta(self) -> None:
                if not self.done:
                    self.done = True
                    change(self)

        pades._Writer = Changing  # type: ignore[misc]

    def __exit__(self, *_: object) -> None:
        pades._Writer = self.before  # type: ignore[misc]


def appended(pdf: bytes, change: Callable[[Any], None]) -> bytes:
    """`pdf` with one more incremental update, unsigned."""
    writer = pades._Writer(io.BytesIO(pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@cache
def revision0() -> bytes:
    """A tagged document of two pages with links and two attachments, as the auditor renders it."""
    return render_pdf(PAGE, "body { font-family: serif }", {}, FILES, 1_790_000_000_000_000)


__all__ = ["DAY", "KEYS", "World", "appended", "changed", "micro", "now", "revision0"]
