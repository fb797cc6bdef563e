"""What a certified PDF may hold: a document with nothing active or hidden, then exactly the two certified revisions.

Each object of the two revisions after the document has one place and one form; anything beside them, and any difference
between the document before and after, is refused. So nothing that a reader shows can come from after the signature.
"""

from __future__ import annotations

import re
import zlib
from typing import Any, NamedTuple

from auditor.report.pdf_layout import Layout, Ref, parse_dictionary, refused

SIGNATURE_FIELD = "Certification"
TIMESTAMP_FIELD = "Timestamp"
MAX_PAGES = 20_000
MAX_INFLATED = 256 * 2**20
_CATALOG = {
    "Type", "Pages", "Outlines", "Lang", "Names", "ViewerPreferences", "MarkInfo", "StructTreeRoot", "OutputIntents",
    "AF", "Metadata", "PageLabels",
}  # fmt: skip
_NAME_TREES = {"EmbeddedFiles", "Dests"}
# Active content, layers, forms, other files, other readings of the same bytes (ISO 32000-2, 7.5.7, 7.6, 8.11, 12.6,
# 12.7, 13); none of them may even be named.
_FORBIDDEN = {
    "JavaScript", "JS", "OpenAction", "AA", "Launch", "URI", "GoToR", "GoToE", "GoTo3DView", "SubmitForm", "ResetForm",
    "ImportData", "Hide", "Named", "SetOCGState", "Rendition", "Movie", "Sound", "Thread", "Threads", "Trans",
    "OCProperties", "OCG", "OCMD", "OCGs", "OC", "OPI", "Alternates", "AcroForm", "XFA", "NeedAppearances", "Widget",
    "Sig", "DocTimeStamp", "ByteRange", "Perms", "DSS", "VRI", "Legal", "Extensions", "Version", "Collection",
    "Requirements", "RichMedia", "RichMediaContent", "Screen", "3D", "FileAttachment", "Stamp", "FreeText", "Watermark",
    "Redact", "Encrypt", "Crypt", "ObjStm", "XRef", "XRefStm", "Extends", "PS", "FFilter", "FDecodeParms",
    "Spider", "SpiderInfo", "PieceInfo",
}  # fmt: skip
_PIECE = 2**20
_STREAM_KEYS = {"F", "FFilter", "FDecodeParms", "Ref"}
_FILTERS = {None, "FlateDecode", "DCTDecode"}
_EXTENSIONS = parse_dictionary(b"<</ESIC<</Type/DeveloperExtensions/BaseVersion/1.7/ExtensionLevel 1>>>>")
_CERTIFICATION = parse_dictionary(
    b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/Reference[<</Type/SigRef/TransformMethod/DocMDP"
    b"/TransformParams<</Type/TransformParams/V/1.2/P 1>>>>]>>"
)
_TIMESTAMP = parse_dictionary(b"<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161>>")
_DATE = re.compile(rb"D:\d{14}Z")
_CONTENTS = re.compile(rb"<<\n/Contents <([0-9A-F]++)>\n/ByteRange \[")


class Signature(NamedTuple):
    """One signature in the file: its CMS (DER), and where the bytes that it does not cover begin and end."""

    contents: bytes
    gap_start: int
    gap_end: int
    covered: int


class Certified(NamedTuple):
    """What the revisions hold: the certification, the document timestamp, and what was archived (DER)."""

    certification: Signature
    timestamp: Signature
    claimed: str
    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...]


def require_document(layout: Layout) -> None:
    """Check the document itself: rule 3, a page tree that is a tree, and streams that do not explode.

    Raises:
        BindingError: it holds anything active, hidden or external, or is not well-formed.
    """
    if found := _FORBIDDEN & layout.names(0):
        raise refused("the document holds what it must not", sorted(found)[0])
    catalog = _dictionary(layout, layout.revisions[0].trailer["Root"], 0)
    if odd := catalog.keys() - _CATALOG:
        raise refused("the catalog holds what it must not", sorted(odd)[0])
    names = catalog.get("Names", {})
    names = names if isinstance(names, dict) else _dictionary(layout, names, 0)
    if odd := names.keys() - _NAME_TREES:
        raise refused("the catalog names what it must not", sorted(odd)[0])
    for page in _pages(layout, catalog.get("Pages")):
        for annotation in _annotations(page):
            if _dictionary(layout, annotation, 0).get("Subtype") != "Link":
                raise refused("a page has an annotation that is no link", annotation)
    _require_small(layout)


