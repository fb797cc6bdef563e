"""Typed stream tables on a locked DuckDB connection: all that a query may see.

Content SQL is a single SELECT; it reads tables and macros and nothing else. The lock is DuckDB's own
(`enable_external_access`, `lock_configuration`) and holds for the life of the database instance.
"""

# ruff: noqa: S608 - identifiers are quoted by `quote`, texts by `literal`; nothing of the evidence is pasted into SQL

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import duckdb

from auditor.errors import EvidenceFormatError, MachineError, SchemaError
from auditor.model.evidence import row_reference
from auditor.model.stream import Column, ColumnType, Stream

if TYPE_CHECKING:
    import numpy

    Arrays = dict[str, numpy.ndarray[Any, Any]]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)
_STORED = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.CODE: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.INSTANT: "BIGINT",
    ColumnType.DURATION: "BIGINT",
    ColumnType.BOOLEAN: "BOOLEAN",
}
_ARRAY_TYPES = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "BOOLEAN", "VARCHAR"})

_CONFIG: dict[str, Any] = {
    "python_enable_replacements": False,
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "allow_community_extensions": False,
}

_MACROS = """
CREATE OR REPLACE MACRO utc(us) AS
  lpad(strftime(make_timestamp(CAST(us AS BIGINT)), '%Y-%m-%dT%H:%M:%S'), 19, '0')
  || CASE WHEN (us % 1000000) = 0 THEN ''
     ELSE '.' || rtrim(lpad(CAST(((us % 1000000) + 1000000) % 1000000 AS VARCHAR), 6, '0'), '0') END
  || 'Z';
CREATE OR REPLACE MACRO spoken_two(n, big, unit, small) AS
  CAST(n // big AS VARCHAR) || unit
  || CASE WHEN small = '' THEN '' ELSE small END;
CREATE OR REPLACE MACRO spoken_part(n, unit) AS
  CASE WHEN n = 0 THEN '' ELSE ' ' || CAST(n AS VARCHAR) || unit END;
CREATE OR REPLACE MACRO spoken_seconds(a) AS
  CAST(a // 1000000 AS VARCHAR)
  || CASE WHEN a % 1000000 = 0 THEN ''
     ELSE '.' || rtrim(lpad(CAST(a % 1000000 AS VARCHAR), 6, '0'), '0') END
  || ' s';
CREATE OR REPLACE MACRO spoken_absolute(a) AS
  CASE WHEN a < 60000000 THEN spoken_seconds(a)
       WHEN a < 3600000000
         THEN spoken_two(a, 60000000, ' min', spoken_part((a // 1000000) % 60, ' s'))
       WHEN a < 86400000000
         THEN spoken_two(a, 3600000000, ' h', spoken_part((a // 60000000) % 60, ' min'))
       ELSE spoken_two(a, 86400000000, ' d', spoken_part((a // 3600000000) % 24, ' h')) END;
CREATE OR REPLACE MACRO spoken(us) AS
  CASE WHEN us < 0 THEN '-' ELSE '' END || spoken_absolute(abs(CAST(us AS HUGEINT)));
"""


def quote(name: str) -> str:
    """`name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def stored_type(column: Column) -> str:
    """The DuckDB type a stream column is stored as: VARCHAR, BIGINT or BOOLEAN."""
    return _STORED[column.type]


def connect(path: Path | None = None, **config: object) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with what every store of ours shares; not locked yet."""
    settings: dict[str, Any] = {**_CONFIG, **config}
    try:
        connection = duckdb.connect(str(path) if path else ":memory:", config=settings)
        # Pinned so that no cast depends on where the auditor runs.
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        return connection
    except duckdb.IOException as error:
        raise MachineError("the table store cannot be opened", place=str(path), hint=str(error)) from error


