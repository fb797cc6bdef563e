"""From the files of controls/regulation/, and of a user's newer tables, to Law."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any, Generic, TypeVar

from auditor.canon.digest import sha256_hex
from auditor.canon.yaml import parse_yaml
from auditor.errors import AuditorError, SchemaError, UnknownReferenceError, refuse_all
from auditor.model.base import Frozen
from auditor.model.law import (
    Allocation,
    Ambiguity,
    Dated,
    Definition,
    Duty,
    Event,
    Limit,
    Membership,
    Paragraph,
    Period,
    Places,
    Provision,
    Source,
)
from auditor.model.shape import shape
from auditor.regulation.tables.law import Law

R = TypeVar("R", bound=Frozen)

TABLES: Mapping[str, type[Frozen]] = {
    "sources": Source,
    "events": Event,
    "provisions": Provision,
    "status": Period,
    "limits": Limit,
    "nveu-allocations": Allocation,
    "destinations": Places,
    "supplement-8": Paragraph,
    "supplement-10": Paragraph,
    "conditions": Paragraph,
    "definitions": Definition,
    "ambiguities": Ambiguity,
    "calendar": Duty,
}
"""The tables by file name without ending; each file is a list of rows."""

_PARAGRAPHS = tuple(name for name, model in TABLES.items() if model is Paragraph)


class _File(Frozen, Generic[R]):
    rows: tuple[R, ...]


def read_law(shipped: Mapping[str, bytes], newer: Mapping[str, bytes] | None = None) -> Law:
    """The law of the `shipped` tables, with a user's `newer` rows laid over them; both map file names to bytes.

    A newer row of a known id takes over from its first day on and closes the open row before it. It may not reach
    back to a day an earlier row speaks for alone, so that no answer for an earlier date changes.

    Raises:
        SchemaError: a file has no table's name or shape, validities overlap or leave a hole, or a newer row reaches
            back; every problem found, with file and line.
    """
    newer = newer or {}
    first = {name: _rows(name, model, shipped) for name, model in TABLES.items()}
    then = {name: _rows(name, model, newer) for name, model in TABLES.items()}
    tables = {name: first[name] + then[name] for name in TABLES}
    # Three files hold paragraphs; a newer row comes after all of them, whichever it stands in.
    paragraphs = [row for rows in (first, then) for name in _PARAGRAPHS for row in rows[name]]
    problems = [*_unread(shipped), *_unread(newer), *_unasked(first, then)]
    lists, memberships = _destinations(tables["destinations"], problems)
    law = Law(
        sources=_unique(tables["sources"], problems),
        events=_unique(tables["events"], problems),
        provisions=_unique(tables["provisions"], problems),
        periods=_in_time(tables["status"], lambda row: row.provision, problems),
        limits=_in_time(tables["limits"], _id, problems),
        allocations=_in_time(tables["nveu-allocations"], _id, problems),
        lists=lists,
        memberships=memberships,
        paragraphs=_in_time(paragraphs, _id, problems),
        definitions=_in_time(tables["definitions"], _id, problems),
        ambiguities=_in_time(tables["ambiguities"], _id, problems),
        duties=_in_time(tables["calendar"], _id, problems),
        digest=_digest({**shipped, **{f"newer/{name}": data for name, data in newer.items()}}),
    )
    if problems:
        refuse_all(problems)
    return law


def _id(row: Any) -> str:
    name: str = row.id
    return name


def _digest(files: Mapping[str, bytes]) -> str:
    lines = (f"{sha256_hex(data)}  {name}\n" for name, data in sorted(files.items()))
    return sha256_hex("".join(lines).encode("utf-8"))


def _unread(files: Mapping[str, bytes]) -> list[AuditorError]:
    known = ", ".join(f"{name}.yaml" for name in TABLES)
    return [
        SchemaError("a file that is no law table", place=path, hint=f"the tables are {known}")
        for path in sorted(files)
        if path.rsplit("/", 1)[-1].removesuffix(".yaml") not in TABLES
    ]


_ASKED = {
    "limits": "limit", "destinations": "list", "definitions": "definition", "conditions": "condition",
    "ambiguities": "ambiguity",
}  # fmt: skip
"""Tables whose rows questions ask for by id, and what a row is; supplements and duties can grow."""


def _unasked(shipped: Mapping[str, list[Any]], newer: Mapping[str, list[Any]]) -> Iterator[AuditorError]:
    """Newer rows of an id that no shipped row has: no question would read them, and nobody would notice."""
    for table, what in _ASKED.items():
        known = {row.id for row in shipped[table]}
        for row in newer[table]:
            if row.id not in known:
                near = ", ".join(get_close_matches(row.id, known, 3, 0.3))
                hint = f"write the id of the {what} that changes{f': {near}?' if near else ''}"
                problem = f"no such {what} to take over from"
                yield UnknownReferenceError(problem, place=row.origin, value=row.id, hint=hint)


def _rows(name: str, model: type[Frozen], files: Mapping[str, bytes]) -> list[Any]:
    found: list[Any] = []
    for path in sorted(path for path in files if path.rsplit("/", 1)[-1] == f"{name}.yaml"):
        document = parse_yaml(files[path], path)
        rows: tuple[Any, ...] = shape(_File[model], document).rows  # type: ignore[valid-type]
        for index, row in enumerate(rows):
            found.append(row.model_copy(update={"origin": document.place(("rows", index))}))
    return found


def _unique(rows: list[Any], problems: list[AuditorError]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in rows:
        if row.id in found:
            hint = f"also at {found[row.id].origin}"
            problems.append(SchemaError("an id given twice", place=row.origin, value=row.id, hint=hint))
        found[row.id] = row
    return found


def _in_time(rows: list[Any], name: Callable[[Any], str], problems: list[AuditorError]) -> dict[str, tuple[Any, ...]]:
    """The rows by name; each takes over from the one before it, which must end there or be open."""
    found: dict[str, list[Any]] = {}
    for row in rows:
        earlier = found.setdefault(name(row), [])
        if earlier:
            before = earlier[-1]
            problem = _follows(before, row)
            if problem:
                hint = f"the row before it is at {before.origin}"
                problems.append(SchemaError(f"{name(row)}: {problem}", place=row.origin, value=row.since, hint=hint))
            elif before.until is None:
                earlier[-1] = before.model_copy(update={"until": row.since})
        earlier.append(row)
    return {key: tuple(value) for key, value in found.items()}


def _follows(before: Dated, row: Dated) -> str | None:
    if row.since <= before.since or (before.until is not None and row.since < before.until):
        return "its validity overlaps the row before it"
    if before.until is not None and row.since > before.until:
        return "its validity leaves a hole after the row before it"
    return None


def _destinations(
    rows: list[Places], problems: list[AuditorError]
) -> tuple[dict[str, Places], dict[str, dict[str, tuple[Membership, ...]]]]:
    lists: dict[str, Places] = {}
    members: dict[str, dict[str, list[Membership]]] = {}
    for places in rows:
        if places.id not in lists:
            lists[places.id] = places.model_copy(update={"changes": ()})
            members[places.id] = {m.iso: [_membership(places, m.iso, m.name)] for m in places.members}
            if len(members[places.id]) != len(places.members):
                hint = "name each place once"
                problems.append(SchemaError("a place is listed twice", place=places.origin, value=places.id, hint=hint))
        elif places.members:
            hint = "give only its changes; members are those of the list's first day"
            problems.append(SchemaError("a known list", place=places.origin, value=places.id, hint=hint))
        for change in places.changes:
            changed = change.model_copy(update={"origin": places.origin})
            known = lists[places.id]
            # The list keeps every change, so that a place that left can still be told why.
            lists[places.id] = known.model_copy(update={"changes": (*known.changes, changed)})
            problem = _change(places, changed, members[places.id].setdefault(change.iso, []), known.since)
            if problem:
                says, hint = problem
                what = f"{change.iso} on {change.date}"
                problems.append(SchemaError(f"{places.id}: {says}", place=places.origin, value=what, hint=hint))
    return lists, {name: {iso: tuple(rows) for iso, rows in by.items()} for name, by in members.items()}


def _membership(places: Places, iso: str, name: str, change: Places.Change | None = None) -> Membership:
    basis: Places | Places.Change = change or places
    return Membership(
        places=places.id,
        iso=iso,
        name=name,
        provision=places.provision,
        since=change.date if change else places.since,
        seen=places.seen,
        cite=basis.cite,
        source=basis.source,
        confidence=basis.confidence,
        note=basis.note,
        origin=places.origin,
    )


def _change(places: Places, change: Places.Change, rows: list[Membership], begins: date) -> tuple[str, str] | None:
    """Apply the change to the place's rows; what is wrong with it and the fix, if it cannot be applied."""
    member = bool(rows) and rows[-1].until is None
    latest = max((d for row in rows for d in (row.since, row.until) if d), default=begins)
    if change.date <= latest:
        return "a change that is not later than what the list already says of the place", f"date it after {latest}"
    if (change.change == "removed") != member:
        return (
            f"{change.change}, but the place is {'' if member else 'not '}on the list then",
            "correct the place, or added for removed",
        )
    if member:
        rows[-1] = rows[-1].model_copy(update={"until": change.date})
    else:
        rows.append(_membership(places, change.iso, change.name, change))
    return None
