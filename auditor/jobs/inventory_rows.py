"""A row of an inventory by serial: its columns, and what each may say by the facts file and the inventory's day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from auditor.errors import FactsError
from auditor.evidence.rejects import Malformed
from auditor.model.facts import Authorization, Condition, Inventory

if TYPE_CHECKING:
    from auditor.regulation.facts.file import FactsFile

REQUIRED = ("serial", "chip", "site", "condition", "received")
OPTIONAL = ("owner", "authorization")
COLUMNS = (*REQUIRED, *OPTIONAL)
EARLIEST = date(2000, 1, 1)
"""No accelerator a limit counts is older; an earlier day is a slip of the pen."""

SERIAL = r"[!-~]([ -~]{0,98}[!-~])?"
"""Printable ASCII without blanks at its ends: two spellings of one serial must not pass for two chips."""

_SERIAL_PATTERN = re.compile(SERIAL)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Row(NamedTuple):
    """What a row says apart from its serial, as text; "" where it says nothing."""

    chip: str
    site: str
    condition: str
    received: str
    owner: str
    authorization: str


class Judge:
    """What a row may say, by the facts file and the inventory's day."""

    def __init__(self, file: FactsFile, inventory: Inventory) -> None:
        self._place = inventory.file
        self._on = inventory.date
        self._known: Mapping[str, Any] = {
            "chip": file.chips,
            "site": file.sites,
            "owner": file.parties,
            "condition": {str(one): one for one in Condition},
            "authorization": {str(one): one for one in Authorization},
        }
        self._days: dict[str, str | None] = {"": None}

    def fits(self, row: Row) -> bool:
        """Whether all but the serial is as it may be."""
        return not any(self._wrong(column, text) for column, text in row._asdict().items())

    def malformed(self, record: Malformed) -> FactsError:
        """A record that cannot be split into fields."""
        column = f"{record.column}: " if record.column else ""
        return FactsError(
            f"{column}{record.reason}", place=f"{self._place}:{record.line}", value=record.value,
            hint="write one row for each chip, with as many fields as the header, in UTF-8",
        )  # fmt: skip

    def problems(self, line: int, fields: Mapping[str, str]) -> list[FactsError]:
        """Everything wrong with a row."""
        found = []
        for column, text in fields.items():
            wrong = self._wrong(column, text)
            if wrong:
                place = f"{self._place}:{line}"
                found.append(FactsError(f"{column}: {wrong[0]}", place=place, value=text, hint=wrong[1]))
        return found

    def _wrong(self, column: str, text: str) -> tuple[str, str] | None:
        """The problem and the fix, if the column may not say that."""
        if column == "serial":
            return None if _SERIAL_PATTERN.fullmatch(text) else self._serial(text)
        if column == "received":
            if text not in self._days:
                self._days[text] = self._day(text)
            problem = self._days[text]
            return (problem, "write the day as 2026-10-01, or nothing if it is not known") if problem else None
        if text in self._known[column] or (text == "" and column in OPTIONAL):
            return None
        near = ", ".join(sorted(self._known[column])[:8])
        if not text:
            return "nothing where a value is required", f"name one of: {near}"
        fixed = column in ("condition", "authorization")
        return f"no such {column}", f"name one of: {near}" if fixed else f"add it to the facts, or name one of: {near}"

    def _serial(self, text: str) -> tuple[str, str]:
        if not text:
            return "nothing where a serial is required", "give the serial on the chip or its board"
        return (
            "not 1 to 100 printable ASCII characters without blanks at the ends",
            "write it as it stands on the chip or its board",
        )

    def _day(self, text: str) -> str | None:
        if not _DATE.fullmatch(text):
            return "not a date like 2026-10-01"
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return "no such day"
        if day > self._on:
            return f"later than the inventory, which is of {self._on}"
        return f"before {EARLIEST}" if day < EARLIEST else None
