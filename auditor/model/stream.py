"""Evidence streams: the shape that records must have before any test may look at them."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import model_validator

from auditor.model.base import Duration, Frozen, Name, Text


class ColumnType(StrEnum):
    """What a column holds; everything is stored as text, a 64-bit integer or a boolean."""

    TEXT = "text"
    INTEGER = "integer"
    INSTANT = "instant"
    DURATION = "duration"
    BOOLEAN = "boolean"
    CODE = "code"


class Column(Frozen):
    """One column: instants and durations are integers of microseconds; a code is one of `values`.

    `personal`: its values name persons, and results show pseudonyms instead, wherever such a value stands.
    `impersonal`: codes by another column of the stream; a value in a row with such a code names no person.
    """

    type: ColumnType
    meaning: Text
    optional: bool = False
    values: tuple[str, ...] = ()
    personal: bool = False
    impersonal: dict[Name, tuple[str, ...]] = {}

    @model_validator(mode="after")
    def _text_names(self) -> Self:
        if self.type is not ColumnType.TEXT and (self.personal or self.impersonal):
            raise ValueError("only a column of type text names persons")
        return self

    @model_validator(mode="after")
    def _code_has_values(self) -> Self:
        if (self.type is ColumnType.CODE) != bool(self.values):
            raise ValueError("a column of type code lists its values, and no other type does")
        return self


class Completeness(Frozen):
    """When the stream counts as complete for a period.

    `declaration`: the observed periods of its items, clipped at the moment of collection, cover the period.
    `records`: that, and no two successive records of one `scope` lie further apart than `max_gap`.
    `snapshot`: one item was collected within `max_age` of the end of the period, or later.
    """

    by: Literal["declaration", "records", "snapshot"]
    max_gap: Duration | None = None
    max_age: Duration | None = None
    scope: tuple[Name, ...] = ()


class Sequence(Frozen):
    """An integer column that counts without holes inside each `scope`; holes are gaps in the evidence."""

    column: Name
    scope: tuple[Name, ...]


class Stream(Frozen):
    """One stream: columns by name, the columns that identify a row, and what complete means."""

    id: Name
    title: Text
    meaning: Text
    key: tuple[Name, ...] = ()
    order: tuple[Name, ...]
    time: Name | None = None
    complete: Completeness
    sequence: Sequence | None = None
    empty: Literal["refused", "allowed"] = "refused"
    columns: dict[Name, Column]

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        named = {*self.key, *self.order, *self.complete.scope, *((self.time,) if self.time else ())}
        if self.sequence:
            named |= {self.sequence.column, *self.sequence.scope}
        named |= {other for column in self.columns.values() for other in column.impersonal}
        unknown = sorted(named - set(self.columns))
        if unknown:
            raise ValueError(f"names columns it does not have: {', '.join(unknown)}")
        if self.complete.by == "records" and (self.complete.max_gap is None or self.time is None):
            raise ValueError("complete by records needs max_gap and time")
        if self.complete.by == "snapshot" and self.complete.max_age is None:
            raise ValueError("complete by snapshot needs max_age")
        return self
