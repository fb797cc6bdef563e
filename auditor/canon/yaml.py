"""YAML in the small, strict subset that has one reading: maps, lists, text, integers, true, false, null.

Anchors, aliases, tags, several documents, duplicate keys, floats and YAML 1.1's many spellings of yes are
refused or read as text, so that neither a bomb nor a surprise fits in. Every value keeps its line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from auditor.errors import SchemaError

_INTEGER = re.compile(r"-?(0|[1-9]\d{0,15})", re.ASCII)
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
MAX_NODES = 2_000_000
MAX_DEPTH = 32


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document: `value`, and the line (from 1) at which each value begins, by path of keys."""

    name: str
    value: Any
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)

    def place(self, path: tuple[str | int, ...] = ()) -> str:
        """`file:line` of the value at `path`, or of its nearest ancestor that has a line."""
        while path and path not in self.lines:
            path = path[:-1]
        return f"{self.name}:{self.lines.get(path, 1)}"


def parse_yaml(data: bytes | str, name: str, *, max_bytes: int = 32 * 2**20) -> Document:
    """Parse one YAML document of the subset.

    Raises:
        SchemaError: not UTF-8, not YAML, outside the subset, too large; with file and line.
    """
    import yaml

    if len(data) > max_bytes:
        raise SchemaError(f"larger than the {max_bytes} bytes allowed", place=name, value=len(data))
    if isinstance(data, bytes):
        try:
            data = data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            problem, hint = f"not UTF-8 at byte {error.start}", "save it as text in UTF-8"
            raise SchemaError(problem, place=f"{name}:{line}", hint=hint) from error
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    lines: dict[tuple[str | int, ...], int] = {}
    try:
        reader = _Reader(yaml.parse(data, Loader=loader), name, lines)
        value = reader.document()
    except yaml.YAMLError as error:
        raise _not_yaml(error, data, name) from error
    return Document(name, value, lines)


def _not_yaml(error: Any, text: str, name: str) -> SchemaError:
    """The refusal of PyYAML in our words; its reader names a character, its parser a place."""
    character, mark = getattr(error, "character", None), getattr(error, "problem_mark", None)
    if isinstance(character, int):
        line = text.count("\n", 0, text.find(chr(character))) + 1
        return SchemaError(
            "not YAML: a control character", place=f"{name}:{line}", value=chr(character),
            hint="remove it; if the file is no text at all, give the right one",
        )  # fmt: skip
    line = mark.line + 1 if mark else 1
    hint = "look there and in the line before: for indentation by spaces, and closed quotes and brackets"
    return SchemaError(f"not YAML: {getattr(error, 'problem', None) or error}", place=f"{name}:{line}", hint=hint)


class _Reader:
    """Builds plain values from YAML events, so that refused features are never expanded first."""

    def __init__(self, events: Any, name: str, lines: dict[tuple[str | int, ...], int]) -> None:
        self._events = events
        self._name = name
        self._lines = lines
        self._nodes = 0

    def document(self) -> Any:
        value: Any = None
        seen = False
        for event in self._events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                if seen:
                    self._refuse("only one document is allowed in a file", event, hint="remove the line ---")
                seen = True
                value = self._node(next(self._events), ())
        return value

    def _refuse(self, problem: str, event: Any, value: object = None, hint: str | None = None) -> Any:
        raise SchemaError(problem, place=f"{self._name}:{event.start_mark.line + 1}", value=value, hint=hint)

    def _refuse_features(self, event: Any) -> None:
        if type(event).__name__ == "AliasEvent" or event.anchor is not None:
            self._refuse("anchors and aliases are not allowed", event, hint="write the value out where it is used")
        # "!" marks text that was quoted; it is no tag of the author's.
        if event.tag not in (None, "!"):
            self._refuse("tags are not allowed", event, value=event.tag, hint="remove the word with !")

    def _node(self, event: Any, path: tuple[str | int, ...]) -> Any:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._refuse(f"more than {MAX_NODES} values", event)
        if len(path) > MAX_DEPTH:
            self._refuse(f"nested deeper than {MAX_DEPTH}", event, hint="flatten it, or close a bracket")
        kind = type(event).__name__
        self._refuse_features(event)
        self._lines[path] = event.start_mark.line + 1
        if kind == "ScalarEvent":
            return self._scalar(event)
        if kind == "SequenceStartEvent":
            return self._sequence(path)
        return self._mapping(path)

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            return int(text)
        return text

    def _sequence(self, path: tuple[str | int, ...]) -> list[Any]:
        items: list[Any] = []
        while True:
            event = next(self._events)
            if type(event).__name__ == "SequenceEndEvent":
                return items
            items.append(self._node(event, (*path, len(items))))

    def _mapping(self, path: tuple[str | int, ...]) -> dict[str, Any]:
        members: dict[str, Any] = {}
        while True:
            event = next(self._events)
            kind = type(event).__name__
            if kind == "MappingEndEvent":
                return members
            self._refuse_features(event)
            if kind != "ScalarEvent":
                self._refuse("a key must be plain text", event, hint="if it is text with braces, put it in quotes")
            key: str = event.value
            if key in members:
                self._refuse("key given twice", event, value=key, hint="keep one of the two")
            members[key] = self._node(next(self._events), (*path, key))
            self._lines[(*path, key)] = event.start_mark.line + 1
