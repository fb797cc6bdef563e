"""The loader's own tables: text waiting to be cast, and the records that were rejected.

They lie in the schema `door`, apart from the streams.
"""

# ruff: noqa: S608 - identifiers are quoted by `quote`, texts by `literal`; nothing of the evidence is pasted into SQL

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import numpy

from auditor.errors import MachineError
from auditor.evidence.rejects import Malformed
from auditor.evidence.tables import quote

BATCH_ROWS = 50_000
BATCH_CHARACTERS = 32 << 20

REJECTS = "door.rejects"
_SCHEMA = f"""
CREATE SCHEMA IF NOT EXISTS door;
CREATE TABLE IF NOT EXISTS {REJECTS} (
  ordinal BIGINT, stream VARCHAR, record BIGINT, line BIGINT, "column" VARCHAR, value VARCHAR, reason VARCHAR);
"""


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the schema and the table of rejects.

    DuckDB rewrites a long IN list into a join, and a join on several threads loses the order of the rows. A row's
    place is its record number here, so that rewriting is switched off for as long as rows are loaded.
    """
    run(connection, "SET GLOBAL disabled_optimizers = 'in_clause'")
    run(connection, _SCHEMA)


def run(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """Run one of our own statements to its end.

    Raises:
        MachineError: memory or disk ran out.
    """
    try:
        return connection.execute(sql).fetchall()
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        hint = "give it more memory, or a working directory on a larger disk"
        problem = f"the table store ran out of memory or disk: {str(error).splitlines()[0]}"
        raise MachineError(problem, hint=hint) from error


class Stage:
    """Rows of text, gathered and handed to DuckDB in batches: record, line, f0, f1, ...; `count` of them so far."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, name: str, fields: int) -> None:
        self.table = f"door.{quote(name)}"
        self._connection = connection
        self._rows: list[Sequence[str | None]] = []
        self._records: list[int] = []
        self._lines: list[int] = []
        self._characters = 0
        self.count = 0
        declared = "".join(f", f{index} VARCHAR" for index in range(fields))
        run(connection, f"CREATE TABLE {self.table} (record BIGINT, line BIGINT{declared})")

    def add(self, record: int, line: int, values: Sequence[str | None]) -> None:
        """One row; flushed when enough have come together."""
        self.count += 1
        self._records.append(record)
        self._lines.append(line)
        self._rows.append(values)
        self._characters += sum(map(len, filter(None, values)))
        if len(self._records) >= BATCH_ROWS or self._characters >= BATCH_CHARACTERS:
            self.flush()

    def flush(self) -> None:
        """Hand over what is gathered."""
        if self._records:
            columns = zip(*self._rows, strict=True)
            texts = {f"f{index}": list(column) for index, column in enumerate(columns)}
            _insert(self._connection, self.table, {"record": self._records, "line": self._lines}, texts)
            self._rows.clear()
            self._records.clear()
            self._lines.clear()
            self._characters = 0

    def drop(self) -> None:
        """The rows are cast; forget them."""
        run(self._connection, f"DROP TABLE {self.table}")


class RejectLog:
    """Malformed records on their way into the table of rejects."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, ordinal: int, streams: Sequence[str]) -> None:
        self._connection = connection
        self._ordinal = ordinal
        self._streams = streams
        self._held: list[tuple[str, Malformed]] = []

    def add(self, found: Malformed, stream: str | None = None) -> None:
        """A record rejected for one stream, or for every stream it might have belonged to."""
        self._held.extend((name, found) for name in ([stream] if stream else self._streams))
        if len(self._held) >= BATCH_ROWS:
            self.flush()

    def flush(self) -> None:
        """Hand over what is gathered."""
        if self._held:
            found = [reject for _, reject in self._held]
            numbers = {
                "ordinal": [self._ordinal] * len(found),
                "record": [reject.record for reject in found],
                "line": [reject.line for reject in found],
            }
            texts: dict[str, list[str | None]] = {
                "stream": [name for name, _ in self._held],
                "column": [reject.column for reject in found],
                "value": [reject.value for reject in found],
                "reason": [reject.reason for reject in found],
            }
            _insert(self._connection, REJECTS, numbers, texts)
            self._held.clear()


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, numbers: dict[str, list[int]], texts: dict[str, list[str | None]]
) -> None:
    # Arrow arrays, since DuckDB takes Python's objects one at a time, ten times slower.
    import nanoarrow

    count = len(next(iter(numbers.values())))
    fields = {name: nanoarrow.int64() for name in numbers} | {name: nanoarrow.string() for name in texts}
    children = [nanoarrow.c_array(numpy.array(values, dtype=numpy.int64)) for values in numbers.values()]
    children += [nanoarrow.c_array(values, nanoarrow.string()) for values in texts.values()]
    batch = nanoarrow.c_array_from_buffers(nanoarrow.struct(fields), count, [None], children=children)
    names = ", ".join(quote(name) for name in fields)
    connection.register("staged batch", nanoarrow.Array(batch))
    try:
        run(connection, f'INSERT INTO {table} ({names}) SELECT {names} FROM "staged batch"')
    finally:
        connection.unregister("staged batch")
