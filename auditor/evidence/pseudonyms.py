"""Pseudonyms in place of the values that name persons, wherever such a value stands in a text of the results.

Streams mark the columns. What is marked changes no table, so that no test can come out otherwise for it: texts are
looked through once they are written. A pseudonym is `p-` and the beginning of an HMAC-SHA-256 of the value under a key
that the bundle's seed gives: the same for the same value in one bundle, and another in any other.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping

from auditor.evidence.mapping import Mapping as EvidenceMapping
from auditor.evidence.tables import Tables, quote
from auditor.model.evidence import Gap, Reject, StreamCoverage
from auditor.model.stream import Stream

PREFIX = "p-"
DIGITS = 12
LEAST = 3
LEAST_DIGITS = 5
NOT_SHOWN = "not shown: it may name a person"


class Pseudonyms:
    """The pseudonyms of one bundle.

    `table`: value by pseudonym. `shown`: values that are left as they are, since in a sentence nobody could tell them
    from other words or figures: shorter than three characters, figures of fewer than five digits, and `words`.
    """

    def __init__(self, key: bytes, values: Iterable[str], words: Iterable[str] = ()) -> None:
        common = {word.casefold() for word in words}
        self.table: dict[str, str] = {}
        self._names: dict[str, str] = {}
        # Where a value may begin, by its first characters, and how long it may be: longest first.
        self._lengths: dict[str, list[int]] = {}
        shown = []
        for value in sorted(set(values)):
            if _is_common(value, common):
                shown.append(value)
                continue
            digest = hmac.digest(key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()
            # Of 100,000 values two share twelve digits once in 50,000 bundles; the later one gets all of them.
            name = PREFIX + (digest[:DIGITS] if PREFIX + digest[:DIGITS] not in self.table else digest)
            self.table[name] = value
            self._names[value] = name
            lengths = self._lengths.setdefault(value[:LEAST], [])
            if len(value) not in lengths:
                lengths.append(len(value))
        for lengths in self._lengths.values():
            lengths.sort(reverse=True)
        self.shown = tuple(shown)

    def hide(self, text: str) -> str:
        """`text` with a pseudonym for every value that stands in it as words of its own."""
        parts: list[str] = []
        done = at = 0
        while at <= len(text) - LEAST:
            length = self._found(text, at)
            if length:
                parts += [text[done:at], self._names[text[at : at + length]]]
                done = at = at + length
            else:
                at += 1
        return "".join([*parts, text[done:]]) if parts else text

    def _found(self, text: str, at: int) -> int:
        lengths = self._lengths.get(text[at : at + LEAST])
        if lengths is None or not _parted(text, at):
            return 0
        return next((n for n in lengths if text[at : at + n] in self._names and _parted(text, at + n)), 0)


def _parted(text: str, at: int) -> bool:
    """Whether a word may end before `at` and another begin there."""
    return not (0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum())


def _is_common(value: str, common: set[str]) -> bool:
    return len(value) < (LEAST_DIGITS if value.isdecimal() else LEAST) or value.casefold() in common


def personal_values(tables: Tables, streams: Mapping[str, Stream]) -> set[str]:
    """Every value of a personal column of these streams, but those that some stream says belong to no person."""
    found: set[str] = set()
    others: set[str] = set()
    for name, stream in sorted(streams.items()):
        for column, definition in stream.columns.items():
            for where, kinds in definition.impersonal.items():
                others |= _distinct(tables, name, column, where, kinds)
            if definition.personal:
                found |= _distinct(tables, name, column)
    return found - others


def _distinct(tables: Tables, stream: str, column: str, where: str = "", kinds: Iterable[str] = ()) -> set[str]:
    chosen = f"{quote(column)}" + (f", {quote(where)}" if where else "")
    rows = tables.rows(f"SELECT DISTINCT {chosen} FROM {quote(stream)}")[1]  # noqa: S608 - quoted names alone
    return {row[0] for row in rows if row[0] is not None and (not where or row[1] in kinds)}


def hide_gaps(gaps: Iterable[Gap], names: Pseudonyms) -> tuple[Gap, ...]:
    """Gaps without names: a scope may be a person's."""
    return tuple(
        gap.model_copy(update={"scope": names.hide(gap.scope), "reason": names.hide(gap.reason)}) for gap in gaps
    )


def hide_coverage(coverage: Iterable[StreamCoverage], names: Pseudonyms) -> tuple[StreamCoverage, ...]:
    """Coverage without names."""
    return tuple(one.model_copy(update={"gaps": hide_gaps(one.gaps, names)}) for one in coverage)


def hide_rejects(
    rejects: Iterable[Reject],
    names: Pseudonyms,
    streams: Mapping[str, Stream],
    read_by: Mapping[str, EvidenceMapping],
) -> tuple[Reject, ...]:
    """Rejected records without names; `read_by` has each item's mapping.

    What was rejected reached no table, so nobody knows what in it names a person: of a stream with personal columns
    a value is shown only if it stands in another column than those.
    """
    return tuple(_hide_reject(reject, names, streams[reject.stream], read_by[reject.item]) for reject in rejects)


def _hide_reject(reject: Reject, names: Pseudonyms, stream: Stream, read_by: EvidenceMapping) -> Reject:
    plain = {
        rule.source or column
        for column, rule in read_by.streams[reject.stream].columns.items()
        if not stream.columns[column].personal
    }
    private = any(column.personal for column in stream.columns.values()) and reject.column not in plain
    return reject.model_copy(update={"value": NOT_SHOWN if private else names.hide(reject.value)})
