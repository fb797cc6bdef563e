"""Why text does not become a value: one wording for all formats."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.errors import shorten

NOTHING = "nothing where a value is required"
NOT_INTEGER = "not an integer in plain decimal digits"
BEYOND = "beyond 64 bits"
NOT_BOOLEAN = "not true or false"
NOT_SECONDS = "not decimal seconds with at most six places"
TWICE = "ambiguous local time: this hour happened twice"
NEVER = "this local time never happened: the clock was put forward over it, or it lies outside 1970 to 2069"
LATER = "later than the moment of collection"
NUL = "NUL character"
TOO_LONG = "field longer than 1 MiB"
MAX_FIELD = 1 << 20


@dataclass(frozen=True, slots=True)
class Malformed:
    """A record that could not be split into fields. `record` and `line` count from 1; line 0: not known."""

    record: int
    line: int
    column: str
    value: str
    reason: str


def malformed(record: int, line: int, column: str, value: str | bytes, reason: str) -> Malformed:
    """A malformed record with its value shortened to one printable line."""
    text = value[:400].decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value
    return Malformed(record, line, column, shorten(text), reason)
