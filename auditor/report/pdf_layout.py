"""The bytes of a PDF, accounted for to the last one: revisions of whole objects, plain cross-reference tables, no gaps.

Readers of PDF repair what is broken, each in its own way; that is what most attacks on signed PDFs live on. Here there
is one reading or none: each byte belongs to the header, to an object that its own revision's table lists at that very
place, to the table or to the trailer. Object streams, cross-reference streams, encryption, comments, hybrid tables,
objects listed twice and tables that point anywhere but at the table before are refused. The time taken is linear in the
size of the file.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from auditor.errors import BindingError

MAX_REVISIONS = 3
_MAX_DEPTH = 40
_HEADER = re.compile(rb"%PDF-1\.7\n%[\x80-\xff]{4}\n")
_OBJECT = re.compile(
    rb"([1-9]\d{0,7}) 0 obj\n((?:[^()%\n]++|\((?:[^()\\]++|\\[\s\S])*+\)|\n(?!endobj|stream))*+)\n(endobj|stream)\n"
)
_STREAM_END = b"\nendstream\nendobj\n"
_SECTION = re.compile(rb"(\d{1,8}) (\d{1,8})\n")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf]) \n")
_ENTRIES = re.compile(rb"(?:\d{10} (?:00000 n|65535 f) \n)*+")
_TRAILER = re.compile(rb"trailer\n((?:[^()%]|\((?:[^()\\]|\\[\s\S])*+\))*?)\nstartxref\n(\d{1,10})\n%%EOF\n")
_ENTRY_SIZE = 20
_TOKEN = re.compile(
    rb"[\x00\t\n\x0c\r ]*+(?:(?P<open><<|\[)|(?P<close>>>|\])|/(?P<name>[^\x00\t\n\x0c\r ()<>\[\]{}/%]*+)"
    rb"|(?P<ref>\d{1,8} 0 R)(?![^\x00\t\n\x0c\r ()<>\[\]{}/%])"
    rb"|\((?P<text>(?:[^()\\]++|\\[\s\S])*+)\)|<(?P<hex>[0-9A-Fa-f\n ]*+)>"
    rb"|(?P<word>[^\x00\t\n\x0c\r ()<>\[\]{}/%]++))"
)
_NUMBER = re.compile(rb"[+-]?(?:\d{1,12}|\d{0,12}\.\d{0,12})")
_WORDS: dict[bytes, Any] = {b"true": True, b"false": False, b"null": None}
_STRING = re.compile(rb"\((?:[^()\\]++|\\[\s\S])*+\)|<[0-9A-Fa-f\n ]*+>")
_NAME_OR_WORD = re.compile(rb"(?:/|[^\x00\t\n\x0c\r ()<>\[\]/0-9+.-])[^\x00\t\n\x0c\r ()<>\[\]/]*+")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")


class Name(str):
    """A PDF name, its escapes undone."""

    __slots__ = ()


class Ref(NamedTuple):
    """A reference to the object with this number."""

    number: int


class Entry(NamedTuple):
    """One object: where its value is in the file, and where the data of its stream are (-1 without one)."""

    start: int
    end: int
    data_start: int
    data_end: int


class Revision(NamedTuple):
    """What one revision holds: its objects by number, its trailer, and where it ends."""

    objects: dict[int, Entry]
    trailer: dict[str, Any]
    table: int
    end: int


class Layout(NamedTuple):
    """A PDF as its revisions."""

    pdf: bytes
    revisions: tuple[Revision, ...]

    def raw(self, entry: Entry) -> bytes:
        """The value of an object as written."""
        return self.pdf[entry.start : entry.end]

    def entry(self, ref: object, revision: int) -> Entry:
        """The object `ref` as of `revision` (0 is the first).

        Raises:
            BindingError: this is no reference, or there is no such object.
        """
        if isinstance(ref, Ref):
            for one in reversed(self.revisions[: revision + 1]):
                found: Entry | None = one.objects.get(ref.number)
                if found is not None:
                    return found
        raise refused("a reference leads nowhere", ref)

    def names(self, revision: int) -> set[str]:
        """Every name written anywhere in `revision` outside strings and streams, escapes undone.

        Raises:
            BindingError: a word stands there that is none of a value's, such as the end of an object.
        """
        entries = self.revisions[revision].objects.values()
        written = _STRING.sub(b" ", b"\n".join(self.raw(entry) for entry in entries))
        tokens = set(_NAME_OR_WORD.findall(written))
        odd = sorted(token for token in tokens if token[:1] != b"/" and token not in _WORDS and token != b"R")
        if odd:
            raise refused("an object holds a word that is no value", odd[0])
        return {_name(token[1:]) for token in tokens if token[:1] == b"/"}


def read_layout(pdf: bytes, revision0_size: int) -> Layout:
    """The layout of `pdf`, whose first revision must be exactly `revision0_size` bytes.

    Raises:
        BindingError: any byte has no place in the layout, or there are more than three revisions.
    """
    header = _HEADER.match(pdf)
    if header is None:
        raise refused("this does not begin as a PDF 1.7 file", pdf[:16])
    position = header.end()
    revisions: list[Revision] = []
    while position < len(pdf):
        if len(revisions) == MAX_REVISIONS:
            raise refused("something follows the last permitted revision", pdf[position : position + 32])
        revision = _revision(pdf, position, revisions[-1] if revisions else None)
        if not revisions and revision.end != revision0_size:
            raise refused("the first revision does not have the signed size", revision.end)
        revisions.append(revision)
        position = revision.end
    return Layout(pdf, tuple(revisions))


def _revision(pdf: bytes, position: int, before: Revision | None) -> Revision:
    objects: dict[int, Entry] = {}
    places: dict[int, int] = {}
    while match := _OBJECT.match(pdf, position):
        number = int(match[1])
        if number in objects:
            raise refused("an object occurs twice in one revision", number)
        places[number] = position
        objects[number], position = _object(pdf, match)
    table = position
    listed, free, position = _table(pdf, position)
    # WeasyPrint leaves numbers that it did not need; only the first revision may, or an update could empty an object.
    if before and free != {0}:
        raise refused("a revision lists objects as free", sorted(free)[-1:])
    if listed != places:
        odd = sorted(set(listed.items()) ^ set(places.items()))
        raise refused("the cross-reference table does not list the objects where they are", odd[0])
    match = _TRAILER.match(pdf, position)
    if match is None:
        raise refused("there is no plain trailer after the cross-reference table", pdf[position : position + 32])
    trailer = parse_value(match[1])
    _require_trailer(trailer, max([0, *objects, *free]), before)
    if int(match[2]) != table:
        raise refused("startxref does not point at the table before it", int(match[2]))
    return Revision(objects, trailer, table, match.end())


def _object(pdf: bytes, match: re.Match[bytes]) -> tuple[Entry, int]:
    start, end = match.span(2)
    if match[3] == b"endobj":
        return Entry(start, end, -1, -1), match.end()
    length = parse_dictionary(match[2]).get("Length")
    if type(length) is not int or length < 0:
        raise refused("the length of a stream is not written where the stream is", match[1])
    data_end = match.end() + length
    if not pdf.startswith(_STREAM_END, data_end):
        raise refused("a stream does not end where its length says", match[1])
    return Entry(start, end, match.end(), data_end), data_end + len(_STREAM_END)


def _table(pdf: bytes, position: int) -> tuple[dict[int, int], set[int], int]:
    """Where the table at `position` puts each object, which numbers it calls free, and where it ends."""
    if not pdf.startswith(b"xref\n", position):
        raise refused("neither an object nor a plain cross-reference table", pdf[position : position + 32])
    position += len(b"xref\n")
    listed: dict[int, int] = {}
    free: set[int] = set()
    while match := _SECTION.match(pdf, position):
        first, count = int(match[1]), int(match[2])
        position = match.end() + count * _ENTRY_SIZE
        block = pdf[match.end() : position]
        if len(block) != count * _ENTRY_SIZE or not _ENTRIES.fullmatch(block):
            raise refused("a cross-reference section is not as long as it says", match[0])
        for number, (place, _, kind) in enumerate(_ENTRY.findall(block), first):
            if number in listed or number in free or (kind == b"f" and int(place)):
                raise refused("an object is listed twice, or as free in a chain", number)
            if kind == b"f":
                free.add(number)
            else:
                listed[number] = int(place)
    return listed, free, position


def _require_trailer(trailer: Any, highest: int, before: Revision | None) -> None:
    keys = {"Size", "Root", "Info", "ID"} | ({"Prev"} if before else set())
    if not isinstance(trailer, dict) or trailer.keys() != keys:
        raise refused("the trailer does not have the entries it must have", trailer)
    size = trailer["Size"]
    if type(size) is not int or size != max(highest + 1, before.trailer["Size"] if before else 1):
        raise refused("the trailer's size is not the number of objects", size)
    if before and (trailer["Prev"] != before.table or any(trailer[k] != before.trailer[k] for k in ("Root", "Info"))):
        raise refused("a revision does not continue the one before it", trailer["Prev"])


def parse_dictionary(data: bytes) -> dict[str, Any]:
    """`data` as exactly one dictionary; raises as `parse_value` does."""
    value = parse_value(data)
    if not isinstance(value, dict):
        raise refused("not a dictionary", data[:32])
    return value


def parse_value(data: bytes) -> Any:
    """`data` as exactly one PDF value: dict, list, Name, Ref, bytes (a string), int, float, bool or None.

    Raises:
        BindingError: it is not well-formed, nested too deeply, or has a key twice.
    """
    stack: list[tuple[bytes, list[Any]]] = [(b"", [])]
    position, end = 0, len(data)
    while position < end:
        match = _TOKEN.match(data, position)
        if match is None:
            if data[position:].strip(b"\x00\t\n\x0c\r "):
                raise refused("not a PDF value", data[position : position + 32])
            break
        position = match.end()
        kind, text = match.lastgroup, match[match.lastgroup or 0]
        if kind == "open":
            if len(stack) > _MAX_DEPTH:
                raise refused("values are nested too deeply", len(stack))
            stack.append((b">>" if text == b"<<" else b"]", []))
        elif kind == "close":
            closing, values = stack.pop()
            if closing != text:
                raise refused("brackets do not match", data[:32])
            stack[-1][1].append(_paired(values) if text == b">>" else values)
        else:
            stack[-1][1].append(_atom(kind, text))
    if len(stack) != 1 or len(stack[0][1]) != 1:
        raise refused("not exactly one PDF value", data[:32])
    return stack[0][1][0]


def _paired(values: list[Any]) -> dict[str, Any]:
    keys = values[::2]
    if len(values) % 2 or len(set(map(repr, keys))) != len(keys) or not all(isinstance(key, Name) for key in keys):
        raise refused("a dictionary has a key twice, or a key that is no name", keys[:8])
    return dict(zip(keys, values[1::2], strict=True))


def _atom(kind: str | None, text: bytes) -> Any:
    if kind == "name":
        return _name(text)
    if kind == "ref":
        return Ref(int(text[:-4]))
    if kind == "text":
        return _unescaped(text)
    if kind == "hex":
        digits = text.translate(None, b"\n ").decode()
        return bytes.fromhex(digits + "0" * (len(digits) % 2))
    if text in _WORDS:
        return _WORDS[text]
    if not _NUMBER.fullmatch(text) or not text.strip(b"+-."):
        raise refused("not a PDF value", text[:32])
    number = float(text)
    return int(number) if number.is_integer() else number


def _name(text: bytes) -> Name:
    return Name(_ESCAPE.sub(lambda match: bytes.fromhex(match[1].decode()), text).decode("latin-1"))


_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b""}


def _unescaped(text: bytes) -> bytes:
    def one(match: re.Match[bytes]) -> bytes:
        code = match[1]
        # A reverse solidus before 8 or 9 is ignored, as before any other character (ISO 32000-1, 7.3.4.2).
        if code[0] in b"01234567":
            return bytes([int(code, 8) & 0xFF])
        return _PLAIN.get(code, code)

    return re.sub(rb"\\([0-7]{1,3}|[\s\S])", one, text) if b"\\" in text else text


def refused(problem: str, value: object = None) -> BindingError:
    """The refusal of a PDF that is not what certification leaves."""
    return BindingError(
        f"the PDF is not as it was certified: {problem}", value=value, hint="take the file from its sender again"
    )
