"""What the law tables must hold beyond the shape of their files: names that exist, and nothing left out between."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from itertools import chain, pairwise

from auditor.errors import AuditorError, SchemaError, UnknownReferenceError
from auditor.model.law import Cited, Dated, Duty, Limit, Places, Status, Unit
from auditor.regulation.tables.countries import country_problem
from auditor.regulation.tables.law import Law, at_or_below


def lint(law: Law) -> list[AuditorError]:
    """Every problem of the tables in a stable order, each with file and line, value and fix; empty if they may be used.

    That every value has a citation, and that validities neither overlap nor leave holes, the reader checks already.
    """
    found = [
        *_empty(law),
        *_sources(law),
        *_provisions(law),
        *_evidence(law),
        *_statuses(law),
        *_seen(law),
        *_countries(law),
        *_lists(law),
        *_quarters(law),
        *_units(law),
        *_numbering(law),
        *_readings(law),
        *_duties(law),
    ]
    # A list's own fault shows at each of its members; it is said once.
    return list({(str(problem), problem.hint): problem for problem in found}.values())


def _unknown(place: str, what: str, name: str, known: Collection[str], file: str) -> UnknownReferenceError:
    near = get_close_matches(name, known, n=1)
    hint = f"add it to {file}.yaml" + (f", or write {near[0]}" if near else "")
    return UnknownReferenceError(f"no such {what}", place=place, value=name, hint=hint)


def _dated(law: Law) -> Iterator[Dated]:
    tables = (
        law.periods, law.limits, law.allocations, law.paragraphs, law.definitions, law.ambiguities, law.duties,
        *law.memberships.values(),
    )  # fmt: skip
    for table in tables:
        for rows in table.values():
            yield from rows


def _empty(law: Law) -> Iterator[AuditorError]:
    tables = {
        "sources": law.sources, "events": law.events, "provisions": law.provisions, "status": law.periods,
        "limits": law.limits, "nveu-allocations": law.allocations, "destinations": law.lists,
        "supplement-10": law.paragraphs, "definitions": law.definitions, "ambiguities": law.ambiguities,
        "calendar": law.duties,
    }  # fmt: skip
    for name, rows in tables.items():
        if not rows:
            hint = "restore it from the release; every question reads it"
            yield SchemaError("a law table without rows", place=f"{name}.yaml", value=f"{name}.yaml", hint=hint)


def _placed(law: Law) -> Iterator[Dated | Places]:
    yield from law.lists.values()
    yield from _dated(law)


def _sources(law: Law) -> Iterator[AuditorError]:
    changes = chain.from_iterable(places.changes for places in law.lists.values())
    rows: Iterator[Cited | Places] = chain(law.events.values(), changes, _placed(law))
    for row in rows:
        if row.source not in law.sources:
            yield _unknown(row.origin, "source", row.source, law.sources, "sources")


def _provisions(law: Law) -> Iterator[AuditorError]:
    for row in _placed(law):
        if row.provision not in law.provisions:
            yield _unknown(row.origin, "provision", row.provision, law.provisions, "provisions")
    for provision in law.provisions.values():
        if provision.part_of is not None and provision.part_of not in law.provisions:
            yield _unknown(provision.origin, "provision", provision.part_of, law.provisions, "provisions")


def _evidence(law: Law) -> Iterator[AuditorError]:
    for rows in law.periods.values():
        for row in rows:
            for name in row.evidence:
                if name not in law.events:
                    yield _unknown(row.origin, "event", name, law.events, "events")
                elif row.until is not None and law.events[name].date >= row.until:
                    yield SchemaError(
                        "evidence from after the period it is given for", place=row.origin, value=name,
                        hint=f"the period ends on {row.until}, the event is of {law.events[name].date}",
                    )  # fmt: skip


def _statuses(law: Law) -> Iterator[AuditorError]:
    """A status for every provision, from its earliest row on, and without an end."""
    first = {name: rows[0].since for name, rows in law.periods.items()}
    for provision in law.provisions.values():
        if provision.id not in first:
            hint = "add its periods to status.yaml"
            yield SchemaError("a provision without status", place=provision.origin, value=provision.id, hint=hint)
    for rows in law.periods.values():
        if rows[-1].until is not None:
            hint = f"add what holds from {rows[-1].until}, or leave out until"
            yield SchemaError(
                "a status that ends with nothing after it", place=rows[-1].origin, value=rows[-1].provision, hint=hint
            )
    for row in _placed(law):
        begins = first.get(row.provision)
        if begins is not None and row.since < begins:
            hint = f"the status of {row.provision} begins on {begins}; add an earlier period, or correct since"
            yield SchemaError(
                "valid before the status of its provision is known", place=row.origin, value=row.since, hint=hint
            )


def _seen(law: Law) -> Iterator[AuditorError]:
    for row in _dated(law):
        unconfirmed = getattr(row, "status", None) is Status.NOT_CONFIRMED
        if row.seen < row.since and not unconfirmed:
            hint = f"it is valid from {row.since}, so it cannot have been last seen before"
            yield SchemaError("seen before it was valid", place=row.origin, value=row.seen, hint=hint)


def _countries(law: Law) -> Iterator[AuditorError]:
    for rows in chain.from_iterable(table.values() for table in law.memberships.values()):
        problem = country_problem(rows[0].iso)
        if problem:
            says, hint = problem
            yield SchemaError(f"{rows[0].places}: {says}", place=rows[0].origin, value=rows[0].iso, hint=hint)


def _lists(law: Law) -> Iterator[AuditorError]:
    for rows in law.paragraphs.values():
        for row in rows:
            for name in (*row.lists, *row.except_lists):
                if name not in law.lists:
                    yield _unknown(row.origin, "list of destinations", name, law.lists, "destinations")


def _units(law: Law) -> Iterator[AuditorError]:
    for before, row in chain.from_iterable(pairwise(rows) for rows in law.limits.values()):
        if row.unit is not before.unit:
            hint = f"give it in {before.unit}, as the row before it at {before.origin}"
            yield SchemaError(f"{row.id}: another unit than before", place=row.origin, value=str(row.unit), hint=hint)


def _quarters(law: Law) -> Iterator[AuditorError]:
    rows = [found[0] for found in law.allocations.values()]
    for before, row in pairwise(rows):
        year, quarter = int(before.quarter[:4]), int(before.quarter[-1])
        expected = f"{year + quarter // 4}-Q{quarter % 4 + 1}"
        if row.quarter != expected:
            hint = f"after {before.quarter} comes {expected}; give every quarter, in order"
            yield SchemaError("a quarter missing or out of order", place=row.origin, value=row.quarter, hint=hint)


_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_COUNTED = re.compile(r"[1-9]\d*|[a-z]|[A-Z]|[ivx]+", re.ASCII)


def _numbering(law: Law) -> Iterator[AuditorError]:
    """Numbers, letters and roman numbers under one parent run without a hole; words are divisions of our own."""
    under: dict[str, list[str]] = {}
    for name in law.paragraphs:
        parts = name.split(".")
        for depth in range(1, len(parts)):
            parent, part = ".".join(parts[:depth]), parts[depth]
            # supplement-8.A is a section, which has no text of its own; below it every parent is an item.
            if depth > 1 and parent not in law.paragraphs and not parent.split(".")[-1].isupper():
                place = law.paragraphs[name][0].origin
                hint = f"add {parent}; without a requirement if its text was not found"
                yield SchemaError("an item without the paragraph it is under", place=place, value=name, hint=hint)
            if _COUNTED.fullmatch(part) and part not in under.setdefault(parent, []):
                under[parent].append(part)
    for parent, parts in under.items():
        expected = _expected(parts)
        if parts != expected:
            wrong = next((part for part, due in zip(parts, expected, strict=True) if part != due), parts[-1])
            first = f"{parent}.{wrong}"
            place = next(rows[0].origin for name, rows in law.paragraphs.items() if at_or_below(name, first))
            due = f"{parent}.{expected[parts.index(wrong)]}"
            hint = f"{due} is due here; an item whose text was not found still has a row, without requirement"
            yield SchemaError("numbering with a hole or out of order", place=place, value=first, hint=hint)


def _expected(parts: list[str]) -> list[str]:
    count = range(len(parts))
    if all(part.isdigit() for part in parts):
        return [str(index + 1) for index in count]
    if all(part.isupper() for part in parts):
        return [chr(ord("A") + index) for index in count]
    if all(part in _ROMAN for part in parts):
        return list(_ROMAN[: len(parts)])
    return [chr(ord("a") + index) for index in count]


def _readings(law: Law) -> Iterator[AuditorError]:
    for row in chain.from_iterable(law.ambiguities.values()):
        ids = [reading.id for reading in row.readings]
        if row.shown_first not in ids:
            hint = f"show first one of {', '.join(ids)}"
            yield SchemaError("shown_first is none of the readings", place=row.origin, value=row.shown_first, hint=hint)
        for name in sorted({name for name in ids if ids.count(name) > 1}):
            yield SchemaError("a reading given twice", place=row.origin, value=name, hint="keep one of the two")
        for concern in row.concerns:
            if not any(at_or_below(name, concern) for name in law.paragraphs):
                yield _unknown(row.origin, "paragraph", concern, law.paragraphs, "supplement-10")


_UNIT = {"days": Unit.DAYS, "months": Unit.MONTHS, "years": Unit.YEARS}


def _duties(law: Law) -> Iterator[AuditorError]:
    for duty in chain.from_iterable(law.duties.values()):
        yield from _when(duty)
        if duty.limit is None:
            continue
        if duty.limit not in law.limits:
            yield _unknown(duty.origin, "limit", duty.limit, law.limits, "limits")
            continue
        unit = Unit.MONTHS if duty.every_months is not None else _UNIT[duty.lead_unit]
        count = duty.lead if duty.every_months is None else duty.every_months
        for limit in law.limits[duty.limit]:
            if _overlap(duty, limit) and (limit.value != count or limit.unit is not unit):
                hint = f"{limit.id} says {limit.value} {limit.unit} ({limit.origin}); give both tables the same number"
                yield SchemaError(
                    f"{duty.id}: not the limit's number", place=duty.origin, value=f"{count} {unit}", hint=hint
                )


def _overlap(one: Dated, other: Limit) -> bool:
    return (one.until is None or other.since < one.until) and (other.until is None or one.since < other.until)


def _when(duty: Duty) -> Iterator[AuditorError]:
    """Exactly one way to tell the day, and what it needs."""
    ways = {
        "days": bool(duty.days), "date": duty.date is not None, "every_months": duty.every_months is not None,
        "before": duty.before is not None, "after": duty.after is not None,
    }  # fmt: skip
    given = [name for name, is_given in ways.items() if is_given]
    hint = f"give one of {', '.join(ways)}"
    if len(given) != 1:
        yield SchemaError("a duty needs one way to tell its day", place=duty.origin, value=given or None, hint=hint)
    if duty.covers and len(duty.covers) != len(duty.days):
        yield SchemaError(
            "covers must say one thing for each of days", place=duty.origin, value=len(duty.covers),
            hint=f"there are {len(duty.days)} days",
        )  # fmt: skip
    hangs = duty.before is not None or duty.after is not None
    if hangs and (duty.lead is None) != duty.promptly:
        yield SchemaError(
            "before and after need either lead or promptly", place=duty.origin, value=duty.id,
            hint="give the number of days, or promptly: true where the text sets none",
        )  # fmt: skip
