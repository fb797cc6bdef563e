"""The files of a bundle as they are gathered: bytes, manifest entry, and where each row went."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from samples.simulator.clock import EXPORT_FROM, EXPORT_TO, HOUR, MINUTE, instant

COLLECTED = instant("2026-11-02T07:15:00Z")
RECEIVED = instant("2026-11-03T09:40:00Z")


@dataclass
class Item:
    """One file with its manifest entry."""

    id: str
    path: str
    mapping: str | None
    system: str
    collector: str
    observed: tuple[int, int]
    collected: int
    sensitivity: str
    data: bytes
    title: str = ""


@dataclass
class Files:
    """All items, and for every row that has a name the item and record number where it can be found."""

    items: list[Item] = field(default_factory=list)
    rows: dict[tuple[str, Hashable], tuple[str, int]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(
        self,
        item: str,
        path: str,
        mapping: str | None,
        data: bytes,
        *,
        system: str,
        collector: str = "IT operations",
        snapshot: bool = False,
        observed: tuple[int, int] | None = None,
        sensitivity: str = "restricted",
        title: str = "",
    ) -> None:
        """Take a file into the bundle; a snapshot observes only the hour before it was collected."""
        collected = COLLECTED + len(self.items) * 7 * MINUTE
        if observed is None:
            observed = (collected - HOUR, collected) if snapshot else (EXPORT_FROM, EXPORT_TO)
        self.items.append(
            Item(item, path, mapping, system, collector, observed, collected, sensitivity, compress(path, data), title)
        )

    def note(self, stream: str, item: str, keys: Iterable[Hashable]) -> None:
        """Remember where the rows of a stream went: `keys` in the order of the item's records."""
        count = 0
        for count, key in enumerate(keys, 1):
            self.rows[stream, key] = (item, count)
        self.counts[stream] = self.counts.get(stream, 0) + count


def compress(path: str, data: bytes) -> bytes:
    """The bytes of the file, compressed where the name says so, with nothing in the header that changes."""
    if not path.endswith(".gz"):
        return data
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as stream:
        stream.write(data)
    return buffer.getvalue()


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A CSV file as most systems write it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


def json_bytes(value: Any) -> bytes:
    """An indented JSON document."""
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def jsonl_bytes(records: Iterable[dict[str, Any]]) -> bytes:
    """One JSON object a line."""
    lines = (json.dumps(record, separators=(",", ":"), ensure_ascii=False) for record in records)
    return ("\n".join(lines) + "\n").encode()


def yaml_bytes(value: Any) -> bytes:
    """A YAML document in block style."""
    import yaml

    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=120)
    return text.encode()


def present(record: dict[str, Any]) -> dict[str, Any]:
    """The record without the members that are empty, as services omit them."""
    return {name: value for name, value in record.items() if value not in ("", None)}
