"""docs/walk.md, run: each command, and what the page says it prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from samples.authorities import LocalAuthority
from tests.e2e.conftest import KEYS, ROOT, SAMPLES


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_the_walk_leads_there_and_back(tmp_path: Path) -> None:
    (tmp_path / "samples").symlink_to(SAMPLES)
    page = (ROOT / "docs" / "walk.md").read_text()
    steps = re.findall(r"```sh\n(.*?)```\s+```text\n(.*?)```", page, re.DOTALL)
    assert len(steps) == page.count("```sh\n") == 10
    shell = f'auditor() {{ "{sys.executable}" -m auditor.cli "$@"; }}\n'
    with LocalAuthority(KEYS, "alpha").serve() as alpha, LocalAuthority(KEYS, "beta").serve() as beta:
        for commands, expected in steps:
            done = subprocess.run(
                ["bash", "-uc", shell + commands],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "ALPHA": alpha, "BETA": beta},
            )
            assert done.returncode in (0, 10), f"{commands}\n{done.stderr}"
            for line in expected.strip().splitlines():
                assert squeezed(line) in squeezed(done.stdout), f"{commands}\nprinted:\n{done.stdout}"
