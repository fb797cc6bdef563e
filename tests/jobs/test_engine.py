"""The digest of the engine: the same for the same sources, another for any other."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
import rfc8785

import auditor
from auditor.jobs.engine import engine, source_digest


def tree(leaves: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.1, as it is written there."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + tree(leaves[:split]) + tree(leaves[split:])).digest()


@pytest.fixture
def sources(tmp_path) -> Path:
    for name, text in (("b.py", "x"), ("a/z.py", "y"), ("a.py", ""), ("a/data.txt", "not a source")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_it_is_the_tree_over_paths_and_digests(sources) -> None:
    leaves = [
        rfc8785.dumps({"path": name, "sha256": hashlib.sha256(text.encode()).hexdigest()})
        for name, text in (("a.py", ""), ("a/z.py", "y"), ("b.py", "x"))
    ]
    assert source_digest(sources) == tree(leaves).hex()


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "b.py").write_text("x "),
        lambda folder: (folder / "b.py").rename(folder / "c.py"),
        lambda folder: (folder / "b.py").unlink(),
        lambda folder: (folder / "a" / "new.py").write_text(""),
    ],
)
def test_any_other_source_is_another_engine(sources, change) -> None:
    before = source_digest(sources)
    change(sources)
    assert source_digest(sources) != before


def test_what_is_no_source_does_not_count(sources) -> None:
    before = source_digest(sources)
    (sources / "a" / "data.txt").write_text("changed")
    shutil.copytree(sources / "a", sources / "__pycache__", ignore=shutil.ignore_patterns("*.py"))
    assert source_digest(sources) == before


def test_the_engine_that_runs_is_named() -> None:
    assert engine().version == auditor.__version__
    assert engine().digest == source_digest(Path(auditor.__file__).parent)
