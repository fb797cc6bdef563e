"""A PDF as our printer writes it, and no other: every byte of the file belongs to exactly one object.

General PDF readers differ in what they make of a crooked file: a second object with a number taken already, bytes that
no table points to, a table that points into a string. Revision 0 of an attestation has none of that, so it is read by
rules that leave nothing to choose (a part of ISO 32000-1, 7.3 and 7.5.4: plain objects in ascending order without gaps,
one cross-reference table). A file that does not keep them is not one of ours.
"""

from __future__ import annotations

import re
import zlib
from typing import Any, NamedTuple

from auditor.errors import BindingError

MAX_STREAM = 64 * 2**20
_HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
_END = re.compile(rb"startxref\n(\d{1,10})\n%%EOF\n\Z")
_TRAILER = re.compile(
    rb"trailer\n<<\n/Size (\d{1,10})\n/Root (\d{1,10}) 0 R\n/Info (\d{1,10}) 0 R\n"
    rb"/ID \[\([0-9a-f]{32}\) \([0-9a-f]{32}\)\]\n>>\n"
)
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf]) \n")
_STREAM = re.compile(rb"(<<.*?>>)\nstream\n", re.DOTALL)
_TOKEN = re.compile(
    rb"""\s*(?:(?P<open><<|\[)|(?P<close>>>|\])|/(?P<name>[A-Za-z0-9._+\-]+)|\((?P<text>(?:[^()\\]|\\.)*)\)|<(?P<hex>[0-9a-f]*)>
    |(?P<ref>\d+)\ 0\ R|(?P<number>-?\d+(?:\.\d*)?)|(?P<word>true|false|null))""",
    re.VERBOSE | re.DOTALL,
)


class Ref(NamedTuple):
    """A reference to an object, by its number."""

    number: int


class Name(str):
    """A name of PDF, without its slash."""

    __slots__ = ()


