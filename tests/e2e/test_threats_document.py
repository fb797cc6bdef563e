"""The threat table, rows 8 to 10: what is added to the PDF, shown by it, or attached to it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from auditor.attestation import package as layout
from auditor.attestation.steps import PDF_PROFILE
from auditor.errors import (
    BindingError,
)
from auditor.report.pades import PdfSigner, certify
from samples.authorities import make_crl, sample_ca, sample_pdf_identity
from tests.e2e import attacks
from tests.e2e.attacks import (
    Package,
    now,
    passes,
    refused,
)
from tests.e2e.conftest import KEYS, Attested
from tests.report.forge import Forge

# --- 8: something is added to the PDF


def update(pdf: bytes) -> bytes:
    """An incremental update that puts other contents on the first page."""
    start = len(pdf)
    body = b"9999 0 obj\n<</Length 2>>\nstream\nq \nendstream\nendobj\n"
    table = b"xref\n9999 1\n%010d 00000 n \n" % start
    root = re.findall(rb"/Root (\d+ 0 R)", pdf)[-1]
    previous = re.findall(rb"startxref\n(\d+)", pdf)[-1]
    trailer = b"trailer\n<</Size 10000/Root " + root + b"/Prev " + previous + b">>\n"
    return pdf + body + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (start + len(body))


def test_row_08_an_update_with_digests_made_anew_by_the_sealer(package: Package) -> None:
    package.write(layout.PDF, update(package.read(layout.PDF)))
    refused(package, BindingError, "not the file that was sealed")
    package.reseal()
    refused(package, BindingError, "about another attestation.pdf")


def test_row_08_an_update_that_the_assessor_vouches_for(package: Package, tmp_path: Path) -> None:
    """Even where the verifier has no anchor to check the certification by, what was added is looked at."""
    package.write(layout.PDF, update(package.read(layout.PDF)))
    package.all_anew()
    no_anchor = attacks.trust_root(tmp_path / "trust.json", lambda document: document["pdf"].update(anchors=[]))
    refused(package, BindingError, "not as it was certified")
    refused(package, BindingError, "not as it was certified", trust=no_anchor)
    genuine = Package(package.folder, tmp_path / "genuine")
    size = genuine.document().revision0_size
    genuine.write(layout.PDF, genuine.read(layout.PDF)[:size])
    genuine.sign_document(revision0_size=size)
    genuine.reseal()
    refused(genuine, BindingError, "nothing after the revision", trust=no_anchor)


# --- 9 and 10: the pages, or what is attached to them, say something else


def certified(data: bytes) -> bytes:
    """`data` certified by the assessor's own key, with times by both authorities: nothing about it is forged."""
    identity, ca = sample_pdf_identity(KEYS), sample_ca(KEYS)
    certificate, anchor = (one.certificate.public_bytes(Encoding.DER) for one in (identity, ca))
    alpha, beta = attacks.AUTHORITIES.values()
    return certify(
        data, PdfSigner(certificate, (anchor,), identity.key), alpha.respond, instant=now(),
        crls=[make_crl(datetime.now(UTC))], certificates=[alpha.certificate, beta.certificate],
        archive_stamp=beta.respond,
    )  # fmt: skip


def reprinted(package: Package, change: Callable[[Forge], object], **members: Any) -> None:
    """Another first revision, certified, vouched for and sealed by those who may."""
    forge = Forge(package.read(layout.PDF)[: package.document().revision0_size])
    change(forge)
    data = forge.save()
    package.write(layout.PDF, certified(data))
    package.sign_document(revision0_size=len(data), **members)
    package.reseal()


def test_row_09_a_document_certified_anew_passes(package: Package) -> None:
    """What the two attacks below start from; with fresh revocation lists its own signature verifies too."""
    reprinted(package, lambda forge: None)
    assert "certified by" in passes(package)[PDF_PROFILE]


def test_row_09_the_pages_say_something_else_than_the_report(package: Package, skarvoy: Attested) -> None:
    def other_text(forge: Forge) -> None:
        forge.text(
            "/predicate/results/findings/0#state", lambda block: re.sub(rb"<([0-9a-f]{4})", rb"<0003", block, count=1)
        )

    reprinted(package, other_text)
    refused(package, BindingError, "attestation.pdf page")
    other = skarvoy.package / layout.PDF
    data = other.read_bytes()[: Package(skarvoy.package, package.folder.parent / "other").document().revision0_size]
    package.write(layout.PDF, certified(data))
    package.sign_document(revision0_size=len(data))
    package.reseal()
    refused(package, BindingError, "attestation.pdf")


def attachment(change: Callable[[bytes], bytes]) -> Callable[[Forge], None]:
    """Change the results that are attached to the PDF."""

    def changed(forge: Forge) -> None:
        for number, source in forge.objects.items():
            head, _, rest = source.partition(b"\nstream\n")
            data = zlib.decompress(rest.removesuffix(b"\nendstream")) if rest and b"/EmbeddedFile" in head else b""
            if data.startswith(b'{"asOf"'):
                after = change(data)
                assert after != data
                forge.set_stream(number, after)

    return changed


def test_row_10_other_results_attached_to_a_certified_document(package: Package) -> None:
    reprinted(package, attachment(lambda data: data.replace(b'"satisfied"', b'"sATISFIED"', 1)))
    refused(package, BindingError, "attached to the PDF are not those that were signed")


@pytest.mark.parametrize("trick", ["renamed", "two names", "two lists", "two contents"])
def test_row_10_an_attachment_that_can_be_read_in_two_ways(package: Package, trick: str) -> None:
    def crooked(forge: Forge) -> None:
        number = next(
            n for n, source in forge.objects.items() if b"/Filespec" in source and b"/F (results.json)" in source
        )
        if trick == "renamed":
            forge.replace(number, b"(results.json)", b"(results.txt)", 2)
        elif trick == "two names":
            forge.replace(number, b"/UF (results.json)", b"/UF (verdict.json)")
        elif trick == "two lists":
            other = forge.add(forge.objects[number])
            catalog = next(n for n, source in forge.objects.items() if b"/Type /Catalog" in source)
            forge.objects[catalog] = re.sub(
                rb"/AF \[(.*?)%d 0 R" % number, rb"/AF [\g<1>%d 0 R" % other, forge.objects[catalog]
            )
            assert b"%d 0 R" % other in forge.objects[catalog]
        else:
            other = forge.add_stream(b'{"findings":[]}', b"/Type /EmbeddedFile")
            forge.objects[number] = re.sub(rb"/EF <</F", rb"/EF <</UF %d 0 R/F" % other, forge.objects[number])

    reprinted(package, crooked)
    refused(package, BindingError)