class Tables:
    """Stream tables, derived tables and the macros `utc` and `spoken`.

    Every stream table has its columns and `ref` (BIGINT), and lies sorted by the stream's order, then ref.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._run(_MACROS)
        self._locked = False

    @classmethod
    def memory(cls, *, threads: int = 1) -> Self:
        """No tables, in memory, without file access from the first moment."""
        return cls(connect(threads=threads, enable_external_access=False))

    @classmethod
    def from_rows(
        cls, streams: Mapping[str, Stream], rows: Mapping[str, Sequence[Mapping[str, object]]], *, threads: int = 1
    ) -> Self:
        """A locked store in memory: every stream of `streams` is a table, filled from `rows` (absent: empty).

        References are `row_reference(ordinal of the stream among the sorted ids, row number from 1)`.
        """
        tables = cls.memory(threads=threads)
        for ordinal, name in enumerate(sorted(streams)):
            given = rows.get(name, ())
            tables.add_stream(streams[name], given, [row_reference(ordinal, n) for n in range(1, len(given) + 1)])
        tables.lock()
        return tables

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection itself, for the loader; content never sees it."""
        return self._connection

    def add_stream(self, stream: Stream, rows: Sequence[Mapping[str, object]], refs: Sequence[int]) -> None:
        """Make the table of `stream` from rows of stored values (str, int, bool, None); absent columns are NULL.

        Raises:
            EvidenceFormatError: a value of another type, an unknown column or code, or nothing where required.
        """
        if len(refs) != len(rows):
            raise EvidenceFormatError(f"{len(rows)} rows with {len(refs)} references", place=stream.id)
        self._run(table_definition(stream))
        if not rows:
            return
        for row in rows:
            if not row.keys() <= stream.columns.keys():
                unknown = min(row.keys() - stream.columns.keys())
                raise EvidenceFormatError("no such column", place=stream.id, value=unknown)
        values: dict[str, list[object]] = {"ref": list(refs)}
        parts = []
        for index, (name, column) in enumerate(stream.columns.items()):
            values[f"c{index}"] = _column_values(stream.id, name, column, rows)
            parts.append(f"unnest($c{index}::{stored_type(column)}[]) AS {quote(name)}")
        order = ", ".join(f"{quote(name)} NULLS LAST" for name in stream.order)
        self._run(
            f"INSERT INTO {quote(stream.id)} SELECT * FROM "
            f"(SELECT {', '.join(parts)}, unnest($ref::BIGINT[]) AS ref) ORDER BY {order}, ref",
            values,
        )

    def lock(self) -> None:
        """Take away files, network, extensions and settings, for good."""
        if not self._locked:
            self._run("SET enable_external_access = false")
            self._run("SET lock_configuration = true")
            self._locked = True

    def close(self) -> None:
        """Release the connection; the tables of a memory store are gone."""
        self._connection.close()

    def has(self, name: str) -> bool:
        """Whether a table of this name exists."""
        return name in self.names()

    def names(self) -> tuple[str, ...]:
        """All tables (a stream loaded in one pass is a view over one), sorted."""
        found = self._run("SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY 1")
        return tuple(name for (name,) in found)

    def rows(self, sql: str, parameters: Mapping[str, int] | None = None) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and all rows of one SELECT, in its order; of `parameters` only those used are passed.

        Raises:
            SchemaError: not a single SELECT, or DuckDB refuses it; `hint` carries DuckDB's words.
            MachineError: memory or disk ran out.
        """
        statement, used = self._checked(sql, parameters)
        with _translated(sql):
            result = self._connection.execute(statement, used)
            names = [column[0] for column in result.description or ()]
            return names, result.fetchall()

    def columns(self, sql: str, parameters: Mapping[str, int] | None = None) -> Arrays:
        """The whole result as numpy arrays by column: int64, bool or object (text); masked where NULL occurs."""
        statement, used = self._checked(sql, parameters)
        with _translated(sql):
            result = self._connection.execute(statement, used)
            _refuse_inexact(result.description or (), sql)
            return dict(result.fetchnumpy())

    def chunks(self, sql: str, parameters: Mapping[str, int] | None = None, *, rows: int = 131_072) -> Iterator[Arrays]:
        """The result in order as chunks of at most `rows` rows, shaped like `columns`; memory stays bounded.

        Other queries may run meanwhile. A result without rows gives no chunk.
        """
        from auditor.evidence.arrow import read_batches

        statement, used = self._checked(sql, parameters)
        # A cursor of its own: a second query on the same connection would end the stream.
        cursor = self._connection.cursor()
        try:
            with _translated(sql):
                relation = cursor.sql(statement, params=used) if used else cursor.sql(statement)
                _refuse_inexact(relation.description, sql)
                yield from read_batches(relation, rows)
        finally:
            cursor.close()

    def create(self, name: str, sql: str, parameters: Mapping[str, int] | None = None) -> None:
        """Keep the result of one SELECT as the table `name`, in its order.

        Raises:
            SchemaError: the name is taken or not lower-case letters, digits and _; or as for `rows`.
        """
        self._refuse_name(name)
        _, used = self._checked(sql, parameters)
        with _translated(sql):
            self._run(f"CREATE TABLE {quote(name)} AS\n{sql}", used)

    def _run(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        # Fetched to the end: DuckDB 2 refuses some calls while a result is unfinished.
        return self._connection.execute(sql, parameters or {}).fetchall()

    def _refuse_name(self, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise SchemaError("not a table name", value=name, hint="use lower-case letters, digits and _")
        if self.has(name):
            raise SchemaError("a table of this name exists already", value=name)

    def _checked(self, sql: str, parameters: Mapping[str, int] | None) -> tuple[duckdb.Statement, dict[str, int]]:
        """The one SELECT, parsed once for looking at and for running, and those of `parameters` that it uses."""
        with _translated(sql):
            statements = self._connection.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise SchemaError("a query is one SELECT", value=sql, hint="remove every other statement")
        given = parameters or {}
        names = sorted(statements[0].named_parameters)
        unknown = [name for name in names if name not in given]
        if unknown:
            raise SchemaError("the query uses a parameter nobody gave", value=f"${unknown[0]}")
        return statements[0], {name: given[name] for name in names}


class _translated:  # noqa: N801 - reads as a clause
    """DuckDB's errors as ours, around one statement."""

    def __init__(self, sql: str) -> None:
        self._sql = sql

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            return
        if isinstance(error, duckdb.OutOfMemoryException | duckdb.IOException):
            raise MachineError("the table store ran out of memory or disk", hint=str(error)) from error
        if isinstance(error, duckdb.OutOfRangeException | duckdb.ConversionException) and "out of range" in (
            str(error).casefold()
        ):
            # Which row it met first is chance, so that the message cannot stand in results.
            raise EvidenceFormatError("a figure is too large to compute with", hint=str(error)) from error
        if isinstance(error, duckdb.Error):
            problem = str(error).split("\n", 1)[0]
            raise SchemaError(f"the query is refused: {problem}", value=self._sql, hint=str(error)) from error


