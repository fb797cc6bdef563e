"""The law tables: every row by its id, looked up for a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from auditor.errors import UnknownReferenceError
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

D = TypeVar("D", bound=Dated)

Rows = Mapping[str, tuple[D, ...]]
"""Rows of one table by id, each id's in order of validity."""


@dataclass(frozen=True, slots=True)
class Law:
    """The tables as read; `digest` is the SHA-256 over all their files, shipped and the user's."""

    sources: Mapping[str, Source]
    events: Mapping[str, Event]
    provisions: Mapping[str, Provision]
    periods: Rows[Period]
    limits: Rows[Limit]
    allocations: Rows[Allocation]
    lists: Mapping[str, Places]
    memberships: Mapping[str, Rows[Membership]]
    """Of each list, by ISO code."""
    paragraphs: Rows[Paragraph]
    definitions: Rows[Definition]
    ambiguities: Rows[Ambiguity]
    duties: Rows[Duty]
    digest: str

    def period(self, provision: str, on: date) -> Period | None:
        """The provision's status on the day; None before the first row or in a time without one."""
        return _valid(self._known(self.periods, provision, "provision"), on)

    def limit(self, name: str, on: date) -> Limit | None:
        """The limit's row on the day."""
        return _valid(self._known(self.limits, name, "limit"), on)

    def allocation(self, quarter: str, on: date) -> Allocation | None:
        """The NVEU allocation of the quarter, as the table stands on the day; None for a quarter not in the table."""
        return _valid(self.allocations.get(quarter, ()), on)

    def members(self, places: str, on: date) -> dict[str, Membership]:
        """The list's members on the day by ISO code."""
        if places not in self.lists:
            raise UnknownReferenceError("no such list of destinations", value=places)
        found = ((iso, _valid(rows, on)) for iso, rows in self.memberships[places].items())
        return {iso: row for iso, row in found if row is not None}

    def membership(self, places: str, iso: str, on: date) -> Membership | None:
        """The place's row in the list on the day; None if it is not a member then."""
        if places not in self.lists:
            raise UnknownReferenceError("no such list of destinations", value=places)
        return _valid(self.memberships[places].get(iso, ()), on)

    def paragraph(self, name: str, on: date) -> Paragraph | None:
        """The paragraph's row on the day."""
        return _valid(self._known(self.paragraphs, name, "paragraph"), on)

    def definition(self, name: str, on: date) -> Definition | None:
        """The definition's row on the day."""
        return _valid(self._known(self.definitions, name, "definition"), on)

    def ambiguity(self, name: str, on: date) -> Ambiguity | None:
        """The ambiguity's row on the day."""
        return _valid(self._known(self.ambiguities, name, "ambiguity"), on)

    @staticmethod
    def _known(table: Rows[D], name: str, what: str) -> tuple[D, ...]:
        if name not in table:
            raise UnknownReferenceError(f"the law tables have no such {what}", value=name)
        return table[name]


def at_or_below(name: str, paragraph: str) -> bool:
    """Whether the id is the paragraph's, or of an item below it."""
    return name == paragraph or name.startswith(f"{paragraph}.")


def _valid(rows: tuple[D, ...], on: date) -> D | None:
    return next((row for row in rows if row.valid(on)), None)
