"""A process with a key leaves no core dump, and reads a key file only if it is one and its owner's alone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from auditor.custody.files import encode_private_key
from auditor.custody.hygiene import MAX_KEY_BYTES, read_private_file
from auditor.errors import MachineError, SigningError
from tests.custody.people import PQ, SECRET, lay_out, nobody

linux = pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")

CRASH = """
import os, resource, sys
from pathlib import Path
hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
os.chdir(sys.argv[1])
if sys.argv[2] == "open":
    from auditor.custody.signer_file import open_keys, read_signer
    keys = open_keys(read_signer(Path("ada.signer.json")), Path("."), lambda what: None)
import ctypes
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE)[0], flush=True)
os.abort()
"""


def crash(folder, how: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", CRASH, folder, how], capture_output=True, text=True, check=False)


@linux
def test_a_process_that_opened_a_key_is_not_dumped(tmp_path) -> None:
    lay_out(tmp_path)
    before = crash(tmp_path, "leave")
    for core in tmp_path.glob("core*"):
        core.unlink()
    done = crash(tmp_path, "open")
    assert before.stdout.split()[0] == "1"
    assert done.stdout.split() == ["0", "0"], done.stderr
    assert list(tmp_path.glob("core*")) == []


def test_a_folder_and_a_pipe_are_no_key_files(tmp_path) -> None:
    with pytest.raises((SigningError, MachineError)):
        read_private_file(tmp_path)
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(SigningError, match="regular file"):
        read_private_file(tmp_path / "pipe")


def test_a_file_larger_than_any_key_is_refused(tmp_path) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(bytes(MAX_KEY_BYTES + 1))
    file.chmod(0o600)
    with pytest.raises(SigningError, match="larger"):
        read_private_file(file)


def test_a_missing_file_is_the_machine_s_refusal(tmp_path) -> None:
    with pytest.raises(MachineError, match="no such file"):
        read_private_file(tmp_path / "key.pem")


def test_a_link_is_judged_by_the_file_it_leads_to(tmp_path) -> None:
    file, link = tmp_path / "key.pem", tmp_path / "link.pem"
    file.write_bytes(encode_private_key(PQ, SECRET))
    file.chmod(0o600)
    link.symlink_to(file)
    assert read_private_file(link) == file.read_bytes()
    file.chmod(0o644)
    with pytest.raises(SigningError, match="others than its owner"):
        read_private_file(link)


def test_opening_changes_no_limit_that_a_child_could_not_raise_again(tmp_path) -> None:
    import resource

    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    from auditor.custody.signer_file import open_keys

    open_keys(lay_out(tmp_path), tmp_path, nobody)
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, hard)
