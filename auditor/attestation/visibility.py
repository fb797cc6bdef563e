"""Which of its evidence each finding lets a reader of this edition see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from auditor.attestation.commitment import FILES
from auditor.attestation.leaves import Opening
from auditor.errors import StatementError

WHOLE = "whole"
"""The file itself is there: every record of it can be seen."""
RECORDS = "records"
"""The file is withheld, and some of its records are opened."""
DESCRIBED = "described"
"""The manifest entry is opened, with dates, source and digest, and nothing of the content."""
WITHHELD = "withheld"
"""Nothing but the leaf hash, and what the results say."""


class ItemSight(NamedTuple):
    """What a reader sees of one item: `seen` is one of the four words, `cited` the records that the finding cites.

    `visible`: those of `cited` that this reader can read.
    """

    item: str
    seen: str
    cited: tuple[int, ...]
    visible: tuple[int, ...]


class FindingSight(NamedTuple):
    """What a reader sees of the evidence of one finding: of all items its tests read, in the order of their ids."""

    control: str
    objective: str
    items: tuple[ItemSight, ...]

    @property
    def complete(self) -> bool:
        """Whether every item is there whole, so that the finding can be looked into down to the last record."""
        return all(item.seen == WHOLE for item in self.items)


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
    """
    opened = {one.item: f"{FILES}/{one.path}" in files for one in openings if one.item is not None}
    try:
        return tuple(_findings(results, opened, records))
    except (KeyError, TypeError, AttributeError) as error:
        problem = "the results do not tie their findings to evidence as results do"
        raise StatementError(problem, place="results", value=error) from error


def _findings(
    results: Mapping[str, Any], opened: Mapping[str, bool], records: Mapping[str, Collection[int]]
) -> Iterable[FindingSight]:
    delivered = {one["stream"]: one["items"] for one in results["bundle"]["coverage"]}
    read: dict[tuple[str, str], set[str]] = {}
    cited: dict[tuple[str, str], dict[str, set[int]]] = {}
    for activity in results["plan"]["activities"]:
        items = read.setdefault((activity["control"], activity["objective"]), set())
        for stream in activity["streams"]:
            items.update(delivered.get(stream, ()))
    for observation in results["observations"]:
        rows = cited.setdefault((observation["control"], observation["objective"]), {})
        for exception in observation["exceptions"]:
            for row in exception["evidence"]:
                rows.setdefault(row["item"], set()).add(row["record"])
    for finding in results["findings"]:
        key = finding["control"], finding["objective"]
        rows = cited.get(key, {})
        named = sorted(read.get(key, set()) | set(rows))
        sights = (_sight(item, rows.get(item, set()), opened, records.get(item, ())) for item in named)
        yield FindingSight(*key, tuple(sights))


def _sight(item: str, cited: set[int], opened: Mapping[str, bool], records: Collection[int]) -> ItemSight:
    every = tuple(sorted(cited))
    if opened.get(item):
        return ItemSight(item, WHOLE, every, every)
    seen = RECORDS if records else DESCRIBED if item in opened else WITHHELD
    return ItemSight(item, seen, every, tuple(number for number in every if number in records))