def read_certified(layout: Layout) -> Certified:
    """The two revisions after the document: rules 2 and 4.

    Raises:
        BindingError: there are not exactly these two, or one holds anything else than what certification leaves.
    """
    if len(layout.revisions) != 3:
        raise refused("it does not have exactly three revisions", len(layout.revisions))
    root = layout.revisions[0].trailer["Root"]
    before, signed, last = (_dictionary(layout, root, n) for n in range(3))
    form, perms = signed.get("AcroForm"), signed.get("Perms")
    _same(signed, before | {"AcroForm": form, "Perms": perms, "Extensions": _EXTENSIONS}, "the catalog")
    field, value = _field(layout, form, perms)
    first = _first_page(layout, before)
    _same(_dictionary(layout, field, 1), _widget(SIGNATURE_FIELD, first, value), "the signature field")
    _same_page(layout, first, 1, field)
    _only(layout, 1, {root, form, first, field, value})

    fields = _dictionary(layout, form, 2).get("Fields")
    stamp_field = fields[1] if isinstance(fields, list) and len(fields) == 2 else None
    _same(_dictionary(layout, form, 2), {"Fields": [field, stamp_field], "SigFlags": 3}, "the form")
    stamp = _ref(_dictionary(layout, stamp_field, 2).get("V"))
    _same(_dictionary(layout, stamp_field, 2), _widget(TIMESTAMP_FIELD, first, stamp), "the timestamp field")
    _same_page(layout, first, 2, stamp_field)
    store = last.get("DSS")
    _same(last, signed | {"DSS": store}, "the catalog")
    kept = _store(layout, store)
    _only(layout, 2, {root, form, first, stamp_field, stamp, store, *kept[0], *kept[1]})
    certification, claimed = _certification(layout, value)
    return Certified(
        certification, _timestamp(layout, stamp), claimed,
        *(tuple(_data(layout, ref) for ref in refs) for refs in kept),
    )  # fmt: skip


def _dictionary(layout: Layout, ref: object, revision: int) -> dict[str, Any]:
    return parse_dictionary(layout.raw(layout.entry(ref, revision)))


def _same(found: dict[str, Any], expected: dict[str, Any], what: str) -> None:
    odd = found.keys() ^ expected.keys() or {key for key in found if not _identical(found[key], expected[key])}
    if odd:
        raise refused(f"{what} is not what certification leaves", sorted(odd)[0])


