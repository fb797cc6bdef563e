"""How much of the assessment period each stream covers, and where it has gaps.

Three sources of gaps, each shown only where it touches the period: parts of the period no item observed
(an item observes nothing after the moment it was collected); silences between successive records of one
scope longer than the stream allows; and holes in a sequence that counts without them. Scopes are those that
occur in the records: that one should exist and never appears is for a test over the registers to say.
"""

# ruff: noqa: S608 - identifiers are quoted by `quote`, texts by `literal`; nothing of the evidence is pasted into SQL

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from auditor.canon.instant import format_duration, format_instant
from auditor.evidence.staging import run
from auditor.evidence.tables import quote
from auditor.model.bundle import Item, Period
from auditor.model.evidence import Gap, StreamCoverage
from auditor.model.stream import Stream

LISTED = 50
_SEQUENCE_BUCKET = 4096


def cover(
    connection: duckdb.DuckDBPyConnection,
    stream: Stream,
    items: Sequence[Item],
    period: Period,
    rejected: int,
    unreadable: Mapping[str, str],
) -> StreamCoverage:
    """The coverage of `period` by `stream`, whose table is loaded.

    `items` are those delivering it; those in `unreadable` (id and why) observed nothing.
    """
    table = quote(stream.id)
    time = quote(stream.time) if stream.time else "CAST(NULL AS BIGINT)"
    rows, earliest, latest = run(connection, f"SELECT count(*), min({time}), max({time}) FROM {table}")[0]
    gaps, count = _gaps(connection, stream, items, period, rows, unreadable) if items else ([], 0)
    return StreamCoverage(
        stream=stream.id,
        items=tuple(sorted(item.id for item in items)),
        rows=rows,
        rejected=rejected,
        gaps=tuple(gaps[:LISTED]),
        gap_count=count,
        earliest=earliest,
        latest=latest,
    )


def _gaps(
    connection: duckdb.DuckDBPyConnection,
    stream: Stream,
    items: Sequence[Item],
    period: Period,
    rows: int,
    unreadable: Mapping[str, str],
) -> tuple[list[Gap], int]:
    """The gaps listed, and how many there are."""
    gaps = [
        Gap(
            stream=stream.id, scope=f"item {item.id}", period=item.observed, reason=f"unreadable: {unreadable[item.id]}"
        )
        for item in items
        if item.id in unreadable
    ]
    read = [item for item in items if item.id not in unreadable]
    gaps += _snapshot(stream, read, period) if stream.complete.by == "snapshot" else _declared(stream, read, period)
    if not rows and stream.empty == "refused":
        gaps.append(Gap(stream=stream.id, scope="", period=period, reason="no records at all"))
    count = len(gaps)
    for search in (_silences, _holes) if rows else ():
        found, total = search(connection, stream, read, period)
        gaps += found
        count += total
    return gaps, count


def _snapshot(stream: Stream, items: Sequence[Item], period: Period) -> list[Gap]:
    if not items:
        return [Gap(stream=stream.id, scope="", period=period, reason="no readable snapshot")]
    latest = max(item.collected for item in items)
    allowed = stream.complete.max_age or 0
    if latest >= period.ended - allowed:
        return []
    reason = f"collected {format_instant(latest)}, more than {format_duration(allowed)} before the end of the period"
    return [Gap(stream=stream.id, scope="", period=period, reason=reason)]


def _observed(items: Sequence[Item]) -> list[tuple[int, int]]:
    """Spans observed by the items, each clipped at its collection, united, ascending."""
    spans = sorted((item.observed.began, min(item.observed.ended, item.collected)) for item in items)
    united: list[tuple[int, int]] = []
    for began, ended in spans:
        if united and began <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], ended))
        elif began < ended:
            united.append((began, ended))
    return united


def _declared(stream: Stream, items: Sequence[Item], period: Period) -> list[Gap]:
    gaps = []
    at = period.began
    for began, ended in [*_observed(items), (period.ended, period.ended)]:
        if began > at and at < period.ended:
            missing = Period(began=at, ended=min(began, period.ended))
            gaps.append(Gap(stream=stream.id, scope="", period=missing, reason="no item observed this time"))
        at = max(at, ended)
    return gaps


