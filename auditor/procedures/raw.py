"""What a procedure is given and what it hands back, before row references become citations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from auditor.model.bundle import Period

if TYPE_CHECKING:
    import numpy

    Arrays = dict[str, numpy.ndarray[Any, Any]]


@dataclass(frozen=True, slots=True)
class RawException:
    """One deviation: `certainty` is 'violation' or 'possible', times are microseconds, `refs` are row references."""

    certainty: str
    subject: str
    began: int | None
    ended: int | None
    sentence: str
    refs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RawResult:
    """Counts of the test's unit, the exceptions in any order, and figures as (name, value, unit)."""

    expected: int
    examined: int
    exceptions: Sequence[RawException]
    measures: Sequence[tuple[str, int, str]] = ()
    counts: tuple[int, int] | None = None
    """Violations and possible ones, where `exceptions` are only the first of them; None if they are all."""


class Tables(Protocol):
    """The part of the table store a procedure may use; every query is one SELECT."""

    def rows(self, sql: str, parameters: Mapping[str, int] | None = None) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and all rows."""

    def chunks(self, sql: str, parameters: Mapping[str, int] | None = None, *, rows: int = 131_072) -> Iterator[Arrays]:
        """The result in its order, at most `rows` at a time, as columns of int64, bool, or object for text.

        A chunk stays as it is when the next one is asked for.
        """

    def has(self, name: str) -> bool:
        """Whether a table of this name exists."""

    def create(self, name: str, sql: str, parameters: Mapping[str, int] | None = None) -> None:
        """Keep a result as a table."""


Procedure = Callable[[Tables, Mapping[str, int], Mapping[str, str | int], Period, int], RawResult]
"""(tables, the control's parameters as integers, the test's arguments, period, as_of in microseconds) -> result."""
