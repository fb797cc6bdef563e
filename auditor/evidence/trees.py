"""Formats whose records are trees (JSON Lines, JSON, YAML): fields by dotted path, `where` and `each`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import duckdb

from auditor.canon.yaml import Document
from auditor.evidence.accept import Job, Relation, accept, reject, staged_text
from auditor.evidence.formats import json, jsonl, yaml
from auditor.evidence.formats.values import ABSENT, UnreadableError, field_of, text_of
from auditor.evidence.mapping import Mapping, StreamMapping
from auditor.evidence.rejects import MAX_FIELD, NUL, TOO_LONG, Malformed, malformed


def load_trees(connection: duckdb.DuckDBPyConnection, job: Job) -> int:
    """Formats whose records are trees: fields by dotted path, `where` and `each` applied here."""
    kept: set[int] = set()
    seen = 0
    for name, part in job.parts.items():
        fields = part.fields
        with staged_text(connection, job, name, len(fields), (name,)) as (stage, log):
            for record in _tree_records(job, name):
                if isinstance(record, Malformed):
                    log.add(record)
                    kept.add(record.record)
                    seen = max(seen, record.record)
                    continue
                number, line, value = record
                seen = max(seen, number)
                try:
                    rows = _rows(value, part, fields)
                except UnreadableError as error:
                    log.add(malformed(number, line, "", repr(value), str(error)))
                    kept.add(number)
                    continue
                if rows is not None:
                    kept.add(number)
                    for row in rows:
                        stage.add(number, line, row)
            stage.flush()
            relation = Relation(stage.table, {field: f"f{index}" for index, field in enumerate(fields)})
            accept(connection, job, name, relation)
            reject(connection, job, name, relation)
    # Streams that take their records from different lists have no records in common to pass over.
    shared = len({job.mapping.records_of(name) for name in job.parts}) == 1
    return seen - len(kept) if shared else 0


def _tree_records(job: Job, name: str) -> Iterator[tuple[int, int, Any] | Malformed]:
    place = job.source.place
    with job.source.stream() as stream:
        if job.mapping.format == "jsonl":
            yield from jsonl.read_records(stream, place)
            return
        document = read_tree(stream, job.mapping, place)
    for path, before, records in record_lists(document.value, job.mapping, place):
        if path == job.mapping.records_of(name):
            for index, value in enumerate(records):
                line = document.lines.get((*path.split(".")[1:], index), 0)
                if isinstance(value, dict):
                    yield before + index + 1, line, value
                else:
                    yield malformed(before + index + 1, line, "", repr(value), "not an object with fields")


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


def _rows(record: Any, part: StreamMapping, fields: tuple[str, ...]) -> list[list[str | None]] | None:
    """Texts of `fields` for each row the record makes; None if the record is not meant for this stream."""
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
