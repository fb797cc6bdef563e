"""The command line: help, exit codes, refusals with place and fix, hostile words."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.cli import main as cli
from auditor.cli.explanations import EXPLANATIONS
from tests.e2e.conftest import KEYS, auditor

COMMANDS = sorted(cli.COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples_in_eighty_columns(command: str) -> None:
    done = auditor(command, "--help")
    assert done.code == 0
    assert "examples:" in done.out
    assert f"auditor {command}" in done.out
    assert [line for line in done.out.splitlines() if len(line) > 80] == []


def test_the_top_help_lists_every_command_and_fits() -> None:
    done = auditor("--help")
    assert done.code == 0
    assert all(f"  {command} " in done.out for command in COMMANDS)
    assert max(map(len, done.out.splitlines())) <= 80


@pytest.mark.parametrize("words", [[], ["fly"], ["assess"], ["verify", "x"], ["assess", "x", "--profile"]])
def test_a_command_line_not_understood_exits_2(words: list[str]) -> None:
    assert auditor(*words).code == 2


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["assess", "nowhere", "--profile", "sl4"], (4, 9), "nowhere"),
        (["assess", "nowhere", "--profile", "sl9"], (3,), "use one of"),
        (["catalog", "show", "X-99"], (3,), "no such control"),
        (["verify", "nowhere.json", "--trust", str(KEYS / "trust.json")], (9,), "nowhere.json"),
        (["verify", str(KEYS / "trust.json"), "--trust", str(KEYS / "trust.json")], (6,), "INVALID"),
        (["verify", str(KEYS / "trust.json"), "--trust", "/dev/null"], (7,), "trust policy"),
        (["sign", str(KEYS / "trust.json"), "--key", "nowhere.pem", "--principal", "urn:x", "--role", "assessor",
          "--out", "/tmp/never"], (5, 9), ""),
        (["key", "show", str(KEYS / "trust.json")], (5, 6), "P-384"),
        (["trust", "show", str(KEYS / "assessor.SAMPLE.pem")], (6,), ""),
        (["explain", "nonsense"], (2,), "nonsense"),
    ],
)  # fmt: skip
def test_each_refusal_has_its_exit_code_and_no_traceback(words: list[str], code: tuple[int, ...], said: str) -> None:
    done = auditor(*words)
    assert done.code in code, done.err
    assert said in done.out + done.err
    assert "Traceback" not in done.err


def test_hostile_names_do_not_reach_the_terminal_raw(tmp_path: Path) -> None:
    done = auditor("assess", tmp_path / "\x1b[2Jevil\r", "--profile", "sl4")
    assert done.code in (4, 9)
    assert "\x1b" not in done.err


def test_a_closed_pipe_is_no_traceback() -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m auditor.cli explain | head -1; exit ${{PIPESTATUS[0]}}"],
        cwd=KEYS.parents[1], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(KEYS.parents[1])},
    )  # fmt: skip
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("word", sorted(EXPLANATIONS))
def test_every_code_and_outcome_can_be_explained(word: str) -> None:
    assert len(EXPLANATIONS[word]) > 40


def test_explain_prints_and_lists(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "untrusted"]) == 0
    assert "vouches for the evidence" in capsys.readouterr().out
    assert cli.main(["explain"]) == 0
    assert "evidence.digest-mismatch" in capsys.readouterr().out.split()


def test_a_key_is_made_once_encrypted_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "a passphrase")
    key = tmp_path / "k.pem"
    assert cli.main(["key", "generate", str(key), "--passphrase-env", "SECRET"]) == 0
    assert b"ENCRYPTED" in key.read_bytes()
    assert key.stat().st_mode & 0o077 == 0
    before = key.read_bytes()
    assert cli.main(["key", "generate", str(key), "--passphrase-env", "SECRET"]) == 5
    assert key.read_bytes() == before
    assert cli.main(["key", "show", str(key), "--passphrase-env", "SECRET"]) == 0
    monkeypatch.setenv("SECRET", "wrong")
    assert cli.main(["key", "show", str(key), "--passphrase-env", "SECRET"]) == 5


def test_a_key_without_a_passphrase_is_not_made(tmp_path: Path) -> None:
    done = auditor("key", "generate", tmp_path / "k.pem")
    assert done.code == 5
    assert list(tmp_path.iterdir()) == []


def test_help_and_verify_import_nothing_heavy() -> None:
    code = (
        "import sys\nfrom auditor.cli.main import main\nmain(['--help'])\n"
        "import auditor.jobs.verify\n"
        "heavy = {'duckdb', 'weasyprint', 'jinja2', 'pydantic', 'numpy', 'yaml', 'numba'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=KEYS.parents[1], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
