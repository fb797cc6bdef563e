"""docs/threats.md names tests that exist, and every test that is named for a row."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = range(1, 28)
_NODE = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def sections() -> dict[int, str]:
    """The text of each row by its number."""
    parts = re.split(r"^### (\d+) ", (ROOT / "docs" / "threats.md").read_text(), flags=re.MULTILINE)
    return {int(number): text for number, text in zip(parts[1::2], parts[2::2], strict=True)}


@cache
def named_tests(path: Path) -> frozenset[str]:
    """The names of the tests in a file."""
    return frozenset(
        node.name
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def test_every_row_is_there_in_order() -> None:
    assert list(sections()) == list(ROWS)


@pytest.mark.parametrize("row", ROWS)
def test_a_row_says_who_attacks_what_stops_it_and_which_tests_show_it(row: int) -> None:
    text = sections()[row]
    for label in ("- Attack: ", "- Stopped by: ", "- Tests: "):
        assert text.count(label) == 1
    for module in re.findall(r"`(\w+/\w+\.py)`", text):
        assert (ROOT / "auditor" / module).is_file(), module
    named = _NODE.findall(text)
    for path, name in named:
        assert name in named_tests(ROOT / path), f"{path}::{name}"
    assert any(path.startswith("tests/e2e/") for path, _ in named)


def test_every_test_that_is_named_for_a_row_is_told_in_it() -> None:
    told = {(int(row), name) for row, text in sections().items() for _, name in _NODE.findall(text)}
    for path in sorted(Path(__file__).parent.glob("test_threats*.py")):
        for name in sorted(named_tests(path)):
            row = re.match(r"test_row_(\d\d)_", name)
            if row and int(row[1]):
                assert (int(row[1]), name) in told, f"{path.name}::{name}"