class PlainFile:
    """The objects of a file by number.

    Raises:
        BindingError: the file is not written as our printer writes it.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        end = _END.search(data[-40:])
        if not data.startswith(_HEADER) or end is None:
            raise _crooked("it does not begin and end as a file of our printer does")
        start = int(end[1])
        if not data.startswith(b"xref\n", start):
            raise _crooked("its cross-reference table is not where the file says")
        first, _, count = data[start + 5 : data.find(b"\n", start + 5)].partition(b" ")
        if first != b"0" or not count.isdigit() or len(count) > 8:
            raise _crooked("its cross-reference table does not begin at object 0")
        body = data.index(b"\n", start + 5) + 1
        after = body + 20 * int(count)
        entries = _ENTRY.findall(data[body:after])
        trailer = _TRAILER.fullmatch(data[after : len(data) - (len(end[0]))])
        if trailer is None or len(entries) != int(count) or int(trailer[1]) != int(count):
            raise _crooked("its cross-reference table or its trailer is not well-formed")
        self.root, self.info = int(trailer[2]), int(trailer[3])
        self._spans = _spans(entries, start, data)
        self._read: dict[int, Any] = {}

    def source(self, number: int) -> bytes:
        """The bytes of an object between `obj` and `endobj`."""
        span = self._spans.get(number)
        if span is None:
            raise _crooked(f"object {number} is not there")
        return self._data[span[0] : span[1]]

    def numbers(self) -> list[int]:
        """The numbers of all objects."""
        return list(self._spans)

    def value(self, number: int) -> Any:
        """An object that is no stream: dicts, lists, `Name`, `Ref`, bytes for strings, numbers."""
        if number not in self._read:
            self._read[number] = parse(self.source(number), number)
        return self._read[number]

    def dictionary(self, found: Any, *allowed: str) -> dict[str, Any]:
        """`found`, or what it refers to, as a dictionary with no member but those allowed."""
        value = self.value(found.number) if isinstance(found, Ref) else found
        if not isinstance(value, dict):
            raise _crooked("something is no dictionary that must be one")
        if extra := sorted(set(value) - set(allowed)) if allowed else []:
            raise _crooked(f"a dictionary has a member that our printer does not write: {extra[0]}")
        return value

    def array(self, found: Any) -> list[Any]:
        """`found`, or what it refers to, as an array."""
        value = self.value(found.number) if isinstance(found, Ref) else found
        if not isinstance(value, list):
            raise _crooked("something is no array that must be one")
        return value

    def stream(self, found: Any) -> bytes:
        """The contents of a stream, decompressed within bounds."""
        if not isinstance(found, Ref):
            raise _crooked("a stream is not referred to")
        source = self.source(found.number)
        head = _STREAM.match(source)
        if head is None or not source.endswith(b"\nendstream"):
            raise _crooked(f"object {found.number} is no stream")
        members = self.dictionary(parse(head[1], found.number))
        data = source[head.end() : -len(b"\nendstream")]
        if members.get("Length") != len(data) or members.get("Filter", "FlateDecode") != "FlateDecode":
            raise _crooked(f"stream {found.number} has another length or filter than our printer writes")
        return _inflate(data, found.number) if "Filter" in members else data


def _spans(entries: list[tuple[bytes, bytes, bytes]], end: int, data: bytes) -> dict[int, tuple[int, int]]:
    offsets = [(number, int(entry[0])) for number, entry in enumerate(entries) if entry[2] == b"n"]
    spans, expected = {}, len(_HEADER)
    for position, (number, offset) in enumerate(offsets):
        until = offsets[position + 1][1] if position + 1 < len(offsets) else end
        head = b"%d 0 obj\n" % number
        if offset != expected or not data.startswith(head, offset) or not data.endswith(b"\nendobj\n", offset, until):
            raise _crooked(f"object {number} is not where the cross-reference table says")
        spans[number] = (offset + len(head), until - len(b"\nendobj\n"))
        expected = until
    return spans


def _inflate(data: bytes, number: int) -> bytes:
    inflater = zlib.decompressobj()
    try:
        found = inflater.decompress(data, MAX_STREAM)
    except zlib.error as error:
        raise _crooked(f"stream {number} is not compressed as it says") from error
    if not inflater.eof or inflater.unused_data:
        raise _crooked(f"stream {number} is too large, cut off, or longer than it says")
    return found


def parse(source: bytes, number: int = 0) -> Any:
    """The one value that `source` is.

    Raises:
        BindingError: it is not one value in the spelling of our printer.
    """
    # Each array and dictionary that is open, by its sign and contents; the first stands for `source` itself.
    stack: list[tuple[bytes, list[Any]]] = [(b"", [])]
    contents = stack[0][1]
    at = 0
    while at < len(source):
        token = _TOKEN.match(source, at)
        if token is None or len(stack) > 32:
            raise _crooked(f"object {number} is not well-formed")
        at = token.end()
        match token.lastgroup:
            case "ref":
                contents.append(Ref(int(token["ref"])))
            case "open":
                contents = []
                stack.append((token["open"], contents))
            case "close":
                closed = _closed(stack.pop(), token["close"], number)
                contents = stack[-1][1]
                contents.append(closed)
            case kind:
                contents.append(_scalar(kind, token[kind or 0]))
    if len(stack) != 1 or len(contents) != 1:
        raise _crooked(f"object {number} is not one value")
    return contents[0]


def _closed(opened: tuple[bytes, list[Any]], sign: bytes, number: int) -> Any:
    begun, contents = opened
    if (begun, sign) == (b"[", b"]"):
        return contents
    if (begun, sign) != (b"<<", b">>"):
        raise _crooked(f"object {number} is not well-formed")
    names = contents[::2]
    if len(contents) % 2 or not all(isinstance(one, Name) for one in names) or len(set(names)) != len(names):
        raise _crooked(f"object {number} has a dictionary that is not well-formed")
    return dict(zip(map(str, names), contents[1::2], strict=True))


def _scalar(kind: str | None, text: bytes) -> Any:
    match kind:
        case "name":
            return Name(text.decode("ascii"))
        case "number":
            return float(text) if b"." in text else int(text)
        case "hex":
            return bytes.fromhex(text.decode("ascii"))
        case "text":
            return re.sub(rb"\\(.)", rb"\1", text, flags=re.DOTALL)
        case _:
            return {b"true": True, b"false": False, b"null": None}[text]


def text_of(string: object) -> str:
    """A text string of PDF as text.

    Raises:
        BindingError: it is neither ASCII nor UTF-16.
    """
    if isinstance(string, bytes):
        try:
            return string[2:].decode("utf-16-be") if string.startswith(b"\xfe\xff") else string.decode("ascii")
        except UnicodeDecodeError:
            pass
    raise _crooked("a text string is not in a spelling of our printer")


def _crooked(what: str) -> BindingError:
    return BindingError(
        f"the PDF is not as our printer writes it: {what}",
        place="attestation.pdf",
        hint="verify the file as it was printed and signed; other programs rewrite it when they save it",
    )


crooked = _crooked
