"""The evidence store: an admitted bundle's streams as locked tables, with what did not fit and what is not there."""

# ruff: noqa: S608 - identifiers are quoted by `quote`, texts by `literal`; nothing of the evidence is pasted into SQL

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from auditor.errors import EvidenceFormatError, MachineError, UnknownReferenceError, refuse_all
from auditor.evidence.admission import Admission, AdmittedFile
from auditor.evidence.coverage import cover
from auditor.evidence.keys import settle_keys, settle_order
from auditor.evidence.loader import load_item
from auditor.evidence.mapping import Mapping
from auditor.evidence.paths import Root
from auditor.evidence.raw import raw_record
from auditor.evidence.records import Delivery
from auditor.evidence.source import open_source
from auditor.evidence.staging import REJECTS, prepare, run
from auditor.evidence.tables import Tables, connect, quote, table_definition
from auditor.model.evidence import RECORD_BITS, AdmittedItem, EvidenceRef, Reject, StreamCoverage
from auditor.model.stream import Stream

LISTED_REJECTS = 200


@dataclass(slots=True)
class EvidenceStore:
    """What a bundle gave. Close it, or use it as a context, to remove its temporary files.

    `tables`: every stream asked for, delivered or not. `items`: all admitted items by id, documents included.
    `coverage`: one for every stream asked for, by id. `rejects`: the first 200 by item, record, stream;
    `reject_count` counts all. `repeated`: rows by stream that came again with equal contents and were kept once.
    `passed_over`: records by item that its mapping takes for no stream. `unreadable`: items that could not be
    read at all, if they were kept; none of their rows is in a table. `item_ids[ordinal]` is an item's id.
    """

    admission: Admission
    tables: Tables
    items: tuple[AdmittedItem, ...]
    coverage: tuple[StreamCoverage, ...]
    rejects: tuple[Reject, ...]
    reject_count: int
    repeated: dict[str, int]
    passed_over: dict[str, int]
    unreadable: dict[str, EvidenceFormatError]
    _mappings: AbstractMapping[str, Mapping]
    _resources: ExitStack = field(default_factory=ExitStack)

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Item ids in order; an item's place is the ordinal in row references."""
        return self.admission.item_ids

    def resolve(self, ref: int) -> EvidenceRef:
        """The item and record a row's `ref` stands for.

        Raises:
            UnknownReferenceError: no such item.
        """
        ordinal, record = ref >> RECORD_BITS, ref & ((1 << RECORD_BITS) - 1)
        if not 0 <= ordinal < len(self.item_ids) or record < 1:
            raise UnknownReferenceError("no row has this reference", value=ref)
        return EvidenceRef(item=self.item_ids[ordinal], record=record)

    def raw(self, ref: int) -> str:
        """The text of the record a row's `ref` stands for, as it is in the file (JSON and YAML lists: as JSON).

        Raises:
            UnknownReferenceError: no such item or record.
            DigestMismatchError: the file changed since it was admitted.
        """
        found = self.resolve(ref)
        file = self.admission.files[ref >> RECORD_BITS]
        mapping = self._mappings.get(file.item.mapping or "")
        with (
            Root(self.admission.folder) as root,
            tempfile.TemporaryDirectory() as folder,
            open_source(root, file, Path(folder)) as source,
        ):
            return raw_record(source, mapping, found.record)

    def close(self) -> None:
        """Close the tables and remove what was written beside them."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def load(
    admission: Admission,
    streams: AbstractMapping[str, Stream],
    mappings: AbstractMapping[str, Mapping],
    *,
    threads: int | None = None,
    memory_limit: str | None = None,
    workdir: Path | None = None,
    keep_unreadable: bool = False,
) -> EvidenceStore:
    """Load every stream of `streams` that the admitted bundle delivers, and lock the tables.

    With `workdir` the tables lie in a file there, so that memory stays bounded by `memory_limit` (such as
    "2GB"); without it they are in memory. Everything written is removed on `close`. With `keep_unreadable` an
    item that cannot be read is a gap in its streams' coverage instead of an error.

    Raises:
        UnknownReferenceError: an item names a mapping that does not exist.
        EvidenceFormatError: items that cannot be read at all, all of them named; rows that do not fit are no error.
        DigestMismatchError: a file changed after admission.
        MachineError: memory or disk ran out.
    """
    files = _wanted(admission, streams, mappings)
    with ExitStack() as resources:
        folder = _work_folder(resources, workdir)
        config: dict[str, object] = {"threads": threads or os.cpu_count() or 1, "temp_directory": str(folder)}
        if memory_limit:
            config["memory_limit"] = memory_limit
        tables = Tables(connect(folder / "tables.duckdb" if workdir else None, **config))
        resources.callback(tables.close)
        connection = tables.connection
        prepare(connection)
        for name in sorted(streams):
            run(connection, table_definition(streams[name]))
        passed_over, unreadable = _load_all(connection, admission, files, streams, folder)
        if unreadable and not keep_unreadable:
            refuse_all(list(unreadable.values()))
        repeated = {name: settle_keys(connection, streams[name], admission.item_ids) for name in sorted(streams)}
        for name in sorted(streams):
            settle_order(connection, streams[name])
        coverage = _coverage(connection, admission, files, streams, unreadable)
        items = _items(connection, admission, streams, mappings)
        rejects, count = _rejects(connection, admission.item_ids)
        run(connection, "SET GLOBAL disabled_optimizers = ''")
        tables.lock()
        return EvidenceStore(
            admission=admission,
            tables=tables,
            items=items,
            coverage=coverage,
            rejects=rejects,
            reject_count=count,
            repeated={name: times for name, times in repeated.items() if times},
            passed_over=passed_over,
            unreadable=unreadable,
            _mappings=mappings,
            _resources=resources.pop_all(),
        )


def _work_folder(resources: ExitStack, workdir: Path | None) -> Path:
    try:
        return Path(resources.enter_context(tempfile.TemporaryDirectory(prefix="auditor-", dir=workdir)))
    except OSError as error:
        raise MachineError("no working directory can be made", place=str(workdir), hint=error.strerror) from error


def _wanted(
    admission: Admission, streams: AbstractMapping[str, Stream], mappings: AbstractMapping[str, Mapping]
) -> list[tuple[int, AdmittedFile, Mapping]]:
    wanted = []
    for ordinal, file in enumerate(admission.files):
        if file.item.mapping is None:
            continue
        mapping = mappings.get(file.item.mapping)
        if mapping is None:
            hint = f"mappings are: {', '.join(sorted(mappings))}"
            raise UnknownReferenceError(
                f"item {file.item.id} names a mapping that does not exist",
                place=file.item.path,
                value=file.item.mapping,
                hint=hint,
            )
        if set(mapping.streams) & set(streams):
            wanted.append((ordinal, file, mapping))
    return wanted


def _load_all(
    connection: duckdb.DuckDBPyConnection,
    admission: Admission,
    files: Sequence[tuple[int, AdmittedFile, Mapping]],
    streams: AbstractMapping[str, Stream],
    folder: Path,
) -> tuple[dict[str, int], dict[str, EvidenceFormatError]]:
    unreadable: dict[str, EvidenceFormatError] = {}
    passed_over: dict[str, int] = {}
    zone = admission.manifest.facility.timezone
    deliveries = Counter(name for _, _, mapping in files for name in mapping.streams)
    with Root(admission.folder) as root:
        for ordinal, file, mapping in files:
            alone = all(deliveries[name] == 1 for name in mapping.streams)
            try:
                with open_source(root, file, folder) as source:
                    passed = load_item(connection, Delivery(source, mapping, dict(streams), ordinal, zone, alone))
            except EvidenceFormatError as error:
                unreadable[file.item.id] = error
                _forget(connection, ordinal, sorted(set(mapping.streams) & set(streams)))
                continue
            if passed:
                passed_over[file.item.id] = passed
    return passed_over, unreadable


def _forget(connection: duckdb.DuckDBPyConnection, ordinal: int, names: Sequence[str]) -> None:
    # An item that turned out unreadable half-way must leave nothing behind.
    for name in names:
        run(connection, f"DELETE FROM {quote(name)} WHERE ref >> {RECORD_BITS} = {ordinal}")
    run(connection, f"DELETE FROM {REJECTS} WHERE ordinal = {ordinal}")


def _coverage(
    connection: duckdb.DuckDBPyConnection,
    admission: Admission,
    files: Sequence[tuple[int, AdmittedFile, Mapping]],
    streams: AbstractMapping[str, Stream],
    unreadable: AbstractMapping[str, EvidenceFormatError],
) -> tuple[StreamCoverage, ...]:
    rejected = dict(run(connection, f"SELECT stream, count(*) FROM {REJECTS} GROUP BY stream"))
    found = []
    for name in sorted(streams):
        items = [file.item for _, file, mapping in files if name in mapping.streams]
        period = admission.manifest.period
        failed = {item.id: str(unreadable[item.id]) for item in items if item.id in unreadable}
        found.append(cover(connection, streams[name], items, period, int(rejected.get(name, 0)), failed))
    return tuple(found)


def _items(
    connection: duckdb.DuckDBPyConnection,
    admission: Admission,
    streams: AbstractMapping[str, Stream],
    mappings: AbstractMapping[str, Mapping],
) -> tuple[AdmittedItem, ...]:
    rows: dict[int, int] = {}
    for name in sorted(streams):
        counted = run(connection, f"SELECT ref >> {RECORD_BITS}, count(*) FROM {quote(name)} GROUP BY 1")
        for ordinal, count in counted:
            rows[ordinal] = rows.get(ordinal, 0) + count
    rejected = dict(run(connection, f"SELECT ordinal, count(DISTINCT record) FROM {REJECTS} GROUP BY ordinal"))
    items = []
    for ordinal, file in enumerate(admission.files):
        item = file.item
        delivered = tuple(sorted(mappings[item.mapping].streams)) if item.mapping else ()
        items.append(
            AdmittedItem(
                id=item.id,
                path=item.path,
                streams=delivered,
                size=item.size,
                sha256=item.sha256,
                rows=rows.get(ordinal, 0),
                rejected=int(rejected.get(ordinal, 0)),
            )
        )
    return tuple(items)


def _rejects(connection: duckdb.DuckDBPyConnection, item_ids: tuple[str, ...]) -> tuple[tuple[Reject, ...], int]:
    count = int(run(connection, f"SELECT count(*) FROM {REJECTS}")[0][0])
    listed = run(
        connection,
        f'SELECT ordinal, stream, record, line, "column", value, reason FROM {REJECTS} '
        f'ORDER BY ordinal, record, stream, "column", reason, value LIMIT {LISTED_REJECTS}',
    )
    found = []
    for ordinal, stream, record, line, column, value, reason in listed:
        found.append(
            Reject(
                item=item_ids[ordinal],
                stream=stream,
                record=record,
                line=line,
                column=column,
                value=value,
                reason=reason,
            )
        )
    return tuple(found), count
