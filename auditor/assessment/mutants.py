"""Mutants of a query: the same statement with one small change each, to see whether the cases would notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

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

_NOTHING = "SELECT 1"


def query_mutants(query: Query) -> Iterator[tuple[str, Query]]:
    """Every mutant of the query, each with a line saying what was changed; measures decide nothing and are left out.

    What is common to the statements is changed once, for all of them together.
    """
    bare = replace(query, measures=None)
    shared = _tables_of(query.common)
    if query.common:
        for change, text in statement_mutants(f"{query.common}\n{_NOTHING}", only=shared):
            yield f"common: {change}", replace(bare, common=text.removesuffix(_NOTHING))
    for name in ("population", "exceptions"):
        for change, text in statement_mutants(query.statement(name), without=shared):
            whole = {
                "population": query.statement("population"),
                "exceptions": query.statement("exceptions"),
                name: text,
            }
            yield f"{name}: {change}", Query(query.place, **whole)


def _tables_of(common: str) -> frozenset[str]:
    if not common:
        return frozenset()
    tree = sqlglot.parse_one(f"{common}\n{_NOTHING}", dialect="duckdb")
    return frozenset(table.alias for table in tree.find_all(exp.CTE))


def statement_mutants(
    sql: str, *, only: frozenset[str] | None = None, without: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str]]:
    """Each `(change, statement)`; deterministic, in the order of the statement's syntax tree.

    `only` and `without` name tables of the WITH clause that alone are, or are not, to be changed.
    """
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    count = sum(1 for _ in tree.walk())
    for position in range(count):
        node = _at(tree, position)
        around = _outermost_table(node)
        if _is_wording(node) or around in without or (only is not None and around not in only):
            continue
        for change in _changes(node):
            copy = tree.copy()
            target = _at(copy, position)
            before = target.sql(dialect="duckdb")
            after = change(target)
            if after is not None and after != before:
                yield f"{_short(before)} → {_short(after)}", copy.sql(dialect="duckdb")


def _outermost_table(node: exp.Expr) -> str | None:
    """The table of the statement's own WITH clause in which `node` stands."""
    name: str | None = None
    at: exp.Expr | None = node
    while at is not None:
        name = at.alias if isinstance(at, exp.CTE) else name
        at = at.parent
    return name


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
    if isinstance(node, exp.Not | exp.Coalesce):
        changes.append(_inner_only)
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


def _inner_only(node: exp.Expr) -> str | None:
    """What is denied is affirmed; of the values that stand in for one another there is the first alone."""
    inner = node.this
    node.replace(inner)
    return str(inner.sql(dialect="duckdb"))


def _not_distinct(node: exp.Expr) -> str | None:
    parent = node.parent
    assert parent is not None
    parent.set("distinct", None)
    return "no DISTINCT"
