"""The bytes of a certified PDF: its layout, its revisions, and whether other readers see what was certified."""

from __future__ import annotations

import io
import logging
import re
from functools import cache
from hashlib import sha512
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from auditor.canon.instant import parse_instant
from auditor.errors import BindingError, SignatureError, TrustError, UnverifiableError
from auditor.jobs.pdf_check import StrictRequest, check_here
from auditor.report.pdf_layout import Layout, parse_value, read_layout
from auditor.report.strict_profile import require_structure
from samples.authorities import KEYS, sample_ca, sample_pdf_identity
from tests.fuzz.edits import mutate_edits, read_edits
from tests.fuzz.mutate import mutate_bytes
from tests.fuzz.target import CORPUS, Target, read, require

BASE = CORPUS / "base" / "certified.pdf.xz"
AT = parse_instant("2027-01-01T00:00:00Z")
_NOT_READ = (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OSError)
_ADDRESS = re.compile(r"(?<=IndirectObject\()(\d+, \d+), \d+")
_TABLE = re.compile(rb"xref\n((?:\d+ \d+\n(?:\d{10} \d{5} [nf] \n)*)*)")


@cache
def base() -> bytes:
    """A small PDF that was certified and archived: three revisions."""
    return read(BASE)


def revision0_size(pdf: bytes) -> int:
    return pdf.find(b"%%EOF\n") + len(b"%%EOF\n")


def run_layout(data: bytes) -> None:
    """Any bytes as a PDF, and as one value of it."""
    for read_one in (lambda: parse_value(data), lambda: _names(read_layout(data, revision0_size(data)))):
        try:
            read_one()
        except BindingError:
            continue


def _names(layout: Layout) -> None:
    # A header alone has no revision, and so is not certified.
    require(all(one.end == len(layout.pdf) for one in layout.revisions[-1:]), "bytes of no revision", layout.pdf)
    for number in range(len(layout.revisions)):
        layout.names(number)


def run_edits(data: bytes) -> None:
    """The certified PDF with edits: what keeps the profile shows, to another reader, what its first revision shows."""
    pdf = edited(data)
    try:
        require_structure(pdf, revision0_size(pdf))
    except BindingError:
        return
    require_same_shown(pdf)


def run_certified(data: bytes) -> None:
    """Edits behind the first revision, each of which the attacker gets signed: the certification still has to hold."""
    pdf = edited(data, first=revision0_size(base()))
    size = revision0_size(pdf)
    request = StrictRequest(
        final_sha512=sha512(pdf).hexdigest(),
        revision0_sha512=sha512(pdf[:size]).hexdigest(),
        revision0_size=size,
        certificates=(_certificate(),),
        anchors=(_anchor(),),
        at=AT,
        proven=None,
    )
    try:
        check_here(pdf, request)
    except (BindingError, SignatureError, TrustError, UnverifiableError):
        return
    require_same_shown(pdf)
    require(pdf[:size] == base()[:size], "a document that was not certified", data)


@cache
def _certificate() -> str:
    from hashlib import sha256

    return sha256(sample_pdf_identity(KEYS).certificate.public_bytes(Encoding.DER)).hexdigest()


@cache
def _anchor() -> bytes:
    return sample_ca(KEYS).certificate.public_bytes(Encoding.DER)


def edited(data: bytes, first: int = 0) -> bytes:
    """The base with edits at or behind `first`; of every second part number the tables are made right again."""
    pdf, fit = base(), False
    for edit in read_edits(data):
        pdf = pdf[:first] + edit.apply(pdf[first:])
        fit = fit or edit.part % 2 == 0
    return fitted(pdf) if fit else pdf


def fitted(pdf: bytes) -> bytes:
    """`pdf` with tables, startxref, Prev and byte ranges that fit where things are."""
    start, before, out = 0, 0, b""
    for match in _TABLE.finditer(pdf):
        region, rest = pdf[start : match.start()], pdf[match.end() :]
        end = match.end() + (rest.find(b"%%EOF\n") + 6 if b"%%EOF\n" in rest else len(rest))
        tail = re.sub(rb"startxref\n\d+", b"startxref\n%d" % (len(out) + len(region)), pdf[match.end() : end])
        tail = re.sub(rb"/Prev \d+", b"/Prev %d" % before, tail)
        before = len(out) + len(region)
        places = {int(one[1]): len(out) + one.start() for one in re.finditer(rb"(?m)^(\d{1,8}) 0 obj$", region)}
        out += region + b"xref\n" + _fitted_table(match[1], places) + tail
        start = end
    return out + pdf[start:]


def _fitted_table(table: bytes, places: dict[int, int]) -> bytes:
    out, number = b"", 0
    for line in table.splitlines(keepends=True):
        if line.endswith(b" n \n"):
            line = b"%010d 00000 n \n" % places.get(number, 0)
        elif not line.endswith(b" f \n"):
            number = int(line.split()[0]) - 1
        out, number = out + line, number + 1
    return out


def require_same_shown(pdf: bytes) -> None:
    """Another reader finds the same pages in the whole file and in its first revision, and no more than that."""
    try:
        first = _shown(pdf[: revision0_size(pdf)])
    except _NOT_READ:
        return
    try:
        whole = _shown(pdf)
    except _NOT_READ as error:
        require(False, "the whole file cannot be read, its first revision can", repr(error))
        return
    require(first == whole, "another reader sees another document than was certified", first, whole)


def _shown(pdf: bytes) -> Any:
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = PdfReader(io.BytesIO(pdf), strict=False)
    pages = []
    for page in reader.pages:
        annotations = [one.get_object() for one in page.get("/Annots", ())]
        links = [_ADDRESS.sub(r"\1", repr(one)) for one in annotations if one.get("/Subtype") != "/Widget"]
        pages.append((page.get_contents().get_data() if page.get_contents() else b"", page.mediabox, links))  # type: ignore[union-attr]
    catalog = {key: _ADDRESS.sub(r"\1", repr(value)) for key, value in reader.trailer["/Root"].items()}  # type: ignore[union-attr]
    for key in ("/AcroForm", "/Perms", "/Extensions", "/DSS"):
        catalog.pop(key, None)
    return pages, catalog, _ADDRESS.sub(r"\1", repr(reader.metadata))


TARGETS = {
    "pdf": Target(run_layout, mutate_bytes, most=8192, rounds=200),
    "pdf-edits": Target(run_edits, mutate_edits, most=2048, rounds=40),
    "pdf-certified": Target(run_certified, mutate_edits, most=2048, rounds=15),
}
