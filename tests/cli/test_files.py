"""Writing whole or not at all: a full disk, a killed process, a folder in the way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.errors import MachineError
from auditor.jobs.files import read_file, write_file


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_file(path, b"old")
    write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_a_disk_that_fills_leaves_the_old_file_and_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    write_file(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MachineError, match="no space left") as refused:
        write_file(path, b"new")
    assert refused.value.hint == "make room on the disk and run it again"
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_a_real_full_device_is_refused() -> None:
    with pytest.raises(MachineError):
        write_file(Path("/dev/full/x"), b"x")


def test_a_kill_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")
    code = (
        "import os, signal\nfrom pathlib import Path\nfrom auditor.jobs import files\n"
        "os.fsync = lambda d: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"files.write_file(Path({str(path)!r}), b'new')"
    )
    killed = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False)
    assert killed.returncode == -9
    assert path.read_bytes() == b"old"
    write_file(path, b"again")
    assert path.read_bytes() == b"again"


@pytest.mark.parametrize("name", ["absent", "folder"])
def test_what_cannot_be_read_is_refused_with_its_path(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(MachineError) as refused:
        read_file(tmp_path / name)
    assert refused.value.place == str(tmp_path / name)
    assert refused.value.hint


def test_a_file_beyond_its_limit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"123")
    with pytest.raises(MachineError, match="larger than the 2 bytes"):
        read_file(tmp_path / "x", limit=2)


def test_a_private_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    write_file(tmp_path / "x", b"secret", private=True)
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o600