def _identical(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return bool(one.keys() == other.keys()) and all(_identical(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_identical, one, other))
    return bool(one == other)


def _only(layout: Layout, revision: int, permitted: set[Any]) -> None:
    found = {Ref(number) for number in layout.revisions[revision].objects}
    if found != permitted:
        raise refused("a revision holds an object that certification does not leave", sorted(found ^ permitted)[0])
    size = layout.revisions[revision - 1].trailer["Size"]
    if sum(ref.number < size for ref in permitted) != revision + 1:
        raise refused("a revision replaces an object of the one before", revision)


def _pages(layout: Layout, root: object) -> list[dict[str, Any]]:
    pages: list[dict[str, Any]] = []
    waiting: list[Any] = [root]
    seen: set[Any] = set()
    while waiting:
        ref = _ref(waiting.pop())
        if ref in seen or len(seen) > MAX_PAGES:
            raise refused("the page tree is no tree, or has too many pages", ref)
        seen.add(ref)
        node = _dictionary(layout, ref, 0)
        if node.get("Type") == "Page":
            pages.append(node)
            continue
        kids = node.get("Kids")
        if node.get("Type") != "Pages" or not isinstance(kids, list):
            raise refused("the page tree holds what is no page", ref)
        waiting += reversed(kids)
    return pages


def _first_page(layout: Layout, catalog: dict[str, Any]) -> Any:
    ref = catalog.get("Pages")
    for _ in range(32):
        kids = _dictionary(layout, ref, 0).get("Kids")
        if kids is None:
            return ref
        ref = kids[0] if isinstance(kids, list) and kids else None
    raise refused("the first page is not to be found", ref)


def _same_page(layout: Layout, page: Any, revision: int, field: object) -> None:
    before, after = _dictionary(layout, page, revision - 1), _dictionary(layout, page, revision)
    _same(after, before | {"Annots": [*_annotations(before), field]}, "the first page")


def _annotations(page: dict[str, Any]) -> list[Any]:
    found = page.get("Annots", [])
    if not isinstance(found, list):
        raise refused("a page does not list its annotations", found)
    return found


def _ref(value: object) -> Ref:
    if not isinstance(value, Ref):
        raise refused("an object stands where a reference must", value)
    return value


def _field(layout: Layout, form: object, perms: object) -> tuple[Any, Any]:
    entries = _dictionary(layout, form, 1)
    fields = entries.get("Fields")
    field = fields[0] if isinstance(fields, list) and len(fields) == 1 else None
    _same(entries, {"Fields": [field], "SigFlags": 3}, "the form")
    value = _ref(_dictionary(layout, field, 1).get("V"))
    if perms != {"DocMDP": value}:
        raise refused("the permissions are not those of the certification", perms)
    return field, value


def _widget(name: str, page: object, value: object) -> dict[str, Any]:
    return parse_dictionary(
        b"<</FT/Sig/Type/Annot/Subtype/Widget/F 132/Rect[-9999 -9999 -9999 -9999]/T(%s)/TU(%s)>>"
        % (name.encode(), name.encode())
    ) | {"P": page, "V": value}


def _store(layout: Layout, store: object) -> tuple[list[Any], list[Any]]:
    entries = _dictionary(layout, store, 2)
    if not {"Certs"} <= entries.keys() <= {"Certs", "CRLs"}:
        raise refused("the archive holds what certification does not leave", sorted(entries))
    certificates, crls = entries["Certs"], entries.get("CRLs", [])
    if not isinstance(certificates, list) or not isinstance(crls, list):
        raise refused("the archive holds what certification does not leave", "no list")
    every = [_ref(one) for one in (*certificates, *crls)]
    if len(set(every)) != len(every):
        raise refused("the archive lists an object twice", store)
    return certificates, crls


def _data(layout: Layout, ref: object) -> bytes:
    entry = layout.entry(ref, 2)
    data = layout.pdf[entry.data_start : entry.data_end] if entry.data_start >= 0 else b""
    _same(parse_dictionary(layout.raw(entry)), {"Length": len(data)}, "an archived object")
    return _whole_der(data, b"")


def _certification(layout: Layout, value: object) -> tuple[Signature, str]:
    entries = _dictionary(layout, value, 1)
    signature = _signature(layout, value, 1, entries)
    claimed = entries.pop("M", None)
    if not isinstance(claimed, bytes) or not _DATE.fullmatch(claimed):
        raise refused("the signature does not say when it was made", claimed)
    _same(entries, _CERTIFICATION, "the certification signature")
    return signature, claimed.decode()


def _timestamp(layout: Layout, value: object) -> Signature:
    entries = _dictionary(layout, value, 2)
    signature = _signature(layout, value, 2, entries)
    _same(entries, _TIMESTAMP, "the document timestamp")
    return signature


def _signature(layout: Layout, value: object, revision: int, entries: dict[str, Any]) -> Signature:
    """The signature written in the object `value`; takes Contents and ByteRange out of `entries`."""
    contents, ranges = entries.pop("Contents", None), entries.pop("ByteRange", None)
    match = _CONTENTS.match(layout.pdf, layout.entry(value, revision).start)
    if match is None or not isinstance(contents, bytes):
        raise refused("the signature's bytes are not where certification writes them", value)
    start, end, covered = match.start(1) - 1, match.end(1) + 1, layout.revisions[revision].end
    if ranges != [0, start, end, covered - end]:
        raise refused("the signature does not cover its whole revision", ranges)
    return Signature(_whole_der(contents, b"\0"), start, end, covered)


def _whole_der(data: bytes, padding: bytes) -> bytes:
    """The one DER sequence that `data` begins with; only `padding` may follow."""
    if len(data) < 4 or data[0] != 0x30 or data[1] & 0x80 == 0 or not 1 <= data[1] & 0x7F <= 3:
        raise refused("not a DER sequence", data[:4])
    head = 2 + (data[1] & 0x7F)
    end = head + int.from_bytes(data[2:head])
    if end > len(data) or data[end:].strip(padding):
        raise refused("something follows a DER sequence", data[end : end + 16])
    return data[:end]


def _require_small(layout: Layout) -> None:
    total = 0
    for entry in layout.revisions[0].objects.values():
        if entry.data_start < 0:
            continue
        entries = parse_dictionary(layout.raw(entry))
        if odd := entries.keys() & _STREAM_KEYS:
            raise refused("a stream is kept outside the file", sorted(odd)[0])
        kind = entries.get("Filter")
        if not isinstance(kind, str | None) or kind not in _FILTERS:
            raise refused("a stream is packed in a way that auditor print does not use", kind)
        if kind == "FlateDecode":
            total += _inflated(layout.pdf[entry.data_start : entry.data_end], MAX_INFLATED - total)


def _inflated(data: bytes, limit: int) -> int:
    """How many bytes `data` unpack to, without ever holding more than a piece of them."""
    work, size = zlib.decompressobj(), 0
    while not work.eof:
        try:
            piece = work.decompress(data, _PIECE)
        except zlib.error as error:
            raise refused("a stream cannot be unpacked") from error
        size, data = size + len(piece), work.unconsumed_tail
        if size > limit:
            raise refused("its streams unpack to more than is allowed", MAX_INFLATED)
        if not piece and not data and not work.eof:
            raise refused("a stream is cut off")
    if work.unused_data:
        raise refused("something follows a packed stream")
    return size
