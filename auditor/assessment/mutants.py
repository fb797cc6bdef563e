"""Mutants of a query: the same statement with one small change each, to see whether the cases would notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sqlglot
from sqlglot import exp

from auditor.catalog.catalog import Query

_SWAPPED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.EQ: exp.NEQ,
    exp.NEQ: exp.EQ,
    exp.GT: exp.GTE,
    exp.GTE: exp.GT,
    exp.LT: exp.LTE,
    exp.LTE: exp.LT,
    exp.And: exp.Or,
    exp.Or: exp.And,
    exp.Add: exp.Sub,
    exp.Sub: exp.Add,
    exp.Min: exp.Max,
    exp.Max: exp.Min,
    exp.Greatest: exp.Least,
    exp.Least: exp.Greatest,
}


def query_mutants(query: Query) -> Iterator[tuple[str, Query]]:
    """Every mutant of the query's population and exceptions, each with a line saying what was changed."""
    for statement in ("population", "exceptions"):
        original = getattr(query, statement)
        for change, text in statement_mutants(original):
            parts = {"population": query.population, "exceptions": query.exceptions, statement: text}
            yield f"{statement}: {change}", Query(query.place, measures=None, **parts)


def statement_mutants(sql: str) -> Iterator[tuple[str, str]]:
    """Each `(change, statement)`; deterministic, in the order of the statement's syntax tree."""
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    count = sum(1 for _ in tree.walk())
    for position in range(count):
        node = _at(tree, position)
        if _is_wording(node):
            continue
        for change in _changes(node):
            copy = tree.copy()
            target = _at(copy, position)
            before = target.sql(dialect="duckdb")
            after = change(target)
            if after is not None and after != before:
                yield f"{_short(before)} → {_short(after)}", copy.sql(dialect="duckdb")


def _at(tree: exp.Expr, position: int) -> exp.Expr:
    for index, node in enumerate(tree.walk()):
        if index == position:
            return node
    raise AssertionError("position beyond the tree")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"


def _is_wording(node: exp.Expr) -> bool:
    """Sentences are words for people; changing them changes no outcome."""
    at: exp.Expr | None = node
    while at is not None:
        if isinstance(at, exp.Alias) and at.alias in ("sentence", "subject") and isinstance(node, exp.Literal):
            return True
        if isinstance(at, exp.DPipe | exp.Concat):
            return True
        at = at.parent
    return False


Change = Callable[[exp.Expr], str | None]


def _changes(node: exp.Expr) -> list[Change]:
    changes: list[Change] = []
    if type(node) in _SWAPPED:
        changes.append(_swap)
    if isinstance(node, exp.Literal):
        changes.append(_other_literal)
    if isinstance(node, exp.Join) and node.args.get("on") is not None:
        changes.append(_other_join)
    if isinstance(node, exp.Not):
        changes.append(_affirm)
    if isinstance(node, exp.Coalesce):
        changes.append(_first_only)
    if isinstance(node, exp.Distinct) and isinstance(node.parent, exp.Select):
        changes.append(_not_distinct)
    return changes


def _swap(node: exp.Expr) -> str | None:
    other = _SWAPPED[type(node)](**node.args)
    node.replace(other)
    return other.sql(dialect="duckdb")


def _other_literal(node: exp.Expr) -> str | None:
    if node.is_string:
        other = {"violation": "possible", "possible": "violation"}.get(node.name, f"{node.name}~")
    elif node.name.isdigit():
        other = str(int(node.name) + 1)
    else:
        return None
    replacement = exp.Literal(this=other, is_string=node.is_string)
    node.replace(replacement)
    return replacement.sql(dialect="duckdb")


def _other_join(node: exp.Expr) -> str | None:
    side = node.args.get("side")
    node.set("side", None if side == "LEFT" else "LEFT")
    node.set("kind", "INNER" if side == "LEFT" else None)
    return node.sql(dialect="duckdb")


def _affirm(node: exp.Expr) -> str | None:
    inner = node.this
    node.replace(inner)
    return str(inner.sql(dialect="duckdb"))


def _first_only(node: exp.Expr) -> str | None:
    inner = node.this
    node.replace(inner)
    return str(inner.sql(dialect="duckdb"))


def _not_distinct(node: exp.Expr) -> str | None:
    parent = node.parent
    assert parent is not None
    parent.set("distinct", None)
    return "no DISTINCT"
