"""The shipped law, loaded once; facts and edited tables made of text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from textwrap import dedent

from auditor.model.facts import Chip
from auditor.regulation.facts.file import FactsFile, read_facts
from auditor.regulation.tables.law import Law
from auditor.regulation.tables.read import read_law

FOLDER = Path(__file__).parents[2] / "controls" / "regulation"

SHIPPED: Mapping[str, bytes] = {path.name: path.read_bytes() for path in sorted(FOLDER.glob("*.yaml"))}
"""The shipped tables as bytes by file name."""

LAW: Law = read_law(SHIPPED)
"""The shipped law."""


@cache
def accelerators() -> Mapping[str, Chip]:
    """The shipped accelerators by id."""
    from auditor.jobs.law import accelerators as shipped

    return dict(shipped())


def facts(text: str, *, chips: Mapping[str, Chip] | None = None, name: str = "facts.yaml") -> FactsFile:
    """The facts file of `text` without its indentation; "facts: 1" and a title are added at the end if absent.

    The shipped accelerators are not known to it unless `chips=accelerators()` is given.
    """
    body = dedent(text).lstrip("\n")
    if "facts: 1" not in body:
        body = f"{body.rstrip()}\nfacts: 1\ntitle: Test\n"
    return read_facts(body.encode(), name, chips or {})


def rows(*entries: Mapping[str, object]) -> str:
    """A table of the entries, as JSON, which is YAML; the first begins on line 3."""
    return json.dumps({"rows": entries}, default=str, indent=0)


CITED = {"cite": "a letter", "source": "press", "confidence": "secondary"}
"""What every row needs."""


def newer(**tables: str) -> Law:
    """The shipped law under a user's newer tables, such as `newer(limits="rows: ...")`; "_" stands for "-"."""
    files = {f"newer/{name.replace('_', '-')}.yaml": dedent(text).encode() for name, text in tables.items()}
    return read_law(SHIPPED, files)


def edited(table: str, old: str, new: str, *, count: int = 1) -> Law:
    """The shipped law with one text of one table replaced; the text must be there."""
    return read_law(edit(table, old, new, count=count))


def edit(table: str, old: str, new: str, *, count: int = 1) -> dict[str, bytes]:
    """The shipped tables with one text of one table replaced; the text must be there."""
    name = f"{table}.yaml"
    text = SHIPPED[name].decode()
    assert old in text, f"{old!r} is not in {name}"
    return {**SHIPPED, name: text.replace(old, new, count).encode()}
