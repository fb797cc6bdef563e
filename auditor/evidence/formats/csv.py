"""CSV as in RFC 4180, read without changing, dropping or guessing anything.

One logical line is one record, good or malformed, so accepted and rejected records add up to all of them.
The header's line end is the file's: a record ended otherwise is malformed. A quote that is never closed, or
is followed by text, condemns only the line it stands in; reading goes on with the next. A UTF-8 byte order
mark before the header is passed over; it carries no data. A last line without an end is a record.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

import numpy

from auditor.errors import EvidenceFormatError
from auditor.evidence.formats.lines import Line, read_lines, strip_mark
from auditor.evidence.mapping import MAX_COLUMNS
from auditor.evidence.rejects import MAX_FIELD, NUL, TOO_LONG, Malformed, malformed

_SCAN = 4 << 20
_OTHER_END = "the line ends otherwise than the header's line"


class Record(NamedTuple):
    """One record: its number, the line it begins in, its fields."""

    number: int
    line: int
    fields: list[str]


@dataclass(frozen=True, slots=True)
class Scan:
    """What the bytes of a whole file contain.

    `uniform`: all lines end alike; `quotes`: there are any; `clean_quotes`: each either opens or closes a field;
    `delimiters`: those outside quotes, if the quotes are clean.
    """

    newlines: int
    uniform: bool
    nul: bool
    unended: bool
    quotes: bool
    clean_quotes: bool
    delimiters: int

    @property
    def records(self) -> int:
        """Records there are if no field holds a line end."""
        return self.newlines + self.unended - 1

    def plain(self, columns: int) -> bool:
        """Whether a bulk reader can be trusted with a file of so many columns, if it then finds as many records.

        Delimiters are counted because DuckDB, strict or not, drops empty fields beyond the last column.
        """
        straight = self.uniform and not self.nul and self.clean_quotes
        return straight and self.delimiters == (self.records + 1) * (columns - 1)


def scan(stream: BinaryIO, delimiter: str) -> Scan:
    """Count line ends and look for what a bulk reader must not see; one pass, bounded memory."""
    newlines = returns = pairs = 0
    nul = False
    last = b""
    quotes = _Quotes(ord(delimiter))
    while block := stream.read(_SCAN):
        newlines += block.count(b"\n")
        if b"\r" in block:
            returns += block.count(b"\r")
            pairs += block.count(b"\r\n")
        if last == b"\r" and block[:1] == b"\n":
            pairs += 1
        nul = nul or b"\x00" in block
        quotes.feed(block)
        last = block[-1:]
    quotes.feed(b"\n")
    uniform = returns == pairs and pairs in (0, newlines)
    unended = last not in (b"\n", b"")
    return Scan(newlines, uniform, nul, unended, quotes.count > 0, quotes.clean, quotes.delimiters)


class _Quotes:
    """Counts quotes that stand after a delimiter or line end, those that stand before one, and delimiters outside.

    If each quote does exactly one of the two, and as many open as close, then no quote stands inside a field,
    and every CSV reader splits the file alike (DuckDB drops blanks around quotes without a word otherwise).
    """

    def __init__(self, delimiter: int) -> None:
        self._delimiter = delimiter
        self._held = b"\n"
        self._opens = 0
        self._closes = 0
        self._odd = False
        self.count = 0
        self.delimiters = 0

    def feed(self, block: bytes) -> None:
        # One byte is held back, since a quote is judged with the byte on either side.
        data = self._held + block
        if self.count == 0 and b'"' not in data:
            self.delimiters += data.count(self._delimiter, 1, len(data) - 1)
        elif len(data) > 2:
            self._judge(numpy.frombuffer(data, dtype=numpy.uint8))
        self._held = data[-2:]

    def _judge(self, array: numpy.ndarray[Any, Any]) -> None:
        inner = array[1:-1]
        at = numpy.flatnonzero(inner == 34) + 1
        before, after = array[at - 1], array[at + 1]
        opens = (before == self._delimiter) | (before == 10)
        closes = (after == self._delimiter) | (after == 10) | (after == 13)
        self._odd = self._odd or bool((opens == closes).any())
        self._opens += int(opens.sum())
        self._closes += int(closes.sum())
        marks = numpy.flatnonzero(inner == self._delimiter) + 1
        quotes_before = self.count + numpy.searchsorted(at, marks)
        self.delimiters += int((quotes_before % 2 == 0).sum())
        self.count += len(at)

    @property
    def clean(self) -> bool:
        return not self._odd and self._opens == self._closes


def read_header(stream: BinaryIO, expected: tuple[str, ...], delimiter: str, place: str) -> tuple[str, ...]:
    """The header's names in the file's order, from a stream at its beginning.

    Raises:
        EvidenceFormatError: no header, or columns missing, not expected or given twice; named with their place.
    """
    line = next(read_lines(stream, max_line=MAX_FIELD), None)
    where = f"{place}:1"
    if line is None:
        raise EvidenceFormatError("the file is empty, not even a header", place=where, hint="export it again")
    data = strip_mark(line.data, where)
    mark = delimiter.encode()
    if line.overlong or data.count(mark) >= MAX_COLUMNS:
        raise EvidenceFormatError(f"the header has more than {MAX_COLUMNS} columns or is too long", place=where)
    splitter = _Splitter(mark)
    problem = splitter.feed(data)
    try:
        names = [field.decode("utf-8") for field in splitter.fields]
    except UnicodeDecodeError as error:
        raise EvidenceFormatError("the header is not UTF-8", place=where, hint="export as UTF-8") from error
    if problem or splitter.inside or "\r" in "".join(names) or "\x00" in "".join(names):
        raise EvidenceFormatError(f"the header cannot be read: {problem or 'control character'}", place=where)
    compare_header(names, expected, where)
    return tuple(names)


def compare_header(names: list[str], expected: tuple[str, ...], where: str) -> None:
    """Raise EvidenceFormatError unless `names` are exactly the names expected, in any order."""
    missing = [name for name in expected if name not in names]
    extra = [name for name in names if name not in expected]
    twice = sorted({name for name in names if names.count(name) > 1})
    problems = [
        f"{what}: {', '.join(repr(name) for name in found[:10])}" + (" ..." if len(found) > 10 else "")
        for what, found in (("missing", missing), ("not expected", extra), ("given twice", twice))
        if found
    ]
    if problems:
        hint = f"export these columns: {', '.join(expected)}"
        raise EvidenceFormatError(f"the columns are not the mapping's; {'; '.join(problems)}", place=where, hint=hint)


def read_records(stream: BinaryIO, names: tuple[str, ...], delimiter: str) -> Iterator[Record | Malformed]:
    """Every record after the header, from a stream at its beginning; malformed ones with the reason."""
    lines = read_lines(stream)
    header = next(lines, None)
    if header is None:
        return
    reader = _Reader(lines, names, delimiter.encode(), header.end or b"\n")
    while (record := reader.next()) is not None:
        yield record


class _Splitter:
    """Fields of one logical line, fed one physical line at a time."""

    def __init__(self, delimiter: bytes) -> None:
        self._delimiter = delimiter
        self.fields: list[bytes] = []
        self.inside = False
        self._parts: list[bytes] = []

    def feed(self, data: bytes) -> str | None:
        """Take more; returns what is wrong. `inside` afterwards: a quoted field goes on in the next line."""
        position = 0
        while True:
            if self.inside or data[position : position + 1] == b'"':
                if not self.inside:
                    position += 1
                self.inside = True
                position, closed = self._quoted(data, position)
                if not closed:
                    return None
                self.inside = False
                self.fields.append(b"".join(self._parts))
                self._parts = []
                if position == len(data):
                    return None
                if not data.startswith(self._delimiter, position):
                    return "text after a closing quote"
            else:
                end = data.find(self._delimiter, position)
                field = data[position:] if end < 0 else data[position:end]
                if b'"' in field:
                    return "a quote inside a field that does not begin with one"
                self.fields.append(field)
                if end < 0:
                    return None
                position = end
            position += 1

    def _quoted(self, data: bytes, position: int) -> tuple[int, bool]:
        while True:
            quote = data.find(b'"', position)
            if quote < 0:
                self._parts.append(data[position:])
                return len(data), False
            if data.startswith(b'"', quote + 1):
                self._parts.append(data[position : quote + 1])
                position = quote + 2
                continue
            self._parts.append(data[position:quote])
            return quote + 1, True


class _Reader:
    def __init__(self, lines: Iterator[Line], names: tuple[str, ...], delimiter: bytes, end: bytes) -> None:
        self._lines = lines
        self._again: deque[Line] = deque()
        self._names = names
        self._delimiter = delimiter
        self._end = end
        self._number = 0

    def next(self) -> Record | Malformed | None:
        line = self._take()
        if line is None:
            return None
        self._number += 1
        refused = self._refuse_line(line)
        if refused:
            return self._malformed(line, refused)
        if b'"' not in line.data:
            return self._plain(line)
        return self._quoted(line)

    def _take(self) -> Line | None:
        return self._again.popleft() if self._again else next(self._lines, None)

    def _malformed(self, line: Line, reason: str, column: str = "", value: bytes | None = None) -> Malformed:
        return malformed(self._number, line.number, column, line.data if value is None else value, reason)

    def _refuse_line(self, line: Line) -> str | None:
        if line.overlong:
            return TOO_LONG
        if line.end not in (self._end, b"") and b'"' not in line.data:
            return _OTHER_END
        if line.data == b"":
            return "blank line"
        return NUL if b"\x00" in line.data else None

    def _plain(self, line: Line) -> Record | Malformed:
        count = line.data.count(self._delimiter) + 1
        if count != len(self._names):
            return self._malformed(line, f"{count} fields where the header has {len(self._names)}")
        if b"\r" in line.data:
            return self._malformed(line, "a carriage return inside a field without quotes")
        return self._decoded(line, line.data.split(self._delimiter))

    def _quoted(self, first: Line) -> Record | Malformed:
        splitter = _Splitter(self._delimiter)
        taken: list[Line] = []
        size = 0
        line = first
        while True:
            problem = splitter.feed(line.data)
            size += len(line.data)
            if problem or not splitter.inside:
                break
            following = self._take() if size <= MAX_FIELD and line.end else None
            if following is None or following.overlong or b"\x00" in following.data:
                problem = "a quote is never closed"
                if following is not None:
                    taken.append(following)
                break
            splitter.feed(line.end)
            taken.append(following)
            line = following
        if problem is None and len(splitter.fields) != len(self._names):
            problem = f"{len(splitter.fields)} fields where the header has {len(self._names)}"
        if problem is None and line.end not in (self._end, b""):
            problem = _OTHER_END
        if problem:
            # Only the line where it began is condemned: what follows may be good.
            self._again.extendleft(reversed(taken))
            return self._malformed(first, problem)
        return self._decoded(first, splitter.fields)

    def _decoded(self, line: Line, fields: list[bytes]) -> Record | Malformed:
        texts = []
        for name, field in zip(self._names, fields, strict=True):
            if len(field) > MAX_FIELD:
                return self._malformed(line, TOO_LONG, name, field[:200])
            try:
                texts.append(field.decode("utf-8"))
            except UnicodeDecodeError as error:
                return self._malformed(line, f"not UTF-8 at byte {error.start} of the field", name, field)
        return Record(self._number, line.number, texts)
