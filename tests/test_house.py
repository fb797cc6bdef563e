"""The house itself: the error tree is as drawn, layers hold, content stays out of the engine."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from auditor import errors
from auditor.cli.exits import TABLE, exit_code
from auditor.cli.explanations import EXPLANATIONS
from auditor.model.assessment import Outcome, State

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "auditor").rglob("*.py"))


def error_classes() -> list[type[errors.AuditorError]]:
    return [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, errors.AuditorError)]


def test_the_error_tree_is_as_drawn() -> None:
    assert errors.__doc__ is not None
    drawn: dict[str, str] = {}
    stack: list[tuple[int, str]] = []
    for line in errors.__doc__.splitlines():
        match = re.match(r"([│ ├└─]*)(\w+Error)\b", line)
        if not match:
            continue
        depth = len(match.group(1))
        while stack and stack[-1][0] >= depth:
            stack.pop()
        drawn[match.group(2)] = stack[-1][1] if stack else "Exception"
        stack.append((depth, match.group(2)))
    assert drawn == {c.__name__: c.__bases__[0].__name__ for c in error_classes()}


def test_every_error_has_a_code_an_explanation_and_an_exit() -> None:
    codes = [c.code for c in error_classes() if c is not errors.AuditorError]
    assert len(codes) == len(set(codes))
    published = {code for code, _ in TABLE}
    for kind in error_classes():
        if kind is errors.AuditorError:
            continue
        assert kind.code in EXPLANATIONS, kind
        assert exit_code(kind("x")) in published - {0, 1, 2, 10, 130}


def test_every_outcome_and_state_is_explained() -> None:
    for word in (*Outcome, *State):
        assert str(word) in EXPLANATIONS


def test_exit_codes_in_the_docs_are_the_table() -> None:
    text = (ROOT / "docs" / "exit-codes.md").read_text()
    rows = [f"| {code} | {meaning} |" for code, meaning in TABLE]
    assert [line for line in text.splitlines() if re.match(r"\| \d", line)] == rows


def test_the_engine_holds_no_control_id() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {match}"
        for path in SOURCES
        for match in re.findall(r"\b[PCWG]-\d{2}\b", path.read_text())
    }
    assert found == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_broad_except_and_no_assertless_stub(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ExceptHandler):
            names = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)} if node.type else {"bare"}
            assert not names & {"bare", "Exception", "BaseException"}, f"{path}:{node.lineno}"
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name):
            assert node.exc.id != "NotImplementedError", f"{path}:{node.lineno}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 400, "is this file still one thing?"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 70, f"{path}:{node.lineno} {node.name}"


def test_import_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_tracked_files_name_no_machine_and_no_index() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    # Written in pieces so that this file does not find itself.
    words = ["python" + "hosted", "pypi" + ".org", "npmjs" + ".org", "deb." + "debian", "/work" + "/", "/root" + "/"]
    found = []
    for name in filter(None, listed.decode().split("\0")):
        path = ROOT / name
        if not path.is_file() or path.stat().st_size > 2_000_000:
            continue
        data = path.read_bytes()
        found += [f"{name}: {word}" for word in words if word.encode() in data]
    assert found == []
