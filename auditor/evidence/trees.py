"""Formats whose records are trees (JSON Lines, JSON, YAML): fields by dotted path, `where` and `each`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import duckdb

from auditor.canon.yaml import Document
from auditor.evidence.formats import json, jsonl, yaml
from auditor.evidence.formats.json_patterns import UNKNOWN, Patterns, Row, Unknown
from auditor.evidence.formats.lines import read_lines
from auditor.evidence.formats.values import ABSENT, UnreadableError, field_of, text_of
from auditor.evidence.mapping import Mapping, StreamMapping
from auditor.evidence.records import Delivery, Relation, cast_records, staged_text
from auditor.evidence.rejects import MAX_FIELD, NUL, TOO_LONG, Malformed, malformed

Found = tuple[int, int, Sequence[Row] | None] | Malformed
"""A record's number, its line and the rows it makes (None if it is not meant for the stream), or what is malformed."""


def load_trees(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> int:
    """Formats whose records are trees: fields by dotted path, `where` and `each` applied here."""
    # One byte for each record: whether a stream took it, if only to reject it.
    taken = bytearray()
    for name, part in delivery.parts.items():
        fields = part.fields
        with staged_text(connection, delivery, name, len(fields), (name,)) as (stage, log):
            for found in _found(delivery, name):
                if isinstance(found, Malformed):
                    log.add(found)
                    _mark(taken, found.record, True)
                    continue
                number, line, rows = found
                for row in rows or ():
                    stage.add(number, line, row)
                _mark(taken, number, rows is not None)
            stage.flush()
            relation = Relation(stage.table, {field: f"f{index}" for index, field in enumerate(fields)})
            cast_records(connection, delivery, name, relation, stage.count)
    # Streams that take their records from different lists have no records in common to pass over.
    shared = len({delivery.mapping.records_of(name) for name in delivery.parts}) == 1
    return taken.count(0) if shared else 0


def _mark(taken: bytearray, number: int, meant: bool) -> None:
    if number > len(taken):
        taken.extend(bytes(number - len(taken)))
    taken[number - 1] |= meant


def _found(delivery: Delivery, name: str) -> Iterator[Found]:
    place, part = delivery.source.place, delivery.mapping.streams[name]
    fields = part.fields
    with delivery.source.stream() as stream:
        if delivery.mapping.format == "jsonl":
            yield from _in_lines(stream, part, place)
            return
        document = read_tree(stream, delivery.mapping, place)
    for path, before, records in record_lists(document.value, delivery.mapping, place):
        if path == delivery.mapping.records_of(name):
            for index, value in enumerate(records):
                line = document.lines.get((*path.split(".")[1:], index), 0)
                if isinstance(value, dict):
                    yield _cut(before + index + 1, line, value, part, fields)
                else:
                    yield malformed(before + index + 1, line, "", repr(value), "not an object with fields")


def _in_lines(stream: BinaryIO, part: StreamMapping, place: str) -> Iterator[Found]:
    fields, patterns = part.fields, Patterns(part)
    for line in read_lines(stream, max_line=jsonl.MAX_LINE):
        # Of a line that is too long there is only the beginning.
        row = UNKNOWN if line.overlong else patterns.read(line.data)
        if not isinstance(row, Unknown):
            yield line.number, line.number, None if row is None else (row,)
            continue
        value = jsonl.read_record(line, place)
        if isinstance(value, Malformed):
            yield value
            continue
        patterns.learn(line.data, value)
        yield _cut(line.number, line.number, value, part, fields)


def read_tree(stream: BinaryIO, mapping: Mapping, place: str) -> Document:
    """A JSON or YAML document; JSON without lines."""
    if mapping.format == "json":
        return Document(place, json.read_document(stream, place))
    return yaml.read_document(stream, place)


def record_lists(document: Any, mapping: Mapping, place: str) -> list[tuple[str, int, list[Any]]]:
    """The lists of records a mapping names: path, how many records come before it, and the list.

    Records of a document are numbered through all its lists in the mapping's order, so that a number stands for one.
    """
    found: list[tuple[str, int, list[Any]]] = []
    before = 0
    for path in dict.fromkeys(mapping.records_of(name) or "$" for name in mapping.streams):
        records = json.records_at(document, path, place)
        found.append((path, before, records))
        before += len(records)
    return found


def _cut(number: int, line: int, record: dict[str, Any], part: StreamMapping, fields: tuple[str, ...]) -> Found:
    try:
        return number, line, _rows(record, part, fields)
    except UnreadableError as error:
        return malformed(number, line, "", repr(record), str(error))


def _rows(record: dict[str, Any], part: StreamMapping, fields: tuple[str, ...]) -> Sequence[Row] | None:
    """The texts of `fields` for each row the record makes; None if it is not meant for this stream."""
    for path, allowed in part.where.items():
        value = field_of(record, path)
        if isinstance(value, dict | list) or (text_of(value) or "") not in allowed:
            return None
    if part.each is None:
        return [[_text(record.get(path, ABSENT), record, path) for path in fields]]
    elements = field_of(record, part.each)
    if not isinstance(elements, list):
        raise UnreadableError(f"no list at {part.each}")
    return [[_element_text(element, record, path) for path in fields] for element in elements]


def _element_text(element: Any, record: Any, path: str) -> str | None:
    if path == "each":
        return _text(element, {}, path)
    if path.startswith("each."):
        return _text(field_of(element, path.removeprefix("each.")), {}, path)
    return _text(record.get(path, ABSENT), record, path)


def _text(value: Any, record: Any, path: str) -> str | None:
    # Nearly every field is a short text right in the record.
    if not isinstance(value, str):
        if value is ABSENT:
            value = field_of(record, path)
        try:
            value = text_of(value)
        except UnreadableError as error:
            raise UnreadableError(f"{path}: {error}") from error
        if value is None:
            return None
    if len(value) > MAX_FIELD // 4 and len(value.encode()) > MAX_FIELD:
        raise UnreadableError(f"{path}: {TOO_LONG}")
    if "\x00" in value:
        raise UnreadableError(f"{path}: {NUL}")
    return str(value)
