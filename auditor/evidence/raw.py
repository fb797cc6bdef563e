"""One record's text, looked up again in its file."""

from __future__ import annotations

import json
from itertools import islice
from typing import BinaryIO

from auditor.errors import UnknownReferenceError
from auditor.evidence.formats import csv, zeek
from auditor.evidence.formats.lines import MAX_LINE, read_lines
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
            return json.dumps(records[record - before - 1], ensure_ascii=False)
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
