"""What an application for Data Center VEU holds, by Supplement No. 8 to part 748; and the traps in that list."""

from __future__ import annotations

import re

from auditor.model.law import Paragraph
from auditor.regulation.route.types import Content
from auditor.regulation.working import Working

SUPPLEMENT = "supplement-8."


def contents(work: Working, role: str) -> tuple[Content, ...]:
    """The items of Supplement No. 8 for the role (uveu, nveu), in order; those known by number only are for both."""
    rows = [
        row
        for name, dated in work.law.paragraphs.items()
        if name.startswith(SUPPLEMENT)
        for row in dated
        if row.valid(work.as_of) and (role in row.applies_to or not row.applies_to)
    ]
    rows.sort(key=_order)
    known = [row for row in rows if row.requirement]
    open_ = [row for row in rows if not row.requirement]
    if known:
        says = f"An application for {role.upper()} holds {len(known)} items whose text was found."
        work.step(says, rows=tuple(known))
    if open_:
        ids = ", ".join(row.id.removeprefix(SUPPLEMENT) for row in open_)
        says = (
            f"{len(open_)} items are known by number only ({ids}): their text was not found, nothing stands in for it."
        )
        work.step(says, rows=tuple(open_))
    return tuple(
        Content(
            id=row.id, topic=row.topic, requirement=row.requirement, cite=row.cite, confidence=row.confidence,
            status=work.stands(row.provision).status, note=row.note,
        )
        for row in rows
    )  # fmt: skip


def traps(work: Working) -> None:
    """Ambiguities of the list of contents, each reading with what it asks; none of them changes the route."""
    for name in ("supplement-8-end", "supplement-8-name", "sanctions-consequence"):
        row = work.law.ambiguity(name, work.as_of)
        if row is not None:
            work.ambiguous(name, {one.id: one.consequence for one in row.readings}, differs=False)


def _order(row: Paragraph) -> tuple[tuple[int, int, str], ...]:
    """A before B, 2 before 10."""
    parts = re.split(r"[.]", row.id.removeprefix(SUPPLEMENT))
    return tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts)
