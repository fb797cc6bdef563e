"""A paragraph of a supplement on a day: what it asks, from when, what it names, where it stands, how it can be read."""

from __future__ import annotations

from difflib import get_close_matches

from auditor.errors import UnknownReferenceError
from auditor.model.base import Date, Frozen, Name
from auditor.model.exact import counted
from auditor.model.law import Ambiguity, Confidence, Paragraph, Status
from auditor.regulation.tables.law import Law, at_or_below
from auditor.regulation.working import Working, question


class Item(Frozen):
    """A paragraph or one of the items below it."""

    id: Name
    topic: str
    requirement: str | None
    """A paraphrase; None where the text was not found."""
    applies_to: tuple[Name, ...]
    compliance: Date | None
    """The day from which it has to be met."""
    days_left: int | None
    """From the day of the answer to that day; negative once it is past."""
    names: tuple[str, ...]
    """Standards, lists and sections it names."""
    status: Status
    """Of its provision, on the day of the answer."""
    cite: str
    confidence: Confidence
    note: str | None
    origin: str


class Shown(Frozen):
    """What was asked for, and all that is below it, in the order of the text."""

    asked: Name
    items: tuple[Item, ...]
    names: tuple[str, ...]
    """Everything the items name, once each."""
    without_text: tuple[Name, ...]
    """Items known by their number only."""


@question("paragraph")
def paragraph(work: Working, name: str) -> tuple[str, Shown]:
    """A paragraph with all below it: "supplement-10.14", "supplement-10.14.f.iii", "supplement-8.B", "supplement-8".

    An item whose text was not found makes the answer undetermined; nothing is said in its place.

    Raises:
        UnknownReferenceError: the tables have no paragraph of that name.
    """
    work.subject = name
    rows = _rows(work, name)
    for row in rows:
        work.step(_sentence(row, work), rows=(row,))
        if row.requirement is None:
            work.missing(
                f"the text of {row.cite}", "it was not found, and only its number is known", place=row.origin,
                fix="read it in the eCFR, and give it in newer tables with --tables",
            )  # fmt: skip
    for ambiguity in concerning(work.law, name):
        if ambiguity.valid(work.as_of):
            consequences = {reading.id: f"{reading.says} {reading.consequence}" for reading in ambiguity.readings}
            # A supplement's name has no bearing on what a paragraph asks, once the paragraph is known.
            about_text = any(concern in work.law.paragraphs for concern in ambiguity.concerns)
            work.ambiguous(ambiguity.id, consequences, differs=None if about_text else False)
    without = tuple(row.id for row in rows if row.requirement is None)
    shown = Shown(
        asked=name,
        items=tuple(_item(row, work) for row in rows),
        names=tuple(dict.fromkeys(named for row in rows for named in row.names)),
        without_text=without,
    )
    return _conclusion(work, name, rows), shown


def concerning(law: Law, name: str) -> tuple[Ambiguity, ...]:
    """The ambiguities about the paragraph, about one it is below, or about one below it."""
    return tuple(
        row
        for rows in law.ambiguities.values()
        for row in rows
        if any(at_or_below(name, concern) or at_or_below(concern, name) for concern in row.concerns)
    )


def _rows(work: Working, name: str) -> list[Paragraph]:
    known = [one for one in work.law.paragraphs if at_or_below(one, name)]
    if not known:
        near = get_close_matches(name, work.law.paragraphs, n=1)
        hint = f"did you mean {near[0]}?" if near else "give an id such as supplement-10.14.b or supplement-8.B"
        raise UnknownReferenceError("the law tables have no such paragraph", value=name, hint=hint)
    rows = [row for row in (work.law.paragraph(one, work.as_of) for one in known) if row is not None]
    if not rows:
        work.paragraph(known[0])
    return rows


def _item(row: Paragraph, work: Working) -> Item:
    return Item(
        id=row.id,
        topic=row.topic,
        requirement=row.requirement,
        applies_to=row.applies_to,
        compliance=row.compliance,
        days_left=None if row.compliance is None else (row.compliance - work.as_of).days,
        names=row.names,
        status=work.stands(row.provision).status,
        cite=row.cite,
        confidence=row.confidence,
        note=row.note,
        origin=row.origin,
    )


def _sentence(row: Paragraph, work: Working) -> str:
    if row.requirement is None:
        return f"{row.cite}: its text was not found."
    due = f" {_due(row, work)}" if row.compliance is not None else ""
    named = f" It names {', '.join(row.names)}." if row.names else ""
    return f"{row.topic}: {row.requirement}{due}{named}"


def _due(row: Paragraph, work: Working) -> str:
    if row.compliance is None:
        return "It sets no compliance date."
    days = (row.compliance - work.as_of).days
    away = counted(abs(days), "day")
    if days > 0:
        return f"Its compliance date is {row.compliance}, in {away}."
    return f"Its compliance date was {row.compliance}, {away} ago." if days else "Its compliance date is today."


_WORDS = {
    "uveu": "UVEU",
    "nveu": "NVEU",
    "veu-general": "General VEU",
    "aia-weights-facility": "AIA weights facilities",
}


def _conclusion(work: Working, name: str, rows: list[Paragraph]) -> str:
    head = next((row for row in rows if row.id == name), None)
    if head is not None and head.requirement is None:
        return f"Cannot be determined: the text of {head.cite} was not found."
    where = {row.provision: work.stands(row.provision) for row in rows}
    stands = " ".join(f"{one.title}: {one.status} since {one.since}." for one in where.values())
    if head is not None:
        who = ", ".join(_WORDS.get(one, one) for one in head.applies_to)
        return f"{head.cite} ({head.topic}). {_due(head, work)}{f' It is for {who}.' if who else ''} {stands}"
    without = [row.cite for row in rows if row.requirement is None]
    gap = f" The text of {len(without)} was not found: {'; '.join(without)}." if without else ""
    return f"{name}: {len(rows)} paragraphs and items.{gap} {stands}"