def _scope_text(stream_scope: Sequence[str], values: Sequence[Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in zip(stream_scope, values, strict=True))


def _silences(
    connection: duckdb.DuckDBPyConnection, stream: Stream, items: Sequence[Item], period: Period
) -> tuple[list[Gap], int]:
    gap = stream.complete.max_gap
    if stream.complete.by != "records" or not gap or not stream.time:
        return [], 0
    scope = [quote(name) for name in stream.complete.scope]
    picked = "".join(f"{name} AS s{index}, " for index, name in enumerate(scope))
    names = "".join(f"s{index}, " for index in range(len(scope)))
    partition = f"PARTITION BY {names.rstrip(', ')} " if scope else ""
    time = quote(stream.time)
    # Within a bucket as wide as the gap no silence can be longer: only first and last of each bucket matter,
    # and no sort of the whole stream is needed.
    edges = (
        f"SELECT {picked}{time} // {gap} AS bucket, min({time}) AS first, max({time}) AS last "
        f"FROM {quote(stream.id)} GROUP BY ALL"
    )
    pairs = (
        f"SELECT {names}last AS began, lead(first) OVER ({partition}ORDER BY bucket) AS ended, first AS own, "
        f"row_number() OVER ({partition}ORDER BY bucket) AS n FROM ({edges})"
    )
    # Before the first record and after the last one of a scope, the silence counts from the edge of what was observed.
    observed = _observed(items) or [(period.began, period.began)]
    low, high = max(observed[0][0], period.began), min(observed[-1][1], period.ended)
    silences = (
        f"SELECT {names}began, coalesce(ended, {high}) AS ended FROM ({pairs}) "
        f"UNION ALL SELECT {names}{low} AS began, own AS ended FROM ({pairs}) WHERE n = 1"
    )
    chosen = f"FROM ({silences}) WHERE ended - began > {gap} AND began < {period.ended} AND ended > {period.began}"
    total = int(run(connection, f"SELECT count(*) {chosen}")[0][0])
    found = run(connection, f"SELECT * {chosen} ORDER BY began, {names}ended LIMIT {LISTED}") if total else []
    reason = f"no record for longer than {format_duration(gap)}"
    return [
        Gap(
            stream=stream.id,
            scope=_scope_text(stream.complete.scope, row[:-2]),
            period=Period(began=row[-2], ended=row[-1]),
            reason=reason,
        )
        for row in found
    ], total


def _holes(
    connection: duckdb.DuckDBPyConnection, stream: Stream, _: Sequence[Item], period: Period
) -> tuple[list[Gap], int]:
    if stream.sequence is None:
        return [], 0
    scope = [quote(name) for name in stream.sequence.scope]
    number = quote(stream.sequence.column)
    time = quote(stream.time) if stream.time else "CAST(NULL AS BIGINT)"
    picked = "".join(f"{name} AS s{index}, " for index, name in enumerate(scope))
    names = "".join(f"s{index}, " for index in range(len(scope)))
    partition = f"PARTITION BY {names.rstrip(', ')} " if scope else ""
    unique = set(stream.key) == {*stream.sequence.scope, stream.sequence.column}
    table = f"(SELECT {picked}{number} AS q, {time} AS t FROM {quote(stream.id)} WHERE {number} IS NOT NULL)"
    # A bucket whose numbers are as many as its span is full; only the others are looked at row by row.
    buckets = (
        f"SELECT {names}q // {_SEQUENCE_BUCKET} AS bucket, min(q) AS lowest, max(q) AS highest, "
        f"count({'*' if unique else 'DISTINCT q'}) AS n, arg_min(t, q) AS t_lowest, arg_max(t, q) AS t_highest "
        f"FROM {table} GROUP BY ALL"
    )
    run(connection, f"CREATE TABLE door.buckets AS {buckets}")
    following = f"OVER ({partition}ORDER BY bucket)"
    between = (
        f"SELECT {names}highest AS q, t_highest AS t, lead(lowest) {following} AS q2, lead(t_lowest) {following} AS t2 "
        f"FROM door.buckets"
    )
    match = " AND ".join([*(f"d.s{index} IS NOT DISTINCT FROM k.s{index}" for index in range(len(scope))), "true"])
    inside = f"OVER (PARTITION BY {names}q // {_SEQUENCE_BUCKET} ORDER BY q, t)"
    within = (
        f"SELECT {names}q, t, lead(q) {inside} AS q2, lead(t) {inside} AS t2 FROM (SELECT d.* FROM {table} d JOIN "
        f"(SELECT * FROM door.buckets WHERE highest - lowest + 1 <> n) k "
        f"ON {match} AND d.q // {_SEQUENCE_BUCKET} = k.bucket)"
    )
    touches = f" AND least(t, t2) < {period.ended} AND greatest(t, t2) >= {period.began}" if stream.time else ""
    chosen = f"FROM ({between} UNION ALL {within}) WHERE q2 > q + 1{touches}"
    total = int(run(connection, f"SELECT count(*) {chosen}")[0][0])
    found = run(connection, f"SELECT * {chosen} ORDER BY least(t, t2), {names}q LIMIT {LISTED}") if total else []
    run(connection, "DROP TABLE door.buckets")
    return [_hole(stream, row) for row in found], total


def _hole(stream: Stream, row: tuple[Any, ...]) -> Gap:
    *scope, before, began, after, ended = row
    missing = f"{before + 1}..{after - 1}" if after > before + 2 else str(before + 1)
    span = None
    if began is not None and ended is not None and began != ended:
        span = Period(began=min(began, ended), ended=max(began, ended))
    return Gap(
        stream=stream.id,
        scope=_scope_text(stream.sequence.scope if stream.sequence else (), scope),
        period=span,
        reason=f"sequence {missing} missing",
    )
