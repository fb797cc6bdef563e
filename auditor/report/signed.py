"""Signed JSON with the place of each value, and text that knows which signed value it shows.

The document is composed from the bytes that were signed. Each piece of text made from them is a `Printed`: in HTML it
stands inside an element that carries its id, in the PDF inside a structure element with that id, and a verifier that
composes the same document from the same bytes knows what must be there. Nothing here needs more than the standard
library.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import cache
from typing import Any, Self

from auditor.canon.instant import parse_instant
from auditor.errors import RenderError

_OPTIONAL = frozenset(
    {
        "reason", "title", "mapping", "population", "began", "ended", "period", "level", "validation", "earliest",
        "latest", "evidence_seal", "supersedes",
    }
)  # fmt: skip


class Printed(str):
    """Text as printed, with the id of the field it is: a JSON pointer into the payload, and after # what is shown."""

    __slots__ = ("id",)
    id: str

    def __new__(cls, field: str, text: str) -> Self:
        """`text` as the field `field`."""
        made = super().__new__(cls, text)
        made.id = field
        return made

    def __html__(self) -> str:
        return f'<span data-field="{html.escape(self.id)}">{html.escape(self)}</span>'


class Node:
    """An object of the signed JSON. Members are asked for in snake_case and come as nodes, tuples and plain values.

    Raises:
        RenderError: a member that this edition of the document prints is not there.
    """

    __slots__ = ("_members", "_value", "pointer")

    def __init__(self, value: dict[str, Any], pointer: str = "") -> None:
        self._value = value
        self._members: dict[str, Any] = {}
        self.pointer = pointer

    def __getattr__(self, name: str) -> Any:
        found = self._members.get(name, self)
        if found is self:
            found = self._members[name] = self._read(name)
        return found

    def _read(self, name: str) -> Any:
        key = _camel(name)
        if key in self._value:
            return _wrapped(self._value[key], f"{self.pointer}/{_token(key)}")
        if name in _OPTIONAL:
            return None
        raise RenderError(
            "the results do not have the shape of this edition: a member is missing",
            place=f"{self.pointer}/{key}",
            hint="use the edition of the auditor that made the report",
        )

    def entries(self) -> tuple[tuple[str, Any], ...]:
        """Names and values of an object whose names are data, in the order of the names."""
        return tuple((key, _wrapped(self._value[key], f"{self.pointer}/{_token(key)}")) for key in sorted(self._value))

    def instant(self, name: str) -> int | None:
        """A member that is an instant, in microseconds; None if it is not there."""
        text = self._value.get(name)
        return None if text is None else parse_instant(text)

    def at(self, name: str) -> int:
        """As `instant`, for a member that must be there."""
        found = self.instant(name)
        if found is None:
            raise RenderError("the results do not have the shape of this edition", place=f"{self.pointer}/{name}")
        return found

    def printed(self, shown: str, text: str) -> Printed:
        """`text` as the field that shows `shown` of this object."""
        return Printed(f"{self.pointer}#{shown}", text)

    def each(self, name: str, spell: Callable[[str], str]) -> tuple[Printed, ...]:
        """Each text of a list, as a field."""
        place = f"{self.pointer}/{_camel(name)}"
        return tuple(Printed(f"{place}/{n}#text", spell(text)) for n, text in enumerate(getattr(self, name)))


def _wrapped(value: Any, pointer: str) -> Any:
    if isinstance(value, dict):
        return Node(value, pointer)
    if isinstance(value, list):
        return tuple(_wrapped(entry, f"{pointer}/{n}") for n, entry in enumerate(value))
    return value


@cache
def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


@cache
def _token(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
