"""Strict JSON values of records: numbers keep the text they were written with, and fields are found by dotted path."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

MAX_DEPTH = 64
_OPENING = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_LONE = re.compile("[\ud800-\udfff]")
ABSENT = object()


class Number(str):
    """The literal of a JSON number, exactly as written."""

    __slots__ = ()


class UnreadableError(ValueError):
    """A text or value that has no single reading; carries the reason only."""


def parse_json(data: bytes) -> Any:
    """The value of one JSON text, numbers as `Number`.

    Raises:
        UnreadableError: not UTF-8, not JSON, a member given twice, NaN, nested too deep, or a lone surrogate.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"not UTF-8 at byte {error.start}") from error
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _refuse_depth(text)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise UnreadableError(f"not JSON at character {error.pos + 1}: {error.msg.lower()}") from error
    if ("\\ud" in text or "\\uD" in text) and _LONE.search(json.dumps(value, ensure_ascii=False)):
        raise UnreadableError("a lone surrogate is not text")
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise UnreadableError(f"member {twice[:60]!r} given twice")
    return members


def _constant(name: str) -> NoReturn:
    raise UnreadableError(f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_float=Number, parse_int=Number, parse_constant=_constant)


def _refuse_depth(text: str) -> None:
    # Before parsing, since the parser recurses as deep as the file asks.
    depth = 0
    for match in _OPENING.finditer(text):
        mark = match.group()
        if mark in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise UnreadableError(f"nested deeper than {MAX_DEPTH}")
        elif mark in "]}":
            depth -= 1


def field_of(record: Any, path: str) -> Any:
    """The value at a dotted path, or ABSENT. A name that itself holds points goes before a shorter one."""
    if not isinstance(record, dict):
        return ABSENT
    if path in record:
        return record[path]
    end = path.rfind(".")
    while end > 0:
        inner = record.get(path[:end], ABSENT)
        if isinstance(inner, dict):
            found = field_of(inner, path[end + 1 :])
            if found is not ABSENT:
                return found
        end = path.rfind(".", 0, end)
    return ABSENT


def text_of(value: Any) -> str | None:
    """A scalar as the text casts read; None for null or absent.

    Raises:
        UnreadableError: a list or an object.
    """
    if value is ABSENT or value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        raise UnreadableError(
            f"{'an object' if isinstance(value, dict) else 'a list'} where a single value is expected"
        )
    return str(value)
