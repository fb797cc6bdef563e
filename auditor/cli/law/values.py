"""The result of an answer as lines: facts as `label  value`, rows as tables or blocks that fit the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from auditor.model.base import Frozen
from auditor.model.exact import spoken

_SKIP = frozenset({"origin", "facts"})
"""Fields the working shows already."""

_BODY = ("says", "cite", "status", "provision", "fix")
"""Fields of a row that is a sentence with its paragraph."""

WIDTH = 80
"""Columns of a terminal."""

_LONGEST_WORD = 26


def printable(text: str) -> str:
    """`text` with whatever is no printable character escaped: facts do not get to move the cursor."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def fields(value: Frozen, width: int, indent: int, *, without: frozenset[str] = frozenset()) -> list[str]:
    """Lines of at most `width` columns for a result: its plain values under each other, then its rows."""
    plain: list[tuple[str, str]] = []
    rest: list[str] = []
    for name in type(value).model_fields:
        inner = getattr(value, name)
        if name in _SKIP or name in without or inner is None or inner == ():
            continue
        label = name.replace("_", " ")
        if _sentences(inner):
            rest += ["", f"{' ' * indent}{label}"]
            for one in inner:
                rest += textwrap.wrap(
                    printable(one), width, initial_indent=f"{' ' * indent}  - ", subsequent_indent=" " * (indent + 4)
                )
        elif _simple(inner):
            plain.append((label, said(name, inner)))
        else:
            rest += ["", f"{' ' * indent}{label}", *_nested(name, inner, width, indent + 2)]
    return [*pairs(plain, width, indent), *(rest if plain else rest[1:])]


def _nested(name: str, value: Any, width: int, indent: int) -> list[str]:
    if isinstance(value, Frozen):
        return fields(value, width, indent)
    if isinstance(value, Mapping):
        if all(_simple(inner) for inner in value.values()):
            return pairs([(str(key), said(name, inner)) for key, inner in value.items()], width, indent)
        lines: list[str] = []
        for key, inner in value.items():
            lines += [f"{' ' * indent}{printable(str(key))}", *_nested(name, inner, width, indent + 2)]
        return lines
    return rows(value, width, indent)


def rows(values: Sequence[Frozen], width: int, indent: int) -> list[str]:
    """Rows of one type: sentences with their paragraph, a table where it fits, else a block each."""
    if "says" in type(values[0]).model_fields:
        return [line for value in values for line in _sentence(value, width, indent)]
    names = [n for n in type(values[0]).model_fields if n not in _SKIP and any(_told(getattr(v, n)) for v in values)]
    flat = [_flat(value, names) for value in values]
    if all(_simple(inner) for row in flat for inner in row.values()):
        heads = list(dict.fromkeys(name for row in flat for name in row))
        right = [all(isinstance(row.get(n), Decimal | int | None) for row in flat) for n in heads]
        cells = [[said(n, row.get(n)) for n in heads] for row in flat]
        made = table([name.replace("_", " ") for name in heads], cells, right, width, indent)
        if made is not None:
            return made
    lines: list[str] = []
    for value in values:
        block = fields(value, width, indent + 2)
        lines += [f"{' ' * indent}- {block[0].lstrip()}", *block[1:]] if block else []
    return lines


def _flat(value: Frozen, names: Sequence[str]) -> dict[str, Any]:
    """The row's values; those of a row within it that is only values, such as a count, beside them."""
    found: dict[str, Any] = {}
    for name in names:
        inner = getattr(value, name)
        if isinstance(inner, Frozen) and len(type(inner).model_fields) <= 2:
            for under in type(inner).model_fields:
                found[f"{name} {under}"] = getattr(inner, under)
        else:
            found[name] = inner
    return found


