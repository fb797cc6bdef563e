"""One admitted item into its streams' tables: split into fields by its format, cast by its mapping.

Plain CSV and Zeek logs are split by DuckDB and cast in the same pass; whatever looks unusual, or does not give
exactly as many records as the file has lines, is read again by the careful readers under `formats/`.
"""

# ruff: noqa: S608 - identifiers are quoted by `quote`, texts by `literal`; nothing of the evidence is pasted into SQL

from __future__ import annotations

import os
from collections.abc import Iterable

import duckdb

from auditor.evidence.casts import literal
from auditor.evidence.formats import csv, zeek
from auditor.evidence.records import (
    Delivery,
    Relation,
    cast_records,
    cast_sql,
    make_casts,
    passed_over,
    staged_text,
)
from auditor.evidence.rejects import MAX_FIELD, Malformed
from auditor.evidence.staging import run
from auditor.evidence.tables import quote, stored_type
from auditor.evidence.trees import load_trees
from auditor.model.evidence import RECORD_BITS


def load_item(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> int:
    """Load one item; returns how many records no stream of its mapping asked for (by `where`).

    Raises:
        EvidenceFormatError: the item as a whole cannot be read as what it is said to be.
        MachineError: memory or disk ran out.
    """
    if delivery.mapping.format == "csv":
        return _load_csv(connection, delivery)
    if delivery.mapping.format == "tsv-zeek":
        return _load_zeek(connection, delivery)
    return load_trees(connection, delivery)


def _load_csv(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> int:
    delimiter, place = delivery.mapping.delimiter, delivery.source.place
    with delivery.source.plain_path() as path:
        with open(path, "rb") as stream:
            names = csv.read_header(stream, delivery.mapping.header, delimiter, place)
        with open(path, "rb", buffering=0) as stream:
            found = csv.scan(stream, delimiter)
        if found.plain(len(names)):
            columns = {name: f"f{index}" for index, name in enumerate(names)}
            relation = Relation(_bulk(path, len(names), delimiter, 1, quoted=found.quotes), columns)
            passed = _load_bulk(connection, delivery, relation, found.records, 1)
            if passed is not None:
                return passed
        with open(path, "rb") as stream:
            return _load_records(connection, delivery, names, csv.read_records(stream, names, delimiter))


def _load_zeek(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> int:
    place = delivery.source.place
    needed = tuple(sorted({field for part in delivery.parts.values() for field in part.fields}))
    with delivery.source.stream() as stream:
        header = zeek.read_header(stream, needed, place)
    with delivery.source.stream() as stream:
        trimmed = zeek.copy_plain(stream, delivery.source.scratch("zeek"), header)
    if trimmed is not None:
        path, lines = trimmed
        columns = {name: f"nullif(nullif(f{index}, '-'), '(empty)')" for index, name in enumerate(header.names)}
        relation = Relation(_bulk(path, len(header.names), "\t", header.lines, quoted=False), columns)
        passed = _load_bulk(connection, delivery, relation, lines - header.lines, header.lines)
        os.unlink(path)
        if passed is not None:
            return passed
    with delivery.source.stream() as stream:
        return _load_records(connection, delivery, header.names, zeek.read_records(stream, header, place))


def _bulk(path: str, count: int, delimiter: str, skip: int, *, quoted: bool) -> str:
    names = ", ".join(f"'f{index}': 'VARCHAR'" for index in range(count))
    mark = "'\"'" if quoted else "''"
    return (
        f"read_csv({literal(path)}, columns = {{{names}}}, auto_detect = false, header = false, skip = {skip}, "
        f"delim = {literal(delimiter)}, quote = {mark}, escape = {mark}, strict_mode = true, "
        f"null_padding = false, compression = 'none', max_line_size = {MAX_FIELD})"
    )


def _load_bulk(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, relation: Relation, expected: int, skip: int
) -> int | None:
    """Records passed over, or None if the file must be read carefully (and nothing was loaded)."""
    parts = delivery.parts
    try:
        if len(parts) == 1 and not any(part.where for part in parts.values()):
            (name,) = parts
            if _load_direct(connection, delivery, name, relation, expected):
                return 0
        staged = f"door.{quote(f'bulk {delivery.ordinal}')}"
        run(connection, f"CREATE TABLE {staged} AS SELECT * FROM {relation.sql}")
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        # DuckDB names one bad line; the careful reader names them all.
        return None
    passed = None
    if run(connection, f"SELECT count(*) FROM {staged}")[0][0] == expected:
        numbered = f"(SELECT rowid + 1 AS record, rowid + 1 + {skip} AS line, * FROM {staged})"
        relation = Relation(numbered, relation.columns)
        for name in parts:
            cast_records(connection, delivery, name, relation, expected)
        passed = passed_over(connection, parts, relation)
    run(connection, f"DROP TABLE {staged}")
    return passed


# Operators that hand rows on in another order than they were given, so that rowid would not be the record's number.
_UNORDERED = ("JOIN", "GROUP_BY", "AGGREGATE", "UNION")


def direct_table(stream: str) -> str:
    """The table of a stream loaded in one pass; rowid + 1 is the record's number. The stream is a view over it."""
    return f"door.{quote(f'direct {stream}')}"


def _load_direct(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, name: str, relation: Relation, expected: int
) -> bool:
    """Split, cast and store in one parallel pass; False, and nothing stored, unless every record was accepted.

    What is the same in every row is not stored but said by the view: writing a column costs more than casting it.
    """
    stream = delivery.streams[name]
    casts = make_casts(delivery, name, relation)
    stored = [cast for cast in casts if cast.source]
    doubts = " OR ".join(f"NOT {cast.fits}" for cast in casts if cast.doubtful)
    table = direct_table(name)
    columns = [f"v{cast.index}::{stored_type(stream.columns[cast.column])} AS {quote(cast.column)}" for cast in stored]
    picked = ", ".join([*columns, *([f"{doubts} AS doubt"] if doubts else []), *([] if columns else ["true AS row"])])
    making = f"CREATE TABLE {table} AS SELECT {picked} FROM {cast_sql(delivery, name, relation, casts)}"
    plan = " ".join(str(row[-1]) for row in run(connection, f"EXPLAIN {making}"))
    if any(word in plan for word in _UNORDERED):
        return False
    run(connection, making)
    sure = [cast for cast in stored if not cast.optional]
    counts = "".join(f", count({quote(cast.column)})" for cast in sure)
    bad = [f"{quote(cast.column)} > {cast.not_after}" for cast in sure if cast.not_after is not None]
    bad += ["doubt"] if doubts else []
    found = run(connection, f"SELECT count(*), count(*) FILTER ({' OR '.join(bad) or 'false'}){counts} FROM {table}")[0]
    complete = found[1] == 0 and all(count == expected for count in (found[0], *found[2:]))
    given = {cast.column: quote(cast.column) if cast.source else cast.value for cast in casts}
    seen = ", ".join(
        f"CAST({given.get(column, 'NULL')} AS {stored_type(definition)}) AS {quote(column)}"
        for column, definition in stream.columns.items()
    )
    view = f"SELECT {seen}, ({delivery.ordinal}::BIGINT << {RECORD_BITS}) | (rowid + 1) AS ref FROM {table}"
    if complete and delivery.alone:
        run(connection, f"DROP TABLE {quote(name)}")
        run(connection, f"CREATE VIEW {quote(name)} AS {view}")
        return True
    if complete:
        run(connection, f"INSERT INTO {quote(name)} {view}")
    run(connection, f"DROP TABLE {table}")
    return complete


def _load_records(
    connection: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    names: tuple[str, ...],
    records: Iterable[csv.Record | Malformed],
) -> int:
    parts = delivery.parts
    needed = sorted({field for part in parts.values() for field in part.fields})
    places = [names.index(field) for field in needed]
    with staged_text(connection, delivery, "careful", len(needed)) as (stage, log):
        for record in records:
            if isinstance(record, Malformed):
                log.add(record)
            else:
                stage.add(record.number, record.line, [record.fields[place] for place in places])
        stage.flush()
        relation = Relation(stage.table, {field: f"f{index}" for index, field in enumerate(needed)})
        for name in parts:
            cast_records(connection, delivery, name, relation, stage.count)
        return passed_over(connection, parts, relation)
