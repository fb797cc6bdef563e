"""Order and keys of a loaded stream.

Exports overlap: a row that comes again, equal in every column, is kept once and counted as repeated. A row
with a key already delivered but other contents is a reject that names the earlier row; which of the two is
true is not ours to say. The row kept is the one with the lowest reference.
"""

# ruff: noqa: S608 - identifiers are quoted by `quote`, texts by `literal`; nothing of the evidence is pasted into SQL

from __future__ import annotations

import duckdb

from auditor.evidence.casts import literal
from auditor.evidence.loader import direct_table
from auditor.evidence.staging import REJECTS, run
from auditor.evidence.tables import quote
from auditor.model.evidence import RECORD_BITS
from auditor.model.stream import Stream


def settle_keys(connection: duckdb.DuckDBPyConnection, stream: Stream, item_ids: tuple[str, ...]) -> int:
    """Take rows with a key already delivered out of the stream's table, as described above; returns how many repeat."""
    if not stream.key:
        return 0
    table, key = quote(stream.id), ", ".join(quote(name) for name in stream.key)
    # Hashes first: a stream without repetitions costs one aggregation over integers.
    run(
        connection,
        f"CREATE TABLE door.suspects AS "
        f"SELECT h FROM (SELECT hash({key}) AS h FROM {table}) GROUP BY h HAVING count(*) > 1",
    )
    try:
        if run(connection, "SELECT count(*) FROM door.suspects")[0][0] == 0:
            return 0
        replace(connection, stream, f"SELECT * FROM {table}")
        columns = ", ".join(quote(name) for name in stream.columns)
        run(
            connection,
            f"CREATE TABLE door.repeats AS "
            f"SELECT rowid AS place, ref, earlier, (whole = first_whole) AS same, key_text FROM (SELECT rowid, ref, "
            f"row({columns}) AS whole, CAST(row({key}) AS VARCHAR) AS key_text, "
            f"first_value(ref) OVER keys AS earlier, first_value(row({columns})) OVER keys AS first_whole, "
            f"row_number() OVER keys AS n FROM {table} WHERE hash({key}) IN (SELECT h FROM door.suspects) "
            f"WINDOW keys AS (PARTITION BY {key} ORDER BY ref, rowid "
            f"ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)) WHERE n > 1",
        )
    finally:
        run(connection, "DROP TABLE door.suspects")
    found = _take_out(connection, stream, item_ids)
    run(connection, "DROP TABLE door.repeats")
    return found


def _take_out(connection: duckdb.DuckDBPyConnection, stream: Stream, item_ids: tuple[str, ...]) -> int:
    mask = (1 << RECORD_BITS) - 1
    ordinals = run(connection, f"SELECT DISTINCT earlier >> {RECORD_BITS} FROM door.repeats")
    names = " ".join(f"WHEN {ordinal} THEN {literal(item_ids[ordinal])}" for (ordinal,) in ordinals)
    if names:
        run(
            connection,
            f"INSERT INTO {REJECTS} SELECT ref >> {RECORD_BITS}, {literal(stream.id)}, ref & {mask}, 0, "
            f"{literal(', '.join(stream.key))}, left(key_text, 200), 'key already delivered by item ' || "
            f"CASE earlier >> {RECORD_BITS} {names} END || ' record ' || (earlier & {mask}) "
            f"FROM door.repeats WHERE NOT same",
        )
    repeated = run(connection, "SELECT count(*) FILTER (same) FROM door.repeats")[0][0]
    run(connection, f"DELETE FROM {quote(stream.id)} WHERE rowid IN (SELECT place FROM door.repeats)")
    return int(repeated)


def settle_order(connection: duckdb.DuckDBPyConnection, stream: Stream) -> None:
    """Sort the stream's table by its order, then by reference, unless it lies so already."""
    table = quote(stream.id)
    names = [*(quote(name) for name in stream.order), "ref"]
    before = ", ".join(f"lag({name}) OVER () AS b{index}" for index, name in enumerate(names))
    earlier = ", ".join(f"b{index}" for index in range(len(names)))
    # `row(...) < row(...)` takes NULL for the greatest value, as NULLS LAST does.
    unsorted = run(
        connection,
        f"SELECT count(*) FROM (SELECT {', '.join(names)}, {before} FROM {table}) "
        f"WHERE b{len(names) - 1} IS NOT NULL AND row({', '.join(names)}) < row({earlier})",
    )[0][0]
    if unsorted:
        order = ", ".join(f"{name} NULLS LAST" for name in names)
        rest = "".join(f", {quote(name)} NULLS LAST" for name in stream.columns if name not in stream.order)
        replace(connection, stream, f"SELECT * FROM {table} ORDER BY {order}{rest}")


def replace(connection: duckdb.DuckDBPyConnection, stream: Stream, sql: str) -> None:
    """Make the stream a table of the rows of `sql`, whether it was a table or a view over a direct one."""
    table = quote(stream.id)
    kinds = "SELECT table_type FROM information_schema.tables WHERE table_schema = 'main' AND table_name ="
    kind = run(connection, f"{kinds} {literal(stream.id)}")[0][0]
    settled = quote(f"settled {stream.id}")
    run(connection, f"CREATE TABLE {settled} AS {sql}")
    if kind == "VIEW":
        run(connection, f"DROP VIEW {table}")
        run(connection, f"DROP TABLE {direct_table(stream.id)}")
    else:
        run(connection, f"DROP TABLE {table}")
    run(connection, f"ALTER TABLE {settled} RENAME TO {table}")