def _sentence(value: Frozen, width: int, indent: int) -> list[str]:
    """`- lead: says` over `(cite; status)`: the lead is whatever else the row holds."""
    lead, rest = [], []
    named = type(value).model_fields
    # A check says first how it came out; the id of its condition is in the working.
    names = ["finding", "topic"] if {"finding", "topic", "condition"} <= named.keys() else list(named)
    for name in names:
        inner = getattr(value, name)
        if name == "holds" and inner is None:
            lead.append("open")
        if name in (*_BODY, *_SKIP) or not _told(inner):
            continue
        if not _simple(inner):
            rest += [f"{' ' * (indent + 2)}{name.replace('_', ' ')}", *_nested(name, inner, width, indent + 4)]
        elif name == "holds":
            lead.append("applies" if inner else "does not apply")
        elif isinstance(inner, bool):
            lead.append(name.replace("_", " ") if inner else f"not {name.replace('_', ' ')}")
        else:
            lead.append(said(name, inner))
    first, later = f"{' ' * indent}- ", " " * (indent + 2)
    lines = textwrap.wrap(" · ".join(lead), width, initial_indent=first, subsequent_indent=later)
    lines += textwrap.wrap(
        printable(str(getattr(value, "says", ""))), width, initial_indent=later, subsequent_indent=later
    )
    tail = [str(getattr(value, name)) for name in ("cite", "status") if getattr(value, name, None)]
    if tail:
        lines += textwrap.wrap(printable(f"({', '.join(tail)})"), width, initial_indent=later, subsequent_indent=later)
    if getattr(value, "fix", None):
        lines += textwrap.wrap(
            printable(f"fix: {getattr(value, 'fix', '')}"),
            width,
            initial_indent=later,
            subsequent_indent=f"{later}     ",
        )
    return [*lines, *rest]


def table(
    heads: Sequence[str], cells: Sequence[Sequence[str]], right: Sequence[bool], width: int, indent: int = 2
) -> list[str] | None:
    """A table of at most `width` columns, long text wrapped between words within its column; None if it cannot fit."""
    cells = [[printable(cell) for cell in row] for row in cells]
    columns = [[head, *(row[i] for row in cells)] for i, head in enumerate(heads)]
    widths = [max(map(len, column)) for column in columns]
    least = [
        w if r else max(min(len(word), _LONGEST_WORD) for text in column for word in text.split() or [""])
        for column, w, r in zip(columns, widths, right, strict=True)
    ]
    room = width - indent - 2 * (len(heads) - 1)
    # Figures stay whole; the heads over them may wrap.
    for i, r in enumerate(right):
        if r:
            figures = [len(row[i]) for row in cells]
            least[i] = widths[i] = max([*figures, *map(len, heads[i].split())])
    while sum(widths) > room:
        widest = max((i for i in range(len(heads)) if widths[i] > least[i]), key=lambda i: widths[i], default=None)
        if widest is None:
            return None
        widths[widest] -= 1
    lines: list[str] = []
    for row in [list(heads), ["─" * w for w in widths], *map(list, cells)]:
        wrapped = [textwrap.wrap(cell, w, break_on_hyphens=False) or [""] for cell, w in zip(row, widths, strict=True)]
        for at in range(max(map(len, wrapped))):
            parts = [cell[at] if at < len(cell) else "" for cell in wrapped]
            set_ = [f"{p:>{w}}" if r else f"{p:<{w}}" for p, w, r in zip(parts, widths, right, strict=True)]
            lines.append(f"{' ' * indent}{'  '.join(set_)}".rstrip())
    return lines


def pairs(told: Sequence[tuple[str, str]], width: int, indent: int) -> list[str]:
    """Lines `label  value`, the values under each other."""
    label_width = min(max((len(printable(label)) for label, _ in told), default=0), 34)
    lines: list[str] = []
    for label, value in told:
        first = f"{' ' * indent}{printable(label):<{label_width}}  "
        lines += textwrap.wrap(
            value, width, initial_indent=first, subsequent_indent=" " * len(first), break_on_hyphens=False
        ) or [first.rstrip()]
    return lines


def _simple(value: Any) -> bool:
    if isinstance(value, tuple | list | frozenset):
        return all(_simple(inner) and not isinstance(inner, tuple) for inner in value)
    return not isinstance(value, Frozen | Mapping)


def _sentences(value: Any) -> bool:
    return isinstance(value, tuple) and any(isinstance(inner, str) and len(inner) > 40 for inner in value)


def _told(value: Any) -> bool:
    return value is not None and value != ()


def said(name: str, value: Any) -> str:
    """A value for people: figures with thousands apart, percent and yes or no in words."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{_number(value)}{' %' if 'percent' in name or name.endswith('share') else ''}"
    if isinstance(value, int):
        return f"{value:,}" if name != "year" else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list | frozenset):
        ordered = sorted(value, key=str) if isinstance(value, frozenset) else value
        return ", ".join(said(name, inner) for inner in ordered) or "none"
    return printable(str(value))


def _number(value: Decimal) -> str:
    return f"-{spoken(-value)}" if value < 0 else spoken(value)
