"""Which of its evidence each finding lets a reader of this edition see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Set
from typing import Any, NamedTuple

from auditor.attestation.commitment import FILES
from auditor.attestation.leaves import Opening
from auditor.errors import StatementError, UnverifiableError

MOST_LOOKED_UP = 5_000_000
"""Cited records, and items of the streams that findings rest on; a finding's largest stream counts once for all."""
WHOLE = "whole"
"""The file itself is there: every record of it can be seen."""
RECORDS = "records"
"""The file is withheld, and some of its records are opened."""
DESCRIBED = "described"
"""The manifest entry is opened, with dates, source and digest, and nothing of the content."""
WITHHELD = "withheld"
"""Nothing but the leaf hash, and what the results say."""
WORDS = (WHOLE, RECORDS, DESCRIBED, WITHHELD)


class ItemSight(NamedTuple):
    """What a reader sees of one item: `seen` is one of the four words, `cited` the records that the finding cites.

    `visible`: those of `cited` that this reader can read.
    """

    item: str
    seen: str
    cited: tuple[int, ...]
    visible: tuple[int, ...]


class FindingSight(NamedTuple):
    """What a reader sees of the evidence of one finding: of all items its tests read, and of those that it cites.

    `seen` has for each of the four words the number of items, `cited` the items cited, in the order of their ids.
    """

    control: str
    objective: str
    seen: Mapping[str, int]
    cited: tuple[ItemSight, ...]

    @property
    def total(self) -> int:
        """How many items there are."""
        return sum(self.seen.values())

    @property
    def complete(self) -> bool:
        """Whether every item is there whole, so that the finding can be looked into down to the last record."""
        return self.seen[WHOLE] == self.total


def visible_evidence(
    results: Mapping[str, Any],
    openings: Iterable[Opening],
    files: Collection[str],
    records: Mapping[str, Collection[int]],
) -> tuple[FindingSight, ...]:
    """For each finding of `results`, in their order, what is visible of the items that its tests read.

    `files` are paths in the package; `records` the numbers of the records opened, by item.

    Raises:
        StatementError: the results are not of the form that results have.
        UnverifiableError: all findings together rest on more than `MOST_LOOKED_UP`.
    """
    opened = {one.item: f"{FILES}/{one.path}" in files for one in openings if one.item is not None}

    def see(item: str) -> str:
        if opened.get(item):
            return WHOLE
        return RECORDS if records.get(item) else DESCRIBED if item in opened else WITHHELD

    def sight(item: str, cited: Collection[int]) -> ItemSight:
        seen, every = see(item), tuple(sorted(cited))
        open_here = records.get(item, ())
        return ItemSight(item, seen, every, every if seen == WHOLE else tuple(n for n in every if n in open_here))

    try:
        return tuple(_findings(results, see, sight))
    except (KeyError, TypeError, AttributeError) as error:
        problem = "the results do not tie their findings to evidence as results do"
        raise StatementError(problem, place="results", value=error) from error


class _Streams:
    """How many items of streams are seen how; the largest stream of several is gone through once, whoever asks."""

    def __init__(self, coverage: object, see: Callable[[str], str]) -> None:
        self._items = {_text(one["stream"]): frozenset(map(_text, _list(one["items"]))) for one in _list(coverage)}
        self._see = see
        self._counts: dict[str, Counter[str]] = {}
        self._left = MOST_LOOKED_UP

    def spend(self, count: int) -> None:
        """So many look-ups more."""
        self._left -= count
        if self._left < 0:
            problem = "the findings rest on more evidence than is looked up here"
            raise UnverifiableError(problem, value=MOST_LOOKED_UP)

    def count(self, streams: Set[str], beside: Collection[str]) -> dict[str, int]:
        """For each of the four words the number of items that `streams` deliver or that are named in `beside`."""
        delivered = sorted(streams & self._items.keys(), key=lambda one: (len(self._items[one]), one))
        largest = delivered.pop() if delivered else None
        others = [self._items[one] for one in delivered]
        self.spend(sum(map(len, others)) + len(beside))
        rest = frozenset(beside).union(*others).difference(() if largest is None else self._items[largest])
        found = self._counted(largest) + Counter(map(self._see, rest))
        return {word: found[word] for word in WORDS}

    def _counted(self, stream: str | None) -> Counter[str]:
        if stream is None:
            return Counter()
        if stream not in self._counts:
            self.spend(len(self._items[stream]))
            self._counts[stream] = Counter(map(self._see, self._items[stream]))
        return self._counts[stream]


def _findings(
    results: Mapping[str, Any], see: Callable[[str], str], sight: Callable[[str, Collection[int]], ItemSight]
) -> Iterable[FindingSight]:
    streams = _Streams(results["bundle"]["coverage"], see)
    read: dict[tuple[str, str], set[str]] = {}
    for activity in _list(results["plan"]["activities"]):
        read.setdefault(_key(activity), set()).update(map(_text, _list(activity["streams"])))
    cited = _cited(results)
    sights: dict[tuple[str, str], FindingSight] = {}
    for key in map(_key, _list(results["findings"])):
        if key not in sights:
            rows = cited.get(key, {})
            streams.spend(sum(map(len, rows.values())))
            seen = streams.count(read.get(key, set()), rows)
            sights[key] = FindingSight(*key, seen, tuple(sight(item, rows[item]) for item in sorted(rows)))
        yield sights[key]


def _cited(results: Mapping[str, Any]) -> dict[tuple[str, str], dict[str, set[int]]]:
    """For each determination statement the numbers of the records that its observations cite, by item."""
    cited: dict[tuple[str, str], dict[str, set[int]]] = {}
    for observation in _list(results["observations"]):
        rows = cited.setdefault(_key(observation), {})
        for exception in _list(observation["exceptions"]):
            for row in _list(exception["evidence"]):
                rows.setdefault(_text(row["item"]), set()).add(_number(row["record"]))
    return cited


def _key(one: Mapping[str, Any]) -> tuple[str, str]:
    return _text(one["control"]), _text(one["objective"])


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("must be an array")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("must be text")
    return value


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("must be a whole number")
    return value
