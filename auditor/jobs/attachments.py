"""Files attached to a PDF, read within bounds from a file that may be hostile."""

from __future__ import annotations

from auditor.errors import BindingError, UnverifiableError

MAX_ATTACHMENT_BYTES = 128 * 2**20


def read_attachment(pdf: bytes, name: str, place: str) -> bytes:
    """The one attachment called `name`.

    Raises:
        BindingError: the PDF cannot be read, or holds no such attachment or several.
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
        reader = pypdf.PdfReader(io.BytesIO(pdf), strict=True)
        found = [entry for entry in reader.attachment_list if name in (entry.name, entry.alternative_name)]
        contents = [entry.content for entry in found]
    except (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OSError) as error:
        # pypdf lets these through on malformed files; whatever it trips over, the file is not to be relied on.
        raise BindingError(f"the PDF cannot be read: {type(error).__name__}", place=place) from error
    if len(contents) != 1:
        problem = "the PDF holds no such attachment" if not contents else "the PDF holds this attachment twice"
        raise BindingError(problem, place=place, value=name, hint="this is not an attestation made by auditor print")
    if len(contents[0]) > MAX_ATTACHMENT_BYTES:
        raise BindingError("the attachment is too large", place=place, value=len(contents[0]))
    return contents[0]
