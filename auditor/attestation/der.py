"""Reading DER (ITU-T X.690, sections 8, 10 and 11) strictly and within bounds: one value, one spelling.

A time-stamp token comes from outside and is kept for decades, so nothing is read leniently here: definite lengths in
their shortest form, no constructed strings, shortest integers, ordered sets, nothing after the end. Whatever is read
would be written as the same bytes again. `cryptography.hazmat.asn1` reads DER as strictly, but its makers do not
promise that its interface stays.

Only the kinds of value that X.509, CMS (RFC 5652) and RFC 3161 use are known; another is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, NoReturn

from auditor.errors import EnvelopeError

MAX_BYTES = 1 << 16
MAX_DEPTH = 24
MAX_NAME_BYTES = 64

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
UTF8_STRING, NUMERIC_STRING, PRINTABLE_STRING, TELETEX_STRING, IA5_STRING = 0x0C, 0x12, 0x13, 0x14, 0x16
UTC_TIME, GENERALIZED_TIME, VISIBLE_STRING, UNIVERSAL_STRING, BMP_STRING = 0x17, 0x18, 0x1A, 0x1C, 0x1E
SEQUENCE, SET = 0x30, 0x31
_CONSTRUCTED, _CONTEXT, _NUMBER = 0x20, 0x80, 0x1F

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_GENERALIZED = re.compile(rb"(\d{14})(?:\.(\d{0,17}[1-9]))?Z")
_UTC = re.compile(rb"\d{12}Z")


class Element(NamedTuple):
    """One value: its identifier octet, all its bytes, its contents, and the values in it if it is constructed."""

    tag: int
    raw: bytes
    body: bytes
    children: tuple[Element, ...]


class Fields:
    """The values in a constructed one, taken in the order of its type; what is not taken is refused by `end`."""

    def __init__(self, element: Element, place: str) -> None:
        self._rest = list(reversed(element.children))
        self.place = place

    def optional(self, tag: int) -> Element | None:
        """The next value, if there is one and it has `tag`."""
        return self._rest.pop() if self._rest and self._rest[-1].tag == tag else None

    def take(self, tag: int) -> Element:
        """The next value, which must have `tag`.

        Raises:
            EnvelopeError: there is none, or it is another.
        """
        found = self.optional(tag)
        if found is None:
            got = f"0x{self._rest[-1].tag:02x}" if self._rest else "nothing"
            raise EnvelopeError(f"another kind of value (identifier 0x{tag:02x}) is due", place=self.place, value=got)
        return found

    def inner(self, tag: int) -> Fields:
        """The values in the next value, which must have `tag`."""
        return Fields(self.take(tag), self.place)

    def explicit(self, number: int, tag: int) -> Element:
        """The one value in the next one, `[number] EXPLICIT`; it must have `tag`."""
        wrapped = self.inner(context(number))
        found = wrapped.take(tag)
        wrapped.end()
        return found

    def all(self, tag: int, *, least: int = 1, most: int = 16) -> list[Element]:
        """Every value that is left, `least` to `most` of them, each with `tag`.

        Raises:
            EnvelopeError: too few, too many, or another kind among them.
        """
        found = []
        while self._rest:
            found.append(self.take(tag))
        if not least <= len(found) <= most:
            raise EnvelopeError(f"must have {least} to {most} values", place=self.place, value=len(found))
        return found

    def end(self) -> None:
        """Nothing is left.

        Raises:
            EnvelopeError: something is.
        """
        if self._rest:
            raise EnvelopeError("a value that is not known here", place=self.place, value=f"0x{self._rest[-1].tag:02x}")


def parse(data: bytes, place: str) -> Element:
    """The one value that `data` is, with everything in it.

    Raises:
        EnvelopeError: larger than `MAX_BYTES`, deeper than `MAX_DEPTH`, not DER, or followed by something.
    """
    if len(data) > MAX_BYTES:
        raise EnvelopeError(f"larger than the {MAX_BYTES} bytes allowed", place=place, value=len(data))
    element, end = _read(data, 0, len(data), MAX_DEPTH, place)
    if end != len(data):
        _refuse(place, end, "something follows the value")
    return element


def context(number: int) -> int:
    """The identifier octet of a constructed `[number]`."""
    return _CONTEXT | _CONSTRUCTED | number


def integer(element: Element) -> int:
    """The value of an INTEGER that `parse` read."""
    return int.from_bytes(element.body, signed=True)


def oid(element: Element) -> str:
    """An OBJECT IDENTIFIER that `parse` read, in dotted form."""
    arcs, value = [], 0
    for octet in element.body:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def generalized_time(element: Element) -> int:
    """Microseconds of a GeneralizedTime that `parse` read; a finer fraction is cut off."""
    fraction = element.body[15:-1].ljust(6, b"0")[:6]
    return (_moment(element.body[:14]) - _EPOCH) // timedelta(microseconds=1) + int(fraction)


def encode(tag: int, *parts: bytes) -> bytes:
    """The DER of a value with identifier octet `tag` whose contents are `parts`, one after the other."""
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes((tag, len(body))) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + body


def encode_integer(value: int) -> bytes:
    """The DER of an INTEGER."""
    return encode(INTEGER, value.to_bytes((value + (value < 0)).bit_length() // 8 + 1, signed=True))


def encode_oid(dotted: str) -> bytes:
    """The DER of an OBJECT IDENTIFIER written in dotted form."""
    first, second, *rest = map(int, dotted.split("."))
    return encode(OID, *(_arc(value) for value in (40 * first + second, *rest)))


def _arc(value: int) -> bytes:
    octets = [value & 0x7F]
    while value := value >> 7:
        octets.append(value & 0x7F | 0x80)
    return bytes(reversed(octets))


def _read(data: bytes, start: int, limit: int, depth: int, place: str) -> tuple[Element, int]:
    if limit - start < 2:
        _refuse(place, start, "cut off")
    tag = data[start]
    begin, end = _extent(data, start, limit, place)
    body = data[begin:end]
    children: list[Element] = []
    if tag & _CONSTRUCTED:
        if depth == 0:
            _refuse(place, start, f"nested deeper than {MAX_DEPTH}")
        while begin < end:
            child, begin = _read(data, begin, end, depth - 1, place)
            children.append(child)
    element = Element(tag, data[start:end], body, tuple(children))
    problem = _problem(element)
    if problem:
        _refuse(place, start, problem)
    return element, end


def _extent(data: bytes, start: int, limit: int, place: str) -> tuple[int, int]:
    """Where the contents of the value at `start` begin and end."""
    length, begin = data[start + 1], start + 2
    if length >= 0x80:
        count = length & 0x7F
        # No value here is longer than MAX_BYTES, so three octets of length are plenty.
        if not 1 <= count <= 3 or limit - begin < count:
            _refuse(place, start, "an indefinite, oversized or cut off length")
        length = int.from_bytes(data[begin : begin + count])
        if length < 0x80 or length >> 8 * (count - 1) == 0:
            _refuse(place, start, "a length that is not in its shortest form")
        begin += count
    if length > limit - begin:
        _refuse(place, start, "a length that goes past the end")
    return begin, begin + length


def _problem(element: Element) -> str | None:
    """What is wrong with a value itself, if anything."""
    tag, body = element.tag, element.body
    if tag & _NUMBER == _NUMBER:
        return "an identifier of several octets"
    if tag & 0xC0:
        return None if tag & 0xC0 == _CONTEXT else "an application or private identifier"
    if tag == SEQUENCE:
        return None
    if tag == SET:
        raws = [child.raw for child in element.children]
        return None if raws == sorted(raws) else "a set that is not in order"
    check = _CHECKS.get(tag)
    if check is None:
        return "a kind of value that is not known here"
    return None if check(body) else f"contents that are not DER for identifier 0x{tag:02x}"


def _is_integer(body: bytes) -> bool:
    if len(body) < 2:
        return len(body) == 1
    # The first nine bits may not be alike: one octet less would do.
    return (body[0], body[1] >> 7) not in ((0x00, 0), (0xFF, 1))


def _is_bit_string(body: bytes) -> bool:
    if not body or body[0] > 7 or (len(body) == 1 and body[0]):
        return False
    return not body[-1] & ((1 << body[0]) - 1) if len(body) > 1 else True


def _is_oid(body: bytes) -> bool:
    if not 1 <= len(body) <= MAX_NAME_BYTES or body[-1] & 0x80:
        return False
    starts = [0, *(index + 1 for index, octet in enumerate(body[:-1]) if not octet & 0x80)]
    return all(body[start] != 0x80 for start in starts)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _moment(digits: bytes) -> datetime:
    """YYYYMMDDHHMMSS; raises ValueError where the calendar or the clock has no such moment."""
    rest = (int(digits[start : start + 2]) for start in range(4, 14, 2))
    return datetime(int(digits[:4]), *rest, tzinfo=UTC)  # type: ignore[arg-type, misc]


def _is_moment(digits: bytes) -> bool:
    try:
        _moment(digits)
    except ValueError:
        return False
    return True


def _is_utc_time(body: bytes) -> bool:
    # The century does not matter to what a day may be, but for leap years: RFC 5280 puts 50 to 99 into the 1900s.
    return _UTC.fullmatch(body) is not None and _is_moment((b"19" if body >= b"50" else b"20") + body[:12])


def _is_generalized_time(body: bytes) -> bool:
    return _GENERALIZED.fullmatch(body) is not None and _is_moment(body[:14])


_CHECKS: dict[int, Callable[[bytes], bool]] = {
    BOOLEAN: lambda body: body in (b"\x00", b"\xff"),
    INTEGER: _is_integer,
    BIT_STRING: _is_bit_string,
    OCTET_STRING: lambda body: True,
    NULL: lambda body: body == b"",
    OID: _is_oid,
    UTF8_STRING: _is_utf8,
    NUMERIC_STRING: lambda body: re.fullmatch(rb"[0-9 ]*", body) is not None,
    PRINTABLE_STRING: lambda body: re.fullmatch(rb"[A-Za-z0-9 '()+,\-./:=?]*", body) is not None,
    TELETEX_STRING: lambda body: True,
    IA5_STRING: lambda body: body.isascii(),
    UTC_TIME: _is_utc_time,
    GENERALIZED_TIME: _is_generalized_time,
    VISIBLE_STRING: lambda body: re.fullmatch(rb"[\x20-\x7e]*", body) is not None,
    UNIVERSAL_STRING: lambda body: len(body) % 4 == 0,
    BMP_STRING: lambda body: len(body) % 2 == 0,
}


def _refuse(place: str, offset: int, problem: str) -> NoReturn:
    raise EnvelopeError(f"not DER: {problem}", place=f"{place}, byte {offset}")
