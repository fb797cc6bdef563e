"""The examples in the help of those who sign, act, list and compare, one after another in one folder."""

from __future__ import annotations

import re
import shlex

import pytest

from auditor.cli import act, diff, sign, status
from samples.identities import KEYS

MODULES = {"sign": sign, "act": act, "status": status, "diff": diff}


def examples(text: str) -> list[list[str]]:
    joined = re.sub(r"\\\n\s*", "", text)
    return [shlex.split(line)[1:] for line in joined.splitlines() if line.startswith("  auditor ")]


@pytest.fixture
def place(table, tmp_path, monkeypatch):
    (tmp_path / "samples").symlink_to(KEYS.parent)
    for name in ("bundle", "results.json"):
        (tmp_path / name).symlink_to(table.path(name))
    for name in ("old.dsse.json", "report.dsse.json"):
        (tmp_path / name).write_bytes(table.sign("example.dsse.json").read_bytes())
    (tmp_path / "trust.json").write_bytes(table.trust.read_bytes())
    monkeypatch.setattr("auditor.jobs.content.content_folder", lambda name: table.controls)
    moments = iter(range(1_793_000_000_000_000, 1_794_000_000_000_000, 1_000_000))
    for module in MODULES.values():
        monkeypatch.setattr(module, "now", lambda: next(moments))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_run(table, place, name) -> None:
    lines = examples(MODULES[name].EXAMPLES)
    assert len(lines) >= 2
    for words in lines:
        assert table.auditor(*words) == 0, words
    assert max(map(len, MODULES[name].EXAMPLES.splitlines())) <= 80
