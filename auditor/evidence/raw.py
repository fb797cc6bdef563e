"""The text of records as it stands in their file: one looked up again, or all of them in order."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import islice
from typing import BinaryIO, cast

from auditor.errors import UnknownReferenceError
from auditor.evidence.formats import csv, zeek
from auditor.evidence.formats.lines import MAX_LINE, Line, read_lines
from auditor.evidence.mapping import Mapping
from auditor.evidence.rejects import Malformed
from auditor.evidence.source import Source
from auditor.evidence.trees import read_tree, record_lists

_BLOCK = 4 << 20


def raw_record(source: Source, mapping: Mapping | None, record: int) -> str:
    """The text of record `record` (from 1) as it stands in the file; records of JSON and YAML lists as JSON.

    Raises:
        UnknownReferenceError: the item has no such record.
    """
    found = _lookup(source, mapping, record) if mapping else None
    if found is None:
        raise UnknownReferenceError("the item has no such record", place=source.place, value=record)
    return found


def raw_records(source: Source, mapping: Mapping) -> Iterator[str]:
    """The text of every record of the file in order, each as `raw_record` gives it, in one pass and bounded memory.

    Of a line too long to be a record (16 MiB) only the beginning is given. JSON and YAML documents are held whole.
    """
    if mapping.format == "csv":
        return _csv_records(source, mapping)
    if mapping.format == "jsonl":
        return _lines(source, 0)
    return _zeek_records(source) if mapping.format == "tsv-zeek" else _tree_records(source, mapping)


def _lines(source: Source, skipped: int) -> Iterator[str]:
    with source.stream() as stream:
        for line in islice(read_lines(stream), skipped, None):
            yield _decoded(line.data)


def _decoded(data: bytes) -> str:
    return data.rstrip(b"\r\n").decode("utf-8", "backslashreplace")


def _csv_records(source: Source, mapping: Mapping) -> Iterator[str]:
    with source.stream() as stream:
        found = csv.scan(stream, mapping.delimiter)
    with source.stream() as stream:
        names = csv.read_header(stream, mapping.header, mapping.delimiter, source.place)
    if found.plain(len(names)) and not found.quotes:
        yield from _lines(source, 1)
        return
    with source.stream() as stream:
        kept = _Kept(stream)
        rows = csv.read_records(cast(BinaryIO, kept), names, mapping.delimiter)
        if (first := next(rows, None)) is None:
            return
        kept.take(first.line)
        for row in rows:
            yield _joined(kept.take(row.line))
        yield _joined(kept.take(None))


class _Kept:
    """A stream whose lines are kept while they are read, so that a record's text is there once its end is known."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lines: deque[Line] = deque()
        self._next = 1
        self._ended = True

    def readline(self, size: int) -> bytes:
        data = self._stream.readline(size)
        if data and self._ended:
            line = next(read_lines(BytesIO(data)))
            whole = data.endswith(b"\n") or len(data) <= MAX_LINE
            self._lines.append(line if whole else line._replace(data=data[:200]))
        self._ended = data.endswith(b"\n")
        return data

    def take(self, line: int | None) -> list[Line]:
        """The lines before `line` that were not taken yet; all that were read if it is None."""
        count = len(self._lines) if line is None else min(line - self._next, len(self._lines))
        self._next += count
        return [self._lines.popleft() for _ in range(count)]


def _joined(lines: Iterable[Line]) -> str:
    return "\n".join(line.data.decode("utf-8", "backslashreplace") for line in lines)


def _zeek_records(source: Source) -> Iterator[str]:
    with source.stream() as stream:
        header = zeek.read_header(stream, (), source.place)
    with source.stream() as stream:
        kept = _Kept(stream)
        for row in zeek.read_records(cast(BinaryIO, kept), header, source.place):
            kept.take(row.line)
            yield "".join(_decoded(line.data) for line in kept.take(row.line + 1))


def _tree_records(source: Source, mapping: Mapping) -> Iterator[str]:
    with source.stream() as stream:
        document = read_tree(stream, mapping, source.place).value
    for _, _, records in record_lists(document, mapping, source.place):
        for record in records:
            yield _as_json(record)


def _as_json(record: object) -> str:
    # A lone surrogate, which no UTF-8 has, stays the escape it was.
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace").decode("utf-8")


def _lookup(source: Source, mapping: Mapping, record: int) -> str | None:
    if mapping.format == "csv":
        return _csv_record(source, mapping, record)
    if mapping.format == "jsonl":
        return _line(source, record)
    if mapping.format == "tsv-zeek":
        return _zeek_record(source, record)
    with source.stream() as stream:
        document = read_tree(stream, mapping, source.place).value
    for _, before, records in record_lists(document, mapping, source.place):
        if before < record <= before + len(records):
            return _as_json(records[record - before - 1])
    return None


def _line(source: Source, number: int) -> str | None:
    with source.stream() as stream:
        rest = _skip_lines(stream, number - 1)
        data = rest.partition(b"\n")[0] + (b"" if b"\n" in rest else stream.readline(MAX_LINE))
        if not rest and not data:
            return None
    return data.rstrip(b"\r\n").decode("utf-8", "backslashreplace")


def _skip_lines(stream: BinaryIO, count: int) -> bytes:
    """What was read beyond so many lines; a block at a time, so that a line of ten million is found in a second."""
    while count:
        block = stream.read(_BLOCK)
        found = block.count(b"\n")
        if found >= count or not block:
            position = 0
            for _ in range(min(count, found)):
                position = block.index(b"\n", position) + 1
            return block[position:]
        count -= found
    return b""


def _csv_record(source: Source, mapping: Mapping, record: int) -> str | None:
    with source.stream() as stream:
        found = csv.scan(stream, mapping.delimiter)
    with source.stream() as stream:
        names = csv.read_header(stream, mapping.header, mapping.delimiter, source.place)
    if found.plain(len(names)) and not found.quotes:
        return _line(source, record + 1)
    first = last = None
    with source.stream() as stream:
        for row in csv.read_records(stream, names, mapping.delimiter):
            number, line = (row.record, row.line) if isinstance(row, Malformed) else (row.number, row.line)
            if number == record:
                first = line
            elif first is not None:
                last = line - 1
                break
    if first is None:
        return None
    with source.stream() as stream:
        lines = islice(read_lines(stream), first - 1, last)
        return "\n".join(line.data.decode("utf-8", "backslashreplace") for line in lines)


def _zeek_record(source: Source, record: int) -> str | None:
    with source.stream() as stream:
        header = zeek.read_header(stream, (), source.place)
    with source.stream() as stream:
        for row in zeek.read_records(stream, header, source.place):
            number, line = (row.record, row.line) if isinstance(row, Malformed) else (row.number, row.line)
            if number == record:
                return _line(source, line)
    return None
