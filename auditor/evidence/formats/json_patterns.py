"""JSON lines read by pattern: an exporter writes few shapes of line, and a line of a known shape needs no parser.

A pattern is made of a line that was parsed with care: its members in their order. It matches only lines that parsing
would give the same texts: the same names, so none comes twice; texts without escapes; numbers as JSON writes them.
Any other line is parsed. No quantifier in a pattern gives anything back, so matching takes one pass over the line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from auditor.evidence.formats.values import Number, field_of
from auditor.evidence.mapping import StreamMapping

MAX_LINE = 1 << 16
MAX_MEMBERS = 256
MAX_PATTERNS = 8
PATIENCE = 1000
"""Lines that no pattern matched, beyond those that one did, after which patterns are given up."""

_TEXT = r'[^"\\\x00-\x1f]*+'
_NUMBER = r"-?+(?>0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?+[0-9]++)?+"
_ANY = rf'(?>"{_TEXT}"|{_NUMBER}|true|false|null)'
# The text of what is null or absent is None, and so is a group that took no part.
_NOTHING = r"((?!))?+"

Row = Sequence[str | None]


class Unknown:
    """What a line is that no pattern matches."""


UNKNOWN = Unknown()


class Patterns:
    """The patterns of the lines of one file for one stream, learned on the way."""

    def __init__(self, part: StreamMapping) -> None:
        self._fields = part.fields
        self._where = [(part.fields.index(path), frozenset(words)) for path, words in part.where.items()]
        self._known: list[_Pattern] = []
        self._patience = PATIENCE if part.each is None else 0

    def read(self, data: bytes) -> Row | Unknown | None:
        """The texts of the stream's fields in a line; None if its `where` says that it is not meant for the stream."""
        if not self._known or len(data) > MAX_LINE:
            return UNKNOWN
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return UNKNOWN
        for index, pattern in enumerate(self._known):
            row = pattern.read(text)
            if row is not None:
                self._patience += 1
                if index:
                    self._known.insert(0, self._known.pop(index))
                return row if all((row[place] or "") in words for place, words in self._where) else None
        return UNKNOWN

    def learn(self, data: bytes, record: dict[str, Any]) -> None:
        """Make a pattern of a line that no pattern matched, and that was parsed to `record`."""
        if self._patience <= 0:
            self._known.clear()
            return
        self._patience -= 1
        # Making a pattern takes a tenth of a millisecond for each member.
        if len(self._known) == MAX_PATTERNS or len(data) > MAX_LINE or data.count(b'":') > MAX_MEMBERS:
            return
        text = data.decode("utf-8")
        made = (_Pattern.make(record, self._fields, *marks) for marks in ((",", ":"), (", ", ": ")))
        fitting = next((pattern for pattern in made if pattern and pattern.read(text) is not None), None)
        if fitting:
            self._known.append(fitting)


class _Pattern:
    """One shape of line; `groups` are the numbers of the groups that hold the fields' texts."""

    def __init__(self, expression: str, groups: tuple[int, ...]) -> None:
        self._match = re.compile(expression).fullmatch
        self._groups = groups

    def read(self, text: str) -> Row | None:
        found = self._match(text)
        if found is None:
            return None
        # Asked for one group, `group` gives no tuple.
        return found.group(*self._groups) if len(self._groups) > 1 else [found[self._groups[0]]]

    @classmethod
    def make(cls, record: dict[str, Any], fields: Sequence[str], comma: str, colon: str) -> _Pattern | None:
        """The pattern of the record with these marks between members; None if a field is no single value."""
        tree = _leaves(record)
        found = [field_of(tree, field) for field in fields]
        if any(isinstance(one, dict) or (isinstance(one, _Leaf) and isinstance(one.value, list)) for one in found):
            return None
        groups: dict[Any, int] = {}
        expression = _NOTHING + _written(tree, comma, colon, set(found), groups)
        return cls(expression, tuple(groups.get(one, 1) for one in found))


class _Leaf:
    """A value in a record that is no object, told from others that are equal."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _leaves(value: Any) -> Any:
    return {name: _leaves(inner) for name, inner in value.items()} if isinstance(value, dict) else _Leaf(value)


def _written(tree: Any, comma: str, colon: str, wanted: set[Any], groups: dict[Any, int]) -> str:
    """The expression of a tree; numbers the groups of the wanted leaves, from 2 on."""
    if isinstance(tree, dict):
        members = (
            re.escape(f"{json.dumps(name, ensure_ascii=False)}{colon}") + _written(inner, comma, colon, wanted, groups)
            for name, inner in tree.items()
        )
        return rf"\{{{re.escape(comma).join(members)}\}}"
    if isinstance(tree.value, list):
        return rf"\[(?:{_ANY}(?:{re.escape(comma)}{_ANY})*+)?+\]"
    if tree not in wanted:
        return _ANY
    if tree.value is None:
        return "null"
    groups[tree] = len(groups) + 2
    if isinstance(tree.value, bool):
        return "(true|false)"
    return f"({_NUMBER})" if isinstance(tree.value, Number) else f'"({_TEXT})"'