def table_definition(stream: Stream) -> str:
    """CREATE TABLE for a stream: its columns in order, then `ref`. NOT NULL is the loader's business."""
    columns = [f"{quote(name)} {stored_type(column)}" for name, column in stream.columns.items()]
    return f"CREATE TABLE {quote(stream.id)} ({', '.join(columns)}, ref BIGINT)"


def _column_values(stream: str, name: str, column: Column, rows: Sequence[Mapping[str, object]]) -> list[object]:
    wanted: type = {"VARCHAR": str, "BIGINT": int, "BOOLEAN": bool}[stored_type(column)]
    values = [row.get(name) for row in rows]
    for number, value in enumerate(values, 1):
        place = f"{stream}, row {number}, column {name}"
        if value is None:
            if not column.optional:
                raise EvidenceFormatError("nothing where a value is required", place=place)
        elif type(value) is not wanted:
            raise EvidenceFormatError(f"not of type {column.type}", place=place, value=value)
        elif column.values and value not in column.values:
            raise EvidenceFormatError(f"not one of {', '.join(column.values)}", place=place, value=value)
    return values


def _refuse_inexact(description: Sequence[Any], sql: str) -> None:
    for column in description:
        if str(column[1]) not in _ARRAY_TYPES:
            raise SchemaError(
                f"column {column[0]} is {column[1]}: arrays carry integers of 64 bits, booleans and text",
                value=sql,
                hint="cast it, for sums: CAST(sum(x) AS BIGINT)",
            )
