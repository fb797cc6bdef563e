r"""Zeek's tab-separated logs: header lines that begin with #, fields escaped with \x, a #close line at the end.

The header may not set the terms: separator, empty and unset markers are Zeek's own or the file is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

from auditor.errors import EvidenceFormatError, MachineError
from auditor.evidence.formats.csv import Record
from auditor.evidence.formats.lines import Line, read_lines
from auditor.evidence.mapping import MAX_COLUMNS
from auditor.evidence.rejects import MAX_FIELD, NUL, TOO_LONG, Malformed, malformed

UNSET = "-"
EMPTY = "(empty)"
_FIXED = {
    b"#separator": b"\\x09",
    b"#set_separator": b",",
    b"#empty_field": EMPTY.encode(),
    b"#unset_field": UNSET.encode(),
}
_IGNORED = (b"#path", b"#open")
_BLOCK = 4 << 20
_CLOSE_LINE = 200
_ESCAPE = re.compile(rb"\\x([0-9a-fA-F]{2})")


class Header(NamedTuple):
    """Field names in order, how many lines the header takes, and how many tabs are in it."""

    names: tuple[str, ...]
    lines: int
    tabs: int


@dataclass(slots=True)
class _Block:
    """One header block; a log that was continued after a restart has several, which must agree."""

    names: list[str] = field(default_factory=list)
    types: int = 0
    closed: bool = False


def read_header(stream: BinaryIO, needed: tuple[str, ...], place: str) -> Header:
    """The header at the beginning of the stream.

    Raises:
        EvidenceFormatError: not a Zeek log, other markers than Zeek's, or fields that are missing or given twice.
    """
    block = _Block()
    count = tabs = 0
    for line in read_lines(stream, max_line=MAX_FIELD):
        if not line.data.startswith(b"#") or line.overlong:
            break
        count += 1
        tabs += line.data.count(b"\t")
        _header_line(block, line, place)
        if block.types:
            break
    _check(block, needed, f"{place}:{max(count, 1)}")
    return Header(tuple(block.names), count, tabs)


def _check(block: _Block, needed: tuple[str, ...], where: str) -> None:
    if not block.names:
        hint = "export the log as Zeek wrote it, header included"
        raise EvidenceFormatError("not a Zeek log: there is no #fields line", place=where, hint=hint)
    if block.types != len(block.names):
        raise EvidenceFormatError(f"{len(block.names)} fields with {block.types} types", place=where)
    twice = sorted({name for name in block.names if block.names.count(name) > 1})
    missing = [name for name in needed if name not in block.names]
    if twice or missing or len(block.names) > MAX_COLUMNS:
        what = f"given twice: {twice[0]!r}" if twice else f"missing: {', '.join(map(repr, missing))}"
        hint = "check that this log goes with the item's mapping"
        raise EvidenceFormatError(f"the fields are not the mapping's; {what}", place=where, hint=hint)


def _header_line(block: _Block, line: Line, place: str) -> None:
    where = f"{place}:{line.number}"
    separator = b" " if line.data.startswith(b"#separator") else b"\t"
    word, _, rest = line.data.partition(separator)
    if word in _FIXED:
        if rest != _FIXED[word]:
            problem = f"{word.decode()} is not Zeek's {_FIXED[word].decode()}"
            raise EvidenceFormatError(problem, place=where, value=rest.decode("utf-8", "backslashreplace"))
    elif word == b"#fields":
        block.names = [name.decode("utf-8", "backslashreplace") for name in rest.split(b"\t")[: MAX_COLUMNS + 1]]
    elif word == b"#types":
        block.types = rest.count(b"\t") + 1
    elif word == b"#close":
        block.closed = True
    elif word not in _IGNORED:
        value = word.decode("utf-8", "backslashreplace")
        raise EvidenceFormatError("not a header line Zeek writes", place=where, value=value)


def read_records(stream: BinaryIO, header: Header, place: str) -> Iterator[Record | Malformed]:
    """Every record, from a stream at its beginning; a log without its #close line ends with a malformed record.

    Raises:
        EvidenceFormatError: a later header block differs from the first.
    """
    number = 0
    last = 0
    block = _Block()
    for line in read_lines(stream):
        last = line.number
        if line.data.startswith(b"#") and not line.overlong:
            if line.data.startswith(b"#separator"):
                block = _Block()
            _header_line(block, line, place)
            if line.data.startswith(b"#fields") and tuple(block.names) != header.names:
                raise EvidenceFormatError("a second header names other fields", place=f"{place}:{line.number}")
            continue
        number += 1
        yield _record(number, line, header.names)
    if not block.closed:
        yield malformed(number + 1, last + 1, "", "", "the log has no #close line: it is cut short")


def copy_plain(stream: BinaryIO, target: Path, header: Header) -> tuple[str, int] | None:
    """Copy a log without its #close line, for a bulk reader; the copy's path and number of lines.

    None, and no copy, if anything in it needs care: escapes, carriage returns, NUL, no #close at the end.

    Raises:
        MachineError: the copy cannot be written.
    """
    newlines = size = escapes = tabs = 0
    tail = b""
    plain = True
    try:
        with open(target, "wb") as copy:
            while plain and (block := stream.read(_BLOCK)):
                # The separator line has the one backslash that is no escape in a field.
                escapes += block.count(b"\\")
                plain = escapes <= 1 and b"\r" not in block and b"\x00" not in block
                newlines += block.count(b"\n")
                tabs += block.count(b"\t")
                size += len(block)
                tail = (tail + block)[-_CLOSE_LINE:]
                copy.write(block)
            line = tail[tail.rfind(b"\n", 0, -1) + 1 :]
            # DuckDB drops empty fields beyond the last column without a word: the tabs must be as many as they should.
            tabs -= header.tabs + line.count(b"\t")
            even = tabs == (newlines - 1 - header.lines) * (len(header.names) - 1)
            if plain and even and line.startswith(b"#close\t") and line.endswith(b"\n"):
                copy.truncate(size - len(line))
                return str(target), newlines - 1
    except OSError as error:
        raise MachineError("a temporary copy cannot be written", place=str(target), hint=error.strerror) from error
    target.unlink()
    return None


def _record(number: int, line: Line, names: tuple[str, ...]) -> Record | Malformed:
    problem = None
    if line.overlong:
        problem = TOO_LONG
    elif not line.data:
        problem = "blank line"
    elif b"\x00" in line.data:
        problem = NUL
    elif (count := line.data.count(b"\t") + 1) != len(names):
        problem = f"{count} fields where the header has {len(names)}"
    if problem:
        return malformed(number, line.number, "", line.data, problem)
    texts = []
    for name, data in zip(names, line.data.split(b"\t"), strict=True):
        if len(data) > MAX_FIELD:
            return malformed(number, line.number, name, data[:200], TOO_LONG)
        plain = _ESCAPE.sub(lambda match: bytes.fromhex(match.group(1).decode()), data) if b"\\x" in data else data
        try:
            text = plain.decode("utf-8")
        except UnicodeDecodeError as error:
            return malformed(number, line.number, name, data, f"not UTF-8 at byte {error.start} of the field")
        if "\x00" in text:
            return malformed(number, line.number, name, data, NUL)
        texts.append("" if data in (b"-", b"(empty)") else text)
    return Record(number, line.number, texts)
