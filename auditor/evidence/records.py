"""Records as text become rows of their stream, or rejects: the SQL around the casts, the same for every format."""

# ruff: noqa: S608 - identifiers are quoted by `quote`, texts by `literal`; nothing of the evidence is pasted into SQL

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from auditor.evidence.casts import Cast, cast_column, literal
from auditor.evidence.mapping import Mapping, StreamMapping
from auditor.evidence.source import Source
from auditor.evidence.staging import REJECTS, RejectLog, Stage, run
from auditor.evidence.tables import quote, stored_type
from auditor.model.evidence import RECORD_BITS
from auditor.model.stream import Stream


@dataclass(frozen=True, slots=True)
class Delivery:
    """One item to load: where it comes from, what it becomes, and the facility's zone for local times.

    `alone`: no other item delivers any of its streams.
    """

    source: Source
    mapping: Mapping
    streams: dict[str, Stream]
    ordinal: int
    zone: str
    alone: bool = False

    @property
    def parts(self) -> dict[str, StreamMapping]:
        """The mapping's streams that were asked for."""
        return {name: part for name, part in self.mapping.streams.items() if name in self.streams}


@dataclass(frozen=True, slots=True)
class Relation:
    """SQL of records as text: columns record, line, and one for each name in `columns`."""

    sql: str
    columns: dict[str, str]


@contextmanager
def staged_text(
    connection: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    name: str,
    fields: int,
    streams: tuple[str, ...] | None = None,
) -> Iterator[tuple[Stage, RejectLog]]:
    """Tables to gather an item's text and its malformed records in; the text is forgotten afterwards."""
    stage = Stage(connection, f"{name} {delivery.ordinal}", fields)
    log = RejectLog(connection, delivery.ordinal, streams or tuple(delivery.parts))
    try:
        yield stage, log
        log.flush()
    finally:
        stage.drop()


def make_casts(delivery: Delivery, name: str, relation: Relation) -> list[Cast]:
    """The casts of every column of the stream the mapping has a rule for, over the relation's text."""
    stream, part = delivery.streams[name], delivery.mapping.streams[name]
    casts = []
    for index, (column, rule) in enumerate(part.columns.items()):
        text = relation.columns[rule.source] if rule.source else "NULL"
        bound = delivery.source.item.collected if column == stream.time else None
        casts.append(
            cast_column(index, column, stream.columns[column], rule, text, zone=delivery.zone, not_after=bound)
        )
    return casts


def cast_sql(delivery: Delivery, name: str, relation: Relation, casts: list[Cast]) -> str:
    """A subquery with the relation's columns and those of the casts, of the records meant for the stream."""
    condition = (
        _meant(delivery.mapping.streams[name], relation) if delivery.mapping.format in ("csv", "tsv-zeek") else "true"
    )
    locals_ = "".join(f", {cast.local} AS l{cast.index}" for cast in casts if cast.local)
    values = ", ".join(f"{cast.value} AS v{cast.index}, {cast.missing} AS m{cast.index}" for cast in casts)
    return f"(SELECT *, {values} FROM (SELECT *{locals_} FROM {relation.sql} WHERE {condition}))"


def _meant(part: StreamMapping, relation: Relation) -> str:
    conditions = [
        f"coalesce({relation.columns[field]}, '') IN ({', '.join(literal(word) for word in words)})"
        for field, words in part.where.items()
    ]
    return " AND ".join(conditions) or "true"


def stored_columns(stream: Stream, casts: list[Cast]) -> str:
    """The stream's columns in its order, each of its stored type, from the casts' values."""
    given = {cast.column: cast.index for cast in casts}
    return ", ".join(
        f"CAST({f'v{given[column]}' if column in given else 'NULL'} AS {stored_type(definition)}) AS {quote(column)}"
        for column, definition in stream.columns.items()
    )


def cast_records(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, name: str, relation: Relation, count: int
) -> None:
    """Put the records that fit into the stream's table, and those that do not into the table of rejects.

    `count`: how many records the relation has.
    """
    casts = make_casts(delivery, name, relation)
    fits = " AND ".join(cast.fits for cast in casts)
    source = cast_sql(delivery, name, relation, casts)
    stored = stored_columns(delivery.streams[name], casts)
    accepting = f"SELECT {stored}, ({delivery.ordinal}::BIGINT << {RECORD_BITS}) | record FROM {source} WHERE {fits}"
    accepted = run(connection, f"INSERT INTO {quote(name)} {accepting}")[0][0]
    if accepted < count:
        # Casting once more costs as much again, which most files need not pay.
        reasons = _reasons(casts)
        rejecting = (
            f"SELECT {delivery.ordinal}, {literal(name)}, record, line, {reasons} FROM {source} WHERE NOT ({fits})"
        )
        run(connection, f"INSERT INTO {REJECTS} {rejecting}")


def _reasons(casts: list[Cast]) -> str:
    """SQL of the first column that does not fit, its text, and why."""

    def first(pick: Callable[[Cast], str]) -> str:
        return "CASE " + " ".join(f"WHEN NOT {cast.fits} THEN {pick(cast)}" for cast in casts) + " END"

    column = first(lambda cast: literal(cast.source or cast.column))
    value = first(lambda cast: f"coalesce(left({cast.text}, 200), '')")
    return f"{column}, {value}, {first(lambda cast: cast.misfit)}"


def passed_over(connection: duckdb.DuckDBPyConnection, parts: dict[str, StreamMapping], relation: Relation) -> int:
    """How many records no stream of the mapping is meant for."""
    if not all(part.where for part in parts.values()):
        return 0
    meant = " OR ".join(f"({_meant(part, relation)})" for part in parts.values())
    return int(run(connection, f"SELECT count(*) FROM {relation.sql} WHERE NOT ({meant})")[0][0])
