"""The attacks that rewrite the bytes of a certified PDF: signature wrapping and forgery (SWA, USF, 2019), second
readings of one file, floods, loops and bombs; and documents that were prepared before the certification.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Mapping

from auditor.report.pdf_layout import Layout, Name, parse_value, read_layout

Forgery = Callable[[bytes, int], bytes]
"""From a genuine file and the size of its revision 0 to a forged file."""
Preparation = Callable[[bytes], bytes]
FORGERIES: dict[str, Forgery] = {}
PREPARED: dict[str, Preparation] = {}


def forgery(made: Forgery) -> Forgery:
    FORGERIES[made.__name__.replace("_", " ")] = made
    return made


def revision(made: Forgery) -> Forgery:
    """A forgery that adds a revision: after the archive, and in its place."""
    name = made.__name__.replace("_", " ")
    FORGERIES[name] = made
    FORGERIES[f"{name} in place of the archive"] = lambda pdf, size: made(timestamp_cut_off(pdf, size), size)
    return made


def prepared(made: Preparation) -> Preparation:
    PREPARED[made.__name__.replace("_", " ")] = made
    return made


def table(places: Mapping[int, int]) -> bytes:
    lines = [b"%d 1\n%010d 00000 n \n" % (number, place) for number, place in sorted(places.items())]
    return b"xref\n0 1\n0000000000 65535 f \n" + b"".join(lines)


def update(
    pdf: bytes,
    objects: Iterable[tuple[int, bytes]] = (),
    *,
    before: int | None = None,
    extra: bytes = b"",
    root: int | None = None,
    generation: int = 0,
) -> bytes:
    """`pdf` with a revision that is well-formed but for what the caller asks for."""
    places: dict[int, int] = {}
    out = bytearray(pdf)
    for number, body in objects:
        places[number] = len(out)
        out += b"%d %d obj\n%s\nendobj\n" % (number, generation, body)
    last = int(re.findall(rb"startxref\n(\d+)", pdf)[-1]) if before is None else before
    trailer = re.findall(rb"/Root (\d+) 0 R\n/Info (\d+) 0 R", pdf)[0]
    size = max([int(n) for n in re.findall(rb"/Size (\d+)", pdf)] + [n + 1 for n in places])
    start = len(out)
    out += table(places) + b"trailer\n<<\n/Size %d\n/Root %d 0 R\n/Info %s 0 R\n/ID [(a) (b)]\n/Prev %d\n%s>>\n" % (
        size, root or int(trailer[0]), trailer[1], last, extra,
    )  # fmt: skip
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def catalog(pdf: bytes, size: int) -> tuple[int, bytes]:
    layout = read_layout(pdf, size)
    root = layout.revisions[0].trailer["Root"]
    return root.number, layout.raw(layout.entry(root, len(layout.revisions) - 1))


def swapped(pdf: bytes, old: bytes, new: bytes, *, last: bool = True) -> bytes:
    """`pdf` with one place changed to as many bytes."""
    assert len(old) == len(new)
    place = pdf.rindex(old) if last else pdf.index(old)
    return pdf[:place] + new + pdf[place + len(old) :]


# After the end, before the beginning, in between.


@forgery
def newline_at_the_end(pdf: bytes, size: int) -> bytes:
    return pdf + b"\n"


@forgery
def text_at_the_end(pdf: bytes, size: int) -> bytes:
    return pdf + b"% met\n"


@forgery
def end_mark_twice(pdf: bytes, size: int) -> bytes:
    return pdf + b"%%EOF\n"


@forgery
def archive_file_at_the_end(pdf: bytes, size: int) -> bytes:
    return pdf + b"PK\x05\x06" + bytes(18)


@forgery
def another_pdf_at_the_end(pdf: bytes, size: int) -> bytes:
    return pdf + pdf[:size]


@forgery
def byte_before_the_beginning(pdf: bytes, size: int) -> bytes:
    return b"\n" + pdf


@forgery
def comment_between_revisions(pdf: bytes, size: int) -> bytes:
    return pdf[:size] + b"% met\n" + pdf[size:]


@forgery
def file_doubled(pdf: bytes, size: int) -> bytes:
    return pdf + pdf


@forgery
def timestamp_cut_off(pdf: bytes, size: int) -> bytes:
    return pdf[: read_layout(pdf, size).revisions[1].end]


@forgery
def certification_cut_off(pdf: bytes, size: int) -> bytes:
    return pdf[:size]


@forgery
def last_byte_cut_off(pdf: bytes, size: int) -> bytes:
    return pdf[:-1]


@forgery
def cut_in_the_middle(pdf: bytes, size: int) -> bytes:
    return pdf[: (size + len(pdf)) // 2]


@forgery
def certification_cut_out(pdf: bytes, size: int) -> bytes:
    return pdf[:size] + pdf[read_layout(pdf, size).revisions[1].end :]


# One more revision.


@revision
def empty_revision(pdf: bytes, size: int) -> bytes:
    return update(pdf)


@revision
def revision_that_changes_nothing(pdf: bytes, size: int) -> bytes:
    return update(pdf, [catalog(pdf, size)])


@revision
def ten_thousand_revisions(pdf: bytes, size: int) -> bytes:
    out, before = bytearray(pdf), int(re.findall(rb"startxref\n(\d+)", pdf)[-1])
    for _ in range(10_000):
        step = update(pdf, before=before)[len(pdf) :]
        before, step = len(out), step.replace(b"startxref\n%d\n" % len(pdf), b"startxref\n%d\n" % len(out))
        out += step
    return bytes(out)


@revision
def table_that_names_itself(pdf: bytes, size: int) -> bytes:
    return update(pdf, before=len(pdf))


@forgery
def two_tables_that_name_each_other(pdf: bytes, size: int) -> bytes:
    short = timestamp_cut_off(pdf, size)
    first = update(short, before=99_999)
    return update(first.replace(b"/Prev 99999\n", b"/Prev %5d\n" % len(first)), before=len(short))


@forgery
def certification_stepped_over(pdf: bytes, size: int) -> bytes:
    tables = re.findall(rb"startxref\n(\d+)", pdf)
    return swapped(pdf, b"/Prev " + tables[1], b"/Prev " + tables[0].rjust(len(tables[1]), b"0"))


@forgery
def end_points_at_an_older_table(pdf: bytes, size: int) -> bytes:
    tables = re.findall(rb"startxref\n(\d+)", pdf)
    return swapped(pdf, b"startxref\n" + tables[2], b"startxref\n" + tables[1].rjust(len(tables[2]), b"0"))


@revision
def hybrid_table(pdf: bytes, size: int) -> bytes:
    return update(pdf, [catalog(pdf, size)], extra=b"/XRefStm 9\n")


@revision
def encrypted(pdf: bytes, size: int) -> bytes:
    return update(pdf, extra=b"/Encrypt <</Filter /Standard/V 5/R 6>>\n")


@revision
def another_root(pdf: bytes, size: int) -> bytes:
    return update(pdf, [(900, catalog(pdf, size)[1])], root=900)


@revision
def object_of_another_generation(pdf: bytes, size: int) -> bytes:
    return update(pdf, [catalog(pdf, size)], generation=1)


@revision
def object_twice_in_one_revision(pdf: bytes, size: int) -> bytes:
    return update(pdf, [catalog(pdf, size), catalog(pdf, size)])


@revision
def object_stream(pdf: bytes, size: int) -> bytes:
    packed = zlib.compress(b"1 0 <<>>")
    body = b"<</Type /ObjStm/N 1/First 4/Filter /FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(packed), packed)
    return update(pdf, [(901, body)])


@revision
def cross_reference_stream(pdf: bytes, size: int) -> bytes:
    head = b"901 0 obj\n<</Type /XRef/Size 902/W [1 4 1]/Root 2 0 R/Length 6>>\nstream\n"
    return pdf + head + b"\x01\0\0\0\0\0\nendstream\nendobj\n" + b"startxref\n%d\n%%%%EOF\n" % len(pdf)


@forgery
def object_stream_bomb(pdf: bytes, size: int) -> bytes:
    packed = zlib.compress(zlib.compress(bytes(200_000_000), 9), 9)
    head = b"<</Type /ObjStm/N 99999999/First 4/Filter [/FlateDecode /FlateDecode]/Length %d>>" % len(packed)
    return update(timestamp_cut_off(pdf, size), [(901, head + b"\nstream\n" + packed + b"\nendstream")])


@revision
def million_table_entries(pdf: bytes, size: int) -> bytes:
    entries = b"0000000000 65535 f \n" * 1_000_000
    tail = update(pdf)[len(pdf) :]
    return pdf + tail.replace(b"xref\n0 1\n0000000000 65535 f \n", b"xref\n0 1000000\n" + entries, 1)


@revision
def table_of_ninety_nine_million_entries(pdf: bytes, size: int) -> bytes:
    return pdf + update(pdf)[len(pdf) :].replace(b"xref\n0 1\n", b"xref\n0 99999999\n")


@forgery
def nested_a_hundred_thousand_deep(pdf: bytes, size: int) -> bytes:
    return update(timestamp_cut_off(pdf, size), [(catalog(pdf, size)[0], b"[" * 100_000 + b"]" * 100_000)])


@forgery
def million_open_brackets(pdf: bytes, size: int) -> bytes:
    return update(timestamp_cut_off(pdf, size), [(catalog(pdf, size)[0], b"(" * 1_000_000)])


@forgery
def million_backslashes(pdf: bytes, size: int) -> bytes:
    return update(timestamp_cut_off(pdf, size), [(catalog(pdf, size)[0], b"(" + b"\\" * 1_000_001)])


@forgery
def length_of_a_stream_elsewhere(pdf: bytes, size: int) -> bytes:
    return update(timestamp_cut_off(pdf, size), [(901, b"<</Length 902 0 R>>\nstream\nx\nendstream"), (902, b"1")])


@forgery
def length_of_a_stream_too_long(pdf: bytes, size: int) -> bytes:
    return update(timestamp_cut_off(pdf, size), [(901, b"<</Length 99999999>>\nstream\nx\nendstream")])


@forgery
def length_of_a_stream_negative(pdf: bytes, size: int) -> bytes:
    return update(timestamp_cut_off(pdf, size), [(901, b"<</Length -5>>\nstream\nx\nendstream")])


@revision
def object_hidden_in_a_stream(pdf: bytes, size: int) -> bytes:
    inner = b"902 0 obj\n<</Type /Catalog>>\nendobj\n"
    out = update(pdf, [(901, b"<</Length %d>>\nstream\n%s\nendstream" % (len(inner), inner)), (902, b"<<>>")])
    place = out.rindex(b"902 0 obj\n<<>>")
    return out.replace(b"%010d 00000 n" % place, b"%010d 00000 n" % out.index(inner, len(pdf)))


# The signatures themselves (USF, SWA).


def ranged(pdf: bytes, which: int, numbers: list[int]) -> bytes:
    """`pdf` with other numbers in the first or second ByteRange, in as many bytes."""
    match = list(re.finditer(rb"/ByteRange \[([^\]]*)\]( *)", pdf))[which]
    text = b"/ByteRange [%s]" % b" ".join(b"%d" % number for number in numbers)
    return pdf[: match.start()] + text.ljust(len(match[0])) + pdf[match.end() :]


def ranges_of(pdf: bytes, which: int) -> list[int]:
    return [int(n) for n in re.findall(rb"/ByteRange \[([^\]]*)\]", pdf)[which].split()]


RANGES: dict[str, Callable[[list[int]], list[int]]] = {
    "overlapping": lambda r: [r[0], r[1] + 40, r[2] - 40, r[3] + 40],
    "gap too early": lambda r: [0, r[1] - 20, r[2], r[3]],
    "gap too late": lambda r: [0, r[1], r[2] + 20, r[3] - 20],
    "gap one byte more": lambda r: [0, r[1] - 1, r[2] + 1, r[3] - 1],
    "end not covered": lambda r: [0, r[1], r[2], r[3] - 1],
    "end beyond the file": lambda r: [0, r[1], r[2], r[3] + 1],
    "beginning not covered": lambda r: [1, r[1] - 1, r[2], r[3]],
    "beginning negative": lambda r: [-1, r[1] + 1, r[2], r[3]],
    "nothing covered": lambda r: [0, 0, 0, 0],
    "no numbers": lambda r: [],
    "two numbers": lambda r: r[:2],
    "six numbers": lambda r: [0, 9, 9, r[1] - 9, r[2], r[3]],
    "ranges swapped": lambda r: [r[2], r[3], 0, r[1]],
    "all zero but the end": lambda r: [0, 0, 0, r[2] + r[3]],
}
for _name, _make in RANGES.items():
    for _which, _of in enumerate(("certification", "timestamp")):
        FORGERIES[f"{_of} with range {_name}"] = lambda pdf, size, w=_which, m=_make: ranged(  # type: ignore[misc]
            pdf, w, m(ranges_of(pdf, w))
        )

WORDS = [
    (b"/ByteRange [", b"/ByteRang  ["), (b"/Contents <", b"/Content  <"), (b"/SubFilter", b"/SubFilteq"),
    (b"/Filter /Adobe.PPKLite", b"/Filter /Adobe.PPKLitf"),
]  # fmt: skip
for _old, _new in WORDS:
    for _last in (False, True):
        FORGERIES[f"{_old.decode()} renamed, {'last' if _last else 'first'}"] = (
            lambda pdf, size, o=_old, r=_new, i=_last: pdf[:size] + swapped(pdf[size:], o, r, last=i)  # type: ignore[misc]
        )


@forgery
def signature_for_adobe_of_old(pdf: bytes, size: int) -> bytes:
    return swapped(pdf, b"/ETSI.CAdES.detached", b"/adbe.pkcs7.detached")


@forgery
def certification_permits_forms(pdf: bytes, size: int) -> bytes:
    return swapped(pdf, b"/V /1.2\n/P 1", b"/V /1.2\n/P 2")


@forgery
def certification_is_an_approval(pdf: bytes, size: int) -> bytes:
    return swapped(pdf, b"/TransformMethod /DocMDP", b"/TransformMethod /FieldM")


def in_contents(pdf: bytes, which: int, change: Callable[[bytes], bytes]) -> bytes:
    match = list(re.finditer(rb"/Contents <([0-9A-F]+)>", pdf))[which]
    changed = change(match[1])
    assert len(changed) == len(match[1])
    return pdf[: match.start(1)] + changed + pdf[match.end(1) :]


CONTENTS: dict[str, Callable[[bytes], bytes]] = {
    "junk after it": lambda hex_: hex_[:-2] + b"41",
    "junk in the middle of the padding": lambda hex_: hex_[:-2000] + b"41" + hex_[-1998:],
    "nothing": lambda hex_: b"0" * len(hex_),
    "small letters": lambda hex_: hex_[:200].lower() + hex_[200:],
    "blanks between": lambda hex_: hex_[:-1] + b" ",
    "a length beyond its end": lambda hex_: hex_[:4] + b"FFFF" + hex_[8:],
    "a length without end": lambda hex_: b"3080" + hex_[4:],
    "another tag": lambda hex_: b"31" + hex_[2:],
}
for _name, _with in CONTENTS.items():
    for _which, _of in enumerate(("certification", "timestamp")):
        FORGERIES[f"{_of} whose contents have {_name}"] = lambda pdf, size, w=_which, m=_with: in_contents(  # type: ignore[misc]
            pdf, w, m
        )


# Documents prepared before they are certified; the signer is part of the plot.


def rebuild(pdf: bytes, changes: Mapping[int, bytes], trailer: bytes | None = None) -> bytes:
    """A revision 0 like `pdf`, with other or more objects."""
    layout = read_layout(pdf, len(pdf))
    bodies = {number: whole(layout, number) for number in layout.revisions[0].objects} | dict(changes)
    out = bytearray(pdf[: pdf.index(b"1 0 obj")])
    places = {}
    for number, body in sorted(bodies.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    old = re.findall(rb"trailer\n(<<.*?>>)\n", pdf, re.S)[-1]
    new = trailer or re.sub(rb"/Size \d+", b"/Size %d" % (max(places) + 1), old)
    return bytes(out + table(places) + b"trailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (new, start))


def whole(layout: Layout, number: int) -> bytes:
    entry = layout.revisions[0].objects[number]
    if entry.data_start < 0:
        return layout.raw(entry)
    return layout.raw(entry) + b"\nstream\n" + layout.pdf[entry.data_start : entry.data_end] + b"\nendstream"


def number_of(pdf: bytes, kind: str) -> int:
    layout = read_layout(pdf, len(pdf))
    for number, entry in layout.revisions[0].objects.items():
        value = parse_value(layout.raw(entry))
        if isinstance(value, dict) and value.get("Type") == Name(kind):
            return number
    raise AssertionError(kind)


def with_entry(pdf: bytes, kind: str, added: bytes, more: Mapping[int, bytes] | None = None) -> bytes:
    """`pdf` whose first object of Type `kind` has `added` among its entries."""
    number = number_of(pdf, kind)
    body = whole(read_layout(pdf, len(pdf)), number)
    return rebuild(pdf, {number: body.replace(b"<<", b"<<" + added, 1), **(more or {})})


ENTRIES = {
    "an action on opening": ("Catalog", b"/OpenAction <</S /JavaScript/JS (app.alert\\(1\\))>>"),
    "an action spelt with an escape": ("Catalog", b"/Open#41ction <</S /GoTo/D [1 0 R /Fit]>>"),
    "layers": ("Catalog", b"/OCProperties <</OCGs []/D <<>>>>"),
    "a form": ("Catalog", b"/AcroForm <</Fields []>>"),
    "a base address": ("Catalog", b"/URI <</Base (https://example.com)>>"),
    "requirements": ("Catalog", b"/Requirements []"),
    "an unknown catalog entry": ("Catalog", b"/Novelty 1"),
    "a later version": ("Catalog", b"/Version /2.0"),
    "permissions": ("Catalog", b"/Perms <<>>"),
    "an action on a page": ("Page", b"/AA <</O <</S /Named/N /Print>>>>"),
    "a thread": ("Page", b"/B []/Threads []"),
    "a link to elsewhere": ("Annot", b"/A <</S /URI/URI (https://example.com)>>"),
    "a link to another file": ("Annot", b"/A <</S /GoToR/F (x.pdf)>>"),
    "a link that launches": ("Annot", b"/A <</S /Launch/F (x.exe)>>"),
    "a hidden object": ("Page", b"/Hidden <</OC 1 0 R>>"),
    "a word that ends the object": ("Annot", b"/X true endobj 7 0 obj <<>>"),
}
for _name, (_kind, _added) in ENTRIES.items():
    PREPARED[_name] = lambda pdf, k=_kind, a=_added: with_entry(pdf, k, a)  # type: ignore[misc]


@prepared
def annotation_of_another_kind(pdf: bytes) -> bytes:
    number = number_of(pdf, "Annot")
    return rebuild(pdf, {number: whole(read_layout(pdf, len(pdf)), number).replace(b"/Link", b"/Text", 1)})


@prepared
def page_tree_that_loops(pdf: bytes) -> bytes:
    return rebuild(pdf, {1: b"<</Type /Pages/Kids [%d 0 R 1 0 R]/Count 2>>" % number_of(pdf, "Page")})


@prepared
def page_tree_of_very_many_pages(pdf: bytes) -> bytes:
    kids = b" ".join(b"%d 0 R" % number for number in range(100, 25_000))
    more = dict.fromkeys(range(100, 25_000), b"<</Type /Page>>")
    return rebuild(pdf, {1: b"<</Type /Pages/Kids [%d 0 R %s]/Count 9>>" % (number_of(pdf, "Page"), kids), **more})


@prepared
def page_that_is_none(pdf: bytes) -> bytes:
    more = {99: b"<</Type /Template>>"}
    return rebuild(pdf, {1: b"<</Type /Pages/Kids [%d 0 R 99 0 R]/Count 2>>" % number_of(pdf, "Page"), **more})


def packed(data: bytes, entries: bytes = b"/Filter /FlateDecode") -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


@prepared
def bomb(pdf: bytes) -> bytes:
    work = zlib.compressobj(9)
    data = b"".join(work.compress(bytes(2**20)) for _ in range(300)) + work.flush()
    return rebuild(pdf, {99: packed(data)})


@prepared
def bomb_in_a_bomb(pdf: bytes) -> bytes:
    data = zlib.compress(zlib.compress(bytes(50_000_000), 9), 9)
    return rebuild(pdf, {99: packed(data, b"/Filter [/FlateDecode /FlateDecode]")})


@prepared
def stream_cut_off(pdf: bytes) -> bytes:
    return rebuild(pdf, {99: packed(zlib.compress(bytes(1000))[:-6])})


@prepared
def stream_followed_by_something(pdf: bytes) -> bytes:
    return rebuild(pdf, {99: packed(zlib.compress(b"x") + b"met")})


@prepared
def stream_that_is_not_packed(pdf: bytes) -> bytes:
    return rebuild(pdf, {99: packed(b"met")})


@prepared
def stream_packed_otherwise(pdf: bytes) -> bytes:
    return rebuild(pdf, {99: packed(b"met>", b"/Filter /ASCIIHexDecode")})


@prepared
def stream_in_another_file(pdf: bytes) -> bytes:
    return rebuild(pdf, {99: packed(b"", b"/F (other.bin)")})


@prepared
def stream_of_objects(pdf: bytes) -> bytes:
    return rebuild(pdf, {99: packed(zlib.compress(b"98 0 <<>>"), b"/Type /ObjStm/N 1/First 5/Filter /FlateDecode")})


@prepared
def document_of_two_revisions(pdf: bytes) -> bytes:
    return update(pdf)
