"""HTML to PDF/A-3a, tagged, with attachments: the same input gives the same bytes, and nothing is fetched.

WeasyPrint only logs what it cannot do and goes on without it. A document that lacks a part must not be signed, so any
such record ends the rendering.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pydyf
import weasyprint
from weasyprint.pdf.metadata import DocumentMetadata
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcherResponse

from auditor import collector
from auditor.errors import RenderError
from auditor.report.complaints import Complaints
from auditor.report.shortcuts import Html
from auditor.report.tagging import field_ids

FONT_SCHEME = "font:"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RDF_END = b"</rdf:RDF>"
# PDF/UA-1 (ISO 14289-1, clause 5), with the extension schema PDF/A-3 asks for (ISO 19005-3, 6.6.2.3.3).
_UA_IDENTIFIER = b"""\
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">\
<pdfuaid:part>1</pdfuaid:part></rdf:Description>\
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Which part of ISO 14289 the file conforms to</pdfaProperty:description>\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""


@dataclass(frozen=True, slots=True)
class PdfAttachment:
    """A file embedded in the PDF; `relationship` is its AFRelationship (ISO 32000-2, 7.11.3)."""

    name: str
    description: str
    data: bytes
    relationship: Literal["Data", "Source"]


def render_pdf(
    html: str,
    stylesheet: str,
    fonts: Mapping[str, bytes],
    attachments: Sequence[PdfAttachment],
    instant: int,
) -> bytes:
    """The PDF of `html`, with every date in it set to `instant` (microseconds).

    Raises:
        RenderError: something would have been fetched, or WeasyPrint or fontTools complained.
    """
    fetcher = _LocalFetcher(fonts)
    moment = (_EPOCH + timedelta(microseconds=instant)).replace(microsecond=0)
    # A layout makes millions of objects that all live to its end; looking for garbage among them costs a quarter of
    # the time and finds none.
    with Complaints("weasyprint", "fontTools") as complaints, collector.paused():
        try:
            data = _write(html, stylesheet, fetcher, attachments, moment)
        except FatalURLFetchingError as error:
            raise RenderError(
                "the document would fetch something from outside", value=str(error), hint="remove the reference"
            ) from error
    complaints.refuse()
    return data


def _write(
    html: str, stylesheet: str, fetcher: _LocalFetcher, attachments: Sequence[PdfAttachment], moment: datetime
) -> bytes:
    configuration = FontConfiguration()
    sheet = weasyprint.CSS(string=stylesheet, font_config=configuration, url_fetcher=fetcher)
    source = Html(string=html, url_fetcher=fetcher)
    document = source.render(font_config=configuration, stylesheets=[sheet], pdf_variant="pdf/a-3a")
    document.metadata = _Metadata.of(document.metadata, moment)
    files = [_attachment(attachment, fetcher, moment) for attachment in sorted(attachments, key=lambda one: one.name)]
    with field_ids():
        data: bytes = document.write_pdf(
            finisher=_finish, pdf_variant="pdf/a-3a", attachments=files, uncompressed_pdf=True
        )
    return data


def _attachment(attachment: PdfAttachment, fetcher: _LocalFetcher, moment: datetime) -> Any:
    return weasyprint.Attachment(
        string=attachment.data,
        url_fetcher=fetcher,
        name=attachment.name,
        description=attachment.description,
        created=moment,
        modified=moment,
        relationship=attachment.relationship,
    )


def _finish(_document: Any, pdf: Any) -> None:
    # Object streams make pyHanko's validation quadratic, so WeasyPrint is asked for plain objects and only the
    # contents of streams are compressed; the metadata stays readable without a PDF library.
    for entry in pdf.objects:
        if isinstance(entry, pydyf.Stream) and entry.extra.get("Type") != "/Metadata":
            entry.compress = True
    # WeasyPrint lists each attachment twice.
    pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog.get("AF", ())))
    pdf.objects[:] = [entry if entry.free == "f" else _Kept(entry) for entry in pdf.objects]


class _Kept(pydyf.Object):  # type: ignore[misc]
    """An object with its bytes: pydyf makes them twice, to write them and for the file's identifier."""

    data = b""

    def __init__(self, entry: Any) -> None:
        super().__init__()
        self.number, self.generation, self.data = entry.number, entry.generation, entry.data


class _LocalFetcher:
    """Hands over the fonts of the kit by name and refuses every other URL, in a way WeasyPrint cannot ignore."""

    _fail_on_errors = True

    def __init__(self, fonts: Mapping[str, bytes]) -> None:
        self._fonts = fonts

    def __call__(self, url: str, *_: object, **__: object) -> Any:
        name = url.removeprefix(FONT_SCHEME)
        if name == url or name not in self._fonts:
            raise FatalURLFetchingError(url)
        return URLFetcherResponse(url, self._fonts[name], {"Content-Type": "font/ttf"})


class _Metadata(DocumentMetadata):  # type: ignore[misc]
    """Metadata that also says PDF/UA-1, with the extension schema PDF/A asks for."""

    @classmethod
    def of(cls, metadata: Any, moment: datetime) -> _Metadata:
        """The metadata read from the HTML, dated."""
        copy = cls()
        copy.__dict__.update(metadata.__dict__)
        copy.created = copy.modified = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        return copy

    def generate_rdf_metadata(self, variant: str, version: int, conformance: str) -> bytes:
        """WeasyPrint's RDF with the PDF/UA identifier inside it; appended after it, no reader would find it."""
        rdf: bytes = super().generate_rdf_metadata(variant, version, conformance)
        inside, end, after = rdf.rpartition(_RDF_END)
        assert end
        assert not after
        return inside + _UA_IDENTIFIER + end
