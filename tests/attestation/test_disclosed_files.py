"""Digests taken ahead of the leaves: what stands for many files at once may stand for no other files."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from auditor.attestation.commitment import FILES
from auditor.attestation.leaves import Opening
from auditor.errors import BindingError
from auditor.jobs import disclosed
from auditor.jobs.container import open_container
from auditor.jobs.disclosed import digests, verify_files

SMALL, LARGE = b"small", bytes(disclosed._SMALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / FILES / "evidence"
    place.mkdir(parents=True)
    for name, data in (("a", b"one"), ("b", b"two"), ("c", SMALL), ("d", LARGE)):
        (place / name).write_bytes(data)
    return tmp_path


def opening(name: str, data: bytes) -> Opening:
    digest = hashlib.sha256(data).hexdigest()
    return Opening(1, name, f"evidence/{name}", len(data), digest, "0" * 64, "0" * 32, "facility", b"")


def openings(a: bytes = b"one", b: bytes = b"two", c: bytes = SMALL, d: bytes = LARGE) -> list[Opening]:
    return [opening(name, data) for name, data in zip("abcd", (a, b, c, d), strict=True)]


def test_digests_stand_one_behind_the_other(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / FILES / "evidence/link").symlink_to("a")
    paths = [f"{FILES}/evidence/{name}" for name in ("c", "gone", "d", "link", "a")]
    told = [hashlib.sha256(data).hexdigest() for data in (SMALL, LARGE, b"one")]
    assert digests(str(folder), paths) == ([5, -1, len(LARGE), -1, 3], "".join(told))
    monkeypatch.setattr(disclosed, "_AHEAD", len(LARGE) - 1)
    assert digests(str(folder), paths) == ([5, -1, -1, -1, 3], told[0] + told[2])


@pytest.mark.parametrize("at_once", [1, 2, 3, 1000])
def test_each_file_is_held_against_its_own_leaf(folder: Path, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disclosed, "_AT_ONCE", at_once)
    container = open_container(str(folder))
    assert len(verify_files(container, openings())) == 4
    # Two files that have each other's bytes, one that is shorter, one that is longer, one of the same length.
    wrong = (
        openings(a=b"two", b=b"one"), openings(c=SMALL[:-1]), openings(c=SMALL + b"x"), openings(c=b"SMALL"),
        openings(d=LARGE[:-1] + b"x"), openings(d=LARGE + b"x"), openings()[:-1],
    )  # fmt: skip
    for leaves in wrong:
        with pytest.raises(BindingError):
            verify_files(container, leaves)


def test_a_file_too_large_to_be_read_ahead_is_read_for_its_leaf(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disclosed, "_AHEAD", 1)
    container = open_container(str(folder))
    assert len(verify_files(container, openings())) == 4
    with pytest.raises(BindingError):
        verify_files(container, openings(d=LARGE[:-1] + b"x"))
