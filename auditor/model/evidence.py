"""What admission found out about the evidence: items, rejected records, and the coverage of each stream."""

from __future__ import annotations

from auditor.model.base import Digest, Frozen, Instant, Name
from auditor.model.bundle import Period

RECORD_BITS = 36
"""A row's reference is one integer: the ordinal of its item (items sorted by id) and its record number."""


def row_reference(ordinal: int, record: int) -> int:
    """The `ref` of record `record` (from 1) of the item with this ordinal (from 0)."""
    return (ordinal << RECORD_BITS) | record


class EvidenceRef(Frozen):
    """A row of the evidence: the item and the record's number in it, from 1, headers not counted."""

    item: Name
    record: int


class Reject(Frozen):
    """A record that does not fit its stream; kept with its place, value and reason."""

    item: Name
    stream: Name
    record: int
    line: int
    column: str
    value: str
    reason: str


class Gap(Frozen):
    """Evidence that is not there: which part of the stream, from when to when, and why we say so."""

    stream: Name
    scope: str
    period: Period | None = None
    reason: str


class StreamCoverage(Frozen):
    """How much of the assessment period a stream covers. `rows` counts accepted records."""

    stream: Name
    items: tuple[Name, ...]
    rows: int
    rejected: int
    gaps: tuple[Gap, ...] = ()
    gap_count: int = 0
    earliest: Instant | None = None
    latest: Instant | None = None

    @property
    def delivered(self) -> bool:
        """Whether any item was delivered for the stream."""
        return bool(self.items)


class AdmittedItem(Frozen):
    """An item whose bytes are the bytes declared."""

    id: Name
    path: str
    streams: tuple[Name, ...]
    size: int
    sha256: Digest
    rows: int
    rejected: int
