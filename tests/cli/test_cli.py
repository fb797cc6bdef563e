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
TRUST = str(KEYS / "trust.json")
SEALER = str(KEYS / "sealer.signer.json")


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
        (["verify", TRUST, "--trust", TRUST], (6,), "FAILED"),
        (["verify", TRUST, "--trust", "/dev/null"], (7,), "CANNOT BE VERIFIED HERE"),
        (["verify", TRUST, "--trust", str(KEYS / "assessor.signer.json")], (6,), "FAILED"),
        (["verify", TRUST, "--trust", TRUST, "--trust-version", "2"], (6,), "FAILED"),
        (["verify", TRUST, "--trust", TRUST, "--at", "yesterday"], (2,), "yesterday"),
        (["verify", str(KEYS), "--trust", TRUST], (6,), "FAILED"),
        (["sign", TRUST, "--signer", "assessor=nowhere.signer.json", "--out", "/tmp/never"], (5, 9), ""),
        (["sign", TRUST, "--signer", "judge=x.signer.json", "--out", "/tmp/never"], (2,), "judge"),
        (["sign", TRUST, "--signer", f"sealer={SEALER}", "--out", "/tmp/never"], (5,), "sealer"),
        (["seal", "nowhere", "--sealer", SEALER, "--trust", TRUST, "--out", "/tmp/never"], (4, 9), "nowhere"),
        (["seal", "nowhere", "--sealer", SEALER, "--trust", TRUST, "--time", "alpha", "--out", "x"], (2,), "NAME=URL"),
        (["print", "nowhere.json", "--trust", TRUST, "--out", "/tmp/never"], (9,), "nowhere.json"),
        (["package", "zip", "nowhere", "--out", "/tmp/never"], (9,), "nowhere"),
        (["package", "late", "nowhere", "--crl", TRUST, "--sealer", SEALER, "--trust", TRUST], (9,), "nowhere"),
        (["package", "act", "nowhere", TRUST], (9,), "nowhere"),
        (["package", "act", str(KEYS), TRUST], (9,), "no package"),
        (["disclose", "nowhere", "--withhold", "x", "--out", "/tmp/never"], (9,), "nowhere"),
        (["key", "show", TRUST], (5, 6, 7), ""),
        (["trust", "show", str(KEYS / "assessor.p384.pem")], (6, 7), ""),
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
