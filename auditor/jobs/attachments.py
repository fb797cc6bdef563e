"""Files attached to a PDF, read within bounds from a file that may be hostile."""

from __future__ import annotations

import zlib
from typing import Any

from auditor.errors import BindingError, UnverifiableError

MAX_ATTACHMENT_BYTES = 128 * 2**20
"""Of all attachments of a PDF together."""


def read_attachment(pdf: bytes, name: str, place: str) -> bytes:
    """The one attachment called `name`.

    Raises:
        BindingError: the PDF cannot be read, or holds no such attachment or several.
        UnverifiableError: the PDF reader is not installed.
    """
    found = read_attachments(pdf, place)
    if name not in found:
        raise BindingError(
            "the PDF holds no such attachment", place=place, value=name,
            hint="this is not an attestation made by auditor print",
        )  # fmt: skip
    return found[name]


def read_attachments(pdf: bytes, place: str) -> dict[str, bytes]:
    """Every attachment by its name, of a PDF that leaves no choice which bytes those are.

    A PDF can list its files in two places, call a file by three names, and give each name other contents; readers
    differ in what they go by. So all must agree (ISO 32000-2, 7.11.3, 7.11.4 and 14.13).

    Raises:
        BindingError: the PDF cannot be read, or says two things about an attachment.
        UnverifiableError: the PDF reader is not installed.
    """
    try:
        import pypdf
        from pypdf.errors import PyPdfError
    except ImportError as error:
        raise UnverifiableError(
            "no reader for PDF files is installed",
            place=place,
            hint="install pypdf, or take report.dsse.json out of the PDF and verify that",
        ) from error
    import io
    import logging

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        return _read(pypdf.PdfReader(io.BytesIO(pdf), strict=True).trailer["/Root"], place)
    except (
        PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OSError, zlib.error
    ) as error:  # fmt: skip
        # pypdf lets these through on malformed files; whatever it trips over, the file is not to be relied on.
        raise BindingError(f"the PDF cannot be read: {type(error).__name__}", place=place) from error


def _read(catalog: Any, place: str) -> dict[str, bytes]:
    if "/EmbeddedFiles" not in catalog.get("/Names", {}):
        return {}
    tree = catalog["/Names"]["/EmbeddedFiles"]
    entries = list(tree["/Names"])
    listed = [one.idnum for one in entries[1::2]]
    if set(tree) != {"/Names"} or sorted(one.idnum for one in catalog["/AF"]) != sorted(listed):
        raise BindingError("the PDF lists its attachments in two ways", place=place)
    found: dict[str, bytes] = {}
    for name, reference in zip(entries[::2], entries[1::2], strict=True):
        file = reference.get_object()
        if str(name) in found:
            raise BindingError("the PDF holds this attachment twice", place=place, value=str(name))
        if {str(name), str(file["/F"]), str(file["/UF"])} != {str(name)} or set(file["/EF"]) != {"/F"}:
            raise BindingError("an attachment of the PDF has two names", place=place, value=str(name))
        left = MAX_ATTACHMENT_BYTES - sum(map(len, found.values()))
        found[str(name)] = _unpacked(file["/EF"]["/F"], left, place)
    return found


def _unpacked(stream: Any, most: int, place: str) -> bytes:
    data: bytes = stream._data  # noqa: SLF001 - as it is in the file: pypdf unpacks without a bound of ours
    if "/Filter" in stream:
        if stream["/Filter"] != "/FlateDecode" or "/DecodeParms" in stream:
            raise BindingError("an attachment of the PDF is packed in an unusual way", place=place)
        data = zlib.decompressobj().decompress(data, most + 1)
    if len(data) > most:
        raise BindingError("the attachments are too large", place=place, value=len(data))
    return data
